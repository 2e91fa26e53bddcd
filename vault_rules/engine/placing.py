"""Step 8: where every award is stored. A `store` is a waterfall over facilities, walked for each award in order."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from vault_rules.domain.exact import invoice
from vault_rules.domain.plan import Award, Placement, Unplaced
from vault_rules.domain.rows import Facility, Offer
from vault_rules.engine.ordering import in_order, key_value
from vault_rules.engine.program import Clauses
from vault_rules.engine.world import View, World, stop
from vault_rules.semantics import typed
from vault_rules.semantics.meaning import value_of


class Storage:
    """The facilities of a book, and what room each has left: its capacity less what is held there."""

    def __init__(self, world: World, offer: Callable[[str], Offer]) -> None:
        self.world, self.offer = world, offer
        self.facilities = sorted(world.book.facilities, key=lambda one: one.facility)
        self.room = {facility.facility: facility.capacity for facility in world.book.facilities}
        for holding in world.book.holdings:
            if holding.facility in self.room:
                self.room[holding.facility] -= holding.quantity
        if world.again is not None:
            self.room |= {name: room for name, room in world.again.room.items() if name in self.room}
        self.placements: list[Placement] = []
        self.unplaced: list[Unplaced] = []

    def place(self, award: Award, quantity: Fraction | None = None) -> None:
        """Place one award, or so much of it, split as facilities fill; what fits nowhere is listed as unplaced."""
        left = award.quantity if quantity is None else quantity
        if self.world.day.stores:
            left = self._placed(award, left)
        if left > 0:
            self.unplaced.append(Unplaced(award.request, award.offer, left))

    def _placed(self, award: Award, left: Fraction) -> Fraction:
        """What fits nowhere."""
        of_award = {"premium": award.premium, "reference": award.reference, "awarded": award.quantity}
        view = self.world.view(self.offer(award.offer), self.world.requests[award.request], award=of_award)
        found = self._store(view, award)
        if found is not None:
            rule, clauses = found
            for place in clauses["places"]:
                for facility in self._fitting(place, view, award):
                    left -= self._put(facility, award, rule, left)
        return left

    def _store(self, view: View, award: Award) -> tuple[typed.Rule, Clauses] | None:
        found = []
        for rule in self.world.day.stores:
            clauses = view.clauses(rule) if rule.scope.holds(award.mineral, award.buyer) else None
            if clauses is not None:
                found.append((rule, clauses))
        if len(found) > 1:
            raise stop(
                "V0502",
                f"{len(found)} `store` rules are in force for {award.mineral} on {self.world.as_of.isoformat()}",
                found[1][0].name_span,
                "let one of them end where the other begins, or narrow one with `for`",
            )
        return found[0] if found else None

    def _fitting(self, place: typed.Place, view: View, award: Award) -> list[Facility]:
        """The facilities of a step that may take the award, in its order; ties by facility id."""
        fitting = []
        for facility in self.facilities:
            takes = facility.kind in place.kinds and (not facility.accepts or award.mineral in facility.accepts)
            if takes and (place.when is None or value_of(place.when, _at(view, facility)) is True):
                fitting.append(facility)
        return in_order(fitting, [(_facility_key(key, view), key.descending) for key in place.keys])

    def _put(self, facility: Facility, award: Award, rule: typed.Rule, left: Fraction) -> Fraction:
        quantity = min(left, self.room[facility.facility])
        if quantity <= 0:
            return Fraction(0)
        self.room[facility.facility] -= quantity
        cost = None if facility.cost is None else invoice(quantity * facility.cost)
        self.placements.append(Placement(award.request, award.offer, facility.facility, rule.name, quantity, cost))
        return quantity


def _facility_key(key: typed.Key, view: View) -> Callable[[Facility], Any]:
    return lambda facility: key_value(key, _at(view, facility))


def _at(view: View, facility: Facility) -> View:
    return View(view.world, view.offer, view.request, facility, award=view.award)
