"""Sheets to rows: the columns, what is blank, what stands twice, and where each bad cell is said to be."""

from __future__ import annotations

import pytest

from tests.support.books import book as make_book
from vault_rules.domain.book import Book
from vault_rules.errors import BookError


def said(book: Book) -> str:
    return "\n".join(str(cell) for cell in book.bad)


def test_a_book_without_mistakes_has_no_bad_cell() -> None:
    book = make_book()
    assert book.bad == ()
    assert book.tables["offers"].rows[0].get("quantity") == 10
    book.check()


def test_a_bad_cell_names_file_row_column_value_and_what_was_expected() -> None:
    book = make_book(
        offers="offer | trader | mineral | price | quantity\na | t | cobalt | 34,5 | 1\nb | t | cobalt | 3 | 1"
    )
    expected = "offers.csv, row 2, column price: `34,5`: expected a price such as `34.50` or `34.50 USD/kg`"
    assert said(book) == f"{expected} (write a decimal point, not a comma)"


def test_all_bad_cells_are_found_at_once_in_the_order_of_tables_and_rows() -> None:
    book = make_book(
        offers="offer | trader | mineral | price | quantity\n | t | cobalt | x | 0\nb | t | cobalt | 3 |",
        requests="request | buyer | mineral | quantity | need_by\nr1 | gm | cobalt | 1 | soon",
    )
    with pytest.raises(BookError) as caught:
        book.check()
    places = [(cell.place, cell.row, cell.column) for cell in caught.value.bad_cells]
    assert sorted(places[:3]) == [("offers.csv", 2, "offer"), ("offers.csv", 2, "price"), ("offers.csv", 2, "quantity")]
    assert places[3:] == [("offers.csv", 3, "quantity"), ("requests.csv", 2, "need_by")]
    assert caught.value.total == 5


def test_at_most_two_hundred_bad_cells_are_kept_and_all_are_counted() -> None:
    rows = "\n".join(f"o{number} | t | cobalt | x | 1" for number in range(1000))
    book = make_book(offers=f"offer | trader | mineral | price | quantity\n{rows}")
    with pytest.raises(BookError) as caught:
        book.check()
    assert (len(caught.value.bad_cells), caught.value.total) == (200, 1000)


def test_a_missing_column_is_named_with_the_one_that_may_be_meant() -> None:
    book = make_book(offers="ofer | trader | mineral | price | quantity\na | t | cobalt | 1 | 1")
    assert (
        said(book) == "offers.csv, column offer: the column `offer` is missing (is that what `ofer` should be called?)"
    )


def test_a_misspelt_column_is_not_silently_ignored() -> None:
    book = make_book(offers="offer | trader | mineral | price | quantity | orgin\na | t | cobalt | 1 | 1 | US")
    assert said(book) == "offers.csv, column orgin: `offers` has no such column (did you mean `origin`?)"


def test_a_column_that_nobody_knows_is_ignored() -> None:
    book = make_book(offers="offer | trader | mineral | price | quantity | notes\na | t | cobalt | 1 | 1 | kept cold")
    assert book.bad == ()


def test_a_header_may_be_capitalised_and_have_blanks() -> None:
    book = make_book(offers="Offer | Trader | Mineral | Price | Quantity | Processed in\na | t | cobalt | 1 | 1 | US")
    assert book.tables["offers"].rows[0].get("processed_in") == "US"


def test_one_column_under_two_spellings_is_a_mistake() -> None:
    book = make_book(offers="offer | trader | mineral | price | quantity | Price\na | t | cobalt | 1 | 1 | 2")
    assert said(book) == "offers.csv, column Price: the column `price` stands twice"


@pytest.mark.parametrize(
    ("table", "text", "column"),
    [
        (
            "offers",
            "offer | trader | mineral | price | quantity\na | t | cobalt | 1 | 1\na | t | cobalt | 1 | 1",
            "offer",
        ),
        ("requests", "request | buyer | mineral | quantity\nr | b | cobalt | 1\nr | b | copper | 1", "request"),
        ("facilities", "facility | kind | capacity\nf | owned | 1\nf | owned | 1", "facility"),
        ("benchmarks", "mineral | price | date\ncobalt | 1 | 2027-01-01\ncobalt | 2 | 2027-01-01", "date"),
        ("fx", "currency | rate | date\nEUR | 1 | 2027-01-01\nEUR | 2 | 2027-01-01", "date"),
    ],
)
def test_what_may_stand_once_is_a_bad_cell_at_the_second_place(table: str, text: str, column: str) -> None:
    (cell,) = make_book(**{table: text}).bad
    assert (cell.row, cell.column) == (3, column)
    assert "the first is in row 2" in cell.expected


def test_benchmarks_of_two_indexes_or_forms_may_share_a_day() -> None:
    rows = "cobalt | 1 | 2027-01-01 | |\ncobalt | 2 | 2027-01-01 | usgs |\ncobalt | 3 | 2027-01-01 | | cathode"
    assert make_book(benchmarks=f"mineral | price | date | index | form\n{rows}").bad == ()


def test_demand_may_stand_on_several_rows_only_if_equal_in_whatever_units() -> None:
    header = "mineral | quantity | unit | demand_per_year"
    assert make_book(holdings=f"{header}\ncobalt | 0 | t | 1\ncobalt | 0 | kg | 1000").bad == ()
    (cell,) = make_book(holdings=f"{header}\ncobalt | 0 | t | 1\ncobalt | 0 | t | 2").bad
    assert (cell.row, cell.column, cell.value) == (3, "demand_per_year", "2")


def test_zero_is_allowed_in_what_is_held_costs_and_capacities() -> None:
    book = make_book(
        holdings="mineral | quantity\ncobalt | 0",
        facilities="facility | kind | capacity | cost\nf | owned | 0 | 0",
        awards="mineral | quantity | cost | date\ncobalt | 1 | 0 | 2027-01-01",
    )
    assert book.bad == ()


def test_a_wholly_blank_row_is_no_row() -> None:
    book = make_book(offers="offer | trader | mineral | price | quantity\n | | | | \na | t | cobalt | 1 | 1")
    assert [row.number for row in book.tables["offers"].rows] == [3]
    assert book.bad == ()


def test_a_bad_unit_is_said_once_at_its_own_cell() -> None:
    book = make_book(offers="offer | trader | mineral | price | quantity | unit\na | t | cobalt | 1 | 1 | tonnes")
    assert said(book) == "offers.csv, row 2, column unit: `tonnes` is not a unit of mass (did you mean `t`?)"


def test_what_a_cell_holds_is_shown_on_one_short_line() -> None:
    book = make_book(offers=f"offer | trader | mineral | price | quantity\na | t | cobalt | \x1b[31m{'x' * 5000} | 1")
    assert len(said(book)) < 250
    assert "\x1b" not in said(book)


def test_a_title_above_the_header_is_one_mistake() -> None:
    rows = "Offers of 2027 | | |\noffer | trader | mineral | price\na | t | cobalt | 1"
    book = make_book(offers=rows.replace("Offers of 2027 | | |", "Offers of 2027 | x | y | z"))
    assert said(book) == "offers.csv: the first row does not name the columns (is a title above the header? remove it)"
