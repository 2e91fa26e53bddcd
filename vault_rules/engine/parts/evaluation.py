"""An evaluation market by market: what each contributes to the plan, and the plan's parts put together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any
from weakref import proxy

import attrs

from vault_rules.domain.parted_book import BoundParts
from vault_rules.domain.plan import Award, Rejection, Shortfall
from vault_rules.domain.rows import BoundBook, Offer
from vault_rules.engine.fast.dependence import may_stop
from vault_rules.engine.fast.evaluation import FastEvaluation
from vault_rules.engine.fast.plan import LaterPlan, later
from vault_rules.engine.fast.standing import GivenMarkets
from vault_rules.engine.fast.tallies import Finer
from vault_rules.engine.findings import column_names, regrouped
from vault_rules.engine.limits import Caps, Entry, Group
from vault_rules.engine.markets import Markets
from vault_rules.engine.outcome import columns_missed
from vault_rules.engine.parts.market import MarketEvaluation
from vault_rules.engine.parts.runs import Runs
from vault_rules.engine.parts.store import Store
from vault_rules.engine.program import Clauses, Program
from vault_rules.engine.readings import columns_read
from vault_rules.engine.reference import Evaluation
from vault_rules.engine.world import View, World
from vault_rules.errors import UsageError
from vault_rules.semantics import typed
from vault_rules.semantics.types import OFFER_COLUMNS


def evaluate_parts(program: Program, book: BoundParts, as_of: date, memory: int) -> PartedEvaluation:
    """Serve the requests. Raises what `fast.evaluation.evaluate` raises, and `BookError` where a part has changed."""
    store = Store(program, book, as_of, memory)
    while True:
        try:
            found = PartedEvaluation(store, _served(store))
            break
        except Finer as more:
            store.again(more)
    found.check()
    return found


def plan_of_parts(evaluation: PartedEvaluation) -> LaterPlan:
    """Its plan; rejections are read again from where they were put aside."""
    nothing: Callable[[], None] = lambda: None  # noqa: E731  # what only an evaluation in one piece knows
    return later(
        evaluation,
        rejections=evaluation.put_aside,
        award_columns=nothing,
        rejection_counts=nothing,
        rejected=nothing,
    )


# ---- serving -------------------------------------------------------------------------------------------------------


@attrs.frozen(eq=False)
class Contribution:
    """What one market adds to the plan besides its rejections."""

    awards: list[Award]
    won: dict[str, Offer]
    tiers: dict[str, str]
    compared: dict[str, Fraction]
    shortfalls: list[Shortfall]
    offered: set[tuple[str, str, str | None, bool]]


def _served(store: Store) -> list[Contribution]:
    """What each market contributes, once nothing more can stop the evaluation."""
    found = _contributions(store)
    if may_stop(store.base.day):  # also those that nobody asks for are judged
        for mineral in set(store.minerals()) - set(store.requested()):
            store.market(mineral)
    return found


def _contributions(store: Store) -> list[Contribution]:
    """Mineral by mineral where no cap couples them, so that each is loaded once; else in the order of serving."""
    if store.coupled:
        for request in store.ordered:
            store.market(request.mineral).serve(request)
        return [_contribution(store.evaluation(mineral)) for mineral in store.requested()]
    found = []
    for mineral in store.requested():
        for request in store.requests_of(mineral):
            store.market(mineral).serve(request)
        found.append(_contribution(store.evaluation(mineral)))
    return found


def _contribution(market: MarketEvaluation) -> Contribution:
    awards = market.awards
    names = {award.offer for award in awards}
    world = market.world
    return Contribution(
        awards,
        {name: market.offer(name) for name in names},
        {name: world.tier_of[name] for name in names if name in world.tier_of},
        {name: world.compared[name] for name in names if name in world.compared},
        market.shortfalls,
        market.offered(),
    )


class MarketsApart(Markets):
    """The references of all markets, each asked of its own."""

    def __init__(self, world: World, store: Store) -> None:
        super().__init__(world)
        self.store: Store = proxy(store)
        self._known: dict[Any, Any] = {}
        """What they are worth, so that a market need not be loaded again, but where a depth is the offer's own."""
        self._own: dict[int, bool] = {}

    def open(self, passed: Iterable[Offer]) -> None:
        """The offers that passed are known to their markets."""

    def value(self, expr: typed.Market, view: View) -> Any:
        if view.mineral is None:
            return None
        if self._is_own(expr):
            return self._asked(expr, view, view.mineral)
        request = None if view.request is None else view.request.request
        key = (id(expr), view.mineral, getattr(view.offer, "form", None), request, view.buyer)
        if key not in self._known:
            self._known[key] = self._asked(expr, view, view.mineral)
        return self._known[key]

    def _asked(self, expr: typed.Market, view: View, mineral: str) -> Any:
        lanes = self.store.market(mineral).lanes
        return GivenMarkets(lanes.world, lanes).value(expr, view)

    def _is_own(self, expr: typed.Market) -> bool:
        """Whether a depth reads more of the offer than its market: then it is another for each."""
        if id(expr) not in self._own:
            read = set() if expr.depth is None else columns_read(expr.depth, self.world.day)
            self._own[id(expr)] = not read <= {"mineral", "form"}
        return self._own[id(expr)]


