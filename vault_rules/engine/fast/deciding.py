"""Decisions alone: who may be bought, in which tier, within its premium or not; for all offers, and for nobody yet."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any
from weakref import WeakKeyDictionary

import attrs
import polars as pl

from vault_rules.domain.columns import ColumnBook
from vault_rules.engine.fast.dependence import expressions
from vault_rules.engine.fast.lanes import Lanes, premium_of
from vault_rules.engine.fast.limits import picked
from vault_rules.engine.fast.serving import prepared
from vault_rules.engine.fast.sight import Sight
from vault_rules.engine.fast.standing import GivenMarkets
from vault_rules.engine.fast.truths import truth
from vault_rules.engine.fast.vectors import Keyed, Scalar, Value, met
from vault_rules.engine.fast.verdicts import NO_TIER, Verdicts, all_of, surely
from vault_rules.engine.program import Clauses, Day, Program
from vault_rules.engine.readings import parts, reads_request
from vault_rules.engine.world import World
from vault_rules.semantics import typed

TIER = "#tier"
_FEW = 4
"""So many names are put in one after the other as quickly as looked up."""


def decide(program: Program, book: ColumnBook, as_of: date) -> pl.DataFrame:
    """One row for each offer: `offer`, `eligible`, `tier`, `within_premium`.

    `eligible` is whether it passes steps 3 and 4 of an evaluation; `tier` is null where it does not. `within_premium`
    is whether its price is within the premium of the first step that takes its tier, null where no step does or the
    step depends on who asks. Raises `EvaluationError` as an evaluation does.
    """
    verdicts = prepared(program.on(as_of), book)
    query = _QUERIES.get(verdicts)
    if query is None:
        query = _query(verdicts, book)
        if not _reads_markets(verdicts.day):
            _QUERIES[verdicts] = query
    return query.collect()


_QUERIES: WeakKeyDictionary[Verdicts, pl.LazyFrame] = WeakKeyDictionary()
"""What is asked of a book's columns on a day: its answers are worked out each time."""


def _query(verdicts: Verdicts, book: ColumnBook) -> pl.LazyFrame:
    tiers = _Tiers.of(verdicts)
    lanes = _lanes(verdicts, book) if _reads_markets(verdicts.day) else None  # somebody has to hold them meanwhile
    sight = verdicts.sight if lanes is None else _seeing_markets(lanes)
    within = truth(_within(sight, verdicts, tiers))
    eligible = all_of(verdicts.conditions)
    rows = sight.table.frame.lazy().with_columns(eligible=eligible, tier=tiers.expr)
    if tiers.known is None:
        rows = rows.with_columns(pl.col("tier").to_physical().alias(TIER))
    else:
        rows = rows.rename({"tier": TIER}).with_columns(pl.col("eligible") & tiers.known, tier=tiers.names)
    passed = pl.when("eligible")
    ids = book.offers.ids.alias("offer")
    return rows.select(ids, "eligible", passed.then("tier").alias("tier"), within_premium=passed.then(within))


@attrs.frozen(eq=False)
class _Tiers:
    """How tiers are found: as names at once (`known` is None then), or as codes, where some have none."""

    expr: pl.Expr
    value: Keyed
    """What the codes in `TIER` stand for. Of an offer without a tier nobody asks."""
    known: pl.Expr | None
    """Where there is a tier; None: everywhere."""
    names: pl.Expr
    """The names, out of the codes."""

    @classmethod
    def of(cls, verdicts: Verdicts) -> _Tiers:
        tiers, tier = verdicts.tiers, verdicts.tier
        found = _named(tier, tiers)
        if found is not None:
            return cls(found, Keyed((TIER,), (len(tiers),), list(tiers)), None, found)
        code, stand_for = pl.col(TIER), [tiers[0], *tiers, tiers[0]]
        known = (code != _code(NO_TIER)) & (code != pl.lit(verdicts.unknown_tier, dtype=verdicts.tier_kind))
        return cls(verdicts.tier_code, Keyed((TIER,), (len(stand_for),), stand_for), known, _names(code, tiers))


