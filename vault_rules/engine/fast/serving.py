"""Step 6: requests served in order, in whole numbers. What is awarded is looked at one by one, nothing else is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

import attrs

from vault_rules.domain.columns import ColumnBook, Numbers
from vault_rules.domain.exact import has_end, invoice
from vault_rules.domain.rows import Request
from vault_rules.engine.fast.at_once import EACH, NOT_KNOWN, AtOnce
from vault_rules.engine.fast.lanes import BLOCK, Candidates, Lane, Lanes, Queue
from vault_rules.engine.readings import columns_read, parts, reads_request
from vault_rules.engine.fast.table import Table
from vault_rules.engine.fast.tallies import UNKNOWN, Bound, Counting, Finer, Tallies, whole
from vault_rules.engine.fast.vectors import common
from vault_rules.engine.fast.verdicts import Verdicts, expressions, read_in_steps
from vault_rules.engine.limits import MILLIGRAMS
from vault_rules.engine.ordering import in_order, key_value
from vault_rules.engine.program import Clauses, Day, Program
from vault_rules.engine.waterfalls import Waterfalls
from vault_rules.engine.world import World
from vault_rules.semantics import typed
from vault_rules.semantics.meaning import value_of


@attrs.frozen(eq=False)
class Blocked:
    """An offer that was asked and could give nothing: what it had, and how many awards had been made."""

    step: int
    row: int
    has: int
    after: int


@attrs.define(eq=False)
class Walk:
    """One request's walk down its waterfall, in whole units of mass."""

    request: Request
    waterfall: typed.Rule
    clauses: Clauses
    need: int
    awarded: int
    in_step: dict[int, int]
    number: int
    begins: list[int] = attrs.field(factory=list)
    """How many awards had been made when each step opened."""
    cut: set[str] = attrs.field(factory=set)
    """Why awards of it were cut short."""
    before: int = 0
    """What it had been awarded before."""
    before_in: dict[int, int] = attrs.field(factory=dict)
    runs: list[tuple[int, list[int], list[int], list[int]]] = attrs.field(factory=list)
    """Offers that could give nothing: the step, and for each its row, what it had, and how many awards were made."""

    @property
    def blocked(self) -> Iterator[Blocked]:
        for step, rows, has, after in self.runs:
            for one in zip(rows, has, after, strict=True):
                yield Blocked(step, *one)


@attrs.define(eq=False)
class Ledger:
    """Every award in the order made: columns of whole numbers."""

    walks: list[int] = attrs.field(factory=list)
    rows: list[int] = attrs.field(factory=list)
    steps: list[int] = attrs.field(factory=list)
    quantities: list[int] = attrs.field(factory=list)


def prepared(day: Day, book: ColumnBook) -> Verdicts:
    """The rules of a day as tables over a book's codes: kept with the book, since neither changes."""
    known: WeakKeyDictionary[Day, Verdicts] = book.compiled
    if day not in known:
        known[day] = Verdicts(World(day, book), Table.of(book.offers), book.offers.markets)
    return known[day]


