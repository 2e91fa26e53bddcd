"""Operators over many offers at once: in a table where codes decide, in columns of truth and of whole numbers else."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs
import polars as pl

from vault_rules.engine.fast.limits import by_rank, picked_limit
from vault_rules.engine.fast.truths import is_null, truth
from vault_rules.engine.fast.vectors import (
    Exact,
    Keyed,
    Limited,
    Scalar,
    Truth,
    Value,
    Wide,
    absolute,
    chosen,
    compared,
    extreme,
    mapped,
    met,
    negative,
    plus,
    times,
    turned,
)
from vault_rules.semantics import typed
from vault_rules.semantics.meaning import applied, kleene
from vault_rules.semantics.operators import signature

if TYPE_CHECKING:
    from vault_rules.engine.fast.sight import Sight

_COMPARISONS = frozenset(("=", "!=", "<", "<=", ">", ">="))
_NUMBERS = frozenset(("mass", "money", "price", "ratio", "number", "days", "months"))


def call(sight: Sight, expr: typed.Call) -> Value:
    values = [sight.value(one) for one in expr.arguments]
    operator = expr.operator
    if operator in ("and", "or"):
        return both(sight, operator, *values)
    tables = [one for one in values if isinstance(one, (Scalar, Keyed))]
    if len(tables) == len(values):
        return _of_tables(sight, expr, tables)
    if expr.own is not None:
        raise Wide  # a plugin's function knows nothing of columns
    if operator == "not":
        return turned(values[0]) if isinstance(values[0], Limited) else Truth(~truth(values[0]))
    if operator in _COMPARISONS:
        return _comparison(sight, operator, expr, values)
    if operator in ("in", "not in"):
        return _among(sight, operator, values)
    return _arithmetic(sight, operator, expr, values)


def _of_tables(sight: Sight, expr: typed.Call, values: Sequence[Scalar | Keyed]) -> Value:
    apply = expr.row.apply
    found: Value | None = mapped(lambda *found: applied(expr, apply, found), values)
    if found is None and expr.operator in _COMPARISONS:
        found = by_rank(expr.operator, *values)
    return sight.table_of(lambda *found: applied(expr, apply, found), values) if found is None else found


def _comparison(sight: Sight, operator: str, expr: typed.Call, values: Sequence[Value]) -> Value:
    if any(isinstance(one, Truth) for one in values):
        row = signature(operator, expr.parameters)
        assert row is not None
        return sight.table_of(lambda *found: applied(expr, row.apply, found), values)
    return compared(operator, *values)


def _among(sight: Sight, operator: str, values: Sequence[Value]) -> Value:
    left, right = values
    if not isinstance(left, Exact) or not isinstance(right, Scalar) or right.value is None:
        raise Wide
    found = pl.lit(False)
    for one in sorted(right.value):
        found = found | compared("=", left, Scalar(one)).expr
    found = pl.when(left.expr.is_not_null()).then(found)
    return Truth(found if operator == "in" else ~found)


def both(sight: Sight, operator: str, left: Value, right: Value) -> Value:
    """`and`, `or`: in a table where that is small, else in columns, which know the unknown as well."""
    if isinstance(left, (Scalar, Keyed)) and isinstance(right, (Scalar, Keyed)):
        found = mapped(lambda a, b: kleene(operator, a, b), [left, right])
        if found is not None:
            return found
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Scalar) and one.value is not None:
            return other if one.value is (operator == "and") else one
    for one, other in ((left, right), (right, left)):
        limit = _in_limit(operator, one, other)
        if limit is not None:
            return limit
    a, b = truth(left), truth(right)
    return Truth(a & b if operator == "and" else a | b)


def _in_limit(operator: str, table: Value, limit: Value) -> Value | None:
    """A table's part in a limit; None where there is no such, or where the unknown, which is neither, is in it."""
    if not isinstance(table, Keyed) or not isinstance(limit, Limited):
        return None
    known = attrs.evolve(table, values=list(met(table, table.values)))
    if None in known.values:
        return None
    ends: dict[Any, Value] = {True: limit, False: Scalar(False)}
    return picked_limit(known, ends if operator == "and" else {True: Scalar(True), False: limit})


def _arithmetic(sight: Sight, operator: str, expr: typed.Call, values: Sequence[Value]) -> Value:
    if operator in ("+", "-") and all(kind.kind in _NUMBERS for kind in expr.parameters):
        return plus(values[0], values[1], 1 if operator == "+" else -1)
    if operator in ("*", "of"):
        return times(values[0], values[1])
    if operator == "/" and isinstance(values[1], (Scalar, Keyed)):
        return times(values[0], sight.table_of(_inverse, [values[1]]))
    if operator in ("min", "max"):
        return extreme(values[0], values[1], operator)
    if operator == "neg":
        return negative(values[0])
    if operator == "abs":
        return absolute(values[0])
    raise Wide


def choice(sight: Sight, expr: typed.If) -> Value:
    condition, then, otherwise = (sight.value(one) for one in (expr.condition, expr.then, expr.otherwise))
    if isinstance(condition, Scalar):
        return Scalar(None) if condition.value is None else then if condition.value else otherwise
    if all(isinstance(one, (Scalar, Keyed)) for one in (then, otherwise)) and isinstance(condition, Keyed):
        return sight.table_of(lambda c, t, o: None if c is None else t if c else o, [condition, then, otherwise])
    held = truth(condition)
    if expr.type.kind == "boolean":
        return Truth(pl.when(held.is_null()).then(None).when(held).then(truth(then)).otherwise(truth(otherwise)))
    if expr.type.kind not in _NUMBERS:
        return sight.table_of(lambda c, t, o: None if c is None else t if c else o, [condition, then, otherwise])
    return chosen(held, then, otherwise)


def default(sight: Sight, expr: typed.Default) -> Value:
    value, fallback = sight.value(expr.value), sight.value(expr.fallback)
    if isinstance(value, Scalar):
        return fallback if value.value is None else value
    if isinstance(value, Keyed) and isinstance(fallback, (Scalar, Keyed)):
        return sight.table_of(lambda one, other: other if one is None else one, [value, fallback])
    if expr.type.kind == "boolean":
        return Truth(truth(value).fill_null(truth(fallback)))
    known = is_null(value)
    return chosen(~truth(known), value, fallback)


def _inverse(value: Fraction | None) -> Fraction | None:
    return None if not value else 1 / value
