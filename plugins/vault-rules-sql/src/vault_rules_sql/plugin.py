"""What this distribution offers to vault-rules; what it needs is loaded when an adapter is made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vault_rules.adapters.hookspecs import hookimpl
from vault_rules.adapters.registration import Capability, Registration, Setup
from vault_rules_sql.config import StorageConfig, TraderConfig


def _trader(config: TraderConfig, setup: Setup) -> Any:
    from vault_rules_sql.trader import SqlTrader

    return SqlTrader(config, setup)


def _storage(config: StorageConfig, setup: Setup) -> Any:
    from vault_rules_sql.storage import SqlStorage

    return SqlStorage(config, setup)


@hookimpl
def vault_rules_traders() -> Sequence[Registration]:
    return [Registration("sql", _trader, TraderConfig, 1, {Capability.TRADE}, "an order book in PostgreSQL or SQLite")]


@hookimpl
def vault_rules_storages() -> Sequence[Registration]:
    can = {Capability.BOOK, Capability.RECEIVE}
    return [Registration("sql", _storage, StorageConfig, 1, can, "a warehouse in PostgreSQL or SQLite")]
