"""The workbook: real numbers where Excel can hold them, never a formula, the same bytes each time."""

from __future__ import annotations

import time
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import attrs
import openpyxl
import pytest
from openpyxl.cell.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from vault_rules.domain.plan import Plan, Shortfall
from vault_rules.report.cells import legal
from vault_rules.report.workbook import SHEETS, workbook_bytes, write_workbook


def sheet(content: bytes, name: str) -> Worksheet:
    found = openpyxl.load_workbook(BytesIO(content))[name]
    assert isinstance(found, Worksheet)
    return found


def cell(of: Worksheet, title: str, row: int = 2) -> Cell:
    column = [one.value for one in of[1]].index(title) + 1
    found = of.cell(row, column)
    assert isinstance(found, Cell)
    return found


def raw(content: bytes, name: str) -> str:
    with ZipFile(BytesIO(content)) as archive:
        return archive.read(name).decode()


def test_the_sheets_are_the_summary_and_the_tables(plan: Plan, empty_plan: Plan) -> None:
    for one in (plan, empty_plan):
        book = openpyxl.load_workbook(BytesIO(workbook_bytes(one)))
        assert book.sheetnames == ["summary", *SHEETS]
    assert book.sheetnames[:5] == ["summary", "awards", "rejections", "shortfalls", "placements"]


def test_a_header_is_bold_stays_in_sight_and_filters(plan: Plan) -> None:
    awards = sheet(workbook_bytes(plan), "awards")
    assert cell(awards, "request", 1).font.bold
    assert awards.freeze_panes == "A2"
    assert awards.auto_filter.ref == "A1:U3"


def test_quantities_and_money_are_numbers_and_days_are_days(plan: Plan) -> None:
    awards = sheet(workbook_bytes(plan), "awards")
    assert cell(awards, "quantity_kg").value == 10000
    assert cell(awards, "cost").value == 345000 and cell(awards, "cost").number_format == "#,##0.00"
    assert cell(awards, "price_per_kg").number_format == "#,##0.00"
    assert cell(awards, "premium").number_format == "0%"
    assert cell(awards, "step").value == 1
    assert str(cell(awards, "delivery").value) == "2027-11-30 00:00:00"
    assert cell(awards, "form", 3).value is None


@pytest.mark.parametrize("text", ["9.95", "8.41", "1234567890.12345", "0.000001"])
def test_a_number_is_written_with_its_own_digits(plan: Plan, text: str) -> None:
    award = attrs.evolve(plan.awards[0], price=Fraction(text))
    content = workbook_bytes(attrs.evolve(plan, awards=(award,)))
    assert f"<v>{text}</v>" in raw(content, "xl/worksheets/sheet2.xml")


def test_a_number_that_excel_cannot_hold_is_text(plan: Plan) -> None:
    award = attrs.evolve(plan.awards[0], price=Fraction("1234.123456789012"))
    price = cell(sheet(workbook_bytes(attrs.evolve(plan, awards=(award,))), "awards"), "price_per_kg")
    assert (price.value, price.data_type) == ("1234.123456789012", "s")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-2+3", "@SUM(A1)", "\t=1", "#N/A", "=HYPERLINK(1)"])
def test_no_text_becomes_a_formula_or_an_error(plan: Plan, text: str) -> None:
    short = Shortfall(text, text, Fraction(1), (text,))
    content = workbook_bytes(attrs.evolve(plan, shortfalls=(short,)))
    assert "<f>" not in raw(content, "xl/worksheets/sheet4.xml")
    found = cell(sheet(content, "shortfalls"), "request")
    assert found.value == text
    assert 't="inlineStr"' in raw(content, "xl/worksheets/sheet4.xml")
    assert found.quotePrefix or text == "#N/A"


def test_characters_that_xml_cannot_hold_are_replaced(plan: Plan) -> None:
    short = Shortfall("a\x00b\x1bc\ufffed", "_x0041_", Fraction(1), ())
    found = sheet(workbook_bytes(attrs.evolve(plan, shortfalls=(short,))), "shortfalls")
    assert cell(found, "request").value == "a\ufffdb\ufffdc\ufffdd"
    assert legal("_x0041_ _x_") == "_x005F_x0041_ _x_"


def test_same_plan_same_bytes_whatever_the_clock_says(plan: Plan) -> None:
    first = workbook_bytes(plan)
    time.sleep(2.1)  # a zip tells times apart by two seconds
    assert workbook_bytes(plan) == first
    assert raw(first, "docProps/core.xml").count(">2027-08-01T00:00:00Z<") == 2


def test_the_summary_says_what_was_evaluated(plan: Plan) -> None:
    rows = list(sheet(workbook_bytes(plan), "summary").iter_rows(values_only=True))
    assert ("policy", "project_vault", None, None) in rows
    assert ("parameter", "domestic_cap", "15%", None) in rows
    assert ("cost", None, 372217.55, "USD") in rows
    assert ("rows", "awards", 2, None) in rows


def test_it_is_written_whole_over_what_was_there(plan: Plan, tmp_path: Path) -> None:
    path = tmp_path / "new" / "plan.xlsx"
    write_workbook(plan, path)
    write_workbook(plan, path)
    assert path.read_bytes() == workbook_bytes(plan)
    assert [one.name for one in path.parent.iterdir()] == ["plan.xlsx"]
