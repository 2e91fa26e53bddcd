"""Columns of texts say what `plain` says of each number."""

from __future__ import annotations

from fractions import Fraction

import polars as pl
from hypothesis import example, given
from hypothesis import strategies as st

from vault_rules.domain.columns import Coded, Numbers, number_type
from vault_rules.domain.exact import invoice, plain
from vault_rules.domain.plain_columns import coarse, cost_texts, plain_texts
from vault_rules.domain.premium_columns import premium_texts

UNITS = st.sampled_from(
    [Fraction(one) for one in ("1", "1/100", "25", "1/1000000000", "10/45359237", "0.45359237", "1/3", "7/8", "1e-20")]
)
WHOLES = st.lists(st.one_of(st.integers(1, 300), st.integers(1, 2**62), st.integers(1, 2**100)), min_size=1, max_size=6)


def numbers(name: str, whole: list[int], unit: Fraction) -> Numbers:
    return Numbers(pl.Series(name, whole, dtype=number_type(max(whole))), unit)


@given(WHOLES, UNITS)
def test_a_column_of_numbers_is_shown_as_each_number_is(whole: list[int], unit: Fraction) -> None:
    assert plain_texts(numbers("n", whole, unit)).to_list() == [plain(one * unit) for one in whole]


@given(st.lists(st.tuples(st.integers(1, 2**60), st.integers(1, 2**60)), min_size=1, max_size=6), UNITS, UNITS)
@example([(73_786_976_343_430_214, 28_823_037_311_471_128)], Fraction(25), Fraction(25))
@example([(73_786_976_343_430_174, 73_786_976_246_246_239)], Fraction(25), Fraction(25))
def test_costs_are_rounded_to_cents_as_invoices_are(
    pairs: list[tuple[int, int]], mass: Fraction, money: Fraction
) -> None:
    quantity = numbers("quantity", [one for one, _ in pairs], mass)
    price = numbers("price", [other for _, other in pairs], money)
    expected = [f"{invoice(one * mass * other * money):.2f}" for one, other in pairs]
    assert cost_texts(quantity, price).to_list() == expected


@given(WHOLES, UNITS, st.lists(st.one_of(st.none(), st.fractions(Fraction(1, 1000), 10**6)), min_size=1, max_size=4))
def test_premiums_are_shown_as_each_premium_is(
    whole: list[int], unit: Fraction, references: list[Fraction | None]
) -> None:
    values = (None, *references)
    codes = pl.Series("code", [at % len(values) for at in range(len(whole))], dtype=pl.UInt8)
    compared = numbers("compared", whole, unit)
    found = premium_texts(compared, Coded(codes, values)).to_list()
    pairs = [(one * unit, values[at % len(values)]) for at, one in enumerate(whole)]
    assert found == [None if not reference else plain(price / reference - 1) for price, reference in pairs]
