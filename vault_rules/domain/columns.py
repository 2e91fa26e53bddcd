"""A book's offers as columns: codes and whole numbers, exact. What a fast engine reads instead of rows.

Nothing is rounded: a column of numbers holds whole multiples of a unit that is fine enough for every value in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import cached_property
from math import gcd, lcm
from typing import Any, Protocol

import attrs
import polars as pl

from vault_rules.domain.rows import Benchmark, Facility, Holding, Offer, PriorAward, Request, requested_by

FEW = 4096
"""A column of at most so many different values is kept as codes, so that a condition is judged once a value."""
INT64_MAX = 2**63 - 1
INT128_MAX = 2**127 - 1
ALWAYS_NUMBERS = ("price", "quantity")


class TooWide(Exception):
    """Values that no whole number of 128 bits can hold at one scale: the reference engine takes such books."""


@attrs.frozen(eq=False)
class Coded:
    """A column of few different values. `codes` (unsigned, no nulls) index `values`; code 0 is None, a blank cell.

    Values are exact and different from each other: dates and numbers (`Fraction`) in their order, text and truth
    values in any.
    """

    codes: pl.Series
    values: tuple[Any, ...]

    def at(self, row: int) -> Any:
        return self.values[self.codes[row]]


@attrs.frozen(eq=False)
class Numbers:
    """A column of numbers: each is `whole * unit`. `whole` is Int64, or Int128 where that is needed; null is blank."""

    whole: pl.Series
    unit: Fraction

    def at(self, row: int) -> Fraction | None:
        whole = self.whole[row]
        return None if whole is None else whole * self.unit


@attrs.frozen(eq=False)
class Texts:
    """A column of many different texts; null is blank."""

    texts: pl.Series

    def at(self, row: int) -> str | None:
        text: str | None = self.texts[row]
        return text


Column = Coded | Numbers | Texts


@attrs.define(eq=False, slots=False)
class OfferColumns:
    """The offers of a bound book. Rows of one mineral stand together, minerals in the order of their names.

    `price` (policy currency per kg) and `quantity` (kg) are `Numbers`, `mineral` is `Coded`; a column that is blank
    everywhere is left out. `fields` are those that the policy declares.
    """

    ids: pl.Series
    columns: Mapping[str, Column]
    fields: Mapping[str, Column] = attrs.field(factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def markets(self) -> Mapping[str, tuple[int, int]]:
        """Each mineral's first row and how many rows it has."""
        mineral = self.columns["mineral"]
        assert isinstance(mineral, Coded)
        found, start = {}, 0
        for run in mineral.codes.rle().struct.unnest().iter_rows():
            length, code = run
            found[mineral.values[code]] = (start, length)
            start += length
        return found

    @cached_property
    def ids_rise(self) -> bool:
        """Whether the offers of each mineral stand in the order of their ids."""
        ids = self.ids
        falls = (ids.shift(1) > ids).arg_true()
        return set(falls.to_list()) <= {start for start, _ in self.markets.values()}

    def coded(self, name: str, column: Texts) -> Coded:
        """A column of many different texts as codes, where a rule reads it after all; kept by any name of its own."""
        if name not in self._coded:
            texts = column.texts
            different = texts.drop_nulls().unique().sort()
            codes = texts.cast(pl.Enum(different)).to_physical().cast(pl.UInt32) + 1
            self._coded[name] = Coded(codes.fill_null(0), (None, *different))
        return self._coded[name]

    @cached_property
    def _coded(self) -> dict[str, Coded]:
        return {}

    def offer(self, row: int) -> Offer:
        """One offer, as the reference reads it."""
        values: dict[str, Any] = {name: column.at(row) for name, column in self.columns.items()}
        fields = {name: column.at(row) for name, column in self.fields.items()}
        known = {name: value for name, value in fields.items() if value is not None}
        return Offer(offer=self.ids[row], **values, fields=known)


