"""Reason codes of many offers at once: for each code where it holds. Shortfalls and summaries are made of these."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from operator import or_

import polars as pl

from vault_rules.domain.rows import Request
from vault_rules.engine.fast.lanes import Lanes, Queue, reference_of
from vault_rules.engine.fast.limits import balanced
from vault_rules.engine.fast.sight import Sight
from vault_rules.engine.fast.truths import is_false, is_null, is_true, one_of
from vault_rules.engine.fast.vectors import Keyed, Scalar, Value
from vault_rules.engine.fast.verdicts import NO_TIER, Verdicts
from vault_rules.engine.program import Clauses
from vault_rules.semantics import typed

Coded = tuple[str, pl.Expr]


def unknown(value: Value) -> pl.Expr:
    """Where a value is unknown: never null."""
    return is_true(is_null(value))


def missing(expr: typed.Expr, sight: Sight, fallback: str) -> Iterator[Coded]:
    """`missing:FIELD` for each blank field in an operand that is itself unknown."""
    whole = unknown(sight.value(expr))
    named = list(_fields(expr, sight, pl.lit(True)))
    for field, mask in named:
        yield f"missing:{field}", mask
    yield f"missing:{fallback}", reduce(lambda held, one: held & ~one[1], named, whole)


def _fields(expr: typed.Expr, sight: Sight, within: pl.Expr) -> Iterator[Coded]:
    value = sight.value(expr)
    if isinstance(value, (Scalar, Keyed)):
        found = [value.value] if isinstance(value, Scalar) else value.values
        if all(one is not None for one in found):
            return
    here = within & unknown(value)
    match expr:
        case typed.Column(owner="request"):
            yield f"request.{expr.name}", here
        case typed.Column() | typed.Context():
            yield expr.name, here
        case typed.LetRef():
            yield from _of_let(expr, sight, here)
        case typed.Call():
            for one in expr.arguments:
                yield from _fields(one, sight, here)
        case typed.Lookup():
            for one in expr.keys:
                yield from _fields(one, sight, here)
        case typed.FiscalYear():
            yield from _fields(expr.value, sight, here)
        case typed.If():
            condition = sight.value(expr.condition)
            yield from _fields(expr.condition, sight, here & unknown(condition))
            yield from _fields(expr.then, sight, here & is_true(condition))
            yield from _fields(expr.otherwise, sight, here & is_false(condition))
        case typed.Default():
            yield from _fields(expr.value, sight, here)
            yield from _fields(expr.fallback, sight, here)
        case typed.Market():
            yield expr.kind, here
        case typed.Benchmark():
            yield "benchmark", here


def _of_let(expr: typed.LetRef, sight: Sight, here: pl.Expr) -> Iterator[Coded]:
    for case, mask in sight.masks(expr.name):
        yield from _fields(sight.let_expression(expr.name, case), sight, here & mask)


def of_rule(rule: typed.Rule, sight: Sight) -> Iterator[Coded]:
    """What a rule says against offers, whatever its scope."""
    _, cases = sight.cases(rule)
    for case, mask in sight.masks(rule.name):
        clauses = cases[case]
        if clauses is None:
            continue
        if rule.kind == "route":
            sells = sight.table_of(frozenset().union(*clauses["sellers"]).__contains__, [sight.table.column("trader")])
            yield "not_routed", mask & ~is_true(sells)
            continue
        value = sight.value(clauses["condition"])
        yield f"{rule.kind}:{rule.name}", mask & (is_false(value) if rule.kind == "require" else is_true(value))
        for code, held in missing(clauses["condition"], sight, rule.name):
            yield code, mask & held


def of_standing(verdicts: Verdicts) -> Iterator[Coded]:
    """Steps 3 and 4, of all offers."""
    sight = verdicts.sight
    for rule, here, _ in verdicts.judged:
        if here:
            inside = pl.lit(True)
            if not here >= set(verdicts.minerals):
                inside = is_true(sight.each_mineral(here.__contains__))
            for code, mask in of_rule(rule, sight):
                yield code, inside & mask
    compare = verdicts.day.policy.compare
    if compare is not None:
        yield from missing(compare, sight, "compared")
    yield from _of_tiers(verdicts)


def _of_tiers(verdicts: Verdicts) -> Iterator[Coded]:
    """A tier that is unknown, or none: of offers that passed step 3."""
    if not verdicts.day.policy.tiers:
        return
    sight, eligible = verdicts.sight, verdicts.eligible
    yield "no_tier", eligible & (verdicts.tier_code == NO_TIER)
    for place, rule in enumerate(verdicts.day.tiers, 1):
        _, cases = sight.cases(rule)
        here = eligible & one_of(verdicts.unknown_in, [place])
        for case, mask in sight.masks(rule.name):
            clauses: Clauses | None = cases[case]
            if clauses is not None and clauses["when"] is not None:
                for name, missed in missing(clauses["when"], sight, rule.name):
                    yield name, here & mask & missed


def of_step(lanes: Lanes, queue: Queue) -> Iterator[Coded]:
    """Why the offers of a step's tiers are no candidates, whatever the request states."""
    sight = lanes.sight_of(queue)
    for rule, among in lanes.each(sight, queue.minerals):
        inside = pl.lit(True)
        if not among >= queue.minerals:
            inside = is_true(sight.each_mineral(among.__contains__))
        for code, mask in of_rule(rule, sight):
            yield code, inside & mask
    number, clauses = queue.step.number, queue.clauses
    when = clauses[number, "when"]
    if when is not None:
        yield f"when:{queue.step.code}", is_false(sight.value(when))
        yield from missing(when, sight, f"when:{queue.step.code}")
    yield from _of_premium(lanes, sight, queue)


