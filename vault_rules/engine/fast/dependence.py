"""What the rules of a day read, and on whom they depend: worked out once for a policy and a day."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from vault_rules.engine.program import Day
from vault_rules.engine.readings import columns_read, parts, reads_request
from vault_rules.semantics import typed


def expressions(content: Any) -> Iterator[typed.Expr]:
    """Every expression in the clauses of a rule."""
    match content:
        case typed.Expr():
            yield content
        case typed.Key(value=value):
            yield value
        case typed.Share(ratio=value) | typed.Limit(value=value):
            yield value
        case tuple() | list():
            for one in content:
                yield from expressions(one)
        case dict():
            for one in content.values():
                yield from expressions(one)


def may_stop(day: Day) -> bool:
    """Whether judging an offer may stop the evaluation."""
    clauses = [dict(rule.clauses) for rule in (*day.rules, *day.tiers)]
    changes = [dict(one.changes) for one in day.exceptions]
    whens = [one.when for one in day.exceptions if one.when is not None]
    asked = (part for expr in expressions([clauses, changes, whens]) for part in parts(expr, day))
    return day.policy.compare is not None or any(isinstance(one, typed.Foreign) for one in asked)


class Dependence:
    """What the rules of a day read."""

    def __init__(self, day: Day) -> None:
        self.day = day
        self.each: dict[int, bool] = {}
        """Which ratios of shares depend on the offer, by identity."""

    @cached_property
    def columns(self) -> set[str]:
        """The columns that steps, caps and the rules judged for each request read."""
        day = self.day
        changes = [dict(one.changes) for one in day.exceptions]
        whens = [one.when for one in day.exceptions if one.when is not None]
        rules = [dict(rule.clauses) for rule in (*day.rules, *day.waterfalls, *day.caps)]
        return set().union(*(columns_read(expr, day) for expr in expressions([*changes, *whens, *rules])))

    @cached_property
    def apart(self) -> bool:
        """Whether candidates depend on who buys."""
        day = self.day
        scopes = [*(rule.scope for rule in day.rules), *(one.scope for one in day.exceptions)]
        clauses = [dict(one.clauses) for one in (*day.rules, *day.waterfalls)]
        whens = [one.when for one in day.exceptions if one.when is not None]
        exprs = expressions([*clauses, *whens, *(dict(one.changes) for one in day.exceptions)])
        reads = any(
            isinstance(part, typed.Column) and part.owner == "request" and part.name == "buyer"
            for expr in exprs
            for part in parts(expr, day)
        )
        return reads or any(scope.buyers is not None for scope in scopes)

    @cached_property
    def caps_ask(self) -> dict[str, bool]:
        """For each cap whether what it says depends on the request, beyond its mineral, or on markets."""
        day = self.day
        changes = [dict(one.changes) for one in day.exceptions]
        return {
            rule.name: any(
                isinstance(part, typed.Market) or (isinstance(part, typed.Column) and part.owner == "request")
                for expr in expressions([dict(rule.clauses), *changes])
                for part in parts(expr, day)
            )
            for rule in day.caps
        }

    @cached_property
    def alone(self) -> dict[str, bool]:
        """For each waterfall whether its candidates depend on the request itself."""
        day = self.day
        rules = list(expressions([dict(rule.clauses) for rule in day.rules if not rule.advisory]))
        changes = list(expressions([dict(one.changes) for one in day.exceptions]))
        whens = [one.when for one in day.exceptions if one.when is not None]
        shared = reads_request([*rules, *changes, *whens], day)
        return {rule.name: shared or reads_request(expressions(dict(rule.clauses)), day) for rule in day.waterfalls}
