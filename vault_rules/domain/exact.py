"""Exact numbers in and out of text. No float is made on any path through this module."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

SHOWN_DECIMALS = 12
_AT_ONCE = 1000
_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)\Z", re.ASCII)


def parse_decimal(text: str) -> Fraction | None:
    """A plain decimal (no exponent, no separators) as an exact fraction; None where it is not one."""
    if not _PLAIN.match(text):
        return None
    whole, _, part = text.partition(".")  # twice as quick as to let `Fraction` take the text apart
    return Fraction(int(whole + part), 10 ** len(part))


def plain(value: Fraction) -> str:
    """The value as a plain decimal: no exponent, no trailing zeros; an endless fraction is cut to 12 decimals."""
    return plain_ratio(value.numerator, value.denominator)


def plain_ratio(numerator: int, denominator: int) -> str:
    """The same of a fraction in lowest terms."""
    if denominator == 1:
        return str(numerator)
    sign = "-" if numerator < 0 else ""
    whole, rest = divmod(abs(numerator), denominator)
    places = _decimals(denominator)
    tail = _digits(rest, denominator, SHOWN_DECIMALS if places is None else places).rstrip("0")
    if not whole and not tail:
        return "0"
    return f"{sign}{whole}.{tail}" if tail else f"{sign}{whole}"


def has_end(value: Fraction) -> bool:
    """Whether a value is a decimal with an end; one that is not came out of a division."""
    return _decimals(value.denominator) is not None


@lru_cache(maxsize=4096)
def _decimals(denominator: int) -> int | None:
    """How many decimals a fraction in lowest terms has; None where it has no end."""
    twos = (denominator & -denominator).bit_length() - 1
    rest, fives = denominator >> twos, 0
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    return max(twos, fives) if rest == 1 else None


def _digits(rest: int, denominator: int, places: int) -> str:
    """So many decimals of a fraction below one. Python writes no number of thousands of digits: those part by part."""
    found = ""
    while places > _AT_ONCE:
        digits, rest = divmod(rest * 10**_AT_ONCE, denominator)
        found, places = found + str(digits).zfill(_AT_ONCE), places - _AT_ONCE
    return found + str(rest * 10**places // denominator).zfill(places)


def total(values: Iterable[Fraction]) -> Fraction:
    """The sum, worked out denominator by denominator: far quicker than fraction by fraction."""
    sums: dict[int, int] = {}
    for one in values:
        denominator = one.denominator
        sums[denominator] = sums.get(denominator, 0) + one.numerator
    first, *others = [Fraction(many, part) for part, many in sums.items()] or [Fraction(0)]
    return sum(others, first)


def invoice(amount: Fraction) -> Decimal:
    """Money as invoiced: two decimals, half to even, rounded once; exact, whatever the decimal context."""
    cents = round(amount * 100)  # Fraction.__round__ rounds half to even, exactly
    return Decimal(f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}")
