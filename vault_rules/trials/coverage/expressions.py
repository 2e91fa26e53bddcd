"""The points of expressions: what each part may come to, and the same expression watched, so that it is noted.

Every condition that is no `and`, `or` or `not` is true for something and false for something; so is the whole of one
that is put together. An ordered comparison is once met exactly. Of `if` both branches are taken, of `else` both values,
of tables each row.
"""

from __future__ import annotations

from typing import Any

import attrs

from vault_rules.engine.words import show
from vault_rules.engine.world import View
from vault_rules.semantics import typed
from vault_rules.semantics.constants import fold_or_none
from vault_rules.semantics.meaning import Facts, value_of
from vault_rules.semantics.types import BOOLEAN
from vault_rules.source.text import Span
from vault_rules.trials.coverage.points import (
    BOUNDARIES,
    CLAUSES,
    DEFINED,
    EXACTLY,
    FALSE,
    LOOKED_UP,
    OUTCOMES,
    ROWS,
    TRUE,
    USED,
    Id,
    Notes,
    Point,
)

_JOINS = ("and", "or", "not")
_ORDERED = {"<": False, "<=": True, ">": False, ">=": True}
"""What an ordered comparison is where both sides are equal."""
_NEVER = {TRUE: "never true", FALSE: "never false"}


def is_real(facts: Facts) -> bool:
    """Whether these are facts of the book, and not those of a price that is only supposed."""
    return isinstance(facts, View) and facts.price is None


