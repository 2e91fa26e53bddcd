"""A book read with a policy's eyes."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from tests.support.books import book
from vault_rules.domain.bind import bind
from vault_rules.domain.rows import BoundBook
from vault_rules.errors import BookError

HEADER = "offer | trader | mineral | price | quantity"
FX = "currency | rate | date"


def bound(as_of: date = date(2027, 8, 1), fields: dict[str, str] | None = None, **tables: str) -> BoundBook:
    """A book bound to a policy in USD that knows three minerals."""
    minerals = frozenset(("cobalt", "copper", "gallium"))
    return bind(
        book(**tables), currency="USD", as_of=as_of, minerals=minerals, traders=None, buyers=None, fields=fields or {}
    )


def refused(**tables: Any) -> list[str]:
    with pytest.raises(BookError) as caught:
        bound(**tables)
    return [str(cell) for cell in caught.value.bad_cells]


def test_rows_stand_in_the_order_of_their_ids_whatever_the_files() -> None:
    rows = "b | t | cobalt | 1 | 1\nB | t | cobalt | 1 | 1\na | t | cobalt | 1 | 1"
    assert [one.offer for one in bound(offers=f"{HEADER}\n{rows}").offers] == ["B", "a", "b"]


def test_prices_are_in_the_policys_currency_by_the_latest_rate_not_after_the_day() -> None:
    fx = f"{FX}\nEUR | 1.1 | 2027-01-01\nEUR | 1.2 | 2027-08-01\nEUR | 1.3 | 2027-08-02\nEUR | 9 |"
    offers = f"{HEADER}\na | t | cobalt | 10 EUR/kg | 1"
    assert bound(offers=offers, fx=fx).offers[0].price == 12
    assert bound(date(2027, 7, 31), offers=offers, fx=fx).offers[0].price == 11
    assert bound(date(2026, 7, 31), offers=offers, fx=fx).offers[0].price == 90


def test_a_price_in_a_currency_without_a_rate_is_a_bad_cell() -> None:
    offers = f"{HEADER}\na | t | cobalt | 10 EUR/kg | 1"
    (said,) = refused(offers=offers, fx=f"{FX}\nEUR | 1.1 | 2027-08-02")
    assert "column price: `10 EUR/kg`: the book has no exchange rate for EUR on or before 2027-08-01" in said


def test_the_policys_own_currency_is_worth_one() -> None:
    assert bound(fx=f"{FX}\nUSD | 1 |").fx == {"USD": 1}
    (said,) = refused(fx=f"{FX}\nUSD | 1.01 |")
    assert "its rate is 1" in said


def test_an_unknown_mineral_is_a_bad_cell_with_the_nearest_that_is_known() -> None:
    (said,) = refused(offers=f"{HEADER}\na | t | Galium | 10 | 1")
    assert said == (
        "offers.csv, row 2, column mineral: `Galium` is not a mineral that the policy knows (did you mean `gallium`?)"
    )


def test_what_a_facility_accepts_is_known_too() -> None:
    (said,) = refused(facilities="facility | kind | capacity | accepts\nf | owned | 1 | cobalt;coper")
    assert "did you mean `copper`?" in said


def test_bad_cells_of_the_book_and_of_the_policys_eyes_are_said_together() -> None:
    said = refused(offers=f"{HEADER}\na | t | coblt | 10 | 0\nb | t | cobalt | 10 EUR/kg | 1")
    assert [line.partition(":")[0] for line in said] == [
        "offers.csv, row 2, column quantity",
        "offers.csv, row 2, column mineral",
        "offers.csv, row 3, column price",
    ]


def test_declared_columns_are_read_as_the_policy_says() -> None:
    kinds = {"esg": "ratio", "weight": "stock", "fee": "charge", "bond": "money", "audit": "boolean", "seen": "date"}
    header = f"{HEADER} | unit | currency | esg | weight | fee | bond | audit | seen | notes"
    row = "a | t | cobalt | 10 | 1 | t | EUR | 15% | 2 | 3 USD/kg | 4 | true | 2027-01-01 | x"
    offer = bound(fields=kinds, offers=f"{header}\n{row}", fx=f"{FX}\nEUR | 2 |").offers[0]
    assert offer.fields == {
        "esg": Fraction(3, 20), "weight": 2000, "fee": 3, "bond": 8, "audit": True, "seen": date(2027, 1, 1),
    }  # fmt: skip
    assert (offer.price, offer.quantity) == (20, 1000)


def test_a_bad_cell_in_a_declared_column_is_one_too() -> None:
    (said,) = refused(fields={"esg": "ratio"}, offers=f"{HEADER} | esg\na | t | cobalt | 1 | 1 | high")
    assert "row 2, column esg: `high`" in said


AWARDS = "mineral | quantity | cost | date | request"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("cobalt | 1 | 1 | 2027-08-02 |", "column date: `2027-08-02`: a prior award is dated on or before 2027-08-01"),
        ("copper | 1 | 1 | 2027-08-01 | r1", "column mineral: `copper`: request `r1` is for cobalt"),
        ("cobalt | 6 | 1 | 2027-08-01 | r1\ncobalt | 5 | 1 | 2027-08-01 | r1", "row 3, column quantity: `5`"),
    ],
)
def test_a_prior_award_that_cannot_be_is_a_bad_cell(rows: str, said: str) -> None:
    (line,) = refused(awards=f"{AWARDS}\n{rows}")
    assert said in line


def test_a_prior_award_may_fill_its_request_and_may_be_to_one_of_another_book() -> None:
    rows = "cobalt | 10 | 1 | 2027-08-01 | r1\ncobalt | 99 | 1 | 2027-08-01 | elsewhere"
    assert len(bound(awards=f"{AWARDS}\n{rows}").awards) == 2


def test_a_plans_own_columns_are_read_in_kilograms() -> None:
    header = "request | offer | mineral | quantity_kg | price_per_kg | cost | currency | date | reference_per_kg | rule"
    row = "r1 | a | cobalt | 2.5 | 10 | 25.00 | USD | 2027-08-01 | 9 | p.vault:1:1"
    (award,) = bound(awards=f"{header}\n{row}").awards
    assert (award.quantity, award.price, award.cost) == (Fraction(5, 2), 10, 25)


def test_a_holding_lies_in_a_facility_of_the_book() -> None:
    facilities = "facility | kind | capacity\nhartree-nola | owned | 1"
    (said,) = refused(facilities=facilities, holdings="mineral | quantity | facility\ncobalt | 1 | hartree-nol")
    assert "did you mean `hartree-nola`?" in said
