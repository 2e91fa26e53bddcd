"""Premiums of whole columns as plain decimals: the same texts as `exact.plain` gives of each."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from math import gcd

import polars as pl

from vault_rules.domain.columns import INT128_MAX, Coded, Numbers
from vault_rules.domain.exact import SHOWN_DECIMALS, plain_ratio
from vault_rules.domain.plain_columns import (
    DIGITS,
    GROUP,
    by_runs,
    decimal_texts,
    kind_of,
    largest_of,
    only,
    whole_texts,
)

_Ratios = Sequence[tuple[int, int] | None]
"""For each code of a reference what one unit is of it, as numerator and denominator; None where there is none."""

_TWOS, _FIVES = 2 ** (SHOWN_DECIMALS + 1), 5 ** (SHOWN_DECIMALS + 1)
"""Without either of these below it a fraction that ends does so within the decimals shown."""


def premium_texts(compared: Numbers, reference: Coded) -> pl.Series:
    """Compared price / reference - 1 as plain decimals; null where there is no reference."""
    if not any(reference.values):
        return pl.Series("premium", [None], dtype=pl.String).new_from_index(0, len(compared.whole))
    ratios = [_ratio(compared.unit, value) for value in reference.values]
    return by_runs((compared.whole, reference.codes), partial(_texts, ratios)).alias("premium")


def _ratio(unit: Fraction, reference: Fraction | None) -> tuple[int, int] | None:
    """What one unit is of a reference, in lowest terms; a fraction of Python's takes its time."""
    if not reference:
        return None
    up, down = unit.numerator * reference.denominator, unit.denominator * reference.numerator
    common = gcd(up, down) if down > 0 else -gcd(up, down)
    return up // common, down // common


_FEW = 256
"""So few premiums are written one by one sooner than all at once."""


def _texts(ratios: _Ratios, whole: pl.Series, codes: pl.Series) -> pl.Series:
    highest = max(max(abs(ratio[0]), ratio[1]) for ratio in ratios if ratio)
    largest = highest * max(largest_of(whole), GROUP) * 2
    if largest > INT128_MAX or len(whole) <= _FEW:
        return _each(ratios, whole, codes)
    kind = kind_of(largest)
    up, down = (_of_codes([None if ratio is None else ratio[at] for ratio in ratios], kind, codes) for at in (0, 1))
    over = whole.cast(kind) * up - down
    below = over < 0
    size = over * pl.Series([1, -1], dtype=kind)[below.cast(pl.UInt8)]
    tenfold, rest = [], size % down
    for _ in range(SHOWN_DECIMALS // DIGITS):
        tenfold.append(rest * only(GROUP, kind))
        rest = tenfold[-1] % down
    wholes, *groups = _divided([size, *tenfold], down)
    texts = whole_texts(wholes, largest_of(wholes)) + decimal_texts(groups)
    signed = below & (sum(groups, wholes) != 0)
    if signed.any():
        texts = pl.Series(["", "-"])[signed.cast(pl.UInt8)] + texts
    rows = _longer(ratios, codes, over, rest)
    return texts.scatter(rows, _each(ratios, whole[rows], codes[rows])) if len(rows) else texts


def _divided(numbers: list[pl.Series], down: pl.Series) -> list[pl.Series]:
    """Each part divided; all but the first, which may be large, are groups of digits."""
    frame = pl.DataFrame([one.alias(str(at)) for at, one in enumerate(numbers)] + [down.alias("down")])
    parts = [pl.col(str(at)) // pl.col("down") for at in range(len(numbers))]
    return frame.select(parts[0], *(part.cast(pl.UInt32) for part in parts[1:])).get_columns()


def _of_codes(numbers: list[int | None], kind: pl.DataType, codes: pl.Series) -> pl.Series:
    return pl.Series(numbers, dtype=kind)[codes]


def _longer(ratios: _Ratios, codes: pl.Series, over: pl.Series, rest: pl.Series) -> pl.Series:
    """The rows of those that end, but only behind the last decimal shown: they are written in full."""
    if all(ratio is None or (ratio[1] % _TWOS and ratio[1] % _FIVES) for ratio in ratios):
        return pl.Series([], dtype=pl.UInt32)
    odd = _of_codes([None if ratio is None else _without(ratio[1]) for ratio in ratios], over.dtype, codes)
    return ((rest != 0) & (over % odd == 0)).fill_null(False).arg_true()


def _without(number: int) -> int:
    """A number without its factors of 2 and 5: a fraction ends where this divides it."""
    for factor in (2, 5):
        while number % factor == 0:
            number //= factor
    return number


def _each(ratios: _Ratios, whole: pl.Series, codes: pl.Series) -> pl.Series:
    pairs = zip(whole.to_list(), (ratios[code] for code in codes.to_list()), strict=True)
    texts = [None if one is None or ratio is None else _premium(one, *ratio) for one, ratio in pairs]
    return pl.Series(texts, dtype=pl.String)


def _premium(whole: int, up: int, down: int) -> str:
    over = whole * up - down
    common = gcd(over, down)
    return plain_ratio(over // common, down // common)
