"""What a run says to the ledger: entries before they have a place, a time and a hash. One function a kind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import attrs

from vault_rules.domain.award_fields import fields_of
from vault_rules.domain.canonical import exact_text
from vault_rules.domain.entry import Kind
from vault_rules.domain.plan import Award, Placement
from vault_rules.domain.receipt import Receipt
from vault_rules.errors import UsageError

BOOKED, RECEIVED, CANCELLED = "booked", "received", "cancelled"
PLACED = (BOOKED, RECEIVED, CANCELLED)
DONE, STOPPED, FAILED = "done", "stopped", "failed"
ENDS = (DONE, STOPPED, FAILED)


@attrs.frozen
class Draft:
    """`award` is the award's key, where the entry is about one; `payload` is data that has a canonical text."""

    kind: Kind
    payload: Mapping[str, Any]
    award: str | None = None


@attrs.frozen
class Snapshot:
    """What was gathered for a plan: where it is kept, and its hash."""

    path: str
    sha256: str


def begun(receipt: Receipt, snapshot: Snapshot) -> Draft:
    """A run begins. Its `details` are the receipt and where the snapshot is."""
    payload = {"receipt": receipt.fields, "receipt_sha256": receipt.sha256, "snapshot": attrs.asdict(snapshot)}
    return Draft(Kind.RUN, payload)


def claim(key: str, award: Award, currency: str, day: date) -> Draft:
    """What is meant to be bought under this key. Caps count it until it is released."""
    return Draft(Kind.CLAIM, fields_of(award, currency, day), key)


def intent(key: str | None, call: str, to: str, **details: Any) -> Draft:
    """A counterparty (`to`) is about to be called: `reserve`, `confirm`, `book`, …"""
    return Draft(Kind.INTENT, {"call": call, "to": to, "details": details}, key)


def outcome(key: str | None, call: str, to: str, result: str, **details: Any) -> Draft:
    """What came of a call: `done`, `refused`, `partial`, `late`, …"""
    return Draft(Kind.OUTCOME, {"call": call, "to": to, "result": result, "details": details}, key)


def awarded(key: str, award: Award, currency: str, day: date) -> Draft:
    """What was bought under this key, as confirmed: its quantity and cost take the place of what was claimed."""
    return Draft(Kind.AWARD, fields_of(award, currency, day), key)


def released(key: str, why: str) -> Draft:
    """All that was claimed or awarded under this key is given up."""
    return Draft(Kind.RELEASE, {"why": why}, key)


def placed(key: str, placement: Placement, storage: str, state: str = BOOKED, received: date | None = None) -> Draft:
    """Where a part of an award is stored, by the storage adapter's name; the last word for a facility counts.

    Raises `UsageError` for an unknown state, or a day of receipt where nothing was received, or none where it was.
    """
    if state not in PLACED:
        raise UsageError(f"a placement is {', '.join(PLACED)}: not `{state}`")
    if (state == RECEIVED) != (received is not None):
        raise UsageError("a placement that was received has the day on which it was, and no other has")
    payload = {
        "facility": placement.facility,
        "store": placement.store,
        "quantity_kg": exact_text(placement.quantity),
        "cost_per_month": placement.cost_per_month,
        "storage": storage,
        "state": state,
        "received": received,
    }
    return Draft(Kind.PLACEMENT, payload, key)


def ended(state: str, **details: Any) -> Draft:
    """The run is over: `done`, `stopped` or `failed`. Raises `UsageError` for another word."""
    if state not in ENDS:
        raise UsageError(f"a run ends {', '.join(ENDS)}: not `{state}`")
    return Draft(Kind.END, {"state": state, "details": details})
