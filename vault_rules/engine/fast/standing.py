"""One offer at a time, as the reference looks at it: for what is shown of awards and rejections."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from weakref import proxy

from vault_rules.domain.rows import Offer, Request
from vault_rules.engine.candidates import Candidacy, Candidates
from vault_rules.engine.eligibility import Eligibility, Standing
from vault_rules.engine.fast.lanes import Lanes
from vault_rules.engine.fast.vectors import Wide
from vault_rules.engine.markets import Markets
from vault_rules.engine.program import Clauses
from vault_rules.engine.readings import reads_request
from vault_rules.engine.world import View, World
from vault_rules.semantics import typed

if TYPE_CHECKING:
    from vault_rules.engine.fast.serving import Serving


class GivenMarkets(Markets):
    """The markets of a world, worked out in columns; offers are only listed where columns cannot say."""

    def __init__(self, world: World, lanes: Lanes) -> None:
        super().__init__(world)
        self.lanes: Lanes = proxy(lanes)
        self._asks: dict[int, tuple[typed.Market, bool]] = {}
        """Which references depend on the request, by identity."""

    def value(self, expr: typed.Market, view: View) -> Any:
        mineral, form = view.mineral, getattr(view.offer, "form", None)
        if mineral is None:
            return None
        lanes = self.lanes
        if id(expr) not in self._asks:
            self._asks[id(expr)] = (expr, reads_request([expr], self.world.day))
        asks = self._asks[id(expr)][1]
        sight = lanes.sight(lanes.alive, view.request if asks else None, view.buyer)
        try:
            return lanes.references.at(expr, sight, mineral, form)
        except Wide:
            self._list(mineral)
            return super().value(expr, view)

    def open(self, passed: Iterable[Offer]) -> None:
        """The offers that passed are known already."""

    def _list(self, mineral: str) -> None:
        """All offers of a mineral that references see, one by one."""
        if mineral in self.offers:
            return
        self.offers[mineral] = []
        table = self.lanes.alive
        rows = self.lanes.rows(self.lanes.sight(table), mineral)
        seen = rows.filter("seen") if "seen" in table.given else rows
        ones = []
        for row, tier in seen.select("row", "tier").iter_rows():
            offer = table.offers.offer(row)
            self.world.tier_of[offer.offer] = self.lanes.verdicts.tiers[tier - 1]
            compare(self.world, offer)
            ones.append(offer)
        super().open(ones)


def compare(world: World, offer: Offer) -> None:
    """Make an offer's compared price known."""
    if offer.offer not in world.compared:
        value = world.view(offer)._compared(offer)
        if value is not None:
            world.compared[offer.offer] = value


class Offers:
    """Asks the reference about single offers."""

    def __init__(self, serving: Serving) -> None:
        self.serving, self.world = serving, serving.world
        self.eligibility = Eligibility(self.world)
        self.candidates = Candidates(self.world, self.eligibility)
        self._standings: dict[int, Standing] = {}

    def standing(self, row: int) -> Standing:
        """What steps 3 and 4 say of the offer in a row of the book."""
        found = self._standings.get(row)
        if found is None:
            found = self.eligibility.stand(self.offer(row))
            self._standings[row] = found
        return found

    def offer(self, row: int) -> Offer:
        """The offer in a row of the book; its compared price is known then."""
        offer = self.serving.book.offers.offer(row)
        compare(self.world, offer)
        return offer

    def ask(self, row: int, request: Request, step: typed.Step, clauses: Clauses) -> Candidacy:
        """What a step says of it for a request."""
        return self.candidates.ask(self.standing(row), request, step, clauses)
