"""Rounds: what can still be had is planned, and claimed in one stroke, so that two runs cannot break a cap together.

A plan counts all that stands in the ledger. Just before it is claimed, while nobody else can write, it is looked
whether the same still stands; where it does not, it is planned anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

import attrs

from vault_rules.domain.entry import Entry
from vault_rules.domain.plan import Plan
from vault_rules.engine.again import Again
from vault_rules.errors import LedgerError
from vault_rules.execution.ledger.drafts import Draft, claim, intent
from vault_rules.execution.ledger.places import Key, Place
from vault_rules.execution.ledger.prior import prior_awards
from vault_rules.execution.ledger.standing import Line, Standing
from vault_rules.execution.ledger.store import Decide, Ledger
from vault_rules.execution.market import Market
from vault_rules.execution.orders import Order, order_fields
from vault_rules.execution.progress import PLAN, ROUND, Progress
from vault_rules.execution.rest import left_of_offers, left_of_rooms
from vault_rules.execution.state import RunState

TRIES = 5
"""So often a plan is made while others may write; after that while they wait."""
Stands = Mapping[tuple[str, str], Any]


def stands(lines: Sequence[Line]) -> Stands:
    """What counts of the awards that stand: whether they are confirmed yet does not."""
    return {(line.run, line.key): (line.award, line.currency, line.day) for line in lines}


@attrs.frozen
class Made:
    """A round as it was planned: nothing is left to do where it has neither orders nor offers without a place."""

    orders: list[Order]
    without: dict[str, Fraction]


@attrs.define
class Rounds:
    """Plans and claims the rounds of one run. `first` is a plan that was made already, of what stood then."""

    run: str
    ledger: Ledger
    market: Market
    first: tuple[Plan, Stands] | None = None
    _places: Mapping[Key, tuple[Place, ...]] = attrs.field(factory=dict, init=False)

    def next(self, state: RunState) -> tuple[Entry, ...]:
        """Plan and claim another round: its entries; none where nothing more can be had.

        Raises `LedgerError` where another process carries out the same run.
        """
        self._places = self.ledger.places()
        for _ in range(TRIES):
            standing = self.ledger.standing()
            made = self._planned(state, standing)
            if not made.orders and not made.without:
                return ()
            found = self.ledger.claim(self.run, self._deciding(state, made, stands(standing.lines())))
            if found:
                return found
        return self.ledger.claim(self.run, lambda now: self._drafts(state, self._planned(state, now)))

    def _deciding(self, state: RunState, made: Made, seen: Stands) -> Decide:
        """Claims what was planned, if the same still stands."""

        def decide(now: Standing) -> Sequence[Draft]:
            self._alone(state, now)
            return self._drafts(state, made) if stands(now.lines()) == seen else ()

        return decide

    def _alone(self, state: RunState, standing: Standing) -> None:
        if any(line.key not in state.awards for line in standing.lines(run=self.run)):
            raise LedgerError(f"the run {self.run} is carried out by another process too: let that one end")

    def _drafts(self, state: RunState, made: Made) -> list[Draft]:
        if not made.orders and not made.without:
            return []
        number = state.round + 1
        drafts = [intent(None, ROUND, "ledger", number=number, without=dict(made.without), awards=len(made.orders))]
        for order in made.orders:
            drafts.append(claim(order.key, order.award, order.currency, order.day))
            drafts.append(intent(order.key, PLAN, order.award.trader, **order_fields(order)))
        return drafts

    # ---- planning ----------------------------------------------------------------------------------------------------

    def _planned(self, state: RunState, standing: Standing) -> Made:
        self._alone(state, standing)
        number = state.round + 1
        if number == 1 and self.first is not None and self.first[1] == stands(standing.lines()):
            plan = self.first[0]
        else:
            plan = self.market.evaluated(self.again(state, standing)).plan
        return Made(*self.market.orders(self.run, number, plan))

    def again(self, state: RunState, standing: Standing) -> Again:
        """All that has happened: what this run has bought and was refused, and what others bought or mean to."""
        own = [line.award for line in standing.lines(run=self.run)]
        others = [one for one in standing.lines() if one.run != self.run and self.market.knows(one.award.mineral)]
        progresses = list(state.awards.values())
        touched = {one.offer for one in own} | set(state.without)
        touched |= {one.order.award.offer for one in progresses}
        offers = self.market.offers(touched)
        left = left_of_offers({name: one.quantity for name, one in offers.items()}, own, progresses, state.without)
        return Again(
            left,
            self.rooms(progresses),
            self.market.priors(prior_awards(others, self._places, date.max)),
            tuple((offers[award.offer], award) for award in own),
        )

    def rooms(self, progresses: list[Progress]) -> dict[str, Fraction]:
        """The room left in the facilities of which anything is known that the book does not know."""
        return left_of_rooms(progresses, self.market.room)
