"""The one signature table: every operator and function, its types, and what it does to exact values.

The checker looks types up here, both engines take the meaning from here, and the documentation is printed from here. A
value of None (unknown or undefined) never reaches `apply`: Kleene logic and `else` are `meaning.py`'s.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from vault_rules.semantics.types import (
    BOOLEAN,
    BUYER,
    COUNTRY,
    DATE,
    DAYS,
    FACILITY,
    KIND,
    MASS,
    MINERAL,
    MONEY,
    MONTHS,
    NUMBER,
    PRICE,
    RATIO,
    TEXT,
    TIER,
    TRADER,
    Type,
    set_of,
)  # fmt: skip
from vault_rules.source.alike import Alike, field, node

Apply = Callable[..., Any]


@node
class Signature(Alike):
    """One row: `operator` over `parameters` gives `result`; `apply` returns None where the result is undefined."""

    operator: str
    parameters: tuple[Type, ...]
    result: Type
    apply: Apply = field(eq=False)
    doc: str = ""
    may_be_undefined: bool = False
    plugin: str = ""
    """Whose function it is, with its version; nobody's but ours where it is blank."""


MEASURES = (MASS, MONEY, PRICE, RATIO, NUMBER, DAYS)
ORDERED = (*MEASURES, DATE, MONTHS)
ELEMENTS = (
    COUNTRY,
    MINERAL,
    TRADER,
    BUYER,
    KIND,
    FACILITY,
    TIER,
    TEXT,
    NUMBER,
    RATIO,
    MASS,
    MONEY,
    PRICE,
    DATE,
    DAYS,
    MONTHS,
    BOOLEAN,
)


def _divide(left: Fraction, right: Fraction) -> Fraction | None:
    return None if right == 0 else left / right


