"""What a run is asked to do, and what a part of it hands back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from statistics import median

import attrs

SIZES = {"k": 1000, "m": 1_000_000}


@attrs.frozen
class Options:
    """`sizes` empty: each part's own. A quick run is to see that all works: its figures are not worth quoting."""

    engine: str
    folder: Path
    """For books and policies that are needed while it runs; emptied at the end."""
    sizes: tuple[int, ...] = ()
    quick: bool = False
    budget: float = 60.0
    """Seconds for the rounds of one case, once each subject has had its least."""

    def sizes_or(self, usual: tuple[int, ...], quick: tuple[int, ...]) -> tuple[int, ...]:
        return self.sizes or (quick if self.quick else usual)


@attrs.frozen
class Line:
    """One subject in one case: the seconds of each round, and what else was found. `size` is offers, or processes."""

    case: str
    subject: str
    size: int
    seconds: tuple[float, ...]
    how: str = ""
    """The API used, or whatever else a reader must know to judge the figure."""
    more: Mapping[str, float | int | str] = attrs.field(factory=dict)

    @property
    def median(self) -> float:
        return median(self.seconds)

    @property
    def each(self) -> float:
        return self.median / self.size


@attrs.frozen
class Part:
    """`base` is the subject that ratios are taken against, in every case that has it."""

    name: str
    title: str
    base: str
    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()

    def ratio(self, line: Line) -> float | None:
        """How many times as long as the base a subject takes for each offer."""
        for other in self.lines:
            if other.case == line.case and other.subject == self.base:
                return line.each / other.each
        return None


def size_of(text: str) -> int:
    """`10k`, `1m` or a plain number."""
    unit = text[-1:].lower()
    return int(text[:-1]) * SIZES[unit] if unit in SIZES else int(text)


def in_short(size: int) -> str:
    for unit, many in reversed(SIZES.items()):
        if size >= many and size % many == 0:
            return f"{size // many} {unit.upper() if unit == 'm' else unit}"
    return f"{size:,}"
