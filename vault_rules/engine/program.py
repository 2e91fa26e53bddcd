"""The compiled policy, made for any engine: which rules and exceptions are in force on a day, and for whom.

Input: a `TypedPolicy`. Output: a `Program`; `Program.on(as_of)` gives the rules of one day. Nothing here reads a book.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from typing import Any

import attrs

from vault_rules.domain.plan import RuleRef
from vault_rules.semantics import typed
from vault_rules.semantics.reads import Reads
from vault_rules.source.text import Span


@attrs.define(frozen=True, slots=False, eq=False)
class Program:
    """A policy ready to run. `name` and `parameters` are what the plan says of it."""

    policy: typed.TypedPolicy

    @property
    def name(self) -> str:
        return self.policy.name

    @cached_property
    def parameters(self) -> Mapping[str, str]:
        """Each parameter and its value as text, by name."""
        from vault_rules.engine.words import show
        from vault_rules.semantics.constants import fold_or_none

        lets = {name: one.value for name, one in self.policy.lets.items()}
        found = {}
        for name in sorted(self.policy.parameters):
            value = lets[name]
            constant = fold_or_none(value, lets, self.policy.tables)
            found[name] = value.span.text if constant is None else show(constant, value.type, self.policy.currency)
        return found

    def rule(self, name: str) -> typed.Rule | None:
        """A rule that decides about offers, by name: a `require`, `forbid`, `route`, cap or target."""
        return next((one for one in (*self.policy.rules, *self.policy.caps) if one.name == name), None)

    def on(self, as_of: date) -> Day:
        """The rules in force on a day, in file order."""
        policy = self.policy

        def active(rules: Iterable[typed.Rule]) -> tuple[typed.Rule, ...]:
            return tuple(rule for rule in rules if rule.window.holds(as_of))

        return Day(
            as_of=as_of,
            policy=policy,
            tiers=active(policy.tiers),
            rules=active(policy.rules),
            waterfalls=active(policy.waterfalls),
            caps=active(policy.caps),
            stores=active(policy.stores),
            exceptions=tuple(one for one in policy.exceptions if one.window.holds(as_of)),
        )


@attrs.define(frozen=True, slots=False, eq=False, kw_only=True)
class Day:
    """A policy on one day."""

    as_of: date
    policy: typed.TypedPolicy
    tiers: tuple[typed.Rule, ...]
    rules: tuple[typed.Rule, ...]
    waterfalls: tuple[typed.Rule, ...]
    caps: tuple[typed.Rule, ...]
    stores: tuple[typed.Rule, ...]
    exceptions: tuple[typed.TypedException, ...]

    @cached_property
    def lets(self) -> Mapping[str, typed.Expr]:
        return {name: one.value for name, one in self.policy.lets.items()}

    @cached_property
    def by_target(self) -> Mapping[str, tuple[typed.TypedException, ...]]:
        """The exceptions in force, by the rule, let or exception that they change."""
        found: dict[str, list[typed.TypedException]] = {}
        for one in self.exceptions:
            found.setdefault(one.target, []).append(one)
        return {target: tuple(group) for target, group in found.items()}

    @cached_property
    def reads(self) -> Reads:
        """What expressions read, given the exceptions in force."""
        return Reads(self.lets, self.exceptions, self.policy.tables)

    @cached_property
    def tier_rank(self) -> Mapping[str, int]:
        return {tier.name: rank for rank, tier in enumerate(self.policy.tiers)}

    def is_per_request(self, rule: typed.Rule) -> bool:
        """Whether a `require` or `forbid` is judged for each request: it reads the request, or says `for buyers`."""
        if rule.scope.buyers is not None:
            return True
        conditions = [
            rule.clauses["condition"],
            *(one.changes["condition"] for one in self._changes(rule.name) if "condition" in one.changes),
        ]
        return any("request" in self.reads.of(condition) for condition in conditions)

    def has_buyers_exception(self, rule: typed.Rule, mineral: str) -> bool:
        """Whether some buyers have an exception to this rule for a mineral."""
        return any(
            one.scope.buyers is not None and (one.scope.minerals is None or mineral in one.scope.minerals)
            for one in self._changes(rule.name)
        )

    def _changes(self, name: str) -> list[typed.TypedException]:
        """The exceptions to a rule, and the exceptions to those."""
        found: list[typed.TypedException] = []
        queue = [name]
        for one in queue:
            for exception in self.by_target.get(one, ()):
                if exception not in found:
                    found.append(exception)
                    queue.append(exception.name)
        return found


def compile_policy(policy: typed.TypedPolicy) -> Program:
    """A checked policy as a program."""
    return Program(policy)


def rule_ref(span: Span | None) -> RuleRef | None:
    """A span as the plan names places: the file relative to the policy's folder, line and column from 1."""
    if span is None:
        return None
    return RuleRef(span.source.role or span.source.name, span.line, span.column)


@attrs.frozen
class Clauses:
    """A rule's clauses after exceptions: what they say, where, and which exceptions had a part in it."""

    content: Mapping[Any, Any] = attrs.field(hash=False)
    spans: Mapping[Any, Span] = attrs.field(hash=False)
    exceptions: tuple[str, ...] = ()

    def __getitem__(self, key: Any) -> Any:
        return self.content.get(key)