class Serving:
    """One evaluation up to its awards."""

    def __init__(self, program: Program, book: ColumnBook, as_of: date, finer: tuple[Fraction, ...] = ()) -> None:
        self.program, self.book = program, book
        self.day = program.on(as_of)
        self.world = World(self.day, book)
        self.verdicts = prepared(self.day, book)
        self.table = self.verdicts.table
        self.waterfalls = Waterfalls(self.world)
        self.least_award = self._least_award()
        self.mass = self._mass(finer)
        self.tallies = self._tallied()
        alive = self.verdicts.may_serve(self.world.requested, read_in_steps(self.world) | self._asked | self.tallies.columns)
        self.lanes = Lanes(self.world, self.verdicts, alive, self.mass)
        self.tallies.see(self.lanes.sight(alive))
        self.lanes.carried = tuple(sorted(self._asked | self.tallies.carried))
        price = book.offers.columns["price"]
        assert isinstance(price, Numbers)
        self.price_unit = price.unit
        self.left: dict[int, int] = {}
        self.touched: dict[str, list[int]] = {}
        """The rows of each mineral of which something was awarded."""
        self.ledger = Ledger()
        self.walks: list[Walk] = []
        self._candidates: dict[Any, Candidates] = {}

    def _tallied(self) -> Tallies:
        return Tallies(self.world, self.mass)

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
        units += [request.quantity for request in self.book.requests]
        units += [one.quantity for one in (*self.book.awards, *self.book.holdings) if one.quantity]
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
        for request in requests:
            self._serve(request)

    def _ordered(self) -> list[Request]:
        requests = sorted(self.book.requests, key=lambda one: one.request)
        for request in requests:
            self.waterfalls.of(request)
        world = self.world
        keys = [
            ((lambda request, key=key: key_value(key, world.view(None, request))), key.descending)
            for key in self.day.policy.serve
        ]
        return in_order(requests, keys)

    def _wanted(self, requests: list[Request]) -> dict[str, dict[str, int]]:
        """How much of each mineral each waterfall is asked for: how deep its markets may have to be read."""
        found: dict[str, dict[str, int]] = {}
        for request in requests:
            of = found.setdefault(self.waterfalls.of(request)[0].name, {})
            of[request.mineral] = of.get(request.mineral, 0) + whole(request.quantity, self.mass)
        return found

    def _serve(self, request: Request) -> None:
        waterfall, clauses = self.waterfalls.of(request)
        before = whole(self.waterfalls.before(request), self.mass)
        need = max(whole(request.quantity, self.mass) - before, 0)
        walk = Walk(request, waterfall, clauses, need, before, {}, len(self.walks), before=before)
        self.walks.append(walk)
        steps: tuple[typed.Step, ...] = clauses["steps"]
        for step in steps:
            walk.in_step[step.number] = whole(self.waterfalls.before_in(request, waterfall, step), self.mass)
        walk.before_in = dict(walk.in_step)
        caps = self.tallies.of(request)
        for step in steps:
            walk.begins.append(len(self.ledger.rows))
            if walk.need > 0:
                Step(self, walk, step, caps).take()

    def queue(self, walk: Walk, step: typed.Step) -> Candidates:
        """The candidates that this request shares with all that are like it."""
        alone, apart = self._dependence(walk.waterfall)
        request = walk.request if alone else None
        buyer = walk.request.buyer if apart else None
        minerals = self._minerals(walk) if not alone else frozenset((walk.request.mineral,))
        key = (walk.waterfall.name, walk.clauses.exceptions, step.number, buyer, request and request.request, minerals)
        if key not in self._candidates:
            queue = Queue(walk.waterfall, walk.clauses, step, buyer, request, minerals)
            enough = self._enough[walk.waterfall.name]
            self._candidates[key] = Candidates(self.lanes, queue, enough)
        return self._candidates[key]

    def _minerals(self, walk: Walk) -> frozenset[str]:
        key = (walk.waterfall.name, walk.clauses.exceptions, walk.request.buyer if self._apart else None)
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

    def _dependence(self, waterfall: typed.Rule) -> tuple[bool, bool]:
        """Whether the candidates of a waterfall depend on the request itself, or on who buys."""
        return self._alone[waterfall.name], self._apart

    @cached_property
    def _apart(self) -> bool:
        day = self.day
        scopes = [one.scope for one in (*day.rules, *day.exceptions)]
        clauses = [dict(one.clauses) for one in (*day.rules, *day.waterfalls)]
        whens = [one.when for one in day.exceptions if one.when is not None]
        exprs = expressions([*clauses, *whens, *(dict(one.changes) for one in day.exceptions)])
        reads = any(
            isinstance(part, typed.Column) and part.owner == "request" and part.name == "buyer"
            for expr in exprs
            for part in parts(expr, day)
        )
        return reads or any(scope.buyers is not None for scope in scopes)

    @cached_property
    def _alone(self) -> dict[str, bool]:
        day = self.day
        rules = list(expressions([dict(rule.clauses) for rule in day.rules if not rule.advisory]))
        changes = list(expressions([dict(one.changes) for one in day.exceptions]))
        whens = [one.when for one in day.exceptions if one.when is not None]
        shared = reads_request([*rules, *changes, *whens], day)
        return {
            rule.name: shared or reads_request(expressions(dict(rule.clauses)), day) for rule in day.waterfalls
        }

    def asks_each(self, ratio: typed.Expr) -> bool:
        """Whether a ratio depends on the offer."""
        if id(ratio) not in self._each:
            self._each[id(ratio)] = bool(columns_read(ratio, self.day) - {"mineral"})
        return self._each[id(ratio)]

    @cached_property
    def _each(self) -> dict[int, bool]:
        return {}

    # ---- one by one ------------------------------------------------------------------------------------------------

    def award(self, walk: Walk, step: int, row: int, quantity: int) -> None:
        """Note an award."""
        ledger = self.ledger
        ledger.walks.append(walk.number)
        ledger.rows.append(row)
        ledger.steps.append(step)
        ledger.quantities.append(quantity)
        self.touched.setdefault(walk.request.mineral, []).append(row)
        walk.need -= quantity
        walk.awarded += quantity
        walk.in_step[step] += quantity


