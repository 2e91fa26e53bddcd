"""A table of a book as it was read: cells as text, each with its place, nothing judged yet."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    import polars as pl

_SHOWN = 80


@attrs.frozen
class BadCell:
    """A cell that cannot be used: where it is, what it holds and what was expected.

    `place` is the file, or the workbook and its sheet. `row` is the number that the reader of the file sees (the
    header is row 1); None where the whole column is meant. `column` is None where the whole table is meant.
    """

    place: str
    row: int | None
    column: str | None
    value: str | None
    expected: str
    hint: str | None = None

    def __str__(self) -> str:
        where = [self.place]
        if self.row is not None:
            where.append(f"row {self.row}")
        if self.column is not None:
            where.append(f"column {self.column}")
        hint = "" if self.hint is None else f" ({self.hint})"
        return f"{', '.join(where)}: {sentence(self.value, self.expected)}{hint}"


@attrs.frozen(eq=False, slots=False)
class Sheet:
    """One table as it was read.

    `given` holds texts, whole numbers, decimals, days, moments and truth values, in columns that bear the header's own
    words; a blank cell is null, or text of white space only. `rows` holds the row number of each row, for a file where
    some are skipped; None: the first row of the frame is row 2. `bad` holds what only the reader could see; the cells
    of a column named there are not judged again.
    """

    name: str
    place: str
    given: pl.DataFrame
    rows: Sequence[int] | None = None
    bad: tuple[BadCell, ...] = ()

    @cached_property
    def frame(self) -> pl.DataFrame:
        """Every cell as text, each blank one null."""
        from vault_rules.domain.text_frame import as_texts, blanks_to_null

        return blanks_to_null(self.given.select(as_texts(column) for column in self.given.iter_columns()))

    def row_number(self, index: int) -> int:
        """The number under which row `index` (from 0) stands in the file."""
        return index + 2 if self.rows is None else self.rows[index]


def sentence(value: str | None, expected: str) -> str:
    """What a cell holds, and what was expected, read aloud."""
    if value is None:
        return expected
    return f"`{_short(value)}`{'' if expected.startswith('is ') else ':'} {expected}"


def _short(value: str) -> str:
    """The cell on one line, without what would drive a terminal."""
    printable = "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in value[: _SHOWN + 1]
    )
    return printable if len(value) <= _SHOWN else printable[:_SHOWN] + "…"


def part(sheet: Sheet, indexes: pl.Series) -> Sheet:
    """Some of the sheet's rows, in the order of their indexes, each with its number."""
    return Sheet(sheet.name, sheet.place, sheet.given[indexes], [sheet.row_number(at) for at in indexes], sheet.bad)
