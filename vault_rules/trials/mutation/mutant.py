"""A change to a policy: one edit of its text, where it stands, and what it is in words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import attrs

from vault_rules.language import ast
from vault_rules.source.text import Source, Span

COMPARISONS, LOGIC, LIMITS, DATES, SETS = "comparisons", "logic", "limits", "dates", "sets"
REFERENCES, ORDER, CLAUSES, RULES, CELLS = "references", "order", "clauses", "rules", "cells"
KINDS = (COMPARISONS, LOGIC, LIMITS, DATES, SETS, REFERENCES, ORDER, CLAUSES, RULES, CELLS)
"""What a change is of, in the order in which reports count them."""
_LONGEST = 60


@attrs.frozen
class Mutant:
    """A policy with the text from `start` to `end` of its file replaced by `text`.

    `span` is the place that a report quotes, in the file as its author wrote it; `of` names the statement it lies in.
    """

    kind: str
    of: str
    span: Span
    start: int
    end: int
    text: str
    said: str
    """What was changed, in words: `` `<=` became `<` ``."""

    @property
    def source(self) -> Source:
        return self.span.source

    @property
    def whole_text(self) -> str:
        """The file with the change made."""
        text = self.source.text
        return text[: self.start] + self.text + text[self.end :]


@attrs.define
class Notes:
    """The changes of one statement, as they are found."""

    source: Source
    of: str
    found: list[Mutant] = attrs.field(factory=list)

    def replaced(self, kind: str, start: int, end: int, text: str, said: str | None = None) -> None:
        """The text between two offsets becomes another; without words of its own it is said what became what."""
        old = self.source.text[start:end]
        self.note(kind, (start, end), (start, end, text), said or f"`{short(old)}` became `{short(text)}`")

    def left_out(self, kind: str, start: int, end: int, said: str | None = None, span: Span | None = None) -> None:
        """The text between two offsets is gone. `span`: what of it is quoted, where that is not all."""
        place = (start, end) if span is None else (span.start, span.end)
        self.note(kind, place, (start, end, ""), said or f"`{short(self.source.text[start:end])}` was left out")

    def inserted(self, kind: str, span: Span, at: int, text: str, said: str) -> None:
        self.note(kind, (span.start, span.end), (at, at, text), said)

    def note(self, kind: str, place: tuple[int, int], edit: tuple[int, int, str], said: str) -> None:
        start, end = place
        text = self.source.text
        while start < end and text[start].isspace():
            start += 1
        while start < end and text[end - 1].isspace():
            end -= 1
        self.found.append(Mutant(kind, self.of, Span(self.source, start, end), *edit, said))


def short(text: str) -> str:
    """A piece of source on one line, cut where it is long."""
    line = " ".join(_COMMENT.sub(lambda found: found["text"] or " ", text).split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1].rstrip() + "…"


_COMMENT = re.compile(r'(?P<text>"[^"\\\n]*(?:\\[^\n][^"\\\n]*)*")|#[^\n]*')
_PIECE = re.compile(r'"[^"\\\n]*(?:\\[^\n][^"\\\n]*)*"|#[^\n]*|[A-Za-z_]\w*|<=|>=|!=|\s+|.', re.DOTALL)


def first_word(source: Source, start: int, end: int) -> Span:
    """The first word between two offsets: what a report points at where all of it is meant."""
    found = _PIECE.match(source.text, start, end)
    return Span(source, start, end if found is None else found.end())


def token_between(source: Source, start: int, end: int, *tokens: str) -> tuple[int, int] | None:
    """Where the first of these tokens stands between two offsets, not counting what texts and comments hold."""
    for found in _PIECE.finditer(source.text, start, end):
        if found[0] in tokens:
            return found.span()
    return None


def token_before(source: Source, start: int, end: int, token: str) -> int:
    """Where the last such token before `end` begins. It must be there."""
    places = [found.start() for found in _PIECE.finditer(source.text, start, end) if found[0] == token]
    return places[-1]


def around(expr: ast.Expr, start: int, end: int) -> tuple[int, int]:
    """An expression's place with the parentheses around it, as far as they lie between two offsets."""
    text, left, right = expr.span.source.text, expr.span.start, expr.span.end
    while True:
        before, after = _skipped_back(text, left, start), _skipped(text, right, end)
        if before <= start or after >= end or text[before - 1] != "(" or text[after] != ")":
            return left, right
        left, right = before - 1, after + 1


def _skipped(text: str, at: int, end: int) -> int:
    """The offset of the next thing that is neither blank nor comment."""
    while at < end:
        if text[at].isspace():
            at += 1
        elif text[at] == "#":
            line_end = text.find("\n", at, end)
            at = end if line_end < 0 else line_end
        else:
            break
    return at


def _skipped_back(text: str, at: int, start: int) -> int:
    """The offset behind the last thing before `at` that is neither blank nor comment."""
    last = start
    for found in _PIECE.finditer(text, start, at):
        if not found[0].isspace() and not found[0].startswith("#"):
            last = found.end()
    return last


def without(notes: Notes, kind: str, places: Sequence[tuple[int, int]], said: str = "") -> None:
    """Each part of a list left out, with the mark or word that parts it from its neighbour."""
    if len(places) < 2:
        return
    for at, (start, end) in enumerate(places):
        edit = (places[at - 1][1], end) if at else (start, places[1][0])
        words = f"`{said}{short(notes.source.text[start:end])}` was left out"
        notes.left_out(kind, *edit, words, Span(notes.source, start, end))


def all_left_out(notes: Notes, kind: str, places: Sequence[Span], said: str, span: Span) -> None:
    """Several pieces of the text left out at once; what lies between them stays."""
    ordered = sorted(places, key=lambda one: one.start)
    text, start, end = notes.source.text, ordered[0].start, ordered[-1].end
    between = "".join(text[one.end : other.start] for one, other in pairwise(ordered))
    more = len(ordered) - 1
    also = "" if not more else " with the exception to it" if more == 1 else " with the exceptions to it"
    notes.note(kind, (span.start, span.end), (start, end, between), said + also)


def exchanged(
    notes: Notes, kind: str, places: Sequence[tuple[int, int]], said: str = "", span: Span | None = None
) -> None:
    """Each part of a list changes places with the next; `said` and `span` where that is told otherwise than by them."""
    text = notes.source.text
    for (start, end), (other, last) in pairwise(places):
        first, second = text[start:end], text[other:last]
        words = said or f"`{short(first)}` and `{short(second)}` changed places"
        place = (start, end) if span is None else (span.start, span.end)
        notes.note(kind, place, (start, last, second + text[end:other] + first), words)
