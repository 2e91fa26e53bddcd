"""What must not happen twice: exceptions that clash, waterfalls, routes and stores that overlap; and gaps.

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
    """The first day on which all hold; the last possible one where all are open to the past; None: there is none."""
    known = tuple(windows)
    starts = [one.start for one in known if one.start is not None]
    ends = [one.end for one in known if one.end is not None]
    if starts:
        day = max(starts)
    elif ends:
        first = min(ends)
        day = first - timedelta(days=1) if first > date.min else first
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
    """A case in which two rules meet; `any_day`: the rules have no dates, and the day is only one of all."""

    mineral: str | None
    buyer: str | None
    day: date
    any_day: bool = False

    def after(self, word: str) -> str:
        """The case in words: `of gallium for gm on 2027-07-01`, with `word` before what it is about."""
        who = " for ".join(one for one in (self.mineral, self.buyer) if one)
        when = f"on any day, such as {self.day.isoformat()}" if self.any_day else f"on {self.day.isoformat()}"
        return f"{word} {who} {when}" if who else when


def meeting(windows: Iterable[typed.Window], scopes: Sequence[typed.Scope], minerals: Sequence[str]) -> Witness | None:
    """A mineral, a buyer and a day that lie in all windows and scopes, or None."""
    known = tuple(windows)
    day = first_common_day(known)
    of_minerals = common(scope.minerals for scope in scopes)
    of_buyers = common(scope.buyers for scope in scopes)
    if day is None or of_minerals == frozenset() or of_buyers == frozenset():
        return None
    mineral = next((one for one in minerals if of_minerals is None or one in of_minerals), None)
    if mineral is None and of_minerals:
        mineral = min(of_minerals)
    any_day = all(one == typed.Window() for one in known)
    return Witness(mineral, min(of_buyers) if of_buyers else None, day, any_day)


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


def may_hold_together(*conditions: typed.Expr | None) -> bool:
    """False only where constant bounds on one value of the context leave nothing in common."""
    limits: Bounds = {}
    for condition in conditions:
        for name, found in bounds(condition).items():
            limits.setdefault(name, []).extend(found)
    return not any(_empty(found) for found in limits.values())


def _empty(limits: list[tuple[str, Fraction]]) -> bool:
    low = max(((value, operator == ">") for operator, value in limits if operator in (">", ">=", "=")), default=None)
    high = min(((value, operator != "<") for operator, value in limits if operator in ("<", "<=", "=")), default=None)
    if low is None or high is None:
        return False
    return low[0] > high[0] or (low[0] == high[0] and (low[1] or not high[1]))


def clashing_exceptions(
    exceptions: Sequence[typed.TypedException], targets: dict[str, Any], minerals: Sequence[str]
) -> Iterator[Diagnostic]:
    """Two exceptions to one rule that may hold at once and restate the same clause differently.

    One that changes another stands with it, not against it; so does one that changes that one in turn.
    """
    seen: set[tuple[str, str]] = set()
    for first, second in sorted(combinations(exceptions, 2), key=lambda pair: _depth(pair, targets)):
        above, over = _around(first, targets), _around(second, targets)
        if _base(above) != _base(over) or first in over or second in above:
            continue
        if any((one.name, other.name) in seen for one in above for other in over):
            continue  # the exceptions that these change clash already
        around = [*above, *(one for one in over if one not in above)]
        witness = meeting([one.window for one in around], [one.scope for one in around], minerals)
        conditions = [one.when for one in around if isinstance(one, typed.TypedException)]
        if witness is None or not _differ(first, second) or not may_hold_together(*conditions):
            continue
        seen |= {(first.name, second.name), (second.name, first.name)}
        yield Diagnostic(
            "V0305",
            ERROR,
            f"two exceptions to `{_base(above)}` say different things {witness.after('of')}",
            second.name_span,
            "this one",
            (Label(first.name_span, "and this one"),),
            "part them by dates or scope, or make one an exception to the other: "
            f"`exception {second.name} to {first.name}`",
        )


def _base(around: Sequence[Any]) -> str:
    """The name of the rule or `let` that is changed in the end."""
    last = around[-1]
    return str(last.target if isinstance(last, typed.TypedException) else last.name)


def _depth(pair: Sequence[typed.TypedException], targets: dict[str, Any]) -> int:
    """How far two exceptions stand from the rule: the nearest are compared first."""
    return sum(len(_around(one, targets)) for one in pair)


def _around(target: Any, targets: dict[str, Any]) -> list[Any]:
    """An exception, what it changes, and so on up to the rule: all that must be in force for it to matter."""
    found = []
    while isinstance(target, typed.Rule | typed.TypedException) and target not in found:
        found.append(target)
        target = targets.get(target.target) if isinstance(target, typed.TypedException) else None
    return found


def _differ(first: typed.TypedException, second: typed.TypedException) -> bool:
    if first.waive or second.waive:
        beside = first.target == second.target or "exception" not in (first.target_kind, second.target_kind)
        return beside and first.waive != second.waive  # an exception that is dropped itself says nothing of the rule
    return any(first.changes[key] != second.changes[key] for key in first.changes.keys() & second.changes.keys())


# ---- one in force at a time ----------------------------------------------------------------------------------------

_OVERLAPS = {
    "waterfall": (
        "V0301",
        "two waterfalls are in force",
        "one waterfall is in force for a mineral on a day: end one where the other begins, or part them with `for`",
    ),
    "route": (
        "V0303",
        "two routes are in force",
        "a mineral has one route at a time: join them, or part them by dates",
    ),
    "store": (
        "V0304",
        "two `store` rules are in force",
        "one `store` is in force on a day: end one where the other begins",
    ),
}


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
                f"{message} {witness.after('for')}",
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
