"""Columns of cells as codes: each different cell read once, however many rows have it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import attrs
import polars as pl

from vault_rules.domain.columns import INT64_MAX, Coded, code_type, in_order
from vault_rules.domain.text_frame import as_texts

_SAMPLE = 20_000
_CLOSE = 2**17
"""Keys that lie closer together are looked up in a table, others searched for."""


@attrs.frozen(eq=False)
class Distinct:
    """Which of `values` each row has. `codes` None: all rows have the first; else unsigned and without nulls."""

    codes: pl.Series | None
    values: Sequence[Any]

    def used(self) -> Sequence[int]:
        """The codes that some row has."""
        return [0] if self.codes is None else self.codes.unique().to_list()

    def rows(self, which: Sequence[int], height: int) -> pl.Series:
        """The indexes of the rows that have one of these codes."""
        if self.codes is None or not which:
            return pl.Series(range(height if 0 in which else 0), dtype=pl.UInt32)
        wanted = pl.Series(which, dtype=self.codes.dtype)
        return self.codes.is_in(wanted.implode()).arg_true()

    def __getitem__(self, row: int) -> Any:
        return self.values[0 if self.codes is None else self.codes[row]]

    def taken(self, rows: pl.Series) -> Distinct:
        """Some rows, in their order."""
        return self if self.codes is None else Distinct(self.codes[rows], self.values)

    def mapped(self, to: Callable[[Any], Any]) -> Distinct:
        """With other values, those that became equal under one code, in the order of the first that did."""
        codes: dict[Any, int] = {}
        table = [codes.setdefault(to(value), len(codes)) for value in self.values]
        if self.codes is None or len(codes) == 1:
            return Distinct(None, list(codes)[:1] if self.codes is None else list(codes))
        if table == list(range(len(table))):
            return Distinct(self.codes, list(codes))
        return Distinct(looked_up(self.codes, table, code_type(len(codes))), list(codes))


def distinct_texts(cells: pl.Series, at_most: int | None) -> Distinct | None:
    """A column's texts, each stripped, blank ones None; None where there are more different ones."""
    found = distinct_cells(cells, at_most)
    return found and found.mapped(lambda text: (text and text.strip()) or None)


def distinct_cells(cells: pl.Series, at_most: int | None) -> Distinct | None:
    """The texts of a column's cells as they stand, null None; None where there are more different ones."""
    if cells.null_count() == len(cells):
        return Distinct(None, [None])
    if at_most is not None and cells.head(_SAMPLE).n_unique() > at_most:
        return None
    different, codes = _numbered(cells.cast(_dictionary()) if cells.dtype == pl.String else cells)
    if at_most is not None and len(different) > at_most:
        return None
    return Distinct(codes, [None, *as_texts(different)])


def _dictionary() -> pl.DataType:
    """A dictionary of its own, where this Polars would otherwise share one among all columns of the process."""
    shared = getattr(pl, "Categories", None)
    return pl.Categorical() if shared is None else pl.Categorical(shared.random())


def _numbered(cells: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The different cells of a column that is not of type String, and the place of each row's, from 1; null is 0."""
    keys = cells.cast(pl.UInt8) if cells.dtype == pl.Boolean else cells.to_physical()
    least, most = keys.min(), keys.max()
    assert isinstance(least, int) and isinstance(most, int)
    if most - least >= min(_CLOSE, 2 * len(keys) + 1000) or max(abs(least), abs(most)) > INT64_MAX:
        return _searched(cells, keys)
    none = most - least + 1
    from_zero = keys if least == 0 and keys.dtype == pl.UInt32 else keys.cast(pl.Int64) - least
    places = (from_zero.fill_null(none) if keys.has_nulls() else from_zero).cast(code_type(none + 1))
    row_of = pl.Series([-1], dtype=pl.Int64).new_from_index(0, none + 1)
    row_of = row_of.scatter(places, pl.int_range(len(places), eager=True))
    every = pl.int_range(none, dtype=pl.UInt32, eager=True)
    some = every.filter(row_of[:none] >= 0)  # as numbers and days go, so that no code need change
    kind = code_type(len(some) + 1)
    codes = pl.Series([0], dtype=kind).new_from_index(0, none + 1)
    codes = codes.scatter(some, pl.int_range(1, len(some) + 1, dtype=pl.UInt32, eager=True).cast(kind))
    return cells[row_of[some]], codes[places]


def _searched(cells: pl.Series, keys: pl.Series) -> tuple[pl.Series, pl.Series]:
    first = keys.arg_unique()
    first = first.filter(keys.gather(first).is_not_null())
    kind = code_type(len(first) + 1)
    numbers = pl.Series(range(1, len(first) + 1), dtype=kind)
    codes = keys.replace_strict(keys.gather(first), numbers, default=0, return_dtype=kind)
    return cells.gather(first), codes.fill_null(0)


def looked_up(codes: pl.Series, table: Sequence[Any], kind: pl.DataType) -> pl.Series:
    """For each code what the table has at its place."""
    return pl.Series(codes.name, table, dtype=kind)[codes]


def together(parts: Sequence[Distinct]) -> Distinct:
    """Several columns as one, whose values are tuples of theirs, and only such as some row has."""
    varied = [part for part in parts if part.codes is not None]
    if not varied:
        return Distinct(None, [tuple(part.values[0] for part in parts)])
    if len(varied) == 1:
        (one,) = varied
        others = [part.values[0] for part in parts]
        at = next(place for place, part in enumerate(parts) if part is one)
        return Distinct(one.codes, [(*others[:at], value, *others[at + 1 :]) for value in one.values])
    wide = pl.UInt32() if prod(len(part.values) for part in varied) < 2**32 else pl.UInt64()
    key = None
    for part in varied:
        assert part.codes is not None
        codes = part.codes.cast(wide)
        key = codes if key is None else key * len(part.values) + codes
    assert key is not None
    different, codes = _numbered(key)
    return Distinct(codes - 1, [_apart(at, parts) for at in different])


def _apart(key: int, parts: Sequence[Distinct]) -> tuple[Any, ...]:
    values = []
    for part in reversed(parts):
        place = 0
        if part.codes is not None:
            key, place = divmod(key, len(part.values))
        values.append(part.values[place])
    return tuple(reversed(values))


def as_coded(name: str, found: Distinct, height: int) -> Coded | None:
    """Values by code, None the blank one; None where all are blank."""
    values = [None, *in_order([value for value in found.values if value is not None])]
    if len(values) == 1:
        return None
    kind = code_type(len(values))
    if found.codes is None:
        return Coded(pl.Series(name, [1], dtype=kind).new_from_index(0, height), tuple(values))
    if values == list(found.values) and found.codes.dtype == kind:
        return Coded(found.codes.alias(name), tuple(values))
    places = {value: code for code, value in enumerate(values)}
    return Coded(looked_up(found.codes, [places[value] for value in found.values], kind).alias(name), tuple(values))
