"""Values for many offers at once, exact: what an expression means for a whole frame of them.

A value is one for all rows (`Scalar`), one for each combination of codes (`Keyed`: judged once a combination, by the
same meaning as everywhere), whole multiples of a unit (`Exact`), or truth (`Truth`). Unknown is null. Whole numbers
that would not fit their type raise `Wide`, and nothing is ever rounded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import lru_cache
from math import gcd, lcm, prod
from typing import Any

import attrs
import polars as pl

from vault_rules.domain.columns import INT64_MAX, INT128_MAX, common_unit, in_units

FEW = 2048
"""A table over several columns has at most so many places; beyond that rows are looked at, not combinations."""


class Wide(Exception):
    """A whole number that no 128 bits hold, or a shape that columns cannot say: offers are looked at one by one."""


@attrs.frozen(eq=False)
class Scalar:
    """One value for all rows."""

    value: Any


@attrs.frozen(eq=False)
class Keyed:
    """A value for each combination of the codes in some columns, the last column the fastest."""

    base: tuple[str, ...]
    sizes: tuple[int, ...]
    values: list[Any]
    never: frozenset[str] = frozenset()
    """The columns without a blank cell, so that no row has their code 0 and it does not matter what stands there."""

    @property
    def index(self) -> pl.Expr:
        from vault_rules.engine.fast.table import index_of

        return index_of(self.base, self.sizes)


@attrs.frozen(eq=False)
class Exact:
    """`expr * unit`, with `expr` a whole number from `low` to `high`, Int64 where that holds them, else Int128."""

    expr: pl.Expr
    unit: Fraction
    low: int
    high: int
    blank: bool = True
    """Whether it may be null."""


@attrs.frozen(eq=False)
class Truth:
    """True, false or null."""

    expr: pl.Expr


@attrs.frozen(eq=False)
class Limited(Truth):
    """A column without blanks against whole limits: `left >= limit` if it is `rising`, else `left <= limit`.

    Codes decide the limit, so that what they decide besides can be said by the limit as well. No limit: unknown.
    """

    left: pl.Expr
    low: int
    high: int
    kind: pl.DataType
    """Holds `low - 1` to `high + 1`."""
    rising: bool
    limit: Scalar | Keyed


Value = Scalar | Keyed | Exact | Truth


# ---- tables over codes ---------------------------------------------------------------------------------------------


def mapped(function: Callable[..., Any], values: Sequence[Scalar | Keyed]) -> Scalar | Keyed | None:
    """A function of values that are one for all or one for each combination; None where there are too many of these."""
    keyed = [one for one in values if isinstance(one, Keyed)]
    if not keyed:
        return Scalar(function(*(one.value for one in values if isinstance(one, Scalar))))
    first, never = keyed[0], frozenset().union(*(one.never for one in keyed))
    if all(one.base == first.base for one in keyed):
        columns = [one.values if isinstance(one, Keyed) else [one.value] * len(first.values) for one in values]
        return Keyed(first.base, first.sizes, [function(*row) for row in zip(*columns, strict=True)], never)
    sizes = {name: size for one in keyed for name, size in zip(one.base, one.sizes, strict=True)}
    base = tuple(sorted(sizes))
    if prod(sizes.values()) > FEW:
        return None
    columns = [spread(one, base, sizes) for one in values]
    found = [function(*row) for row in zip(*columns, strict=True)]
    return Keyed(base, tuple(sizes[name] for name in base), found, never)


def spread(value: Scalar | Keyed, base: tuple[str, ...], sizes: dict[str, int]) -> list[Any]:
    """A value's table over more columns than its own."""
    if isinstance(value, Scalar):
        return [value.value] * prod(sizes[name] for name in base)
    places = [0]
    for name in base:
        stride = prod(value.sizes[value.base.index(name) + 1 :]) if name in value.base else 0
        places = [place + code * stride for place in places for code in range(sizes[name])]
    return [value.values[place] for place in places]


def met(value: Keyed, table: Sequence[Any]) -> Sequence[Any]:
    """A table without unknowns at places where no row stands: to look an unknown up is slow."""
    known = next((one for one in table if one is not None), None)
    if known is None or not value.never or None not in table:
        return table
    found, stride = list(table), len(table)
    for name, size in zip(value.base, value.sizes, strict=True):
        whole, stride = stride, stride // size
        if name in value.never:
            for start in range(0, len(found), whole):
                found[start : start + stride] = [known if one is None else one for one in found[start : start + stride]]
    return found


# ---- whole numbers -------------------------------------------------------------------------------------------------


