"""Which of many rules may be in force together, found without comparing each with each.

Input: rules or exceptions in file order, each with its windows and scopes. Output: pairs of places in that order. What
`clashes.meeting` would say of two is a witness exactly where this gives the pair.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from vault_rules.semantics import typed
from vault_rules.source.alike import Alike, node

_FIRST, _LAST = date.min.toordinal(), date.max.toordinal() + 1


def common(sets: Iterable[frozenset[str] | None]) -> frozenset[str] | None:
    """What all hold; None is everything."""
    found: frozenset[str] | None = None
    for one in sets:
        if one is not None:
            found = one if found is None else found & one
    return found


@node
class Extent(Alike):
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


def pairs(branches: Sequence[Sequence[int]], extents: Sequence[Extent]) -> Iterator[tuple[int, int]]:
    """The places that meet, of two branches each, the earlier place first.

    It goes by days, so that what is over is left behind; within a branch nothing is compared.
    """
    if len(branches) < 2:
        return
    order = [(extents[at].start, at, branch) for branch, places in enumerate(branches) for at in places]
    running: dict[int, list[int]] = {}
    for start, at, branch in sorted(order):
        this = extents[at]
        if this.is_empty:
            continue
        for other_branch, others in list(running.items()):
            if other_branch == branch:
                continue
            left = [other for other in others if extents[other].end > start]
            if left:
                running[other_branch] = left
            else:
                del running[other_branch]
            for other in left:
                if this.shares(extents[other]):
                    yield (other, at) if other < at else (at, other)
        running.setdefault(branch, []).append(at)
