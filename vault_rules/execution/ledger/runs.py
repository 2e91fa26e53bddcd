"""The runs of a ledger: what each was made of, and how far it came."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import attrs

from vault_rules.domain.entry import Entry, Kind
from vault_rules.domain.receipt import Receipt
from vault_rules.execution.ledger.drafts import Snapshot
from vault_rules.execution.ledger.legible import legible
from vault_rules.execution.ledger.standing import Standing

OPEN = "open"
"""What a run is that has not said that it is over: it goes on, or was ended from outside."""


@attrs.frozen
class Run:
    """A run. `state`: open, done, stopped or failed; `claimed` and `confirmed` count the awards that stand."""

    name: str
    begun: str
    receipt: Receipt
    snapshot: Snapshot
    state: str
    ended: str | None
    entries: int
    claimed: int
    confirmed: int


def runs(entries: Iterable[Entry], counts: Mapping[str, int], standing: Standing) -> Iterator[Run]:
    """The runs in the order begun, from the entries of their beginnings and ends."""
    first: dict[str, Entry] = {}
    last: dict[str, Entry] = {}
    for entry in entries:
        (first if entry.kind == Kind.RUN else last)[entry.run] = entry
    lines: dict[str, list[bool]] = {}
    for line in standing.lines():
        lines.setdefault(line.run, []).append(line.confirmed)
    for name, entry in first.items():
        receipt, snapshot = _beginning(entry)
        end = last.get(name)
        yield Run(
            name=name,
            begun=entry.at,
            receipt=receipt,
            snapshot=snapshot,
            state=OPEN if end is None else _end(end),
            ended=None if end is None else end.at,
            entries=counts.get(name, 0),
            claimed=lines.get(name, []).count(False),
            confirmed=lines.get(name, []).count(True),
        )


def _beginning(entry: Entry) -> tuple[Receipt, Snapshot]:
    with legible(entry):
        return Receipt.from_fields(entry.fields["receipt"]), Snapshot(**entry.fields["snapshot"])


def _end(entry: Entry) -> str:
    with legible(entry):
        return str(entry.fields["state"])
