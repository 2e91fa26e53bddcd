"""The plan as a formatted workbook: same plan, same bytes; written whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from vault_rules.domain.plan import Plan
from vault_rules.report.cells import fill, legal
from vault_rules.report.columns import Cell, Row, Table, columns, table
from vault_rules.report.whole_files import write_file

SHEETS = ("awards", "rejections", "shortfalls", "placements", "unplaced", "findings", "caps")
"""The sheets after `summary`."""

_MAX_ROWS = 1_048_575
_WIDEST, _NARROWEST, _MEASURED_ROWS = 48, 8, 1_000
_HEAD_FONT, _HEAD_FILL = Font(bold=True), PatternFill("solid", fgColor="DDE5EE")
_HEAD_PLACE = Alignment(vertical="top", wrap_text=True)
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say
_CORE = "docProps/core.xml"
_TIMES = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


def write_workbook(plan: Plan, path: Path) -> None:
    """Write the workbook."""
    write_file(path, workbook_bytes(plan))


def workbook_bytes(plan: Plan) -> bytes:
    """The workbook as a file's content. It says that it was made on the plan's as-of date, never when it really was."""
    tables = [table(plan, name) for name in SHEETS]
    return sheets_bytes([_summary(plan, tables), *tables], plan.policy, plan.as_of)


def sheets_bytes(tables: Sequence[Table], title: str, day: date) -> bytes:
    """A workbook with a sheet for each table; `day` is what it says of when it was made."""
    book = _workbook(tables)
    book.properties.creator = "vault-rules"
    book.properties.title = legal(f"{title}, {day.isoformat()}")
    raw = BytesIO()
    book.save(raw)
    return _fixed(raw, f"{day.isoformat()}T00:00:00Z".encode())


def _fixed(raw: BytesIO, stamp: bytes) -> bytes:
    """The same zip without the clock: fixed entry times, and the plan's date as the time of making."""
    out = BytesIO()
    with ZipFile(raw) as made, ZipFile(out, "w", ZIP_DEFLATED) as fixed:
        for name in made.namelist():
            content = made.read(name)
            if name == _CORE:
                content = _TIMES.sub(rb"\g<1>" + stamp, content)
            entry = ZipInfo(name, _ZIP_TIME)
            entry.compress_type, entry.create_system, entry.external_attr = ZIP_DEFLATED, 3, 0o644 << 16
            fixed.writestr(entry, content)
    return out.getvalue()


def _workbook(tables: Sequence[Table]) -> Workbook:
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    first.title = tables[0].name
    _sheet(first, tables[0])
    for one in tables[1:]:
        _sheet(book.create_sheet(one.name), one)
    return book


def _summary(plan: Plan, tables: list[Table]) -> Table:
    """What was evaluated, the totals, and how many rows stand on each sheet."""
    facts: list[Row] = [
        ("policy", plan.policy, None, None),
        ("title", plan.title, None, None),
        ("version", plan.version, None, None),
        ("as_of", plan.as_of.isoformat(), None, None),
        ("currency", plan.currency, None, None),
        ("policy_sha256", plan.policy_sha256, None, None),
        ("book_sha256", plan.book_sha256, None, None),
        *(("parameter", name, value, None) for name, value in sorted(plan.parameters.items())),
        *table(plan, "totals").rows,
        *(("rows", one.name, str(len(one.rows)), None) for one in tables),
        *(("left_out", one.name, str(len(one.rows) - _MAX_ROWS), None) for one in tables if len(one.rows) > _MAX_ROWS),
        *(("warning", text, None, None) for text in plan.warnings),
    ]
    return Table("summary", columns("what name value:mass unit"), tuple(facts))


def _sheet(sheet: Worksheet, one: Table) -> None:
    """Header, rows, widths; the header stays in sight and filters."""
    for index, name in enumerate(one.names, start=1):
        cell = sheet.cell(1, index)
        fill(cell, name, "text")
        cell.font, cell.fill, cell.alignment = _HEAD_FONT, _HEAD_FILL, _HEAD_PLACE
    for number, row in enumerate(one.rows[:_MAX_ROWS], start=2):
        for index, (value, column) in enumerate(zip(row, one.columns, strict=True), start=1):
            if value is not None:
                fill(sheet.cell(number, index), value, column.kind)
    for index, name in enumerate(one.names):
        sheet.column_dimensions[get_column_letter(index + 1)].width = _width(
            name, [row[index] for row in one.rows[:_MEASURED_ROWS]]
        )
    sheet.freeze_panes = "A2"
    last = get_column_letter(len(one.columns))
    sheet.auto_filter.ref = f"A1:{last}{min(len(one.rows), _MAX_ROWS) + 1}"


def _width(name: str, values: list[Cell]) -> int:
    """Wide enough for the header with its arrow and for what stands below, with room for thousands separators."""
    longest = max((_length(value) for value in values), default=0)
    return min(max(longest + 2, len(name) + 3, _NARROWEST), _WIDEST)


def _length(value: Cell) -> int:
    if value is None:
        return 0
    text = "; ".join(value) if isinstance(value, tuple) else str(value)
    return len(text) + (len(text.partition(".")[0]) // 3 if text[:1].isdigit() else 0)
