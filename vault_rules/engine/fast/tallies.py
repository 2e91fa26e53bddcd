"""Step 7 in whole numbers: what each cap has counted, and what it still allows.

The reference's `Caps` says what a cap counts and what its limit is; here that is remembered for each combination of
codes, so that an award costs a few look-ups.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs

from vault_rules.domain.exact import has_end
from vault_rules.domain.rows import Offer, Request
from vault_rules.engine.readings import columns_read, parts
from vault_rules.engine.limits import MILLIGRAMS, Caps, Group, affordable
from vault_rules.engine.program import Clauses
from vault_rules.engine.world import World
from vault_rules.semantics import typed
from vault_rules.semantics.meaning import value_of

UNKNOWN = "unknown"
"""An offer of which a cap cannot say whether, or where, it counts."""


class Finer(Exception):
    """A limit is not whole in the evaluation's unit of mass: `unit` must divide it."""

    def __init__(self, unit: Fraction) -> None:
        super().__init__(unit)
        self.unit = unit


@attrs.define(eq=False)
class Room:
    """What one group of a cap has used: whole units of mass, or money."""

    used: int | Fraction


@attrs.define(eq=False)
class Bound:
    """What a cap says to an offer: its room, and the limit, in units of mass or in money. `limit` None: unknown."""

    room: Room
    limit: Fraction | None
    exact: bool
    """A limit that is given as a mass is not rounded to milligrams."""


class Tally:
    """One cap as it counts: all its variants that count alike share it."""

    def __init__(self, caps: Caps, rule: typed.Rule, clauses: Clauses, mass: Fraction) -> None:
        self.caps, self.rule, self.clauses, self.mass = caps, rule, clauses, mass
        self.money = clauses["measure"] in ("spend", "value share")
        self.rooms: dict[Group, Room] = {}
        for group, used in caps.used(rule, clauses).items():
            self.rooms[group] = Room(used if self.money else whole(used, mass))
        day = caps.world.day
        where = clauses["where"]
        columns = [*(clauses["per"] or ()), *([clauses["by"]] if clauses["by"] is not None else [])]
        exprs: list[typed.Expr] = [*columns, *([] if where is None else [where])]
        self.columns = sorted(set().union(*(columns_read(one, day) for one in exprs)) - {"mineral"})
        self.columns += [
            "field:" + one.name for one in columns if one.owner == "field" and "field:" + one.name not in self.columns
        ]
        self.asks = any(
            isinstance(part, typed.Column) and part.owner == "request" for one in exprs for part in parts(one, day)
        ) or any(isinstance(part, typed.Market) for one in exprs for part in parts(one, day))

    def room(self, group: Group) -> Room:
        found = self.rooms.get(group)
        if found is None:
            found = self.rooms[group] = Room(Fraction(0) if self.money else 0)
        return found

    def place(self, offer: Offer, request: Request) -> Group | str | None:
        """The group in which an offer counts for a request; None where it does not count."""
        view = self.caps.world.view(offer, request)
        where = self.clauses["where"]
        if where is not None:
            counted = value_of(where, view)
            if counted is not True:
                return UNKNOWN if counted is None else None
        group = self.caps.group(self.clauses, view)
        return UNKNOWN if None in group else group

    def add(self, group: Group, quantity: int, cost: Decimal | None) -> None:
        room = self.room(group)
        room.used += Fraction(cost) if self.money and cost is not None else quantity


def whole(mass: Fraction, unit: Fraction) -> int:
    """A mass in whole units. Raises `Finer` where it is not whole."""
    found = mass / unit
    if found.denominator != 1:
        raise Finer(mass)
    return found.numerator


