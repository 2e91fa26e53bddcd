"""Appending: the sequence, the chain, the clock, and what is refused."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from fractions import Fraction

import pytest

from tests.support.ledgers import COBALT, RECEIPT, SNAPSHOT, begun, bought, claimed, new_ledger
from vault_rules.domain.canonical import MAX_BYTES
from vault_rules.domain.entry import GENESIS, Kind, hash_of
from vault_rules.errors import LedgerError, UsageError
from vault_rules.execution.ledger import open_ledger
from vault_rules.execution.ledger.drafts import Draft, awarded, ended, intent, placed, released
from vault_rules.execution.ledger.store import Ledger
from vault_rules.execution.ledger.tables import entries, metadata


def test_entries_are_numbered_from_one_without_a_gap_and_each_is_chained_to_the_one_before(ledger: Ledger) -> None:
    begun(ledger).append("run-1", bought("k1"))
    ledger.append("run-1", [*bought("k2"), ended("done")])
    found = list(ledger.entries())
    assert [one.sequence for one in found] == list(range(1, 11))
    assert [one.previous for one in found] == [GENESIS, *(one.hash for one in found[:-1])]
    assert all(one.hash == hash_of(one) for one in found)
    assert (ledger.head().entries, ledger.head().hash) == (10, found[-1].hash)


def test_what_is_appended_is_what_is_read_by_another(ledger: Ledger, url: str) -> None:
    made = begun(ledger).append("run-1", bought("k1"))
    with open_ledger(url) as other:
        assert tuple(other.entries(after=1)) == made
        assert [one.kind for one in other.entries(kinds=[Kind.CLAIM, Kind.AWARD])] == ["claim", "award"]
        assert [one.award for one in other.entries(run="run-1", award="k1")] == ["k1"] * 4


def test_the_time_is_the_callers_and_in_utc(url: str) -> None:
    def clock() -> datetime:
        return datetime(2027, 8, 1, 12, 30, tzinfo=timezone(timedelta(hours=2)))

    with open_ledger(url, clock) as ledger:
        entry = ledger.begin("run-1", RECEIPT, SNAPSHOT)
    assert entry.at == "2027-08-01T10:30:00.000000Z"


def test_a_clock_without_a_time_zone_is_refused(url: str) -> None:
    with open_ledger(url, lambda: datetime(2027, 8, 1)) as ledger:  # noqa: DTZ001 - that is the mistake
        with pytest.raises(UsageError, match="without a time zone"):
            ledger.begin("run-1", RECEIPT, SNAPSHOT)
        assert ledger.head().entries == 0


def test_without_a_clock_a_ledger_is_for_reading(ledger: Ledger, url: str) -> None:
    with open_ledger(url) as reader, pytest.raises(UsageError, match="for reading"):
        reader.begin("run-1", RECEIPT, SNAPSHOT)


def test_a_run_begins_once_and_only_its_own_entries_follow(ledger: Ledger) -> None:
    begun(ledger)
    with pytest.raises(UsageError, match="has a run run-1 already"):
        begun(ledger)
    with pytest.raises(UsageError, match="has no run run-2"):
        ledger.append("run-2", [ended("done")])
    assert ledger.head().entries == 1


def test_all_drafts_are_recorded_or_none(ledger: Ledger) -> None:
    begun(ledger)
    with pytest.raises(UsageError, match="floating-point"):
        ledger.append("run-1", [*bought("k1"), intent("k1", "confirm", "glencore", price=34.5)])
    assert ledger.head().entries == 1 and ledger.standing().lines() == ()


def test_nothing_to_append_is_nothing_appended(ledger: Ledger) -> None:
    assert begun(ledger).append("run-1", []) == ()
    assert ledger.head().entries == 1


@pytest.mark.parametrize(
    ("drafts", "message"),
    [
        ([claimed("k1"), claimed("k1")], "is claimed already"),
        ([awarded("k1", COBALT, "USD", RECEIPT.as_of)], "was never claimed"),
        ([released("k1", "late")], "was never claimed"),
        ([Draft(Kind.CLAIM, {})], "needs the award's key"),
        ([claimed("two words")], "name of this award is none"),
        ([claimed("k" * 201)], "name of this award is none"),
        ([claimed("ключ")], "name of this award is none"),
    ],
)
def test_what_cannot_follow_is_refused(ledger: Ledger, drafts: list[Draft], message: str) -> None:
    begun(ledger)
    with pytest.raises(UsageError, match=message):
        ledger.append("run-1", drafts)
    assert ledger.head().entries == 1


def test_a_key_that_was_claimed_before_is_known_to_whoever_opens_the_ledger(ledger: Ledger, url: str) -> None:
    begun(ledger).append("run-1", [claimed("k1")])
    with new_ledger(url) as other:
        with pytest.raises(UsageError, match="claimed already"):
            other.append("run-1", [claimed("k1")])
        other.append("run-1", [released("k1", "refused")])
        other.append("run-1", [awarded("k1", COBALT, "USD", RECEIPT.as_of)])  # the trader had confirmed all the same
    assert [line.confirmed for line in ledger.standing().lines()] == [True]


def test_words_that_are_none_are_refused() -> None:
    from tests.support.ledgers import PLACEMENT

    with pytest.raises(UsageError, match="done, stopped, failed"):
        ended("over")
    with pytest.raises(UsageError, match="booked, received, cancelled"):
        placed("k1", PLACEMENT, "wms", "gone")
    with pytest.raises(UsageError, match="the day on which it was"):
        placed("k1", PLACEMENT, "wms", "received")


NASTY = {
    "null": "a\x00b",
    "lone surrogate": "\ud800",
    "astral": "🜚",
    "right to left": "\u202e",
    "quotes": "'; DROP TABLE ledger_entries; --",
    "percent": "%s %(x)s :y {z}",
    "breaks": "\r\n\u2028",
}


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_any_text_is_kept_as_it_is(ledger: Ledger, text: str) -> None:
    begun(ledger).append("run-1", [intent(None, "reserve", text, what=[text, None, True, 3, Fraction(1, 3)])])
    (found,) = ledger.entries(after=1)
    assert found.fields["to"] == text
    assert found.fields["details"] == {"what": [text, None, True, 3, "1/3"]}
    assert ledger.verify().is_whole


def test_a_large_payload_is_kept_and_one_too_large_refused(ledger: Ledger) -> None:
    begun(ledger).append("run-1", [intent(None, "reserve", "t", body="x" * 5_000_000)])
    (found,) = ledger.entries(after=1)
    assert len(found.fields["details"]["body"]) == 5_000_000
    with pytest.raises(UsageError, match=f"at most {MAX_BYTES:,}"):
        ledger.append("run-1", [intent(None, "reserve", "t", body="x" * MAX_BYTES)])
    assert ledger.verify().is_whole and ledger.head().entries == 2


def test_thousands_at_once_are_one_transaction(ledger: Ledger) -> None:
    begun(ledger).append("run-1", [claimed(f"k{number}") for number in range(3_000)])
    assert ledger.head().entries == 3_001
    assert len(ledger.standing().lines()) == 3_000


def test_the_kinds_are_those_that_the_database_takes() -> None:
    (check,) = [one for one in entries.constraints if one.name == "ledger_entries_kind"]
    said = str(check.sqltext)  # type: ignore[attr-defined]
    assert said == f"kind IN ({', '.join(repr(kind.value) for kind in Kind)})"
    assert set(metadata.tables) == {"ledger_entries", "ledger_head"}


def test_a_failed_write_leaves_the_ledger_usable(ledger: Ledger) -> None:
    begun(ledger)

    def fails(_: object) -> list[Draft]:
        raise RuntimeError("the caller's own")

    with pytest.raises(RuntimeError, match="the caller's own"):
        ledger.claim("run-1", fails)
    assert len(ledger.append("run-1", bought("k1"))) == 4


def test_whoever_uses_the_ledger_inside_of_a_claim_is_told_so_and_does_not_wait_for_itself(ledger: Ledger) -> None:
    begun(ledger)

    def appends(_: object) -> list[Draft]:
        ledger.append("run-1", bought("k1"))
        return []

    def looks(_: object) -> list[Draft]:
        return [claimed(line.key) for line in ledger.standing().lines()]

    for decide in (appends, looks):
        with pytest.raises(UsageError, match="must not use the ledger"):
            ledger.claim("run-1", decide)
    assert ledger.head().entries == 1


def test_the_payload_of_a_run_holds_its_receipt_and_snapshot(ledger: Ledger) -> None:
    begun(ledger).append("run-1", [ended("stopped", why="asked to")])
    (entry,) = ledger.entries(kinds=[Kind.RUN])
    assert json.loads(entry.payload)["receipt_sha256"] == RECEIPT.sha256
    run = ledger.run("run-1")
    assert (run.receipt, run.snapshot, run.state, run.entries) == (RECEIPT, SNAPSHOT, "stopped", 2)
    with pytest.raises(UsageError, match="has no run other"):
        ledger.run("other")


def test_a_ledger_that_became_shorter_is_noticed(ledger: Ledger) -> None:
    from tests.support.ledgers import bare_hands

    begun(ledger).append("run-1", [claimed("k1")])
    assert ledger.standing().mark == 2
    with bare_hands(ledger) as connection:
        connection.exec_driver_sql("DELETE FROM ledger_entries WHERE sequence = 2")
        connection.exec_driver_sql("UPDATE ledger_head SET entries = 1")
    with pytest.raises(LedgerError, match="shorter than it was"):
        ledger.append("run-1", [claimed("k2")])
