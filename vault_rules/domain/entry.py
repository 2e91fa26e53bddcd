"""An entry of the ledger: what was done, when, and the hash that chains it to all entries before. Pure data."""

from __future__ import annotations

import json
from enum import StrEnum
from functools import cached_property
from typing import Any

import attrs

from vault_rules.domain.canonical import sha256_of
from vault_rules.errors import LedgerError

CHAIN = "vault-rules/ledger/1"
GENESIS = "0" * 64
"""What the first entry has for the hash of the one before."""


class Kind(StrEnum):
    """What an entry tells of."""

    RUN = "run"
    """A run begins: its receipt and snapshot."""
    CLAIM = "claim"
    """A run means to buy: counted by caps until it is confirmed or released."""
    INTENT = "intent"
    """A counterparty is about to be called."""
    OUTCOME = "outcome"
    """What came of the call."""
    AWARD = "award"
    """What was bought, as the trader confirmed it."""
    RELEASE = "release"
    """What was claimed or awarded is given up."""
    PLACEMENT = "placement"
    """Where an award is stored: booked, received or cancelled."""
    END = "end"
    """The run is over, well or not."""


@attrs.frozen
class Head:
    """How many entries there are, and the hash of the last."""

    entries: int
    hash: str

    def __str__(self) -> str:
        return f"{self.entries}:{self.hash}"


@attrs.frozen(slots=False)
class Entry:
    """`at` is the moment as ISO 8601 in UTC, as the writer's clock had it; `payload` is canonical JSON."""

    sequence: int
    run: str
    award: str | None
    kind: str
    at: str
    payload: str
    previous: str
    hash: str

    @cached_property
    def fields(self) -> dict[str, Any]:
        """The payload as data. Raises `LedgerError` where it is none."""
        try:
            found = json.loads(self.payload)
        except (ValueError, TypeError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise LedgerError(f"entry {self.sequence} of the ledger cannot be read: see `vault-rules ledger verify`")
        return found


def chained(sequence: int, run: str, award: str | None, kind: str, at: str, payload: str, previous: str) -> str:
    """The hash of an entry: SHA-256 over a JSON array of all that it says, the hash of the one before included."""
    said = [CHAIN, sequence, run, award, kind, at, payload, previous]
    return sha256_of(json.dumps(said, separators=(",", ":")))


def hash_of(entry: Entry, sequence: int | None = None) -> str:
    """What an entry's hash should be; with `sequence`, what it would be in that place."""
    place = entry.sequence if sequence is None else sequence
    return chained(place, entry.run, entry.award, entry.kind, entry.at, entry.payload, entry.previous)
