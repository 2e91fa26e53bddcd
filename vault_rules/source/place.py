"""Where a span lies, in lines and columns: what every machine-readable form says of it."""

from __future__ import annotations

from typing import Any

import attrs

from vault_rules.source.text import Span


@attrs.frozen
class Place:
    """Lines and columns from 1, columns in code points, the end exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def as_dict(self) -> dict[str, Any]:
        return attrs.asdict(self)


def bounds(span: Span) -> tuple[int, int]:
    """The span's offsets, held inside its text."""
    length = len(span.source.text)
    start = min(max(span.start, 0), length)
    return start, min(max(span.end, start), length)


def place_of(span: Span) -> Place:
    """Where a span lies; one that runs past its text is held inside it."""
    start, end = bounds(span)
    return Place(span.source.name, *span.source.line_column(start), *span.source.line_column(end))
