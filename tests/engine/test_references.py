"""What a premium is measured against: best, vwap, median, lowest, supply, count, benchmark; depth; no decoys."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from tests.support.books import book
from tests.support.policies import AS_OF, plan, policy
from vault_rules import api

OFFERS = "offer | trader | mineral | price | quantity | origin | form | min_quantity | lot | delivery"
REQUESTS = "request | buyer | mineral | quantity"
TIERS = "tier ours when origin = US\ntier theirs otherwise\n"
US = "us | t | cobalt | 1 | 1 | US | | | |"


def reference(text: str, *rows: str, need: str = "100", **tables: Any) -> Fraction | None:
    """The reference of the domestic offer's award, whatever its premium."""
    made = plan(
        f"{TIERS}waterfall w {{ take ours premium <= 1000% over {text} if none allow }}\n",
        offers="\n".join([OFFERS, US, *rows]),
        **({"requests": f"{REQUESTS}\nr | b | cobalt | {need}"} | tables),
    )
    (award,) = made.rows.awards
    return award.reference


CHEAP, MIDDLE, DEAR = "a | t | cobalt | 10 | 20 | AU", "b | t | cobalt | 11 | 30 | AU", "c | t | cobalt | 14 | 50 | AU"


@pytest.mark.parametrize(
    ("text", "price"),
    [
        ("best(theirs)", "10"),
        ("best(theirs, depth 20 kg)", "10"),
        ("best(theirs, depth 20.000001 kg)", "11"),
        ("best(theirs, depth 100 kg)", "14"),
        ("best(theirs, depth 100.000001 kg)", None),
        ("vwap(theirs)", "12.3"),
        ("vwap(theirs, depth 40 kg)", "10.5"),
        ("median(theirs)", "11"),
        ("median(theirs, depth 50 kg)", "10.5"),
        ("best(ours)", "1"),
        ("best(all)", "1"),
        ("(1 USD/kg * count(theirs))", "3"),
        ("(1 USD/kg * (supply(theirs) / 10 kg))", "10"),
    ],
)
def test_each_kind_of_reference_is_exact(text: str, price: str | None) -> None:
    assert reference(text, CHEAP, MIDDLE, DEAR) == (None if price is None else Fraction(price))


def test_lowest_names_the_offer_of_the_best_price_ties_by_delivery_then_id() -> None:
    header = f"{OFFERS} | basis"
    rows = [
        "z | t | cobalt | 10 | 20 | AU | | | | 2027-01-01 | 3",
        "b | t | cobalt | 10 | 20 | AU | | | | | 4",
        "a | t | cobalt | 11 | 20 | AU | | | | 2026-01-01 | 5",
        f"{US} | 1",
    ]
    made = plan(
        f"field basis: price else 1 USD/kg\n{TIERS}"
        "waterfall w { take ours premium <= 1000% over lowest(theirs).basis if none allow }\n",
        offers="\n".join([header, *rows]),
        requests=f"{REQUESTS}\nr | b | cobalt | 100",
    )
    assert made.rows.awards[0].reference == 3


@pytest.mark.parametrize("engine", ["reference", "fast"])
@pytest.mark.parametrize("depth", ["", ", depth 1 kg"])
def test_a_blank_field_of_the_lowest_offer_has_its_own_value_and_no_offer_has_none(depth: str, engine: str) -> None:
    rows = ["a | t | cobalt | 10 | 20 | AU | | | | | ", "u | t | cobalt | 20 | 5 | US | | | | | "]

    def awarded(*offers: str) -> list[str]:
        text = (
            f"let own = false\nfield small: boolean else own\n{TIERS}"
            f"waterfall w {{ take ours when (lowest(theirs{depth}).small else true) }}\n"
        )
        asked = f"{REQUESTS}\nr | b | cobalt | 100"
        given = book(offers="\n".join([f"{OFFERS} | small", *offers]), requests=asked)
        made = api.evaluate(policy(text), given, AS_OF, engine=engine)
        return [one.offer for one in made.rows.awards]

    assert awarded(*rows) == []
    assert awarded(rows[1]) == ["u"]


def test_a_decoy_counts_with_at_most_the_quantity_requested_and_not_at_all_if_its_minimum_is_more() -> None:
    huge = "h | t | cobalt | 2 | 99999 | AU"
    assert reference("vwap(theirs)", huge, "a | t | cobalt | 4 | 10 | AU", need="10") == 3
    assert reference("best(theirs)", f"{huge} | | 10.000001 |", CHEAP, need="10") == 10
    assert reference("best(theirs)", f"{huge} | | | 10.000001", CHEAP, need="10") == 10
    assert reference("best(theirs)", f"{huge} | | 10 | 10", CHEAP, need="10") == 2


