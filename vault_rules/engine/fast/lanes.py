"""Step 6, who may be taken: the candidates of each step of a waterfall, in order, each mineral's as far as needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import cached_property
from typing import Any

import attrs
import polars as pl

from vault_rules.domain.rows import Request
from vault_rules.engine.fast.cheapest import cheapest
from vault_rules.engine.fast.limits import picked
from vault_rules.engine.fast.ordering import in_order, packed, ranked, tied
from vault_rules.engine.fast.references import References
from vault_rules.engine.fast.sight import Sight
from vault_rules.engine.fast.table import Table
from vault_rules.engine.fast.vectors import (
    Exact,
    Keyed,
    Scalar,
    Truth,
    Value,
    as_exact,
    at_unit,
    chosen,
    compared,
    is_null,
    is_true,
    one_of,
    plus,
    times,
    truth,
)  # fmt: skip
from vault_rules.engine.fast.verdicts import Verdicts, all_of
from vault_rules.engine.program import Clauses
from vault_rules.engine.world import World
from vault_rules.semantics import typed

SMALL = 100_000
BLOCK = 2048
_KEPT = 256
"""So many blocks of lists are kept: requests of several minerals take turns."""


@attrs.frozen(eq=False)
class Queue:
    """What the requests of one kind have in common at one step: the waterfall's clauses, who asks."""

    waterfall: typed.Rule
    clauses: Clauses
    step: typed.Step
    buyer: str | None
    request: Request | None
    """None where no part of the step reads the request, so that many share the queue."""
    minerals: frozenset[str]


class Lists(dict[str, list[Any]]):
    """Columns of a frame as lists, each made when it is first looked at."""

    def __init__(self, frame: pl.DataFrame) -> None:
        super().__init__()
        self._frame = frame

    def __missing__(self, name: str) -> list[Any]:
        found = self[name] = self._frame[name].to_list()
        return found


class Segment:
    """Candidates in order. Their columns are lists where there are few of them, else blocks of lists."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame
        self._blocks: dict[int, Lists] = {}
        self._size = frame.height if frame.height <= SMALL else BLOCK
        self.whole = all(frame[name].null_count() == frame.height for name in ("#lot", "#min_quantity"))
        """Whether every offer may be taken in any quantity."""

    def lists(self, place: int) -> tuple[Lists, int, int]:
        """The columns around a place, at which place they begin, and how long they are."""
        at = place - place % self._size
        found = self._blocks.get(at)
        if found is None:
            if len(self._blocks) >= _KEPT:
                del self._blocks[next(iter(self._blocks))]
            found = self._blocks[at] = Lists(self.frame.slice(at, self._size))
        return found, at, min(self._size, self.frame.height - at)


@attrs.define(eq=False)
class Lane:
    """One mineral's candidates at a step: a part of a segment. All before `first` are sold out."""

    segment: Segment
    start: int
    stop: int
    first: int = attrs.field(default=attrs.Factory(lambda self: self.start, takes_self=True))
    _narrowed: dict[Any, Lane] = attrs.field(factory=dict)

    def narrowed(self, key: Any, mask: pl.Expr) -> Lane:
        """Only those that meet what a request asks for."""
        if key not in self._narrowed:
            frame = self.segment.frame.slice(self.start, self.stop - self.start).filter(mask)
            self._narrowed[key] = Lane(Segment(frame), 0, frame.height)
        return self._narrowed[key]


