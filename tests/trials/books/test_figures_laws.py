"""What is written in a generated cell is read back as what was meant; dice fall the same way again."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault_rules.domain.cells import READERS, Money, RowUnits
from vault_rules.trials.books.choosing import Dice
from vault_rules.trials.books.figures import MILLIGRAM, NANO, beside, floored, written

_FIGURES = st.integers(1, 10**15).map(lambda whole: whole * NANO)


@given(_FIGURES, st.sampled_from(["mass", "stock", "price", "money", "storage", "number"]))
def test_a_figure_is_read_back_as_it_was(value: Fraction, kind: str) -> None:
    found = READERS[kind](written(value, kind, "USD"), RowUnits())
    assert (found.amount if isinstance(found, Money) else found) == value


@given(st.integers(1, 10**6).map(lambda whole: Fraction(whole, 10**6)), st.sampled_from(["purity", "ratio"]))
def test_a_ratio_is_read_back_as_it_was(value: Fraction, kind: str) -> None:
    assert READERS[kind](written(value, kind, "USD"), RowUnits()) == value


@given(st.integers(1, 10**6))
def test_a_price_by_the_pound_keeps_every_digit(cents: int) -> None:
    price = Fraction(cents, 100) / Fraction("0.45359237")
    assert READERS["price"](written(price, "price", "EUR"), RowUnits()) == Money(price, "EUR")


@given(st.integers(0, 10**6), st.integers(1, 1000))
def test_dice_fall_the_same_way_again_and_within_bounds(seed: int, end: int) -> None:
    first, second = Dice(seed, 3), Dice(seed, 3)
    thrown = [first.below(end) for _ in range(20)]
    assert thrown == [second.below(end) for _ in range(20)]
    assert all(0 <= one < end for one in thrown)


def test_dice_of_another_number_fall_another_way() -> None:
    assert [Dice(0, 1).below(1000) for _ in range(3)] != [Dice(0, 2).below(1000) for _ in range(3)]
    assert [Dice(7, 1).below(1000), Dice(0).below(10)] == [633, 2]  # with every version of Python


@pytest.mark.parametrize(
    ("value", "text"), [(Fraction(10_000), "10 t"), (Fraction(6500), "6500 kg"), (MILLIGRAM, "0.000001 kg")]
)
def test_masses_are_written_by_the_ton_where_that_is_whole(value: Fraction, text: str) -> None:
    assert written(value, "mass", "USD") == text


def test_a_value_has_a_step_on_either_side() -> None:
    assert beside([Fraction(30)], "price") == [30, 30 - NANO, 30 + NANO]
    assert floored(Fraction(100, 3), "mass") == Fraction("33.333333")
