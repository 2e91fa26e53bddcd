"""Step 6, who may be taken: which offers are candidates of a step, what orders them, and what walks look at."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import cached_property, partial, reduce
from operator import and_
from typing import Any

import attrs
import polars as pl

from vault_rules.domain.rows import Request
from vault_rules.engine.fast.limits import picked
from vault_rules.engine.fast.references import References
from vault_rules.engine.fast.sight import Sight
from vault_rules.engine.fast.table import EVERY, Table
from vault_rules.engine.fast.truths import is_null, is_true, one_of, truth
from vault_rules.engine.fast.vectors import (
    FEW,
    Exact,
    Keyed,
    Scalar,
    Truth,
    Value,
    as_exact,
    at_unit,
    chosen,
    compared,
    held_at,
    plus,
    threshold,
    times,
)
from vault_rules.engine.fast.verdicts import Verdicts, all_of
from vault_rules.engine.program import Clauses
from vault_rules.engine.world import World
from vault_rules.semantics import typed


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


class Lanes:
    """Everything that finds candidates: one for each evaluation."""

    def __init__(self, world: World, verdicts: Verdicts, alive: Table, mass: Fraction) -> None:
        self.world, self.verdicts, self.alive, self.mass = world, verdicts, alive, mass
        self.carried: tuple[str, ...] = ()
        """The columns that walks look at."""
        self.references = References(world, alive, Sight(world, alive))
        mineral = alive.column("mineral")
        assert isinstance(mineral, Keyed)
        self.names: list[str] = mineral.values
        self.codes = {name: code for code, name in enumerate(mineral.values) if name is not None}
        self._sights: dict[Any, Sight] = {}
        self._parts: dict[str, Table] = {}
        self._held: dict[int, tuple[Queue, pl.Expr]] = {}
        self._premiums: dict[int, tuple[Queue, Value | None]] = {}
        self._asked: dict[Any, pl.Expr | None] = {}
        self._each_of: dict[Any, list[tuple[typed.Rule, frozenset[str]]]] = {}
        self.ranks: dict[int, dict[str, Exact | None]] = {}
        """What every step ranks alike, for each sight by its id."""
        self.laid: dict[Any, tuple[pl.DataFrame, list[str]]] = {}
        """Few offers as candidates, and what orders them, by what decides it."""
        self.ordered: dict[Any, pl.DataFrame] = {}
        """The same in order."""

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
            held = [is_true(part) for part in self.conditions(sight, queue)]
            if not set(queue.step.tiers).issuperset(name for name in tier.values if name is not None):
                held.insert(0, one_of(tier, [at for at, name in enumerate(tier.values) if name in queue.step.tiers]))
            self._held[id(queue)] = (queue, reduce(and_, held) if held else EVERY)
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
        key = (sight.buyer, minerals)
        if key not in self._each_of:
            found: dict[str, tuple[typed.Rule, set[str]]] = {}
            for mineral in minerals:
                for rule in self.verdicts.eligibility.rules_for(mineral)[1]:
                    if rule.scope.holds(mineral, sight.buyer):
                        found.setdefault(rule.name, (rule, set()))[1].add(mineral)
            self._each_of[key] = [(rule, frozenset(among)) for rule, among in found.values()]
        return self._each_of[key]

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
            if not isinstance(found, Scalar) or not self._one_group(rule):
                found = self._route(sight, rule, found)
        return found

    def _one_group(self, rule: typed.Rule) -> bool:
        """Whether a route has a single group of sellers, whatever the offer: then all of them are in the first."""
        return len(rule.clauses["sellers"]) == 1 and not self.world.day.exceptions_below(rule.name)

    def _route(self, sight: Sight, rule: typed.Rule, rest: Value) -> Value:
        selector, cases = sight.cases(rule)
        minerals = rule.scope.minerals
        if all(one is None or len(one["sellers"]) == 1 for one in cases.values()) and isinstance(rest, Scalar):
            return rest

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
            forms = column("form")
            if isinstance(forms, Keyed) and len(forms.values) > FEW:  # else asked of each, for each form requested
                yield Truth(one_of(forms, [forms.values.index(form)] if form in forms.values else []))
            else:
                yield sight.table_of(lambda one: one == form, [forms])
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
    if isinstance(price, Exact) and isinstance(reference, (Scalar, Keyed)) and isinstance(rate, (Scalar, Keyed)):
        held = held_at("<=", price, sight.table_of(partial(_highest, price, allows), [reference, rate]))
        if not price.blank:
            return held
    else:
        held = compared("<=", price, times(as_exact(reference), plus(Scalar(Fraction(1)), as_exact(rate), 1)))
    return picked(is_null(reference), {True: Scalar(allows), False: held})


def _highest(price: Exact, allows: bool, reference: Fraction | None, ratio: Fraction | None) -> int | None:
    """The highest price that a premium over a reference allows, in units of the column of prices."""
    if reference is None:
        return price.high if allows else price.low - 1
    if ratio is None:
        return None
    up, down = ratio.as_integer_ratio()
    return threshold("<=", reference, price, (down + up, down))


def reference_of(sight: Sight, clauses: Clauses, number: int) -> Value:
    """The first of a step's references that is defined."""
    found: Value = Scalar(None)
    for one in reversed(clauses[number, "references"] or ()):
        found = first_known(sight, sight.value(one), found)
    return found


def asks(request: Request) -> tuple[Any, ...]:
    """What a request states."""
    return (request.form, request.purity, request.need_by, request.max_price)


ASKS_NOTHING = (None, None, None, None)


def first_known(sight: Sight, value: Value, other: Value) -> Value:
    """One value, or another where it is undefined."""
    if isinstance(value, Scalar):
        return other if value.value is None else value
    if isinstance(value, Keyed) and isinstance(other, (Scalar, Keyed)):
        return sight.table_of(lambda one, rest: rest if one is None else one, [value, other])
    return chosen(~truth(is_null(value)), value, other)
