"""What must not happen twice: exceptions that clash, waterfalls, routes and stores that overlap, and gaps between waterfalls.

All of it is shown by dates and scopes, before any book is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations
from typing import Any

import attrs

from vault_rules.semantics import typed
from vault_rules.source.diagnostic import ERROR, Diagnostic, Label


def first_common_day(windows: Iterable[typed.Window]) -> date | None:
    """The first day on which all hold; the last possible one where all are open to the past; None where there is none."""
    known = tuple(windows)
    starts = [one.start for one in known if one.start is not None]
    ends = [one.end for one in known if one.end is not None]
    if starts:
        day = max(starts)
    elif ends:
        day = min(ends) - timedelta(days=1)
    else:
        day = date(2000, 1, 1)
    return day if all(one.holds(day) for one in known) else None


def common(sets: Iterable[frozenset[str] | None]) -> frozenset[str] | None:
    """What all hold; None is everything."""
    found: frozenset[str] | None = None
    for one in sets:
        if one is not None:
            found = one if found is None else found & one
    return found


@attrs.frozen
class Witness:
    """A case in which two rules meet."""

    mineral: str | None
    buyer: str | None
    day: date

    def __str__(self) -> str:
        who = f"{self.mineral} " if self.mineral else ""
        whom = f"for {self.buyer} " if self.buyer else ""
        return f"{who}{whom}on {self.day.isoformat()}"


def meeting(windows: Iterable[typed.Window], scopes: Sequence[typed.Scope], minerals: Sequence[str]) -> Witness | None:
    """A mineral, a buyer and a day that lie in all windows and scopes, or None."""
    day = first_common_day(windows)
    of_minerals = common(scope.minerals for scope in scopes)
    of_buyers = common(scope.buyers for scope in scopes)
    if day is None or of_minerals == frozenset() or of_buyers == frozenset():
        return None
    mineral = next((one for one in minerals if of_minerals is None or one in of_minerals), None)
    if mineral is None and of_minerals:
        mineral = min(of_minerals)
    return Witness(mineral, min(of_buyers) if of_buyers else None, day)


# ---- exceptions ----------------------------------------------------------------------------------------------------

Bounds = dict[str, list[tuple[str, Fraction]]]


def bounds(expr: typed.Expr | None) -> Bounds:
    """The constant bounds that a condition puts on values of the context, joined by `and`."""
    found: Bounds = {}
    stack = [expr]
    while stack:
        one = stack.pop()
        if not isinstance(one, typed.Call):
            continue
        if one.operator == "and":
            stack.extend(one.arguments)
            continue
        bound = _bound(one)
        if bound is not None:
            found.setdefault(bound[0], []).append(bound[1:])
    return found


_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "="}


def _bound(one: typed.Call) -> tuple[str, str, Fraction] | None:
    if one.operator not in _TURNED:
        return None
    left, right = one.arguments
    if isinstance(left, typed.Context) and isinstance(right, typed.Const) and isinstance(right.value, Fraction):
        return left.name, one.operator, right.value
    if isinstance(right, typed.Context) and isinstance(left, typed.Const) and isinstance(left.value, Fraction):
        return right.name, _TURNED[one.operator], left.value
    return None


def may_hold_together(first: typed.Expr | None, second: typed.Expr | None) -> bool:
    """False only where constant bounds on one value of the context leave nothing in common."""
    one, other = bounds(first), bounds(second)
    return not any(_empty([*one[name], *other[name]]) for name in one.keys() & other.keys())


def _empty(limits: list[tuple[str, Fraction]]) -> bool:
    low = max(((value, operator == ">") for operator, value in limits if operator in (">", ">=", "=")), default=None)
    high = min(((value, operator != "<") for operator, value in limits if operator in ("<", "<=", "=")), default=None)
    if low is None or high is None:
        return False
    return low[0] > high[0] or (low[0] == high[0] and (low[1] or not high[1]))


def clashing_exceptions(
    exceptions: Sequence[typed.TypedException], targets: dict[str, Any], minerals: Sequence[str]
) -> Iterator[Diagnostic]:
    """Two exceptions to one target that may hold at once and restate the same clause differently."""
    by_target: dict[str, list[typed.TypedException]] = {}
    for one in exceptions:
        by_target.setdefault(one.target, []).append(one)
    for target, group in by_target.items():
        around = _around(targets.get(target), targets)
        for first, second in combinations(group, 2):
            windows = [first.window, second.window, *(one.window for one in around)]
            scopes = [first.scope, second.scope, *(one.scope for one in around)]
            witness = meeting(windows, scopes, minerals)
            if witness is None or not _differ(first, second) or not may_hold_together(first.when, second.when):
                continue
            yield Diagnostic(
                "V0305",
                ERROR,
                f"two exceptions to `{target}` say different things of {witness}",
                second.name_span,
                "this one",
                (Label(first.name_span, "and this one"),),
                f"part them by dates or scope, or make one an exception to the other: `exception {second.name} to {first.name}`",
            )


def _around(target: Any, targets: dict[str, Any]) -> list[Any]:
    """The target, and the targets of the exceptions that it is one to: what must be in force as well."""
    found = []
    while isinstance(target, typed.Rule | typed.TypedException) and target not in found:
        found.append(target)
        target = targets.get(target.target) if isinstance(target, typed.TypedException) else None
    return found


def _differ(first: typed.TypedException, second: typed.TypedException) -> bool:
    if first.waive or second.waive:
        return first.waive != second.waive
    return any(first.changes[key] != second.changes[key] for key in first.changes.keys() & second.changes.keys())


# ---- one in force at a time ----------------------------------------------------------------------------------------

_OVERLAPS = {
    "waterfall": ("V0301", "two waterfalls are in force for {}", "exactly one waterfall is in force for a mineral on a day: end one where the other begins, or part them with `for`"),
    "route": ("V0303", "two routes are in force for {}", "a mineral has one route at a time: join them, or part them by dates"),
    "store": ("V0304", "two `store` rules are in force for {}", "exactly one `store` is in force on a day: end one where the other begins"),
}  # fmt: skip


def overlapping(rules: Sequence[typed.Rule], minerals: Sequence[str]) -> Iterator[Diagnostic]:
    """For each rule, the first earlier one of its kind that may be in force with it."""
    for at, second in enumerate(rules):
        for first in rules[:at]:
            witness = meeting((first.window, second.window), (first.scope, second.scope), minerals)
            if witness is None:
                continue
            code, message, help = _OVERLAPS[second.kind]
            yield Diagnostic(
                code,
                ERROR,
                message.format(witness),
                second.name_span,
                "this one",
                (Label(first.name_span, "and this one"),),
                help,
            )
            break


def gaps(waterfalls: Sequence[typed.Rule], minerals: Sequence[str]) -> Iterator[Diagnostic]:
    """Days between two waterfalls on which a mineral has none."""
    seen: set[tuple[str, str]] = set()
    buyers = sorted({one for rule in waterfalls for one in rule.scope.buyers or ()})
    for mineral in minerals or ("",):
        for buyer in (*buyers, None):
            covering = [rule for rule in waterfalls if _covers(rule.scope, mineral, buyer)]
            covering.sort(key=lambda rule: rule.window.start or date.min)
            for before, after in _holes(covering):
                if (before.name, after.name) in seen:
                    continue
                seen.add((before.name, after.name))
                assert before.window.end is not None
                who = f"{mineral} has" if mineral else "there is"
                yield Diagnostic(
                    "V0302",
                    ERROR,
                    f"{who} no waterfall from {before.window.end.isoformat()} on, until `{after.name}` begins",
                    after.name_span,
                    "this one begins later",
                    (Label(before.name_span, "this one has ended"),),
                    f"let `{after.name}` begin `from {before.window.end.isoformat()}`",
                )


def _covers(scope: typed.Scope, mineral: str, buyer: str | None) -> bool:
    in_minerals = scope.minerals is None or not mineral or mineral in scope.minerals
    return in_minerals and (scope.buyers is None or (buyer is not None and buyer in scope.buyers))


def _holes(covering: Sequence[typed.Rule]) -> Iterator[tuple[typed.Rule, typed.Rule]]:
    last: typed.Rule | None = None
    for rule in covering:
        if (
            last is not None
            and last.window.end is not None
            and rule.window.start is not None
            and rule.window.start > last.window.end
        ):
            yield last, rule
        ends_later = last is None or (
            last.window.end is not None and (rule.window.end is None or rule.window.end > last.window.end)
        )
        if ends_later:
            last = rule
