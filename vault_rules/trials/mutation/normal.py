"""The normal form of a policy: where two policies have the same, no book tells them apart.

It says what is decided and why, by the codes of reasons; not where that is written, nor in which words limits are
shown. Parameters have the values that are written: a run that sets another runs another policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import Any

import attrs

from vault_rules.semantics import typed
from vault_rules.trials.mutation import orders
from vault_rules.trials.mutation.values import Constants, changed, expressions

_EVERY_DAY = typed.Window()
KINDS_OF_RULE = ("tiers", "rules", "waterfalls", "caps", "stores")


def normal_form(policy: typed.TypedPolicy) -> Form:
    """The normal form, to be compared with that of another policy."""
    return Form(policy)


class Form:
    """The normal form of a policy: two are equal where no book tells the policies apart."""

    def __init__(self, policy: typed.TypedPolicy) -> None:
        self.policy = policy
        self.minerals = frozenset(policy.minerals)
        self.rules = {rule.name: rule for kind in KINDS_OF_RULE for rule in getattr(policy, kind)}
        self.steps: dict[str, tuple[typed.Step, ...]] = {rule.name: rule.clauses["steps"] for rule in policy.waterfalls}
        self.exceptions = {one.name: one for one in policy.exceptions}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Form) and self.parts == other.parts

    __hash__ = None  # type: ignore[assignment]  # what its parts hold is compared, and has no hash

    @cached_property
    def parts(self) -> Mapping[str, Any]:
        """What decides something, by what it is."""
        policy = self.policy
        parts: dict[str, Any] = {
            kind: [self._rule(rule) for rule in getattr(policy, kind) if not self._is_idle(rule)]
            for kind in KINDS_OF_RULE
        }
        parts["exceptions"] = [self._exception(one) for one in self.in_effect.values()]
        parts["header"] = self._header()
        parts["lets"] = {name: self.simple(policy.lets[name].value) for name in self.lets_read}
        parts["known"] = (policy.currency, self.minerals, policy.traders, policy.buyers, dict(policy.fields))
        parts["functions"] = dict(policy.functions)
        parts["tables"] = self._tables(parts)
        parts["fiscal_year"] = policy.fiscal_year if self._reads_fiscal_year(parts) else None
        return parts

    def simple(self, expr: typed.Expr) -> typed.Expr:
        return self.constants.simple(expr)

    # ---- exceptions: where they have an effect --------------------------------------------------------------------

    @cached_property
    def in_effect(self) -> dict[str, typed.TypedException]:
        """The exceptions that may ever change something, each with the days and minerals on which it does."""
        found: dict[str, typed.TypedException] = {}
        for one in self.policy.exceptions:
            window, scope = self._reach(one)
            narrowed = self._both(one.window, window), _narrowed(one.scope, scope)
            if narrowed[0] is not None and narrowed[1].minerals != frozenset():
                found[one.name] = attrs.evolve(one, window=narrowed[0], scope=narrowed[1])
        return {name: one for name, one in found.items() if self._is_kept(one, found)}

    def _is_kept(self, one: typed.TypedException, found: Mapping[str, typed.TypedException]) -> bool:
        """Whether what it changes is still there, and read."""
        while one.target_kind == "exception":
            if one.target not in found:
                return False
            one = found[one.target]
        return one.target_kind != "let" or one.target in self.days_of_lets

    def _reach(self, one: typed.TypedException) -> tuple[typed.Window | None, typed.Scope]:
        """The days on which what an exception changes is in force, and the minerals for which it is."""
        if one.target_kind == "exception":
            other = self.exceptions[one.target]
            window, scope = self._reach(other)
            return self._both(other.window, window), _narrowed(other.scope, scope)
        if one.target_kind == "let":
            return self.days_of_lets.get(one.target), typed.Scope()
        rule = self.rules[one.target]
        return rule.window, self._scope(rule.scope)

    def _both(self, one: typed.Window | None, other: typed.Window | None) -> typed.Window | None:
        """The days on which both hold; None where there is none."""
        if one is None or other is None:
            return None
        starts = [day for day in (one.start, other.start) if day is not None]
        ends = [day for day in (one.end, other.end) if day is not None]
        start, end = max(starts, default=None), min(ends, default=None)
        return None if start is not None and end is not None and start >= end else typed.Window(start, end)

    @cached_property
    def days_of_lets(self) -> dict[str, typed.Window]:
        """For each `let` that is read, days outside of which nothing reads it."""
        found: dict[str, typed.Window] = {}
        waiting = [*self._readers()]
        while waiting:
            content, window = waiting.pop()
            for expr in expressions(content):
                if isinstance(expr, typed.LetRef):
                    before = found.get(expr.name)
                    after = window if before is None else _hull(before, window)
                    if after != before:
                        found[expr.name] = after
                        waiting.append((self.policy.lets[expr.name].value, after))
                        waiting += [
                            (content, after) for one in self._below(expr.name) for content in (one.changes, one.when)
                        ]
        return found

    def _readers(self) -> Iterator[tuple[Any, typed.Window]]:
        policy = self.policy
        for rule in self.rules.values():
            yield rule.clauses, rule.window
        for one in policy.exceptions:
            if self.base_of(one).target_kind != "let":
                yield (one.changes, one.when), one.window
        header = (policy.serve, policy.least_award, policy.compare, tuple(value for _, value in policy.show))
        yield header, _EVERY_DAY
        yield tuple(one.default for one in policy.fields.values()), _EVERY_DAY
        for table in policy.tables.values():
            yield tuple(table.rows.values()), _EVERY_DAY

    def base_of(self, one: typed.TypedException) -> typed.TypedException:
        """The exception at the end of a chain: the one that changes a rule or a `let`."""
        while one.target_kind == "exception":
            one = self.exceptions[one.target]
        return one

    def _below(self, let: str) -> list[typed.TypedException]:
        of_let = [one for one in self.policy.exceptions if self.base_of(one).target_kind == "let"]
        return [one for one in of_let if self.base_of(one).target == let]

    # ---- values ---------------------------------------------------------------------------------------------------

    @cached_property
    def constants(self) -> Constants:
        bases = [self.base_of(one) for one in self.in_effect.values()]
        return Constants(self.policy, frozenset(one.target for one in bases if one.target_kind == "let"))

    @cached_property
    def lets_read(self) -> list[str]:
        """The lets that decide something and are no constants."""
        read = [
            typed.LetRef(self.policy.lets[name].value.type, name, span=self.policy.span) for name in self.days_of_lets
        ]
        return sorted(one.name for one in read if not isinstance(self.simple(one), typed.Const))

    def _tables(self, parts: Mapping[str, Any]) -> dict[str, Any]:
        """The tables that are looked into, each with the columns that are read, and without rows that say no more than
        `otherwise` does.
        """
        columns: dict[str, set[str]] = {}
        waiting: list[Any] = [parts]
        while waiting:
            for expr in expressions_in(waiting.pop()):
                if isinstance(expr, typed.Lookup) and expr.column not in columns.setdefault(expr.table, set()):
                    columns[expr.table].add(expr.column)
                    rows = self.policy.tables[expr.table].rows.values()
                    waiting.append([self.simple(row[expr.column]) for row in rows if expr.column in row])
        return {name: self._table(self.policy.tables[name], sorted(read)) for name, read in sorted(columns.items())}

    def _table(self, table: typed.TypedTable, columns: list[str]) -> Any:
        rows = {
            key: tuple(self.simple(row[column]) if column in row else None for column in columns)
            for key, row in table.rows.items()
        }
        other = rows.get(None)
        return columns, {key: row for key, row in rows.items() if key is None or row != other}

    # ---- rules ----------------------------------------------------------------------------------------------------

    def _rule(self, rule: typed.Rule) -> typed.Rule:
        scope = self._scope(rule.scope)
        return attrs.evolve(
            rule, order=0, scope=scope, clauses=self._clauses(rule.clauses, rule.kind, rule.name, whole=True)
        )

    def _exception(self, one: typed.TypedException) -> typed.TypedException:
        when = None if one.when is None else self.simple(one.when)
        base = self.base_of(one)
        kind = self.rules[base.target].kind if base.target in self.rules else "let"
        changes = self._clauses(one.changes, kind, base.target, whole=False)
        return attrs.evolve(one, order=0, when=_unless_true(when), changes=changes)

    def _is_idle(self, rule: typed.Rule) -> bool:
        """Whether a rule lets every offer pass, and no exception makes it another."""
        if rule.kind not in ("require", "forbid") or rule.advisory:
            return False
        condition = self.simple(rule.clauses["condition"])
        passes = rule.scope.minerals == frozenset() or (
            isinstance(condition, typed.Const) and condition.value is (rule.kind == "require")
        )
        return passes and not any(self.base_of(one).target == rule.name for one in self.in_effect.values())

    def _scope(self, scope: typed.Scope) -> typed.Scope:
        """All minerals are everybody's."""
        return attrs.evolve(scope, minerals=None) if scope.minerals == self.minerals else scope

    def _clauses(self, clauses: Mapping[Any, Any], kind: str, name: str, *, whole: bool) -> Mapping[Any, Any]:
        found: dict[Any, Any] = changed(clauses, self.simple)
        if kind == "route" and "sellers" in found:
            found["sellers"] = _ranked(found["sellers"])
        if kind == "store" and "places" in found:
            found["places"] = tuple(
                attrs.evolve(place, when=_unless_true(place.when), keys=orders.of_place(place.keys, self.policy.span))
                for place in found["places"]
            )
        for step in self.steps.get(name, ()):
            self._step(step, found, whole=whole)
        if not whole:
            return found  # what an exception does not restate stays: to say nothing is another thing there
        found = {key: _unless_true(value) if _asks(key) else value for key, value in found.items()}
        return {key: value for key, value in found.items() if value is not None}

    def _step(self, step: typed.Step, found: dict[Any, Any], *, whole: bool) -> None:
        number = step.number
        if whole or (number, "keys") in found:
            keys = found.get((number, "keys")) or ()
            found[number, "keys"] = orders.of_step(keys, step.tiers, self.policy.span)
        references = found.get((number, "references"))
        if references is not None:
            known = next((at for at, one in enumerate(references) if isinstance(one, typed.Const)), None)
            if known is not None:
                found[number, "references"], found[number, "if_none"] = references[: known + 1], None
        share = found.get((number, "share"))
        if whole and share is not None and share.of_awarded and _is_all(share.ratio) and not self._restates(number):
            del found[number, "share"]

    def _restates(self, number: int) -> bool:
        """Whether an exception says another share of a step."""
        return any((number, "share") in one.changes for one in self.policy.exceptions)

    # ---- the header -----------------------------------------------------------------------------------------------

    def _header(self) -> Any:
        policy = self.policy
        least = None if policy.least_award is None else self.simple(policy.least_award)
        if isinstance(least, typed.Const) and least.value <= 0:
            least = None
        compare = None if policy.compare is None else self.simple(policy.compare)
        show = tuple((name, self.simple(value)) for name, value in policy.show)
        return orders.of_requests(changed(policy.serve, self.simple), policy.span), least, compare, show

    @staticmethod
    def _reads_fiscal_year(parts: Mapping[str, Any]) -> bool:
        rules = (*parts["caps"], *parts["exceptions"])
        clauses = [one.clauses if isinstance(one, typed.Rule) else one.changes for one in rules]
        by_period = any(one.get("period") == "fiscal_year" for one in clauses)
        return by_period or any(isinstance(one, typed.FiscalYear) for one in expressions_in(parts))


