"""What the plan says of limits: how much of each cap is used, and which targets and advisory caps hold."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import attrs

from vault_rules.domain.plan import CapUse, Finding
from vault_rules.domain.rows import Holding
from vault_rules.engine.limits import Caps, Group
from vault_rules.engine.outcome import Outcome
from vault_rules.engine.program import Clauses
from vault_rules.engine.words import show
from vault_rules.engine.world import View
from vault_rules.semantics import typed
from vault_rules.semantics.meaning import value_of
from vault_rules.semantics.types import MASS, MONEY, RATIO


@attrs.frozen
class Measured:
    """What a cap or target has counted in one group, and its limit in kg or money; `base` is what a share is of."""

    rule: typed.Rule
    clauses: Clauses
    group: Group
    used: Fraction
    value: Any
    base: Fraction | None
    highest: Fraction | None


def limit_rows(evaluation: Outcome) -> Iterator[CapUse | Finding]:
    """A row for each cap in force and each group it counts apart; for targets and advisory caps a finding."""
    for one in measured(evaluation):
        yield _row(evaluation, one)


def measured(evaluation: Outcome) -> Iterator[Measured]:
    """The same in exact figures, by rule and group."""
    for rule in evaluation.world.day.caps:
        found: dict[Group, Measured] = {}
        for clauses in regrouped(evaluation, rule):
            for group in _groups(evaluation, rule, clauses):
                own, view = _clauses(evaluation, rule, group, clauses)
                if own is not None and column_names(own) == column_names(clauses) and group not in found:
                    found[group] = _measured(evaluation, rule, own, view, group)
        yield from (found[group] for group in sorted(found, key=lambda one: tuple(map(str, one))))


def column_names(clauses: Clauses) -> list[str]:
    """The columns that a cap counts apart by: what stands after `per`, then after `by`."""
    return [column.name for column in [*(clauses["per"] or ()), *([clauses["by"]] if clauses["by"] else [])]]


def regrouped(evaluation: Outcome, rule: typed.Rule) -> list[Clauses]:
    """The cap as it counts for everybody, and as it counts apart where an exception says by what."""
    world = evaluation.world
    views = [world.view()]
    if world.day.exceptions_below(rule.name):
        views += [world.view(None, one) for one in evaluation.book.requests]
    found: dict[tuple[str, ...], Clauses] = {}
    for view in views:
        clauses = view.clauses(rule)
        if clauses is not None and clauses["limit"] is not None:
            found.setdefault(tuple(column_names(clauses)), clauses)
    return list(found.values())


def _clauses(evaluation: Outcome, rule: typed.Rule, group: Group, like: Clauses) -> tuple[Clauses | None, View]:
    """A cap's clauses for a group; only a group of one mineral or buyer has the exceptions to that."""
    values: dict[str, Any] = dict(zip(column_names(like), group, strict=True))
    view = View(evaluation.world, mineral=values.get("mineral"), buyer=values.get("buyer"), award=values)
    return view.clauses(rule), view


def _groups(evaluation: Outcome, rule: typed.Rule, clauses: Clauses) -> set[Group]:
    """The groups of what is counted, and of the eligible offers for what is requested."""
    caps, world = evaluation.caps, evaluation.world
    found = set(caps.used(rule, clauses))
    if not column_names(clauses):
        return {()}
    if rule.kind == "target" and clauses["by"] is None:  # a floor fails also where nothing counts
        for request in evaluation.book.requests:
            if rule.scope.holds(request.mineral, request.buyer):
                found.add(caps.group(clauses, world.view(None, request)))
    found |= evaluation.groups_offered(rule, clauses)
    return {group for group in found if None not in group}


def _measured(evaluation: Outcome, rule: typed.Rule, clauses: Clauses, view: View, group: Group) -> Measured:
    limit: typed.Limit = clauses["limit"]
    used = evaluation.caps.used(rule, clauses).get(group, Fraction(0))
    names = {column.name: value for column, value in zip(clauses["per"] or (), group, strict=False)}
    value = value_of(limit.value, view)
    base, highest = _base(evaluation, rule, clauses, limit, value, names, group)
    return Measured(rule, clauses, group, used, value, base, highest)


