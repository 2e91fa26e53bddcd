"""A folder or a workbook as tables by name."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from vault_rules.adapters.files import read_sheets
from vault_rules.errors import UsageError

MakeBook = Callable[..., Path]
ROW = '<row r="1"><c r="A1"><v>7</v></c></row>'
NEEDED = {"offers.csv": "offer\na\n", "requests.csv": "request\nr\n"}
A_BOOK = "a book is a folder of tables, or a workbook (.xlsx)"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A folder with the two tables that a book needs."""
    folder = tmp_path / "book"
    folder.mkdir()
    for name, text in NEEDED.items():
        (folder / name).write_text(text)
    return folder


def said(path: Path) -> list[str]:
    return [str(one) for one in read_sheets(path)[1]]


def test_a_folder_holds_a_file_for_each_table(book: Path, make_book: MakeBook) -> None:
    pl.DataFrame({"mineral": ["cobalt"]}).write_parquet(book / "benchmarks.PARQUET")
    make_book(book / "Holdings.xlsx", {"Sheet1": ROW})
    (book / "README.md").write_text("# read me")
    (book / "old_prices.csv").write_text("\0")
    (book / "~$awards.xlsx").write_text("a lock")
    (book / ".fx.csv").write_text("hidden")
    sheets, bad = read_sheets(book)
    assert bad == ()
    assert {name: (sheet.name, sheet.place, sheet.frame.columns) for name, sheet in sheets.items()} == {
        "offers": ("offers", "offers.csv", ["offer"]),
        "requests": ("requests", "requests.csv", ["request"]),
        "benchmarks": ("benchmarks", "benchmarks.PARQUET", ["mineral"]),
        "holdings": ("holdings", "Holdings.xlsx, sheet Sheet1", ["7"]),
    }


def test_a_folder_may_be_a_link(book: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(book)
    assert set(read_sheets(tmp_path / "link")[0]) == {"offers", "requests"}


def test_a_table_has_one_file(book: Path) -> None:
    (book / "offers.xlsx").write_text("")
    assert said(book) == ["book: has 2 files for the table `offers`: offers.csv and offers.xlsx"]
    assert set(read_sheets(book)[0]) == {"requests"}


def test_offers_and_requests_must_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    monkeypatch.chdir(folder)
    assert said(Path()) == [
        "empty: has no table `offers`: offers.csv, offers.parquet or offers.xlsx",
        "empty: has no table `requests`: requests.csv, requests.parquet or requests.xlsx",
    ]


def test_a_misspelt_file_is_noticed_while_its_table_is_absent(book: Path) -> None:
    (book / "offers.csv").rename(book / "offer.csv")
    (book / "benchmark.csv").write_text("mineral\n")
    (book / "request.csv").write_text("a copy\n")
    missing = "book: has no table `offers`: offers.csv, offers.parquet or offers.xlsx"
    assert said(book) == [
        f"{missing} (did you mean `offers` by `offer.csv`?)",
        "book: holds `benchmark.csv`, which is no table of a book (did you mean `benchmarks` by `benchmark.csv`?)",
    ]


def test_a_file_that_cannot_be_read_is_one_bad_cell_and_the_others_are_read(book: Path) -> None:
    (book / "offers.csv").write_bytes(b"\xff")
    (book / "fx.parquet").write_bytes(b"none")
    (book / "awards.csv").mkdir()
    (book / "benchmarks.csv").symlink_to(book / "nowhere")
    os.mkfifo(book / "holdings.csv")
    assert set(read_sheets(book)[0]) == {"requests"}
    assert said(book) == [
        "offers.csv, row 1: is not text in UTF-8 (save it as `CSV UTF-8`)",
        "benchmarks.csv: is a link to a file that does not exist",
        "holdings.csv: is not an ordinary file",
        "awards.csv: is not an ordinary file",
        "fx.parquet: is not a Parquet file that can be read",
    ]


@pytest.mark.parametrize("name", ["offers.csv", "offers.parquet", "offers.xlsx"])
def test_a_file_without_permission_says_so(book: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (book / "offers.csv").rename(book / name)

    def refuse(self: Path, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", refuse)
        assert f"{name}: cannot be read (look at its permissions)" in said(book)


def test_a_file_of_more_than_two_gigabytes_is_refused(book: Path) -> None:
    with (book / "offers.csv").open("wb") as file:
        file.truncate(2 * 1024**3 + 1)
    assert said(book) == ["offers.csv: is larger than 2 GB"]


def test_a_workbook_holds_a_sheet_for_each_table(make_book: MakeBook, tmp_path: Path) -> None:
    path = make_book(tmp_path / "Book.XLSX", {"notes": "", " Offers": ROW, "REQUESTS": ROW, "fx": ROW})
    sheets, bad = read_sheets(path)
    assert bad == ()
    assert {name: sheet.place for name, sheet in sheets.items()} == {
        "offers": "Book.XLSX, sheet Offers",
        "requests": "Book.XLSX, sheet REQUESTS",
        "fx": "Book.XLSX, sheet fx",
    }


def test_the_sheets_of_a_workbook_are_missed_as_files_are(make_book: MakeBook, tmp_path: Path) -> None:
    path = make_book(
        tmp_path / "b.xlsx", {"offer": ROW, "fx": ROW, "FX ": ROW, "holding": ROW, "awards": "", "x\ny": ""}
    )
    assert said(path) == [
        "b.xlsx: has no table `offers`: add a sheet of that name (did you mean `offers` by `offer`?)",
        "b.xlsx: has no table `requests`: add a sheet of that name",
        "b.xlsx: holds `holding`, which is no table of a book (did you mean `holdings` by `holding`?)",
        "b.xlsx, sheet awards: is empty (the first row of the sheet names the columns)",
        "b.xlsx: has 2 sheets for the table `fx`",
    ]


def test_a_workbook_that_is_none_is_one_bad_cell(tmp_path: Path) -> None:
    for make in (lambda path: path.write_text("offer"), os.mkfifo):
        path = tmp_path / "b\x1b.xlsx"
        make(path)
        sheets, bad = read_sheets(path)
        assert (sheets, [one.place for one in bad]) == ({}, ["b�.xlsx"])
        path.unlink()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nothing", "there is no book `{}`: " + A_BOOK),
        ("nothing.xlsx", "there is no book `{}`: " + A_BOOK),
        ("file.csv", "`{}` is not a book: " + A_BOOK),
        ("file.csv/offers", "the book `{}` cannot be opened"),
        ("x" * 5000, "the book `{}` cannot be opened"),
        ("a\0b", "the book `{}` cannot be opened"),
    ],
)
def test_a_path_that_is_no_book_is_a_mistake_of_the_caller(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "file.csv").write_text("offer\n")
    path = tmp_path / name
    with pytest.raises(UsageError) as caught:
        read_sheets(path)
    assert str(caught.value) == message.format(path)


def test_the_shipped_book_is_read_whole() -> None:
    sheets, bad = read_sheets(Path(__file__).parents[2] / "policies" / "books" / "vault_2026")
    assert bad == ()
    assert set(sheets) == {"offers", "requests", "benchmarks", "facilities", "holdings", "awards", "fx"}
    assert not any(sheet.bad for sheet in sheets.values())
    assert all(sheet.frame.height for sheet in sheets.values())
