"""Step 6: requests served in order, in whole numbers. What is awarded is looked at one by one, nothing else is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from functools import cached_property
from operator import attrgetter
from typing import Any
from weakref import proxy

from vault_rules.domain.columns import ColumnBook, Numbers
from vault_rules.domain.exact import has_end
from vault_rules.domain.rows import Request
from vault_rules.engine.again import Again
from vault_rules.engine.fast.candidates import Candidates
from vault_rules.engine.fast.chain import Chain
from vault_rules.engine.fast.chains import chained
from vault_rules.engine.fast.counted_by import CountedBy
from vault_rules.engine.fast.lanes import Lanes, Queue
from vault_rules.engine.fast.sifted import Past
from vault_rules.engine.fast.standing import GivenMarkets
from vault_rules.engine.fast.step import Step
from vault_rules.engine.fast.table import Table
from vault_rules.engine.fast.tallies import Finer, Tallies, whole
from vault_rules.engine.fast.vectors import common
from vault_rules.engine.fast.verdicts import Verdicts
from vault_rules.engine.fast.walk import Ledger, Walk
from vault_rules.engine.limits import MILLIGRAMS
from vault_rules.engine.ordering import in_order, key_value
from vault_rules.engine.program import Day, Program
from vault_rules.engine.readings import columns_read
from vault_rules.engine.waterfalls import Waterfalls
from vault_rules.engine.world import World
from vault_rules.semantics import typed
from vault_rules.semantics.meaning import value_of


def prepared(day: Day, book: ColumnBook) -> Verdicts:
    """The rules of a day as tables over a book's codes: kept with the book, of which they are a part."""
    known: dict[Day, Verdicts] = book.compiled
    found = known.pop(day, None)
    if found is None:
        found = Verdicts(World(day, proxy(book)), Table.of(book.offers), book.offers.markets)
        while len(known) >= _DAYS:
            known.pop(next(iter(known)), None)
    known[day] = found
    return found


_DAYS = 16
"""So many days are kept with a book, those that were asked for last: a book may be evaluated by any number."""


