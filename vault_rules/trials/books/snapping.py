"""A figure moved to the very boundary of a comparison: found by trying two values, since rules are straight lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from datetime import date
from fractions import Fraction
from typing import Any

from vault_rules.semantics import typed
from vault_rules.semantics.meaning import Facts, value_of
from vault_rules.trials.books.choosing import Chooser
from vault_rules.trials.books.edges import Comparison
from vault_rules.trials.books.figures import STEPS, shifted

_KINDS = {"purity": "ratio", "date": "days"}
_OF_OFFERS = ("offer", "field")


def snap(
    row: MutableMapping[str, Any],
    owners: tuple[str, ...],
    kinds: Mapping[str, str],
    comparisons: tuple[Comparison, ...],
    choose: Chooser,
    facts_of: Callable[[Mapping[str, Any]], Facts],
) -> None:
    """Move one figure of a row to where one comparison changes, or one step beside; nothing where none can be."""
    ways = [
        (one.call, name)
        for one in comparisons
        for owner, column in sorted(one.columns)
        for name in ("price" if column == "compared" else column,)
        if owner in owners and row.get(name) is not None and _is_figure(kinds.get(name, "text"))
    ]
    if not ways:
        return
    call, name = choose.one(ways)
    kind = kinds[name]
    found = boundary(call, lambda value: facts_of({**row, name: value}), row[name])
    near = choose.one((0, 0, 1, -1))
    if isinstance(found, date):
        row[name] = shifted(found, near) or found
    elif found is not None:
        found += near * STEPS[_KINDS.get(kind, kind)]
        if found > 0 and (kind != "purity" or found <= 1):
            row[name] = found


def _is_figure(kind: str) -> bool:
    return kind in STEPS or kind in _KINDS


def boundary(call: typed.Call, facts_of: Callable[[Any], Facts], value: Any) -> Any:
    """The value at which both sides of a comparison are equal, the rest being as it is; None where there is none.

    `facts_of` gives what is known if the column held another value.
    """
    is_day = isinstance(value, date)
    start = Fraction(value.toordinal()) if is_day else value

    def gap(where: Fraction) -> Fraction | None:
        tried = _day(where) if is_day else where
        return None if tried is None else _gap(call, facts_of(tried))

    here, there = gap(start), gap(start + 1)
    if here is None or there is None or here == there:
        return None
    found = start - here / (there - here)
    return _day(found) if is_day else found


def _gap(call: typed.Call, facts: Facts) -> Fraction | None:
    """Left side less right side; dates as days."""
    left, right = (value_of(one, facts) for one in call.arguments)
    if left is None or right is None:
        return None
    return Fraction((left - right).days) if isinstance(left, date) else Fraction(left - right)


def _day(ordinal: Fraction) -> date | None:
    whole = round(ordinal)
    return date.fromordinal(whole) if 1 <= whole <= date.max.toordinal() else None
