"""What vault-rules finds: the adapter `fix` of traders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vault_rules.adapters.hookspecs import hookimpl
from vault_rules.adapters.registration import Capability, Registration, Setup
from vault_rules_fix.config import FixConfig

CAPABILITIES = frozenset({Capability.TRADE, Capability.PARTIAL, Capability.LAPSE})
"""A counterparty may fill less than was held, and its holds may expire."""


def _trader(config: FixConfig, setup: Setup) -> Any:
    from vault_rules_fix.trader import FixTrader  # loads the engine

    return FixTrader(config, setup)


@hookimpl
def vault_rules_traders() -> Sequence[Registration]:
    return [Registration("fix", _trader, FixConfig, 1, CAPABILITIES, "requests for quote over FIX 4.4")]