# ---- the plan ------------------------------------------------------------------------------------------------------


class PartedEvaluation(FastEvaluation):
    """An `Outcome` of all markets."""

    def __init__(self, store: Store, contributions: list[Contribution]) -> None:
        super().__init__(store.base)
        self.store, self.contributions = store, contributions
        self.world.markets = MarketsApart(self.world, store)
        for one in contributions:
            self.world.tier_of.update(one.tiers)
            self.world.compared.update(one.compared)

    @cached_property
    def awards(self) -> list[Award]:
        """In the order of serving; those to one request stand together, in the order made."""
        place = {request.request: at for at, request in enumerate(self.store.ordered)}
        every = [award for one in self.contributions for award in one.awards]
        return sorted(every, key=lambda award: place[award.request])

    @cached_property
    def shortfalls(self) -> list[Shortfall]:
        return [shortfall for one in self.contributions for shortfall in one.shortfalls]

    @cached_property
    def _offers_won(self) -> dict[str, Offer]:
        return {name: offer for one in self.contributions for name, offer in one.won.items()}

    def offer(self, name: str) -> Offer:
        return self._offers_won[name]

    @cached_property
    def caps(self) -> Caps:
        caps = Caps(self.world)
        for award in self.awards:
            request = self.world.requests[award.request]
            offer = self.offer(award.offer)
            caps.entries.append(Entry(offer, request, request.buyer, award.quantity, Fraction(award.cost)))
        return caps

    def offered(self) -> set[tuple[str, str, str | None, bool]]:
        return set().union(*(one.offered for one in self.contributions))

    def groups_offered(self, rule: typed.Rule, clauses: Clauses) -> set[Group]:
        return self._groups[rule.name, tuple(column_names(clauses))]

    @cached_property
    def _groups(self) -> dict[tuple[str, tuple[str, ...]], set[Group]]:
        """Of all caps at once, so that each market is looked at once."""
        asked = [(rule, clauses) for rule in self.world.day.caps for clauses in regrouped(self, rule)]
        found: dict[tuple[str, tuple[str, ...]], set[Group]] = {}
        for mineral in self.store.requested():
            market = self.store.evaluation(mineral)
            for rule, clauses in asked:
                groups = found.setdefault((rule.name, tuple(column_names(clauses))), set())
                groups |= market.groups_offered(rule, clauses) if column_names(clauses) else set()
        return found

    def missing_everywhere(self) -> list[str]:
        """Only columns that no part has can be missing everywhere: where there are none, no market is looked at."""
        policy, there = self.world.day.policy, {"offer", *self.store.book.survey.columns}
        if there >= {*OFFER_COLUMNS, *policy.fields}:
            return []
        found: set[str] = set()
        for mineral in self.store.book.survey.minerals:
            found |= set(self.store.evaluation(mineral).missing_everywhere())
        return columns_missed([f"missing:{name}" for name in found], policy, lambda name: name in there)

    # ---- rejections ------------------------------------------------------------------------------------------------

    def rejections(self) -> Iterator[Rejection]:
        """One for each offer that won nothing, by offer id."""
        return iter(self.put_aside())

    def put_aside(self) -> Runs:
        """The rejections of each market, put aside one market after the other."""
        runs = Runs()
        for mineral in self.store.book.survey.minerals:
            runs.add(self.store.evaluation(mineral).rejections_once())
        return runs

    # ---- explanations ----------------------------------------------------------------------------------------------

    def with_only(self, offer: str) -> Evaluation:
        """As of one table."""
        won = {**self._offers_won}
        if offer not in won:
            won[offer] = self._found(offer)
        book = self.book
        small = BoundBook(
            tuple(one for _, one in sorted(won.items())), book.requests, book.benchmarks, book.facilities,
            book.holdings, book.awards, book.fx, "",
        )  # fmt: skip
        found = Evaluation(self.program, small, self.world.as_of, markets=lambda world: MarketsApart(world, self.store))
        found.serve_all()
        return found

    def _found(self, offer: str) -> Offer:
        for mineral in self.store.book.survey.minerals:
            offers = self.store.market(mineral).book.offers
            row = offers.ids.index_of(offer)
            if row is not None:
                return offers.offer(row)
        raise UsageError(f"the book has no offer `{offer}`")
