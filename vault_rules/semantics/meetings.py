"""Which of many rules may be in force together, found without comparing each with each.

Input: rules or exceptions in file order, each with its windows and scopes. Output: pairs of places in that order. What
`clashes.meeting` would say of two is a witness exactly where this gives the pair.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import attrs

from vault_rules.semantics import typed

_FIRST, _LAST = date.min.toordinal(), date.max.toordinal() + 1


def common(sets: Iterable[frozenset[str] | None]) -> frozenset[str] | None:
    """What all hold; None is everything."""
    found: frozenset[str] | None = None
    for one in sets:
        if one is not None:
            found = one if found is None else found & one
    return found


@attrs.frozen
class Extent:
    """The days, minerals and buyers for which something is in force: `[start, end)` in days, None is all."""

    start: int = _FIRST
    end: int = _LAST
    minerals: frozenset[str] | None = None
    buyers: frozenset[str] | None = None

    def within(self, window: typed.Window, scope: typed.Scope) -> Extent:
        """What is left of it there."""
        start = self.start if window.start is None else max(self.start, window.start.toordinal())
        end = self.end if window.end is None else min(self.end, window.end.toordinal())
        return Extent(start, end, common((self.minerals, scope.minerals)), common((self.buyers, scope.buyers)))

    @property
    def is_empty(self) -> bool:
        return self.start >= self.end or self.minerals == frozenset() or self.buyers == frozenset()

    def shares(self, other: Extent) -> bool:
        """Whether one mineral and one buyer lie in both, whatever the days."""
        return not (_apart(self.minerals, other.minerals) or _apart(self.buyers, other.buyers))


ALWAYS = Extent()


def _apart(first: frozenset[str] | None, second: frozenset[str] | None) -> bool:
    return first is not None and second is not None and first.isdisjoint(second)


def pairs(extents: Sequence[Extent]) -> Iterator[tuple[int, int]]:
    """The places of all that meet, the earlier place first: in order of days, so that what is over is left behind."""
    running: list[int] = []
    order = [at for at, one in enumerate(extents) if not one.is_empty]
    for at in sorted(order, key=lambda at: extents[at].start):
        this = extents[at]
        running = [other for other in running if extents[other].end > this.start]
        for other in running:
            if this.shares(extents[other]):
                yield (other, at) if other < at else (at, other)
        running.append(at)