class Tallies:
    """All hard caps of an evaluation."""

    def __init__(self, world: World, mass: Fraction) -> None:
        self.world, self.mass = world, mass
        self.caps = Caps(world)
        self.milligram = whole(Fraction(1, MILLIGRAMS), mass)
        self._variants: dict[tuple[str, str], list[tuple[Tally, Clauses | None]]] = {}
        self._tallies: dict[str, list[Tally]] = {rule.name: [] for rule in self.caps.hard}
        self._bounds: dict[Any, Any] = {}
        self._limits: dict[Any, Fraction | None] = {}
        self._open()

    def _open(self) -> None:
        """Every way in which a cap counts, before anything is counted."""
        for mineral, buyers in self.world.requested_by.items():
            for buyer in buyers:
                view = self.world.view(mineral=mineral, buyer=buyer)
                for rule in self.caps.hard:
                    clauses = view.clauses(rule) if rule.scope.holds(mineral, buyer) else None
                    if clauses is not None:
                        self.tally(rule, clauses)

    def tally(self, rule: typed.Rule, clauses: Clauses) -> Tally:
        """The tally of a cap that counts as these clauses say."""
        for one in self._tallies[rule.name]:
            if one.clauses.exceptions == clauses.exceptions or _alike(one.clauses, clauses):
                return one
        self._tallies[rule.name].append(Tally(self.caps, rule, clauses, self.mass))
        return self._tallies[rule.name][-1]

    @property
    def columns(self) -> set[str]:
        """The columns of offers that caps count by."""
        return {name for ones in self._tallies.values() for one in ones for name in one.columns}

    @property
    def asks(self) -> bool:
        return any(one.asks for ones in self._tallies.values() for one in ones)

    def of(self, mineral: str, buyer: str) -> list[tuple[Tally, Clauses | None]]:
        """The tallies that may count awards of a mineral to a buyer, with the clauses of those that bound them."""
        key = (mineral, buyer)
        if key not in self._variants:
            view = self.world.view(mineral=mineral, buyer=buyer)
            found: list[tuple[Tally, Clauses | None]] = []
            for rule in self.caps.hard:
                if rule.scope.holds(mineral, buyer):
                    clauses = view.clauses(rule)
                    own = None if clauses is None else self.tally(rule, clauses)
                    found += [(one, clauses if one is own else None) for one in self._tallies[rule.name]]
            self._variants[key] = found
        return self._variants[key]

    def bound(self, tally: Tally, clauses: Clauses | None, offer: Offer, request: Request) -> Any:
        """What a cap says to an offer: a `Bound`, a `Room` where it only counts, None, or `UNKNOWN`."""
        place = tally.place(offer, request)
        if clauses is None:
            return tally.room(place) if isinstance(place, tuple) else None
        if not isinstance(place, tuple):
            return place
        limit = self._limit(tally, clauses, place, offer, request)
        if limit is None:
            return UNKNOWN
        room = tally.room(place)
        if tally.money:
            return Bound(room, limit, True)
        exact = clauses["limit"].of is None and has_end(limit)
        if exact:
            whole(limit, self.mass)
        return Bound(room, limit / self.mass, exact)

    def _limit(
        self, tally: Tally, clauses: Clauses, place: Group, offer: Offer, request: Request
    ) -> Fraction | None:
        per = place[: len(clauses["per"] or ())]
        key = (tally.rule.name, clauses.exceptions, per, request.mineral, request.buyer)
        if key not in self._limits:
            self._limits[key] = self.caps.limit(tally.rule, clauses, self.world.view(offer, request))[0]
        return self._limits[key]

    def allowed(self, bound: Bound, price: Fraction) -> int:
        """What a bound still allows, in whole units of mass; `price` counts for money."""
        room, limit = bound.room, bound.limit
        assert limit is not None
        if isinstance(room.used, Fraction):
            return int(affordable(limit - room.used, price) / self.mass)
        if bound.exact:
            return max(limit.numerator // limit.denominator - room.used, 0)
        rest = limit.numerator - room.used * limit.denominator
        return max(rest // (limit.denominator * self.milligram) * self.milligram, 0)


def _alike(one: Clauses, other: Clauses) -> bool:
    """Whether two variants of a cap count the same."""
    keys = ("per", "by", "where", "measure", "period")
    of = [None if clauses["limit"] is None else clauses["limit"].of for clauses in (one, other)]
    return of[0] == of[1] and all(one[key] == other[key] for key in keys)


class CapsThen(Caps):
    """The caps as they were at a moment: what each room had used."""

    def __init__(self, tallies: Tallies, used: Mapping[int, int | Fraction]) -> None:
        super().__init__(tallies.world)
        self.tallies, self.then = tallies, used

    def used(self, rule: typed.Rule, clauses: Clauses) -> dict[Group, Fraction]:
        tally = self.tallies.tally(rule, clauses)
        mass = Fraction(1) if tally.money else self.tallies.mass
        rooms = tally.rooms.items()
        return {group: self.then[id(room)] * mass for group, room in rooms if id(room) in self.then}
