"""How the text of a cell is read, and what is said where it cannot be."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from vault_rules.domain.amounts import Unreadable
from vault_rules.domain.cells import READERS, Money, RowUnits

POUNDS = RowUnits("lb", "lb", "EUR")
LB = Fraction("0.45359237")


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("boolean", "TRUE", True),
        ("boolean", "false", False),
        ("charge", "0", Money(Fraction(0), None)),
        ("charge", "0 USD/t", Money(Fraction(0), "USD")),
        ("charge", "2 USD/t", Money(Fraction(2, 1000), "USD")),
        ("country", "NA", "NA"),
        ("currency", "EUR", "EUR"),
        ("date", "2028-02-29", date(2028, 2, 29)),
        ("mass", "10", Fraction(10)),
        ("mass", "10 t", Fraction(10_000)),
        ("mass", "10t", Fraction(10_000)),
        ("mass", "1 oz_t", Fraction("0.0311034768")),
        ("mass", "2 mtu", Fraction(20)),
        ("mass", "0.000001", Fraction(1, 10**6)),
        ("minerals", " cobalt; gallium ;", frozenset(("cobalt", "gallium"))),
        ("money", "345000.00", Money(Fraction(345_000), None)),
        ("money", "1.2bn USD", Money(Fraction(1_200_000_000), "USD")),
        ("number", "-3", Fraction(-3)),
        ("price", "34.50", Money(Fraction("34.5"), None)),
        ("price", "34.50 USD/kg", Money(Fraction("34.5"), "USD")),
        ("price", "34.50 EUR", Money(Fraction("34.5"), "EUR")),
        ("price", "11.50USD / lb", Money(Fraction("11.5") / LB, "USD")),
        ("purity", "99.5", Fraction(199, 200)),
        ("purity", "99.5%", Fraction(199, 200)),
        ("purity", "99.5 %", Fraction(199, 200)),
        ("rate", "1.135", Fraction("1.135")),
        ("ratio", "-5%", Fraction(-1, 20)),
        ("step", "2", 2),
        ("stock", "0 t", Fraction(0)),
        ("storage", "0.48 USD/t/day", Money(Fraction("0.48") / 1000 * 365 / 12, "USD")),
        ("storage", "12 USD/t/month", Money(Fraction(12, 1000), "USD")),
        ("storage", "12 USD/t/year", Money(Fraction(1, 1000), "USD")),
        ("text", "NA", "NA"),
        ("unit", "oz_t", "oz_t"),
    ],
)
def test_a_cell_is_read_exactly(kind: str, text: str, value: Any) -> None:
    read = READERS[kind](text, RowUnits())
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("mass", "10", 10 * LB),
        ("mass", "10 kg", Fraction(10)),
        ("price", "11.50", Money(Fraction("11.5") / LB, "EUR")),
        ("charge", "0.10", Money(Fraction("0.1") / LB, "EUR")),
        ("price", "11.50 USD/kg", Money(Fraction("11.5"), "USD")),
        ("money", "5", Money(Fraction(5), "EUR")),
        ("storage", "1", Money(1 / LB, "EUR")),
    ],
)
def test_the_row_gives_the_units_and_a_cell_that_has_its_own_wins(kind: str, text: str, value: Any) -> None:
    assert READERS[kind](text, POUNDS) == value


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        ("boolean", "yes", "`true` or `false`"),
        ("country", "us", "did you mean `US`?"),
        ("country", "Australia", "did you mean `AU`?"),
        ("charge", "-0.01", "below zero"),
        ("charge", "2 USD/ton", "did you mean `t`?"),
        ("country", "XX", "ISO 3166"),
        ("currency", "usd", "did you mean `USD`?"),
        ("currency", "dollars", "three capital letters"),
        ("date", "2027-02-30", "there is no such day"),
        ("date", "01/08/2027", "such as `2027-08-01`"),
        ("date", "2027-08-01T00:00:00", "such as `2027-08-01`"),
        ("date", "46235", "such as `2027-08-01`"),
        ("mass", "0", "above zero"),
        ("mass", "-5", "above zero"),
        ("mass", "10 tons", "did you mean `t`?"),
        ("mass", "10 bushels", "one of `mg`"),
        ("mass", "1,000", "thousand"),
        ("mass", "1,000,000", "thousands separators"),
        ("mass", "1 000", "thousands separators"),
        ("mass", "1'000", "thousands separators"),
        ("mass", "1e3", "without an exponent"),
        ("mass", "NaN", "leave the cell blank"),
        ("mass", "inf", "infinity"),
        ("mass", "٣", "expected a quantity"),
        ("mass", "9" * 101, "at most 100 digits"),
        ("money", "-1", "below zero"),
        ("number", "1.2.3", "one decimal point"),
        ("price", "34,50", "write a decimal point"),
        ("price", "34,50 USD/kg", "write a decimal point"),
        ("price", "USD 33.60", "write the currency after the number"),
        ("price", "33.6k USD", "such as `34.50`"),
        ("price", "33.60 USD/ton", "`ton` is not a unit of mass"),
        ("country", "USA", "did you mean `US`?"),
        ("price", "$34.50", "write the currency as its code"),
        ("price", "34.50 USD/ton", "did you mean `t`?"),
        ("price", "34.50 usd/kg", "did you mean `USD`?"),
        ("price", "#REF!", "a formula error"),
        ("price", "=A1*2", "a formula"),
        ("price", "0.00", "above zero"),
        ("purity", "100.1%", "from 0 to 100"),
        ("purity", "-1", "from 0 to 100"),
        ("rate", "0", "above zero"),
        ("step", "1.5", "the number of a step"),
        ("step", "0", "the number of a step"),
        ("stock", "-1", "below zero"),
        ("storage", "0.48 USD/t", "`/day`, `/month` or `/year`"),
        ("storage", "0.48 USD/t/week", "`day`, `month` or `year`"),
        ("text", "a\nb", "line breaks"),
        ("text", "#N/A", "a formula error"),
        ("unit", "pounds", "did you mean `lb`?"),
    ],
)
def test_a_bad_cell_is_told_what_was_expected(kind: str, text: str, said: str) -> None:
    with pytest.raises(Unreadable) as caught:
        READERS[kind](text, RowUnits())
    assert said in f"{caught.value.expected} ({caught.value.hint})"
