"""Data as the one JSON text that it has: what is hashed, and what a ledger keeps.

Keys are sorted, nothing is between the marks, every letter beyond ASCII is escaped (so that any database holds it), and
exact numbers are texts. The same data gives the same bytes, on every machine.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from vault_rules.domain.exact import has_end, plain
from vault_rules.errors import UsageError

MAX_BYTES = 16 * 1024**2
"""A longer text is refused."""

_MAX_DEPTH = 64


def canonical(value: Any) -> str:
    """The text. Fractions, decimals and days become texts.

    Raises `UsageError` for what has no exact text (floats, and what is no data), is nested too deep or is too long.
    """
    data = _data(value, _MAX_DEPTH)
    try:
        text = json.dumps(data, sort_keys=True, separators=(",", ":"), allow_nan=False)
    except ValueError as error:  # whole numbers of thousands of digits
        raise UsageError(f"this cannot be recorded: {error}") from error
    if len(text) > MAX_BYTES:
        raise UsageError(f"this cannot be recorded: it is {len(text):,} bytes long, and at most {MAX_BYTES:,} may be")
    return text


def sha256_of(text: str) -> str:
    """The hash of a text, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def exact_text(value: Fraction) -> str:
    """A plain decimal where there is one, else the fraction itself: nothing is cut. `Fraction(text)` gives it back."""
    return plain(value) if has_end(value) else f"{value.numerator}/{value.denominator}"


def _data(value: Any, depth: int) -> Any:
    """The value in what JSON has."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, Fraction):
        return exact_text(value)
    if isinstance(value, Decimal):
        return _decimal(value)
    if isinstance(value, date):
        return value.isoformat()
    if depth == 0:
        raise UsageError(f"this cannot be recorded: it is nested more than {_MAX_DEPTH} deep")
    if isinstance(value, Mapping):
        return {_key(name): _data(one, depth - 1) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_data(one, depth - 1) for one in value]
    raise UsageError(f"this cannot be recorded: {_why_not(value)}")


def _decimal(value: Decimal) -> str:
    if not value.is_finite():
        raise UsageError(f"this cannot be recorded: {value} is no number")
    return f"{value:f}"


def _key(name: Any) -> str:
    if not isinstance(name, str):
        raise UsageError("this cannot be recorded: the names of fields are texts")
    return name


def _why_not(value: Any) -> str:
    if isinstance(value, float):
        return "a binary floating-point number is not exact: give a fraction, a decimal or a text"
    return f"a value of {type(value).__name__} is no text, number, day, list or mapping"
