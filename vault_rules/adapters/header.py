"""From a header and the cells below it to a sheet: what CSV and Excel share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs
import polars as pl

from vault_rules.adapters.bad_file import MAX_COLUMNS, BadFile
from vault_rules.domain.sheet import BadCell, Sheet
from vault_rules.domain.text_frame import blanks_to_null


@attrs.frozen
class Header:
    """The row that names the columns. `titles` are its cells, stripped; `labels` say which column is meant where the
    title is blank; both align with the columns of the frame.
    """

    row: int
    titles: tuple[str, ...]
    labels: tuple[str, ...]

    def __attrs_post_init__(self) -> None:
        if len(self.titles) > MAX_COLUMNS:
            raise BadFile(f"has {len(self.titles):,} columns: more than the {MAX_COLUMNS:,} that a table may have")


def nothing_in(what: str) -> BadFile:
    """What stands against a file or sheet without any filled cell."""
    return BadFile("is empty", hint=f"the first row of the {what} names the columns")


def unnamed(place: str, label: str, row: int, value: str, more: int) -> BadCell:
    """A column without a title holds something: the first such cell, and how many more there are below it."""
    below = f", as do {more} more cells below it" if more > 1 else ", as does 1 more cell below it" if more else ""
    return BadCell(
        place, row, label, value, f"stands in a column without a header{below}", "name the column, or clear it"
    )


def make_sheet(
    name: str, place: str, header: Header, frame: pl.DataFrame, rows: Sequence[int] | None, bad: Iterable[BadCell] = ()
) -> Sheet:
    """The sheet of a frame of texts whose columns align with the header; `rows` as `Sheet.rows` wants them.

    Blank cells become null and blank rows are left out. Columns without a title, and all after the first of one title,
    are left out, and are bad if they hold anything.
    """
    frame.columns = [str(index) for index in range(frame.width)]
    frame = blanks_to_null(frame)
    filled = frame.select(~pl.all_horizontal(pl.all().is_null())).to_series()
    if not filled.all():
        numbers = range(2, frame.height + 2) if rows is None else rows
        rows = [number for number, keep in zip(numbers, filled, strict=True) if keep]
        frame = frame.filter(filled)
    kept: dict[str, str] = {}
    found = [*bad]
    for index, (title, label) in enumerate(zip(header.titles, header.labels, strict=True)):
        if not title:
            found += _strays(place, label, frame[str(index)], rows)
        elif title in kept:
            found.append(BadCell(place, header.row, title, None, "stands twice in the header: name each column once"))
        else:
            kept[title] = str(index)
    found.sort(key=lambda cell: cell.row or 0)
    named = frame.select(pl.col(index).alias(title) for title, index in kept.items())
    return Sheet(name, place, named, rows, tuple(found))


def _strays(place: str, label: str, column: pl.Series, rows: Sequence[int] | None) -> Iterable[BadCell]:
    """What a column without a title holds, as one bad cell."""
    held = column.is_not_null()
    count = held.sum()
    if count:
        first = held.arg_max()
        assert first is not None
        yield unnamed(place, label, first + 2 if rows is None else rows[first], column[first], int(count) - 1)
