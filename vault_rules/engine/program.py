"""The compiled policy, made for any engine: which rules and exceptions are in force on a day, and for whom.

Input: a `TypedPolicy`. Output: a `Program`; `Program.on(as_of)` gives the rules of one day. Nothing here reads a book.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
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
        if as_of not in self._days:
            self._days[as_of] = self._on(as_of)
        return self._days[as_of]

    @cached_property
    def _days(self) -> dict[date, Day]:
        return {}

    def _on(self, as_of: date) -> Day:
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
    def tier_rank(self) -> Mapping[str, int]:
        return {tier.name: rank for rank, tier in enumerate(self.policy.tiers)}

    def rules_for(self, mineral: str) -> tuple[list[typed.Rule], list[typed.Rule]]:
        """The rules for offers of a mineral, in file order: those judged at once, and those judged for each request.

        One that depends on the buyer is judged in both places.
        """
        if mineral not in self._rules_for:
            binding = [rule for rule in self.rules if not rule.advisory and rule.scope.has_mineral(mineral)]
            conditions = [rule for rule in binding if rule.kind != "route"]
            each = [rule for rule in conditions if self.is_per_request(rule, mineral)]
            names = {rule.name for rule in each}
            some = [rule for rule in conditions if rule.name not in names and self.depends_on_buyer(rule, mineral)]
            here = [rule for rule in binding if rule.name not in names]
            self._rules_for[mineral] = (here, sorted([*each, *some], key=lambda rule: rule.order))
        return self._rules_for[mineral]

    @cached_property
    def _rules_for(self) -> dict[str, tuple[list[typed.Rule], list[typed.Rule]]]:
        return {}

    def is_per_request(self, rule: typed.Rule, mineral: str) -> bool:
        """Whether a `require` or `forbid` is judged only for each request, for the offers of a mineral.

        It is where it says `for buyers` or reads the request: itself, by an exception to it for that mineral, or by a
        `let` that it reads.
        """
        return rule.scope.buyers is not None or self._reads_request(rule, mineral, for_some=False)

    def depends_on_buyer(self, rule: typed.Rule, mineral: str) -> bool:
        """Whether some buyers have an exception to the rule, or to a `let` that it reads: each request is judged apart.

        References then see what the rule says without those exceptions, since an exception changes nothing outside of
        its scope.
        """
        excepted = any(one.scope.buyers is not None for one in self._changes(rule.name, mineral))
        return excepted or self._reads_request(rule, mineral, for_some=True)

    def _reads_request(self, rule: typed.Rule, mineral: str, *, for_some: bool) -> bool:
        """Whether its condition reads the request; `for_some`: also by what is so for some buyers only."""
        changes = [one for one in self._changes(rule.name, mineral) if for_some or one.scope.buyers is None]
        conditions = [rule.clauses["condition"], *(one.changes.get("condition") for one in changes)]
        reads = self._reads(mineral, for_some)
        return any("request" in reads.of(one) for one in conditions if one is not None)

    def _reads(self, mineral: str, for_some: bool) -> Reads:
        """What expressions read, given the exceptions in force for a mineral."""
        key = (mineral, for_some)
        if key not in self._reads_of:
            exceptions = [
                one
                for one in self.exceptions
                if one.scope.has_mineral(mineral) and (for_some or one.scope.buyers is None)
            ]
            self._reads_of[key] = Reads(self.lets, exceptions, self.policy.tables)
        return self._reads_of[key]

    @cached_property
    def _reads_of(self) -> dict[tuple[str, bool], Reads]:
        return {}

    def changed(
        self, target: str, applies: Callable[[typed.TypedException], bool]
    ) -> tuple[dict[Any, Any], dict[Any, Span], bool, list[str]]:
        """What the exceptions to one target say where some apply: new clauses, their places, whether they waive it,
        and the names of those that had a part.
        """
        content: dict[Any, Any] = {}
        spans: dict[Any, Span] = {}
        waived = False
        used: list[str] = []
        for one in self.by_target.get(target, ()):
            if not applies(one):
                continue
            changes, places, is_waived, names = self.changed(one.name, applies)
            if is_waived:
                used += names
                continue
            content |= {**one.changes, **changes}
            spans |= {**one.spans, **places}
            waived |= one.waive and not changes  # an exception to a waiver that restates the rule puts it in its place
            used += [one.name, *names]
        return content, spans, waived, used

    def is_plain(self, rule: typed.Rule) -> bool:
        """Whether no exception to a rule has to be asked."""
        return rule.name not in self.by_target

    def unchanged(self, rule: typed.Rule) -> Clauses:
        """A rule's clauses where no exception has a part in them: the same for everybody."""
        found = self._unchanged.get(id(rule))
        if found is None:
            found = self._unchanged[id(rule)] = Clauses(rule.clauses, rule.spans)
        return found

    @cached_property
    def _unchanged(self) -> dict[int, Clauses]:
        return {}

    def exceptions_below(self, target: str) -> tuple[typed.TypedException, ...]:
        """The exceptions in force to a target, and to these, and so on."""
        if target not in self._below:
            found = list(self.by_target.get(target, ()))
            for one in found:
                found += self.by_target.get(one.name, ())
            self._below[target] = tuple(found)
        return self._below[target]

    @cached_property
    def _below(self) -> dict[str, tuple[typed.TypedException, ...]]:
        return {}

    def _changes(self, name: str, mineral: str) -> list[typed.TypedException]:
        """The exceptions to a rule for a mineral, and the exceptions to those."""
        found: list[typed.TypedException] = []
        queue = [name]
        for one in queue:
            for exception in self.by_target.get(one, ()):
                if exception not in found and exception.scope.has_mineral(mineral):
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