class Candidates:
    """The lanes of one queue, made when first asked for."""

    def __init__(self, lanes: Lanes, queue: Queue, enough: Mapping[str, int]) -> None:
        self.lanes, self.queue, self.enough = lanes, queue, enough
        self._rest: dict[str, Lane] = {}

    @cached_property
    def ordered(self) -> tuple[pl.DataFrame, frozenset[int]]:
        """The first candidates of all minerals: `#group`, `row`, `#quantity`, `#place` among those that may serve, and
        the order; and the minerals (by code) that have more.
        """
        frame, order = self._frame(self.queue.minerals)
        if len(order) > 1:
            ordered = frame.sort("#group", *order, maintain_order=True)
            return self._by_id(ordered, order, tied(ordered, ["#group", *order])), frozenset()
        codes = self.lanes.codes
        enough = {codes[mineral]: quantity for mineral, quantity in self.enough.items() if mineral in codes}
        ordered, ties, more = cheapest(frame, enough)
        return self._by_id(ordered, order, ties), more

    @cached_property
    def _made(self) -> dict[str, Lane]:
        """The first lane of each mineral."""
        ordered, _ = self.ordered
        segment, found, start = Segment(self.seen(ordered)), {}, 0
        for length, code in ordered["#group"].rle().struct.unnest().iter_rows():
            found[str(self.lanes.names[code])] = Lane(segment, start, start + length)
            start += length
        return found

    def seen(self, ordered: pl.DataFrame) -> pl.DataFrame:
        """Candidates with what walks look at."""
        sight = self.lanes.sight_of(self.queue)
        payload = self.lanes.payload(sight)
        more = sight.table.frame[ordered["#place"]] if ordered.height else sight.table.frame.head(0)
        return ordered.drop("#quantity").hstack(more.select(payload))

    def in_any_quantity(self, ordered: pl.DataFrame) -> bool:
        """Whether every one of some candidates may be taken in any quantity."""
        table = self.lanes.sight_of(self.queue).table
        names = [name for name in ("lot", "min_quantity") if not isinstance(table.column(name), Scalar)]
        if not names or not ordered.height:
            return True
        lots = table.frame.select(names)[ordered["#place"]]
        return all(lots[name].null_count() == lots.height for name in names)

    def _by_id(self, ordered: pl.DataFrame, order: list[str], ties: bool) -> pl.DataFrame:
        """Ties by offer id: they stand by row."""
        if not ties or self.lanes.alive.offers.ids_rise:
            return ordered
        keys = ["#group", *order]
        same = pl.all_horizontal((pl.col(one) == pl.col(one).shift()).fill_null(False) for one in keys)
        places = ordered.select((same | same.shift(-1, fill_value=False)).arg_true()).to_series()
        some = ordered.select(*keys, "row")[places]
        ids = self.lanes.alive.offers.ids.gather(some["row"]).alias("#id")
        at = some.with_columns(ids, places.alias("#at")).sort(*keys, "#id")["#at"]
        every = pl.int_range(ordered.height, dtype=pl.UInt32, eager=True)
        return ordered[every.scatter(places, at)]

    def first(self, mineral: str) -> Lane | None:
        return self._made.get(mineral)

    def rest(self, mineral: str) -> Lane | None:
        """The candidates behind the first lane, where it does not hold all."""
        if self.lanes.codes.get(mineral) not in self.ordered[1]:
            return None
        if mineral not in self._rest:
            frame = self.seen(self.behind(mineral))
            self._rest[mineral] = Lane(Segment(frame), 0, frame.height)
        return self._rest[mineral]

    def behind(self, mineral: str) -> pl.DataFrame:
        """The candidates behind the first ones, as `ordered`."""
        first = self.ordered[0].filter(pl.col("#group") == self.lanes.codes[mineral])
        frame, order = self._frame(frozenset((mineral,)))
        ordered, ties = in_order(frame.filter(pl.col("#key") > first["#key"][-1]))
        return self._by_id(ordered, order, ties)

    # ---- which, and in what order ----------------------------------------------------------------------------------

    def _frame(self, minerals: frozenset[str]) -> tuple[pl.DataFrame, list[str]]:
        lanes, queue = self.lanes, self.queue
        sight = lanes.sight_of(queue)
        mask = lanes.held(queue)
        if 1 < len(minerals) < len(lanes.places):
            mask = mask & is_true(sight.each_mineral(lambda mineral: mineral in minerals))
        mineral = sight.table.column("mineral")
        assert isinstance(mineral, Keyed)
        group = mineral.index.cast(pl.UInt32).alias("#group")
        keys = self._order(sight)
        names = ["#key"] if len(keys) == 1 else [f"#key{at}" for at in range(len(keys))]
        order = [one.expr.alias(name) for name, one in zip(names, keys, strict=True)]
        one = next(iter(minerals)) if len(minerals) == 1 else None
        quantity, rows, start = lanes.quantity(sight), lanes.rows(sight, one), lanes.start(sight, one)
        place = pl.int_range(start, start + rows.height, dtype=pl.UInt32).alias("#place")
        found = rows.lazy().with_columns(place).filter(mask)
        return found.select(group, "row", "#place", *order, quantity).collect(), names

    def _order(self, sight: Sight) -> list[Exact]:
        """Route group, the step's keys, compared price, delivery."""
        number, clauses, day = self.queue.step.number, self.queue.clauses, sight.world.day
        keys: list[Exact | None] = [ranked(self.lanes.route_group(sight), False)]
        for key in clauses[number, "keys"] or ():
            tiers = day.tier_rank if key.value.type.kind == "tier" else None
            keys.append(ranked(sight.value(key.value), key.descending, tiers))
        keys.append(ranked(sight.compared(), False))
        keys.append(ranked(sight.table.column("delivery"), False))
        found = packed([one for one in keys if one is not None])
        return found or [Exact(pl.lit(0, dtype=pl.Int64), Fraction(1), 0, 0)]


