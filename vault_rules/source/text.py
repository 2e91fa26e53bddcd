"""A piece of source text and places in it. Offsets count code points from 0; lines and columns from 1."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property

import attrs

from vault_rules.source.alike import Alike, node


@attrs.define(frozen=True, slots=False, eq=False)
class Source:
    """A named text. `name` is what a reader is shown: the path as given, with `/`.

    `role` is the path relative to the evaluated policy's folder: what a plan's `rule.file` says.
    """

    name: str
    text: str
    role: str = ""

    @cached_property
    def _line_starts(self) -> tuple[int, ...]:
        return (0, *(end.end() for end in re.finditer("\n", self.text)))

    def line_column(self, offset: int) -> tuple[int, int]:
        """Line and column (both from 1, in code points) of an offset."""
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of line `number` (from 1), without its line end; empty past the end."""
        return self.text[slice(*self.line_range(number))]

    def line_range(self, number: int) -> tuple[int, int]:
        """The offsets between which line `number` stands, without its line end; empty past the end."""
        starts, length = self._line_starts, len(self.text)
        if number > len(starts):
            return length, length
        start = starts[number - 1]
        end = starts[number] - 1 if number < len(starts) else length
        return start, end - 1 if self.text.endswith("\r", start, end) else end


@node
class Span(Alike):
    """The half-open range `[start, end)` of a source."""

    source: Source
    start: int
    end: int

    @property
    def line(self) -> int:
        return self.source.line_column(self.start)[0]

    @property
    def column(self) -> int:
        return self.source.line_column(self.start)[1]

    @property
    def end_line(self) -> int:
        return self.source.line_column(self.end)[0]

    @property
    def end_column(self) -> int:
        return self.source.line_column(self.end)[1]

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]

    def to(self, other: Span) -> Span:
        """From this span's start to the other's end."""
        return Span(self.source, self.start, max(self.end, other.end))
