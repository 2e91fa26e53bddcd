"""Whole numbers at one scale: what the columns of a book become when rows differ in unit, decimals or currency."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import gcd

import attrs
import polars as pl

from vault_rules.domain.coding import Distinct, looked_up
from vault_rules.domain.columns import INT64_MAX, Numbers, common_unit, number_type


@attrs.frozen(eq=False)
class Moneys:
    """Amounts, and the currency of each: None is the policy's."""

    amounts: Numbers
    currency: Distinct

    def exchanged(self, rate: Callable[[str | None], Fraction]) -> Numbers:
        """The amounts in one currency. Raises `TooWide`."""
        rates = self.currency.mapped(rate)
        scale = Distinct(rates.codes, [self.amounts.unit * one for one in rates.values])
        return scaled(self.amounts.whole, scale)


def scaled(whole: pl.Series, factors: Distinct) -> Numbers:
    """Each number times its row's factor. Raises `TooWide`."""
    if factors.codes is None:
        return _smaller(Numbers(whole, factors.values[0]))
    unit = common_unit(factors.values)
    times = [int(factor / unit) for factor in factors.values]
    kind = number_type(_largest(whole, factors.codes, times))
    if number_type(max(map(abs, times))) == pl.Int128:
        kind = pl.Int128()
    return _smaller(Numbers(whole.cast(kind) * looked_up(factors.codes, times, kind), unit))


def _largest(whole: pl.Series, codes: pl.Series, times: Sequence[int]) -> int:
    """The largest product, either side of zero."""
    bound = _size(whole) * max(map(abs, times))
    if bound <= INT64_MAX:
        return bound
    ends = pl.DataFrame([whole.alias("whole"), codes.alias("code")]).group_by("code")
    sizes = ends.agg(pl.col("whole").min().alias("least"), pl.col("whole").max().alias("most"))
    return max(
        (abs(times[code]) * max(abs(least), abs(most)) for code, least, most in sizes.rows() if least is not None),
        default=0,
    )


def _size(whole: pl.Series) -> int:
    least, most = whole.min(), whole.max()
    assert isinstance(least, int | None) and isinstance(most, int | None)
    return max(abs(least or 0), abs(most or 0))


def _smaller(found: Numbers) -> Numbers:
    """In 64 bits, if a coarser unit does it."""
    if found.whole.dtype != pl.Int128:
        return found
    if _size(found.whole) > INT64_MAX:
        found = coarsest(found)
    return Numbers(found.whole.cast(pl.Int64), found.unit) if _size(found.whole) <= INT64_MAX else found


def coarsest(found: Numbers) -> Numbers:
    """The same numbers in the coarsest unit there is, 1 for zeros: what equal numbers have in common."""
    times = common_divisor(found.whole)
    if times == 0:
        return Numbers(found.whole, Fraction(1))
    return Numbers(found.whole // _one(times, found.whole), found.unit * times) if times > 1 else found


def common_divisor(whole: pl.Series) -> int:
    """The largest whole number that divides all; 0 where all are zero."""
    rest, divisor = whole.drop_nulls(), 0
    while divisor != 1:
        rest = rest.filter(rest != 0)
        if rest.is_empty():
            break
        divisor = gcd(divisor, *rest.head(100))
        rest = rest % _one(divisor, rest)
    return divisor


def _one(number: int, like: pl.Series) -> pl.Series:
    """Polars does no sums of an Int128 column and a number of Python's."""
    return pl.Series([number], dtype=like.dtype)
