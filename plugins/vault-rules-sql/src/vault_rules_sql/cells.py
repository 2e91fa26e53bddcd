"""Any column of a database as the text of a book's cell: nothing is rounded, and what is no exact value shows it.

A binary floating-point number comes with words behind it, so that a book cannot read it as a number and says so. A cell
that is longer than anybody could mean is cut, and ends in a character that no cell may hold.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Dialect, LargeBinary, Text, case, cast, func, literal

from vault_rules.adapters.bad_file import MAX_CELL

FLOATING = " (binary floating point)"
_KEPT = 2_000
_CUT = "\x7f"


def as_text(column: ColumnElement[Any], kind: str, dialect: Dialect) -> ColumnElement[Any]:
    """The cell as text. `kind` is the name of PostgreSQL's type; SQLite's cells have each their own."""
    return _postgresql(column, kind) if dialect.name == "postgresql" else _sqlite(column)


def _postgresql(column: ColumnElement[Any], kind: str) -> ColumnElement[Any]:
    text = cast(column, Text)
    if kind in ("float4", "float8"):
        return text.concat(literal(FLOATING, Text))
    if kind == "timestamp":  # midnight is the day
        text = func.regexp_replace(text, " 00:00:00$", "", type_=Text())
    return _cut(text, func.octet_length(text))


def _sqlite(column: ColumnElement[Any]) -> ColumnElement[Any]:
    kind, text = func.typeof(column), cast(column, Text)
    return case(
        (kind == "text", _cut(column, func.length(cast(column, LargeBinary)))),  # of a text it ends at a NUL
        (kind == "integer", text),
        (kind == "real", text.concat(literal(FLOATING, Text))),
        (kind == "blob", literal("(binary) ", Text).concat(func.hex(func.substr(column, 1, 100), type_=Text()))),
    )


def _cut(text: ColumnElement[Any], length: ColumnElement[int]) -> ColumnElement[Any]:
    short = func.substr(text, 1, _KEPT, type_=Text()).concat(literal(_CUT, Text))
    return case((length > MAX_CELL, short), else_=text)
