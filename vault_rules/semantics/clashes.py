"""What must not happen twice: exceptions that clash, waterfalls, routes and stores that overlap; and gaps.

All of it is shown by dates and scopes, before any book is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import attrs

from vault_rules.semantics import typed
from vault_rules.semantics.meetings import ALWAYS, Extent, common, pairs
from vault_rules.source.alike import Alike, node
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


@node
class Witness(Alike):
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
    known = _all_standing(exceptions, targets)
    standing = [known[one.name] for one in exceptions]
    clashing: dict[str, set[str]] = {}
    for at, beside in _in_question(standing, known):
        first, second = standing[at], standing[beside]
        if not _differ(first.exception, second.exception) or _clash_already(first, second, clashing):
            continue
        shared = {one.name for one in first.around}
        around = [*first.around, *(one for one in second.around if one.name not in shared)]
        witness = meeting([one.window for one in around], [one.scope for one in around], minerals)
        conditions = [one.when for one in around if isinstance(one, typed.TypedException)]
        if witness is None or not may_hold_together(*conditions):
            continue
        clashing.setdefault(first.exception.name, set()).add(second.exception.name)
        clashing.setdefault(second.exception.name, set()).add(first.exception.name)
        yield _clash(first, second, witness)


def _clash_already(first: _Standing, second: _Standing, clashing: dict[str, set[str]]) -> bool:
    """Whether exceptions that these two change do: then that is what is said."""
    of_first = [clashing[one.name] for one in first.around if one.name in clashing]
    return any(one.name in others for others in of_first for one in second.around)


def _clash(first: _Standing, second: _Standing, witness: Witness) -> Diagnostic:
    this, that = second.exception, first.exception
    return Diagnostic(
        "V0305",
        ERROR,
        f"two exceptions to `{first.base}` say different things {witness.after('of')}",
        this.name_span,
        "this one",
        (Label(that.name_span, "and this one"),),
        f"part them by dates or scope, or make one an exception to the other: `exception {this.name} to {that.name}`",
    )


@attrs.frozen(eq=False)
class _Standing:
    """An exception with all that must be in force for it to matter: what it changes, and so on up to the rule."""

    exception: typed.TypedException
    around: tuple[Any, ...]
    base: str
    """The name of the rule or `let` that is changed in the end."""
    extent: Extent


def _all_standing(exceptions: Sequence[typed.TypedException], targets: dict[str, Any]) -> dict[str, _Standing]:
    """The exceptions, and those that they are exceptions to, by name."""
    known: dict[str, _Standing] = {}
    for one in exceptions:
        waiting = [one]
        while (target := targets.get(waiting[-1].target)) is not None:
            if not isinstance(target, typed.TypedException) or target.name in known or target in waiting:
                break
            waiting.append(target)
        for each in reversed(waiting):
            if each.name not in known:
                known[each.name] = _stand(each, known, targets)
    return known


def _stand(one: typed.TypedException, known: dict[str, _Standing], targets: dict[str, Any]) -> _Standing:
    target = targets.get(one.target)
    if isinstance(target, typed.Rule):
        extent = ALWAYS.within(target.window, target.scope).within(one.window, one.scope)
        return _Standing(one, (one, target), one.target, extent)
    if isinstance(target, typed.TypedException) and one.target in known:
        below = known[one.target]
        return _Standing(one, (one, *below.around), below.base, below.extent.within(one.window, one.scope))
    return _Standing(one, (one,), one.target, ALWAYS.within(one.window, one.scope))


def _in_question(standing: Sequence[_Standing], known: Mapping[str, _Standing]) -> list[tuple[int, int]]:
    """The pairs to one rule that may hold at once, and of which none changes the other: the nearest to it first.

    Exceptions to exceptions are branches of a tree that grows out of the rule. They are gone through from the tips, and
    only what stands on two branches is compared: of a long chain, nothing.
    """
    places = {one.exception.name: at for at, one in enumerate(standing)}
    extents = [one.extent for one in standing]
    found: list[tuple[int, int]] = []
    branches: dict[str, list[list[int]]] = {}
    for one in sorted(known.values(), key=lambda one: -len(one.around)):
        name = one.exception.name
        here = branches.pop(name, [])
        found.extend(pairs(here, extents))
        branches.setdefault(one.exception.target, []).append(_joined(here, places.get(name)))
    for here in branches.values():
        found.extend(pairs(here, extents))
    return sorted(found, key=lambda pair: (sum(len(standing[at].around) for at in pair), pair))


def _joined(branches: list[list[int]], more: int | None) -> list[int]:
    """All places of some branches: in the list of the longest, so that a chain is not copied at each of its links."""
    whole = max(branches, key=len, default=[])
    for one in branches:
        if one is not whole:
            whole.extend(one)
    if more is not None:
        whole.append(more)
    return whole


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
    earliest: dict[int, int] = {}
    extents = [ALWAYS.within(rule.window, rule.scope) for rule in rules]
    for before, at in pairs([[at] for at in range(len(rules))], extents):
        earliest[at] = min(before, earliest.get(at, before))
    for at, before in sorted(earliest.items()):
        first, second = rules[before], rules[at]
        witness = meeting((first.window, second.window), (first.scope, second.scope), minerals)
        assert witness is not None
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


def gaps(waterfalls: Sequence[typed.Rule], minerals: Sequence[str]) -> Iterator[Diagnostic]:
    """Days between two waterfalls on which a mineral has none."""
    seen: set[tuple[str, str]] = set()
    buyers = sorted({one for rule in waterfalls for one in rule.scope.buyers or ()})
    ordered = sorted(waterfalls, key=lambda rule: rule.window.start or date.min)
    known: set[tuple[str, ...]] = set()
    for mineral in minerals or ("",):
        for buyer in (*buyers, None):
            covering = [rule for rule in ordered if _covers(rule.scope, mineral, buyer)]
            names = tuple(rule.name for rule in covering)
            if names in known:
                continue  # their holes are known too
            known.add(names)
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
