"""Steps 3 and 4 for all offers at once: who may be bought, in which tier, at which compared price."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cached_property
from operator import and_
from typing import Any

import polars as pl

from vault_rules.domain.columns import code_type
from vault_rules.engine.eligibility import Eligibility
from vault_rules.engine.fast.dependence import Dependence
from vault_rules.engine.fast.limits import balanced, joined
from vault_rules.engine.fast.operators import both
from vault_rules.engine.fast.sight import Sight
from vault_rules.engine.fast.table import Table
from vault_rules.engine.fast.truths import is_null, is_true, truth
from vault_rules.engine.fast.vectors import (
    Exact,
    Keyed,
    Limited,
    Scalar,
    Truth,
    Value,
    certain,
    compared,
    mapped,
    met,
    plus,
    turned,
)
from vault_rules.engine.program import Clauses
from vault_rules.engine.world import World, stop
from vault_rules.semantics import typed

NO_TIER = 0
PLACES = 2**16
"""So many places a table of what rules say of some minerals each may have."""
BASE = ("mineral", "price", "quantity", "lot", "min_quantity", "form", "purity", "delivery", "trader")


class Verdicts:
    """What steps 3 and 4 say of each offer of a table."""

    def __init__(self, world: World, table: Table, minerals: Iterable[str]) -> None:
        self.world, self.table, self.day = world, table, world.day
        self.minerals = tuple(minerals)
        self.sight = Sight(world, table)
        self.eligibility = Eligibility(world)
        self.tiers = tuple(rule.name for rule in self.day.policy.tiers) or ("all",)
        self.unknown_tier = len(self.tiers) + 1
        self.tier_kind = code_type(self.unknown_tier + 1)

    @cached_property
    def depends(self) -> Dependence:
        """What the day's rules read: the same for any evaluation."""
        return Dependence(self.day)

    # ---- rules -----------------------------------------------------------------------------------------------------

    @cached_property
    def judged(self) -> list[tuple[typed.Rule, frozenset[str], frozenset[str]]]:
        """Each rule that decides here, for which minerals, and for which of these only what references see."""
        here: dict[str, set[str]] = {}
        unseen: dict[str, set[str]] = {}
        for mineral in self.minerals:
            rules, each = self.eligibility.rules_for(mineral)
            names = {rule.name for rule in each}
            for rule in rules:
                (unseen if rule.name in names else here).setdefault(rule.name, set()).add(mineral)
        return [
            (rule, frozenset(here.get(rule.name, ())), frozenset(unseen.get(rule.name, ())))
            for rule in self.day.rules
            if rule.name in here or rule.name in unseen
        ]

    def passes(self, rule: typed.Rule, sight: Sight | None = None) -> Value:
        """Whether a rule lets an offer pass, whatever its scope: true or false, never unknown."""
        seen = sight or self.sight
        selector, cases = seen.cases(rule)
        return seen.by_case(selector, lambda case: self._held(rule, cases[case], seen))

    def _held(self, rule: typed.Rule, clauses: Clauses | None, sight: Sight) -> Value:
        if clauses is None:
            return Scalar(True)
        if rule.kind == "route":
            allowed = frozenset().union(*clauses["sellers"])
            return sight.table_of(lambda trader: trader in allowed, [sight.table.column("trader")])
        return surely(sight.value(clauses["condition"]), rule.kind == "require")

    def within(self, minerals: frozenset[str], passes: Value) -> Value:
        """A rule for some minerals only."""
        if minerals >= set(self.minerals):
            return passes
        among = self.sight.each_mineral(lambda mineral: mineral not in minerals)
        if isinstance(passes, (Scalar, Keyed)):
            found = mapped(lambda outside, held: outside is True or held, [among, passes])
            if found is not None:
                return found
        return Truth(is_true(among) | is_true(passes))

    @cached_property
    def eligible(self) -> pl.Expr:
        """Where every rule that decides here lets the offer pass, and its compared price is known."""
        return all_of(self.conditions)

    @cached_property
    def conditions(self) -> list[Value]:
        """What makes an offer eligible, each true or false."""
        held = self._each_within([(here, self.passes(rule)) for rule, here, _ in self.judged if here])
        if self.day.policy.compare is not None:
            held.append(_negated(is_null(self.compared)))
        return held

    @cached_property
    def seen(self) -> pl.Expr | None:
        """Where references may see the offer; None: wherever it is eligible."""
        held = self._each_within([(unseen, self.passes(rule)) for rule, _, unseen in self.judged if unseen])
        return all_of(held) if held else None

    def _each_within(self, ruled: Iterable[tuple[frozenset[str], Value]]) -> list[Value]:
        """Each rule within its minerals. What the same codes decide in one mineral and another is one table."""
        held: list[Value] = []
        alike: dict[tuple[str, ...], list[tuple[frozenset[str], Keyed]]] = {}
        for minerals, passes in ruled:
            if isinstance(passes, Keyed) and self._by_mineral(minerals, passes):
                alike.setdefault(passes.base, []).append((minerals, passes))
            else:
                held.append(self.within(minerals, passes))
        return [*held, *(self._together(ones) for ones in alike.values())]

    def _by_mineral(self, minerals: frozenset[str], passes: Keyed) -> bool:
        size = len(self._minerals.values) * len(passes.values)
        return "mineral" not in passes.base and size <= PLACES and not minerals >= set(self.minerals)

    @cached_property
    def _minerals(self) -> Keyed:
        found = self.sight.minerals()
        assert isinstance(found, Keyed)
        return found

    def _together(self, ruled: Sequence[tuple[frozenset[str], Keyed]]) -> Keyed:
        """A table by mineral: whether each rule that is for the mineral holds."""
        mineral, one = self._minerals, ruled[0][1]
        held: list[bool] = []
        for name in mineral.values:
            tables = [passes.values for minerals, passes in ruled if name in minerals]
            held += [all(row) for row in zip(*tables, strict=True)] if tables else [True] * len(one.values)
        return Keyed((*mineral.base, *one.base), (*mineral.sizes, *one.sizes), held, mineral.never | one.never)

    # ---- compared price, tier --------------------------------------------------------------------------------------

    @cached_property
    def compared(self) -> Value:
        """The compared price. Raises `EvaluationError` where it does not rise with the offered price."""
        compare = self.day.policy.compare
        found = self.sight.compared()
        if compare is not None:
            at = [Sight(self.world, self.table, price=Scalar(Fraction(price))).value(compare) for price in (0, 1)]
            rises = compared(">", _number(plus(at[1], at[0], -1)), Scalar(Fraction(0)))
            falls = ~rises.expr & ~truth(is_null(found))
            if self.table.frame.select(falls.any().alias("falls"))["falls"][0]:
                raise stop("V0503", "the compared price of an offer does not rise with its price", compare.span,
                           "the factor A of `price * A + B` is above zero")  # fmt: skip
        return found

    @cached_property
    def tier(self) -> Value:
        """The place of each offer's tier in `tiers`, from 1; `NO_TIER`, or `unknown_tier` where that is unknown."""
        if not self.day.policy.tiers:
            return Scalar(1)
        found: Value = Scalar(NO_TIER)
        for rule in reversed(self.day.tiers):
            held = self.tier_holds(rule)
            code = self.tiers.index(rule.name) + 1
            found = self._first(held, code, found)
        return found

    def tier_holds(self, rule: typed.Rule) -> Value:
        """Whether an offer is in a tier, whatever the tiers before."""
        if rule.scope.buyers is not None:
            return Scalar(False)
        selector, cases = self.sight.cases(rule)

        def held(case: Any) -> Value:
            clauses = cases[case]
            if clauses is None:
                return Scalar(False)
            condition = clauses["when"]
            return Scalar(True) if condition is None else self.sight.value(condition)

        found = self.sight.by_case(selector, held)
        minerals = rule.scope.minerals
        if minerals is None:
            return found
        return both(self.sight, "and", self.sight.each_mineral(lambda mineral: mineral in minerals), found)

    def _first(self, held: Value, code: int, rest: Value) -> Value:
        unknown = self.unknown_tier

        def choose(one: bool | None, other: int) -> int:
            return unknown if one is None else code if one else other

        if isinstance(held, (Scalar, Keyed)) and isinstance(rest, (Scalar, Keyed)):
            found = mapped(choose, [held, rest])
            if found is not None:
                return found
        chain = self._coded(rest)
        if isinstance(held, (Truth, Keyed)):
            chain = _first_of(truth(held), self._code(unknown), self._code(code), chain)
        else:
            chain = self._code(choose(held.value, 0)) if isinstance(held, Scalar) and held.value is not False else chain
        return Exact(chain, Fraction(1), 0, unknown)

    @cached_property
    def tier_code(self) -> pl.Expr:
        """`tier` as a column."""
        return self._coded(self.tier)

    def _coded(self, value: Value) -> pl.Expr:
        if isinstance(value, Scalar):
            return self._code(value.value)
        if isinstance(value, Keyed):
            return pl.lit(pl.Series(value.values, dtype=self.tier_kind)).gather(value.index)
        assert isinstance(value, Exact)
        return value.expr

    def _code(self, code: int) -> pl.Expr:
        return pl.lit(code, dtype=self.tier_kind)

    @cached_property
    def unknown_in(self) -> Keyed:
        """The first of the day's tiers, by its place from 1, of which it is unknown whether an offer is in it; 0: none.

        Worked out once: a condition that said of each tier that no tier before it holds would be as long as all these.
        """
        found = self._code(0)
        for place, rule in reversed([*enumerate(self.day.tiers, 1)]):
            found = _first_of(truth(self.tier_holds(rule)), self._code(place), self._code(0), found)
        places = self.table.frame.select(pl.col("row"), place=found)["place"]
        return self.table.add(places, list(range(len(self.day.tiers) + 1)))

    # ---- what is left ----------------------------------------------------------------------------------------------

    def may_serve(self, minerals: Iterable[str], names: set[str]) -> Table:
        """The offers of some minerals that are worth asking at each step, with their tier and compared price."""
        wanted = frozenset(minerals)
        among = is_true(self.sight.each_mineral(lambda mineral: mineral in wanted))
        return self.table.where(among & self._may_serve, {*BASE, *names}, self._worked_out)

    @cached_property
    def _may_serve(self) -> pl.Expr:
        if self._all_in_tiers():
            return self.eligible
        return self.eligible & (pl.col("tier") != NO_TIER) & (pl.col("tier") != self.unknown_tier)

    def _all_in_tiers(self) -> bool:
        """Whether codes say of every offer that it is in a tier."""
        tier, none = self.tier, (NO_TIER, self.unknown_tier)
        if isinstance(tier, Scalar):
            return tier.value not in none
        return isinstance(tier, Keyed) and None not in met(tier, [None if one in none else one for one in tier.values])

    @cached_property
    def _worked_out(self) -> dict[str, tuple[pl.Expr, Value]]:
        """The columns that are worked out of others, and what they stand for."""
        values = [None, *self.tiers, None]
        more: dict[str, tuple[pl.Expr, Value]] = {"tier": (self.tier_code, Keyed(("tier",), (len(values),), values))}
        if self.day.policy.compare is not None:
            one = _number(self.compared)
            more["compared"] = (one.expr, Exact(pl.col("compared"), one.unit, one.low, one.high))
        if self.seen is not None:
            more["seen"] = (self.seen, Truth(pl.col("seen")))
        return more


