"""Where awards are stored: of each award and facility the last word."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

import attrs

from vault_rules.domain.entry import Entry, Kind
from vault_rules.execution.ledger.drafts import CANCELLED, RECEIVED
from vault_rules.execution.ledger.legible import legible

Key = tuple[str, str]
"""A run and an award's key."""
_Where = tuple[str, str, str]


@attrs.frozen
class Place:
    """A part of an award in a facility. `quantity` in kg; `received` is None while it is on its way."""

    facility: str
    storage: str
    state: str
    quantity: Fraction
    received: date | None


def places(entries: Iterable[Entry]) -> dict[Key, tuple[Place, ...]]:
    """The places of each award, in the order booked; what was cancelled is gone."""
    found: dict[Key, dict[_Where, Place]] = {}
    for entry in entries:
        if entry.kind == Kind.PLACEMENT and entry.award is not None:
            where, place = _place(entry)
            here = found.setdefault((entry.run, entry.award), {})
            if place.state == CANCELLED:
                here.pop(where, None)
            else:
                here[where] = place
    return {key: tuple(here.values()) for key, here in found.items()}


def _place(entry: Entry) -> tuple[_Where, Place]:
    fields = entry.fields
    with legible(entry):
        day = None if fields["received"] is None else date.fromisoformat(fields["received"])
        place = Place(fields["facility"], fields["storage"], fields["state"], Fraction(fields["quantity_kg"]), day)
        return (place.storage, place.facility, fields["store"]), place


def received(award: Fraction, parts: Iterable[Place]) -> date | None:
    """The day on which all of an award (its kilograms) had arrived; None while any of it is on order."""
    arrived = [part for part in parts if part.state == RECEIVED]
    if not arrived or sum(part.quantity for part in arrived) < award:
        return None
    return max(part.received for part in arrived if part.received is not None)
