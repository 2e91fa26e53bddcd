"""A number of a workbook as the text that Excel shows, by its number format, and exactly.

The stored number counts, not how many of its decimals are shown. A format changes what is read only where it changes
what is meant: a percentage is stored as a hundredth (0.995 is `99.5%`), a date as a count of days, and a unit or a
currency may be part of the format (`0.0" t"`, `#,##0.00 [$€-407]`). Words behind the number that are none stay with it,
so that whoever reads the cell refuses `3 tons` rather than take it for 3 kg; a mere `$` says too little to count.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

import attrs

from vault_rules.domain.units import MASS_UNITS

NUMBER, PERCENT, DATE, TIME = "number", "percent", "date", "time"

_SHOWN = Context(prec=15, rounding=ROUND_HALF_UP)  # Excel shows no more digits
_EXACT = Context(prec=400)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|[_*].|\[(?P<bracket>[^\]]*)\]|(?P<word>General|E[+-]|AM/PM|A/P)|(?P<letter>.)',
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*([+-]?\d+(?:\.\d*)?)", re.ASCII)
_UNIT = re.compile(rf"(?:[A-Z]{{3}})?\s?/?\s?(?:{'|'.join(MASS_UNITS)})|%")
_SYMBOLS = {"€": "EUR", "£": "GBP", "₹": "INR", "₩": "KRW", "US$": "USD"}
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_ELAPSED = re.compile("h+|m+|s+", re.IGNORECASE)
_COMPARE = {
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    "<>": operator.ne,
    ">=": operator.ge,
    ">": operator.gt,
}
_BUILT_IN = {
    **dict.fromkeys((9, 10), "0%"),
    **dict.fromkeys((*range(14, 18), 22, *range(27, 32), *range(34, 37), *range(50, 59)), "yyyy-mm-dd"),
    **dict.fromkeys((*range(18, 22), 32, 33, *range(45, 48)), "hh:mm:ss"),
}
_LAST_DAY = date(9999, 12, 31)
_MILLISECONDS = 86_400_000


@attrs.frozen
class Section:
    """One of a format's parts: the numbers that it serves (None: those no other serves), and what it makes of them.

    `unit` stands behind the number, with the blank before it; `thousands` counts the commas that each divide what is
    shown by a thousand.
    """

    condition: tuple[str, Decimal] | None
    kind: str
    unit: str = ""
    thousands: int = 0


@attrs.frozen
class NumberFormat:
    """A format as its sections; `plain` if the stored number is all that counts."""

    sections: tuple[Section, ...]
    plain: bool

    def section(self, value: Decimal) -> Section:
        """The section that Excel shows the value by."""
        sections = self.sections
        if any(one.condition for one in sections):
            fits = (one for one in sections if one.condition is None or _holds(one.condition, value))
            return next(fits, sections[0])
        if len(sections) == 1 or value > 0 or (value == 0 and len(sections) == 2):
            return sections[0]
        return sections[1] if value < 0 else sections[2]


def number_format(code: str) -> NumberFormat:
    """A format code such as `0.0%` or `yyyy-mm-dd;@`. Any text will do; what Excel would refuse is a plain number."""
    return _number_format(code) if len(code) <= 255 else GENERAL


def built_in_format(number: int) -> NumberFormat:
    """The format that Excel knows by number alone."""
    return number_format(_BUILT_IN.get(number, ""))


def shown(raw: str, style: NumberFormat, *, from_1904: bool = False) -> str:
    """The stored number as text. What is no number stays as it is, to be refused by whoever reads the cell."""
    if _NUMBER.fullmatch(raw) is None:
        return raw
    value = _SHOWN.create_decimal(raw)
    if style.plain:
        return plain(value)
    section = style.section(value)
    if section.kind == PERCENT:
        return plain(value.scaleb(2, _EXACT)) + "%"
    if section.kind == DATE:
        return _date(value, from_1904)
    if section.kind == TIME:
        return _time(value)
    if section.unit:
        return plain(value.scaleb(-3 * section.thousands, _EXACT)) + section.unit
    return plain(value)


def plain(value: Decimal) -> str:
    """The number without exponent and without zeros at its end."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


