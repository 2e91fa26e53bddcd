"""An award as the fields that a ledger keeps, and back: nothing is rounded or cut on the way."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs

from vault_rules.domain.canonical import exact_text
from vault_rules.domain.plan import Award, RuleRef

_TEXTS = (
    "request",
    "offer",
    "trader",
    "buyer",
    "mineral",
    "form",
    "origin",
    "processed_in",
    "melted_in",
    "tier",
    "waterfall",
    "step",
    "step_label",
)
"""What is text, or a whole number, as it stands."""


def fields_of(award: Award, currency: str, day: date) -> dict[str, Any]:
    """The award's fields, named as in a plan's `awards`; `day` is the day of the award, the plan's as-of date."""
    return {
        **{name: getattr(award, name) for name in _TEXTS},
        "delivery": None if award.delivery is None else award.delivery.isoformat(),
        "quantity_kg": exact_text(award.quantity),
        "price_per_kg": exact_text(award.price),
        "cost": f"{award.cost:f}",
        "reference_per_kg": None if award.reference is None else exact_text(award.reference),
        "premium": None if award.premium is None else exact_text(award.premium),
        "exceptions": list(award.exceptions),
        "rule": attrs.asdict(award.rule),
        "shown": dict(award.shown),
        "carried": dict(award.carried),
        "currency": currency,
        "date": day.isoformat(),
    }


def award_of(fields: Mapping[str, Any]) -> Award:
    """The award that the fields tell of."""
    return Award(
        **{name: fields[name] for name in _TEXTS},
        delivery=None if fields["delivery"] is None else date.fromisoformat(fields["delivery"]),
        quantity=Fraction(fields["quantity_kg"]),
        price=Fraction(fields["price_per_kg"]),
        cost=Decimal(fields["cost"]),
        reference=None if fields["reference_per_kg"] is None else Fraction(fields["reference_per_kg"]),
        premium=None if fields["premium"] is None else Fraction(fields["premium"]),
        exceptions=tuple(fields["exceptions"]),
        rule=RuleRef(**fields["rule"]),
        shown=fields["shown"],
        carried=fields["carried"],
    )
