"""What is bought and what is meant to be, at one moment: the entries so far, each award's last word counting."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction

import attrs

from vault_rules.domain.award_fields import award_of
from vault_rules.domain.entry import Entry, Kind
from vault_rules.domain.plan import Award
from vault_rules.execution.ledger.legible import legible

COUNTED = (Kind.CLAIM, Kind.AWARD, Kind.RELEASE)
"""The kinds of entries that change what stands."""


@attrs.frozen
class Line:
    """An award that stands: claimed, or confirmed by its trader. `day` is its plan's as-of date."""

    run: str
    key: str
    confirmed: bool
    sequence: int
    currency: str
    day: date
    award: Award = attrs.field(repr=False)


@attrs.frozen
class Use:
    """How much some awards are together: kilograms, and money by currency."""

    quantity: Fraction
    cost: Mapping[str, Decimal]


@attrs.frozen
class Standing:
    """All awards that stand, of all runs. It never changes: a later one is another.

    `mark` is the sequence number of the last entry that changed what stands: the same mark, the same awards.
    """

    mark: int = 0
    _lines: Mapping[tuple[str, str], Line] = attrs.field(factory=dict, hash=False, repr=False)

    def lines(
        self,
        *,
        requests: Collection[str] | None = None,
        minerals: Collection[str] | None = None,
        since: date | None = None,
        until: date | None = None,
        run: str | None = None,
        confirmed: bool | None = None,
    ) -> tuple[Line, ...]:
        """Those that are of one of the requests, of one of the minerals, of these days (both included), in the order
        of their last words. What is not said does not matter.
        """
        found = (
            line
            for line in self._lines.values()
            if (run is None or line.run == run)
            and (confirmed is None or line.confirmed == confirmed)
            and (requests is None or line.award.request in requests)
            and (minerals is None or line.award.mineral in minerals)
            and (since is None or line.day >= since)
            and (until is None or line.day <= until)
        )
        return tuple(sorted(found, key=lambda line: line.sequence))

    def line(self, run: str, key: str) -> Line | None:
        """The award of a key, if it stands."""
        return self._lines.get((run, key))

    def after(self, entries: Iterable[Entry]) -> Standing:
        """What stands after further entries, in their order. Kinds that change nothing are passed over."""
        lines, mark = dict(self._lines), self.mark
        for entry in entries:
            if entry.kind not in COUNTED or entry.award is None:
                continue
            key, mark = (entry.run, entry.award), entry.sequence
            if entry.kind == Kind.RELEASE:
                lines.pop(key, None)
            else:
                lines[key] = _line(entry, entry.award)
        return Standing(mark, lines)


def _line(entry: Entry, key: str) -> Line:
    fields = entry.fields
    with legible(entry):
        currency, day, award = fields["currency"], date.fromisoformat(fields["date"]), award_of(fields)
    return Line(entry.run, key, entry.kind == Kind.AWARD, entry.sequence, currency, day, award)


def use(lines: Iterable[Line]) -> Use:
    """The sums of some awards, exactly."""
    quantity, cost = Fraction(0), dict[str, Decimal]()
    for line in lines:
        quantity += line.award.quantity
        cost[line.currency] = cost.get(line.currency, Decimal(0)) + line.award.cost
    return Use(quantity, cost)
