"""A single table in any form: text, JSON, CSV, a workbook. A column of the kind `data` holds JSON."""

from __future__ import annotations

import json
from datetime import date

from vault_rules.report.as_csv import csv_text
from vault_rules.report.as_json import dump
from vault_rules.report.columns import Cell, Column, Table
from vault_rules.report.layout import Field, grid, grouped

_RIGHT = ("whole", "mass", "price", "money")
_WIDTH = 120


def table_text(one: Table, width: int = _WIDTH) -> str:
    """For people: lines of at most `width`, cut where there is no room. Without rows only its name says so."""
    if not one.rows:
        return f"{one.name}: none\n"
    fields = [Field(column.name, right=column.kind in _RIGHT, least=6) for column in one.columns]
    rows = [[_shown(cell, column) for cell, column in zip(row, one.columns, strict=True)] for row in one.rows]
    return "\n".join([f"{one.name}: {len(rows):,}", *grid(fields, rows, width)]) + "\n"


def table_json(one: Table) -> str:
    """A list of objects, their fields named like the columns."""
    return dump([dict(zip(one.names, map(_data, row, one.columns), strict=True)) for row in one.rows])


def table_csv(one: Table) -> str:
    """As a plan's tables, and no text that a spreadsheet takes for a formula."""
    return csv_text(one)


def table_xlsx(one: Table, title: str, day: date) -> bytes:
    """A workbook of one sheet; `day` is what it says of when it was made."""
    from vault_rules.report.workbook import sheets_bytes

    return sheets_bytes([one], title, day)


TEXTS = {"table": table_text, "json": table_json, "csv": table_csv}
"""The forms that are text."""


def _shown(cell: Cell, column: Column) -> str:
    if cell is None:
        return ""
    text = ", ".join(cell) if isinstance(cell, tuple) else str(cell)
    return grouped(text) if column.kind in ("mass", "money", "whole") and text[-1:].isdigit() else text


def _data(cell: Cell, column: Column) -> object:
    if column.kind == "data" and isinstance(cell, str):
        return json.loads(cell)
    return list(cell) if isinstance(cell, tuple) else cell
