"""Exact numbers in a database: NUMERIC in PostgreSQL; text in SQLite, which has no decimals, with a sum of its own."""

from __future__ import annotations

import sqlite3
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import Dialect, Numeric, Text, func
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import TypeDecorator, TypeEngine

from vault_rules.domain.exact import has_end, parse_decimal, plain


class Exact(TypeDecorator[Fraction]):
    """A fraction whose decimal has an end. Raises `ValueError` for one that has none."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Numeric() if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Fraction | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if not has_end(value):
            raise ValueError(f"{value} has no end as a decimal")
        return Decimal(plain(value)) if dialect.name == "postgresql" else plain(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Fraction | None:
        return None if value is None else exactly(value)


def exactly(value: object) -> Fraction:
    """A decimal of the database's as a fraction. Raises `ValueError` for what is none: others write tables too."""
    found = parse_decimal(value) if isinstance(value, str) else None
    if isinstance(value, Decimal) and value.is_finite():
        found = Fraction(value)
    if found is None:
        raise ValueError(f"{str(value)[:40]!r} is no number")
    return found


def exact_sum(column: ColumnElement[Any], dialect: Dialect) -> ColumnElement[Any]:
    """The sum of a column of `Exact`; None of no rows."""
    name = "sum" if dialect.name == "postgresql" else "exact_sum"
    return getattr(func, name)(column, type_=Exact())  # type: ignore[no-any-return]  # SQLAlchemy makes any function


class _Sum:
    """SQLite's `exact_sum`."""

    def __init__(self) -> None:
        self.total: Fraction | None = None

    def step(self, text: Any, /) -> None:
        if text is not None:
            self.total = (self.total or Fraction(0)) + exactly(text)

    def finalize(self) -> str | None:
        return None if self.total is None else plain(self.total)


def add_exact_sum(connection: sqlite3.Connection) -> None:
    connection.create_aggregate("exact_sum", 1, _Sum)  # type: ignore[arg-type]  # it may give a text as well
