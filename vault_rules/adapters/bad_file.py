"""A file that cannot be read as a table, and the limits that all readers share."""

from __future__ import annotations

from vault_rules.domain.sheet import BadCell

MAX_FILE_BYTES = 2 * 1024**3
"""Larger files are refused."""

MAX_COLUMNS = 16_384
"""As many columns as a sheet of Excel has; a wider table is no table."""

MAX_CELL = 131_072
"""More letters in a cell come from a forgotten quotation mark, or from malice."""


class BadFile(Exception):
    """Why no table could be had of a file, in words that follow its name: "is not …", "holds …"."""

    def __init__(
        self, expected: str, *, row: int | None = None, column: str | None = None, hint: str | None = None
    ) -> None:
        self.expected, self.row, self.column, self.hint = expected, row, column, hint
        super().__init__(expected)

    def cell(self, place: str) -> BadCell:
        """The same as a bad cell of the file."""
        return BadCell(place, self.row, self.column, None, self.expected, self.hint)


def printable(name: str) -> str:
    """A file's or sheet's name on one line, without what would drive a terminal."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in name)
