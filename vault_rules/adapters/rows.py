"""Rows of counterparties as a sheet of a book: what is no row of text, or more than anybody could mean, is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import inf
from time import monotonic
from typing import Any

import polars as pl

from vault_rules.adapters.bad_file import MAX_CELL, MAX_COLUMNS
from vault_rules.adapters.messages import Row
from vault_rules.domain.heading import column_name
from vault_rules.domain.sheet import Sheet
from vault_rules.domain.tables import TABLES
from vault_rules.errors import BadAnswer, TimedOut

MAX_ROWS = 5_000_000
"""More rows from one counterparty are an error of theirs, or an attack."""

MAX_LETTERS = 1 << 29
"""As are more letters in all."""


def read_rows(rows: Iterable[Row], who: str, seconds: float = inf) -> list[Row]:
    """All rows of an answer, column names as books have them. Raises `BadAnswer` for what is none, or has no end,
    `TimedOut` where reading them takes longer.
    """
    found: list[Row] = []
    letters, ends = 0, monotonic() + seconds
    for row in rows:
        cells, more = _cells(row, who, len(found) + 1)
        letters += more
        if len(found) == MAX_ROWS or letters > MAX_LETTERS:
            raise BadAnswer(f"{who} answers more than {MAX_ROWS:,} rows or {MAX_LETTERS:,} letters: it was cut off")
        if monotonic() > ends:
            raise TimedOut(f"{who} has not answered within {seconds:g} seconds")
        number = row.number if isinstance(row.number, int) else None
        found.append(Row(cells, len(found) + 1 if number is None else number))
    return found


def _cells(row: Any, who: str, at: int) -> tuple[dict[str, str | None], int]:
    """A row's cells, and how many letters they have."""
    if not isinstance(row, Row) or not isinstance(row.cells, Mapping):
        raise BadAnswer(f"{who} answers what is no row (the {at:,}th)")
    cells: dict[str, str | None] = {}
    letters = 0
    word: Any
    cell: Any
    for word, cell in row.cells.items():
        if not isinstance(word, str) or not (cell is None or isinstance(cell, str)):
            raise BadAnswer(f"{who}: row {at:,}: a cell is a text or blank, and this is neither: {_shown(word, cell)}")
        if cell is not None and len(cell) > MAX_CELL:
            raise BadAnswer(f"{who}: row {at:,}: `{_shown(word, None)}` holds more than {MAX_CELL:,} letters")
        name = column_name(word)
        if name in cells or len(cells) == MAX_COLUMNS:
            raise BadAnswer(f"{who}: row {at:,}: the column `{_shown(name, None)}` stands twice, or there are too many")
        cells[name] = cell
        letters += len(word) + len(cell or "")
    return cells, letters


def _shown(word: object, cell: object) -> str:
    text = str(word)[:40]
    text = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
    return text if cell is None else f"`{text}` is a {type(cell).__name__}"


def sheet_of(rows: list[Row], table: str, place: str) -> Sheet:
    """Rows as a sheet of a table, each under its number; one without rows still names the table's columns."""
    names = dict.fromkeys(name for row in rows for name in row.cells)
    columns = names or dict.fromkeys(column.name for column in TABLES[table])
    data = {name: pl.Series(name, [row.cells.get(name) for row in rows], dtype=pl.String) for name in columns}
    return Sheet(table, place, pl.DataFrame(data), [row.number or at for at, row in enumerate(rows, 1)])