class Serving:
    """One evaluation up to its awards."""

    def __init__(
        self,
        program: Program,
        book: ColumnBook,
        as_of: date,
        finer: tuple[Fraction, ...] = (),
        again: Again | None = None,
    ) -> None:
        self.program, self.book = program, book
        self.day = program.on(as_of)
        self.world = World(self.day, book, again)
        self.verdicts = prepared(self.day, book)
        self.table = self.verdicts.table
        self.depends = self.verdicts.depends
        self.waterfalls = Waterfalls(self.world)
        self.least_award = self._least_award()
        self.mass = self._mass(finer)
        price = book.offers.columns["price"]
        assert isinstance(price, Numbers)
        self.price_unit = price.unit
        least = self.least_award / self.mass
        self.least_whole = -(-least.numerator // least.denominator)
        """The least award, up to whole units."""
        self.tallies = self._tallied()
        alive = self.verdicts.may_serve(self.world.requested, self.depends.columns | self._asked | self.tallies.columns)
        self.lanes = Lanes(self.world, self.verdicts, alive, self.mass)
        self.world.markets = GivenMarkets(self.world, self.lanes)  # for what has to be asked offer by offer
        self.tallies.see(self.lanes.sight(alive))
        self.counted_by = CountedBy(self.tallies)
        self.lanes.carried = tuple(sorted(self._asked | self.tallies.carried))
        self.left = self._left()
        self.past = Past(self.left)
        self.ledger = Ledger()
        self.walks: list[Walk] = []
        self.chains: list[Chain] = []
        self._candidates: dict[Any, dict[int, Candidates]] = {}
        self._wholes: dict[str, int] = {}

    @property
    def _again(self) -> Again:
        return self.world.again or Again()

    def _left(self) -> dict[int, int]:
        """What offers have left, by their rows, where that is not all."""
        ids = self.book.offers.ids
        found = ((ids.index_of(name), left) for name, left in self._again.left.items())
        return {row: whole(left, self.mass) for row, left in found if row is not None}

    def _tallied(self) -> Tallies:
        return Tallies(self.world, self.mass, self.price_unit)

    def _least_award(self) -> Fraction:
        expr = self.day.policy.least_award
        return Fraction(0) if expr is None else value_of(expr, self.world.view()) or Fraction(0)

    def _mass(self, finer: tuple[Fraction, ...]) -> Fraction:
        """The unit of mass in which everything here is whole."""
        units = [Fraction(1, MILLIGRAMS), *finer]
        for name in ("quantity", "lot", "min_quantity"):
            column = self.book.offers.columns.get(name)
            if isinstance(column, Numbers):
                units.append(column.unit)
            elif column is not None:
                units += [one for one in column.values if one]  # type: ignore[union-attr]
        units += [self.book.request_unit] if self.book.requests else []
        units += [award.quantity for award in self.world.before]
        units += [left for left in self._again.left.values() if left]
        units += [held.quantity for held in self.book.holdings if held.quantity]
        units += [self.least_award] if self.least_award and has_end(self.least_award) else []
        return common(units)

    @property
    def _asked(self) -> set[str]:
        """The columns that walks look at, besides those that caps count by."""
        names = {"mineral", "tier"}
        for request in self.book.requests:
            names |= {"form"} if request.form is not None else set()
            names |= {"purity"} if request.purity is not None else set()
            names |= {"delivery"} if request.need_by is not None else set()
            names |= {"price"} if request.max_price is not None else set()
        return names

    # ---- in order --------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Serve every request."""
        requests = self._ordered()
        self._enough = self._wanted(requests)
        walks = [self._opened(request) for request in requests]
        chains = chained(self, walks)
        self.chains = list(dict.fromkeys(chains.values()))
        for walk in walks:
            if walk.number in chains:
                chains[walk.number].serve(walk)
            else:
                self._walk(walk)

    def tell_sifted(self, walk: Walk) -> None:
        """Let a walk say which offers it passed over together."""
        past = self.known_past()
        for one in walk.sifted:
            one.tell(walk, past)
        walk.told, walk.sifted = [*walk.told, *walk.sifted], []

    def known_past(self) -> Past:
        """What had been taken of offers, up to now."""
        if self.past.noted < self.ledger.made:
            self.past.note(self._awards_since(self.past.noted))
            self.past.noted = self.ledger.made
        return self.past

    def _awards_since(self, number: int) -> Iterator[tuple[int, int, int]]:
        ledger = self.ledger
        return zip(range(number, ledger.made), ledger.rows[number:], ledger.quantities[number:], strict=True)

    def lefts(self) -> dict[int, int]:
        """What is left of each offer of which something was awarded, by row."""
        for chain in self.chains:
            self.left.update(chain.left())
        self.chains = []
        return self.left

    def _ordered(self) -> list[Request]:
        requests = sorted(self.book.requests, key=lambda one: one.request)
        for request in requests:
            self.waterfalls.of(request)
        return in_order(requests, [(self._served_by(key), key.descending) for key in self.day.policy.serve])

    def _served_by(self, key: typed.Key) -> Callable[[Request], Any]:
        """A key of the order of serving; most are columns of the request."""
        match key.value:
            case typed.Column(owner="request", name=name):
                return attrgetter(name)
        world = self.world
        return lambda request: key_value(key, world.view(None, request))

    def _wanted(self, requests: list[Request]) -> dict[str, dict[str, int]]:
        """How much of each mineral each waterfall is asked for: how deep its markets may have to be read."""
        found: dict[str, dict[str, int]] = {}
        for request in requests:
            of = found.setdefault(self.waterfalls.of(request)[0].name, {})
            of[request.mineral] = of.get(request.mineral, 0) + self._whole(request)
        return found

    def _whole(self, request: Request) -> int:
        """What a request asks for, in the evaluation's own unit."""
        if request.request not in self._wholes:
            self._wholes[request.request] = whole(request.quantity, self.mass)
        return self._wholes[request.request]

    def _opened(self, request: Request) -> Walk:
        waterfall, clauses = self.waterfalls.of(request)
        steps: tuple[typed.Step, ...] = clauses["steps"]
        before, before_in = 0, {step.number: 0 for step in steps}
        if self.waterfalls.has_prior(request):
            before = whole(self.waterfalls.before(request), self.mass)
            for step in steps:
                before_in[step.number] = whole(self.waterfalls.before_in(request, waterfall, step), self.mass)
        wanted = self._whole(request)
        walk = Walk(
            request, waterfall, clauses, max(wanted - before, 0), before, before_in.copy(), len(self.walks), wanted,
            before=before, before_in=before_in,
        )  # fmt: skip
        self.walks.append(walk)
        return walk

    def _walk(self, walk: Walk) -> None:
        """Serve one request, offer by offer."""
        caps = self.counted_by.of(walk.request)
        steps: tuple[typed.Step, ...] = walk.clauses["steps"]
        for step in steps:
            walk.begins.append(self.ledger.made)
            if walk.need > 0:
                Step(self, walk, step, caps).take()

    def queue(self, walk: Walk, step: typed.Step) -> Candidates:
        """The candidates that this request shares with all that are like it."""
        return self.queues(walk)[step.number]

    def queues(self, walk: Walk) -> Mapping[int, Candidates]:
        """Its candidates at each step, by the step's number: the same mapping for all requests that are like it."""
        request = walk.request if self.depends.alone[walk.waterfall.name] else None
        buyer = walk.request.buyer if self.depends.apart else None
        key = (walk.waterfall.name, walk.clauses.exceptions, buyer, request and request.request)
        if key not in self._candidates:
            minerals = self._minerals(walk) if request is None else frozenset((request.mineral,))
            enough = self._enough[walk.waterfall.name]
            self._candidates[key] = {
                step.number: Candidates(
                    self.lanes, Queue(walk.waterfall, walk.clauses, step, buyer, request, minerals), enough
                )
                for step in walk.clauses["steps"]
            }
        return self._candidates[key]

    def _minerals(self, walk: Walk) -> frozenset[str]:
        key = (walk.waterfall.name, walk.clauses.exceptions, walk.request.buyer if self.depends.apart else None)
        if key not in self._alike:
            self._alike[key] = frozenset(
                one.mineral
                for one in self.book.requests
                if self._clauses_of(one) == key[:2] and (key[2] is None or one.buyer == key[2])
            )
        return self._alike[key]

    @cached_property
    def _alike(self) -> dict[Any, frozenset[str]]:
        return {}

    def _clauses_of(self, request: Request) -> tuple[str, tuple[str, ...]]:
        rule, clauses = self.waterfalls.of(request)
        return rule.name, clauses.exceptions

    def asks_each(self, ratio: typed.Expr) -> bool:
        """Whether a ratio depends on the offer."""
        each = self.depends.each
        if id(ratio) not in each:
            each[id(ratio)] = bool(columns_read(ratio, self.day) - {"mineral"})
        return each[id(ratio)]

    def award_all(self, walk: Walk, step: int, rows: list[int], quantities: list[int]) -> None:
        """Note awards, in the order made."""
        self.ledger.add(walk.number, step, rows, quantities)
        total = sum(quantities)
        walk.need -= total
        walk.awarded += total
        walk.in_step[step] += total


def serve(program: Program, book: ColumnBook, as_of: date, again: Again | None = None) -> Serving:
    """Serve all requests of a book. Raises `EvaluationError` where no waterfall is in force."""
    finer: tuple[Fraction, ...] = ()
    while True:
        try:
            serving = Serving(program, book, as_of, finer, again)
            serving.run()
            return serving
        except Finer as more:
            finer = (*finer, more.unit)
