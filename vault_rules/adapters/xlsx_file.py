"""Tables as sheets of Excel: the stored digits of each number, never their binary floating-point reading."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import attrs
import polars as pl

from vault_rules.adapters.bad_file import BadFile, printable
from vault_rules.adapters.header import Header, make_sheet, nothing_in, unnamed
from vault_rules.adapters.sheet_cells import column_letters, read_cells
from vault_rules.adapters.workbook import Workbook, open_workbook
from vault_rules.domain.sheet import BadCell, Sheet

_ROWS_AT_ONCE = 8_192
_MAX_GRID = 1 << 26  # rows times columns: few cells, far apart, would fill a memory with blanks
_NO_VALUE = "holds a formula without a stored value"
_NO_VALUE_HINT = "open and save it in Excel"


def read_xlsx(path: Path, name: str, place: str) -> Sheet:
    """The table of a workbook that holds one: the sheet of that name, else the first.

    Raises `BadFile` for what is no workbook, and `OSError` where the file cannot be read.
    """
    with open_workbook(path) as book:
        if not book.sheets:
            raise BadFile("has no sheet")
        title, part = next((one for one in book.sheets if folded(one[0]) == name), book.sheets[0])
        return read_sheet(book, part, name, sheet_place(place, title))


def read_sheet(book: Workbook, part: str, name: str, place: str) -> Sheet:
    """One sheet of an open workbook. Raises `BadFile` where it is damaged, empty or too large."""
    table = _Table(name, place)
    read_cells(book, part, table.take)
    return table.sheet()


def sheet_place(file: str, title: str) -> str:
    """How bad cells name a sheet."""
    return f"{file}, sheet {printable(title.strip())}"


def folded(title: str) -> str:
    """Sheets are found whatever their case, and whatever blanks are around their names."""
    return title.strip().casefold()


@attrs.define
class _Table:
    """Rows as they come: the first names the columns, the others fill them."""

    name: str
    place: str
    columns: dict[int, int] = attrs.Factory(dict)  # those with a title, and where they stand in the frame
    header: Header | None = None
    rows: list[int] = attrs.Factory(list)
    waiting: list[list[str | None]] = attrs.Factory(list)
    pieces: list[pl.DataFrame] = attrs.Factory(list)
    bad: list[BadCell] = attrs.Factory(list)
    strays: dict[int, tuple[int, str, int]] = attrs.Factory(dict)  # row and text of the first, how many more

    def take(self, number: int, filled: Mapping[int, str], unknown: Mapping[int, str]) -> None:
        """Another row that holds something."""
        if self.header is None:
            self._name_columns(number, filled)
            self._note_formulas(number, unknown)
            return
        self._note_formulas(number, unknown)
        cells: list[str | None] = [None] * len(self.columns)
        for column, text in filled.items():
            index = self.columns.get(column)
            if index is None:
                row, first, more = self.strays.get(column, (number, text, -1))
                self.strays[column] = (row, first, more + 1)
            else:
                cells[index] = text
        self.rows.append(number)
        self.waiting.append(cells)
        if len(self.waiting) == _ROWS_AT_ONCE:
            self._store()

    def sheet(self) -> Sheet:
        """All rows taken, as a sheet."""
        if self.header is None:
            raise nothing_in("sheet")
        self._store()
        strays = (unnamed(self.place, column_letters(column), *found) for column, found in sorted(self.strays.items()))
        frame = pl.concat(self.pieces, rechunk=True)
        return make_sheet(self.name, self.place, self.header, frame, self.rows, [*self.bad, *strays])

    def _name_columns(self, number: int, filled: Mapping[int, str]) -> None:
        self.columns = {column: index for index, column in enumerate(filled)}
        titles = tuple(text.strip() for text in filled.values())
        self.header = Header(number, titles, tuple(column_letters(column) for column in filled))

    def _note_formulas(self, number: int, unknown: Mapping[int, str]) -> None:
        assert self.header is not None
        for column, formula in unknown.items():
            index = self.columns.get(column)
            title = column_letters(column) if index is None else self.header.titles[index]
            self.bad.append(BadCell(self.place, number, title, formula, _NO_VALUE, _NO_VALUE_HINT))

    def _store(self) -> None:
        assert self.header is not None
        if len(self.rows) * len(self.columns) > _MAX_GRID:
            raise BadFile(
                f"has {len(self.columns):,} columns and more than {len(self.rows) - 1:,} rows: too many to read"
            )
        columns = list(zip(*self.waiting, strict=True)) or [()] * len(self.columns)
        series = (pl.Series(str(index), cells, dtype=pl.String) for index, cells in enumerate(columns))
        self.pieces.append(pl.DataFrame(list(series)))
        self.waiting = []
