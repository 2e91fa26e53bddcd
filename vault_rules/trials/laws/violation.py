"""Where a law does not hold: of what, what it says there, and what was so instead."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from vault_rules.engine.words import show
from vault_rules.semantics import typed
from vault_rules.semantics.meaning import missing_fields, value_of
from vault_rules.source.text import Span
from vault_rules.trials.laws.facts import LawFacts

_COMPARISONS = ("=", "!=", "<", "<=", ">", ">=", "in", "not in")


@attrs.frozen
class Violation:
    """A law that does not hold of one subject."""

    law: str
    """The title of the `always`."""
    subject: str
    """Of what it does not hold: `mineral cobalt`, `the award of 10000 kg from a to r1`."""
    span: Span
    """The place of the condition that failed: of several joined by `and` the first."""
    actual: str | None
    limit: str | None
    """Both sides of a comparison with their units; None where no single comparison decided."""
    values: tuple[tuple[str, str], ...]
    """What the condition reads and its value, in the order written."""
    unknown: tuple[str, ...] = ()
    """What was not known, where the law fails for that."""
    change: str | None = None
    """What was changed between two evaluations that the law compares: `the price of offer a rises from … to …`."""

    @property
    def said(self) -> str:
        """The condition, as the law says it."""
        return " ".join(self.span.text.split())

    def __str__(self) -> str:
        if self.unknown:
            why = f"it is not known whether `{self.said}`: unknown {', '.join(self.unknown)}"
        elif self.actual is not None:
            why = f"`{self.said}` does not hold: {self.actual} against {self.limit}"
        else:
            read = ", ".join(f"{name} is {value}" for name, value in self.values)
            why = f"`{self.said}` does not hold" + (f": {read}" if read else "")
        when = "" if self.change is None else f"when {self.change}: "
        return f"{when}{self.subject}: {why}"


def violation(law: typed.Law, part: typed.ForEach, facts: LawFacts, currency: str, change: str | None) -> Violation:
    """What is said of a subject of which a law does not hold."""
    unsure = part.where is not None and value_of(part.where, facts) is None
    clause = part.where if unsure and part.where is not None else _failing(part.condition, facts)
    actual = limit = None
    if isinstance(clause, typed.Call) and clause.operator in _COMPARISONS:
        actual, limit = (show(value_of(side, facts), side.type, currency) for side in clause.arguments)
        if isinstance(clause.arguments[0], typed.Const) and not isinstance(clause.arguments[1], typed.Const):
            actual, limit = limit, actual
    unknown = tuple(dict.fromkeys(_unknown(clause, facts)))
    values = tuple(dict(_values(clause, facts, currency)).items())
    return Violation(law.title, facts.subject.text, clause.span, actual, limit, values, unknown, change)


def _failing(expr: typed.Expr, facts: LawFacts) -> typed.Expr:
    """The part of a condition that decides that it does not hold, as far as it is a single one."""
    if isinstance(expr, typed.Call) and expr.operator == "and":
        values = [value_of(one, facts) for one in expr.arguments]
        wanted = False if False in values else None
        return _failing(expr.arguments[values.index(wanted)], facts)
    if isinstance(expr, typed.If):
        held = value_of(expr.condition, facts)
        if held is not None:
            return _failing(expr.then if held else expr.otherwise, facts)
    return expr


def _unknown(expr: typed.Expr, facts: LawFacts) -> Iterator[str]:
    if value_of(expr, facts) is not None:
        return
    narrowed = [one for one in typed.walk(expr) if isinstance(one, typed.OfSubject) and one.where is not None]
    for one in narrowed:
        if value_of(one, facts) is None:
            yield from facts.unknown_in(one)
    sums = {one.name for one in narrowed}
    yield from (name for name in missing_fields(expr, facts) if name not in sums)


def _values(expr: typed.Expr, facts: LawFacts, currency: str) -> Iterator[tuple[str, str]]:
    """Every name that an expression reads, with its value; of a narrowed sum the whole."""
    stack = [expr]
    while stack:
        one = stack.pop()
        if isinstance(one, typed.Column | typed.Context | typed.LetRef | typed.Market | typed.Benchmark):
            yield " ".join(one.span.text.split()), show(value_of(one, facts), one.type, currency)
        else:
            stack.extend(reversed(typed.children(one)))
