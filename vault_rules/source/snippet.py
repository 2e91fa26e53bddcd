"""One line of a source and what is said under it.

Input: a line and its marks. Output: rows of pieces, each a text and a style, which whoever prints may colour or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import attrs

from vault_rules.source.display import clean, shown, width
from vault_rules.source.text import Source

PRIMARY, SECONDARY, PLAIN = "primary", "secondary", ""
_WIDEST = 160
"""A line of more characters than this is cut to windows around its marks."""
_BEFORE, _TOGETHER = 40, 80

Piece = tuple[str, str]
Row = tuple[Piece, ...]


@attrs.frozen
class Mark:
    """Characters `start` to `end` of a line (from 0), and what is said of them."""

    start: int
    end: int
    message: str
    primary: bool


@attrs.frozen
class _Placed:
    """A mark in columns of the terminal."""

    left: int
    right: int
    message: str
    primary: bool


@attrs.frozen
class Cut:
    """A piece of a line, and the rows under it."""

    text: str
    rows: tuple[Row, ...]


def draw(source: Source, line: int, marks: Iterable[Mark]) -> Iterator[Cut]:
    """The line with its marks; a very long one in several cuts, where its marks lie far apart."""
    start, end = source.line_range(line)
    for left, right, near in _windows(end - start, sorted(marks, key=lambda one: (one.start, one.primary, one.end))):
        before = "…" if left else ""
        after = "…" if start + right < end else ""
        characters = [shown(one) for one in source.text[start + left : start + right]]
        yield Cut(before + "".join(characters) + after, tuple(_under(_place(characters, len(before), left, near))))


def _windows(length: int, marks: Sequence[Mark]) -> Iterator[tuple[int, int, list[Mark]]]:
    if length <= _WIDEST:
        yield 0, length, list(marks)
        return
    near: list[Mark] = []
    for mark in marks:
        if near and mark.start - near[0].start > _TOGETHER:
            yield *_window(length, near), near
            near = []
        near.append(mark)
    yield *_window(length, near), near


def _window(length: int, near: Sequence[Mark]) -> tuple[int, int]:
    left = max(0, min(near[0].start - _BEFORE, length - _WIDEST))
    return left, min(length, left + _WIDEST)


def _place(characters: Sequence[str], offset: int, first: int, marks: Iterable[Mark]) -> list[_Placed]:
    """From characters to columns: a mark has at least one, and ends where its window ends."""
    columns = [offset]
    for one in characters:
        columns.append(columns[-1] + width(one))
    placed = []
    for mark in marks:
        left = columns[mark.start - first]
        right = columns[min(mark.end - first, len(characters))]
        placed.append(_Placed(left, max(right, left + 1), one_line(mark.message), mark.primary))
    return placed


def _under(marks: Sequence[_Placed]) -> Iterator[Row]:
    """The underline, with the last mark's message beside it; the others' hang below, the rightmost first."""
    last = marks[-1]
    beside = bool(last.message) and last.right == max(one.right for one in marks)
    underline = _underline(marks)
    yield (*underline, (f" {last.message}", _style(last))) if beside else underline
    hanging = [one for one in (marks[:-1] if beside else marks) if one.message]
    while hanging:
        yield _hang(hanging[:-1], hanging.pop())


def _underline(marks: Sequence[_Placed]) -> Row:
    cells: list[Piece] = [(" ", PLAIN)] * max(one.right for one in marks)
    for one in sorted(marks, key=lambda mark: mark.primary):
        cells[one.left : one.right] = [("^" if one.primary else "-", _style(one))] * (one.right - one.left)
    return tuple(("".join(cell for cell, _ in run), style) for style, run in groupby(cells, key=lambda cell: cell[1]))


def _hang(waiting: Sequence[_Placed], mark: _Placed) -> Row:
    pieces: list[Piece] = []
    at = 0
    for one in waiting:
        if at <= one.left < mark.left:
            pieces += [(" " * (one.left - at), PLAIN), ("|", _style(one))]
            at = one.left + 1
    return (*pieces, (" " * (mark.left - at), PLAIN), (mark.message, _style(mark)))


def _style(mark: _Placed) -> str:
    return PRIMARY if mark.primary else SECONDARY


def one_line(message: str) -> str:
    """A message that stands in one row."""
    return clean(" ".join(message.split()))