class Expressions:
    """Makes points of expressions. `read` are the lets and tables that were met, in the order met."""

    def __init__(self, policy: typed.TypedPolicy, notes: Notes) -> None:
        self.policy, self.notes = policy, notes
        self.lets = {name: one.value for name, one in policy.lets.items()}
        self.points: dict[Id, Point] = {}
        self.read: dict[tuple[str, str], None] = {}

    def point(self, kind: str, what: str, of: str, span: Span, missing: str) -> None:
        """That there is something to cover; what stands in one place is one, however many read it."""
        made = Point(kind, what, of, span, missing)
        self.points.setdefault(made.id, made)

    def constant(self, expr: typed.Expr) -> str | None:
        """The value of an expression that reads no book, in words."""
        value = fold_or_none(expr, self.lets, self.policy.tables)
        while isinstance(expr, typed.LetRef):
            expr = self.lets[expr.name]
        if value is None or isinstance(expr, typed.Const):  # as its author writes it, be it `1.2bn USD`
            return None if value is None else " ".join(expr.span.text.split())
        return show(value, expr.type, self.policy.currency)

    # ---- expressions ----------------------------------------------------------------------------------------------

    def value(self, expr: typed.Expr, of: str) -> typed.Expr:
        """A value, watched; one that is a condition as a condition."""
        return self.condition(expr, of) if expr.type == BOOLEAN else self._inside(expr, of)

    def condition(self, expr: typed.Expr, of: str) -> typed.Expr:
        """A condition, watched as a whole and in its parts."""
        if isinstance(expr, typed.Const):
            return expr
        inner = self._inside(expr, of)
        return self._outcomes(expr, inner, of) if _is_joined(expr) else inner

    def _inside(self, expr: typed.Expr, of: str) -> typed.Expr:
        """An expression with its parts watched, and itself where there is something to see in it."""
        match expr:
            case typed.Call(operator=operator) if operator in _JOINS:
                return self._call(expr, of)
            case typed.Call():
                inner = self._call(expr, of)
                return self._outcomes(expr, inner, of) if expr.type == BOOLEAN else inner
            case typed.If():
                return self._if(expr, of)
            case typed.Default():
                return self._default(expr, of)
            case typed.Lookup():
                return self._lookup(expr, of)
            case typed.LetRef(name=name):
                self.read[("let", name)] = None
            case typed.Market(depth=typed.Expr() as depth):
                expr = attrs.evolve(expr, depth=self.value(depth, of))
            case typed.Benchmark(within=typed.Expr() as within):
                expr = attrs.evolve(expr, within=self.value(within, of))
            case typed.FiscalYear(value=value) | typed.Missing(value=value):
                inner = attrs.evolve(expr, value=self._inside(value, of))
                return self._outcomes(expr, inner, of) if expr.type == BOOLEAN else inner
        return self._outcomes(expr, expr, of) if expr.type == BOOLEAN and not isinstance(expr, typed.Const) else expr

    def _call(self, expr: typed.Call, of: str) -> typed.Expr:
        return attrs.evolve(expr, arguments=tuple(self._inside(one, of) for one in expr.arguments))

    def _outcomes(self, expr: typed.Expr, inner: typed.Expr, of: str) -> typed.Expr:
        """A condition whose outcomes are points, and for an ordered comparison that both sides were equal."""
        span = expr.span
        for what, missing in _NEVER.items():
            self.point(OUTCOMES, what, of, span, missing)
        notes, equal = self.notes, None
        if isinstance(expr, typed.Call) and expr.operator in _ORDERED:
            self.point(BOUNDARIES, EXACTLY, of, span, self._boundary(expr))
            equal = _ORDERED[expr.operator]

        def tell(value: Any, facts: Facts) -> None:
            if value is not None and is_real(facts):
                notes.add(OUTCOMES, TRUE if value else FALSE, span)
                if value is equal and isinstance(inner, typed.Call):
                    left, right = (value_of(side, facts) for side in inner.arguments)
                    if left == right:
                        notes.add(BOUNDARIES, EXACTLY, span)

        return typed.Watched(expr.type, inner, tell, span=span)

    def _boundary(self, expr: typed.Call) -> str:
        limit = next((text for side in reversed(expr.arguments) if (text := self.constant(side)) is not None), None)
        return "never exactly equal" if limit is None else f"never exactly {limit}"

    def _if(self, expr: typed.If, of: str) -> typed.Expr:
        branches = expr.then.span, expr.otherwise.span
        for span in branches:
            self.point(CLAUSES, USED, of, span, "this branch is never taken")
        notes = self.notes

        def tell(value: Any, facts: Facts) -> None:
            if value is not None and is_real(facts):
                notes.add(CLAUSES, USED, branches[0 if value else 1])

        condition = self.condition(expr.condition, of)
        watched = typed.Watched(condition.type, condition, tell, span=condition.span)
        then, otherwise = self.value(expr.then, of), self.value(expr.otherwise, of)
        return attrs.evolve(expr, condition=watched, then=then, otherwise=otherwise)

    def _default(self, expr: typed.Default, of: str) -> typed.Expr:
        value, fallback = self.value(expr.value, of), self.value(expr.fallback, of)
        return attrs.evolve(
            expr,
            value=self.where_defined(value, DEFINED, of, "never known: its `else` is always taken"),
            fallback=self.where_defined(fallback, USED, of, "this `else` is never needed"),
        )

    def where_defined(self, expr: typed.Expr, what: str, of: str, missing: str) -> typed.Expr:
        """An expression of which it is noted that it was asked for and had a value."""
        notes, span = self.notes, expr.span
        self.point(CLAUSES, what, of, span, missing)

        def tell(value: Any, facts: Facts) -> None:
            if value is not None and is_real(facts):
                notes.add(CLAUSES, what, span)

        return typed.Watched(expr.type, expr, tell, span=span)

    # ---- tables ---------------------------------------------------------------------------------------------------

    def counts_by_row(self, table: typed.TypedTable) -> bool:
        """Whether each of its rows is a point: where they are written in the policy's own file."""
        root = self.policy.span.source
        return all(span.source is root for span in table.places.values())

    def _lookup(self, expr: typed.Lookup, of: str) -> typed.Expr:
        self.read[("table", expr.table)] = None
        keys = tuple(self._inside(one, of) for one in expr.keys)
        inner = attrs.evolve(expr, keys=keys)
        table, notes = self.policy.tables[expr.table], self.notes
        by_row = self.counts_by_row(table)

        def tell(value: Any, facts: Facts) -> None:
            if value is not None and is_real(facts):
                found = tuple(value_of(key, facts) for key in keys)
                row = table.places[found if table.rows.get(found) else None]
                notes.add(ROWS, LOOKED_UP, row if by_row else table.span)

        watched = typed.Watched(expr.type, inner, tell, span=expr.span)
        return self._outcomes(expr, watched, of) if expr.type == BOOLEAN else watched


def _is_joined(expr: typed.Expr) -> bool:
    return isinstance(expr, typed.Call) and expr.operator in _JOINS
