"""Exact numbers of whole columns as plain decimals: the same texts as `exact.plain`, made at once.

What Polars does to a series costs a few microseconds, what it makes a query of fifty and more. So divisions, which are
queries, are asked together, and the rest is done to series: in a small plan nothing else counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cache
from math import gcd

import polars as pl

from vault_rules.domain.columns import INT64_MAX, INT128_MAX, Numbers
from vault_rules.domain.exact import has_end, invoice, plain

DIGITS = 4
"""Decimals are looked up in groups of so many."""
GROUP = 10**DIGITS
_FIRST = 100
"""Most columns are told by so many of their first numbers not to be in thousands."""
_MANY = 4096
"""Among fewer rows it does not pay to look for runs."""


def kind_of(largest: int) -> pl.DataType:
    """The narrower type for whole numbers up to `largest`: arithmetic on 128 bits is several times slower."""
    return pl.Int64() if largest <= INT64_MAX else pl.Int128()


def only(number: int, kind: pl.DataType) -> pl.Series:
    """A number to reckon a series with: one of Python's is taken for 64 bits."""
    return pl.Series([number], dtype=kind)


def largest_of(whole: pl.Series) -> int:
    largest = whole.max()
    return int(largest) if isinstance(largest, int) else 0


def coarse(numbers: Numbers) -> Numbers:
    """The same numbers in thousands as far as all are whole thousands: texts of smaller numbers are made quicker."""
    whole = numbers.whole
    by = _thousands(whole.head(_FIRST).to_list(), largest_of(whole))
    while by > 1 and not (whole % only(by, whole.dtype) == only(0, whole.dtype)).all():
        by //= 1000
    if by > 1:
        whole = whole // only(by, whole.dtype)
    largest = largest_of(whole)
    return Numbers(whole.cast(kind_of(largest)) if largest else whole, numbers.unit * by)


def _thousands(some: list[int | None], largest: int) -> int:
    common, by = gcd(*(one for one in some if one is not None)), 1
    while by * 1000 <= largest and common % (by * 1000) == 0:
        by *= 1000
    return by


# ---- plain decimals ------------------------------------------------------------------------------------------------


def plain_texts(numbers: Numbers) -> pl.Series:
    """Numbers of zero or more as plain decimals."""
    return by_runs((numbers.whole,), lambda whole: _plain_texts(whole, numbers.unit)).alias(numbers.whole.name)


