"""Conditions as columns: where they hold, where they do not, where that is unknown."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, reduce

import polars as pl

from vault_rules.domain.columns import code_type
from vault_rules.engine.fast.vectors import Keyed, Limited, Scalar, Truth, Value, certain, mapped, met


def truth(value: Value) -> pl.Expr:
    """A condition as a column of true, false and null."""
    if isinstance(value, Truth):
        return value.expr
    if isinstance(value, Scalar):
        return pl.lit(value.value, dtype=pl.Boolean)
    assert isinstance(value, Keyed)
    return lookup_truth(value)


def lookup_truth(value: Keyed) -> pl.Expr:
    true = [place for place, one in enumerate(value.values) if one is True]
    null = [place for place, one in enumerate(met(value, value.values)) if one is None]
    found = one_of(value, true)
    return pl.when(one_of(value, null)).then(None).otherwise(found) if null else found


def one_of(value: Keyed, places: Sequence[int]) -> pl.Expr:
    """Whether a row stands at one of these places: far quicker than looking truth up."""
    if not places or len(places) == len(value.values):
        return pl.lit(bool(places))
    if len(value.base) == 1:
        return _one_code_of(value.base[0], len(value.values), tuple(places))
    table = pl.Series([False] * len(value.values)).scatter(list(places), True).cast(pl.UInt8)
    return pl.lit(table).gather(value.index) == 1


@lru_cache(maxsize=1024)
def _one_code_of(name: str, size: int, places: tuple[int, ...]) -> pl.Expr:
    """Codes that follow each other are compared, of others as few are searched as need be.

    Remembered: to make it takes as long as to ask it of some thousand offers.
    """
    kind, code = code_type(size), pl.col(name)
    low, high = min(places), max(places)
    if low == high:
        return code == pl.lit(low, dtype=kind)
    if high - low + 1 == len(places):
        ends = [code >= pl.lit(low, dtype=kind)] if low else []
        ends += [code <= pl.lit(high, dtype=kind)] if high < size - 1 else []
        return reduce(lambda one, other: one & other, ends)
    if len(places) <= size // 2:
        return code.is_in(pl.Series(places, dtype=kind).implode())
    others = set(range(size)).difference(places)
    return ~code.is_in(pl.Series(sorted(others), dtype=kind).implode())


def is_true(value: Value) -> pl.Expr:
    """Where a condition holds: never null."""
    if isinstance(value, Keyed):
        return one_of(value, [place for place, one in enumerate(value.values) if one is True])
    if isinstance(value, Scalar):
        return pl.lit(value.value is True)
    if isinstance(value, Limited):
        return (certain(value) if _may_be_unknown(value) else value).expr
    assert isinstance(value, Truth)
    return value.expr.fill_null(False)


def is_false(value: Value) -> pl.Expr:
    if isinstance(value, Keyed):
        return one_of(value, [place for place, one in enumerate(value.values) if one is False])
    if isinstance(value, Scalar):
        return pl.lit(value.value is False)
    assert isinstance(value, Truth)
    return ~value.expr.fill_null(True)


def is_null(value: Value) -> Scalar | Keyed | Truth:
    """Where a value is unknown."""
    if isinstance(value, (Scalar, Keyed)):
        found = mapped(lambda one: one is None, [value])
        assert found is not None
        return found
    return Truth(value.expr.is_null())


def _may_be_unknown(value: Limited) -> bool:
    limit = value.limit
    return None in met(limit, limit.values) if isinstance(limit, Keyed) else limit.value is None
