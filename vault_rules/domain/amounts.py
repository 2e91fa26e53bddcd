"""Numbers as people type them: a plain decimal, or a word on what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction

import attrs

from vault_rules.domain.exact import parse_decimal

MAX_CHARACTERS = 100
"""No figure of the trade is longer; a number of a million digits is an attack on the reader's patience."""


@attrs.frozen
class Unreadable(Exception):
    """A cell that cannot be read: what was expected, and what would help."""

    expected: str
    said: str | Callable[[], str | None] | None = None

    @property
    def hint(self) -> str | None:
        """What would help; looked for only when it is asked for, since a book may have a million bad cells."""
        return self.said() if callable(self.said) else self.said


_FORMULA_ERROR = re.compile(
    r"#(REF|N/A|DIV/0|VALUE|NAME|NUM|NULL|SPILL|CALC|GETTING_DATA|FIELD|BLOCKED)[!?]?", re.IGNORECASE
)
_HINTS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"#+\Z|" + _FORMULA_ERROR.pattern, re.IGNORECASE), "a formula error: repair the formula"),
    (re.compile(r"="), "a formula: give its value"),
    (
        re.compile(r"[+-]?(nan|null|none|n/?a|-+|\?+)\Z", re.IGNORECASE),
        "leave the cell blank where the value is not known",
    ),
    (re.compile(r"[+-]?(inf|infinity|∞)\Z", re.IGNORECASE), "an infinity is no figure"),
    (re.compile(r"[+-]?\d{1,3}(,\d{3}){2,}(\.\d+)?\b|[+-]?\d{1,3},\d{3}\.\d"), "leave out the thousands separators"),
    (
        re.compile(r"[+-]?\d{1,3},\d{3}\b"),
        "a comma may mean thousands or decimals: write 1000 for a thousand, 1.5 for one and a half",
    ),
    (re.compile(r"[+-]?[\d.]*\d,\d"), "write a decimal point, not a comma"),
    (re.compile(r"[+-]?\d{1,3}([ '_’\u00a0\u2009\u202f]\d{3})+(?!\d)"), "leave out the thousands separators"),
    (re.compile(r"[+-]?[\d.]+e[+-]?\d+", re.IGNORECASE), "write the number out, without an exponent"),
    (re.compile(r"[A-Z]{3}\s*\d"), "write the currency after the number, as in `34.50 USD/kg`"),
    (re.compile(r"[$€£¥]|.*\d\s*[$€£¥]"), "write the currency as its code after the number, as in `34.50 USD/kg`"),
    (re.compile(r"[+-]?\d+\.\d+\.\d"), "a number has one decimal point"),
)


def is_formula_error(text: str) -> bool:
    """Whether a cell holds what a spreadsheet shows for a formula that failed."""
    return bool(_FORMULA_ERROR.fullmatch(text))


def decimal(text: str, expected: str) -> Fraction:
    """A plain decimal. Raises `Unreadable` with what was expected, and a hint where the mistake is a known one."""
    if len(text) > MAX_CHARACTERS:
        raise Unreadable(expected, f"a number has at most {MAX_CHARACTERS} digits")
    value = parse_decimal(text)
    if value is None:
        raise Unreadable(expected, hint_for(text))
    return value


def hint_for(text: str) -> str | None:
    """What is probably wrong with a text that should begin with a number."""
    return next((hint for pattern, hint in _HINTS if pattern.match(text)), None)