def add_days(day: date, days: Fraction) -> date | None:
    """The day so many days later; part of a day does not count. None outside the calendar."""
    try:
        return day + timedelta(days=days.numerator // days.denominator)
    except OverflowError:
        return None


def add_months(day: date, months: Fraction) -> date | None:
    """The same day so many months later, or that month's last day where it has no such day."""
    count = day.year * 12 + day.month - 1 + months.numerator // months.denominator
    year, month = divmod(count, 12)
    if not 1 <= year <= 9999:
        return None
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def round_to(value: Fraction, unit: Fraction) -> Fraction | None:
    """The multiple of `unit` nearest to `value`, a tie to the even multiple."""
    return None if unit <= 0 else round(value / unit) * unit


def _less(a: Any, b: Any) -> bool:
    return bool(a < b)


def _table() -> list[Signature]:
    rows: list[Signature] = []

    def add(
        operator: str, parameters: tuple[Type, ...], result: Type, apply: Apply, doc: str = "", undefined: bool = False
    ) -> None:
        rows.append(Signature(operator, parameters, result, apply, doc, undefined))

    for kind in ELEMENTS:
        add("=", (kind, kind), BOOLEAN, lambda a, b: a == b, "the same")
        add("!=", (kind, kind), BOOLEAN, lambda a, b: a != b, "not the same")
        group = set_of(kind.kind)
        add("in", (kind, group), BOOLEAN, lambda a, b: a in b, "one of")
        add("not in", (kind, group), BOOLEAN, lambda a, b: a not in b, "none of")
        add("+", (group, group), group, lambda a, b: a | b, "what is in either set")
        add("-", (group, group), group, lambda a, b: a - b, "what is in the first and not in the second set")
        add("&", (group, group), group, lambda a, b: a & b, "what is in both sets")
    for kind in ORDERED:
        add("<", (kind, kind), BOOLEAN, _less, "less; of dates: earlier")
        add("<=", (kind, kind), BOOLEAN, lambda a, b: not _less(b, a), "at most")
        add(">", (kind, kind), BOOLEAN, lambda a, b: _less(b, a), "more; of dates: later")
        add(">=", (kind, kind), BOOLEAN, lambda a, b: not _less(a, b), "at least")
        add("min", (kind, kind), kind, min, "the least of its arguments (two or more)")
        add("max", (kind, kind), kind, max, "the greatest of its arguments (two or more)")
    for kind in (*MEASURES, MONTHS):
        add("+", (kind, kind), kind, lambda a, b: a + b, "sum")
        add("-", (kind, kind), kind, lambda a, b: a - b, "difference")
        add("neg", (kind,), kind, lambda a: -a, "the value below zero")
        add("abs", (kind,), kind, abs, "without its sign")
        add("round", (kind, kind), kind, round_to, "to the nearest multiple of the second, a tie to the even one", True)
    for kind in MEASURES:
        add("*", (RATIO, kind), kind, lambda a, b: a * b, "that part of it")
        add("of", (RATIO, kind), kind, lambda a, b: a * b, "that part of it")
        if kind != RATIO:
            add("*", (kind, RATIO), kind, lambda a, b: a * b, "that part of it")
            add("*", (NUMBER, kind), kind, lambda a, b: a * b, "so many times")
            add("/", (kind, RATIO), kind, _divide, "what it is that part of", True)
        if kind not in (RATIO, NUMBER):
            add("*", (kind, NUMBER), kind, lambda a, b: a * b, "so many times")
            add("/", (kind, NUMBER), kind, _divide, "an equal part", True)
        add(
            "/",
            (kind, kind),
            NUMBER if kind == NUMBER else RATIO,
            _divide,
            "how many times the second is in the first",
            True,
        )
    add("/", (RATIO, NUMBER), RATIO, _divide, "an equal part", True)
    add("*", (NUMBER, MONTHS), MONTHS, lambda a, b: a * b, "so many times")
    add("*", (MASS, PRICE), MONEY, lambda a, b: a * b, "what the mass costs")
    add("*", (PRICE, MASS), MONEY, lambda a, b: a * b, "what the mass costs")
    add("/", (MONEY, MASS), PRICE, _divide, "the price", True)
    add("/", (MONEY, PRICE), MASS, _divide, "what the money buys", True)
    add("+", (DATE, DAYS), DATE, add_days, "so many days later")
    add("-", (DATE, DAYS), DATE, lambda a, b: add_days(a, -b), "so many days earlier")
    add("+", (DATE, MONTHS), DATE, add_months, "so many months later, at most that month's last day")
    add(
        "-",
        (DATE, MONTHS),
        DATE,
        lambda a, b: add_months(a, -b),
        "so many months earlier, at most that month's last day",
    )
    add("-", (DATE, DATE), DAYS, lambda a, b: Fraction((a - b).days), "the days between them")
    add("and", (BOOLEAN, BOOLEAN), BOOLEAN, lambda a, b: a and b, "both hold")
    add("or", (BOOLEAN, BOOLEAN), BOOLEAN, lambda a, b: a or b, "at least one holds")
    add("not", (BOOLEAN,), BOOLEAN, lambda a: not a, "does not hold")
    add("year", (DATE,), NUMBER, lambda a: Fraction(a.year), "its calendar year")
    add("month", (DATE,), NUMBER, lambda a: Fraction(a.month), "its month, 1 to 12")
    add("quarter", (DATE,), NUMBER, lambda a: Fraction((a.month + 2) // 3), "its calendar quarter, 1 to 4")
    return rows


SIGNATURES: tuple[Signature, ...] = tuple(_table())
_BY_TYPES = {(row.operator, row.parameters): row for row in SIGNATURES}
FUNCTIONS = ("min", "max", "abs", "round")
REFERENCES = ("best", "vwap", "median", "lowest", "supply", "count", "benchmark")


Functions = Mapping[str, Signature]
"""Functions of plugins by name: more rows of the table, for one policy."""


def signature(operator: str, parameters: tuple[Type, ...]) -> Signature | None:
    """The row for these types, or None where the operator does not take them."""
    return _BY_TYPES.get((operator, parameters))


def fiscal_year(day: date, starts: tuple[int, int]) -> int:
    """The fiscal year of a day, named for the year in which it ends (50 USC 98: FY2027 begins on 1 October 2026)."""
    if starts == (1, 1):
        return day.year
    return day.year + ((day.month, day.day) >= starts)
