"""A cell that cannot be used, and how that is said."""

from __future__ import annotations

import attrs

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
