"""What this distribution offers to vault-rules; the HTTP client is loaded when an adapter is made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vault_rules.adapters.hookspecs import hookimpl
from vault_rules.adapters.registration import Capability, Registration, Setup
from vault_rules_rest.config import RestConfig


def _trader(config: RestConfig, setup: Setup) -> Any:
    from vault_rules_rest.trader import RestTrader

    return RestTrader(config, setup)


def _storage(config: RestConfig, setup: Setup) -> Any:
    from vault_rules_rest.storage import RestStorage

    return RestStorage(config, setup)


@hookimpl
def vault_rules_traders() -> Sequence[Registration]:
    """The protocol lets a trader confirm less than it held, and a hold lapse."""
    can = {Capability.TRADE, Capability.PARTIAL, Capability.LAPSE}
    return [Registration("rest", _trader, RestConfig, 1, can, "requests for quotes over HTTP")]


@hookimpl
def vault_rules_storages() -> Sequence[Registration]:
    can = {Capability.BOOK, Capability.RECEIVE, Capability.LAPSE}
    return [Registration("rest", _storage, RestConfig, 1, can, "a warehouse over HTTP")]