class Lanes:
    """Everything that finds candidates: one for each evaluation."""

    def __init__(self, world: World, verdicts: Verdicts, alive: Table, mass: Fraction) -> None:
        self.world, self.verdicts, self.alive, self.mass = world, verdicts, alive, mass
        self.carried: tuple[str, ...] = ()
        """The columns that walks look at."""
        self.references = References(world, alive, self.sight)
        mineral = alive.column("mineral")
        assert isinstance(mineral, Keyed)
        self.names: list[str] = mineral.values
        self.codes = {name: code for code, name in enumerate(mineral.values) if name is not None}
        self._sights: dict[Any, Sight] = {}
        self._parts: dict[str, Table] = {}
        self._held: dict[int, tuple[Queue, pl.Expr]] = {}
        self._premiums: dict[int, tuple[Queue, Value | None]] = {}
        self._asked: dict[Any, pl.Expr | None] = {}

    @cached_property
    def places(self) -> dict[str, tuple[int, int]]:
        """Where each mineral's offers stand among those that may serve."""
        found, start = {}, 0
        for length, code in self.alive.frame["mineral"].rle().struct.unnest().iter_rows():
            found[self.names[code]] = (start, length)
            start += length
        return found

    def start(self, sight: Sight, mineral: str | None) -> int:
        """Where the offers of `rows` begin among those of a sight."""
        if sight.table is not self.alive or mineral is None:
            return 0
        return self.places.get(mineral, (0, 0))[0]

    def rows(self, sight: Sight, mineral: str | None) -> pl.DataFrame:
        """The offers of one mineral (None: of all) with all columns that a sight made."""
        if sight.table is not self.alive or mineral is None:
            return sight.table.frame
        return self.alive.frame.slice(*self.places.get(mineral, (0, 0)))

    def sight_of(self, queue: Queue) -> Sight:
        """How the requests of a queue see offers: all of them together, or those of one mineral for one request."""
        request = queue.request
        if request is None:
            return self.sight(self.alive, None, queue.buyer)
        if request.mineral not in self._parts:
            self._parts[request.mineral] = self.alive.part(*self.places.get(request.mineral, (0, 0)))
        return self.sight(self._parts[request.mineral], request)

    def sight(self, table: Table, request: Request | None = None, buyer: str | None = None) -> Sight:
        key = (id(table), None if request is None else request.request, buyer)
        if key not in self._sights:
            self._sights[key] = Sight(self.world, table, request, buyer, self.references)
        return self._sights[key]

    # ---- conditions ------------------------------------------------------------------------------------------------

    def held(self, queue: Queue) -> pl.Expr:
        """Where an offer is a candidate, whatever the request states of form, purity, date and price."""
        if id(queue) not in self._held:
            sight = self.sight_of(queue)
            tier = sight.table.column("tier")
            assert isinstance(tier, Keyed)
            held = one_of(tier, [place for place, name in enumerate(tier.values) if name in queue.step.tiers])
            for part in self.conditions(sight, queue):
                held = held & is_true(part)
            self._held[id(queue)] = (queue, held)
        return self._held[id(queue)][1]

    def conditions(self, sight: Sight, queue: Queue) -> Iterable[Value]:
        """Each condition of a step, true where it holds."""
        each = self._each(sight, queue.minerals)
        if each:
            yield Truth(all_of(each))
        when = queue.clauses[queue.step.number, "when"]
        if when is not None:
            yield sight.value(when)
        premium = self.premium(sight, queue)
        if premium is not None:
            yield premium

    def each(self, sight: Sight, minerals: frozenset[str]) -> list[tuple[typed.Rule, frozenset[str]]]:
        """The rules that are judged for each request, and for which of some minerals."""
        found: dict[str, tuple[typed.Rule, set[str]]] = {}
        for mineral in minerals:
            for rule in self.verdicts.eligibility.rules_for(mineral)[1]:
                if rule.scope.holds(mineral, sight.buyer):
                    found.setdefault(rule.name, (rule, set()))[1].add(mineral)
        return [(rule, frozenset(among)) for rule, among in found.values()]

    def _each(self, sight: Sight, minerals: frozenset[str]) -> list[Value]:
        return [
            self._within(sight, among, minerals, self.verdicts.passes(rule, sight))
            for rule, among in self.each(sight, minerals)
        ]

    def _within(self, sight: Sight, among: frozenset[str], minerals: frozenset[str], passes: Value) -> Value:
        if among >= minerals:
            return passes
        outside = sight.each_mineral(lambda mineral: mineral not in among)
        return Truth(is_true(outside) | is_true(passes))

    def premium(self, sight: Sight, queue: Queue) -> Value | None:
        """Compared price ≤ reference × (1 + ratio), for the first reference that is defined."""
        if id(queue) not in self._premiums:
            self._premiums[id(queue)] = (queue, premium_of(sight, queue.clauses, queue.step.number))
        return self._premiums[id(queue)][1]

    def route_group(self, sight: Sight) -> Value:
        """The place of the seller in the route of the offer's mineral."""
        found: Value = Scalar(0)
        for rule in reversed(self.world.day.rules):
            if rule.kind != "route" or rule.scope.buyers is not None:
                continue
            found = self._route(sight, rule, found)
        return found

    def _route(self, sight: Sight, rule: typed.Rule, rest: Value) -> Value:
        selector, cases = sight.cases(rule)
        minerals = rule.scope.minerals
        if all(one is None or len(one["sellers"]) == 1 for one in cases.values()) and isinstance(rest, Scalar):
            return rest  # one group: every seller is in the first

        def group(case: Any, mineral: str | None, trader: str | None, other: int) -> int:
            clauses = cases[case]
            if clauses is None or (minerals is not None and mineral not in minerals):
                return other
            return next((rank for rank, sellers in enumerate(clauses["sellers"]) if trader in sellers), 0)

        return sight.table_of(group, [selector, sight.minerals(), sight.table.column("trader"), rest])

    # ---- what the walk reads ---------------------------------------------------------------------------------------

    def quantity(self, sight: Sight) -> pl.Expr:
        """The quantity in the evaluation's own unit of mass."""
        return at_unit(as_exact(sight.table.column("quantity")), self.mass).expr.alias("#quantity")

    def payload(self, sight: Sight) -> list[pl.Expr]:
        """Quantities in the evaluation's own unit of mass, the offered price, the columns that caps count by."""
        found = [self.quantity(sight)]
        for name in ("lot", "min_quantity"):
            value = sight.table.column(name)
            if isinstance(value, Scalar):
                found.append(pl.lit(None, dtype=pl.Int64).alias(f"#{name}"))
            else:
                found.append(at_unit(as_exact(value), self.mass).expr.alias(f"#{name}"))
        found.append(as_exact(sight.table.column("price")).expr.alias("#price"))
        found += [pl.col(name) for name in self.carried if name in sight.table.frame.columns]
        return found

    def asked(self, request: Request) -> pl.Expr | None:
        """What a request states of form, purity, date and price; None where it states nothing."""
        key = asks(request)
        if key not in self._asked:
            parts = list(self.terms(request, self.sight(self.alive)))
            self._asked[key] = all_of(parts) if parts else None
        return self._asked[key]

    @staticmethod
    def terms(request: Request, sight: Sight) -> Iterable[Value]:
        """Each thing that it states, true where the offer meets it: form, purity, delivery, price."""
        column = sight.table.column
        form, purity, need_by, max_price = request.form, request.purity, request.need_by, request.max_price
        if form is not None:
            yield sight.table_of(lambda one: one == form, [column("form")])
        if purity is not None:
            least = purity
            value = column("purity")
            if isinstance(value, Exact):
                yield Truth(compared(">=", value, Scalar(least)).expr.fill_null(False))
            else:
                yield sight.table_of(lambda one: one is not None and one >= least, [value])
        if need_by is not None:
            day = need_by
            yield sight.table_of(lambda one: one is not None and one <= day, [column("delivery")])
        if max_price is not None:
            yield compared("<=", column("price"), Scalar(max_price))


