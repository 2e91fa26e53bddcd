"""Policies in which one cap is raised: what it says itself, and what exceptions to it say instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any
from weakref import WeakKeyDictionary

import attrs

from vault_rules.engine.program import Program, compile_policy
from vault_rules.semantics import typed
from vault_rules.semantics.types import NUMBER, RATIO

Raise = Callable[[typed.Expr], typed.Expr]


def _times(factor: Fraction) -> Raise:
    def change(value: typed.Expr) -> typed.Expr:
        kind = RATIO if value.type == RATIO else NUMBER
        by = typed.Const(kind, factor, span=value.span)
        return typed.Call(value.type, "*", (kind, value.type), (by, value), span=value.span)

    return change


def _beyond_reach(value: typed.Expr) -> typed.Expr:
    """So much more that nothing in a small book comes near; unknown where the limit is."""
    more = typed.Const(value.type, Fraction(10**15), span=value.span)
    return typed.Call(value.type, "+", (value.type, value.type), (value, more), span=value.span)


RAISES: tuple[tuple[str, Raise], ...] = (
    ("by a hundredth", _times(Fraction(101, 100))),
    ("by a tenth", _times(Fraction(11, 10))),
    ("to the double", _times(Fraction(2))),
    ("beyond all reach", _beyond_reach),
)
"""By how much a cap is raised: in words, and what becomes of its limit."""


def raised(program: Program, cap: str, change: Raise) -> Program:
    """The program with one cap raised; made once for each."""
    kept = _raised.setdefault(program, {})
    key = cap, change
    if key not in kept:
        kept[key] = compile_policy(_with_cap(program.policy, cap, change))
    return kept[key]


_raised: WeakKeyDictionary[Program, dict[tuple[str, Raise], Program]] = WeakKeyDictionary()


def _with_cap(policy: typed.TypedPolicy, cap: str, change: Raise) -> typed.TypedPolicy:
    targets = {cap}
    for one in _outermost_last(policy.exceptions):
        if one.target in targets:
            targets.add(one.name)
    exceptions = tuple(
        attrs.evolve(one, changes=_limit(one.changes, change)) if one.name in targets else one
        for one in policy.exceptions
    )
    caps = tuple(
        attrs.evolve(one, clauses=_limit(one.clauses, change)) if one.name == cap else one for one in policy.caps
    )
    return attrs.evolve(policy, caps=caps, exceptions=exceptions)


def _outermost_last(exceptions: tuple[typed.TypedException, ...]) -> list[typed.TypedException]:
    """Exceptions after those that they change."""
    names = {one.name: one for one in exceptions}

    def depth(one: typed.TypedException) -> int:
        return 1 + depth(names[one.target]) if one.target in names else 0

    return sorted(exceptions, key=depth)


def _limit(clauses: Mapping[Any, Any], change: Raise) -> Mapping[Any, Any]:
    limit = clauses.get("limit")
    if not isinstance(limit, typed.Limit):
        return clauses
    return {**clauses, "limit": attrs.evolve(limit, value=change(limit.value))}
