"""Rows of a bound book as the tables that say them, in text or with types: what a caller would hand over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs
import polars as pl

from vault_rules.domain.exact import has_end, plain
from vault_rules.domain.rows import BoundBook

POUND = Fraction("0.45359237")
TABLES = ("offers", "requests", "benchmarks", "facilities", "holdings", "awards")
UNITS = {"duty": " USD/kg", "bond": " USD", "weight": " kg"}
"""What the cells of a declared field say besides their number."""


def frames_of(book: BoundBook) -> dict[str, pl.DataFrame]:
    """The tables of a book as text: what has no end as a decimal is cut."""
    found = {name: table(getattr(book, name)) for name in TABLES if name in TABLES[:2] or getattr(book, name)}
    rates = [plain(rate) for rate in book.fx.values()]
    return found | {"fx": pl.DataFrame({"currency": [*book.fx], "rate": rates})}


def table(rows: Sequence[Any]) -> pl.DataFrame:
    cells = [_row(row) for row in rows]
    names = dict.fromkeys(name for row in cells for name in row)
    columns = {name: [row.get(name) for row in cells] for name in names}
    return pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String))


def _row(row: Any) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for field in attrs.fields(type(row)):
        value = getattr(row, field.name)
        if field.name == "fields":
            found |= {name: _cell(one, UNITS.get(name, "")) for name, one in value.items()}
        elif field.name in ("price", "max_price") and value is not None:
            found |= _price(field.name, value)
        elif field.name == "purity" and value is not None:
            found["purity"] = _cell(value * 100, "%")
        else:
            found[field.name] = _cell(value, "")
    return found


def _price(name: str, price: Fraction) -> dict[str, str]:
    """By the kilogram, or by the pound where only that comes to an end."""
    pounds = not has_end(price) and has_end(price * POUND)
    return {name: plain(price * POUND if pounds else price), "per": "lb" if pounds else "kg"}


def _cell(value: Any, unit: str) -> str | None:
    match value:
        case None:
            return None
        case bool():
            return str(value).lower()
        case Fraction():
            return plain(value) + unit
        case date():
            return value.isoformat()
        case frozenset():
            return "; ".join(sorted(value)) or None
    return str(value)


def typed(frame: pl.DataFrame) -> pl.DataFrame:
    """The same cells as decimals, dates and truth values, wherever a whole column can be that."""
    return frame.with_columns(_typed(column) for column in frame.iter_columns())


def _typed(cells: pl.Series) -> pl.Series:
    for read, kind in ((_decimal, pl.Decimal(38, 12)), (date.fromisoformat, pl.Date()), (_truth, pl.Boolean())):
        try:
            return pl.Series(cells.name, [None if one is None else read(one) for one in cells], dtype=kind)
        except (ValueError, ArithmeticError):
            continue
    return cells


def _decimal(text: str) -> Decimal:
    found = Decimal(text)
    if found.as_tuple().exponent < -12 or abs(found) >= 10**25:  # type: ignore[operator]  # no texts such as NaN
        raise ValueError
    return found


def _truth(text: str) -> bool:
    return {"true": True, "false": False}[text] if text in ("true", "false") else bool(date.fromisoformat(text))
