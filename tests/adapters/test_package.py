"""Workbooks that are none, or mean harm: one sentence each, quickly, and never a traceback."""

from __future__ import annotations

import random
import struct
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from vault_rules.adapters.bad_file import BadFile
from vault_rules.adapters.files import read_sheets
from vault_rules.adapters.package import open_package
from vault_rules.adapters.xlsx_file import read_xlsx

BookOf = Callable[..., Path]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
BROKEN = "offers.xlsx: is not a workbook that can be read (open it in Excel and save it as .xlsx)"
SHEET, TEXTS, STYLES = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"
ROW = '<row r="1"><c r="A1"><v>7</v></c></row>'


def why_not(path: Path) -> str:
    with pytest.raises(BadFile) as caught:
        read_xlsx(path, "offers", "offers.xlsx")
    return str(caught.value.cell("offers.xlsx"))


def worksheet(rows: str, before: str = "") -> str:
    return f'{before}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'


@pytest.mark.parametrize("content", [b"", b"PK", b"offer,price\n", b"PK\x03\x04" + bytes(100), bytes(range(256)) * 50])
def test_what_is_no_zip_is_no_workbook(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "offers.xlsx"
    path.write_bytes(content)
    assert why_not(path) == BROKEN


def test_an_encrypted_or_old_workbook_is_named_as_such(tmp_path: Path, book_of: BookOf) -> None:
    path = tmp_path / "old.xlsx"
    path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(5000))
    assert why_not(path) == "offers.xlsx: is encrypted or an old .xls (save it as .xlsx, without a password)"
    made = book_of(ROW)
    content = bytearray(made.read_bytes())
    at = 0
    while (at := content.find(b"PK\x01\x02", at)) >= 0:
        content[at + 8] |= 1
        at += 4
    made.write_bytes(content)
    assert why_not(made) == "offers.xlsx: is encrypted (save it as .xlsx, without a password)"


@pytest.mark.parametrize(
    "parts",
    [
        {"_rels/.rels": None},
        {"xl/workbook.xml": None},
        {SHEET: None},
        {SHEET: ""},
        {SHEET: "no XML"},
        {SHEET: worksheet(ROW)[:-20]},
        {SHEET: worksheet(ROW) + "<more/>"},
        {SHEET: worksheet('<row r="1"><c r="A1"><v>\x01</v></c></row>')},
        {SHEET: worksheet(ROW).encode() + b"\xff"},
        {SHEET: worksheet(ROW, '<?xml version="1.0" encoding="nonsense"?>')},
        {SHEET: "<a>" * 100_000},
        {SHEET: worksheet('<row r="1"><c r="A1">' + "<x>" * 100)},
        {SHEET: worksheet(ROW + ROW)},
        {SHEET: worksheet('<row r="0"/>')},
        {SHEET: worksheet('<row r="-1"/>')},
        {SHEET: worksheet('<row r="1048577"/>')},
        {SHEET: worksheet(f'<row r="{"9" * 5000}"/>')},
        {SHEET: worksheet('<row r="1"><c r="B1"/><c r="A1"/></row>')},
        {SHEET: worksheet('<row r="1"><c r="A2"/></row>')},
        {SHEET: worksheet('<row r="1"><c r="XFE1"/></row>')},
        {SHEET: worksheet('<row r="1"><c r="ZZZZ99999999999"/></row>')},
        {SHEET: worksheet('<row r="1"><c r="a1"/></row>')},
        {SHEET: worksheet('<row r="1"><c r="A1" t="s"><v>0</v></c></row>')},
        {SHEET: worksheet('<row r="1"><c r="A1" t="s"><v>-1</v></c></row>')},
        {SHEET: worksheet('<row r="1"><c r="A1" t="s"><v>x</v></c></row>')},
        {STYLES: "<broken"},
        {"xl/_rels/workbook.xml.rels": "<broken"},
    ],
)
def test_a_damaged_workbook_is_refused(book_of: BookOf, parts: dict[str, str | bytes | None]) -> None:
    assert why_not(book_of(ROW, parts=parts)) == BROKEN


@pytest.mark.parametrize("part", [SHEET, TEXTS, STYLES, "xl/workbook.xml", "_rels/.rels"])
def test_entities_do_not_exist(book_of: BookOf, part: str) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]><x>&b;&f;</x>'
    rows = '<row r="1"><c r="A1" t="s" s="0"><v>0</v></c><c r="B1"><v>1</v></c></row>'
    path = book_of(rows, texts="<si><t>x</t></si>", parts={part: bomb})
    assert why_not(path) == "offers.xlsx: holds a document type, which no workbook does"


def test_a_zip_bomb_is_not_unpacked(book_of: BookOf) -> None:
    path = book_of("", parts={SHEET: worksheet(" " * 50_000_000)})
    before = time.perf_counter()
    assert why_not(path) == (
        "offers.xlsx: unpacks to far more than a workbook should hold (save the table as CSV or Parquet)"
    )
    assert time.perf_counter() - before < 1


