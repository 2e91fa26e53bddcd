"""Orders as whole numbers: every key becomes a rank, nulls last, and all of them one number where that fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import polars as pl

from vault_rules.domain.columns import INT64_MAX
from vault_rules.engine.fast.bulk import SEVERAL, ascending, firsts, in_turn
from vault_rules.engine.fast.limits import ascend
from vault_rules.engine.fast.vectors import Exact, Keyed, Scalar, Truth, Value, Wide, dtype_for, gathered, whole


def ranked(value: Value, descending: bool, tiers: Mapping[str, int] | None = None) -> Exact | None:
    """A key as ranks from 0, ascending, nulls last; None where it is the same for all rows. `tiers` ranks tiers."""
    if isinstance(value, Scalar):
        return None
    if isinstance(value, Keyed):
        return _of_table(value, descending, tiers)
    if isinstance(value, Truth):
        held = value.expr.cast(pl.Int64)
        return Exact((1 - held if descending else held).fill_null(2), Fraction(1), 0, 2)
    size = value.high - value.low
    kind = dtype_for(min(-size, value.low), max(size + 1, value.high))
    expr = value.expr.cast(kind)
    ordered = whole(value.high).cast(kind) - expr if descending else expr - whole(value.low).cast(kind)
    if not value.blank:
        return Exact(ordered, Fraction(1), 0, size, blank=False)
    return Exact(ordered.fill_null(whole(size + 1).cast(kind)), Fraction(1), 0, size + 1)


def _of_table(value: Keyed, descending: bool, tiers: Mapping[str, int] | None) -> Exact | None:
    def place(one: Any) -> Any:
        return one if tiers is None else tiers.get(one, -1)

    if tiers is None and not descending and len(value.base) == 1 and value.never and ascend(value.values[1:]):
        last = len(value.values) - 2  # codes in order, none of them blank, as of a column of days
        return Exact(pl.col(value.base[0]).cast(pl.Int64) - 1, Fraction(1), 0, last) if last > 0 else None
    different = sorted({place(one) for one in value.values if one is not None}, reverse=descending)
    rank = {one: at for at, one in enumerate(different)}
    last = len(different)
    ranks = [last if one is None else rank[place(one)] for one in value.values]
    if len(set(ranks)) <= 1:
        return None
    return Exact(gathered(value, ranks, pl.Int64()), Fraction(1), 0, last)


def same(one: Value, other: Value) -> bool:
    """Whether two keys are the same numbers, so that the second orders nothing."""
    return isinstance(one, Exact) and isinstance(other, Exact) and one.expr.meta.eq(other.expr)


def packed(keys: Sequence[Exact]) -> list[Exact]:
    """The keys as few numbers as possible, the first the strongest."""
    found: list[Exact] = []
    for key in keys:
        if found:
            try:
                found[-1] = _together(found[-1], key)
                continue
            except Wide:
                pass
        found.append(key)
    return found


def _together(strong: Exact, weak: Exact) -> Exact:
    size = weak.high + 1
    high = strong.high * size + weak.high
    kind = dtype_for(0, high)
    return Exact(strong.expr.cast(kind) * whole(size).cast(kind) + weak.expr.cast(kind), Fraction(1), 0, high)


def in_order(frame: pl.DataFrame, *, keys: bool = True) -> tuple[pl.DataFrame, bool]:
    """Rows by `#group`, a code, then `#key`, a whole number; ties as they stand, and whether there are any.

    One sort of whole numbers where these fit. Without `keys` that column may be left out of what is given.
    """
    if frame.height < 2:
        return frame, False
    frame = frame.rechunk()  # rows are picked from one piece several times as quickly
    group, key = frame["#group"], frame["#key"]
    bits = (frame.height - 1).bit_length()
    low, size = _span(group, key, INT64_MAX >> bits)
    if not size:
        ordered = frame.sort("#group", "#key", maintain_order=True)
        return ordered, tied(ordered, ["#group", "#key"])
    order, ties = in_turn(_strong(group, key, low, size), bits)
    some = frame if keys else pl.DataFrame([one for one in frame if one.name != "#key"])
    return some[order], ties


def least(frame: pl.DataFrame) -> list[tuple[int, int]]:
    """The least `#key` of each `#group`."""
    if 0 < frame.height < SEVERAL:
        group, key = frame["#group"], frame["#key"]
        low, size = _span(group, key, INT64_MAX)
        if size:
            first = firsts(ascending(_strong(group, key, low, size)), size)
            return [(one // size, one % size + low) for one in first]
    return list(frame.group_by("#group").agg(pl.col("#key").min()).iter_rows())


def _strong(group: pl.Series, key: pl.Series, low: int, size: int) -> pl.Series:
    """Group and key as one number; there are `size` keys from `low`."""
    from_zero = key if low == 0 else key - pl.Series([low], dtype=key.dtype)
    return group.cast(pl.Int64) * size + (from_zero if from_zero.dtype == pl.Int64 else from_zero.cast(pl.Int64))


def _span(group: pl.Series, key: pl.Series, most: int) -> tuple[int, int]:
    """From which key on to count, and how many keys there are; none where group and key would be above `most`."""
    last, low, high = group.max(), key.min(), key.max()
    assert isinstance(last, int) and isinstance(low, int) and isinstance(high, int)
    if low >= 0 and (last + 1) * (high + 1) <= most:
        return 0, high + 1  # nothing to take away
    size = high - low + 1
    return (low, size) if (last + 1) * size <= most else (0, 0)


def tied(ordered: pl.DataFrame, keys: Sequence[str]) -> bool:
    """Whether any rows that stand together have the same keys."""
    same = pl.all_horizontal((pl.col(one) == pl.col(one).shift()) for one in keys).any()
    return bool(ordered.height and ordered.lazy().select(same).collect().item())
