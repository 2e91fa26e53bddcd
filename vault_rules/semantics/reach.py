"""When a rule holds, and for whom."""

from __future__ import annotations

from datetime import date

from vault_rules.source.alike import Alike, node


@node
class Window(Alike):
    """`start` inclusive, `end` exclusive; None is open."""

    start: date | None = None
    end: date | None = None

    def holds(self, day: date) -> bool:
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)

    def meets(self, other: Window) -> date | None:
        """The first day on which both hold, or None; the day before the first end where both are open to the past."""
        starts = [one for one in (self.start, other.start) if one is not None]
        ends = [one for one in (self.end, other.end) if one is not None]
        first = max(starts) if starts else (date.fromordinal(min(ends).toordinal() - 1) if ends else date(2000, 1, 1))
        return first if self.holds(first) and other.holds(first) else None


@node
class Scope(Alike):
    """None means everybody."""

    minerals: frozenset[str] | None = None
    buyers: frozenset[str] | None = None

    def has_mineral(self, mineral: str) -> bool:
        return self.minerals is None or mineral in self.minerals

    def holds(self, mineral: str, buyer: str | None) -> bool:
        return self.has_mineral(mineral) and (self.buyers is None or (buyer is not None and buyer in self.buyers))


ALWAYS, EVERYBODY = Window(), Scope()
