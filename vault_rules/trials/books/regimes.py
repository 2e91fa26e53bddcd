"""Regimes: on which days, and for which minerals, a policy is the same; so that each is tried as often as another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

import attrs

from vault_rules.semantics import typed
from vault_rules.trials.books.edges import expressions
from vault_rules.trials.books.figures import shifted

PLAIN_DAY = date(2027, 8, 1)
"""The day of a book for a policy that names no day."""
_MINERALS = ("cobalt", "gallium")
"""For a policy that declares none: then any name will do."""
_MONTHS_BETWEEN = {"month": 1, "quarter": 3, "year": 12}
_LONGEST = 40
"""So many turns of a period are looked at in one stretch."""


@attrs.frozen
class Stretch:
    """Days on which the same rules are in force."""

    first: date
    last: date
    turns: tuple[date, ...]
    """The last day of a period, and the first of the next, within the stretch."""
    minerals: tuple[str, ...]
    """Those that have a waterfall then."""


@attrs.frozen
class Regime:
    """Where the same rules and exceptions are in force, and no set tells the minerals apart."""

    places: tuple[tuple[Stretch, tuple[str, ...]], ...]
    """Stretches of days, each with the minerals of which it is true then."""


@attrs.define
class _Marks:
    """What conditions and caps name that tells days or minerals apart."""

    sets: set[frozenset[str]] = attrs.field(factory=set)
    days: set[date] = attrs.field(factory=set)
    periods: set[str] = attrs.field(factory=set)
    numbers: set[Fraction] = attrs.field(factory=set)


def regimes_of(
    policy: typed.TypedPolicy, more: Iterable[typed.Expr] = (), on: date | None = None
) -> tuple[Regime, ...]:
    """Every regime in which a request can be served, or every one on a day; none where no waterfall is in force.

    `more` are expressions of laws: the days that they name cut the stretches too.
    """
    rules = all_rules(policy)
    minerals = tuple(policy.minerals) or _MINERALS
    marks = _marks(policy, rules, more)
    sets = sorted(marks.sets, key=sorted)
    found: dict[Any, dict[Stretch, list[str]]] = {}
    for first, last in _stretches(policy, rules, marks) if on is None else ((on, on),):
        served = tuple(one for one in minerals if _served(policy, one, first))
        turns = tuple(_turns(first, last, marks.periods, policy.fiscal_year))
        stretch = Stretch(first, last, turns, served)
        for mineral in served:
            in_force = frozenset(one.name for one in in_force_for(rules, mineral, first))
            told_apart = frozenset(at for at, names in enumerate(sets) if mineral in names)
            found.setdefault((in_force, told_apart), {}).setdefault(stretch, []).append(mineral)
    return tuple(Regime(tuple((one, tuple(names)) for one, names in places.items())) for places in found.values())


def all_rules(policy: typed.TypedPolicy) -> tuple[Any, ...]:
    """All rules and exceptions, which have dates and a scope."""
    return (*policy.tiers, *policy.rules, *policy.waterfalls, *policy.caps, *policy.stores, *policy.exceptions)


def in_force_for(rules: Iterable[Any], mineral: str, day: date) -> tuple[Any, ...]:
    """The rules and exceptions in force for a mineral on a day, whoever buys."""
    return tuple(one for one in rules if one.window.holds(day) and one.scope.has_mineral(mineral))


def _served(policy: typed.TypedPolicy, mineral: str, day: date) -> bool:
    return any(one.window.holds(day) and one.scope.has_mineral(mineral) for one in policy.waterfalls)


# ---- days ----------------------------------------------------------------------------------------------------------


def _stretches(policy: typed.TypedPolicy, rules: Iterable[Any], marks: _Marks) -> list[tuple[date, date]]:
    """The days cut wherever a window begins or ends, and at the days and years that a condition names.

    Before the first and after the last cut there are two days, or a year and more where periods matter.
    """
    windows = {day for one in rules for day in (one.window.start, one.window.end) if day is not None}
    years = {int(one) for one in marks.numbers if one.denominator == 1 and 1900 < one < 2200} if marks.periods else ()
    cuts = sorted(windows | marks.days | {date(year, 1, 1) for year in years})
    around = 400 if marks.periods else 2
    if not cuts:
        return [(PLAIN_DAY, PLAIN_DAY + timedelta(days=around - 2))]
    before, after = shifted(cuts[0], -around), shifted(cuts[-1], around)
    edges = [*([] if before is None else [before]), *cuts, *([] if after is None else [after])]
    return [(first, end - timedelta(days=1)) for first, end in pairwise(edges)]


def _turns(first: date, last: date, periods: Iterable[str], fiscal: tuple[int, int]) -> Iterator[date]:
    """The days on which a period ends or begins, from a stretch's first day on."""
    starts = sorted({day for period in periods for day in _starts(first, last, period, fiscal)})
    for day in starts[:_LONGEST]:
        yield day - timedelta(days=1)
        yield day


def _starts(first: date, last: date, period: str, fiscal: tuple[int, int]) -> Iterator[date]:
    for year in range(first.year, min(last.year, first.year + 10) + 1):
        if period == "fiscal_year":
            days = [date(year, fiscal[0], min(fiscal[1], 28))]
        else:
            days = [date(year, month, 1) for month in range(1, 13, _MONTHS_BETWEEN[period])]
        yield from (day for day in days if first < day <= last)


def starts_before(day: date, periods: Iterable[str], fiscal: tuple[int, int]) -> Sequence[date]:
    """The first day of each period in which a day lies."""
    year_ago = day.replace(year=day.year - 1, day=min(day.day, 28)) - timedelta(days=1)
    return [max(_starts(year_ago, day, period, fiscal)) for period in periods]


# ---- what tells apart ----------------------------------------------------------------------------------------------


def _marks(policy: typed.TypedPolicy, rules: Iterable[Any], more: Iterable[typed.Expr]) -> _Marks:
    marks = _Marks()
    cells = [one for table in policy.tables.values() for row in table.rows.values() for one in row.values()]
    lets = [one.value for one in policy.lets.values()]
    for root in (*lets, *cells, *more, *(one for rule in rules for one in expressions(rule))):
        for one in typed.walk(root):
            _mark(one, marks)
    for table in policy.tables.values():
        marks.numbers |= {one for key in table.rows for one in key or () if isinstance(one, Fraction)}
    for rule in policy.caps:
        marks.periods |= {rule.clauses["period"]} - {None}
    return marks


def _mark(one: typed.Expr, marks: _Marks) -> None:
    match one:
        case typed.Const(type=kind, value=frozenset() as names) if kind.element == "mineral":
            marks.sets.add(names)
        case typed.Const(type=kind, value=str() as name) if kind.kind == "mineral":
            marks.sets.add(frozenset((name,)))
        case typed.Const(value=date() as day):
            marks.days.add(day)
        case typed.Const(type=kind, value=Fraction() as number) if kind.kind == "number":
            marks.numbers.add(number)
        case typed.Call(operator="year" | "quarter" | "month" as part):
            marks.periods.add(part)
        case typed.FiscalYear():
            marks.periods.add("fiscal_year")
