"""A limit one unit up or down, and a day earlier or later."""

from __future__ import annotations

import re
from datetime import date, timedelta

from vault_rules.language import ast
from vault_rules.trials.mutation.mutant import DATES, LIMITS, Notes
from vault_rules.trials.mutation.sets import Known

UP, DOWN = 1, -1
_DIGITS = re.compile(r"([0-9]+)(?:\.([0-9]+))?")
_MEASURED = (ast.Number, ast.Percent, ast.Quantity, ast.Money, ast.Price, ast.Duration)


def literal(notes: Notes, expr: ast.Expr, directions: tuple[int, ...] = (DOWN, UP), kind: str = LIMITS) -> bool:
    """Note a written amount one unit of its last digit either way: 15% becomes 14% and 16%, 1.2bn becomes 1.1bn and
    1.3bn. Nothing goes below zero. Whether it is one.
    """
    if not isinstance(expr, _MEASURED):
        return False
    text = expr.span.text
    for direction in directions:
        other = _DIGITS.sub(lambda found, by=direction: _moved(found, by), text, count=1)  # type: ignore[misc]  # its own value of each turn
        if other != text:
            notes.replaced(kind, expr.span.start, expr.span.end, other)
    return True


def _moved(found: re.Match[str], by: int) -> str:
    whole, part = found[1], found[2] or ""
    moved = int(whole + part) + by
    if moved < 0:
        return found[0]
    digits = str(moved).zfill(len(part) + 1)
    return digits if not part else f"{digits[: -len(part)]}.{digits[-len(part) :]}"


def day(notes: Notes, expr: ast.Expr, known: Known) -> None:
    """Note a day one day earlier and one later; the name of a day becomes the day itself."""
    value = known.day(expr)
    if value is None:
        return
    for direction in (DOWN, UP):
        if date.min < value < date.max:
            moved = value + timedelta(days=direction)
            said = f"`{expr.span.text}` became `{moved.isoformat()}`, a day {'earlier' if direction < 0 else 'later'}"
            notes.replaced(DATES, expr.span.start, expr.span.end, moved.isoformat(), said)
