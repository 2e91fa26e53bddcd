"""What is missing, place by place, as reports say it: what follows from something else that is missing is left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from vault_rules.source.text import Span
from vault_rules.trials.coverage.measuring import Coverage
from vault_rules.trials.coverage.points import BOUNDARIES, EXCEPTIONS, OPENS, OUTCOMES, ROWS, Point

_ASKED = (OUTCOMES, BOUNDARIES, EXCEPTIONS)
NEVER_ASKED = "never asked"


@attrs.frozen
class Gap:
    """A place where something is missing, and what, in words."""

    of: str
    span: Span
    message: str
    is_headline: bool
    hides: bool
    """Whether what is missing inside of this place follows from it."""

    @property
    def file(self) -> str:
        return self.span.source.role or self.span.source.name


def gaps(coverage: Coverage, *, fold_rows: bool = False) -> tuple[Gap, ...]:
    """All places where something is missing, in order; `fold_rows`: the rows of a table as one."""
    places: dict[tuple[str, int, int], list[Point]] = {}
    for point in coverage.points:
        places.setdefault((point.file, point.span.start, point.span.end), []).append(point)
    found = [gap for points in places.values() if (gap := _gap(points, coverage)) is not None]
    hiding = [one for one in found if one.hides]
    shown = [one for one in found if not any(_is_inside(one, other) for other in hiding)]
    shown = [one for one in shown if not any(_is_inside(other, one) and _says_same(other, one) for other in shown)]
    return tuple(_folded(shown, coverage) if fold_rows else shown)


def _gap(points: Sequence[Point], coverage: Coverage) -> Gap | None:
    missing = [one for one in points if not coverage.is_covered(one)]
    if not missing:
        return None
    asked = [one for one in points if one.kind in _ASKED]
    opens = next((one for one in missing if one.what == OPENS), None)
    never_asked = len(asked) > 1 and all(one in missing for one in asked)
    if opens is not None:
        message = opens.missing
    else:
        said = [one.missing for one in missing if not (never_asked and one in asked)]
        message = ", ".join([*said, *([NEVER_ASKED] if never_asked else [])])
    headline = any(one.is_headline for one in missing)
    return Gap(points[0].of, points[0].span, message, headline, hides=opens is not None or never_asked)


def _says_same(one: Gap, other: Gap) -> bool:
    """Whether a part of a condition is missing what the whole is missing: then it is the part that is said."""
    return one.message == other.message and one.message in ("never true", "never false")


def _is_inside(one: Gap, other: Gap) -> bool:
    if one.file != other.file or one.span == other.span:
        return False
    return other.span.start <= one.span.start and one.span.end <= other.span.end


def _folded(found: Sequence[Gap], coverage: Coverage) -> Iterator[Gap]:
    """The rows of each table as its first, with how many more there are."""
    rows = {one.id[2:] for one in coverage.points if one.kind == ROWS}
    of_rows: dict[str, list[Gap]] = {}
    for one in found:
        if (one.file, one.span.start, one.span.end) in rows:
            of_rows.setdefault(one.of, []).append(one)
    for one in found:
        table = of_rows.get(one.of, [])
        if one not in table:
            yield one
        elif one is table[0]:
            more = len(table) - 1
            rest = f", nor {'is' if more == 1 else 'are'} {more:,} more row{'' if more == 1 else 's'}" if more else ""
            yield attrs.evolve(one, message=one.message + rest)
