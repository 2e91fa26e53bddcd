"""Columns of texts say what `plain` says of each number."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import polars as pl
from hypothesis import example, given
from hypothesis import strategies as st

from vault_rules.domain.columns import Coded, Numbers, number_type
from vault_rules.domain.exact import invoice, plain
from vault_rules.domain.plain_columns import coarse, cost_texts, decimal_texts, plain_texts
from vault_rules.domain.premium_columns import premium_texts

UNITS = st.sampled_from(
    [Fraction(one) for one in ("1", "1/100", "25", "1/1000000000", "10/45359237", "0.45359237", "1/3", "7/8", "1e-20")]
)
WHOLE = st.one_of(st.integers(0, 300), st.integers(0, 2**62), st.integers(0, 2**100))
WHOLES = st.lists(WHOLE, min_size=1, max_size=6)
BLANKS = st.lists(st.one_of(st.none(), WHOLE, WHOLE, WHOLE), min_size=1, max_size=6)
REPEATED = st.sampled_from([1, 100, 1000])
"""How often all rows come: once, often enough not to be written one by one, often enough to look for runs."""


def numbers(name: str, whole: Sequence[int | None], unit: Fraction) -> Numbers:
    return Numbers(
        pl.Series(name, whole, dtype=number_type(max((one for one in whole if one is not None), default=0))), unit
    )


def in_rows(rows: list[int], repeated: int, *, in_runs: bool) -> list[int]:
    return [row for row in rows for _ in range(repeated)] if in_runs else rows * repeated


@given(BLANKS, UNITS, REPEATED, st.booleans())
@example([], Fraction(1), 1, False)
@example([None], Fraction(1, 100), 1, False)
@example([5, None, 5, 7, 1005], Fraction(1, 100), 1000, True)
@example([2**100, 2**100 + 1], Fraction(1, 10**9), 1, False)
@example([2**100, 2**100 + 1], Fraction(10**9, 7), 1, False)
@example([2**100, 2**100 + 1], Fraction(10**9 + 1), 1, False)
def test_a_column_of_numbers_is_shown_as_each_number_is(
    whole: list[int | None], unit: Fraction, repeated: int, in_runs: bool
) -> None:
    texts = [None if one is None else plain(one * unit) for one in whole]
    order = in_rows(list(range(len(whole))), repeated, in_runs=in_runs)
    column = numbers("n", [whole[row] for row in order], unit)
    assert plain_texts(column).to_list() == plain_texts(coarse(column)).to_list() == [texts[row] for row in order]


@given(BLANKS, UNITS, st.integers(0, 6))
def test_coarse_numbers_are_the_same_numbers(whole: list[int | None], unit: Fraction, thousands: int) -> None:
    column = numbers(
        "n", [None if one is None else one * 1000**thousands for one in whole if not one or one < 2**62], unit
    )
    found = coarse(column)
    assert [found.at(row) for row in range(len(found.whole))] == [column.at(row) for row in range(len(column.whole))]


def test_every_number_of_two_decimals_is_shown_as_it_is() -> None:
    whole = list(range(12_000))
    assert plain_texts(numbers("n", whole, Fraction(1, 100))).to_list() == [plain(Fraction(one, 100)) for one in whole]


@given(
    st.lists(st.lists(st.sampled_from([0, 0, 1, 10, 1000, 1234, 9999]), min_size=3, max_size=3), min_size=1, max_size=6)
)
def test_groups_of_digits_are_the_decimals_of_the_number_they_make(rows: list[list[int]]) -> None:
    groups = [pl.Series(column, dtype=pl.UInt32) for column in zip(*rows, strict=True)]
    expected = [plain(Fraction(a * 10**8 + b * 10**4 + c, 10**12)).removeprefix("0") for a, b, c in rows]
    assert decimal_texts(groups).to_list() == expected


@given(
    st.lists(st.tuples(st.integers(0, 2**60), st.integers(0, 2**60)), max_size=6),
    UNITS,
    UNITS,
    st.sampled_from([1, 50]),
)
@example([(73_786_976_343_430_214, 28_823_037_311_471_128)], Fraction(25), Fraction(25), 1)
@example([(73_786_976_343_430_174, 73_786_976_246_246_239)], Fraction(25), Fraction(25), 1)
@example([(2**60, 2**60), (0, 0), (1, 1)], Fraction(1), Fraction(1, 2), 1)
@example([(1, 1), (1, 3), (1, 5)], Fraction(1, 1000), Fraction(5), 1)  # half a cent, and thrice it
def test_costs_are_rounded_to_cents_as_invoices_are(
    pairs: list[tuple[int, int]], mass: Fraction, money: Fraction, repeated: int
) -> None:
    quantity = numbers("quantity", [one for one, _ in pairs * repeated], mass)
    price = numbers("price", [other for _, other in pairs * repeated], money)
    expected = [f"{invoice(one * mass * other * money):.2f}" for one, other in pairs] * repeated
    assert cost_texts(quantity, price).to_list() == expected
    assert cost_texts(coarse(quantity), coarse(price)).to_list() == expected


REFERENCE = st.one_of(st.fractions(Fraction(1, 1000), 10**6), st.integers(1, 10**9).map(Fraction), st.none())
REFERENCES = st.lists(REFERENCE, min_size=1, max_size=4)


@given(WHOLES, UNITS, st.lists(st.one_of(REFERENCE, st.integers(0, 2**90).map(Fraction)), max_size=4), REPEATED)
@example([], Fraction(1), [Fraction(1)], 1)
@example([7, 8], Fraction(1), [], 1000)
@example([0, 5, 10, 15], Fraction(1, 100), [Fraction(1, 10), Fraction(3, 20), None, Fraction(0)], 1000)
def test_premiums_are_shown_as_each_premium_is(
    whole: list[int], unit: Fraction, references: list[Fraction | None], repeated: int
) -> None:
    _premiums_are_those_of_each(whole, unit, references, repeated, in_runs=True)


@given(st.lists(st.integers(0, 2**50), min_size=1, max_size=4), UNITS, REFERENCES, st.booleans())
@example([1, 2, 3, 0], Fraction(1), [Fraction(2**14)], False)  # ends behind the twelfth decimal
@example([1, 2, 3, 0], Fraction(1), [Fraction(5**14)], True)
@example([1, 2, 3, 0], Fraction(1), [Fraction(2**13)], False)  # at the thirteenth
@example([1, 2, 3, 0], Fraction(1), [Fraction(5**13)], False)
@example([1, 2, 3], Fraction(1), [Fraction(10**15 + 1)], False)  # 128 bits for digits alone
@example([2**14 - 1, 2**14, 2**14 + 1], Fraction(1, 2**14), [Fraction(1)], False)
@example([10**13 - 1, 10**13, 10**13 + 1], Fraction(1), [Fraction(10**13)], False)  # -0.0000000000001
@example([3 * 10**13 - 1, 3 * 10**13 + 1], Fraction(1), [Fraction(3 * 10**13)], False)  # endless, shown as 0
@example([2**40 + 1], Fraction(1), [Fraction(2**61 + 1), Fraction(3)], False)  # 128 bits
def test_many_premiums_are_shown_as_each_premium_is(
    whole: list[int], unit: Fraction, references: list[Fraction | None], in_runs: bool
) -> None:
    _premiums_are_those_of_each(whole, unit, references, 300, in_runs=in_runs)


def _premiums_are_those_of_each(
    whole: list[int], unit: Fraction, references: list[Fraction | None], repeated: int, *, in_runs: bool
) -> None:
    values = (None, *references)
    pairs = [(row, code) for row in range(len(whole)) for code in range(len(values))]
    texts = [
        None if not (reference := values[code]) else plain(whole[row] * unit / reference - 1) for row, code in pairs
    ]
    order = in_rows(list(range(len(pairs))), repeated, in_runs=in_runs)
    codes = pl.Series("code", [pairs[at][1] for at in order], dtype=pl.UInt8)
    compared = numbers("compared", [whole[pairs[at][0]] for at in order], unit)
    assert premium_texts(compared, Coded(codes, values)).to_list() == [texts[at] for at in order]
