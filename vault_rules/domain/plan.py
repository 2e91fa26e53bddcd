"""The plan: what to buy, from whom, for whom, where to put it, and why nothing else. Pure data, no I/O.

Masses are Fractions of kilograms, prices Fractions of the policy's currency per kilogram, `cost` a Decimal with two
places. Texts such as `Reason.actual` already carry their units. Awards stand in the order made, the rest by id.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction

import attrs


@attrs.frozen
class RuleRef:
    """Where the deciding clause stands: the file relative to the policy's folder, line and column from 1."""

    file: str
    line: int
    column: int


@attrs.frozen
class Award:
    request: str
    offer: str
    trader: str
    buyer: str
    mineral: str
    form: str | None
    origin: str | None
    processed_in: str | None
    melted_in: str | None
    delivery: date | None
    tier: str
    waterfall: str
    step: int
    step_label: str | None
    quantity: Fraction
    price: Fraction
    cost: Decimal
    reference: Fraction | None
    premium: Fraction | None
    exceptions: tuple[str, ...]
    rule: RuleRef
    shown: Mapping[str, str | None] = attrs.field(factory=dict, hash=False)
    """The policy's `show` columns, name to text, in the header's order."""
    carried: Mapping[str, str] = attrs.field(factory=dict, hash=False)
    """The offer's other columns as text: what a book's `awards` may hold besides, so that caps can count them."""


@attrs.frozen
class Reason:
    code: str
    actual: str | None = None
    limit: str | None = None
    flip_price: Fraction | None = None
    rule: RuleRef | None = None


@attrs.frozen
class Rejection:
    offer: str
    request: str | None
    reasons: tuple[Reason, ...]


@attrs.frozen
class Shortfall:
    request: str
    mineral: str
    quantity: Fraction
    because: tuple[str, ...]


@attrs.frozen
class Placement:
    request: str
    offer: str
    facility: str
    store: str
    quantity: Fraction
    cost_per_month: Decimal | None


@attrs.frozen
class Unplaced:
    request: str
    offer: str
    quantity: Fraction


@attrs.frozen
class Finding:
    """What a target, an advisory rule or a reviewer says. `kind`: target, cap, require, forbid or review."""

    rule: str
    kind: str
    subject: str
    actual: str | None
    limit: str | None
    holds: bool


@attrs.frozen
class Missing:
    """A counterparty that did not answer while the book was gathered. `kind`: trader, storage or reference."""

    kind: str
    name: str
    why: str

    def __str__(self) -> str:
        return f"the book is not whole, {self.kind} {self.name} is missing in it: {self.why}"


@attrs.frozen
class CapUse:
    rule: str
    subject: str
    used: str
    limit: str | None
    of_purchased: str | None


@attrs.frozen
class Totals:
    """Masses in kg by name; `caps` one row for each cap and subject, sorted."""

    requested: Fraction
    awarded: Fraction
    shortfall: Fraction
    awarded_before: Fraction
    cost: Decimal
    by_tier: Mapping[str, Fraction]
    by_origin: Mapping[str, Fraction]
    by_mineral: Mapping[str, Fraction]
    by_trader: Mapping[str, Fraction]
    caps: tuple[CapUse, ...]


@attrs.frozen(slots=False)
class Plan:
    policy: str
    title: str | None
    version: str | None
    policy_sha256: str
    parameters: Mapping[str, str]
    book_sha256: str
    as_of: date
    currency: str
    awards: tuple[Award, ...]
    rejections: tuple[Rejection, ...]
    shortfalls: tuple[Shortfall, ...]
    placements: tuple[Placement, ...]
    unplaced: tuple[Unplaced, ...]
    findings: tuple[Finding, ...]
    totals: Totals
    warnings: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    """The policy's `show` columns, in the header's order."""
    carried: tuple[str, ...] = ()
    """The columns that awards may carry besides: so that a plan's tables have the same columns whatever was bought."""
    missing: tuple[Missing, ...] = ()
    """Who did not answer, where a plan was wanted all the same."""