class Step:
    """One step of one walk."""

    def __init__(
        self, serving: Serving, walk: Walk, step: typed.Step, caps: list[Counting]
    ) -> None:
        self.serving, self.walk, self.step, self.caps = serving, walk, step, caps
        self.share: typed.Share | None = walk.clauses[step.number, "share"]
        self.mass, self.tallies = serving.mass, serving.tallies
        self.least = serving.least_award / self.mass
        self.ratio = self._ratio()
        self.quantity_wanted = walk.request.quantity / self.mass

    def _ratio(self) -> Any:
        """The share's ratio where it is the same for all offers; None where each is asked."""
        if self.share is None:
            return None
        if self.serving.asks_each(self.share.ratio):
            return EACH
        return value_of(self.share.ratio, self.serving.world.view(None, self.walk.request))

    def lanes(self) -> Iterator[Lane]:
        """The lanes of the step's candidates: what a request states narrows them."""
        serving, request = self.serving, self.walk.request
        candidates = serving.queue(self.walk, self.step)
        table = serving.lanes.table_of(candidates.queue.minerals)
        asked = serving.lanes.asked(request, table)
        key = (request.form, request.purity, request.need_by, request.max_price)
        for find in (candidates.first, candidates.rest):
            lane = find(request.mineral)
            if lane is not None:
                yield lane if asked is None else lane.narrowed(key, asked)

    def take(self) -> None:
        """From each candidate in order what it may give, until the request is full."""
        for lane in self.lanes():
            self._through(lane)
            if self.walk.need <= 0:
                return

    def _through(self, lane: Lane) -> None:
        """One by one at first; where that does not fill the request, many at once up to the next that is cut short."""
        place, size = self._singly(lane, lane.first, _FEW), BLOCK
        while place < lane.stop and self.walk.need > 0:
            if self.at_once.possible:
                place = self.at_once.through(lane, place, size)
                size = min(size * 4, _MANY)
            place = self._singly(lane, place, 1 if self.at_once.possible else lane.stop)

    @cached_property
    def at_once(self) -> AtOnce:
        return AtOnce(self)

    def _singly(self, lane: Lane, place: int, most: int) -> int:
        """Ask a number of offers, one by one; the place behind the last."""
        left, walk, segment = self.serving.left, self.walk, lane.segment
        last = min(lane.stop, place + most)
        while place < last and walk.need > 0:
            columns, base = segment.lists(place)
            rows, quantities = columns["row"], columns["#quantity"]
            end = min(last - base, len(rows))
            at = place - base
            while at < end and walk.need > 0:
                row = rows[at]
                has = left.get(row, quantities[at])
                if has > 0:
                    has -= self._ask(columns, at, row, has)
                if has == 0 and lane.first == base + at:
                    lane.first += 1
                at += 1
            place = base + at
        return place

    def _ask(self, columns: Mapping[str, list[Any]], at: int, row: int, has: int) -> int:
        """What one offer gives."""
        walk = self.walk
        wanted = min(walk.need, has)
        bounds = self._bounds(columns, at)
        if bounds is None:
            return self._blocked(row, has)
        least, codes = wanted, []
        price = None
        allowances = []
        if self.share is not None:
            rest = self.share_left(row)
            if rest is NOT_KNOWN:
                return self._blocked(row, has)
            if rest is not None:
                allowances.append((rest, f"share:{self.step.code}"))
        for tally, bound in bounds:
            if isinstance(bound, Bound):
                if tally.money:
                    price = columns["#price"][at] * self.serving.price_unit
                allowances.append((self.tallies.allowed(bound, price or Fraction(0)), tally.code))
        for quantity, _ in allowances:
            if quantity < least:
                least = quantity
        if least < wanted:
            codes = [code for quantity, code in allowances if quantity == least]
        quantity = least
        lot = columns["#lot"][at]
        if lot is not None:
            quantity = least // lot * lot
            if quantity < least:
                codes.append("lot")
        minimum = columns["#min_quantity"][at] or 0
        if quantity <= 0 or quantity < max(minimum, self.least):
            return self._blocked(row, has)
        walk.cut.update(codes)
        self.serving.left[row] = has - quantity
        self._count(bounds, columns, at, quantity)
        self.serving.award(walk, self.step.number, row, quantity)
        return quantity

    def _count(self, bounds: Any, columns: Mapping[str, list[Any]], at: int, quantity: int) -> None:
        cost: Fraction | None = None
        made = len(self.serving.ledger.rows) + 1
        for cap, bound in bounds:
            room = bound.room if isinstance(bound, Bound) else bound
            if cap.money:
                if cost is None:
                    cost = Fraction(invoice(quantity * self.mass * columns["#price"][at] * self.serving.price_unit))
                room.add(cost, made)
            else:
                room.add(quantity, made)

    def _blocked(self, row: int, has: int) -> int:
        runs, number = self.walk.runs, self.step.number
        if not runs or runs[-1][0] != number:
            runs.append((number, [], [], []))
        _, rows, had, after = runs[-1]
        rows.append(row)
        had.append(has)
        after.append(len(self.serving.ledger.rows))
        return 0

    def share_left(self, row: int) -> Any:
        """What the step's share still allows; None where it allows everything."""
        walk, share = self.walk, self.share
        assert share is not None
        ratio = self.ratio
        if ratio is EACH:
            offer = self.serving.book.offers.offer(row)
            ratio = value_of(share.ratio, self.serving.world.view(offer, walk.request))
        if ratio is None:
            return NOT_KNOWN
        taken = walk.in_step[self.step.number]
        if not share.of_awarded:
            rest = ratio * self.quantity_wanted - taken
        elif ratio >= 1:
            return None
        else:
            rest = (ratio * walk.awarded - taken) / (1 - ratio)
        milligram = self.tallies.milligram
        return max(rest.numerator // (rest.denominator * milligram) * milligram, 0)

    def _bounds(self, columns: Mapping[str, list[Any]], at: int) -> list[tuple[Counting, Any]] | None:
        """What each cap says to an offer; None where one cannot say."""
        found = []
        for cap in self.caps:
            bound = cap.at(columns, at)
            if bound is UNKNOWN:
                return None
            if bound is not None:
                found.append((cap, bound))
        return found


_FEW = 48
"""So many offers of a step are asked one by one before many are looked at together."""
_MANY = 2**18


def serve(program: Program, book: ColumnBook, as_of: date) -> Serving:
    """Serve all requests of a book. Raises `EvaluationError` where no waterfall is in force."""
    finer: tuple[Fraction, ...] = ()
    while True:
        try:
            serving = Serving(program, book, as_of, finer)
            serving.run()
            return serving
        except Finer as more:
            finer = (*finer, more.unit)
