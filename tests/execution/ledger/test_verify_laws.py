"""Any change to any row of any chain is found."""

from __future__ import annotations

from typing import Any

import attrs
from hypothesis import given
from hypothesis import strategies as st

from vault_rules.domain.entry import GENESIS, Entry, Head, Kind, chained
from vault_rules.execution.ledger.verify import verified

texts = st.text(max_size=8)


@st.composite
def chains(draw: st.DrawFn) -> list[Entry]:
    made: list[Entry] = []
    for sequence in range(1, draw(st.integers(1, 9)) + 1):
        previous = made[-1].hash if made else GENESIS
        kind = draw(st.sampled_from([one.value for one in Kind]))
        said = (sequence, draw(texts), draw(st.none() | texts), kind, draw(texts), draw(texts), previous)
        made.append(Entry(*said, hash=chained(*said)))
    return made


def whole(rows: list[Entry], head: Head) -> bool:
    return verified(sorted(rows, key=lambda row: row.sequence), head, None, ()).is_whole


def head_of(rows: list[Entry]) -> Head:
    return Head(rows[-1].sequence, rows[-1].hash)


@given(chains())
def test_a_chain_as_written_is_whole(rows: list[Entry]) -> None:
    assert whole(rows, head_of(rows))


@given(chains(), st.data())
def test_a_changed_cell_is_found(rows: list[Entry], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(rows) - 1))
    column = data.draw(st.sampled_from(["run", "award", "kind", "at", "payload", "previous", "hash"]))
    other: Any = data.draw(texts.filter(lambda text: text != getattr(rows[at], column)))
    changed = [*rows[:at], attrs.evolve(rows[at], **{column: other}), *rows[at + 1 :]]
    found = verified(changed, head_of(rows), None, ()).findings
    assert found and {one.sequence for one in found} <= {at, at + 1, at + 2}
    assert any(one.sequence == at + 1 for one in found)


@given(chains(), st.data())
def test_a_removed_row_is_found(rows: list[Entry], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(rows) - 1))
    assert not whole([*rows[:at], *rows[at + 1 :]], head_of(rows))


@given(chains(), st.data())
def test_any_other_order_is_found(rows: list[Entry], data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(1, len(rows) + 1)))
    moved = [attrs.evolve(row, sequence=sequence) for row, sequence in zip(rows, order, strict=True)]
    assert whole(moved, head_of(rows)) == (order == list(range(1, len(rows) + 1)))