def dtype_for(low: int, high: int) -> pl.DataType:
    """The type of whole numbers from `low` to `high`. Raises `Wide`."""
    largest = max(abs(low), abs(high))
    if largest <= INT64_MAX:
        return pl.Int64()
    if largest <= INT128_MAX:
        return pl.Int128()
    raise Wide


@lru_cache(maxsize=4096)
def whole(number: int) -> pl.Expr:
    """A whole number as a literal; remembered, since making one takes as long as a comparison of a thousand."""
    return pl.lit(number, dtype=dtype_for(number, number))


def as_exact(value: Value) -> Exact:
    """Numbers as whole multiples of a unit."""
    if isinstance(value, Exact):
        return value
    if isinstance(value, Scalar):
        if value.value is None:
            return Exact(pl.lit(None, dtype=pl.Int64), Fraction(1), 0, 0)
        unit = common_unit([value.value])
        (number,) = in_units([value.value], unit)
        assert number is not None
        return Exact(whole(number), unit, number, number, blank=False)
    if not isinstance(value, Keyed):
        raise Wide
    known = [one for one in value.values if one is not None]
    unit = common_unit(known)
    numbers = in_units(value.values, unit)
    whole_ones = [one for one in numbers if one is not None]
    low, high = min(whole_ones, default=0), max(whole_ones, default=0)
    return Exact(gathered(value, numbers, dtype_for(low, high)), unit, low, high, len(known) < len(numbers))


def gathered(value: Keyed, table: Sequence[Any], dtype: pl.DataType) -> pl.Expr:
    """What a table holds for each row."""
    table = met(value, table)
    if len(set(table)) == 1:
        return pl.lit(table[0], dtype=dtype)
    return pl.lit(pl.Series(table, dtype=dtype)).gather(value.index)


def looked_up(value: Scalar | Keyed, kind: pl.DataType) -> pl.Expr:
    """Whole numbers of a table."""
    return pl.lit(value.value, dtype=kind) if isinstance(value, Scalar) else gathered(value, value.values, kind)


def at_unit(value: Exact, unit: Fraction) -> Exact:
    """The same numbers in a finer unit."""
    factor = value.unit / unit
    assert factor.denominator == 1
    if factor == 1:
        return value
    return _times(value, Exact(whole(int(factor)), Fraction(1), int(factor), int(factor), blank=False), unit)


def _times(one: Exact, other: Exact, unit: Fraction) -> Exact:
    ends = [a * b for a in (one.low, one.high) for b in (other.low, other.high)]
    kind = dtype_for(min(*ends, one.low, other.low), max(*ends, one.high, other.high))  # each factor as well must fit
    return Exact(one.expr.cast(kind) * other.expr.cast(kind), unit, min(ends), max(ends), one.blank or other.blank)


def finest(one: Fraction, other: Fraction) -> Fraction:
    """The coarsest unit in which both are whole."""
    return Fraction(
        gcd(one.numerator * other.denominator, other.numerator * one.denominator), one.denominator * other.denominator
    )


def aligned(left: Value, right: Value) -> tuple[Exact, Exact, pl.DataType]:
    """Both in one unit, and the type that holds either."""
    one, other = as_exact(left), as_exact(right)
    unit = finest(one.unit, other.unit)
    one, other = at_unit(one, unit), at_unit(other, unit)
    return one, other, dtype_for(min(one.low, other.low), max(one.high, other.high))


def plus(left: Value, right: Value, sign: int) -> Exact:
    one, other, either = aligned(left, right)
    ends = (one.low + other.low, one.high + other.high) if sign > 0 else (one.low - other.high, one.high - other.low)
    kind = pl.Int128() if pl.Int128() in (either, dtype_for(*ends)) else pl.Int64()
    a, b = one.expr.cast(kind), other.expr.cast(kind)
    return Exact(a + b if sign > 0 else a - b, one.unit, *ends, one.blank or other.blank)


def times(left: Value, right: Value) -> Exact:
    one, other = as_exact(left), as_exact(right)
    return _times(one, other, one.unit * other.unit)


def negative(value: Value) -> Exact:
    one = as_exact(value)  # Polars takes nothing of 128 bits the other way round
    return _times(one, Exact(whole(-1), Fraction(1), -1, -1, blank=False), one.unit)


def absolute(value: Value) -> Exact:
    one = as_exact(value)
    return Exact(one.expr.abs(), one.unit, 0, max(abs(one.low), abs(one.high)), one.blank)


