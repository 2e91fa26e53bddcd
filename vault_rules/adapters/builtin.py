"""The adapters that come with the package, registered as those of any plugin are."""

from __future__ import annotations

from collections.abc import Sequence

from vault_rules.adapters.hookspecs import hookimpl
from vault_rules.adapters.registration import Capability, Registration


@hookimpl
def vault_rules_traders() -> Sequence[Registration]:
    from vault_rules.adapters.files_trader import FilesConfig, FilesTrader

    doc = "an order book in CSV, Parquet or Excel"
    return [Registration("files", FilesTrader, FilesConfig, 1, frozenset({Capability.TRADE}), doc)]


@hookimpl
def vault_rules_storages() -> Sequence[Registration]:
    from vault_rules.adapters.files_storage import FilesStorage
    from vault_rules.adapters.files_trader import FilesConfig

    doc = "facilities and holdings in CSV, Parquet or Excel"
    can = frozenset({Capability.BOOK, Capability.RECEIVE})
    return [Registration("files", FilesStorage, FilesConfig, 1, can, doc)]


@hookimpl
def vault_rules_reference_prices() -> Sequence[Registration]:
    from vault_rules.adapters.files_storage import FilesPrices, PricesConfig

    return [Registration("files", FilesPrices, PricesConfig, 1, frozenset(), "benchmarks and rates in files")]