def of_terms(request: Request, sight: Sight) -> Iterator[Coded]:
    """Why offers do not meet what a request states."""
    asked = {"form": request.form, "purity": request.purity, "delivery": request.need_by}
    for name, value in asked.items():
        if value is not None:
            yield f"missing:{name}", unknown(sight.table.column(name))
    codes = ("spec", "spec", "late")
    stated = [code for code, value in zip(codes, asked.values(), strict=True) if value is not None]
    names = [name for name, value in asked.items() if value is not None]
    terms = list(Lanes.terms(request, sight))
    for code, name, met in zip(stated, names, terms, strict=False):
        yield code, ~is_true(met) & ~unknown(sight.table.column(name))
    if request.max_price is not None:
        yield "max_price", ~is_true(terms[-1])


def _of_premium(lanes: Lanes, sight: Sight, queue: Queue) -> Iterator[Coded]:
    number, clauses, code = queue.step.number, queue.clauses, queue.step.code
    ratio = clauses[number, "ratio"]
    if ratio is None:
        return
    undefined = unknown(reference_of(sight, clauses, number))
    if clauses[number, "if_none"] == "reject":
        yield f"no_reference:{code}", undefined
    for name, mask in missing(ratio, sight, "premium"):
        yield name, mask & ~undefined
    premium = lanes.premium(sight, queue)
    assert premium is not None
    yield f"premium:{code}", is_false(premium) & ~undefined


def in_tiers(table_tier: Value, tiers: tuple[str, ...]) -> pl.Expr:
    """Where an offer is in one of these tiers."""
    assert isinstance(table_tier, Keyed)
    return one_of(table_tier, [place for place, name in enumerate(table_tier.values) if name in tiers])


def together(masks: Iterable[Coded]) -> dict[str, pl.Expr]:
    """Where each code holds, whichever rule says it."""
    found: dict[str, list[pl.Expr]] = {}
    for code, mask in masks:
        found.setdefault(code, []).append(mask)
    return {code: balanced(ones, or_) for code, ones in found.items()}


def by_mineral(rows: pl.DataFrame, masks: Mapping[str, pl.Expr], minerals: Sequence[str]) -> dict[str, dict[str, int]]:
    """For each mineral how many offers have each code; codes that none has are left out."""
    if not masks:
        return {}
    sums = [mask.cast(pl.UInt32).alias(str(at)) for at, mask in enumerate(masks.values())]
    counted = rows.lazy().select("mineral", *sums).group_by("mineral").agg(pl.all().sum()).collect()
    return {
        minerals[mineral]: {code: count for code, count in zip(masks, counts, strict=True) if count}
        for mineral, *counts in counted.iter_rows()
    }