def premium_of(sight: Sight, clauses: Clauses, number: int) -> Value | None:
    """A step's premium: compared price ≤ reference × (1 + ratio), for the first reference that is defined."""
    ratio = clauses[number, "ratio"]
    if ratio is None:
        return None
    reference = reference_of(sight, clauses, number)
    allows = clauses[number, "if_none"] != "reject"
    price, rate = sight.compared(), sight.value(ratio)
    if isinstance(reference, (Scalar, Keyed)) and isinstance(rate, (Scalar, Keyed)):
        highest: Value = sight.table_of(lambda a, b: None if a is None or b is None else a * (1 + b), [reference, rate])
    else:
        highest = times(as_exact(reference), plus(Scalar(Fraction(1)), as_exact(rate), 1))
    return picked(is_null(reference), {True: Scalar(allows), False: compared("<=", price, highest)})


def reference_of(sight: Sight, clauses: Clauses, number: int) -> Value:
    """The first of a step's references that is defined."""
    found: Value = Scalar(None)
    for one in reversed(clauses[number, "references"] or ()):
        found = first_known(sight, sight.value(one), found)
    return found


def asks(request: Request) -> tuple[Any, ...]:
    """What a request states."""
    return (request.form, request.purity, request.need_by, request.max_price)


def first_known(sight: Sight, value: Value, other: Value) -> Value:
    """One value, or another where it is undefined."""
    if isinstance(value, Scalar):
        return other if value.value is None else value
    if isinstance(value, Keyed) and isinstance(other, (Scalar, Keyed)):
        return sight.table_of(lambda one, rest: rest if one is None else one, [value, other])
    return chosen(~truth(is_null(value)), value, other)
