"""Step 7 in whole numbers: what each cap has counted, and what it still allows.

The reference's `Caps` says what a cap counts and what its limit is; here that is remembered for each combination of
codes, so that an award costs a few look-ups.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cached_property
from itertools import chain
from typing import Any

from vault_rules.domain.columns import common_unit
from vault_rules.domain.exact import has_end
from vault_rules.domain.rows import Request
from vault_rules.engine.fast.affordable import Affordable
from vault_rules.engine.fast.rooms import Bound, Figures, History, Room
from vault_rules.engine.fast.sight import Sight
from vault_rules.engine.fast.vectors import Exact, Keyed, Scalar, Truth
from vault_rules.engine.limits import MILLIGRAMS, Caps, Group
from vault_rules.engine.program import Clauses
from vault_rules.engine.readings import columns_read, parts
from vault_rules.engine.world import View, World
from vault_rules.semantics import typed
from vault_rules.semantics.meaning import value_of

UNKNOWN = "unknown"
"""An offer of which a cap cannot say whether, or where, it counts."""


class Finer(Exception):
    """A limit is not whole in the evaluation's unit of mass: `unit` must divide it."""

    def __init__(self, unit: Fraction) -> None:
        super().__init__(unit)
        self.unit = unit


class Tally:
    """One cap as it counts: all its variants that count alike share it."""

    def __init__(self, caps: Caps, rule: typed.Rule, clauses: Clauses, unit: Fraction | None) -> None:
        """`unit` of mass or money; None: of which only the places are asked, not what is used."""
        self.caps, self.rule, self.clauses = caps, rule, clauses
        self.code = f"cap:{rule.name}"
        self.money = is_money(clauses)
        self.rooms: dict[Group, Room] = {}
        if unit is not None:
            for group, used in caps.used(rule, clauses).items():
                self.rooms[group] = Room(whole(used, unit))
        day = caps.world.day
        self.where: typed.Expr | None = clauses["where"]
        self.grouping = [*(clauses["per"] or ()), *([clauses["by"]] if clauses["by"] is not None else [])]
        exprs: list[typed.Expr] = [*self.grouping, *([] if self.where is None else [self.where])]
        self.columns = sorted(set().union(*(columns_read(one, day) for one in exprs)))
        self.asks = any(
            isinstance(part, typed.Column) and part.owner == "request" for one in exprs for part in parts(one, day)
        )

    def room(self, group: Group) -> Room:
        found = self.rooms.get(group)
        if found is None:
            found = self.rooms[group] = Room(0)
        return found

    def place(self, view: View) -> Group | str | None:
        """The group in which an offer counts for a request; None where it does not count."""
        if self.where is not None:
            counted = value_of(self.where, view)
            if counted is not True:
                return UNKNOWN if counted is None else None
        group = self.caps.group(self.clauses, view)
        return UNKNOWN if None in group else group

    def keyed(self, sight: Sight) -> Places | None:
        """The same from codes alone, where codes decide it."""
        if self.asks or any(one.owner not in ("offer", "field") for one in self.grouping):
            return None
        exprs = [*self.grouping, *([] if self.where is None else [self.where])]
        values = [sight.value(self._cell(one)) for one in self.grouping]
        values += [] if self.where is None else [sight.value(self.where)]
        coded: list[Scalar | Keyed] = []
        for one in values:
            if isinstance(one, Exact):
                return None
            coded.append(sight.coded(one) if isinstance(one, Truth) else one)
        assert len(coded) == len(exprs)
        names: dict[str, int] = {}
        for one in coded:
            if isinstance(one, Keyed):
                names |= zip(one.base, one.sizes, strict=True)
        return Places(names, [_lookup(one) for one in coded], self.where is not None)

    def _cell(self, column: typed.Column) -> typed.Expr:
        """What a row holds in a column; a declared field that is blank has its `else`."""
        field = self.caps.world.day.policy.fields.get(column.name) if column.owner == "field" else None
        if field is None or field.default is None:
            return column
        return typed.Default(column.type, column, field.default, span=column.span)


class Places:
    """Where offers count in a cap, from codes: `names` are the columns of these, and how many codes each has."""

    def __init__(self, names: dict[str, int], lookups: list[Any], has_where: bool) -> None:
        self.names, self.lookups = names, lookups
        self.where = self.lookups.pop() if has_where else None

    def at(self, columns: Mapping[str, list[Any]], at: int) -> Group | str | None:
        """Where the offer counts that has the codes at a place."""
        return self.of({name: [columns[name][at]] for name in self.names}, 1)[0]

    def of(self, columns: Mapping[str, list[Any]], many: int) -> list[Group | str | None]:
        """Where each of so many offers counts."""
        cells = [one(columns, many) for one in self.lookups]
        groups = list(zip(*cells, strict=True)) if cells else [()] * many
        found: list[Group | str | None] = [UNKNOWN if None in group else group for group in groups]
        if self.where is None:
            return found
        counted = self.where(columns, many)
        return [group if one else UNKNOWN if one is None else None for one, group in zip(counted, found, strict=True)]


