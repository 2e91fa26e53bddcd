"""Values that are known before any book is read: groups, windows, table cells, parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vault_rules.semantics import typed
from vault_rules.semantics.meaning import value_of
from vault_rules.source.text import Span


class NotConstant(Exception):
    """The expression reads something; `span` is where."""

    def __init__(self, span: Span) -> None:
        self.span = span


class NoFacts:
    """Facts of a world without a book. What a let comes to there is worked out once: its value does not change."""

    fiscal_start = (1, 1)

    def __init__(self, lets: Mapping[str, typed.Expr], tables: Mapping[str, typed.TypedTable]) -> None:
        self.lets, self.tables = lets, tables
        self._known: dict[str, Any] = {}
        self._not_constant: dict[str, Span] = {}

    def constant(self, expr: typed.Expr) -> Any:
        """The value of a constant expression; raises `NotConstant` where it reads anything."""
        return value_of(expr, self)

    def constant_or_none(self, expr: typed.Expr) -> Any:
        """The same, with None where it reads anything."""
        try:
            return self.constant(expr)
        except NotConstant:
            return None

    def _refuse(self, expr: typed.Expr) -> Any:
        raise NotConstant(expr.span)

    column = context = foreign = market = benchmark = _refuse

    def let(self, name: str) -> Any:
        if name in self._not_constant:
            raise NotConstant(self._not_constant[name])
        if name not in self._known:
            try:
                self._known[name] = value_of(self.lets[name], self)
            except NotConstant as found:
                self._not_constant[name] = found.span
                raise
        return self._known[name]

    def let_expression(self, name: str) -> typed.Expr:
        return self.lets[name]

    def table(self, expr: typed.Lookup, keys: tuple[Any, ...]) -> Any:
        table = self.tables[expr.table]
        row = table.rows.get(keys) or table.rows.get(None)
        cell = None if row is None else row.get(expr.column)
        return None if cell is None else value_of(cell, self)


def fold_or_none(expr: typed.Expr, lets: Mapping[str, typed.Expr], tables: Mapping[str, typed.TypedTable]) -> Any:
    """The value of a constant expression; None where it reads anything."""
    return NoFacts(lets, tables).constant_or_none(expr)
