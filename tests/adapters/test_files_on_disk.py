"""The built-in adapters `files`: every format, what files say while something is held, and files that are no good."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from tests.adapters.files_on_disk import write_tables
from vault_rules.adapters.files_config import FilesConfig, PricesConfig
from vault_rules.adapters.files_storage import FilesPrices, FilesStorage
from vault_rules.adapters.files_trader import FilesTrader
from vault_rules.adapters.messages import Award, Delivery, Placement, Query, Refusal, Row, State, Why
from vault_rules.adapters.registration import Setup
from vault_rules.errors import BookError, Unavailable
from vault_rules.testing.contracts import FACILITIES, OFFERS

ALL = Query(("cobalt", "copper", "gallium"))
AWARD = Award("a", "cobalt", Fraction(4000), Fraction("34.50"), "USD")


def frame(rows: tuple[Row, ...]) -> pl.DataFrame:
    return pl.DataFrame([dict(row.cells) for row in rows])


def workbook(path: Path, rows: tuple[Row, ...]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Offers"
    sheet.append(list(rows[0].cells))
    for row in rows:
        sheet.append([float(cell) if name == "price" and cell else cell for name, cell in row.cells.items()])
    book.save(path)
    return path


def order_book(folder: Path, form: str) -> Path:
    """The order book in one of the forms that it may have."""
    match form:
        case "a folder of CSV":
            return write_tables(folder / "desk", {"offers": OFFERS})
        case "a CSV file":
            return write_tables(folder / "desk", {"offers": OFFERS}) / "offers.csv"
        case "a Parquet file":
            frame(OFFERS).write_parquet(folder / "desk.parquet")
            return folder / "desk.parquet"
        case "a folder of Parquet":
            (folder / "desk").mkdir()
            frame(OFFERS).write_parquet(folder / "desk" / "offers.parquet")
            return folder / "desk"
    return workbook(folder / "desk.xlsx", OFFERS)


FORMS = ["a folder of CSV", "a CSV file", "a Parquet file", "a folder of Parquet", "a workbook"]


@pytest.mark.parametrize("form", FORMS)
def test_an_order_book_of_any_form_is_read_and_traded(tmp_path: Path, form: str) -> None:
    path = order_book(tmp_path, form)
    trader = FilesTrader(FilesConfig(path.relative_to(tmp_path)), Setup("glencore", tmp_path))
    assert [row.cells["offer"] for row in trader.offers(ALL)] == ["a", "b", "c", "d"]
    assert trader.health() == f"{path.name}, 4 offers"
    assert not isinstance(trader.reserve(AWARD, "k"), Refusal)
    again = FilesTrader(FilesConfig(path.relative_to(tmp_path)), Setup("glencore", tmp_path))
    assert again.status("k").state is State.HELD
    assert next(iter(again.offers(ALL))).cells["quantity"] == "6000 kg"
    assert [file.name for file in tmp_path.rglob("*.jsonl")] == [
        "holds.jsonl" if path.is_dir() else f"{path.stem}.holds.jsonl"
    ]


def test_asking_alone_writes_nothing(tmp_path: Path) -> None:
    folder = write_tables(tmp_path / "desk", {"offers": OFFERS})
    trader = FilesTrader(FilesConfig(folder), Setup("glencore", tmp_path))
    list(trader.offers(ALL))
    trader.status("k")
    assert [file.name for file in folder.iterdir()] == ["offers.csv"]


def test_a_row_keeps_its_number_in_the_file(tmp_path: Path) -> None:
    folder = write_tables(tmp_path / "desk", {"offers": OFFERS})
    trader = FilesTrader(FilesConfig(folder), Setup("glencore", tmp_path))
    assert [(row.cells["offer"], row.number) for row in trader.offers(Query(("gallium",)))] == [("c", 4)]


def test_an_offer_of_which_nothing_is_left_is_left_out(tmp_path: Path) -> None:
    folder = write_tables(tmp_path / "desk", {"offers": OFFERS})
    trader = FilesTrader(FilesConfig(folder), Setup("glencore", tmp_path))
    trader.reserve(Award("a", "cobalt", Fraction(10000), Fraction("34.50"), "USD"), "k")
    assert [row.cells["offer"] for row in trader.offers(Query(("cobalt",)))] == ["b"]


def test_a_file_that_changes_is_read_again(tmp_path: Path) -> None:
    folder = write_tables(tmp_path / "desk", {"offers": OFFERS})
    trader = FilesTrader(FilesConfig(folder), Setup("glencore", tmp_path))
    assert len(list(trader.offers(ALL))) == 4
    write_tables(folder, {"offers": OFFERS[:1]})
    assert len(list(trader.offers(ALL))) == 1


@pytest.mark.parametrize(
    ("lot", "least", "said"),
    [("3000", "", "is sold in whole lots of 3000 kg"), ("", "5000", "is not sold below 5000 kg")],
)
def test_what_is_not_sold_like_that_is_refused(tmp_path: Path, lot: str, least: str, said: str) -> None:
    cells = {**OFFERS[0].cells, "unit": "kg", "quantity": "10000", "lot": lot, "min_quantity": least}
    folder = write_tables(tmp_path / "desk", {"offers": (Row(cells),)})
    refused = FilesTrader(FilesConfig(folder), Setup("glencore", tmp_path)).reserve(AWARD, "k")
    assert isinstance(refused, Refusal) and (refused.why, said in refused.text) == (Why.TERMS, True)


def test_a_refusal_says_how_much_is_left(tmp_path: Path) -> None:
    folder = write_tables(tmp_path / "desk", {"offers": OFFERS})
    trader = FilesTrader(FilesConfig(folder), Setup("glencore", tmp_path))
    trader.reserve(AWARD, "k")
    refused = trader.reserve(Award("a", "cobalt", Fraction(7000), Fraction("34.50"), "USD"), "l")
    assert isinstance(refused, Refusal)
    assert (refused.why, refused.left, refused.text) == (
        Why.LESS, Fraction(6000), "of `a` 6000 kg are left, not 7000 kg"
    )  # fmt: skip


def test_what_a_storage_received_is_among_its_holdings(tmp_path: Path) -> None:
    folder = write_tables(tmp_path / "shed", {"facilities": FACILITIES})
    storage = FilesStorage(FilesConfig(folder), Setup("main", tmp_path))
    storage.book(Placement("nola", "cobalt", Fraction(100), "cathode", "AU"), "k")
    storage.confirm("k", Fraction(100))
    storage.receive("k", Delivery("truck", Fraction(40), date(2027, 9, 1)))
    (row,) = storage.holdings()
    assert row.cells == {
        "mineral": "cobalt", "form": "cathode", "origin": "AU", "facility": "nola", "quantity": "40 kg"
    }  # fmt: skip
    assert next(iter(storage.facilities(ALL))).cells["capacity"] == "9940 kg"


def test_prices_and_rates_are_read(tmp_path: Path) -> None:
    benchmarks = (Row({"mineral": "cobalt", "price": "30", "date": "2027-01-01"}),)
    folder = write_tables(
        tmp_path / "prices", {"benchmarks": benchmarks, "fx": (Row({"currency": "EUR", "rate": "1.1"}),)}
    )
    prices = FilesPrices(PricesConfig(folder), Setup("lme", tmp_path))
    assert [row.cells["price"] for row in prices.benchmarks(ALL)] == ["30"]
    assert list(prices.benchmarks(Query(("tin",)))) == []
    assert [row.cells["currency"] for row in prices.rates()] == ["EUR"]
    assert prices.health() == "prices, 1 benchmarks"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "desk has no table `offers`"),
        ("offer,mineral,price\na,cobalt,1\n", "column quantity: the column `quantity` is missing"),
        ('offer,mineral,price,quantity\n"a,cobalt,1,1\n', "opens a quotation mark"),
        ("offer,mineral,price,quantity\na,cobalt,1,1,1\n", "row 2: has 5 cells, the header 4"),
    ],
)
def test_a_file_that_is_no_order_book_is_a_bad_book(tmp_path: Path, text: str | None, said: str) -> None:
    (tmp_path / "desk").mkdir()
    if text is not None:
        (tmp_path / "desk" / "offers.csv").write_text(text, encoding="utf-8")
    trader = FilesTrader(FilesConfig(Path("desk")), Setup("glencore", tmp_path))
    with pytest.raises(BookError) as bad:
        list(trader.offers(ALL))
    assert said in str(bad.value).replace(": ", " ", 1) or said in str(bad.value)


def test_a_folder_that_is_not_there_is_not_available(tmp_path: Path) -> None:
    trader = FilesTrader(FilesConfig(Path("desk")), Setup("glencore", tmp_path))
    with pytest.raises(Unavailable, match="desk cannot be read: No such file or directory"):
        list(trader.offers(ALL))
