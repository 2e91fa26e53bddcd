"""Lines of a source as a person reads them, numbered, with marks under them: what every text report is drawn with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import attrs

from vault_rules.source import snippet
from vault_rules.source.display import clean
from vault_rules.source.place import bounds, place_of
from vault_rules.source.text import Source, Span

GUTTER, STRONG = "gutter", "strong"
_COLOURS = {GUTTER: "1;34", snippet.SECONDARY: "1;34", STRONG: "1"}


@attrs.frozen
class Spot:
    """A place to mark, and what is said of it; `primary` for what the report is about."""

    span: Span
    message: str
    primary: bool

    @property
    def line(self) -> int:
        return place_of(self.span).line

    @property
    def file(self) -> tuple[str, str]:
        # two sources may hold one file, read twice
        return self.span.source.name, self.span.source.text

    def mark(self) -> snippet.Mark:
        """The part of the span on its first line."""
        start, end = bounds(self.span)
        left, right = self.span.source.line_range(self.line)
        start = min(start, right)
        return snippet.Mark(start - left, max(start, min(end, right)) - left, self.message, self.primary)


class Quotation:
    """Draws spots row by row. `margin` is how wide line numbers are; `primary` the colour of what it is about."""

    def __init__(self, margin: int, primary: str, colour: bool) -> None:
        self.margin = margin
        self.colours = {**_COLOURS, snippet.PRIMARY: primary} if colour else {}

    def block(self, arrow: str, spots: Sequence[Spot]) -> Iterator[str]:
        """Where the first of some spots in one file lies, and the lines with their marks."""
        first = _first(spots)
        place = place_of(first.span)
        if arrow != "-->":
            yield self.gutter()
        yield f"{' ' * self.margin}{self.paint(arrow, GUTTER)} {clean(place.file)}:{place.line}:{place.column}"
        yield self.gutter()
        yield from self.lines(first.span.source, spots)

    def lines(self, source: Source, spots: Iterable[Spot]) -> Iterator[str]:
        previous = None
        for line, group in groupby(sorted(spots, key=lambda one: one.line), key=lambda one: one.line):
            if previous is not None and line > previous + 1:
                yield self.paint("...", GUTTER)
            previous = line
            for cut in snippet.draw(source, line, [one.mark() for one in group]):
                yield self.gutter(str(line), cut.text)
                for row in cut.rows:
                    yield self.gutter("", "".join(self.paint(*piece) for piece in row))

    def gutter(self, number: str = "", text: str = "") -> str:
        bar = self.paint(f"{number:>{self.margin}} |", GUTTER)
        return f"{bar} {text}".rstrip(" ")

    def paint(self, text: str, style: str) -> str:
        code = self.colours.get(style)
        return f"\x1b[{code}m{text}\x1b[0m" if code and text.strip() else text


def _first(spots: Sequence[Spot]) -> Spot:
    """The place that a block is headed by: where the marks begin, on the line that is wrong if it is this file's."""
    line = spots[0].line if spots[0].primary else min(one.line for one in spots)
    return min((one for one in spots if one.line == line), key=lambda one: bounds(one.span))
