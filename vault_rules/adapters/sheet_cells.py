"""The cells of a workbook's sheet as text, row by row, in one pass and without a grid."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from vault_rules.adapters.bad_file import MAX_COLUMNS, BadFile
from vault_rules.adapters.number_format import GENERAL, NumberFormat, shown
from vault_rules.adapters.package import broken
from vault_rules.adapters.workbook import TextCollector, Workbook, unescaped

_MAX_ROWS = 1_048_576
_MAX_CELLS = 1 << 25
_MAX_LETTERS = 1 << 29  # a short file may mean one long text a million times
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})", re.ASCII)
_MIDNIGHT = re.compile(r"(\d{4}-\d\d-\d\d)T00:00(:00(\.0+)?)?Z?", re.ASCII)

TakeRow = Callable[[int, dict[int, str], dict[int, str]], None]
"""Is told a row's number, its filled cells and its formulas without a stored value, both by column from 0."""


def read_cells(book: Workbook, part: str, take: TakeRow) -> None:
    """Tell of each row that has a filled cell. Raises `BadFile` where the sheet is damaged or too large."""
    book.package.parse(part, _Cells(book, take))


def column_letters(column: int) -> str:
    """What Excel calls a column (from 0): `A`, `Z`, `AA`."""
    letters = ""
    while column >= 0:
        column, rest = divmod(column, 26)
        letters, column = chr(ord("A") + rest) + letters, column - 1
    return letters


class _Cells(TextCollector):
    """Hears of the sheet's elements. Rows and cells must come in order, as they do in all that Excel writes."""

    def __init__(self, book: Workbook, take: TakeRow) -> None:
        super().__init__()
        self.book, self.take = book, take
        self.columns: dict[str, int] = {}
        self.formats: dict[str, NumberFormat] = {}
        self.row, self.row_text, self.column, self.cells, self.letters = 0, "0", -1, 0, 0
        self.kind, self.style = "n", ""
        self.value: str | None = None
        self.formula: str | None = None
        self.filled: dict[int, str] = {}
        self.unknown: dict[int, str] = {}
        self.inside = False

    def start(self, tag: str, attributes: Mapping[str, str] | None = None) -> None:
        if not self.inside:
            self.inside = tag == "sheetData"
        elif tag == "c":
            self._start_cell(attributes or {})
        elif tag == "v" or tag == "f":
            self.clear()
            self._wanted = True
        elif tag == "row":
            self._start_row((attributes or {}).get("r"))
        else:
            super().start(tag)

    def end(self, tag: str) -> None:
        if not self.inside:
            return
        if tag == "c":
            self._end_cell()
            return
        super().end(tag)
        if tag == "v":
            self.value = "".join(self.pieces)
        elif tag == "f":
            self.formula = "".join(self.pieces)
            self.clear()
        elif tag == "row" and (self.filled or self.unknown):
            self.take(self.row, self.filled, self.unknown)
        elif tag == "sheetData":
            self.inside = False

    def _start_row(self, said: str | None) -> None:
        number = self.row + 1 if said is None else int(said) if said.isascii() and said.isdigit() else 0
        if not self.row < number <= _MAX_ROWS:
            raise broken()
        self.row, self.row_text, self.column, self.filled, self.unknown = number, str(number), -1, {}, {}

    def _start_cell(self, said: Mapping[str, str]) -> None:
        reference = said.get("r")
        column = self.column + 1 if reference is None else self._column(reference)
        self.cells += 1
        if not self.column < column < MAX_COLUMNS:
            raise broken()
        if self.cells > _MAX_CELLS:
            raise BadFile(f"holds more than {_MAX_CELLS:,} cells", hint="save the table as CSV or Parquet")
        self.column, self.kind, self.style = column, said.get("t", "n"), said.get("s", "")
        self.value = self.formula = None
        self.clear()

    def _column(self, reference: str) -> int:
        if reference.endswith(self.row_text):
            known = self.columns.get(reference.removesuffix(self.row_text))
            if known is not None:
                return known
        found = _REFERENCE.fullmatch(reference)
        if found is None or int(found[2]) != self.row:
            raise broken()
        column = 0
        for letter in found[1]:
            column = column * 26 + ord(letter) - ord("A") + 1
        self.columns[found[1]] = column - 1
        return column - 1

    def _end_cell(self) -> None:
        if self.formula is not None and not self.value and self.kind != "str":
            self.unknown[self.column] = f"={self.formula}"
            return
        text = self._text()
        if text and not text.isspace():
            self.letters += len(text)
            if self.letters > _MAX_LETTERS:
                raise BadFile("holds more text than a table should", hint="save the table as CSV or Parquet")
            self.filled[self.column] = text

    def _text(self) -> str:
        """The cell as Excel shows it, but exactly."""
        if self.kind == "inlineStr":
            return unescaped("".join(self.pieces))
        value = self.value
        if not value:
            return ""
        match self.kind:
            case "s":
                return self._shared(value)
            case "b":
                return {"1": "true", "0": "false"}.get(value, value)
            case "n":
                return shown(value.strip(), self._format(), from_1904=self.book.from_1904)
            case "d":
                found = _MIDNIGHT.fullmatch(value)
                return found[1] if found else value
        return unescaped(value)  # a formula's text, or an error

    def _shared(self, value: str) -> str:
        texts = self.book.texts
        if not (value.isascii() and value.isdigit() and len(value) < 10 and int(value) < len(texts)):
            raise broken()
        return texts[int(value)]

    def _format(self) -> NumberFormat:
        if self.style not in self.formats:
            known, said = self.book.formats, self.style or "0"
            inside = said.isascii() and said.isdigit() and len(said) < 10 and int(said) < len(known)
            self.formats[self.style] = known[int(said)] if inside else GENERAL
        return self.formats[self.style]
