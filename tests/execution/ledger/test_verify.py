"""Whatever is done to a row by hand, once the guards are dropped, is found, and the row is named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tests.support.ledgers import bare_hands, begun, bought, rows_of
from vault_rules.domain.entry import Entry, Head, hash_of
from vault_rules.execution.ledger.store import Ledger
from vault_rules.execution.ledger.tables import GUARDS, entries, head
from vault_rules.execution.ledger.verify import Verified

Rows = list[dict[str, Any]]


@pytest.fixture
def full(ledger: Ledger) -> Ledger:
    """Nine entries: a run, and two awards."""
    begun(ledger).append("run-1", bought("k1"))
    ledger.append("run-1", bought("k2"))
    assert ledger.verify() == Verified(9, ledger.head(), ())
    return ledger


def seen(ledger: Ledger, noted: Head | None = None) -> list[tuple[str, int | None]]:
    """What is found, but for the guards, all of which are lost."""
    found = ledger.verify(noted).findings
    lost = GUARDS[ledger.database.engine.dialect.name]
    assert [one.message for one in found if one.what == "guard"] == [
        f"the database's guard {name} is gone or put off" for name in lost
    ]
    return [(one.what, one.sequence) for one in found if one.what != "guard"]


def by_hand(ledger: Ledger, change: Callable[[Rows], Rows]) -> None:
    """All rows taken out, changed, and put back in."""
    rows = change(rows_of(ledger))
    with bare_hands(ledger) as connection:
        connection.execute(sa.delete(entries))
        connection.execute(sa.insert(entries), rows)


def rehashed(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "hash": hash_of(Entry(**row))}


def set_head(connection: Connection, entries: int, hash: str) -> None:
    connection.execute(sa.update(head).values(entries=entries, hash=hash))


# ---- altered -------------------------------------------------------------------------------------------------------

OTHER = {
    "payload": '{"why":"none"}',
    "run": "run-2",
    "award": "k9",
    "kind": "end",
    "at": "2028-01-01T00:00:00.000000Z",
    "previous": "0" * 64,
    "hash": "f" * 64,
}


@pytest.mark.parametrize("column", OTHER)
def test_a_changed_cell_is_found_whichever_it_is(full: Ledger, column: str) -> None:
    with bare_hands(full) as connection:
        connection.execute(sa.update(entries).where(entries.c.sequence == 4).values({column: OTHER[column]}))
    assert seen(full)[0] == ("altered", 4)
    assert {sequence for _, sequence in seen(full)} <= {4}


def test_one_digit_in_a_payload_is_found(full: Ledger) -> None:
    with bare_hands(full) as connection:
        sql = "UPDATE ledger_entries SET payload = replace(payload, '345000.00', '345000.01') WHERE sequence = 9"
        connection.exec_driver_sql(sql)
    assert seen(full) == [("altered", 9)]


@pytest.mark.parametrize("sequence", [1, 4, 9])
def test_a_row_whose_hash_was_made_anew_is_found_by_what_follows_it(full: Ledger, sequence: int) -> None:
    def change(rows: Rows) -> Rows:
        rows[sequence - 1] = rehashed({**rows[sequence - 1], "payload": "{}"})
        return rows

    by_hand(full, change)
    assert seen(full) == [("altered", sequence)]


def test_many_altered_rows_are_each_found(full: Ledger) -> None:
    with bare_hands(full) as connection:
        connection.execute(sa.update(entries).values(at="never"))
    assert seen(full) == [("altered", sequence) for sequence in range(1, 10)]


# ---- removed -------------------------------------------------------------------------------------------------------


def test_a_removed_row_is_found(full: Ledger) -> None:
    by_hand(full, lambda rows: [row for row in rows if row["sequence"] not in (3, 6, 7)])
    assert seen(full) == [("removed", 3), ("removed", 6)]
    assert [one.message for one in full.verify().findings][:2] == ["entry 3 was removed", "entries 6 to 7 were removed"]


def test_the_first_row_removed_is_found(full: Ledger) -> None:
    by_hand(full, lambda rows: rows[1:])
    assert seen(full) == [("removed", 1)]


def test_a_gap_that_was_closed_is_found_at_the_rows_that_moved_up(full: Ledger) -> None:
    def change(rows: Rows) -> Rows:
        return [*rows[:3], *({**row, "sequence": row["sequence"] - 1} for row in rows[4:])]

    by_hand(full, change)
    assert seen(full) == [*(("moved", sequence) for sequence in range(4, 9)), ("removed", 9)]
    assert full.verify().findings[0].message == "entry 4 was moved: it was entry 5"


@pytest.mark.parametrize("kept", [0, 1, 8])
def test_a_tail_that_was_cut_off_is_found_by_the_head(full: Ledger, kept: int) -> None:
    with bare_hands(full) as connection:
        connection.execute(sa.delete(entries).where(entries.c.sequence > kept))
    assert seen(full) == [("removed", kept + 1)]


def test_a_tail_cut_off_with_the_head_put_back_is_found_by_a_head_noted_elsewhere(full: Ledger) -> None:
    noted = full.head()
    rows = rows_of(full)
    with bare_hands(full) as connection:
        connection.execute(sa.delete(entries).where(entries.c.sequence > 5))
        set_head(connection, 5, rows[4]["hash"])
    assert seen(full) == []  # the rest is whole: nothing in the database says that there was more
    assert seen(full, noted) == [("removed", 6)]


def test_a_ledger_written_anew_from_some_row_on_is_found_by_a_head_noted_elsewhere(full: Ledger) -> None:
    noted = full.head()
    rows = rows_of(full)
    rows[4] |= {"payload": "{}"}
    for at in range(4, 9):
        rows[at] = rehashed({**rows[at], "previous": rows[at - 1]["hash"]})
    with bare_hands(full) as connection:
        connection.execute(sa.delete(entries))
        connection.execute(sa.insert(entries), rows)
        set_head(connection, 9, rows[8]["hash"])
    assert seen(full) == []
    assert seen(full, noted) == [("altered", 9)]


def test_a_noted_head_that_is_still_there_is_in_order(full: Ledger) -> None:
    noted = full.head()
    full.append("run-1", bought("k3"))
    assert full.verify(noted).is_whole


# ---- moved, put in -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("one", "other"), [(3, 6), (4, 5), (1, 9)])
def test_rows_that_changed_places_are_found(full: Ledger, one: int, other: int) -> None:
    places = {one: other, other: one}
    by_hand(full, lambda rows: [{**row, "sequence": places.get(row["sequence"], row["sequence"])} for row in rows])
    assert seen(full) == [("moved", one), ("moved", other)]
    assert full.verify().findings[0].message == f"entry {one} was moved: it was entry {other}"


def test_a_row_put_in_between_is_found(full: Ledger) -> None:
    def change(rows: Rows) -> Rows:
        new = rehashed({**rows[5], "sequence": 5, "previous": rows[3]["hash"], "payload": '{"why":"mine"}'})
        return [*rows[:4], new, *({**row, "sequence": row["sequence"] + 1} for row in rows[4:])]

    by_hand(full, change)
    assert seen(full)[:2] == [("inserted", 5), ("moved", 6)]
    assert ("inserted", 10) in seen(full)  # the head knows nine


@pytest.mark.parametrize("is_chained", [True, False])
def test_a_row_put_in_at_the_end_is_found_by_the_head(full: Ledger, is_chained: bool) -> None:
    last = rows_of(full)[-1]
    new = rehashed({**last, "sequence": 10, "previous": last["hash"] if is_chained else "0" * 64})
    with bare_hands(full) as connection:
        connection.execute(sa.insert(entries), [new])
    assert ("inserted", 10) in seen(full)


def test_a_row_before_the_first_is_found(full: Ledger) -> None:
    by_hand(full, lambda rows: [rehashed({**rows[0], "sequence": 0}), *rows])
    assert seen(full)[0] == ("inserted", 0)


# ---- the head and the guards ---------------------------------------------------------------------------------------


def test_a_head_that_is_gone_is_found(full: Ledger) -> None:
    with bare_hands(full) as connection:
        connection.execute(sa.delete(head))
    assert seen(full) == [("head", None)]


def test_a_head_that_says_otherwise_is_found(full: Ledger) -> None:
    with bare_hands(full) as connection:
        set_head(connection, 9, "f" * 64)
    assert seen(full) == [("altered", 9)]


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_guard_that_was_put_off_is_found(full: Ledger) -> None:
    with full.database.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE ledger_entries DISABLE TRIGGER ledger_entries_append_only")
    (found,) = full.verify().findings
    assert (found.what, found.sequence) == ("guard", None) and "ledger_entries_append_only" in found.message


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_cells_of_another_kind_are_found(full: Ledger) -> None:
    with bare_hands(full) as connection:
        connection.exec_driver_sql("UPDATE ledger_entries SET payload = x'00ff' WHERE sequence = 4")
    assert seen(full) == [("altered", 4)]


def test_at_most_a_hundred_findings_are_told(ledger: Ledger) -> None:
    begun(ledger)
    for number in range(40):
        ledger.append("run-1", bought(f"k{number}"))
    with bare_hands(ledger) as connection:
        connection.execute(sa.update(entries).values(award="k"))
    assert len(seen(ledger)) == 100


def test_an_empty_ledger_is_whole(ledger: Ledger) -> None:
    assert ledger.verify().is_whole and attrs.astuple(ledger.head()) == (0, "0" * 64)
