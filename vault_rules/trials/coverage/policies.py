"""The points of a whole policy, and the same policy watched: whoever evaluates it notes what it decides.

Rules count in whatever file they stand. Of definitions only those count that a rule reads; of tables each row, where
the table is written in the policy's own file, and else the table as a whole: a list of sixty minerals that comes from
elsewhere says nothing of this policy's tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import attrs

from vault_rules.semantics import typed
from vault_rules.trials.coverage.clauses import Clauses
from vault_rules.trials.coverage.points import (
    ACTIVE,
    BOUNDARIES,
    DECIDES,
    EXACTLY,
    EXCEPTIONS,
    FALSE,
    INACTIVE,
    LOOKED_UP,
    OUTCOMES,
    ROWS,
    RULES,
    TRUE,
    Notes,
    Point,
)

_NEVER = {
    "tier": "no offer is ever in this tier",
    "require": "never rejects an offer",
    "forbid": "never rejects an offer",
    "route": "never keeps a seller out",
    "waterfall": "never serves a request",
    "cap": "never cuts an award short",
    "target": "never reported",
    "store": "never stores anything",
}
Rule = typed.Rule | typed.TypedException


@attrs.frozen
class Watched:
    """A policy, all that can be covered of it in order of place, and itself as it notes what it decides."""

    points: tuple[Point, ...]
    policy: typed.TypedPolicy


def watch(policy: typed.TypedPolicy, notes: Notes) -> Watched:
    """The points of a policy, and the policy that notes them."""
    return _Reader(policy, notes).read_all()


class _Reader(Clauses):
    def read_all(self) -> Watched:
        policy = self.policy
        changed: dict[str, Any] = {
            name: tuple(self._rule(rule) for rule in getattr(policy, name))
            for name in ("tiers", "rules", "waterfalls", "caps", "stores")
        }
        changed["exceptions"] = tuple(self._exception(one) for one in policy.exceptions)
        changed["serve"] = self.keys(policy.serve, "serve", orders=False)
        if policy.compare is not None:
            changed["compare"] = self.value(policy.compare, "compare")
        if policy.least_award is not None:
            changed["least_award"] = self.value(policy.least_award, "least_award")
            self.limit(policy.least_award, "least_award", "never too little", "never enough")
        changed["lets"], changed["tables"] = self._definitions()
        root = policy.span.source
        order = sorted(
            self.points.values(),
            key=lambda one: (one.span.source is not root, one.file, one.span.start, -one.span.end, one.kind, one.what),
        )
        return Watched(tuple(order), attrs.evolve(policy, **changed))

    # ---- rules ----------------------------------------------------------------------------------------------------

    def _rule(self, rule: typed.Rule) -> typed.Rule:
        missing = "never reported" if rule.advisory else _NEVER[rule.kind]
        self.point(RULES, DECIDES, rule.name, rule.name_span, missing)
        self._edges(rule)
        return attrs.evolve(rule, clauses=self.clauses(rule.clauses, rule.name, rule.kind, rule.advisory, rule.spans))

    def _exception(self, one: typed.TypedException) -> typed.TypedException:
        never = f"never waives `{one.target}`" if one.waive else "never active"
        self.point(EXCEPTIONS, ACTIVE, one.name, one.name_span, never)
        self.point(EXCEPTIONS, INACTIVE, one.name, one.name_span, "never inactive")
        self._edges(one)
        kind, advisory = self._base(one)
        when = None if one.when is None else self.condition(one.when, one.name)
        return attrs.evolve(one, when=when, changes=self.clauses(one.changes, one.name, kind, advisory, one.spans))

    def _base(self, one: typed.TypedException) -> tuple[str, bool]:
        """The kind of rule that an exception changes in the end, and whether it is advisory."""
        by_name = {other.name: other for other in self.policy.exceptions}
        while one.target in by_name:
            one = by_name[one.target]
        rules = [rule for rule in rules_of(self.policy) if isinstance(rule, typed.Rule)]
        found = next((rule for rule in rules if rule.name == one.target), None)
        return ("let", False) if found is None else (found.kind, found.advisory)

    def _edges(self, rule: Rule) -> None:
        """A date is a limit on the day: it lies before it, after it, and is once exactly met."""
        for word, day in edges(rule).items():
            span = rule.spans[word]
            for what in ("holds", "fails"):
                self.point(OUTCOMES, TRUE if what == "holds" else FALSE, rule.name, span, _DAYS[word, what])
            self.point(BOUNDARIES, EXACTLY, rule.name, span, f"never exactly on {day.isoformat()}")

    # ---- definitions ----------------------------------------------------------------------------------------------

    def _definitions(self) -> tuple[Mapping[str, typed.TypedLet], Mapping[str, typed.TypedTable]]:
        """The lets and tables that rules read, and those that these read."""
        lets, tables = dict(self.policy.lets), dict(self.policy.tables)
        done: set[tuple[str, str]] = set()
        while open_ := [one for one in self.read if one not in done]:
            for kind, name in open_:
                done.add((kind, name))
                if kind == "let":
                    lets[name] = attrs.evolve(lets[name], value=self.value(lets[name].value, name))
                else:
                    tables[name] = self._table(tables[name])
        return lets, tables

    def _table(self, table: typed.TypedTable) -> typed.TypedTable:
        by_row = self.counts_by_row(table)
        if not by_row:
            self.point(ROWS, LOOKED_UP, table.name, table.span, "never looked up")
        rows: dict[tuple[Any, ...] | None, Mapping[str, typed.Expr]] = {}
        for key, row in table.rows.items():
            rows[key] = {column: self.value(cell, table.name) for column, cell in row.items()}
            if by_row and row:
                self.point(ROWS, LOOKED_UP, table.name, table.places[key], "never looked up")
        return attrs.evolve(table, rows=rows)


_DAYS = {
    ("from", "holds"): "never tried once it began",
    ("from", "fails"): "never tried before it begins",
    ("before", "holds"): "never tried before its end",
    ("before", "fails"): "never tried after its end",
    ("through", "holds"): "never tried before its end",
    ("through", "fails"): "never tried after its end",
}


def rules_of(policy: typed.TypedPolicy) -> tuple[Rule, ...]:
    """All that has dates: rules and exceptions."""
    rules = (*policy.tiers, *policy.rules, *policy.waterfalls, *policy.caps, *policy.stores)
    return (*rules, *policy.exceptions)


def edges(rule: Rule) -> dict[str, date]:
    """The dates of a rule by the word that they stand behind."""
    found: dict[str, date] = {}
    start, end = rule.window.start, rule.window.end
    if start is not None and "from" in rule.spans:
        found["from"] = start
    if end is not None and "before" in rule.spans:
        found["before"] = end
    elif end is not None and "through" in rule.spans:
        found["through"] = end - timedelta(days=1)
    return found


def note_day(rule: Rule, day: date, notes: Notes) -> None:
    """That a rule was tried on a day: on which side of its dates that lies."""
    for word, edge in edges(rule).items():
        span = rule.spans[word]
        inside = day >= edge if word == "from" else day < edge if word == "before" else day <= edge
        notes.add(OUTCOMES, TRUE if inside else FALSE, span)
        if day == edge:
            notes.add(BOUNDARIES, EXACTLY, span)
