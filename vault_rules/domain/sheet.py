"""A table of a book as it was given, each cell with its place, nothing judged yet."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import attrs

from vault_rules.domain.bad_cell import BadCell

if TYPE_CHECKING:
    import polars as pl

__all__ = ["BadCell", "Sheet", "part"]


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
    is_clean: bool = False
    """Whether every cell is a text that is not blank, or null: to look for blanks takes as long as to read the rest."""

    @cached_property
    def frame(self) -> pl.DataFrame:
        """Every cell as text, each blank one null."""
        from vault_rules.domain.text_frame import as_texts, blanks_to_null

        if self.is_clean:
            return self.given
        return blanks_to_null(self.given.select(as_texts(column) for column in self.given.iter_columns()))

    def row_number(self, index: int) -> int:
        """The number under which row `index` (from 0) stands in the file."""
        return index + 2 if self.rows is None else self.rows[index]


def part(sheet: Sheet, indexes: pl.Series) -> Sheet:
    """Some of the sheet's rows, in the order of their indexes, each with its number."""
    return Sheet(
        sheet.name,
        sheet.place,
        sheet.given[indexes],
        [sheet.row_number(at) for at in indexes],
        sheet.bad,
        sheet.is_clean,
    )
