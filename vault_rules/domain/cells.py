"""The kinds of cell of a book, and how the text of each is read: exact, and without any policy.

Every reader takes the cell's text (never blank) and the row's units, and gives a value or raises `Unreadable`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

import attrs

from vault_rules.domain.amounts import MAX_CHARACTERS, Unreadable, decimal, hint_for, is_formula_error
from vault_rules.domain.places import COUNTRIES
from vault_rules.domain.spelling import did_you_mean
from vault_rules.domain.units import DAYS_IN_MONTH, MASS_UNITS, MULTIPLIERS

KG = "kg"
LONGEST_TEXT = 1000


@attrs.frozen
class RowUnits:
    """What a row says of its numbers: the unit of its quantities, what its prices are per, and their currency."""

    unit: str = KG
    per: str = KG
    currency: str | None = None


@attrs.frozen
class Money:
    """An amount of money, of it per kilogram, or per kilogram and month; `currency` None: the policy's."""

    amount: Fraction
    currency: str | None


@attrs.frozen
class SaidPrice:
    """A price as it was said: so much for one `per`; `currency` None: the policy's."""

    amount: Fraction
    currency: str | None
    per: str


_NUMBER = r"(?P<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+))"
_QUANTITY = re.compile(rf"{_NUMBER}\s*(?P<unit>[A-Za-z][\w ]*)", re.ASCII)
_PRICE = re.compile(rf"{_NUMBER}\s*(?P<currency>[A-Za-z]+)\s*/\s*(?P<per>[A-Za-z]\w*)", re.ASCII)
_MONEY = re.compile(rf"{_NUMBER}\s*(?P<times>k|mn|bn)?\s*(?P<currency>[A-Za-z]+)", re.ASCII)
_STORAGE = re.compile(rf"{_PRICE.pattern}\s*/\s*(?P<time>[A-Za-z]+)", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MONTHS_IN = {"day": 1 / DAYS_IN_MONTH, "month": Fraction(1), "year": Fraction(12)}


# ---- texts ---------------------------------------------------------------------------------------------------------


def read_text(text: str, row: RowUnits) -> str:
    """A name or an id, as it stands."""
    if len(text) > LONGEST_TEXT:
        raise Unreadable(f"expected a text of at most {LONGEST_TEXT} characters")
    if not text.isprintable():
        raise Unreadable("expected a text without control characters or line breaks")
    if is_formula_error(text):
        raise Unreadable("expected a text", hint_for(text))
    return text


_OFTEN = {"USA": "US", "UK": "GB", "PRC": "CN", "ROK": "KR", "DRC": "CD", "UAE": "AE", "RSA": "ZA", "EL": "GR"}
"""What people write for a country's code."""


def read_country(text: str, row: RowUnits) -> str:
    """An ISO 3166-1 alpha-2 code in capitals; `NA` is Namibia."""
    if text in COUNTRIES:
        return text
    if text.upper() in _OFTEN:
        raise Unreadable("is not a country", f"did you mean `{_OFTEN[text.upper()]}`?")
    if text.upper() in COUNTRIES:
        raise Unreadable("is not a country", f"did you mean `{text.upper()}`?")
    raise Unreadable("is not a country", lambda: _country_hint(text))


def _country_hint(text: str) -> str:
    by_name = {name.casefold(): code for code, name in COUNTRIES.items()}
    near = did_you_mean(text.casefold(), by_name)
    return f"did you mean `{by_name[near]}`?" if near else "ISO 3166: two capital letters, as in `US` or `AU`"


def read_unit(text: str, row: RowUnits) -> str:
    """A unit of mass."""
    if text not in MASS_UNITS:
        raise Unreadable("is not a unit of mass", _unit_hint(text))
    return text


def read_currency(text: str, row: RowUnits) -> str:
    """A currency's three-letter code (ISO 4217)."""
    if not _CURRENCY.fullmatch(text):
        capitals = text.upper()
        hint = f"did you mean `{capitals}`?" if _CURRENCY.fullmatch(capitals) else "three capital letters, as in `USD`"
        raise Unreadable("is not a currency", hint)
    return text


def read_minerals(text: str, row: RowUnits) -> frozenset[str]:
    """Names of minerals, separated by `;`."""
    return frozenset(read_text(part.strip(), row) for part in text.split(";") if part.strip())


def read_boolean(text: str, row: RowUnits) -> bool:
    if text.casefold() not in ("true", "false"):
        raise Unreadable("expected `true` or `false`")
    return text.casefold() == "true"


def read_date(text: str, row: RowUnits) -> date:
    """A day by ISO 8601."""
    expected = "expected a day such as `2027-08-01`"
    if not _DATE.fullmatch(text):
        raise Unreadable(expected, "year, month, day" if re.match(r"\d", text) else hint_for(text))
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Unreadable(expected, "there is no such day") from None


# ---- numbers -------------------------------------------------------------------------------------------------------


def read_number(text: str, row: RowUnits) -> Fraction:
    return decimal(text, "expected a number")


def read_step(text: str, row: RowUnits) -> int:
    """A step's number, from 1."""
    expected = "expected the number of a step, from 1"
    value = decimal(text, expected)
    if value.denominator != 1 or value < 1:
        raise Unreadable(expected)
    return int(value)


def read_rate(text: str, row: RowUnits) -> Fraction:
    """What one unit of a currency is worth in the policy's."""
    return _positive(decimal(text, "expected a number such as `1.135`"), "a rate")


def read_ratio(text: str, row: RowUnits) -> Fraction:
    """A percentage number: `15` and `15%` are 15/100."""
    return decimal(text.removesuffix("%").rstrip(), "expected a percentage such as `15%`") / 100


def read_purity(text: str, row: RowUnits) -> Fraction:
    """A percentage number from 0 to 100: `99.5` and `99.5%` are 199/200."""
    expected = "expected a percentage from 0 to 100, such as `99.5%`"
    value = decimal(text.removesuffix("%").rstrip(), expected)
    if not 0 <= value.numerator <= 100 * value.denominator:
        raise Unreadable(expected)
    return Fraction(value.numerator, 100 * value.denominator)


def read_content(text: str, row: RowUnits) -> Fraction:
    """The part of the gross weight that is the mineral itself, above 0 and at most 1: `56%` and `0.56` are 56/100."""
    expected = "expected a content such as `56%` or `0.56`"
    number = text.removesuffix("%").rstrip()
    value = decimal(number, expected)
    if number != text:
        value /= 100
    elif value > 1:
        raise Unreadable(expected, f"did you mean `{text}%`?" if value <= 100 else None)
    if not 0 < value <= 1:
        raise Unreadable("a content is above 0% and at most 100%")
    return value


def read_quantity(text: str, row: RowUnits) -> Fraction:
    """A mass above zero, in kilograms."""
    return _positive(_mass(text, row), "a quantity")


def read_stock(text: str, row: RowUnits) -> Fraction:
    """A mass of zero or more, in kilograms."""
    return _not_negative(_mass(text, row), "a quantity")


def read_price(text: str, row: RowUnits) -> Money:
    """Money above zero for each kilogram; one that does not say for how much is for what the row's prices are per."""
    return _per_kg(read_said_price(text, row))


def read_charge(text: str, row: RowUnits) -> Money:
    """The same, but zero is an amount as well: what comes on top of a price may be nothing."""
    return _per_kg(_said(text, row, _not_negative))


def _per_kg(said: SaidPrice) -> Money:
    return Money(said.amount / MASS_UNITS[said.per], said.currency)


def read_said_price(text: str, row: RowUnits) -> SaidPrice:
    """A price as it was said: nothing is divided."""
    return _said(text, row, _positive)


def _said(text: str, row: RowUnits, within: Callable[[Fraction, str], Fraction]) -> SaidPrice:
    expected = "expected a price such as `34.50` or `34.50 USD/kg`"
    money, found = _found(_MONEY, text), _found(_PRICE, text)
    if found is not None:
        currency, per = _currency_of(found["currency"]), _unit_of(found["per"])
    elif money is not None and not money["times"]:
        found, currency, per = money, _currency_of(money["currency"]), row.per
    else:
        return SaidPrice(within(decimal(text, expected), "a price"), row.currency, row.per)
    return SaidPrice(within(decimal(found["number"], expected), "a price"), currency, per)


def read_money(text: str, row: RowUnits) -> Money:
    """Money of zero or more: a total, not a price."""
    found = _found(_MONEY, text)
    expected = "expected an amount of money such as `345000.00` or `345000.00 USD`"
    if found is None:
        return Money(_not_negative(decimal(text, expected), "an amount of money"), row.currency)
    amount = decimal(found["number"], expected) * MULTIPLIERS.get(found["times"], 1)
    return Money(_not_negative(amount, "an amount of money"), _currency_of(found["currency"]))


def read_storage_cost(text: str, row: RowUnits) -> Money:
    """Money of zero or more for each kilogram and month; a plain number is for the row's unit and a month."""
    found = _found(_STORAGE, text)
    expected = "expected a storage cost such as `14.60` or `0.48 USD/t/day`"
    if found is None:
        if _PRICE.fullmatch(text):
            raise Unreadable(expected, "add for how long: `/day`, `/month` or `/year`")
        amount = _not_negative(decimal(text, expected), "a storage cost")
        return Money(amount / MASS_UNITS[row.unit], row.currency)
    if found["time"] not in _MONTHS_IN:
        raise Unreadable(expected, "a time is `day`, `month` or `year`")
    amount = _not_negative(decimal(found["number"], expected), "a storage cost") / _MONTHS_IN[found["time"]]
    return Money(amount / MASS_UNITS[_unit_of(found["per"])], _currency_of(found["currency"]))


def _mass(text: str, row: RowUnits) -> Fraction:
    found = _found(_QUANTITY, text)
    expected = "expected a quantity such as `10` or `10 t`"
    if found is None:
        return decimal(text, expected) * MASS_UNITS[row.unit]
    if re.fullmatch(r"e\d+", found["unit"], re.IGNORECASE):
        raise Unreadable(expected, hint_for(text))
    return decimal(found["number"], expected) * MASS_UNITS[_unit_of(found["unit"].strip())]


def _found(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    return pattern.fullmatch(text) if len(text) <= MAX_CHARACTERS else None


def _unit_of(word: str) -> str:
    """A unit within a cell: the mistake names it alone."""
    if word not in MASS_UNITS:
        raise Unreadable(f"`{word}` is not a unit of mass", _unit_hint(word))
    return word


def _currency_of(word: str) -> str:
    try:
        return read_currency(word, RowUnits())
    except Unreadable as why:
        raise Unreadable(f"`{word}` {why.expected}", why.hint) from None


def _positive(value: Fraction, what: str) -> Fraction:
    if value <= 0:
        raise Unreadable(f"{what} must be above zero")
    return value


def _not_negative(value: Fraction, what: str) -> Fraction:
    if value < 0:
        raise Unreadable(f"{what} must not be below zero")
    return value


_UNIT_WORDS = {
    word: unit
    for unit, words in {
        "g": "gram grams gr",
        "kg": "kgs kilo kilos kilogram kilograms",
        "lb": "lbs pound pounds",
        "oz_t": "oz ozt troy_ounce troy_ounces",
        "t": "ton tons tonne tonnes mt",
    }.items()
    for word in words.split()
}


def _unit_hint(text: str) -> str:
    folded = text.strip().casefold().replace(" ", "_")
    near = _UNIT_WORDS.get(folded) or (folded if folded in MASS_UNITS else None)
    return f"did you mean `{near}`?" if near else "one of " + ", ".join(f"`{unit}`" for unit in MASS_UNITS)


READERS: Mapping[str, Callable[[str, RowUnits], Any]] = {
    "boolean": read_boolean,
    "charge": read_charge,
    "content": read_content,
    "country": read_country,
    "currency": read_currency,
    "date": read_date,
    "minerals": read_minerals,
    "money": read_money,
    "number": read_number,
    "price": read_price,
    "purity": read_purity,
    "mass": read_quantity,
    "rate": read_rate,
    "ratio": read_ratio,
    "step": read_step,
    "stock": read_stock,
    "storage": read_storage_cost,
    "text": read_text,
    "unit": read_unit,
}
"""Each kind of cell and its reader."""


def kind_of_field(kind: str) -> str:
    """How cells of a policy's `field` of this kind are read: unlike an offer's own, prices and masses may be zero."""
    return {"price": "charge", "mass": "stock"}.get(kind, kind)