def test_a_zip_that_lies_about_a_parts_size_is_refused(book_of: BookOf) -> None:
    path = book_of("", parts={SHEET: worksheet(ROW + " " * 30_000_000)})
    with zipfile.ZipFile(path) as archive:
        true_size = archive.getinfo(SHEET).file_size
    path.write_bytes(path.read_bytes().replace(struct.pack("<L", true_size), struct.pack("<L", 300)))
    assert why_not(path) == BROKEN


@pytest.mark.parametrize("rows", ["<!--" + "x" * 5_000_000, '<row r="' + "1" * 5_000_000, "<" + "x" * 5_000_000])
def test_what_never_ends_is_given_up(book_of: BookOf, rows: str) -> None:
    noise = random.Random(1).randbytes(100_000).hex()  # so that it does not pack too well
    before = time.perf_counter()
    assert why_not(book_of("", parts={SHEET: worksheet(rows + noise)})) == BROKEN
    assert time.perf_counter() - before < 2


@pytest.mark.parametrize(
    "cell",
    ['<c r="A1" t="s"><v>0</v></c>', '<c r="A1"><v>{}</v></c>', '<c r="A1" t="inlineStr"><is><t>{}</t></is></c>'],
)
def test_an_endless_text_is_given_up(book_of: BookOf, cell: str) -> None:
    endless = "1" * 2_000_000
    path = book_of(f'<row r="1">{cell.format(endless)}</row>', texts=f"<si><t>{endless}</t></si>")
    assert why_not(path) == "offers.xlsx: holds a cell of more than 131,072 letters"


def test_one_long_text_many_times_is_given_up(book_of: BookOf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vault_rules.adapters.sheet_cells._MAX_LETTERS", 1_000_000)
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 100))
    path = book_of(rows, texts=f"<si><t>{'x' * 100_000}</t></si>")
    assert why_not(path).startswith("offers.xlsx: holds more text than a table should")


def test_too_many_cells_or_texts_are_given_up(book_of: BookOf, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = '<row r="1">' + "<c/>" * 1_000 + '<c t="s"><v>0</v></c></row>'
    path = book_of(rows, texts="<si/>" * 1_000)
    monkeypatch.setattr("vault_rules.adapters.sheet_cells._MAX_CELLS", 999)
    assert why_not(path).startswith("offers.xlsx: holds more than 999 cells")
    monkeypatch.undo()
    monkeypatch.setattr("vault_rules.adapters.workbook._MAX_TEXTS", 999)
    assert why_not(path) == "offers.xlsx: holds more texts than a workbook should"


def test_a_hundred_thousand_empty_cells_are_nothing(book_of: BookOf) -> None:
    empty = '<c s="1"/>' * 100
    rows = "".join(f'<row r="{n}">{empty}</row>' for n in range(2, 1_002))
    path = book_of(f"{ROW}{rows}")
    assert read_xlsx(path, "offers", "offers.xlsx").frame.shape == (0, 1)


def test_a_workbook_stays_inside_its_file(tmp_path: Path, book_of: BookOf) -> None:
    (tmp_path / "secret.xml").write_text(worksheet(ROW))
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
    for target in ("../../secret.xml", "/../secret.xml", str(tmp_path / "secret.xml"), "file:///etc/passwd", "", "."):
        relations = (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="r1" Type="{kind}" Target="{target}"/></Relationships>'
        )
        assert why_not(book_of(ROW, parts={"xl/_rels/workbook.xml.rels": relations})) == BROKEN
        external = relations.replace('"r1"', '"r1" TargetMode="External"')
        path = book_of(ROW, parts={"xl/_rels/workbook.xml.rels": external})
        assert why_not(path) == "offers.xlsx: has no sheet"


def test_parts_are_found_whatever_their_case_and_detours(tmp_path: Path, book_of: BookOf) -> None:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{kind}" Target="../XL/worksheets/./Sheet1.xml"/></Relationships>'
    )
    path = book_of(ROW, parts={"xl/_rels/workbook.xml.rels": relations})
    assert read_xlsx(path, "offers", "offers.xlsx").frame.columns == ["7"]


def test_a_chart_is_no_sheet(book_of: BookOf) -> None:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/chartsheet"
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{kind}" Target="worksheets/sheet1.xml"/></Relationships>'
    )
    assert why_not(book_of(ROW, parts={"xl/_rels/workbook.xml.rels": relations})) == "offers.xlsx: has no sheet"


def test_any_flipped_byte_or_cut_is_refused_or_read(tmp_path: Path, book_of: BookOf) -> None:
    """A workbook of one table: each way of damaging it gives sheets and bad cells, nothing else."""
    whole = book_of(ROW, texts="<si><t>x</t></si>", formats={14: ""}).read_bytes()
    path = tmp_path / "book.xlsx"
    chance = random.Random(7)
    for _ in range(300):
        at = chance.randrange(len(whole))
        flipped = whole[:at] + bytes([chance.randrange(256)]) + whole[at + 1 :]
        path.write_bytes(flipped if chance.random() < 0.8 else whole[:at])
        _, bad = read_sheets(path)
        assert all("Error" not in str(one) for one in bad)


def test_a_package_says_what_is_in_it(book_of: BookOf) -> None:
    with open_package(book_of(ROW)) as package:
        assert "XL\\Workbook.xml" in package
        assert "xl/none.xml" not in package
        assert package.relations("xl/none.xml") == {}
