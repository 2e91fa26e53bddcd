"""Decisions alone: who may be bought, in which tier, within its premium or not; for all offers, and for nobody yet."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl

from vault_rules.domain.columns import ColumnBook
from vault_rules.engine.fast.lanes import Lanes, premium_of
from vault_rules.engine.fast.serving import prepared
from vault_rules.engine.fast.sight import Sight
from vault_rules.engine.fast.vectors import Keyed, is_true, one_of
from vault_rules.engine.fast.verdicts import Verdicts, expressions, read_in_steps, tier_code
from vault_rules.engine.program import Clauses, Program
from vault_rules.engine.readings import parts
from vault_rules.engine.world import World
from vault_rules.semantics import typed


def decide(program: Program, book: ColumnBook, as_of: date) -> pl.DataFrame:
    """One row for each offer: `offer`, `eligible`, `tier`, `within_premium`.

    `eligible` is whether it passes steps 3 and 4 of an evaluation; `tier` is null where it does not. `within_premium`
    is whether its price is within the premium of the first step that takes its tier, null where no step does or the
    step depends on who asks. Raises `EvaluationError` as an evaluation does.
    """
    day = program.on(as_of)
    verdicts = prepared(day, book)
    code = tier_code(verdicts.tier)
    in_tier = (code != 0) & (code != verdicts.unknown_tier)
    masks = {"eligible": verdicts.eligible & in_tier, "tier": code}
    decided = verdicts.table.frame.lazy().with_columns(**masks).select(*masks).collect()
    names = pl.Series([None, *verdicts.tiers, None], dtype=pl.Enum(verdicts.tiers))
    place = pl.when("eligible").then("tier").otherwise(pl.lit(0, dtype=pl.UInt8))
    named = pl.lit(names).gather(place).alias("tier")
    within = _within(verdicts, book, decided)
    return decided.select(book.offers.ids.alias("offer"), "eligible", named).with_columns(within.alias("within_premium"))


def _within(verdicts: Verdicts, book: ColumnBook, decided: pl.DataFrame) -> pl.Series:
    """Whether each offer is within the premium of the first step that takes its tier."""
    day = verdicts.day
    waterfalls = [rule for rule in day.waterfalls if rule.scope.buyers is None]
    markets = any(
        isinstance(one, typed.Market)
        for expr in expressions([dict(rule.clauses) for rule in waterfalls])
        for one in parts(expr, day)
    )
    sight = _seeing_markets(verdicts, book) if markets else verdicts.sight
    found = pl.lit(None, dtype=pl.Boolean)
    for rule in reversed(waterfalls):
        _, cases = sight.cases(rule)
        for case, mask in sight.masks(rule.name):
            clauses = cases[case]
            if clauses is not None:
                minerals = rule.scope.minerals
                among = pl.lit(True)
                if minerals is not None:
                    among = is_true(sight.each_mineral(lambda one, minerals=minerals: one in minerals))
                found = pl.when(mask & among).then(_of_steps(sight, clauses, verdicts)).otherwise(found)
    frame = sight.table.frame.lazy().with_columns(decided["tier"].alias("#tier"), decided["eligible"].alias("#eligible"))
    return frame.with_columns(within=pl.when("#eligible").then(found)).select("within").collect()["within"]


def _seeing_markets(verdicts: Verdicts, book: ColumnBook) -> Sight:
    world = World(verdicts.day, book)
    alive = verdicts.may_serve(world.requested, read_in_steps(world))
    lanes = Lanes(world, verdicts, alive, Fraction(1))
    return Sight(world, verdicts.table, references=lanes.references)


def _of_steps(sight: Sight, clauses: Clauses, verdicts: Verdicts) -> pl.Expr:
    found = pl.lit(None, dtype=pl.Boolean)
    codes = [None, *verdicts.tiers, None]
    tier = Keyed(("#tier",), (len(codes),), codes)
    for step in reversed(clauses["steps"]):
        takes = one_of(tier, [place for place, name in enumerate(codes) if name in step.tiers])
        found = pl.when(takes).then(_of_step(sight, clauses, step)).otherwise(found)
    return found


def _of_step(sight: Sight, clauses: Clauses, step: Any) -> pl.Expr:
    premium = premium_of(sight, clauses, step.number)
    return pl.lit(True) if premium is None else is_true(premium)
