"""The adapter keeps the contract of traders, through a real session with the reference counterparty."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.support.served import Counterparty, Tables
from vault_rules.testing.contracts import TraderContract
from vault_rules_fix.plugin import CAPABILITIES
from vault_rules_fix.trader import FixTrader


class TestFixTrader(TraderContract):
    capabilities = CAPABILITIES
    examples = 10
    steps = 20

    @pytest.fixture
    def counterparty(
        self, tmp_path_factory: pytest.TempPathFactory
    ) -> Iterator[Callable[[Tables], Callable[[], FixTrader]]]:
        made: list[Counterparty] = []

        def make(tables: Tables) -> Callable[[], FixTrader]:
            made.append(Counterparty(tmp_path_factory.mktemp("fix")).serve(tables["offers"]))
            return made[-1].open

        yield make
        for one in made:
            one.stop()
