"""`buy_american.vault` beside a second reading of FAR 25.106 and 25.502(c), on books with prices at every boundary."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import attrs
import hypothesis.strategies as st
import pytest
from hypothesis import example, given

from tests.support.bids import DAYS, ENOUGH, FEW, Bid, bids, plan_of, prices, won
from vault_rules import api

POLICY = api.load_policy(Path(__file__).resolve().parents[2] / "policies" / "buy_american.vault")
ORIGINS = {"domestic": ("US",), "us_made": ("US",), "eligible": ("GB", "KR", "IL"), "foreign": ("BR", "CN", "US")}
CELLS = {"us_made": {"domestic_content": "60%"}, "domestic": {"domestic_content": "76%"}}
NO_CONTENT = {"domestic_content": "55%"}
PRICES = prices(100, 110, 120, 130, 144)
"""A fifth or three tenths more of some of them are others."""


def of_kind(one: Bid) -> Bid:
    """Made at home, but of no more than 55% domestic content, an offer is foreign."""
    return attrs.evolve(one, more=NO_CONTENT) if one.kind == "foreign" and one.origin == "US" else one


def drawn(quantities: st.SearchStrategy[int]) -> st.SearchStrategy[list[Bid]]:
    return bids(ORIGINS, PRICES, quantities, CELLS).map(lambda offers: [of_kind(one) for one in offers])


def winner(offers: Sequence[Bid], today: date, *, without_domestic: bool = True, critical: int = 0) -> Bid:
    """25.502(c), paragraph by paragraph, with the fallback of 25.106(b)(2), by the price inclusive of duty.

    Equal offers: domestic first (25.502(d)(1)), then of small businesses (14.408-6(a)), then by the offer's id.
    """
    ranked = sorted(offers, key=lambda one: (one.compared, one.kind != "domestic", not one.small, one.offer))
    low = ranked[0]
    domestic, us_made, eligible = (
        [one for one in ranked if one.kind == kind] for kind in ("domestic", "us_made", "eligible")
    )

    def reasonable(one: Bid, small: bool) -> bool:  # 25.106(b)(1)(ii), (b)(2)(ii), (c)
        others = [other for other in ranked if other.kind in ("us_made", "foreign")]
        evaluated = (
            others[0].compared * (1 + Fraction((30 if small else 20) + critical, 100)) if others else one.compared
        )
        return one.compared <= evaluated

    if low.kind == "domestic":  # (c)(1)
        return low
    falls_back = us_made and today < date(2030, 1, 1)
    if not domestic:
        if falls_back and without_domestic and not (eligible and eligible[0].compared < us_made[0].compared):
            at_low = [one for one in us_made if one.compared == us_made[0].compared]
            if reasonable(us_made[0], min(at_low, key=lambda one: one.offer).small):  # 25.106(b)(2)(i)
                return us_made[0]
        return low  # (c)(1), (2)
    if low.kind == "eligible":  # (c)(1)
        return low
    if eligible and eligible[0].compared < domestic[0].compared:  # (c)(3)
        return low
    if reasonable(domestic[0], domestic[0].small):  # (c)(4)(ii)
        return domestic[0]
    at_low = [one for one in domestic if one.compared == domestic[0].compared]
    if falls_back and reasonable(us_made[0], min(at_low, key=lambda one: one.offer).small):  # 25.106(b)(2)(i)
        return us_made[0]
    return low  # (c)(4)(i)


@given(drawn(ENOUGH), DAYS, st.sampled_from(["reference", "reference", "reference", "fast"]))
@example(
    [Bid("a", "domestic", "US", Fraction(120)), Bid("b", "foreign", "BR", Fraction(100))], date(2021, 1, 1), "fast"
)
def test_the_regulation_s_winner_gets_all_of_it_at_the_offered_price(
    offers: list[Bid], as_of: date, engine: str
) -> None:
    plan = plan_of(POLICY, offers, 10, as_of, engine)
    due = winner(offers, as_of)
    assert won(plan) == [(due.offer, 10, due.price)]
    assert plan.rows.shortfalls == ()


@given(drawn(ENOUGH), st.booleans(), st.sampled_from([0, 5, 24]))
def test_parameters_say_when_the_fallback_holds_and_what_a_critical_item_adds(
    offers: list[Bid], without_domestic: bool, critical: int
) -> None:
    said = {"fallback_without_domestic_offers": str(without_domestic).lower(), "critical_item_factor": f"{critical}%"}
    plan = plan_of(POLICY, offers, 10, parameters=said)
    due = winner(offers, date(2025, 6, 1), without_domestic=without_domestic, critical=critical)
    assert won(plan) == [(due.offer, 10, due.price)]


@given(drawn(ENOUGH))
def test_without_a_trade_agreement_no_product_is_eligible(offers: list[Bid]) -> None:
    kinds = [attrs.evolve(one, kind="foreign" if one.kind == "eligible" else one.kind) for one in offers]
    plan = plan_of(POLICY, offers, 10, parameters={"trade_agreements": "false"})
    due = winner(kinds, date(2025, 6, 1))
    assert won(plan) == [(due.offer, 10, due.price)]


@given(drawn(FEW), st.integers(1, 15))
def test_the_factor_prefers_no_noneligible_offer_to_a_lower_one(offers: list[Bid], asked: int) -> None:
    """FAR 25.501(d): also where several offers are needed, only those treated as domestic go before lower ones."""
    by_id = {one.offer: one for one in offers}
    awards = won(plan_of(POLICY, offers, asked))
    foreign = [by_id[offer].compared for offer, _, _ in awards if by_id[offer].kind in ("eligible", "foreign")]
    assert all(before <= after for before, after in pairwise(foreign))
    assert sum(quantity for _, quantity, _ in awards) == min(asked, sum(one.quantity for one in offers))
    assert all(price == by_id[offer].price for offer, _, price in awards)


@pytest.mark.parametrize(
    ("delivery", "required"),
    [("2023-12-31", "60%"), ("2024-01-01", "65%"), ("2028-12-31", "65%"), ("2029-01-01", "75%"), ("2031-05-01", "75%")],
)
def test_the_domestic_content_must_exceed_what_the_year_of_delivery_asks(delivery: str, required: str) -> None:
    def tier(content: str) -> str | None:
        bid = Bid("a", "", "US", Fraction(100), more={"domestic_content": content, "delivery": delivery})
        return plan_of(POLICY, [bid], 10).rows.awards[0].tier

    assert tier(required) == "us_made"
    assert tier(required.replace("%", ".000000001%")) == "domestic"


def test_without_a_day_of_delivery_the_year_is_that_of_the_award() -> None:
    bid = Bid("a", "", "US", Fraction(100), more={"domestic_content": "70%"})
    tiers = [plan_of(POLICY, [bid], 10, date(year, 12, 31)).rows.awards[0].tier for year in (2028, 2029)]
    assert tiers == ["domestic", "us_made"]
