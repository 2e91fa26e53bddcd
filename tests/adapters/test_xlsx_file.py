"""Sheets of Excel in, every number by its stored digits."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape
from zipfile import ZipFile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault_rules.adapters.bad_file import BadFile
from vault_rules.adapters.package import Package
from vault_rules.adapters.workbook import Workbook
from vault_rules.adapters.xlsx_file import read_sheet, read_xlsx
from vault_rules.domain.sheet import Sheet

BookOf = Callable[..., Path]
HEADER = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>offer</t></is></c>'
    '<c r="B1" t="inlineStr"><is><t> price </t></is></c></row>'
)
PLACE = "offers.xlsx, sheet offers, row "
NO_VALUE = ": holds a formula without a stored value (open and save it in Excel)"
NAME_IT = " (name the column, or clear it)"


def read(path: Path) -> Sheet:
    return read_xlsx(path, "offers", path.name)


def numbered(sheet: Sheet) -> list[tuple[object, ...]]:
    return [(sheet.row_number(index), *cells) for index, cells in enumerate(sheet.frame.rows())]


def said(sheet: Sheet) -> list[str]:
    return [str(one) for one in sheet.bad]


def text(reference: str, value: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('<c r="B2"><v>34.5</v></c>', "34.5"),
        ('<c r="B2" t="n"><v>34.499999999999997</v></c>', "34.5"),
        ('<c r="B2"><v> 1.0000000000000001E-3\n</v></c>', "0.001"),
        ('<c r="B2" s="1"><v>0.995</v></c>', "99.5%"),
        ('<c r="B2" s="2"><v>46600</v></c>', "2027-08-01"),
        ('<c r="B2" s="2"><v>46600.5</v></c>', "2027-08-01T12:00:00"),
        ('<c r="B2" s="3"><v>12</v></c>', "12 t"),
        ('<c r="B2" s="77"><v>12</v></c>', "12"),
        ('<c r="B2" s="x"><v>12</v></c>', "12"),
        ('<c r="B2" t="b"><v>1</v></c>', "true"),
        ('<c r="B2" t="b"><v>0</v></c>', "false"),
        ('<c r="B2" t="e"><v>#REF!</v></c>', "#REF!"),
        ('<c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c>', "#DIV/0!"),
        ('<c r="B2"><f>A1*2</f><v>69</v></c>', "69"),
        ('<c r="B2" t="str"><f>"a"</f><v>34,5 _x000D_</v></c>', "34,5 \r"),
        ('<c r="B2" t="str"><f>""</f><v></v></c>', None),
        ('<c r="B2" t="d"><v>2027-08-01T00:00:00</v></c>', "2027-08-01"),
        ('<c r="B2" t="d"><v>2027-08-01T06:00:00</v></c>', "2027-08-01T06:00:00"),
        ('<c r="B2" t="s"><v>0</v></c>', "34,5"),
        ('<c r="B2" t="s"><v>1</v></c>', "rich text"),
        ('<c r="B2" t="s"><v>2</v></c>', "東京"),
        ('<c r="B2" t="s"><v>3</v></c>', None),
        ('<c r="B2" t="inlineStr"><is><r><t>a</t></r><r><t xml:space="preserve"> b</t></r></is></c>', "a b"),
        (text("B2", "_x0041_ _x005F_x0041_ _xD800_ <&>"), "A _x0041_ _xD800_ <&>"),
        (text("B2", "\N{NO-BREAK SPACE} "), None),
        ('<c r="B2"/>', None),
        ('<c r="B2" s="1"><v/></c>', None),
    ],
)
def test_a_cell_is_read_as_excel_shows_it_but_exactly(book_of: BookOf, cell: str, value: str | None) -> None:
    rows = f'{HEADER}<row r="2">{text("A2", "a")}{cell}</row>'
    texts = (
        "<si><t>34,5</t></si><si><r><rPr><b/></rPr><t>rich</t></r><r><t> text</t></r></si>"
        '<si><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh><phoneticPr fontId="1"/></si><si/>'
    )
    sheet = read(book_of(rows, texts=texts, formats={9: "", 164: "d mmm yyyy", 165: '0" t"'}))
    assert sheet.frame.columns == ["offer", "price"]
    assert (numbered(sheet), sheet.bad) == ([(2, "a", value)], ())


def test_days_may_be_counted_from_1904(book_of: BookOf) -> None:
    rows = f'{HEADER}<row r="2"><c r="B2" s="1"><v>45138</v></c></row>'
    assert numbered(read(book_of(rows, formats={14: ""}, from_1904=True))) == [(2, None, "2027-08-01")]


@pytest.mark.parametrize("value", ["", "<v/>", "<v></v>"])
def test_a_formula_that_was_never_calculated_is_bad(book_of: BookOf, value: str) -> None:
    rows = f'{HEADER}<row r="2">{text("A2", "a")}<c r="B2"><f>A1*2</f>{value}</c><c r="D2"><f>1</f>{value}</c></row>'
    assert said(read(book_of(rows))) == [
        f"{PLACE}2, column price: `=A1*2`{NO_VALUE}",
        f"{PLACE}2, column D: `=1`{NO_VALUE}",
    ]


def test_blank_rows_are_skipped_and_rows_keep_their_numbers(book_of: BookOf) -> None:
    rows = (
        f'<row r="1"/><row r="2"><c r="B2" s="1"/></row><row r="4">{text("B4", "offer")}{text("D4", "price")}</row>'
        f'<row r="7" hidden="1">{text("B7", "a")}<c r="D7"><v>1</v></c></row><row r="8">{text("B8", "  ")}</row>'
        '<row r="1048576"><c r="D1048576"><v>2</v></c></row>'
    )
    sheet = read(book_of(rows))
    assert sheet.frame.columns == ["offer", "price"]
    assert (numbered(sheet), sheet.bad) == ([(7, "a", "1"), (1048576, None, "2")], ())


def test_rows_and_cells_may_go_without_references(book_of: BookOf) -> None:
    rows = (
        "<row><c t='inlineStr'><is><t>offer</t></is></c><c t='inlineStr'><is><t>price</t></is></c></row>"
        "<row><c><v>7</v></c><c/></row><row><c r='B3'><v>8</v></c></row>"
    )
    assert numbered(read(book_of(rows))) == [(2, "7", None), (3, None, "8")]


def test_what_stands_beside_the_table_is_bad(book_of: BookOf) -> None:
    rows = f'{HEADER}<row r="2">{text("A2", "a")}{text("C2", "note")}</row>'
    rows += f'<row r="5">{text("C5", "x")}{text("AB5", "y")}</row>'
    sheet = read(book_of(rows))
    assert numbered(sheet) == [(2, "a", None)]
    assert said(sheet) == [
        f"{PLACE}2, column C: `note`: stands in a column without a header, as does 1 more cell below it{NAME_IT}",
        f"{PLACE}5, column AB: `y`: stands in a column without a header{NAME_IT}",
    ]


def test_of_two_columns_of_one_name_the_first_is_kept(book_of: BookOf) -> None:
    rows = f'<row r="3">{text("A3", "offer")}{text("B3", "offer ")}</row>'
    rows += f'<row r="4">{text("A4", "a")}{text("B4", "b")}</row>'
    sheet = read(book_of(rows))
    assert numbered(sheet) == [(4, "a")]
    assert said(sheet) == [f"{PLACE}3, column offer: stands twice in the header: name each column once"]


def test_the_sheet_of_the_tables_name_is_read_else_the_first(make_book: BookOf, tmp_path: Path) -> None:
    one = '<row r="1"><c r="A1"><v>1</v></c></row>'
    two = '<row r="1"><c r="A1"><v>2</v></c></row>'
    named = read(make_book(tmp_path / "a.xlsx", {"notes": one, " Offers ": two}))
    assert (named.place, named.frame.columns) == ("a.xlsx, sheet Offers", ["2"])
    unnamed = read(make_book(tmp_path / "b.xlsx", {"Tabelle\x9b1": one, "Sheet2": two}))
    assert (unnamed.place, unnamed.frame.columns) == ("b.xlsx, sheet Tabelle�1", ["1"])


def test_the_strict_vocabulary_and_prefixes_are_understood(book_of: BookOf) -> None:
    strict = "http://purl.oclc.org/ooxml/spreadsheetml/main"
    content = (
        f'<x:worksheet xmlns:x="{strict}" xmlns="urn:other"><x:sheetData>'
        '<x:row r="1"><x:c r="A1"><x:v>7</x:v><v>9</v></x:c>'
        '</x:row></x:sheetData><c r="B1"/><x:row r="1"><x:c r="A1"><x:v>8</x:v></x:c></x:row></x:worksheet>'
    )
    path = book_of("", parts={"xl/worksheets/sheet1.xml": content})
    assert read(path).frame.columns == ["7"]


def test_a_cell_at_the_far_corner_costs_nothing(book_of: BookOf) -> None:
    rows = f'{HEADER}<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    path = book_of(rows)
    tracemalloc.start()
    assert "row 1048576, column XFD" in said(read(path))[0]
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


def test_few_cells_far_apart_are_not_made_into_a_grid(book_of: BookOf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vault_rules.adapters.xlsx_file._MAX_GRID", 5)
    rows = HEADER + "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(2, 5))
    with pytest.raises(BadFile, match=r"^has 2 columns and more than 2 rows: too many to read$"):
        read(book_of(rows))


def test_an_empty_sheet_names_no_columns(book_of: BookOf) -> None:
    with pytest.raises(BadFile) as caught:
        read(book_of('<row r="3"><c r="A3" s="1"/></row>'))
    assert str(caught.value.cell("offers.xlsx")) == (
        "offers.xlsx: is empty (the first row of the sheet names the columns)"
    )


def test_what_openpyxl_writes_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    tab = book.worksheets[0]
    tab.title = "offers"
    tab.append(["offer", "price", "purity", "delivery", "ok"])
    tab.append(["a", 34.5, 0.995, date(2027, 8, 1), True])
    tab.append(["b", Decimal("0.1"), "99.5", None, "=1=1"])
    tab["C2"].number_format = "0.0%"
    book.save(tmp_path / "offers.xlsx")
    sheet = read(tmp_path / "offers.xlsx")
    assert numbered(sheet) == [(2, "a", "34.5", "99.5%", "2027-08-01", "true"), (3, "b", "0.1", "99.5", None, None)]
    assert [(one.row, one.column, one.value) for one in sheet.bad] == [(3, "ok", "=1=1")]


def test_five_thousand_rows_take_a_second_or_two(tmp_path: Path) -> None:
    book = openpyxl.Workbook(write_only=True)
    tab = book.create_sheet("offers")
    tab.append([f"column {n}" for n in range(12)])
    for n in range(5_000):
        tab.append([f"o{n}", n / 7, *range(10)])
    book.save(tmp_path / "offers.xlsx")
    before = time.process_time()
    assert read(tmp_path / "offers.xlsx").frame.shape == (5_000, 12)
    assert time.process_time() - before < 3


@given(st.lists(st.integers(-(10**15) + 1, 10**15 - 1).map(Decimal), min_size=1), st.integers(-20, 20))
def test_decimals_of_fifteen_digits_come_back_exactly(numbers: list[Decimal], exponent: int) -> None:
    values = [number.scaleb(exponent) for number in numbers]
    cells = "".join(f'<row r="{n}"><c r="A{n}"><v>{value}</v></c></row>' for n, value in enumerate(values, 2))
    rows = f'<row r="1">{text("A1", "price")}</row>{cells}'
    read_back = read_memory(rows)
    assert [Decimal(cell) for cell in read_back["price"]] == values


@given(
    st.lists(
        st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc"], exclude_characters="_￾￿")), min_size=1
    )
)
def test_texts_come_back_letter_for_letter(values: list[str]) -> None:
    cells = "".join(
        f'<row r="{n}">{text(f"A{n}", value)}{text(f"B{n}", "x")}</row>' for n, value in enumerate(values, 2)
    )
    rows = f'<row r="1">{text("A1", "offer")}{text("B1", "mark")}</row>{cells}'
    assert list(read_memory(rows)["offer"]) == [value if value.strip() else None for value in values]


def read_memory(rows: str) -> dict[str, list[str]]:
    """The columns of a sheet that never was a file."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    held = BytesIO()
    with ZipFile(held, "w") as archive:
        archive.writestr(
            "_rels/.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="a" Type="x/officeDocument" Target="book.xml"/></Relationships>',
        )
        archive.writestr("book.xml", f'<workbook xmlns="{main}"/>')
        archive.writestr("sheet.xml", f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>')
    with ZipFile(held) as archive:
        return read_sheet(Workbook(Package(archive)), "sheet.xml", "offers", "sheet").frame.to_dict(as_series=False)
