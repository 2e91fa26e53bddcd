"""Books made of frames, and what a book's hash says."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from tests.support.books import OFFERS, REQUESTS, book, sheet
from tests.support.policies import AS_OF, policy
from vault_rules import api
from vault_rules.domain.book import Book
from vault_rules.domain.sheet import BadCell, Sheet
from vault_rules.errors import BookError, UsageError

COLUMNS: dict[str, list[Any]] = {
    "offer": ["a"],
    "trader": ["glencore"],
    "mineral": ["cobalt"],
    "price": [Decimal("34.50")],
    "quantity": [10],
}
ASKED = {"request": ["r1"], "buyer": ["gm"], "mineral": ["cobalt"], "quantity": [10]}


@pytest.mark.parametrize("make", [pl.DataFrame, pd.DataFrame, pa.table, lambda columns: pl.DataFrame(columns).lazy()])
def test_frames_of_every_library_make_the_same_book_as_a_file(make: Any) -> None:
    made = Book.from_frames(offers=make(COLUMNS), requests=make(ASKED), benchmarks=None)
    assert made.sha256 == book().sha256
    assert sorted(made.tables) == ["offers", "requests"]


def test_a_binary_float_is_refused_before_it_can_become_a_price() -> None:
    with pytest.raises(BookError) as caught:
        Book.from_frames(offers=pl.DataFrame(COLUMNS | {"price": [34.5]}), requests=pl.DataFrame(ASKED))
    (cell,) = caught.value.bad_cells
    assert (cell.place, cell.column, cell.row) == ("offers", "price", None)
    assert "floating" in cell.expected


def test_a_float_column_is_said_once_however_it_is_spelt() -> None:
    columns = {name: value for name, value in COLUMNS.items() if name != "price"} | {"Price": [34.5]}
    with pytest.raises(BookError) as caught:
        Book.from_frames(offers=pl.DataFrame(columns), requests=pl.DataFrame(ASKED))
    assert caught.value.total == 1


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ({"ofers": pl.DataFrame(COLUMNS)}, "did you mean `offers`?"),
        ({"offers": [COLUMNS]}, "is no frame that speaks Arrow"),
        ({"offers": 3.5}, "is no frame that speaks Arrow"),
    ],
)
def test_what_is_no_frame_or_no_table_is_a_usage_error(tables: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said.replace("?", r"\?")):
        Book.from_frames(**tables)


def test_a_book_needs_offers_and_requests() -> None:
    with pytest.raises(BookError) as caught:
        Book.from_frames()
    assert [str(cell) for cell in caught.value.bad_cells] == [
        "the book: has no table `offers`",
        "the book: has no table `requests`",
    ]


def test_what_only_the_reader_could_see_is_said_once_with_the_rest() -> None:
    broken = sheet("offers", OFFERS.replace("34.50", ""))
    formula = BadCell("offers.csv", 2, "price", None, "holds a formula without a stored value")
    bad = Book(
        {
            "offers": Sheet("offers", "offers.csv", broken.frame, bad=(formula,)),
            "requests": sheet("requests", REQUESTS.replace("10", "ten")),
        }
    )
    assert [(cell.row, cell.column) for cell in bad.bad] == [(2, "price"), (2, "quantity")]
    assert bad.total_bad == 2


def test_the_hash_tells_books_apart_and_not_how_they_are_written() -> None:
    header = "offer | trader | mineral | price | quantity"
    plain = f"{header}\na | glencore | cobalt | 34.5 | 10"
    otherwise = "trader | offer | mineral | quantity | price\nglencore | a | cobalt | 10000 g | 34.500"
    assert book(offers=plain).sha256 == book().sha256 == book(offers=otherwise).sha256
    assert book(offers=plain.replace("34.5 ", "34.6 ")).sha256 != book().sha256
    assert book(offers=plain + "\nb | glencore | cobalt | 34.5 | 10").sha256 != book().sha256


STRANGE = {"notes": [1.5], "parts": [["x", "y"]]}


def test_a_column_that_no_book_has_may_hold_anything_until_a_policy_declares_it() -> None:
    frame = pl.DataFrame(COLUMNS | STRANGE)
    made = Book.from_frames(offers=frame, requests=pl.DataFrame(ASKED))
    any_policy = policy("waterfall w { take all }")
    assert api.evaluate(any_policy, made, AS_OF).rows.totals.awarded == 10
    with pytest.raises(BookError) as caught:
        api.evaluate(policy("field notes: number else 1\nwaterfall w { take all by notes }"), made, AS_OF)
    (cell,) = caught.value.bad_cells
    assert (cell.column, "floating" in cell.expected) == ("notes", True)


def test_a_plans_awards_carry_what_caps_count_when_they_are_read_back(tmp_path: Path) -> None:
    text = "field grade: ratio else 0%\nwaterfall w { take all }\ncap c: share by producer <= 50% of requested\n"
    header = "offer | trader | mineral | price | quantity | producer | purity | grade"
    offers = f"{header}\na | t | cobalt | 1 | 90 | mine | 99.5 | 7%"
    requests = "request | buyer | mineral | quantity\nr | b | cobalt | 100"
    first = api.evaluate(policy(text), book(offers=offers, requests=requests), AS_OF)
    first.to_csv(tmp_path)
    columns, row = (tmp_path / "awards.csv").read_text(encoding="utf-8").splitlines()
    cells = dict(zip(columns.split(","), row.split(","), strict=True))
    assert (cells["producer"], cells["purity"], cells["grade"]) == ("mine", "99.5%", "7%")
    again = book(offers=offers, requests=requests, awards=f"{columns}\n{row}".replace(",", " | "))
    assert api.evaluate(policy(text), again, AS_OF).rows.shortfalls[0].because == ("cap:c",)
    assert first.rows.shortfalls[0].quantity == 50
