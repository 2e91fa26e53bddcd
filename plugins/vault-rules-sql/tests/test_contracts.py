"""The adapters keep the contracts, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pytest

from tests.support.databases import prepared, storage, trader
from vault_rules.adapters.messages import Row
from vault_rules.testing.contracts import StorageContract, TraderContract
from vault_rules_sql.storage import SqlStorage
from vault_rules_sql.trader import SqlTrader

Tables = Mapping[str, Sequence[Row]]


class TestSqlTrader(TraderContract):
    examples, steps = 5, 15

    @pytest.fixture
    def counterparty(self, place: str) -> Callable[[Tables], Callable[[], SqlTrader]]:
        def make(tables: Tables) -> Callable[[], SqlTrader]:
            url = prepared(place, tables)
            return lambda: trader(url)

        return make


class TestSqlStorage(StorageContract):
    examples, steps = 5, 15

    @pytest.fixture
    def counterparty(self, place: str) -> Callable[[Tables], Callable[[], SqlStorage]]:
        def make(tables: Tables) -> Callable[[], SqlStorage]:
            url = prepared(place, tables)
            return lambda: storage(url)

        return make


@pytest.mark.slow
class TestSqlTraderLong(TestSqlTrader):
    examples, steps = 40, 20


@pytest.mark.slow
class TestSqlStorageLong(TestSqlStorage):
    examples, steps = 40, 20
