"""Diagnostics as a person reads them: the line, what is wrong under it, the other places, what would help."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import attrs

from vault_rules.source import snippet
from vault_rules.source.diagnostic import Diagnostic, Label, in_file_order
from vault_rules.source.display import clean
from vault_rules.source.place import bounds, place_of
from vault_rules.source.text import Source, Span

_GUTTER, _STRONG = "gutter", "strong"
_SEVERITIES = {"error": "1;31", "warning": "1;33"}
_COLOURS = {_GUTTER: "1;34", snippet.SECONDARY: "1;34", _STRONG: "1"}


def render_text(diagnostics: Iterable[Diagnostic], colour: bool = False) -> str:
    """All diagnostics drawn in file order, and a line that counts them; nothing where there are none."""
    found = in_file_order(diagnostics)
    if not found:
        return ""
    drawn = [_Drawing(one, colour).text() for one in found]
    return "\n".join([*drawn, f"{count(found)}\n"])


def count(diagnostics: Iterable[Diagnostic]) -> str:
    """How many there are of each severity: `2 errors, 1 warning`."""
    severities = Counter(one.severity for one in diagnostics)
    return ", ".join(f"{number:,} {name}{'' if number == 1 else 's'}" for name, number in sorted(severities.items()))


@attrs.frozen
class _Spot:
    """A label on a line: the diagnostic's own, or a second place."""

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


class _Drawing:
    """One diagnostic, drawn row by row."""

    def __init__(self, diagnostic: Diagnostic, colour: bool) -> None:
        self.diagnostic = diagnostic
        severity = _SEVERITIES.get(diagnostic.severity, "1;36")
        self.colours = {**_COLOURS, snippet.PRIMARY: severity} if colour else {}
        self.spots = [_Spot(diagnostic.span, diagnostic.label, True), *map(_spot, diagnostic.labels)]
        self.margin = len(str(max(one.line for one in self.spots)))

    def text(self) -> str:
        return "".join(f"{row}\n" for row in self.rows())

    def rows(self) -> Iterator[str]:
        one = self.diagnostic
        title = self.paint(f"{one.severity}[{one.code}]", snippet.PRIMARY)
        yield title + self.paint(f": {snippet.one_line(one.message)}", _STRONG)
        arrow = "-->"
        for spots in self.by_file():
            yield from self.block(arrow, spots)
            arrow = ":::"
        if one.help:
            yield self.gutter()
            yield from self.help(one.help.splitlines())

    def by_file(self) -> Iterator[list[_Spot]]:
        files: dict[tuple[str, str], list[_Spot]] = {}
        for spot in self.spots:
            files.setdefault(spot.file, []).append(spot)
        yield from files.values()

    def block(self, arrow: str, spots: Sequence[_Spot]) -> Iterator[str]:
        first = _first(spots)
        place = place_of(first.span)
        if arrow != "-->":
            yield self.gutter()
        yield f"{' ' * self.margin}{self.paint(arrow, _GUTTER)} {clean(place.file)}:{place.line}:{place.column}"
        yield self.gutter()
        yield from self.lines(first.span.source, spots)

    def lines(self, source: Source, spots: Iterable[_Spot]) -> Iterator[str]:
        previous = None
        for line, group in groupby(sorted(spots, key=lambda one: one.line), key=lambda one: one.line):
            if previous is not None and line > previous + 1:
                yield self.paint("...", _GUTTER)
            previous = line
            for cut in snippet.draw(source, line, [one.mark() for one in group]):
                yield self.gutter(str(line), cut.text)
                for row in cut.rows:
                    yield self.gutter("", "".join(self.paint(*piece) for piece in row))

    def help(self, lines: Sequence[str]) -> Iterator[str]:
        lead = f"{' ' * self.margin} {self.paint('=', _GUTTER)} {self.paint('help', _STRONG)}: "
        for line in lines:
            yield lead + clean(line)
            lead = " " * (self.margin + len(" = help: "))

    def gutter(self, number: str = "", text: str = "") -> str:
        bar = self.paint(f"{number:>{self.margin}} |", _GUTTER)
        return f"{bar} {text}".rstrip(" ")

    def paint(self, text: str, style: str) -> str:
        code = self.colours.get(style)
        return f"\x1b[{code}m{text}\x1b[0m" if code and text.strip() else text


def _first(spots: Sequence[_Spot]) -> _Spot:
    """The place that a block is headed by: where the marks begin, on the line that is wrong if it is this file's."""
    line = spots[0].line if spots[0].primary else min(one.line for one in spots)
    return min((one for one in spots if one.line == line), key=lambda one: bounds(one.span))


def _spot(label: Label) -> _Spot:
    return _Spot(label.span, label.message, False)
