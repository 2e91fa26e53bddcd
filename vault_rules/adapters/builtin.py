"""The adapters that come with the package, registered as those of any plugin are; loaded when one is made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vault_rules.adapters.files_config import FilesConfig, PricesConfig
from vault_rules.adapters.hookspecs import hookimpl
from vault_rules.adapters.registration import Capability, Registration, Setup


def _trader(config: FilesConfig, setup: Setup) -> Any:
    from vault_rules.adapters.files_trader import FilesTrader

    return FilesTrader(config, setup)


def _storage(config: FilesConfig, setup: Setup) -> Any:
    from vault_rules.adapters.files_storage import FilesStorage

    return FilesStorage(config, setup)


def _prices(config: PricesConfig, setup: Setup) -> Any:
    from vault_rules.adapters.files_storage import FilesPrices

    return FilesPrices(config, setup)


@hookimpl
def vault_rules_traders() -> Sequence[Registration]:
    doc = "an order book in CSV, Parquet or Excel"
    return [Registration("files", _trader, FilesConfig, 1, {Capability.TRADE}, doc)]


@hookimpl
def vault_rules_storages() -> Sequence[Registration]:
    doc = "facilities and holdings in CSV, Parquet or Excel"
    return [Registration("files", _storage, FilesConfig, 1, {Capability.BOOK, Capability.RECEIVE}, doc)]


@hookimpl
def vault_rules_reference_prices() -> Sequence[Registration]:
    return [Registration("files", _prices, PricesConfig, 1, (), "benchmarks and rates in CSV, Parquet or Excel")]
