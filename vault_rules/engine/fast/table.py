"""The offers that are looked at, as one frame: codes, whole numbers, and columns worked out of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import polars as pl

from vault_rules.domain.columns import Coded, Column, Numbers, OfferColumns, Texts, code_type
from vault_rules.domain.rows import Offer
from vault_rules.engine.fast.bulk import constant
from vault_rules.engine.fast.vectors import Exact, Keyed, Scalar, Value
from vault_rules.engine.readings import FIELD

DENSE = 2**22
"""So many different combinations of codes are counted in a table rather than sorted."""


class Table:
    """Rows of a book. `frame` has a column `row`, the number of each offer in the book, and one for each column."""

    def __init__(self, offers: OfferColumns, frame: pl.DataFrame, columns: dict[str, Column]) -> None:
        self.offers, self.frame, self.columns = offers, frame, columns
        self.given: dict[str, Value] = {}
        """Columns that were worked out, and what they stand for."""
        self._derived = 0
        self._merged: dict[tuple[str, ...], Keyed] = {}
        self._own_texts = False

    @classmethod
    def of(cls, offers: OfferColumns) -> Table:
        """All offers of a book."""
        columns: dict[str, Column] = {**offers.columns, "offer": Texts(offers.ids)}
        columns |= {FIELD + name: one for name, one in offers.fields.items()}
        series = [_data(one).alias(name) for name, one in columns.items()]
        rows = pl.int_range(len(offers), dtype=pl.UInt32, eager=True).alias("row")
        return cls(offers, pl.DataFrame([rows, *series]), columns)

    def where(self, mask: pl.Expr, names: Iterable[str], more: Mapping[str, tuple[pl.Expr, Value]]) -> Table:
        """Only some rows, of the columns only those named, and more that are worked out of them."""
        kept = [one for one in self.frame.columns if one in names]
        worked = [expr.alias(name) for name, (expr, _) in more.items()]
        table = Table(self.offers, picked(self.frame, mask, ["row", *kept, *more], worked), self.columns)
        table.given = {name: value for name, (_, value) in more.items()}
        for name in kept:
            if isinstance(self.columns[name], Texts):
                table.column(name)  # as codes, before expressions are made that read codes
        return table

    def part(self, start: int, length: int) -> Table:
        """Some rows that stand together; a column of many texts has only those of these rows."""
        table = self.like(self.frame.slice(start, length))
        table._own_texts = True
        return table

    def like(self, frame: pl.DataFrame) -> Table:
        """Other rows with the same columns."""
        table = Table(self.offers, frame, self.columns)
        table.given, table._derived = self.given, self._derived
        return table

    def __len__(self) -> int:
        return self.frame.height

    # ---- columns ---------------------------------------------------------------------------------------------------

    def column(self, name: str) -> Value:
        """A column as a value; one that the book does not have is blank everywhere."""
        if name in self.given:
            return self.given[name]
        column = self.columns.get(name)
        if column is None:
            return Scalar(None)
        if isinstance(column, Texts):
            column = self.offers.coded(name, column)
            if self.frame.schema[name] == pl.String:
                self.frame = self.frame.with_columns(column.codes[self.frame["row"]].alias(name))
            if self._own_texts and len(self) < len(column.values):
                own = self.merged((name,), (len(column.values),))
                return Keyed(own.base, own.sizes, [column.values[code] for (code,) in own.values])
        if isinstance(column, Coded):
            never = frozenset() if has_blanks(column) else frozenset((name,))
            return Keyed((name,), (len(column.values),), list(column.values), never)
        low, high = bounds(column)
        return Exact(pl.col(name), column.unit, low, high, blank=column.whole.null_count() > 0)

    def add(self, codes: pl.Series, values: list[Any]) -> Keyed:
        """A further column of codes and what each stands for."""
        self._derived += 1
        name = f"#{self._derived}"
        self.frame = self.frame.with_columns(codes.cast(code_type(len(values))).alias(name))
        return Keyed((name,), (len(values),), values)

    def merged(self, base: tuple[str, ...], sizes: tuple[int, ...]) -> Keyed:
        """Several columns of codes as one, of only those combinations that occur: the values are tuples of codes."""
        if base not in self._merged:
            index = self.frame.select(index_of(base, sizes)).to_series()
            found = index.unique().sort()
            if len(found) and found[-1] < DENSE:
                dense = pl.int_range(len(found), dtype=pl.UInt32, eager=True)
                table = constant(0, found[-1] + 1, pl.UInt32()).scatter(found, dense)
                codes = table.gather(index)
            else:
                codes = index.rank("dense").cast(pl.UInt32) - 1
            self._merged[base] = self.add(codes, [decoded(one, sizes) for one in found])
        return self._merged[base]

    def offer(self, index: int) -> Offer:
        """The offer at an index of the frame."""
        return self.offers.offer(self.frame["row"][index])


def picked(
    frame: pl.DataFrame, mask: pl.Expr, names: Sequence[str | pl.Expr], worked: Sequence[pl.Expr] = ()
) -> pl.DataFrame:
    """Columns of the rows where a mask holds; it may read columns that are `worked` out.

    Of few rows in one go: to plan a query takes longer than to work out what is not needed.
    """
    if frame.height > FEW_ROWS:
        return frame.lazy().with_columns(*worked).filter(mask).select(*names).collect()
    ready = {one.meta.output_name(): one for one in worked}
    if not ready.keys().isdisjoint(mask.meta.root_names()):
        frame, ready = frame.with_columns(*worked), {}
    columns = [ready.get(one, one) if isinstance(one, str) else one for one in names]
    asked = [one for one in columns if not isinstance(one, str)]
    some = [] if mask.meta.eq(EVERY) else [mask.alias("#held")]
    found = frame.select(*asked, *some)
    if found.height != frame.height:  # nothing but literals
        found = pl.DataFrame([one.new_from_index(0, frame.height) for one in found])
    marks = found.drop_in_place("#held") if some else None
    worked_out = iter(found)
    every = (frame[one] if isinstance(one, str) else next(worked_out) for one in columns)
    return pl.DataFrame([one if marks is None else one.filter(marks) for one in every])


def held(frame: pl.DataFrame, mask: pl.Expr) -> pl.Series:
    """Where a mask holds."""
    found = frame.select(mask.alias("#held")).to_series()
    return found if len(found) == frame.height else found.new_from_index(0, frame.height)


FEW_ROWS = 50_000
EVERY = pl.lit(True)
"""A mask that holds everywhere."""


def index_of(base: tuple[str, ...], sizes: tuple[int, ...]) -> pl.Expr:
    """The place of a row in a table over several columns of codes, the last the fastest."""
    if len(base) == 1:
        return pl.col(base[0])
    places = _product(sizes)
    wide = next((kind for bits, kind in _WHOLE.items() if places < 2**bits), pl.Int128)
    found = pl.col(base[0]).cast(wide)
    for name, size in zip(base[1:], sizes[1:], strict=True):
        found = found * pl.lit(size, dtype=wide) + pl.col(name).cast(wide)
    return found


_WHOLE = {16: pl.UInt16, 32: pl.UInt32, 64: pl.UInt64}


def decoded(index: int, sizes: tuple[int, ...]) -> tuple[int, ...]:
    """The codes at a place of such a table."""
    found = []
    for size in reversed(sizes):
        index, code = divmod(index, size)
        found.append(code)
    return tuple(reversed(found))


def columns_of_codes(places: Sequence[int], sizes: tuple[int, ...]) -> list[list[int]]:
    """The same for many places: a list of codes for each column."""
    found: list[list[int]] = []
    for size in reversed(sizes):
        found.append([place % size for place in places])
        places = [place // size for place in places]
    return found[::-1]


def _product(sizes: tuple[int, ...]) -> int:
    product = 1
    for size in sizes:
        product *= size
    return product


def _data(column: Column) -> pl.Series:
    if isinstance(column, Coded):
        return column.codes
    return column.whole if isinstance(column, Numbers) else column.texts


def bounds(column: Numbers) -> tuple[int, int]:
    """The least and the greatest whole number of a column; remembered, since columns do not change."""
    if column not in _BOUNDS:
        low, high = column.whole.min(), column.whole.max()
        assert isinstance(low, int | None)
        assert isinstance(high, int | None)
        _BOUNDS[column] = (low or 0, high or 0)
    return _BOUNDS[column]


_BOUNDS: WeakKeyDictionary[Numbers, tuple[int, int]] = WeakKeyDictionary()


def has_blanks(column: Coded) -> bool:
    """Whether some cell is blank; remembered."""
    if column not in _BLANK:
        _BLANK[column] = column.codes.min() == 0
    return _BLANK[column]


_BLANK: WeakKeyDictionary[Coded, bool] = WeakKeyDictionary()
