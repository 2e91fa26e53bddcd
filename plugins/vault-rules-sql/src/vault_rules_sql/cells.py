"""Any column of a database as the text of a book's cell: nothing is rounded, and what is no exact value shows it.

A binary floating-point number comes with words behind it, so that a book cannot read it as a number and says so. A cell
that is longer than anybody could mean is cut, and ends in a character that no cell may hold.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Dialect, Text, literal_column

from vault_rules.adapters.bad_file import MAX_CELL

_FLOATING = " (binary floating point)"
_KEPT = 2_000
_CUT = 127  # DEL


def as_text(word: str, kind: str, dialect: Dialect) -> ColumnElement[Any]:
    """A column's cells as texts. `kind` is the name of PostgreSQL's type; SQLite's cells have each their own."""
    column = '"' + word.replace('"', '""') + '"'
    said = _postgresql(column, kind) if dialect.name == "postgresql" else _sqlite(column)
    return literal_column(said, Text())


def _postgresql(column: str, kind: str) -> str:
    text = f"CAST({column} AS TEXT)"
    if kind in ("float4", "float8"):
        return f"{text} || '{_FLOATING}'"
    if kind == "timestamp":  # midnight is the day
        text = f"regexp_replace({text}, ' 00:00:00$', '')"
    cut = f"substr({text}, 1, {_KEPT}) || chr({_CUT})"
    return f"CASE WHEN octet_length({text}) > {MAX_CELL} THEN {cut} ELSE {text} END"


def _sqlite(column: str) -> str:
    cut = f"substr({column}, 1, {_KEPT}) || char({_CUT})"
    # the length of a text ends at a NUL, that of a blob does not
    text = f"CASE WHEN length(CAST({column} AS BLOB)) > {MAX_CELL} THEN {cut} ELSE {column} END"
    return (
        f"CASE typeof({column}) WHEN 'text' THEN {text} WHEN 'integer' THEN CAST({column} AS TEXT) "
        f"WHEN 'real' THEN CAST({column} AS TEXT) || '{_FLOATING}' "
        f"WHEN 'blob' THEN '(binary) ' || hex(substr({column}, 1, 100)) END"
    )
