"""What stands: each award's last word, its sums, and what a book is told of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import attrs
import polars as pl
import pytest

import vault_rules as vr
from tests.support.ledgers import AS_OF, COBALT, COPPER, PLACEMENT, bare_hands, begun, bought, claimed
from vault_rules.domain.tables import TABLES
from vault_rules.errors import LedgerError
from vault_rules.execution.ledger.drafts import Draft, awarded, placed, released
from vault_rules.execution.ledger.standing import Standing, use
from vault_rules.execution.ledger.store import Ledger

HALF = attrs.evolve(COBALT, quantity=Fraction(5_000), cost=Decimal("172500.00"))
EARLIER, LATER = date(2027, 6, 30), date(2027, 8, 2)


@pytest.fixture
def url(tmp_path: Path) -> str:
    """What stands is worked out of the entries, the same whichever database they are in."""
    return f"sqlite:///{tmp_path}/vault.ledger"


def test_what_is_claimed_stands_until_it_is_released(ledger: Ledger) -> None:
    begun(ledger).append("run-1", [claimed("k1")])
    (line,) = ledger.standing().lines()
    assert (line.run, line.key, line.confirmed, line.award, line.day) == ("run-1", "k1", False, COBALT, AS_OF)
    ledger.append("run-1", [released("k1", "refused")])
    assert ledger.standing().lines() == ()


def test_what_is_confirmed_takes_the_place_of_what_was_claimed(ledger: Ledger) -> None:
    begun(ledger).append("run-1", [claimed("k1"), awarded("k1", HALF, "USD", AS_OF)])
    (line,) = ledger.standing().lines(confirmed=True)
    assert (line.award.quantity, line.award.cost) == (5_000, Decimal("172500.00"))


def test_a_price_that_no_decimal_ends_is_kept_exactly(ledger: Ledger) -> None:
    begun(ledger).append("run-1", [claimed("k1", COPPER)])
    assert ledger.standing().lines()[0].award == COPPER


def test_what_stands_is_chosen_by_request_mineral_and_day_over_all_runs(ledger: Ledger) -> None:
    begun(ledger, "run-1", "run-2")
    ledger.append("run-1", [*bought("k1", COBALT, EARLIER), *bought("k2")])
    ledger.append("run-2", [claimed("k1", COPPER, LATER)])
    standing = ledger.standing()
    assert [line.run for line in standing.lines()] == ["run-1", "run-1", "run-2"]
    assert [line.key for line in standing.lines(requests={"r1"})] == ["k1", "k2"]
    assert [line.award.mineral for line in standing.lines(minerals={"copper"})] == ["copper"]
    assert [line.key for line in standing.lines(since=AS_OF, until=AS_OF)] == ["k2"]
    assert [line.day for line in standing.lines(run="run-2")] == [LATER]
    found = use(standing.lines())
    assert (found.quantity, found.cost) == (30_000, {"USD": Decimal("1035000.00")})


def test_the_mark_tells_whether_anything_has_changed(ledger: Ledger) -> None:
    begun(ledger, "run-1", "run-2")
    before = ledger.standing()
    ledger.append("run-1", [placed("k1", PLACEMENT, "wms")])
    assert ledger.standing() == before
    ledger.append("run-2", [claimed("k1")])
    assert ledger.standing().mark > before.mark
    assert before.lines() == ()


def test_claiming_records_what_the_look_decides(ledger: Ledger) -> None:
    begun(ledger)

    def decide(now: Standing) -> list[Draft]:
        return [] if len(now.lines()) >= 3 else [claimed(f"k{len(now.lines())}")]

    for _ in range(5):
        ledger.claim("run-1", decide)
    assert [line.key for line in ledger.standing().lines()] == ["k0", "k1", "k2"]


# ---- prior awards --------------------------------------------------------------------------------------------------


def test_prior_awards_have_the_columns_of_a_book_and_the_policies_fields(ledger: Ledger) -> None:
    assert ledger.prior_awards(AS_OF).columns == [column.name for column in TABLES["awards"]]
    carrying = attrs.evolve(COBALT, carried={**COBALT.carried, "carbon": "12"})
    begun(ledger).append("run-1", bought("k1", carrying))
    (row,) = ledger.prior_awards(AS_OF).to_dicts()
    assert row["carbon"] == "12" and row["producer"] == "kamoto" and row["hazard"] is None
    assert (row["quantity"], row["unit"], row["price"], row["per"]) == ("10000", "kg", "34.5", "kg")
    assert (row["cost"], row["currency"], row["date"], row["step"]) == ("345000.00", "USD", "2027-08-01", "1")
    assert "note" not in row


def test_prior_awards_hold_what_other_runs_have_claimed_unless_told_otherwise(ledger: Ledger) -> None:
    begun(ledger, "run-1", "run-2")
    ledger.append("run-1", bought("k1"))
    ledger.append("run-2", [claimed("k1", COPPER), *bought("k2"), released("k2", "cancelled")])
    assert ledger.prior_awards(AS_OF)["mineral"].to_list() == ["copper", "cobalt"][::-1]
    assert ledger.prior_awards(AS_OF, claimed=False)["mineral"].to_list() == ["cobalt"]


def test_what_is_dated_later_is_left_out(ledger: Ledger) -> None:
    begun(ledger).append("run-1", [*bought("k1", day=LATER), *bought("k2", day=EARLIER)])
    assert ledger.prior_awards(AS_OF)["date"].to_list() == ["2027-06-30"]


def test_an_award_is_received_once_all_of_it_is(ledger: Ledger) -> None:
    begun(ledger).append("run-1", bought("k1", day=EARLIER))
    half = attrs.evolve(PLACEMENT, quantity=Fraction(5_000))
    other = attrs.evolve(half, facility="nola")
    ledger.append("run-1", [placed("k1", half, "wms"), placed("k1", other, "wms")])
    ledger.append("run-1", [placed("k1", half, "wms", "received", date(2027, 7, 15))])
    assert ledger.prior_awards(AS_OF)["received"].to_list() == [None]
    ledger.append("run-1", [placed("k1", other, "wms", "received", date(2027, 7, 20))])
    assert ledger.prior_awards(AS_OF)["received"].to_list() == ["2027-07-20"]
    assert ledger.prior_awards(date(2027, 7, 18))["received"].to_list() == [None]
    ledger.append("run-1", [placed("k1", other, "wms", "cancelled")])
    assert ledger.prior_awards(AS_OF)["received"].to_list() == [None]
    assert [place.facility for place in ledger.places()["run-1", "k1"]] == ["houston"]


POLICY = """policy small "Small" {
  currency USD
}
mineral cobalt
field carbon: number else 100
cap quarter: spend <= 1000000 USD per quarter
cap clean: quantity <= 12000 kg per year where carbon <= 20
waterfall w {
  take all
}
"""


def test_a_cap_with_a_period_counts_what_the_ledger_holds(ledger: Ledger, tmp_path: Path) -> None:
    file = tmp_path / "small.vault"
    file.write_text(POLICY, encoding="utf-8")
    policy = vr.load_policy(file)
    carrying = attrs.evolve(COBALT, request="r0", carried={"carbon": "12"})
    begun(ledger).append("run-1", [*bought("k1", carrying, date(2027, 7, 1))])

    def plan() -> list[str]:
        offers = {"offer": ["x"], "trader": ["t"], "mineral": ["cobalt"], "price": ["100"], "quantity": ["90000"]}
        offers |= {"carbon": ["30"]}
        requests = {"request": ["r9"], "buyer": ["gm"], "mineral": ["cobalt"], "quantity": ["90000"]}
        book = vr.Book.from_frames(
            offers=pl.DataFrame(offers), requests=pl.DataFrame(requests), awards=ledger.prior_awards(AS_OF)
        )
        made = vr.evaluate(policy, book, AS_OF)
        return [*made.awards["quantity_kg"].to_list(), *made.caps.filter(pl.col("rule") == "clean")["used"].to_list()]

    assert plan() == ["6550", "10000 kg"]  # 655,000 of the million are left
    ledger.append("run-1", [claimed("k2", attrs.evolve(carrying, cost=Decimal("600000.00")))])
    assert plan() == ["550", "20000 kg"]
    ledger.append("run-1", [released("k2", "refused")])
    assert plan() == ["6550", "10000 kg"]


@pytest.mark.parametrize("payload", ["{}", "[]", "nonsense", '{"date":"never","currency":"USD"}', "[" * 100_000])
def test_an_entry_that_no_run_wrote_is_a_clear_error(ledger: Ledger, payload: str) -> None:
    begun(ledger).append("run-1", [claimed("k1")])
    with bare_hands(ledger) as connection:
        connection.exec_driver_sql("UPDATE ledger_entries SET payload = ? WHERE sequence = 2", (payload,))
    with pytest.raises(LedgerError, match="entry 2 of the ledger"):
        ledger.standing()
    with pytest.raises(LedgerError, match="entry 2 of the ledger"):
        ledger.append("run-1", [claimed("k2")])
