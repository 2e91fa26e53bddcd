"""`dfars.vault` beside a second reading of DFARS 225.502(c)(ii), on books with prices at every boundary."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import attrs
import hypothesis.strategies as st
from hypothesis import example, given

from tests.support.bids import DAYS, ENOUGH, FEW, Bid, bids, plan_of, prices, won
from vault_rules import api

POLICY = api.load_policy(Path(__file__).resolve().parents[2] / "policies" / "dfars.vault")
RANKS = ("domestic", "exempt", "foreign")
ORIGINS = {"domestic": ("US",), "exempt": ("GB", "TR", "JP"), "foreign": ("BR", "CN", "AT")}
TWO_KINDS = {"domestic": ("US",), "foreign": ("BR", "CN")}
PRICES = prices(40, 60, 90, 100, 135)
"""Half again of some of them are others."""


def winner(offers: Sequence[Bid]) -> Bid:
    """225.502(c)(ii), paragraph by paragraph, by the price inclusive of duty (FAR 25.106(b)(1)(i)).

    Where the regulation draws lots, domestic goes before exempt before foreign, then by the offer's id.
    """
    ranked = sorted(offers, key=lambda one: (one.compared, RANKS.index(one.kind), one.offer))
    low = ranked[0]
    domestic = [one for one in ranked if one.kind == "domestic"]
    exempt = [one for one in ranked if one.kind == "exempt"]
    if low.kind == "domestic":  # (A)
        return low
    if not domestic:  # (B)
        return low
    if low.kind == "exempt":  # (C)
        return low
    if exempt and exempt[0].compared < domestic[0].compared:  # (D)
        return low
    evaluated = low.compared * Fraction(3, 2)  # (E)
    return low if evaluated < domestic[0].compared else domestic[0]  # (E)(1), (2); a tie: FAR 25.502(d)(1)


@given(bids(ORIGINS, PRICES, ENOUGH), DAYS, st.sampled_from(["reference", "reference", "reference", "fast"]))
@example(
    [
        Bid("a", "exempt", "GB", Fraction(9)),
        Bid("b", "domestic", "US", Fraction(9)),
        Bid("c", "foreign", "BR", Fraction(6)),
    ],
    date(2030, 12, 31),
    "fast",
)
def test_the_regulation_s_winner_gets_all_of_it_at_the_offered_price(
    offers: list[Bid], as_of: date, engine: str
) -> None:
    plan = plan_of(POLICY, offers, 10, as_of, engine)
    due = winner(offers)
    assert won(plan) == [(due.offer, 10, due.price)]
    assert plan.rows.shortfalls == ()


@given(bids(TWO_KINDS, PRICES, FEW), st.integers(1, 15))
def test_what_an_offer_cannot_fill_goes_to_the_winner_among_the_others(offers: list[Bid], asked: int) -> None:
    due, left, rest = [], asked, list(offers)
    while left and rest:
        one = winner(rest)
        rest.remove(one)
        due.append((one.offer, min(left, one.quantity), one.price))
        left -= due[-1][1]
    assert won(plan_of(POLICY, offers, asked)) == due


@given(bids(ORIGINS, PRICES, FEW), st.integers(1, 15))
def test_the_factor_prefers_no_foreign_offer_to_a_lower_one(offers: list[Bid], asked: int) -> None:
    """FAR 25.501(d), also where it takes several offers to fill a request."""
    by_id = {one.offer: one for one in offers}
    awards = won(plan_of(POLICY, offers, asked))
    foreign = [by_id[offer].compared for offer, _, _ in awards if by_id[offer].kind != "domestic"]
    assert all(before <= after for before, after in pairwise(foreign))
    assert sum(quantity for _, quantity, _ in awards) == min(asked, sum(one.quantity for one in offers))
    assert all(price == by_id[offer].price for offer, _, price in awards)


@given(bids(ORIGINS, PRICES, ENOUGH), st.sampled_from(["2025-07-31", ""]), st.sampled_from(["GB", "US", "BR"]))
def test_an_offer_that_is_not_responsive_changes_nothing(offers: list[Bid], delivery: str, origin: str) -> None:
    """It comes too late, or on an unknown day, and is dropped before prices are looked at (FAR 25.502(a)(1))."""
    in_time = [attrs.evolve(one, more={"delivery": "2025-06-30"}) for one in offers]
    decoy = Bid("z", "", origin, Fraction(1), more={"delivery": delivery})
    plan = plan_of(POLICY, [*in_time, decoy], 10, need_by="2025-07-15")
    assert won(plan) == [(winner(offers).offer, 10, winner(offers).price)]


@given(bids(ORIGINS, PRICES, ENOUGH))
def test_an_austrian_offer_is_exempt_where_that_is_determined(offers: list[Bid]) -> None:
    kinds = [attrs.evolve(one, kind="exempt" if one.origin == "AT" else one.kind) for one in offers]
    plan = plan_of(POLICY, offers, 10, parameters={"austria_determined": "true"})
    assert won(plan) == [(winner(kinds).offer, 10, winner(kinds).price)]