def expressions_in(parts: Any) -> Iterator[typed.Expr]:
    """Every expression in the parts of a form."""
    match parts:
        case typed.Rule():
            yield from expressions(parts.clauses)
        case typed.TypedException():
            yield from expressions((parts.changes, parts.when))
        case typed.TypedField():
            yield from expressions(parts.default)
        case Mapping():
            for one in parts.values():
                yield from expressions_in(one)
        case list() | tuple():
            for one in parts:
                yield from expressions_in(one)
        case _:
            yield from expressions(parts)


def _hull(one: typed.Window, other: typed.Window) -> typed.Window:
    starts: list[date | None] = [one.start, other.start]
    ends: list[date | None] = [one.end, other.end]
    start = None if None in starts else min(day for day in starts if day is not None)
    end = None if None in ends else max(day for day in ends if day is not None)
    return typed.Window(start, end)


def _narrowed(one: typed.Scope, other: typed.Scope) -> typed.Scope:
    """For whom both hold; buyers are left as one says them."""
    if other.minerals is None or one.minerals is None:
        return attrs.evolve(one, minerals=other.minerals if one.minerals is None else one.minerals)
    return attrs.evolve(one, minerals=one.minerals & other.minerals)


def _ranked(groups: Iterable[frozenset[str]]) -> tuple[frozenset[str], ...]:
    """Sellers by rank: who is in a group is not in a later one."""
    seen: frozenset[str] = frozenset()
    found = []
    for group in groups:
        if group - seen:
            found.append(group - seen)
        seen |= group
    return tuple(found)


def _asks(key: Any) -> bool:
    """Whether a clause narrows what the rest says by a condition, which is nothing where it always holds."""
    return (key[-1] if isinstance(key, tuple) else key) in ("when", "where")


def _unless_true(when: typed.Expr | None) -> typed.Expr | None:
    return None if isinstance(when, typed.Const) and when.value is True else when


def _is_all(ratio: typed.Expr) -> bool:
    return isinstance(ratio, typed.Const) and ratio.value >= 1
