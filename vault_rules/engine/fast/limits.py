"""Conditions as limits: what codes decide besides a column's limit becomes part of it: one look-up says both."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from itertools import starmap
from math import prod
from operator import lt
from typing import Any, TypeVar

import polars as pl

from vault_rules.domain.columns import code_type
from vault_rules.engine.fast.truths import one_of, truth
from vault_rules.engine.fast.vectors import (
    TURNED,
    Keyed,
    Limited,
    Scalar,
    Truth,
    Value,
    always,
    held_to,
    mapped,
    never,
    with_limit,
)

T = TypeVar("T")


# ---- several as one ------------------------------------------------------------------------------------------------


def picked(selector: Scalar | Keyed | Truth, results: Mapping[Any, Value]) -> Value:
    """The condition that a selector picks: as a table, as a limit, or else one after the other."""
    if isinstance(selector, Truth):
        return Truth(pl.when(selector.expr).then(truth(results[True])).otherwise(truth(results[False])))
    if isinstance(selector, Scalar):
        return results[selector.value]
    order = [case for case in results if case in set(selector.values)]
    if len(order) == 1:
        return results[order[0]]
    tables = [one for one in (results[case] for case in order) if isinstance(one, (Scalar, Keyed))]
    if len(tables) == len(order):
        found = mapped(lambda case, *values: values[order.index(case)], [selector, *tables])
        if found is not None:
            return found
    return picked_limit(selector, {case: results[case] for case in order}) or _in_turn(selector, results, order)


def picked_limit(selector: Scalar | Keyed, results: Mapping[Any, Value]) -> Limited | None:
    """The same where some are limits of one column and all others tables; None where they are not, or too many."""
    first = next((one for one in results.values() if isinstance(one, Limited)), None)
    if first is None:
        return None
    order, limits = list(results), []
    for one in results.values():
        limit = _as_limit(one, first)
        if limit is None:
            return None
        limits.append(limit)
    found = mapped(lambda case, *values: values[order.index(case)], [selector, *limits])
    return None if found is None else with_limit(first, found)


def _as_limit(one: Value, first: Limited) -> Scalar | Keyed | None:
    if isinstance(one, Limited):
        alike = one.rising is first.rising and one.kind == first.kind and one.left.meta.eq(first.left)
        return one.limit if alike else None
    if not isinstance(one, (Scalar, Keyed)):
        return None
    return mapped(lambda held: None if held is None else always(first) if held else never(first), [one])


def _in_turn(selector: Keyed, results: Mapping[Any, Value], order: Sequence[Any]) -> Truth:
    found = truth(results[order[-1]])
    for case in reversed(order[:-1]):
        mask = one_of(selector, [at for at, one in enumerate(selector.values) if one == case])
        found = pl.when(mask).then(truth(results[case])).otherwise(found)
    return Truth(found)


# ---- codes as numbers ----------------------------------------------------------------------------------------------


def by_rank(operator: str, left: Scalar | Keyed, right: Scalar | Keyed) -> Truth | None:
    """A comparison of two columns of codes, by where the values of one stand among those of the other.

    None where neither is a single column in order.
    """
    return _rank_of(operator, left, right) or _rank_of(TURNED[operator], right, left)


def _rank_of(operator: str, left: Scalar | Keyed, right: Scalar | Keyed) -> Truth | None:
    if operator in ("=", "!=") or not isinstance(left, Keyed) or len(left.base) > 1:
        return None
    blank, *values = left.values
    if blank is not None or not ascend(values):
        return None
    rising = operator in (">", ">=")
    place = bisect_left if operator in (">=", "<") else bisect_right
    limit = mapped(lambda one: None if one is None else place(values, one) + rising, [right])
    assert limit is not None
    code, none = pl.col(left.base[0]), pl.lit(0, dtype=code_type(len(left.values)))
    found = held_to(code, 1, len(values), code_type(len(values) + 2), rising, limit)
    return found if left.never else Truth(pl.when(code != none).then(found.expr))


def ascend(values: Sequence[Any]) -> bool:
    """Whether all values are known and each is greater than the one before."""
    return None not in values and all(map(lt, values, values[1:]))


# ---- all of several ------------------------------------------------------------------------------------------------


def joined(held: Sequence[Value]) -> list[Value]:
    """Conditions of which all must hold, as few of them: tables become a part of others, and of limits, where that
    takes no more room than a table may. Where one is unknown another may be false.
    """
    limits = [one for one in held if isinstance(one, Limited) and isinstance(one.limit, Keyed)]
    tables = _by_base([one for one in held if isinstance(one, Keyed)])
    rest = [one for one in held if isinstance(one, Scalar) or (isinstance(one, Truth) and one not in limits)]
    kept = [one for one in sorted(tables, key=lambda one: len(one.values)) if not _into_limits(one, limits)]
    return [*_into_others(kept), *limits, *rest]


def balanced(masks: Sequence[T], pair: Callable[[T, T], T]) -> T:
    """Several conditions as one, pair by pair: to plan a chain of a thousand takes Polars most of a minute."""
    found = list(masks)
    while len(found) > 1:
        pairs = zip(found[::2], found[1::2], strict=False)
        found = [*starmap(pair, pairs), *found[len(found) // 2 * 2 :]]
    return found[0]


def _by_base(tables: Sequence[Keyed]) -> list[Keyed]:
    found: dict[tuple[str, ...], Keyed] = {}
    for one in tables:
        other = found.get(one.base)
        found[one.base] = one if other is None else _both(one, other) or one
    return list(found.values())


def _both(one: Keyed, other: Keyed) -> Keyed | None:
    both = mapped(lambda a, b: a and b, [one, other])
    return both if isinstance(both, Keyed) else None


def _into_limits(table: Keyed, limits: list[Limited]) -> bool:
    """Make a table a part of the limit of which it takes the least more room."""
    order = sorted(range(len(limits)), key=lambda at: _growth(table, limits[at].limit))
    for at in order:
        if _growth(table, limits[at].limit) > 1 and len(table.base) == 1:
            continue  # codes of one column are as quickly searched
        found = picked_limit(table, {True: limits[at], False: Scalar(False), None: Scalar(False)})
        if found is not None:
            limits[at] = found
            return True
    return False


def _into_others(tables: Sequence[Keyed]) -> list[Keyed]:
    """Tables of no more columns than another has are a part of it."""
    found: list[Keyed] = []
    for one in sorted(tables, key=lambda one: -len(one.values)):
        at = next((at for at, other in enumerate(found) if set(one.base) <= set(other.base)), len(found))
        both = _both(found[at], one) if at < len(found) else None
        found[at : at + (both is not None)] = [both or one]
    return found


def _growth(table: Keyed, limit: Scalar | Keyed) -> float:
    """How many times as large a limit's table becomes."""
    assert isinstance(limit, Keyed)
    return prod(size for name, size in zip(table.base, table.sizes, strict=True) if name not in limit.base)
