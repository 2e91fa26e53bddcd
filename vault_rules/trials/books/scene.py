"""A scene: the day, the minerals and the sizes of one book, chosen first, so that its rows meet at one boundary."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any

import attrs

from vault_rules.semantics import typed
from vault_rules.trials.books.choosing import Chooser
from vault_rules.trials.books.edges import Edges, groups, positive
from vault_rules.trials.books.figures import STEPS, days_beside, floored, shifted
from vault_rules.trials.books.regimes import Regime

_MASSES = tuple(map(Fraction, (100, 1000, 10_000)))
_PRICES = tuple(map(Fraction, (10, 20, 100)))
_OTHERS = {
    "country": ("BR", "CL", "ZA", "US", "AU", "CN"),
    "trader": ("alfa", "bravo"),
    "buyer": ("mill", "plant"),
    "kind": ("shed",),
}
"""Names of which some are not among those of a policy."""


@attrs.frozen(eq=False)
class Shared:
    """What is the same in every book of one policy, looked up once."""

    edges_for: Callable[[str, date], Edges]
    names: Mapping[str, tuple[tuple[str, ...], ...]]
    """Countries, traders, buyers and kinds of facility, in groups."""
    recipes: dict[Any, Any] = attrs.field(factory=dict)
    """What leads to each tier."""


def names_of(policy: typed.TypedPolicy, sets: Mapping[str, Sequence[frozenset[str]]]) -> dict[str, Any]:
    """The names of each kind: those that are declared, else those that the policy names and some that it does not."""
    declared = {"trader": policy.traders, "buyer": policy.buyers}
    found = {}
    for kind, others in _OTHERS.items():
        known = declared.get(kind)
        own = sets.get(kind, ())
        found[kind] = groups(own, others) if known is None else groups([one & known for one in own], known)
    return found


@attrs.define(slots=False)
class Scene:
    """What the rows of one book have in common. Masses are kilograms, prices the policy's currency a kilogram."""

    policy: typed.TypedPolicy
    choose: Chooser
    day: date
    minerals: tuple[str, ...]
    shared: Shared
    has: frozenset[str] = frozenset()
    """What this book has that others lack: see `making`."""

    @cached_property
    def edges(self) -> Edges:
        """The edges of the first mineral."""
        return self.shared.edges_for(self.minerals[0], self.day)

    @cached_property
    def all_edges(self) -> tuple[Edges, ...]:
        return tuple(self.shared.edges_for(mineral, self.day) for mineral in self.minerals)

    def reads(self, owner: str, name: str) -> bool:
        """Whether a column matters in this book."""
        return name in self.has or any((owner, name) in one.columns for one in self.all_edges)

    # ---- figures ----------------------------------------------------------------------------------------------------

    @cached_property
    def ratios(self) -> tuple[Fraction, ...]:
        return tuple(positive(self.edges.constants.get("ratio", ())))

    @cached_property
    def mass(self) -> Fraction:
        """The size of what is asked for."""
        least = self.policy.least_award
        smallest = least.value if isinstance(least, typed.Const) else Fraction(0)
        constants = [one * 2 for one in self.edges.constants.get("mass", ()) if one > smallest]
        return self.choose.one(_MASSES) if not constants or self.choose.chance(70) else self.choose.one(constants)

    @cached_property
    def price(self) -> Fraction:
        """The size of prices."""
        constants = positive(self.edges.constants.get("price", ()))
        moneys = positive(one / self.mass for one in self.edges.constants.get("money", ()))
        others = [one for one in (constants, moneys) if one]
        found = self.choose.grouped(others) if others and "money" in self.has else self.choose.one(_PRICES)
        return floored(found, "price")

    @cached_property
    def masses(self) -> list[list[Fraction]]:
        """Masses by where they come from: the size and its plain parts, its parts by each ratio, the policy's own."""
        whole = self.mass
        parts = positive(part for r in self.ratios for part in (whole * r, whole * (1 - r)))
        plain = [whole, whole / 2, whole * 2, whole / 4]
        constants = positive(self.edges.constants.get("mass", ()))
        moneys = [floored(one / self.price, "mass") for one in self.edges.constants.get("money", ())]
        return [one for one in (plain, parts, constants, [whole], positive(moneys)) if one]

    @cached_property
    def prices(self) -> list[list[Fraction]]:
        """Prices likewise: the size, and what is dearer or cheaper than it by each ratio."""
        base = self.price
        limits = positive(near for r in self.ratios for near in (base * (1 + r), base * (1 - r)))
        constants = positive(self.edges.constants.get("price", ()))
        return [one for one in ([base], limits, [base * 2, base / 2, base * Fraction(11, 10)], constants) if one]

    def near(self, value: Fraction, kind: str, percent: int = 25) -> Fraction:
        """The value, or now and then one step beside it; never zero or less."""
        value = floored(value, kind) or value
        if not self.choose.chance(percent):
            return value
        found = value + self.choose.one((STEPS[kind], -STEPS[kind]))
        return found if found > 0 else value

    def a_mass(self) -> Fraction:
        return self.near(self.choose.grouped(self.masses), "mass")

    def a_size(self) -> Fraction:
        """A lot, or the least that is sold at once: often what a limit leaves, or allows."""
        whole = self.mass
        parts = positive(part for r in self.ratios for part in (whole * (1 - r), whole * r))
        pools = [one for one in ([whole / 4, whole / 2, whole / 10], parts, [whole]) if one]
        return self.near(self.choose.grouped(pools), "mass", 15)

    def a_price(self) -> Fraction:
        return self.near(self.choose.grouped(self.prices), "price")

    def a_limit(self, owner: str, column: str, kind: str) -> Fraction | None:
        """What a rule compares the column with, or a step beside it; None where none does."""
        limits = positive(one for edges in self.all_edges for one in edges.limits.get((owner, column), ()))
        return self.near(self.choose.one(limits), kind) if limits else None

    def a_purity(self, owner: str) -> Fraction:
        limit = self.a_limit(owner, "purity", "ratio") or self.a_limit("offer", "purity", "ratio")
        found = limit if limit is not None and self.choose.chance(75) else Fraction(9999, 10_000)
        return min(found, Fraction(1))

    @cached_property
    def days(self) -> list[list[date]]:
        """Days by where they come from: today and its neighbours, those the policy names, so many days from today."""
        days = self.edges.constants.get("days", ())
        away = [shifted(self.day, sign * int(one)) for one in days for sign in (1, -1)]
        named = days_beside(self.edges.constants.get("date", ()))
        plain = [one for one in (shifted(self.day, 30), shifted(self.day, 90)) if one is not None]
        pools = (plain, days_beside((self.day,)), days_beside(one for one in away if one is not None), named)
        return [list(dict.fromkeys(one)) for one in pools if one]

    def a_day(self) -> date:
        return self.choose.grouped(self.days)

    # ---- names ------------------------------------------------------------------------------------------------------

    def a_name(self, kind: str) -> str:
        """A country, trader, buyer or kind of facility: from a set that the policy names, or from none."""
        if self.choose.chance(35):
            return self._usual[kind]
        return self.choose.grouped(self.names(kind))

    @cached_property
    def _usual(self) -> dict[str, str]:
        """The name of each kind that most rows of this book bear: so that limits by name are met."""
        return {kind: self.choose.grouped(self.names(kind)) for kind in sorted(self.shared.names)}

    def names(self, kind: str) -> tuple[tuple[str, ...], ...]:
        """The names there are of a kind, in groups between whose members no rule makes a difference."""
        return self.shared.names[kind]

    def a_text(self, owner: str, column: str) -> str:
        """A text that a rule compares the column with, or one that none does."""
        named = [text for edges in self.all_edges for text in edges.named.get((owner, column), ())]
        return self.choose.one(list(dict.fromkeys([*named, f"other {column}"])))

    @cached_property
    def form(self) -> str | None:
        """The form that most rows have."""
        return None if self.choose.chance(25) else self.a_text("offer", "form")

    def value(self, owner: str, column: str, kind: str) -> Any:
        """A value for a column of this kind."""
        match kind:
            case "mass":
                return self.a_mass()
            case "price":
                return self.a_price()
            case "purity":
                return self.a_purity(owner)
            case "date":
                return self.a_day()
            case "country":
                return self.a_name("country")
            case "boolean":
                return self.choose.one((True, False))
            case "ratio":
                limit = self.a_limit(owner, column, kind) if self.choose.chance(60) else None
                return limit or self.choose.one([*self.ratios, Fraction(0), Fraction(1)])
            case "number" | "money":
                constants: Sequence[Fraction] = self.edges.constants.get(kind, ())
                return self.near(self.choose.one([*constants, Fraction(1), Fraction(2)]), kind)
        return self.a_text(owner, column)


def staged(choose: Chooser, regimes: Sequence[Regime]) -> tuple[date, tuple[str, ...]]:
    """A day and one or two minerals: first a regime, then where it holds; often the first or the last day of a rule."""
    stretch, names = choose.one(choose.one(regimes).places)
    mineral = choose.one(names)
    middle = date.fromordinal((stretch.first.toordinal() + stretch.last.toordinal()) // 2)
    ends = (stretch.first, stretch.last)
    day = choose.grouped([one for one in (ends, (middle,), stretch.turns) if one])
    others = [one for one in stretch.minerals if one != mineral]
    return day, (mineral, choose.one(others)) if others and choose.chance(25) else (mineral,)
