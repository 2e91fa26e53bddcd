"""How far a change reaches: on which days, and for which minerals, a book may show it.

A book on another day, or of other minerals, has the same plan with the change as without, and need not be asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import attrs

from vault_rules.semantics import typed
from vault_rules.semantics.types import MINERAL
from vault_rules.trials.draft import Draft
from vault_rules.trials.mutation.normal import KINDS_OF_RULE, Form, expressions_in

_EVERY_DAY = typed.Window()


@attrs.frozen
class Spread:
    """Days, and minerals (None: all of them)."""

    window: typed.Window
    minerals: frozenset[str] | None

    def has(self, day: date, minerals: frozenset[str]) -> bool:
        return self.window.holds(day) and (self.minerals is None or bool(self.minerals & minerals))


EVERYWHERE = (Spread(_EVERY_DAY, None),)


def reach(before: Form, after: Form) -> tuple[Spread, ...]:
    """Where two policies differ, by their normal forms; nothing where they are the same. Laws are not looked at."""
    found: list[Spread] = []
    for part in before.parts.keys() | after.parts.keys():
        one, other = before.parts[part], after.parts[part]
        if one == other:
            continue
        if part in KINDS_OF_RULE or part == "exceptions":
            found += _of_rules(one, other)
        elif part == "lets":
            found += _of_lets(before, after)
        elif part == "tables":
            found += _of_tables(before, after)
        else:
            return EVERYWHERE
    return tuple(found)


def minerals_of(draft: Draft) -> frozenset[str]:
    """Every mineral that a book names."""
    return frozenset(
        cell.strip()
        for table in draft.tables.values()
        for at, column in enumerate(table.columns)
        if column == "mineral"
        for cell in (row[at] for row in table.rows)
    )


def is_within(spread: Iterable[Spread], draft: Draft, minerals: frozenset[str]) -> bool:
    """Whether a book may show a change. One that sets parameters may show any: dates may depend on them."""
    return bool(draft.parameters) or any(one.has(draft.as_of, minerals) for one in spread)


def _of_rules(one: Iterable[Any], other: Iterable[Any]) -> Iterator[Spread]:
    """Of rules or exceptions that are not the same, or no longer in the same order: where either holds."""
    first, second = {rule.name: rule for rule in one}, {rule.name: rule for rule in other}
    both = [name for name in first if name in second]
    in_order = both == [name for name in second if name in first]
    for name in first.keys() | second.keys():
        if not in_order or first.get(name) != second.get(name):
            for rule in (first.get(name), second.get(name)):
                if rule is not None:
                    yield Spread(rule.window, rule.scope.minerals)


def _of_lets(before: Form, after: Form) -> Iterator[Spread]:
    one, other = before.parts["lets"], after.parts["lets"]
    for name in one.keys() | other.keys():
        if one.get(name) != other.get(name):
            for form in (before, after):
                if name in form.days_of_lets:
                    yield Spread(form.days_of_lets[name], None)


def _of_tables(before: Form, after: Form) -> Iterator[Spread]:
    one, other = before.parts["tables"], after.parts["tables"]
    for name in one.keys() | other.keys():
        if one.get(name) == other.get(name):
            continue
        rows = _rows_that_differ(name, before, after)
        yield Spread(_EVERY_DAY, rows)


def _rows_that_differ(name: str, before: Form, after: Form) -> frozenset[str] | None:
    """The minerals whose rows differ in a table that is looked up by the mineral at hand alone; None for all."""
    one, other = before.parts["tables"].get(name), after.parts["tables"].get(name)
    table = before.policy.tables.get(name)
    if one is None or other is None or table is None or one[0] != other[0] or not _by_mineral(table):
        return None
    if not all(_is_at_hand(expr.keys[0]) for form in (before, after) for expr in _lookups(form, name)):
        return None
    keys = [key for key in one[1].keys() | other[1].keys() if one[1].get(key) != other[1].get(key)]
    return None if None in keys else frozenset(key[0] for key in keys)


def _by_mineral(table: typed.TypedTable) -> bool:
    return table.types[table.keys[0]] == MINERAL


def _is_at_hand(expr: typed.Expr) -> bool:
    return isinstance(expr, typed.Column) and expr.name == "mineral"


def _lookups(form: Form, name: str) -> Iterator[typed.Lookup]:
    laws = [expr for part in _parts_of_laws(form.policy) for expr in typed.walk(part)]
    for expr in (*expressions_in(form.parts), *laws):
        if isinstance(expr, typed.Lookup) and expr.table == name:
            yield expr


# ---- laws ------------------------------------------------------------------------------------------------------------


def _parts_of_laws(policy: typed.TypedPolicy) -> Iterator[typed.Expr]:
    for law in policy.laws:
        for part in law.parts:
            yield part.condition
            if part.where is not None:
                yield part.where


def same_laws(before: Form, after: Form) -> bool:
    """Whether the laws of two policies say the same, with the values that they name."""
    return _laws_read(before) == _laws_read(after)


def _laws_read(form: Form) -> tuple[Any, ...]:
    policy = form.policy
    values: dict[str, Any] = {}
    waiting = list(_parts_of_laws(policy))
    while waiting:
        for expr in typed.walk(waiting.pop()):
            if isinstance(expr, typed.LetRef) and expr.name not in values:
                let = policy.lets[expr.name]
                below = [one for one in policy.exceptions if form.base_of(one).target == expr.name]
                values[expr.name] = let.value, [attrs.evolve(one, order=0) for one in below]
                waiting.append(let.value)
                waiting += [one.changes["value"] for one in below if "value" in one.changes]
                waiting += [one.when for one in below if one.when is not None]
    return policy.laws, values