def test_a_market_is_a_mineral_and_a_form_and_a_blank_form_is_one_of_its_own() -> None:
    oxide = "o | t | cobalt | 3 | 20 | AU | oxide"
    assert reference("best(theirs)", oxide) is None
    assert reference("best(theirs)", oxide, CHEAP) == 10


def test_references_see_offers_that_passed_and_the_whole_of_them_not_what_is_left() -> None:
    step = "take ours premium <= 0% over best(theirs) if none reject"
    text = f"{TIERS}forbid no: trader = bad\nwaterfall w {{ take theirs {step} }}\n"
    rows = "x | bad | cobalt | 1 | 20 | AU\na | t | cobalt | 10 | 20 | AU\nus | t | cobalt | 10 | 99 | US"
    made = plan(text, offers=f"{OFFERS}\n{rows}", requests=f"{REQUESTS}\nr | b | cobalt | 30")
    assert [(one.offer, one.quantity) for one in made.rows.awards] == [("a", 20), ("us", 10)]


def test_responsive_sees_only_what_meets_this_requests_form_purity_and_date() -> None:
    late = "l | t | cobalt | 3 | 20 | AU | | | | 2028-01-01"
    soon = "s | t | cobalt | 5 | 20 | AU | | | | 2027-01-01"
    blank = "n | t | cobalt | 4 | 20 | AU | | | |"
    us = "us | t | cobalt | 1 | 1 | US | | | | 2027-01-01"
    text = f"{TIERS}waterfall w {{ take ours premium <= 1000% over best(theirs, responsive) if none allow }}\n"
    made = plan(
        text,
        offers="\n".join([OFFERS, us, late, soon, blank]),
        requests=f"{REQUESTS} | need_by\nr | b | cobalt | 100 | 2027-06-01",
    )
    assert made.rows.awards[0].reference == 5


BENCHMARKS = "mineral | price | date | form | index"


@pytest.mark.parametrize(
    ("text", "rows", "price"),
    [
        ("benchmark", "cobalt | 1 | 2027-01-01 | |\ncobalt | 2 | 2027-08-01 | |\ncobalt | 3 | 2027-08-02 | |", 2),
        ("benchmark", "cobalt | 1 | 2027-01-01 | | usgs", None),
        ('benchmark("usgs")', "cobalt | 1 | 2027-01-01 | | usgs\ncobalt | 2 | 2027-01-01 | |", 1),
        ("benchmark(within 30 days)", "cobalt | 1 | 2027-07-02 | |", 1),
        ("benchmark(within 30 days)", "cobalt | 1 | 2027-07-01 | |", None),
        ("benchmark", "copper | 1 | 2027-01-01 | |", None),
    ],
)
def test_a_benchmark_is_the_latest_of_its_index_not_after_the_day(text: str, rows: str, price: int | None) -> None:
    assert reference(text, benchmarks=f"{BENCHMARKS}\n{rows}") == price


def test_a_benchmark_of_the_form_goes_before_one_of_a_blank_form_even_if_older() -> None:
    rows = "cobalt | 1 | 2026-01-01 | oxide |\ncobalt | 2 | 2027-01-01 | |"
    text = f"{TIERS}waterfall w {{ take ours premium <= 1000% over benchmark if none allow }}\n"
    made = plan(
        text,
        offers=f"{OFFERS}\na | t | cobalt | 1 | 1 | US | oxide\nb | t | cobalt | 1 | 1 | US | metal",
        requests=f"{REQUESTS}\nr | b | cobalt | 100",
        benchmarks=f"{BENCHMARKS}\n{rows}",
    )
    assert {one.offer: one.reference for one in made.rows.awards} == {"a": 1, "b": 2}


def test_else_gives_the_next_reference_where_one_is_undefined() -> None:
    rows = f"{BENCHMARKS}\ncobalt | 7 | 2027-01-01 | |"
    assert reference("best(theirs, depth 9 t) else benchmark", CHEAP, benchmarks=rows) == 7
    assert reference("best(theirs) else benchmark", CHEAP, benchmarks=rows) == 10


def test_the_compared_price_is_what_premiums_and_ties_use_and_the_offered_one_is_paid() -> None:
    text = (
        'policy p "p" { currency USD compare price * (if origin = CN then 2 else 1) + 1 USD/kg }\n'
        f"{TIERS}waterfall w {{ take theirs premium <= 0% over best(theirs) if none allow }}\n"
    )
    offers = f"{OFFERS}\na | t | cobalt | 3 | 20 | CN\nb | t | cobalt | 5 | 20 | AU"
    made = plan(text, offers=offers, requests=f"{REQUESTS}\nr | b | cobalt | 10")
    (award,) = made.rows.awards
    assert (award.offer, award.price, award.reference, str(award.cost)) == ("b", 5, 6, "50.00")
    (reason,) = made.rows.rejections[0].reasons
    assert (reason.code, reason.flip_price) == ("premium:1", Fraction(5, 2))  # 2 × 2.5 + 1 = 6