@attrs.define(eq=False, slots=False, kw_only=True)
class ColumnBook:
    """A bound book whose offers are columns; all else is as in `rows.BoundBook`."""

    offers: OfferColumns
    requests: tuple[Request, ...]
    benchmarks: tuple[Benchmark, ...]
    facilities: tuple[Facility, ...]
    holdings: tuple[Holding, ...]
    awards: tuple[PriorAward, ...]
    fx: Mapping[str, Fraction]
    book: Hashed
    compiled: dict[Any, Any] = attrs.field(factory=dict, init=False)
    """What engines keep of the days of policies that the book was evaluated by last."""

    @property
    def sha256(self) -> str:
        """The book's hash; that of a large book takes seconds, and is only needed where it is shown."""
        return self.book.sha256

    @cached_property
    def requested_by(self) -> Mapping[str, Mapping[str, Fraction]]:
        """What is requested, by mineral and buyer, in kg."""
        return requested_by(self.requests)

    @cached_property
    def request_unit(self) -> Fraction:
        """The coarsest unit, in kg, in which the quantity of every request is whole."""
        return common_unit([one.quantity for one in self.requests])


class Hashed(Protocol):
    """What has a hash of what it says."""

    @property
    def sha256(self) -> str: ...


# ---- from exact values ---------------------------------------------------------------------------------------------


def columns_of(offers: Sequence[Offer], fields: Sequence[str] = ()) -> OfferColumns:
    """Rows as columns. Raises `TooWide`."""
    ordered = sorted(offers, key=lambda one: one.mineral)
    names = [field.name for field in attrs.fields(Offer) if field.name not in ("offer", "fields")]
    columns = {name: column(name, [getattr(one, name) for one in ordered]) for name in names}
    extra = {name: column(name, [one.fields.get(name) for one in ordered]) for name in fields}
    return OfferColumns(
        pl.Series("offer", [one.offer for one in ordered], dtype=pl.String),
        {name: found for name, found in columns.items() if found is not None},
        {name: found for name, found in extra.items() if found is not None},
    )


def column(name: str, values: Sequence[Any]) -> Column | None:
    """Exact values as the column that suits them; None where all are blank and the column may be left out."""
    if name in ALWAYS_NUMBERS:
        return numbers(name, values)
    different = dict.fromkeys(values)
    if not any(one is not None for one in different):
        return coded(name, values) if name == "mineral" else None
    if len(different) <= FEW or any(isinstance(one, date | bool) for one in different):
        return coded(name, values)
    if any(isinstance(one, Fraction) for one in different):
        return numbers(name, values)
    return Texts(pl.Series(name, values, dtype=pl.String))


def coded(name: str, values: Sequence[Any]) -> Coded:
    different = in_order([one for one in dict.fromkeys(values) if one is not None])
    table = {None: 0} | {one: code for code, one in enumerate(different, 1)}
    codes = pl.Series(name, [table[one] for one in values], dtype=code_type(len(table)))
    return Coded(codes, tuple(table))


def in_order(values: list[Any]) -> list[Any]:
    """Different values as they are held: dates and numbers in order, so that codes compare as what they stand for."""
    return sorted(values) if values and isinstance(values[0], date | Fraction) else values


def numbers(name: str, values: Sequence[Fraction | None]) -> Numbers:
    known = [one for one in values if one is not None]
    unit = common_unit(known)
    whole = in_units(values, unit)
    return Numbers(pl.Series(name, whole, dtype=number_type(max(map(abs, filter(None, whole)), default=0))), unit)


def in_units(values: Sequence[Fraction | None], unit: Fraction) -> list[int | None]:
    """Exact values as whole multiples of a unit of which all are multiples."""
    up, down = unit.denominator, unit.numerator
    return [None if one is None else one.numerator * up // (one.denominator * down) for one in values]


def common_unit(values: Sequence[Fraction]) -> Fraction:
    """The coarsest unit of which every value is a whole multiple; 1 where all are zero."""
    numerator = gcd(*(one.numerator for one in values))
    return Fraction(numerator or 1, lcm(*(one.denominator for one in values)))


def number_type(largest: int) -> pl.DataType:
    """The narrowest type for whole numbers up to `largest` either side of zero. Raises `TooWide`."""
    if largest <= INT64_MAX:
        return pl.Int64()
    if largest <= INT128_MAX:
        return pl.Int128()
    raise TooWide


def code_type(count: int) -> pl.DataType:
    """The narrowest type for so many codes."""
    return pl.UInt8() if count <= 2**8 else pl.UInt16() if count <= 2**16 else pl.UInt32()