def _plain_texts(whole: pl.Series, unit: Fraction) -> pl.Series:
    places = decimals(unit)
    if places is None:
        return each(whole, unit)
    groups = -(-places // DIGITS)
    factor, most = int(unit * 10**places), largest_of(whole)
    largest = max(most * factor, GROUP**groups)
    if largest > INT128_MAX:
        return each(whole, unit)
    kind = kind_of(largest)
    value = whole.cast(kind) if factor == 1 else whole.cast(kind) * only(factor, kind)
    if not places:
        return whole_texts(value, most * factor)
    wholes, rest = value // only(10**places, kind), value % only(10**places, kind)
    rest = rest * only(GROUP**groups // 10**places, kind)
    return whole_texts(wholes, most * factor // 10**places) + decimal_texts(_in_groups(rest, groups))


def _in_groups(rest: pl.Series, groups: int) -> list[pl.Series]:
    if groups == 1:
        return [rest.cast(pl.UInt32)]
    value, group = pl.col("rest"), pl.lit(GROUP, dtype=rest.dtype)
    parts = (value // pl.lit(GROUP**at, dtype=rest.dtype) % group for at in reversed(range(groups)))
    found = rest.to_frame("rest").select(part.cast(pl.UInt32).alias(str(at)) for at, part in enumerate(parts))
    return found.get_columns()


def whole_texts(value: pl.Series, largest: int) -> pl.Series:
    """Whole numbers from zero to `largest`: where these are few, each is written once."""
    if largest < len(value):
        return pl.int_range(largest + 1, eager=True).cast(pl.String)[value.cast(pl.UInt32)]
    return value.cast(pl.String)


def decimal_texts(groups: Sequence[pl.Series]) -> pl.Series:
    """What stands behind the whole part, the point with it, from groups of digits: no zeros at the end."""
    *before, last = groups
    texts, after = _digits(point=not before)[last], last
    for at, group in reversed(list(enumerate(before))):
        place = group + (after != 0).cast(pl.UInt32) * GROUP
        texts, after = _digits(point=not at)[place] + texts, after + group
    return texts


@cache
def _digits(*, point: bool) -> pl.Series:
    """The digits of each group, first as they end a number, then as others follow them: looked up, not made anew."""
    full = pl.int_range(GROUP, 2 * GROUP, eager=True).cast(pl.String).str.slice(1)
    full = "." + full if point else full
    return pl.concat([full.str.strip_chars_end("0").str.strip_chars_end("."), full], rechunk=True)


def by_runs(columns: Sequence[pl.Series], texts: Callable[..., pl.Series]) -> pl.Series:
    """The texts of rows; where equal rows stand together, as offers of one price do, each is made once a run."""
    if len(columns[0]) < _MANY:
        return texts(*columns)
    runs = columns[0].rle_id()
    for column in columns[1:]:
        runs = (runs + column.rle_id()).rle_id()
    if 2 * runs[-1] > len(runs):
        return texts(*columns)
    first = pl.Series([True]).append(runs[1:] != runs[:-1]).rechunk()
    return texts(*(column.filter(first) for column in columns))[runs]


def each(whole: pl.Series, unit: Fraction) -> pl.Series:
    """What has no end, or is too large, one by one."""
    texts = [None if one is None else plain(one * unit) for one in whole.to_list()]
    return pl.Series(whole.name, texts, dtype=pl.String)


def decimals(unit: Fraction) -> int | None:
    """How many decimals a unit has; None where they do not end."""
    if not has_end(unit):
        return None
    places = 0
    while (unit * 10**places).denominator != 1:
        places += 1
    return places


# ---- money ---------------------------------------------------------------------------------------------------------

_CENT = pl.Series([Decimal("0.01")], dtype=pl.Decimal(38, 2))


def cost_texts(quantity: Numbers, price: Numbers) -> pl.Series:
    """What each quantity costs, with two decimals: rounded once, half to even."""
    each_cent = quantity.unit * price.unit * 100
    largest = largest_of(quantity.whole) * largest_of(price.whole) * each_cent.numerator
    largest = max(largest, each_cent.denominator) * 2
    if largest > INT128_MAX:
        pairs = zip(quantity.whole.to_list(), price.whole.to_list(), strict=True)
        costs = (invoice(q * quantity.unit * p * price.unit) for q, p in pairs)
        return pl.Series("cost", [f"{one:f}" for one in costs], dtype=pl.String)
    cents = _cents(quantity.whole, price.whole, each_cent, kind_of(largest))
    # Whole numbers below 10**38 as decimals, and those a hundredth: nothing is rounded.
    return (cents.cast(pl.Decimal(38, 0)) * _CENT).cast(pl.String).alias("cost")


def _cents(quantity: pl.Series, price: pl.Series, each_cent: Fraction, kind: pl.DataType) -> pl.Series:
    up, down = each_cent.numerator, each_cent.denominator
    product = quantity.cast(kind) * price.cast(kind)
    if up != 1:
        product = product * only(up, kind)
    if down == 1:
        return product
    by, two = pl.lit(down, dtype=kind), pl.lit(2, dtype=kind)
    cents, twice = pl.col("n") // by, pl.col("n") % by * two
    up_one = (twice > by) | ((twice == by) & (cents % two == 1))
    return product.to_frame("n").select(cents + up_one.cast(kind)).to_series()