# ---- formats ---------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def _number_format(code: str) -> NumberFormat:
    parts: list[list[re.Match[str]]] = [[]]
    for token in _TOKEN.finditer(code):
        if token["letter"] == ";":
            parts.append([])
        else:
            parts[-1].append(token)
    sections = tuple(_section(part) for part in parts[:3])  # a fourth serves texts
    return NumberFormat(sections, all(one.kind == NUMBER and not one.unit for one in sections))


def _section(tokens: Sequence[re.Match[str]]) -> Section:
    condition, letters, before, behind, commas, thousands = None, "", "", "", 0, 0
    for token in tokens:
        group = token.lastgroup or ""
        text = token[group] if group else ""
        if group == "bracket":
            condition = _condition(text) or condition
            letters += "h" if _ELAPSED.fullmatch(text) else ""
            behind += text[1:].partition("-")[0] if text.startswith("$") else ""
        elif group == "word" and text[0] in "aA":
            letters += "h"  # the clock of twelve hours
        elif group == "word" or (group == "letter" and text in "0#?"):
            before, behind, commas = before + behind, "", 0
        elif group == "letter" and text in ",.":
            thousands, commas = (thousands, commas + 1) if text == "," else (thousands + commas, 0)
        elif group == "letter" and text in "%ymdhsYMDHS":
            letters += text.lower()
        else:
            behind += text
    kind = _kind(letters)
    unit = _said(before, behind) if kind in (NUMBER, PERCENT) else ""
    if not unit:
        return Section(condition, kind)
    return Section(condition, kind, unit if unit == "%" else f" {unit}", thousands + commas)


def _said(before: str, behind: str) -> str:
    """The unit, the currency, or whatever words a format puts behind its number; a currency may also stand before."""
    front, back = _spelt(before), _spelt(behind)
    if _CURRENCY.fullmatch(front) and (not back or back.startswith("/")):
        return f"{front}{back}"
    return back if _UNIT.fullmatch(back) or any(letter.isalpha() for letter in back) else ""


def _spelt(words: str) -> str:
    """The words with currencies by their codes; a lone `$`, blanks, signs and brackets are ornaments."""
    for symbol, code in _SYMBOLS.items():
        words = words.replace(symbol, code)
    return words.strip(" \u00a0$+-()*_")


def _condition(bracket: str) -> tuple[str, Decimal] | None:
    found = _CONDITION.fullmatch(bracket)
    return (found[1], Decimal(found[2])) if found else None


def _kind(letters: str) -> str:
    if "y" in letters or "d" in letters:
        return DATE
    if "h" in letters or "s" in letters:
        return TIME
    return DATE if "m" in letters else PERCENT if "%" in letters else NUMBER


def _holds(condition: tuple[str, Decimal], value: Decimal) -> bool:
    return bool(_COMPARE[condition[0]](value, condition[1]))


# ---- dates -----------------------------------------------------------------------------------------------------------


def _date(serial: Decimal, from_1904: bool) -> str:
    """The day that the serial counts to as ISO date, with a fraction also the time; outside all days the number."""
    days, milliseconds = _split(serial)
    day = _day(days, from_1904)
    if day is None:
        return plain(serial)
    return f"{day}T{_clock(milliseconds)}" if milliseconds else day


def _day(days: int, from_1904: bool) -> str | None:
    """Excel counts 29 February 1900, which never was: it is shown, and is later refused as a date."""
    if days < 0:
        return None
    if not from_1904 and days in (0, 60):
        return "1900-02-29" if days else "1900-01-00"
    start = date(1904, 1, 1) if from_1904 else date(1899, 12, 31) if days < 60 else date(1899, 12, 30)
    return (start + timedelta(days)).isoformat() if days <= (_LAST_DAY - start).days else None


def _time(serial: Decimal) -> str:
    """Hours, minutes and seconds; of more than a day, all its hours."""
    if serial < 0:
        return plain(serial)
    days, milliseconds = _split(serial)
    hours, rest = divmod(milliseconds, 3_600_000)
    return f"{days * 24 + hours:02}:{_clock(rest)[3:]}"


def _split(serial: Decimal) -> tuple[int, int]:
    """Whole days, and milliseconds of the next: a serial is binary and misses the millisecond by a hair."""
    total = _EXACT.multiply(serial, Decimal(_MILLISECONDS)).to_integral_value(ROUND_HALF_UP)
    return divmod(int(total), _MILLISECONDS)


def _clock(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{clock}.{rest:03}".rstrip("0") if rest else clock


GENERAL = number_format("General")
"""The format of a cell that has none."""
