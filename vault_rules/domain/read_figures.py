"""A column of many different numbers, read as figures: what stands behind them is judged once for all that have it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import attrs
import polars as pl

from vault_rules.domain.amounts import Unreadable
from vault_rules.domain.cells import Money, RowUnits
from vault_rules.domain.coding import Distinct, looked_up, together
from vault_rules.domain.columns import INT128_MAX, Numbers, TooWide, code_type
from vault_rules.domain.figures import Figures, figures
from vault_rules.domain.reading import read_cell
from vault_rules.domain.scaling import Moneys, scaled
from vault_rules.domain.text_frame import WHITE, as_texts

_ABOVE_ZERO = ("mass", "price")
_FROM_ZERO = ("charge", "money", "purity", "stock")


@attrs.frozen
class _Factor:
    """What one of a figure's whole number is: an amount, and of money its currency."""

    amount: Fraction
    currency: str | None = None


_Units = Mapping[str, Distinct]
NO_ROWS = pl.Series(dtype=pl.UInt32)
MONEYS = ("charge", "money", "price")


def read_figures(kind: str, cells: pl.Series, units: _Units) -> tuple[Numbers | Moneys | None, pl.Series]:
    """The numbers of a column, and the rows whose cells cannot be read. None in place of numbers of over 128 bits."""
    found = figures(cells)
    said = together([found.decimals, found.suffix, *units.values()])
    factors = [_factor(kind, tuple(units), *value) for value in said.values]
    odd = _odd(found, said.rows([code for code, one in enumerate(factors) if one is None], len(cells)))
    known = Distinct(said.codes, [one or _Factor(Fraction(1)) for one in factors])
    whole = found.whole.clone().scatter(odd, None) if len(odd) else found.whole
    wrong = _out_of_range(kind, whole, known)
    if len(wrong):
        whole = whole.clone().scatter(wrong, None)
    if len(odd):
        values = _one_by_one(kind, cells, odd, units)
        whole, known = _with_odd(whole, known, odd, values)
        wrong = pl.concat([wrong, odd.filter(pl.Series([value is None for value in values], dtype=pl.Boolean))]).sort()
    return _numbers(kind, whole, known), wrong


def _factor(kind: str, units: tuple[str, ...], decimals: int, suffix: str, *said: Any) -> _Factor | None:
    """What `1` with a suffix is, of which every number with it is a multiple; None where that cannot be read."""
    value = _value(kind, f"1{suffix}", RowUnits(**dict(zip(units, said, strict=True))))
    return value and attrs.evolve(value, amount=value.amount / 10**decimals)


def _value(kind: str, text: str, units: RowUnits) -> _Factor | None:
    value = read_cell(kind, text, units)
    if isinstance(value, Unreadable):
        return None
    return _Factor(value.amount, value.currency) if isinstance(value, Money) else _Factor(value)


def _odd(found: Figures, unread: pl.Series) -> pl.Series:
    """The rows that are to be read one by one: no figures, or with a suffix that means nothing."""
    if unread.is_empty():
        return found.odd
    filled = unread.filter(found.whole.gather(unread).is_not_null())
    return pl.concat([found.odd, filled]).sort()


def _out_of_range(kind: str, whole: pl.Series, known: Distinct) -> pl.Series:
    """The rows whose numbers are too small or too large for their kind."""
    if kind not in _ABOVE_ZERO + _FROM_ZERO:
        return NO_ROWS
    wrong = whole <= 0 if kind in _ABOVE_ZERO else whole < 0
    if kind == "purity":
        most = [min(int(1 / factor.amount), INT128_MAX) for factor in known.values]
        limit = most[0] if known.codes is None else looked_up(known.codes, most, pl.Int128())
        wrong |= whole.cast(pl.Int128) > limit
    return wrong.fill_null(False).arg_true() if wrong.any() else NO_ROWS


def _one_by_one(kind: str, cells: pl.Series, rows: pl.Series, units: _Units) -> list[_Factor | None]:
    """The values of some rows' cells; None where one cannot be read."""
    texts = as_texts(cells.gather(rows)).str.strip_chars(WHITE)
    said = zip(*([unit[row] for row in rows] for unit in units.values()), strict=True) if units else ((),) * len(rows)
    memo: dict[tuple[Any, ...], _Factor | None] = {}
    values = []
    for key in zip(texts, said, strict=True):
        if key not in memo:
            memo[key] = _value(kind, key[0], RowUnits(**dict(zip(units, key[1], strict=True))))
        values.append(memo[key])
    return values


def _with_odd(
    whole: pl.Series, known: Distinct, rows: pl.Series, values: list[_Factor | None]
) -> tuple[pl.Series, Distinct]:
    """With the rows that were read one by one: each is once what its cell says."""
    read = [(row, value) for row, value in zip(rows, values, strict=True) if value is not None]
    if not read:
        return whole, known
    places: dict[Any, int] = {}
    own = [places.setdefault(value, len(places) + len(known.values)) for _, value in read]
    kind = code_type(len(known.values) + len(places))
    codes = pl.zeros(len(whole), kind, eager=True) if known.codes is None else known.codes.cast(kind)
    at = pl.Series([row for row, _ in read], dtype=pl.UInt32)
    codes = codes.clone().scatter(at, pl.Series(own, dtype=kind))
    return whole.clone().scatter(at, 1), Distinct(codes, [*known.values, *places])


def _numbers(kind: str, whole: pl.Series, known: Distinct) -> Numbers | Moneys | None:
    try:
        amounts = scaled(whole, known.mapped(lambda one: one.amount))
    except TooWide:
        return None
    return Moneys(amounts, known.mapped(lambda one: one.currency)) if kind in MONEYS else amounts