def _first_of(held: pl.Expr, unknown: pl.Expr, code: pl.Expr, rest: pl.Expr) -> pl.Expr:
    """A code where a condition holds, another where it is unknown, and else the rest."""
    return pl.when(held.is_null()).then(unknown).when(held).then(code).otherwise(rest)


def _number(value: Value) -> Exact:
    from vault_rules.engine.fast.vectors import as_exact

    return as_exact(value)


def _negated(value: Value) -> Value:
    if isinstance(value, (Scalar, Keyed)):
        found = mapped(lambda one: not one, [value])
        assert found is not None
        return found
    return turned(value) if isinstance(value, Limited) else Truth(~truth(value))


def surely(value: Value, wanted: bool) -> Value:
    """Where a condition is certainly what is wanted."""
    if isinstance(value, (Scalar, Keyed)):
        found = mapped(lambda one: one is wanted, [value])
        assert found is not None
        return found
    if isinstance(value, Limited):
        return certain(value if wanted else turned(value))
    held = truth(value)
    return Truth((held if wanted else ~held).fill_null(False))


def all_of(held: Iterable[Value]) -> pl.Expr:
    """Where all hold, with as few tables to look up as can be."""
    masks = [one.expr if isinstance(one, Truth) else is_true(one) for one in joined(list(held))]
    return balanced(masks, and_) if masks else pl.lit(True)
