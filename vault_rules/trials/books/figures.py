"""Figures of generated books: the smallest steps beside a boundary, and how a value is written in a cell."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from vault_rules.domain.exact import has_end, plain
from vault_rules.domain.units import MASS_UNITS

NANO = Fraction(1, 10**9)
MILLIGRAM = Fraction(1, 10**6)
STEPS: dict[str, Fraction] = {
    "mass": MILLIGRAM,
    "price": NANO,
    "ratio": Fraction(1, 10**6),
    "number": Fraction(1, 1000),
    "money": Fraction(1, 100),
    "days": Fraction(1),
}
"""One step of each kind of value: a milligram, a nano-unit of money for a kilogram, a ten-thousandth of a per cent, a
thousandth, a cent, a day."""


def beside(values: Iterable[Fraction], kind: str) -> list[Fraction]:
    """Each value, and one step either side of it."""
    step = STEPS[kind]
    return [near for value in values for near in (value, value - step, value + step)]


def floored(value: Fraction, kind: str) -> Fraction:
    """Down to whole steps: so that a figure which came out of a division can be written."""
    return value // STEPS[kind] * STEPS[kind]


def shifted(day: date, days: int) -> date | None:
    """The day so many days later; None outside the calendar."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return None


def days_beside(days: Iterable[date]) -> list[date]:
    """Each day, the one before and the one after."""
    return [near for day in days for near in (day, shifted(day, -1), shifted(day, 1)) if near is not None]


def written(value: Any, kind: str, currency: str) -> str:
    """A value as a cell of a book holds it; nothing is rounded, except an endless fraction, to 12 decimals."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case date():
            return value.isoformat()
        case frozenset():
            return "; ".join(sorted(value))
        case Fraction():
            return _figure(value, kind, currency)
    return str(value)


def _figure(value: Fraction, kind: str, currency: str) -> str:
    match kind:
        case "mass" | "stock":
            return _mass(value)
        case "price":
            return _price(value, currency)
        case "storage":
            return f"{plain(value)} {currency}/kg/month"
        case "money":
            return f"{plain(value)} {currency}"
        case "ratio" | "purity":
            return f"{plain(value * 100)}%"
    return plain(value)


def _mass(value: Fraction) -> str:
    if value and value.denominator == 1 and value % 1000 == 0:
        return f"{plain(value / 1000)} t"
    return f"{plain(value)} kg"


def _price(value: Fraction, currency: str) -> str:
    """By the kilogram, or by a unit by which it comes to an end."""
    for unit in ("kg", "lb", "oz_t"):
        said = value * MASS_UNITS[unit]
        if has_end(said):
            return f"{plain(said)} {currency}/{unit}"
    return f"{plain(value)} {currency}/kg"