def _named(tier: Value, tiers: tuple[str, ...]) -> pl.Expr | None:
    """The names looked up at once; None where an offer may have no tier, or codes alone do not say."""
    if isinstance(tier, Scalar):
        return pl.lit(tiers[tier.value - 1], dtype=pl.Enum(tiers)) if 0 < tier.value <= len(tiers) else None
    if not isinstance(tier, Keyed):
        return None
    names = met(tier, [tiers[one - 1] if 0 < one <= len(tiers) else None for one in tier.values])
    return None if None in names else pl.lit(pl.Series(names, dtype=pl.Enum(tiers))).gather(tier.index)


def _names(code: pl.Expr, tiers: tuple[str, ...]) -> pl.Expr:
    kind = pl.Enum(tiers)
    if len(tiers) > _FEW:
        return pl.lit(pl.Series([tiers[0], *tiers, tiers[0]], dtype=kind)).gather(code)
    found = pl.lit(tiers[-1], dtype=kind)
    for place, name in enumerate(tiers[:-1], 1):
        found = pl.when(code == _code(place)).then(pl.lit(name, dtype=kind)).otherwise(found)
    return found


def _code(code: int) -> pl.Expr:
    return pl.lit(code, dtype=pl.UInt8)


# ---- premiums ------------------------------------------------------------------------------------------------------


def _waterfalls(day: Day) -> list[typed.Rule]:
    return [rule for rule in day.waterfalls if rule.scope.buyers is None]


def _reads_markets(day: Day) -> bool:
    rules = _waterfalls(day)
    changes = [dict(one.changes) for rule in rules for one in day.exceptions_below(rule.name)]
    read = expressions([*changes, *(dict(rule.clauses) for rule in rules)])
    return any(isinstance(one, typed.Market) for expr in read for one in parts(expr, day))


def _within(sight: Sight, verdicts: Verdicts, tiers: _Tiers) -> Value:
    """Whether each offer is within the premium of the first step that takes its tier."""
    found: Value = Scalar(None)
    for rule in reversed(_waterfalls(verdicts.day)):
        selector, cases = sight.cases(rule)
        results = {
            case: found if clauses is None else _of_steps(sight, clauses, tiers) for case, clauses in cases.items()
        }
        here = picked(selector, results)
        minerals = rule.scope.minerals
        among = Scalar(True) if minerals is None else sight.each_mineral(minerals.__contains__)
        found = picked(among, {True: here, False: found, None: found})
    return found


def _of_steps(sight: Sight, clauses: Clauses, tiers: _Tiers) -> Value:
    results: dict[Any, Value] = {None: Scalar(None)}
    steps: dict[str, int] = {}
    for step in reversed(clauses["steps"]):
        results[step.number] = _of_step(sight, clauses, step.number)
        steps |= dict.fromkeys(step.tiers, step.number)
    return picked(Keyed(tiers.value.base, tiers.value.sizes, [steps.get(one) for one in tiers.value.values]), results)


def _of_step(sight: Sight, clauses: Clauses, number: int) -> Value:
    asked = [clauses[number, "ratio"], *(clauses[number, "references"] or ())]
    if any(_asks(one, sight.world.day) for one in asked if one is not None):
        return Scalar(None)
    premium = premium_of(sight, clauses, number)
    return Scalar(True) if premium is None else surely(premium, True)


def _asks(expr: typed.Expr, day: Day) -> bool:
    """Whether an expression depends on who asks."""
    buyer = (isinstance(one, typed.Column) and one.owner == "request" for one in parts(expr, day))
    return any(buyer) or reads_request([expr], day)


def _lanes(verdicts: Verdicts, book: ColumnBook) -> Lanes:
    """The offers that references see."""
    world = World(verdicts.day, book)
    alive = verdicts.may_serve(world.requested, verdicts.depends.columns)
    lanes = Lanes(world, verdicts, alive, Fraction(1))
    world.markets = GivenMarkets(world, lanes)  # for what has to be asked offer by offer
    return lanes


def _seeing_markets(lanes: Lanes) -> Sight:
    """All offers of the book, beside those references."""
    every = lanes.verdicts.table
    table = every.like(every.frame)
    table.column("form")  # as codes: references are by mineral and form
    return Sight(lanes.world, table, references=lanes.references)