def extreme(left: Value, right: Value, pick: str) -> Exact:
    """The lesser or greater of two, unknown where either is."""
    one, other, kind = aligned(left, right)
    a, b = one.expr.cast(kind), other.expr.cast(kind)
    first = a <= b if pick == "min" else a >= b
    chosen = pl.when(first.is_null()).then(None).when(first).then(a).otherwise(b)
    return Exact(chosen, one.unit, min(one.low, other.low), max(one.high, other.high))


def chosen(condition: pl.Expr, then: Value, otherwise: Value) -> Exact:
    """`then` where the condition holds, `otherwise` where it does not, unknown where it is."""
    one, other, kind = aligned(then, otherwise)
    a, b = one.expr.cast(kind), other.expr.cast(kind)
    expr = pl.when(condition.is_null()).then(None).when(condition).then(a).otherwise(b)
    return Exact(expr, one.unit, min(one.low, other.low), max(one.high, other.high))


# ---- comparisons ---------------------------------------------------------------------------------------------------


def compared(operator: str, left: Value, right: Value) -> Truth:
    """`= != < <= > >=` of numbers, exactly: against a table of constants by whole thresholds."""
    if isinstance(left, Exact) and isinstance(right, (Scalar, Keyed)):
        return _against(operator, left, right)
    if isinstance(right, Exact) and isinstance(left, (Scalar, Keyed)):
        return _against(TURNED[operator], right, left)
    one, other, kind = aligned(left, right)
    return Truth(_OPERATIONS[operator](one.expr.cast(kind), other.expr.cast(kind)))


TURNED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_OPERATIONS: dict[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def _against(operator: str, left: Exact, right: Scalar | Keyed) -> Truth:
    limit = mapped(lambda one: None if one is None else threshold(operator, one, left), [right])
    assert limit is not None
    return held_at(operator, left, limit)


def held_at(operator: str, left: Exact, limit: Scalar | Keyed) -> Truth:
    """A column against the whole numbers that `threshold` finds."""
    kind = dtype_for(left.low - 1, left.high + 1)
    if operator in ("=", "!="):
        return Truth(_OPERATIONS[operator](left.expr.cast(kind), looked_up(limit, kind)))
    found = held_to(left.expr, left.low, left.high, kind, operator in (">", ">="), limit)
    return Truth(found.expr) if left.blank else found


def held_to(left: pl.Expr, low: int, high: int, kind: pl.DataType, rising: bool, limit: Scalar | Keyed) -> Limited:
    """A column against a limit."""
    expr = _OPERATIONS[">=" if rising else "<="](left.cast(kind), looked_up(limit, kind))
    return Limited(expr, left, low, high, kind, rising, limit)


def always(one: Limited) -> int:
    """The limit that all rows are within."""
    return one.low if one.rising else one.high


def never(one: Limited) -> int:
    """The limit that no row is within."""
    return one.high + 1 if one.rising else one.low - 1


def with_limit(one: Limited, limit: Scalar | Keyed) -> Limited:
    """The same column against another limit."""
    return held_to(one.left, one.low, one.high, one.kind, one.rising, limit)


def turned(one: Limited) -> Limited:
    """The opposite: unknown where it is. A limit stays at most one beyond the column, as its type holds no more."""
    step, least, most = -1 if one.rising else 1, one.low - 1, one.high + 1
    limit = mapped(lambda at: None if at is None else min(max(at + step, least), most), [one.limit])
    assert limit is not None
    return held_to(one.left, one.low, one.high, one.kind, not one.rising, limit)


def certain(one: Limited) -> Limited:
    """False where it is unknown."""
    limit = mapped(lambda at: never(one) if at is None else at, [one.limit])
    assert limit is not None
    return with_limit(one, limit)


def threshold(operator: str, limit: Fraction, column: Exact, more: tuple[int, int] = (1, 1)) -> int:
    """The whole number that a column is tested against, inclusive; just outside of the column where it is beyond.

    The limit is `limit` times `more`, a numerator and a denominator: to make a fraction of these takes longer.
    """
    (up, over), (unit, of) = limit.as_integer_ratio(), column.unit.as_integer_ratio()
    down, rest = divmod(up * more[0] * of, over * more[1] * unit)
    if operator in ("=", "!="):
        found = column.high + 1 if rest else down
    elif operator in ("<=", ">"):
        found = down if operator == "<=" else down + 1
    else:
        found = (down if rest else down - 1) if operator == "<" else (down + 1 if rest else down)
    return min(max(found, column.low - 1), column.high + 1)


def common(units: Sequence[Fraction]) -> Fraction:
    """The coarsest unit in which all are whole."""
    return Fraction(gcd(*(one.numerator for one in units)), lcm(*(one.denominator for one in units)))
