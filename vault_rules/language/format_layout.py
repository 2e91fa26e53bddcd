"""Lines and the comments between them: every comment of the source comes out once, in its order.

A comment on a line of its own stays above what it stood above. A trailing one stays at the end of the line of what it
followed; where that is the middle of something that is laid out as one piece, it moves above the piece.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

import attrs

from vault_rules.language import ast

_SPACE_AND_COMMENTS = re.compile(r"(?:[ \t\r\n\f]+|#[^\n]*)*")


@attrs.define
class Line:
    """One line of output. `start`: where in the source its first word stands; None in the middle of a piece."""

    text: str
    start: int | None
    opens: bool = False
    """It opens a block: no empty line after it."""
    closes: bool = False
    """It closes a block: comments above it are indented one step more."""
    apart: bool = False
    """An empty line stands above it, and above its comments, even where the author left none."""

    @property
    def indent(self) -> int:
        return len(self.text) - len(self.text.lstrip(" ")) + (2 if self.closes else 0)


def next_word(text: str, offset: int) -> int:
    """Where the first thing that is neither space nor comment stands."""
    found = _SPACE_AND_COMMENTS.match(text, offset)
    return offset if found is None else found.end()


def empty_line_before(text: str, offset: int) -> bool:
    """Whether the author left an empty line above what stands at `offset`."""
    at = offset
    while at > 0 and text[at - 1] in " \t\r\n\f":
        at -= 1
    return at > 0 and text.count("\n", at, offset) > 1


@attrs.define
class _Placed:
    """The comments of one piece of output."""

    above: list[ast.Comment] = attrs.field(factory=list)
    moved: list[ast.Comment] = attrs.field(factory=list)
    """From inside the piece: below those that stood above it."""
    trailing: ast.Comment | None = None


def place(comments: Sequence[ast.Comment], text: str, starts: Sequence[int]) -> list[_Placed]:
    """Which comments go with which piece, pieces being told by where they start; one more at the end for the file's."""
    placed = [_Placed() for _ in range(len(starts) + 1)]
    for comment, following in zip(comments, _words_after(comments, text), strict=True):
        piece = bisect_right(starts, comment.span.start) - 1
        piece_end = len(text) if piece + 1 == len(starts) else starts[piece + 1]
        if piece >= 0 and following < piece_end:
            placed[piece].moved.append(comment)
        elif comment.alone or piece < 0:
            placed[piece + 1].above.append(comment)
        else:
            placed[piece].trailing = comment
    return placed


def _words_after(comments: Sequence[ast.Comment], text: str) -> list[int]:
    """For each comment where the next thing stands that is neither space nor comment."""
    found: list[int] = []
    for index in range(len(comments) - 1, -1, -1):
        at = text.find("\n", comments[index].span.start)
        while 0 <= at < len(text) and text[at] in " \t\r\n\f":
            at += 1
        is_comment = index + 1 < len(comments) and at == comments[index + 1].span.start
        found.append(found[-1] if is_comment else len(text) if at < 0 else at)
    return found[::-1]


@attrs.define
class _Row:
    text: str
    comment: str = ""
    column: int = 0
    """Where the author's comment stood."""


def assemble(lines: Sequence[Line], comments: Sequence[ast.Comment], text: str) -> str:
    """The whole output: lines, comments and at most one empty line between."""
    pieces = _pieces(lines)
    placed = place(comments, text, [piece[0].start or 0 for piece in pieces])
    rows: list[_Row | None] = []
    opened = True
    for piece, own in zip([*pieces, []], placed, strict=True):
        head = piece[0] if piece else None
        indent = 0 if head is None else head.indent
        gaps = [empty_line_before(text, one.span.start) for one in own.above]
        above = [_Row(" " * indent + one.text) for one in (*own.above, *own.moved)]
        if head is not None:
            gaps.append(not head.closes and empty_line_before(text, head.start or 0))
            if head.apart and not any(gaps):
                gaps[0] = True
        gaps += [False] * (len(own.moved) + len(piece) - 1 if piece else 0)
        for row, gap in zip([*above, *(_Row(line.text) for line in piece)], gaps, strict=True):
            if gap and not opened:
                rows.append(None)
            rows.append(row)
            opened = False
        if piece and own.trailing is not None and rows[-1] is not None:
            rows[-1].comment = own.trailing.text
            rows[-1].column = _column(own.trailing, text)
        opened = bool(piece) and piece[-1].opens
    _align_comments(rows)
    return "".join("\n" if row is None else row.text + "\n" for row in rows)


def _pieces(lines: Sequence[Line]) -> list[list[Line]]:
    pieces: list[list[Line]] = []
    for line in lines:
        if line.start is not None or not pieces:
            pieces.append([])
        pieces[-1].append(line)
    return pieces


def _column(comment: ast.Comment, text: str) -> int:
    """Where the comment stands in its line; 0 where tabs make that a matter of taste."""
    line_start = text.rfind("\n", 0, comment.span.start) + 1
    return 0 if text.find("\t", line_start, comment.span.start) >= 0 else comment.span.start - line_start


def _align_comments(rows: Sequence[_Row | None]) -> None:
    """Comments on adjacent lines stand in one column: the author's where there is one and it is free."""
    run: list[_Row] = []
    for row in (*rows, None):
        if row is not None and row.comment:
            run.append(row)
            continue
        if run:
            free = max(len(one.text) for one in run) + 2
            theirs = {one.column for one in run}
            column = theirs.pop() if len(theirs) == 1 and min(theirs) >= free else free
            for one in run:
                one.text = one.text.ljust(column) + one.comment
            run = []
