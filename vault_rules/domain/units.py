"""Units of mass, of counting and of time, by exact ratios.

The pound is that of the international yard and pound agreement of 1959; the troy ounce is 480 of its 7000 grains; a
metric ton unit is 10 kg, one per cent of a tonne (of the contained metal, in the trade of tungsten and vanadium).
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

MASS_UNITS: Mapping[str, Fraction] = {
    "mg": Fraction(1, 10**6),
    "g": Fraction(1, 1000),
    "kg": Fraction(1),
    "t": Fraction(1000),
    "lb": Fraction("0.45359237"),
    "oz_t": Fraction("0.0311034768"),
    "mtu": Fraction(10),
}
"""Kilograms in one of each unit."""

MULTIPLIERS: Mapping[str, int] = {"k": 10**3, "mn": 10**6, "bn": 10**9}
"""What may stand between an amount of money and its currency."""

DAYS_IN_MONTH = Fraction(365, 12)
"""A month of storage: a twelfth of a year of 365 days."""
