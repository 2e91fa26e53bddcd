"""Diagnostics as a person reads them: the line, what is wrong under it, the other places, what would help."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from vault_rules.source import snippet
from vault_rules.source.diagnostic import Diagnostic, in_file_order
from vault_rules.source.display import clean
from vault_rules.source.quotation import GUTTER, STRONG, Quotation, Spot

_SEVERITIES = {"error": "1;31", "warning": "1;33"}


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


class _Drawing(Quotation):
    """One diagnostic, drawn row by row."""

    def __init__(self, diagnostic: Diagnostic, colour: bool) -> None:
        self.diagnostic = diagnostic
        others = [Spot(one.span, one.message, False) for one in diagnostic.labels]
        self.spots = [Spot(diagnostic.span, diagnostic.label, True), *others]
        margin = len(str(max(one.line for one in self.spots)))
        super().__init__(margin, _SEVERITIES.get(diagnostic.severity, "1;36"), colour)

    def text(self) -> str:
        return "".join(f"{row}\n" for row in self.rows())

    def rows(self) -> Iterator[str]:
        one = self.diagnostic
        title = self.paint(f"{one.severity}[{one.code}]", snippet.PRIMARY)
        yield title + self.paint(f": {snippet.one_line(one.message)}", STRONG)
        arrow = "-->"
        for spots in self.by_file():
            yield from self.block(arrow, spots)
            arrow = ":::"
        if one.help:
            yield self.gutter()
            yield from self.help(one.help.splitlines())

    def by_file(self) -> Iterator[list[Spot]]:
        files: dict[tuple[str, str], list[Spot]] = {}
        for spot in self.spots:
            files.setdefault(spot.file, []).append(spot)
        yield from files.values()

    def help(self, lines: Sequence[str]) -> Iterator[str]:
        lead = f"{' ' * self.margin} {self.paint('=', GUTTER)} {self.paint('help', STRONG)}: "
        for line in lines:
            yield lead + clean(line)
            lead = " " * (self.margin + len(" = help: "))
