"""Any Polars frame as a sheet, and its cells as text: nothing is rounded on the way."""

from __future__ import annotations

from datetime import time

import polars as pl

from vault_rules.domain.sheet import BadCell, Sheet

_TEXTS = (pl.String, pl.Categorical, pl.Enum)
WHITE = "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
"""What Python's `str.isspace` calls white space, so that every reader means the same by a blank cell."""


def text_frame(frame: pl.DataFrame, name: str, place: str) -> Sheet:
    """The frame as the sheet of a table.

    A column that holds anything whose text could not be exact (floating-point numbers) or that is no single value is
    noted in `bad` and becomes nulls.
    """
    bad: list[BadCell] = []
    columns = [_exact(column, place, bad) for column in frame.iter_columns()]
    return Sheet(name, place, pl.DataFrame(columns), bad=tuple(bad))


def blanks_to_null(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame of texts, with null for each that is empty or only white space."""
    surely = frame.select(begins_well(pl.all()).all())
    doubtful = [name for name in frame.columns if not surely[name][0]]
    return frame.with_columns(pl.when(pl.col(doubtful).str.strip_chars(WHITE) != "").then(pl.col(doubtful)))


def begins_well(texts: pl.Expr) -> pl.Expr:
    """Whether texts begin with a visible ASCII character other than `!`, `"` or `#`; quick, where looking for white
    space takes long.
    """
    return (texts >= "$") & (texts < "\x7f")


def as_texts(column: pl.Series) -> pl.Series:
    """The cells' texts: decimals plain, without trailing zeros; moments at midnight as dates. Blanks stay as they are.

    Raises `TypeError` for values that have no exact text.
    """
    kind = column.dtype
    if isinstance(kind, _TEXTS) or kind.is_integer() or kind == pl.Boolean:
        return column.cast(pl.String)
    if kind.is_decimal():
        return _plain(column.cast(pl.String))
    if kind == pl.Date:
        return column.dt.to_string("%Y-%m-%d")
    if isinstance(kind, pl.Datetime):
        return _moments(column)
    raise TypeError(f"values of {kind} have no exact text")


def _exact(column: pl.Series, place: str, bad: list[BadCell]) -> pl.Series:
    kind = column.dtype
    if column.null_count() == len(column) or (kind.is_float() and column.is_nan().fill_null(True).all()):
        return _nulls(column)
    if isinstance(kind, (*_TEXTS, pl.Date, pl.Datetime, pl.Boolean)) or kind.is_integer() or kind.is_decimal():
        if kind.is_temporal():
            ends = pl.Series([column.arg_min(), column.arg_max()], dtype=pl.UInt32)
            as_texts(column.gather(ends))  # raises where no calendar has such a day
        return column
    expected, hint = _why_not(kind)
    bad.append(BadCell(place, None, column.name, None, expected, hint))
    return _nulls(column)


def _nulls(column: pl.Series) -> pl.Series:
    return pl.Series(column.name, [None], dtype=pl.String).new_from_index(0, len(column))


def _plain(texts: pl.Series) -> pl.Series:
    """Plain decimals without zeros after the last other digit behind the point."""
    stripped = pl.col(texts.name).str.strip_chars_end("0").str.strip_chars_end(".")
    pointed = pl.col(texts.name).str.contains(".", literal=True)
    return texts.to_frame().select(pl.when(pointed).then(stripped).otherwise(pl.col(texts.name))).to_series()


def _moments(column: pl.Series) -> pl.Series:
    """A moment at midnight is a date; any other keeps its time, and later is a bad cell where a date is expected."""
    moment = pl.col(column.name)
    day, full = moment.dt.to_string("%Y-%m-%d"), moment.dt.to_string("%Y-%m-%dT%H:%M:%S%.f")
    return column.to_frame().select(pl.when(moment.dt.time() == time(0)).then(day).otherwise(full)).to_series()


def _why_not(kind: pl.DataType) -> tuple[str, str]:
    if kind.is_float():
        return "holds binary floating-point numbers: give text or decimals, so that no price is rounded", (
            "cast the column to text before it is handed over"
        )
    return "holds values that are no text, number, date or truth value", "one value a cell, as text"
