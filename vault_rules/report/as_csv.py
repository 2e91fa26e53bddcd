"""The plan as CSV: one file a table, UTF-8, lines ending with a line feed, same plan same bytes.

Spreadsheets take a cell that begins with `=`, `+`, `-` or `@` for a formula. Such a text gets a leading apostrophe,
except in the columns of `awards.csv` that a book reads back: there ids stay as they were written, since that file is
data for this program. The workbook is the one to open in a spreadsheet.
"""

from __future__ import annotations

import re
from pathlib import Path

from vault_rules.domain.plan import Plan
from vault_rules.report.columns import FORMULA_STARTS, TABLES, Cell, Column, Table, awards_to_read_back, table
from vault_rules.report.whole_files import write_folder

_NUMBER = re.compile(r"-\d+(\.\d+)?%?\Z", re.ASCII)
_QUOTED = re.compile(r'[",\r\n]|\A\s|\s\Z')
_TEXTS = ("text", "note", "names")


def write_csv(plan: Plan, folder: Path) -> None:
    """Write every table into a folder, all or none; other files in the folder stay."""
    write_folder(folder, csv_files(plan))


def csv_files(plan: Plan) -> dict[str, bytes]:
    """The files by name."""
    tables = {name: table(plan, name) for name in TABLES}
    tables["awards"] = awards_to_read_back(plan)
    return {f"{name}.csv": csv_text(one).encode("utf-8") for name, one in tables.items()}


def csv_text(one: Table) -> str:
    """A table as CSV; only in one that is called `awards` do texts stay as they are."""
    lines = [",".join(map(_quoted, one.names))]
    lines += [
        ",".join(_quoted(_cell(cell, column, one)) for cell, column in zip(row, one.columns, strict=True))
        for row in one.rows
    ]
    return "\n".join(lines) + "\n"


def _cell(cell: Cell, column: Column, one: Table) -> str:
    """A cell as text; a flag is `true` or `false`, a list is joined by `;`."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    text = ";".join(cell) if isinstance(cell, tuple) else str(cell)
    is_read_back = one.name == "awards" and column.kind != "note"
    return text if is_read_back or column.kind not in _TEXTS else neutral(text)


def neutral(text: str) -> str:
    """A text that no spreadsheet takes for a formula; a plain negative number stays."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) and not _NUMBER.match(text) else text


def _quoted(text: str) -> str:
    """By RFC 4180; also where blanks at an end would be lost."""
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text