def _lookup(value: Scalar | Keyed) -> Callable[[Mapping[str, list[Any]], int], list[Any]]:
    """What so many offers with these codes have."""
    if isinstance(value, Scalar):
        return lambda columns, many: [value.value] * many
    (name, *names), (_, *sizes), values = value.base, value.sizes, value.values

    def found(columns: Mapping[str, list[Any]], many: int) -> list[Any]:
        places = columns[name]
        for other, size in zip(names, sizes, strict=True):
            places = [place * size + code for place, code in zip(places, columns[other], strict=True)]
        return [values[place] for place in places]

    return found


def is_money(clauses: Clauses) -> bool:
    """Whether a cap counts money."""
    return clauses["measure"] in ("spend", "value share")


def whole(mass: Fraction, unit: Fraction) -> int:
    """A mass in whole units. Raises `Finer` where it is not whole."""
    (above, below), (unit_above, unit_below) = mass.as_integer_ratio(), unit.as_integer_ratio()
    found, rest = divmod(above * unit_below, below * unit_above)
    if rest:
        raise Finer(mass)
    return found


class Tallies:
    """All hard caps of an evaluation."""

    def __init__(self, world: World, mass: Fraction, price_unit: Fraction) -> None:
        self.world, self.mass, self.price_unit = world, mass, price_unit
        costs = [one.cost for one in world.before]
        self.cash = common_unit([Fraction(1, 100), *(cost for cost in costs if cost)])
        """The unit of money: a hundredth, or finer where costs from before are."""
        self._cent = whole(Fraction(1, 100), self.cash)
        price = mass * price_unit * 100
        self._cents = (price.numerator, price.denominator)
        each = mass * price_unit / self.cash
        self._money = (each.numerator, each.denominator)
        self.caps = Caps(world)
        self.milligram = whole(Fraction(1, MILLIGRAMS), mass)
        self.sight: Sight | None = None
        """How the offers that may serve are seen: set before anything is awarded."""
        self.history = History()
        self.seen: dict[int, tuple[Places | None, list[str]]] = {}
        """Where each tally, by its identity, counts if codes decide it; the columns besides the mineral that tell."""
        self.carried: set[str] = set()
        """The columns that tell what counts where."""
        self.by_cap: dict[str, list[Tally]] = {rule.name: [] for rule in self.caps.hard}
        self._figures: dict[Any, Figures | None] = {}
        self._open()

    def _open(self) -> None:
        """Every way in which a cap counts, before anything is counted."""
        for mineral, buyers in self.world.requested_by.items():
            for buyer in buyers:
                for rule in self.caps.hard:
                    if rule.scope.holds(mineral, buyer):
                        clauses = self.world.clauses(rule, mineral=mineral, buyer=buyer)
                        if clauses is not None:
                            self.tally(rule, clauses)

    def tally(self, rule: typed.Rule, clauses: Clauses) -> Tally:
        """The tally of a cap that counts as these clauses say."""
        for one in self.by_cap[rule.name]:
            if one.clauses.exceptions == clauses.exceptions or _alike(one.clauses, clauses):
                return one
        self.by_cap[rule.name].append(Tally(self.caps, rule, clauses, self.cash if is_money(clauses) else self.mass))
        return self.by_cap[rule.name][-1]

    @cached_property
    def columns(self) -> set[str]:
        """The columns of offers that caps count by."""
        return {name for ones in self.by_cap.values() for one in ones for name in one.columns}

    @cached_property
    def asks(self) -> bool:
        return any(one.asks for ones in self.by_cap.values() for one in ones)

    def see(self, sight: Sight) -> None:
        """Look at the offers that may serve, before anything is awarded."""
        self.sight = sight
        for name in self.columns:
            sight.table.column(name)  # codes, before anything is made of it
        for one in chain.from_iterable(self.by_cap.values()):
            places = one.keyed(sight)
            read = one.columns if places is None else places.names
            names = [name for name in read if name != "mineral" and name in sight.table.frame.columns]
            self.seen[id(one)] = (places, names)
            self.carried.update(names)

    def view(self, columns: Mapping[str, list[Any]], at: int, request: Request) -> View:
        """An offer and a request, as expressions see them."""
        assert self.sight is not None
        offer = self.sight.table.offers.offer(columns["row"][at])
        tier = self.sight.table.column("tier")
        assert isinstance(tier, Keyed)
        self.world.tier_of[offer.offer] = tier.values[columns["tier"][at]]
        return self.world.view(offer, request)

    def bound(self, tally: Tally, clauses: Clauses, place: Group, request: Request) -> Bound | str:
        """What a cap says to what counts in one of its groups."""
        figures = self.limit(tally, clauses, place, request)
        return UNKNOWN if figures is None else Bound(tally.room(place), *figures)

    def limit(self, tally: Tally, clauses: Clauses, place: Group, request: Request) -> Figures | None:
        """The limit of a group, as a `Bound` has it; None where it is unknown. Raises `Finer`."""
        columns = clauses["per"] or ()
        key = (tally.rule.name, clauses.exceptions, place[: len(columns)], request.mineral, request.buyer)
        if key not in self._figures:
            values = {column.name: one for column, one in zip(columns, place, strict=False)}
            limit = self.caps.limit(tally.rule, clauses, View(self.world, None, request, award=values))[0]
            self._figures[key] = None if limit is None else self._figure(tally, clauses, limit)
        return self._figures[key]

    def _figure(self, tally: Tally, clauses: Clauses, limit: Fraction) -> Figures:
        """What a limit is in the room's units. Raises `Finer`."""
        exact = not tally.money and clauses["limit"].of is None and has_end(limit)
        if exact:
            whole(limit, self.mass)
        inside = limit / (self.cash if tally.money else self.mass)
        down, rest = divmod(inside.numerator, inside.denominator)
        return Figures(inside, down, exact, tally.money, down + bool(rest))

    def allowed(self, bound: Bound, used: int, price: int) -> int:
        """What a bound allows with so much used, in whole units of mass; a bound on money at a price, in its unit."""
        if bound.money:
            return self._affordable(bound, used, price)
        rest = bound.whole - used
        return max(rest if bound.exact else rest // self.milligram * self.milligram, 0)

    def _affordable(self, bound: Bound, used: int, price: int) -> int:
        """As `limits.affordable`: whole milligrams, less where the invoice would exceed the money."""
        limit = bound.limit
        rest = limit.numerator - used * limit.denominator
        if rest <= 0:
            return 0
        up, down = self._money
        each = up * price * self.milligram
        quantity = rest * down // (limit.denominator * each) * self.milligram
        if self.invoice(quantity, price) * limit.denominator <= rest:
            return quantity
        cents = rest // (limit.denominator * self._cent) * self._cent
        return cents * down // each * self.milligram

    def payable(self, bound: Bound) -> int:
        """The largest product of a quantity and a price, in their units, that a bound on money might still pay for."""
        rest = bound.limit.numerator - bound.room.used * bound.limit.denominator
        up, down = self._money
        return rest * down // (up * bound.limit.denominator) if rest > 0 else -1

    def figures(self, most: int, highest: int) -> Affordable:
        """What caps on money allow offers of at most so much, at most so dear, as columns."""
        return Affordable(most, highest, self.milligram, self._cent, self._money, self._cents)

    def invoice(self, quantity: int, price: int) -> int:
        """What a quantity costs as invoiced, in units of money: to cents, half to even."""
        up, down = self._cents
        cents, rest = divmod(quantity * price * up, down)
        if 2 * rest > down or (2 * rest == down and cents & 1):
            cents += 1
        return cents * self._cent


def _alike(one: Clauses, other: Clauses) -> bool:
    """Whether two variants of a cap count the same."""
    keys = ("per", "by", "where", "measure", "period")
    of = [None if clauses["limit"] is None else clauses["limit"].of for clauses in (one, other)]
    return of[0] == of[1] and all(one[key] == other[key] for key in keys)


class CapsThen(Caps):
    """The caps as they were when so many awards had been made."""

    def __init__(self, tallies: Tallies, made: int) -> None:
        vars(self).update(vars(tallies.caps))  # what was there before the first award is the same at any moment
        tallies.history.spell_out()
        self.tallies, self.made = tallies, made

    def used_in(self, rule: typed.Rule, clauses: Clauses, group: Group) -> Fraction:
        tally = self.tallies.tally(rule, clauses)
        room = tally.rooms.get(group)
        unit = self.tallies.cash if tally.money else self.tallies.mass
        return Fraction(0) if room is None else room.then(self.made) * unit