def _row(evaluation: Outcome, one: Measured) -> CapUse | Finding:
    rule, clauses, group, used, highest = one.rule, one.clauses, one.group, one.used, one.highest
    subject = "/".join(map(str, group)) or "all"
    currency = evaluation.world.day.policy.currency
    money = clauses["measure"] in ("spend", "value share")
    is_share = clauses["measure"] in ("share", "value share")
    shown = (
        (show(used / one.base, RATIO, "") if one.base else "0%")
        if is_share
        else show(used, MONEY if money else MASS, currency)
    )
    limit_text = _limit_text(one.value, highest, clauses["limit"], is_share, money, currency)
    if rule.kind == "cap" and not rule.advisory:
        return CapUse(
            rule.name, subject, shown, limit_text, _of_purchased(evaluation, rule, clauses, group) if is_share else None
        )
    if highest is None:
        return Finding(rule.name, rule.kind, subject, shown, limit_text, False)
    holds = used <= highest if rule.kind == "cap" else used >= highest
    return Finding(rule.name, rule.kind, subject, shown, limit_text, holds)


def _limit_text(
    value: Any, highest: Fraction | None, limit: typed.Limit, is_share: bool, money: bool, currency: str
) -> str | None:
    if value is None:
        return None
    if is_share and limit.of != "demand":
        return show(value, RATIO, "")
    if is_share:
        return show(value, limit.value.type, "")
    return None if highest is None else show(highest, MONEY if money else MASS, currency)


def _base(
    evaluation: Outcome,
    rule: typed.Rule,
    clauses: Clauses,
    limit: typed.Limit,
    value: Any,
    names: dict[str, Any],
    group: Group,
) -> tuple[Fraction | None, Fraction | None]:
    """The denominator, and the limit in kg or money."""
    from vault_rules.engine.limits import share_of_year

    if limit.of is None:
        return None, value
    if limit.of == "purchased":
        base: Fraction | None = _purchased(evaluation, rule, clauses, group)
    else:
        base = evaluation.caps.base(rule, limit.of, names.get("mineral"), names.get("buyer"))
    if base is None or value is None:
        return base, None
    return base, base * share_of_year(value, limit.value)


class _Purchases:
    """All that was purchased, as one variant of a cap splits it: added up once, whatever is asked of it."""

    def __init__(self, caps: Caps, rule: typed.Rule, clauses: Clauses) -> None:
        self.whole: dict[Group, Fraction] = {}
        """In the rule's scope and period, by its `per` columns."""
        self.parts: dict[Group, Fraction] = {}
        """What the rule counts of it, by all its columns."""
        money = clauses["measure"] in ("spend", "value share")
        per, where = clauses["per"] or (), clauses["where"]
        for entry in caps.entries:
            bought = not isinstance(entry.row, Holding) and caps.counts(entry, clauses)
            if not bought or not rule.scope.holds(entry.row.mineral, entry.buyer):
                continue
            view = caps.view_of(entry)
            split = tuple(view.column(column) for column in per)
            self.whole[split] = self.whole.get(split, Fraction(0)) + (entry.cost if money else entry.quantity)
            if where is None or value_of(where, view) is True:
                group = caps.group(clauses, view)
                self.parts[group] = self.parts.get(group, Fraction(0)) + entry.quantity


def _purchases(evaluation: Outcome, rule: typed.Rule, clauses: Clauses) -> _Purchases:
    known = evaluation.caps.purchases
    key = (rule.name, clauses.exceptions)
    if key not in known:
        known[key] = _Purchases(evaluation.caps, rule, clauses)
    found: _Purchases = known[key]
    return found


def _purchased(evaluation: Outcome, rule: typed.Rule, clauses: Clauses, group: Group) -> Fraction:
    """All that was purchased in the rule's scope and period, split by its `per` columns: the whole of a share."""
    return _purchases(evaluation, rule, clauses).whole.get(group[: len(clauses["per"] or ())], Fraction(0))


def _of_purchased(evaluation: Outcome, rule: typed.Rule, clauses: Clauses, group: Group) -> str:
    whole = _purchased(evaluation, rule, clauses, group)
    part = _purchases(evaluation, rule, clauses).parts.get(group, Fraction(0))
    return show(part / whole, RATIO, "") if whole else "0%"
