"""What several tests use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.served import Counterparty
from tests.support.wire import Script, Scripted
from vault_rules.adapters.registration import Setup
from vault_rules_fix.config import FixConfig
from vault_rules_fix.trader import FixTrader


@pytest.fixture
def counterparty(tmp_path: Path) -> Iterator[Callable[..., Counterparty]]:
    """Makes reference counterparties that are stopped at the end, after the adapters that were opened."""
    made: list[Counterparty] = []

    def make(**more: Any) -> Counterparty:
        made.append(Counterparty(tmp_path, **more).serve())
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def scripted(tmp_path: Path) -> Iterator[Callable[..., tuple[FixTrader, Scripted]]]:
    """Makes an adapter and the counterparty of raw bytes that it talks with."""
    made: list[tuple[FixTrader, Scripted]] = []

    def make(script: Script, *, timeout: float = 5, **more: Any) -> tuple[FixTrader, Scripted]:
        config = {name: more.pop(name) for name in ("heartbeat", "reset_on_logon") if name in more}
        raw = Scripted(script, logon=more.pop("logon", {}), **more).__enter__()
        setup = Setup("raw", tmp_path, timeout)
        trader = FixTrader(FixConfig("127.0.0.1", raw.port, "VAULT", raw.name, **config), setup)
        made.append((trader, raw))
        return trader, raw

    yield make
    for trader, raw in made:
        trader.close()
        raw.__exit__()
