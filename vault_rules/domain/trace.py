"""An explanation: the chain of clauses that decided about an offer, with values, limits and the price that turns it."""

from __future__ import annotations

from fractions import Fraction

import attrs

from vault_rules.domain.plan import RuleRef


@attrs.frozen
class TraceEntry:
    """One clause. `stage`: require, forbid, route, compare, tier, request, step, cap, lot, award or placement.

    `verdict`: holds, fails, unknown, waived, limits or takes. `text` is the clause as the policy writes it.
    """

    stage: str
    name: str
    verdict: str
    code: str | None
    text: str
    actual: str | None
    limit: str | None
    flip_price: Fraction | None
    exceptions: tuple[str, ...]
    rule: RuleRef | None


@attrs.frozen
class Trace:
    """The explanation of one offer, for one request where one is asked for; `outcome` is one sentence."""

    offer: str
    request: str | None
    mineral: str
    outcome: str
    entries: tuple[TraceEntry, ...]
