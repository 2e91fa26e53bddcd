"""A section of the text: a heading, a grid below it, and how much of it is left out."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from vault_rules.report.layout import Field, fit, grid

BOLD, RED, DIM, PLAIN = "\x1b[1m", "\x1b[31m", "\x1b[2m", "\x1b[0m"


@attrs.frozen
class Section:
    """A heading, a grid below it. `alarm`: something is not as it should be."""

    heading: str
    fields: tuple[Field, ...]
    rows: Sequence[Sequence[str]]
    alarm: bool = False
    rest: int = 0
    """How many rows are left out."""
    has_titles: bool = True


def cut(
    name: str,
    fields: tuple[Field, ...],
    rows: Sequence[Sequence[str]],
    limit: int | None,
    *,
    alarm: bool = False,
    count: bool = True,
) -> Section:
    """A section of at most `limit` rows; its heading says how many there are, or that there are none."""
    kept = rows if limit is None else rows[:limit]
    heading = f"{name}: {len(rows):,}" if rows else f"{name}: none"
    return Section(heading if count else name, fields, kept, alarm and bool(rows), len(rows) - len(kept))


def render(section: Section, width: int, colour: bool) -> list[str]:
    """The section in lines of at most `width`; colour goes around whole lines, so that it takes no room."""
    lines = [paint(fit(section.heading, width), BOLD + (RED if section.alarm else ""), colour)]
    if section.rows:
        table = grid(section.fields, section.rows, width)
        lines += table if section.has_titles else table[1:]
    if section.rest:
        lines.append(paint(fit(f"  … and {section.rest:,} more (--format csv has all)", width), DIM, colour))
    return lines


def paint(line: str, code: str, colour: bool) -> str:
    """The line in a colour, on a terminal."""
    return f"{code}{line}{PLAIN}" if colour and code and line else line
