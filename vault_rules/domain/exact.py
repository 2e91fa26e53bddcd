"""Exact numbers in and out of text. No float is made on any path through this module."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

SHOWN_DECIMALS = 12
_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)\Z", re.ASCII)


def parse_decimal(text: str) -> Fraction | None:
    """A plain decimal (no exponent, no separators) as an exact fraction; None where it is not one."""
    return Fraction(text) if _PLAIN.match(text) else None


def plain(value: Fraction) -> str:
    """The value as a plain decimal: no exponent, no trailing zeros; an endless fraction is cut to 12 decimals."""
    sign = "-" if value < 0 else ""
    whole, rest = divmod(abs(value.numerator), value.denominator)
    digits: list[str] = []
    finite = has_end(value)
    while rest and (finite or len(digits) < SHOWN_DECIMALS):
        digit, rest = divmod(rest * 10, value.denominator)
        digits.append(str(digit))
    tail = "".join(digits).rstrip("0")
    if not whole and not tail:
        return "0"
    return f"{sign}{whole}.{tail}" if tail else f"{sign}{whole}"


def has_end(value: Fraction) -> bool:
    """Whether a value is a decimal with an end; one that is not came out of a division."""
    denominator = value.denominator
    for factor in (2, 5):
        while denominator % factor == 0:
            denominator //= factor
    return denominator == 1


def total(values: Iterable[Fraction]) -> Fraction:
    """The sum, worked out denominator by denominator: far quicker than fraction by fraction."""
    sums: dict[int, int] = {}
    for one in values:
        denominator = one.denominator
        sums[denominator] = sums.get(denominator, 0) + one.numerator
    return sum((Fraction(many, part) for part, many in sums.items()), Fraction(0))


def invoice(amount: Fraction) -> Decimal:
    """Money as invoiced: two decimals, half to even, rounded once; exact, whatever the decimal context."""
    cents = round(amount * 100)  # Fraction.__round__ rounds half to even, exactly
    return Decimal(f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}")
