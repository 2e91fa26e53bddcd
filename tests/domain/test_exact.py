"""Exact numbers in and out of text."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault_rules.domain.exact import invoice, parse_decimal, plain


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(0), "0"),
        (Fraction(1, 2), "0.5"),
        (Fraction(-1, 8), "-0.125"),
        (Fraction(100), "100"),
        (Fraction(1, 3), "0.333333333333"),
        (Fraction(2, 3), "0.666666666666"),
        (Fraction(-1, 3 * 10**13), "0"),
        (Fraction(1, 2**40), plain(Fraction(1, 2**40))),
        (Fraction("0.0000000000001"), "0.0000000000001"),
    ],
)
def test_a_number_is_shown_plainly_and_cut_only_where_it_has_no_end(value: Fraction, text: str) -> None:
    assert plain(value) == text


@pytest.mark.parametrize(
    ("amount", "cents"),
    [("0.005", "0.00"), ("0.015", "0.02"), ("0.025", "0.02"), ("-0.015", "-0.02"), ("2.675", "2.68"), ("7", "7.00")],
)
def test_money_is_invoiced_to_cents_half_to_even(amount: str, cents: str) -> None:
    assert str(invoice(Fraction(amount))) == cents


def test_an_invoice_is_exact_however_large_and_whatever_the_decimal_context() -> None:
    with localcontext() as context:
        context.prec = 3
        assert str(invoice(Fraction(10**60) + Fraction(1, 3))) == f"{10**60}.33"


@given(st.decimals(allow_nan=False, allow_infinity=False, places=9))
def test_a_plain_decimal_comes_back_as_itself(value: Decimal) -> None:
    assert parse_decimal(plain(Fraction(value))) == Fraction(value)


@given(st.from_regex(r"[+-]?([0-9]{1,30}(\.[0-9]{0,30})?|\.[0-9]{1,30})", fullmatch=True))
def test_every_plain_decimal_is_read_whatever_its_sign_zeros_and_point(text: str) -> None:
    assert parse_decimal(text) == Fraction(text)


@given(st.fractions())
def test_an_invoice_is_within_half_a_cent(amount: Fraction) -> None:
    assert abs(Fraction(invoice(amount)) - amount) <= Fraction(1, 200)


@pytest.mark.parametrize("text", ["", "1e3", "1,000", "NaN", "inf", "١", "0x10", "1_000", "--1", "1.2.3", " 1"])
def test_what_is_no_plain_decimal_is_not_read(text: str) -> None:
    assert parse_decimal(text) is None
