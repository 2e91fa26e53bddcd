"""What caps on money allow: whole columns say the same as one offer after the other."""

from __future__ import annotations

from fractions import Fraction

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from vault_rules.engine.fast.affordable import Affordable
from vault_rules.engine.fast.rooms import Bound, Room
from vault_rules.engine.fast.tallies import Tallies
from vault_rules.engine.fast.vectors import dtype_for

PRICES = st.lists(st.integers(1, 10**7), min_size=1, max_size=8)
UNITS = [
    (Fraction(1), Fraction(1, 100)),
    (Fraction(1, 10**6), Fraction(1, 10**4)),
    (Fraction(1, 10**8), Fraction(1, 3)),
]
"""Of mass, in kilograms, and of price."""


def tallies_of(mass: Fraction, price: Fraction) -> Tallies:
    """Only what says how much money pays for: no policy is needed for it."""
    found = Tallies.__new__(Tallies)
    found.mass, found.price_unit, found.cash = mass, price, Fraction(1, 100)
    found._cent, found.milligram = 1, max(int(Fraction(1, 10**6) / mass), 1)
    cents, each = mass * price * 100, mass * price / found.cash
    found._cents, found._money = (cents.numerator, cents.denominator), (each.numerator, each.denominator)
    return found


@st.composite
def bounds(draw: st.DrawFn) -> Bound:
    """A cap on money: limits with a fraction of a cent too, used up to a cent beyond."""
    limit = Fraction(draw(st.integers(0, 10**9)), draw(st.sampled_from([1, 3, 100])))
    used = draw(st.one_of(st.integers(0, int(limit) + 1), st.just(int(limit))))
    return Bound(Room(used), limit, int(limit), False, True, -int(-limit // 1))


@given(units=st.sampled_from(UNITS), bound=bounds(), prices=PRICES, most=st.integers(1, 10**9))
def test_columns_allow_what_one_offer_after_the_other_is_allowed(
    units: tuple[Fraction, Fraction], bound: Bound, prices: list[int], most: int
) -> None:
    tallies = tallies_of(*units)
    figures = tallies.figures(most, max(prices))
    assert isinstance(figures, Affordable)
    kind = dtype_for(0, figures.largest)
    product, money, cents = figures.of(bound, bound.room.used)
    frame = pl.DataFrame({"price": pl.Series(prices, dtype=kind)}).with_columns(
        product=pl.lit(product, dtype=kind), money=pl.lit(money, dtype=kind), cents=pl.lit(cents, dtype=kind)
    )
    found = frame.select(figures.allowed(kind)).to_series().to_list()
    right = [tallies.allowed(bound, bound.room.used, price) for price in prices]
    assert [min(one, most) for one in found] == [min(one, most) for one in right]


@given(units=st.sampled_from(UNITS), bound=bounds(), price=st.integers(1, 10**7))
def test_nothing_is_allowed_that_costs_more_than_is_payable(
    units: tuple[Fraction, Fraction], bound: Bound, price: int
) -> None:
    tallies = tallies_of(*units)
    allowed = tallies.allowed(bound, bound.room.used, price)
    assert allowed == 0 or allowed * price <= tallies.payable(bound)


def test_what_is_payable_to_the_last_unit_is_told_from_one_unit_more() -> None:
    tallies = tallies_of(*UNITS[0])
    bound = Bound(Room(0), Fraction(1000), 1000, False, True, 1000)
    assert tallies.payable(bound) == 1000
    assert (tallies.allowed(bound, bound.room.used, 1000), tallies.allowed(bound, bound.room.used, 1001)) == (1, 0)
