"""Regimes: on which days, and for which minerals, a policy is the same; so that each is tried as often as another."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import attrs

from vault_rules.semantics import typed
from vault_rules.trials.books.edges import expressions
from vault_rules.trials.books.figures import shifted

PLAIN_DAY = date(2027, 8, 1)
"""The day of a book for a policy that names no day."""


@attrs.frozen
class Stretch:
    """Days on which the same rules are in force."""

    first: date
    last: date
    minerals: tuple[str, ...]
    """Those that have a waterfall then."""


@attrs.frozen
class Regime:
    """Where the same rules and exceptions are in force, and no set tells the minerals apart."""

    places: tuple[tuple[Stretch, tuple[str, ...]], ...]
    """Stretches of days, each with the minerals of which it is true then."""


def regimes_of(policy: typed.TypedPolicy, on: date | None = None) -> tuple[Regime, ...]:
    """Every regime in which a request can be served, or every one on a day; none where no waterfall is in force."""
    rules = all_rules(policy)
    minerals = tuple(policy.minerals)
    sets, days = _told_apart(policy, rules)
    found: dict[Any, dict[Stretch, list[str]]] = {}
    for first, last in stretches(rules, days) if on is None else ((on, on),):
        served = tuple(one for one in minerals if _served(policy, one, first))
        stretch = Stretch(first, last, served)
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


def stretches(rules: Iterable[Any], days: Iterable[date] = ()) -> list[tuple[date, date]]:
    """The days cut wherever a window begins or ends, and at the days that a condition names; the first and the last
    stretch are two days long.
    """
    windows = (day for one in rules for day in (one.window.start, one.window.end) if day is not None)
    cuts = sorted({*windows, *days})
    if not cuts:
        return [(PLAIN_DAY, PLAIN_DAY)]
    before, after = shifted(cuts[0], -2), shifted(cuts[-1], 2)
    edges = [*([] if before is None else [before]), *cuts, *([] if after is None else [after])]
    return [(first, end - timedelta(days=1)) for first, end in pairwise(edges)]


def _served(policy: typed.TypedPolicy, mineral: str, day: date) -> bool:
    return any(one.window.holds(day) and one.scope.has_mineral(mineral) for one in policy.waterfalls)


def _told_apart(policy: typed.TypedPolicy, rules: Iterable[Any]) -> tuple[list[frozenset[str]], list[date]]:
    """The sets of minerals and the days that conditions name."""
    lets = [one.value for one in policy.lets.values()]
    sets: set[frozenset[str]] = set()
    days: set[date] = set()
    for root in (*lets, *(one for rule in rules for one in expressions(rule))):
        for one in typed.walk(root):
            match one:
                case typed.Const(type=kind, value=frozenset() as names) if kind.element == "mineral":
                    sets.add(names)
                case typed.Const(type=kind, value=str() as name) if kind.kind == "mineral":
                    sets.add(frozenset((name,)))
                case typed.Const(value=date() as day):
                    days.add(day)
    return sorted(sets, key=sorted), sorted(days)
