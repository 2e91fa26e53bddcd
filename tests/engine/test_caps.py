"""Step 7: what each cap still allows, by measure, period and denominator; never exceeded, never relaxed."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from tests.support.policies import plan
from vault_rules.api import Plan

ANY = "waterfall w { take all }\n"
OFFERS = "offer | trader | mineral | price | quantity | origin"
REQUESTS = "request | buyer | mineral | quantity"
AWARDS = "mineral | quantity | cost | date | received | request | origin"


def given(made: Plan) -> dict[str, Fraction]:
    totals: dict[str, Fraction] = {}
    for one in made.rows.awards:
        totals[one.offer] = totals.get(one.offer, Fraction(0)) + one.quantity
    return totals


def because(made: Plan) -> tuple[str, ...]:
    return made.rows.shortfalls[0].because


def one_offer(cap: str, need: str = "100", **more: Any) -> Plan:
    """One offer of 1,000 kg at 7 USD/kg from AU under one cap."""
    tables = {"offers": f"{OFFERS}\na | t | cobalt | 7 | 1000 | AU", "requests": f"{REQUESTS}\nr | b | cobalt | {need}"}
    return plan(f"{ANY}{cap}\n", **(tables | more))


@pytest.mark.parametrize(
    ("cap", "allowed"),
    [
        ("cap c: share by origin <= 65% of requested per mineral", "65"),
        ("cap c: share <= 65% of requested per mineral where origin != US", "65"),
        ("cap c: share <= 65% of requested per mineral where origin = US", "100"),
        ("cap c: share <= 33.3333333333% of requested", "33.333333"),
        ("cap c: quantity <= 33.33333333 kg", "33.33333333"),
        ("cap c: quantity by trader <= 30 kg", "30"),
        ("cap c: spend <= 100 USD", "14.285714"),
        ("cap c: spend <= 100.004 USD", "14.286285"),
        ("cap c: spend <= 0 USD", "0"),
    ],
)
def test_a_cap_allows_exactly_this_much(cap: str, allowed: str) -> None:
    made = one_offer(cap)
    assert given(made).get("a", Fraction(0)) == Fraction(allowed)
    if allowed != "100":
        assert because(made) == ("cap:c",)


def test_the_invoice_never_exceeds_the_money_even_where_it_is_rounded_up() -> None:
    made = one_offer("cap c: spend <= 0.005 USD")
    assert made.rows.awards == () or made.rows.totals.cost <= Fraction("0.005")


def test_two_caps_that_allow_the_same_are_both_named() -> None:
    made = one_offer("cap d: quantity <= 30 kg\ncap c: share <= 30% of requested\ncap e: quantity <= 31 kg")
    assert because(made) == ("cap:c", "cap:d")


def test_caps_count_apart_by_and_per() -> None:
    offers = f"{OFFERS}\na | t | cobalt | 1 | 9 | AU\nb | t | cobalt | 2 | 9 | CA\nc | u | copper | 1 | 9 | AU"
    requests = f"{REQUESTS}\nr | b | cobalt | 10\ns | b | copper | 10"
    made = plan(f"{ANY}cap c: share by origin <= 40% of requested per mineral\n", offers=offers, requests=requests)
    assert given(made) == {"a": 4, "b": 4, "c": 4}
    made = plan(f"{ANY}cap c: share by origin <= 25% of requested\n", offers=offers, requests=requests)
    assert given(made) == {"a": 5, "b": 5}
    uses = {one.subject: (one.used, one.limit) for one in made.rows.totals.caps}
    assert uses == {"AU": ("25%", "25%"), "CA": ("25%", "25%")}


def test_a_null_by_column_and_an_unknown_where_reject_the_offer() -> None:
    made = one_offer(
        "cap c: share by origin <= 40% of requested per mineral", offers=f"{OFFERS}\na | t | cobalt | 1 | 9 |"
    )
    assert because(made) == ("missing:origin",)
    made = one_offer("cap c: quantity <= 1 kg where melted_in = US")
    assert because(made) == ("missing:melted_in",)


def test_without_any_demand_a_cap_on_it_rejects_what_it_would_count() -> None:
    assert because(one_offer("cap c: stock <= 180 days of demand per mineral")) == ("missing:demand",)


def test_stock_counts_holdings_orders_and_awards_against_days_of_demand() -> None:
    made = one_offer(
        "cap c: stock <= 73 days of demand per mineral",
        holdings="mineral | quantity | demand_per_year\ncobalt | 10 | 250\ncobalt | 5 |",
        awards=f"{AWARDS}\ncobalt | 20 | 1 | 2027-01-01 | | |\ncobalt | 99 | 1 | 2027-01-01 | 2027-02-01 | |",
    )
    assert given(made) == {"a": 15}  # 250 × 73/365 = 50, less 10 + 5 + 20


def test_of_stock_is_holdings_plus_requests_and_what_is_held_counts_as_taken() -> None:
    made = one_offer(
        "cap c: share by origin <= 50% of stock per mineral",
        holdings="mineral | quantity | origin\ncobalt | 60 | AU\ncobalt | 40 | CA",
    )
    assert given(made) == {"a": 40}  # half of 100 + 100, less the 60 held from AU


@pytest.mark.parametrize(
    ("period", "counted"),
    [("year", 7), ("quarter", 3), ("month", 1), ("fiscal_year", 15)],
)
def test_a_period_counts_the_prior_awards_dated_in_it(period: str, counted: int) -> None:
    """As of 2027-08-01: prior awards of 1 in this month, 2 in the quarter, 4 in the year, 8 in the fiscal year."""
    days = {"2027-08-01": 1, "2027-07-31": 2, "2027-01-01": 4, "2026-10-01": 8, "2026-09-30": 16}
    rows = "\n".join(f"cobalt | {quantity} | 0 | {day} | {day} | | AU" for day, quantity in days.items())
    header = 'policy p "p" { currency USD fiscal_year starts 10-01 }\n'
    made = plan(
        f"{header}{ANY}cap c: quantity <= 50 kg per {period}\n",
        offers=f"{OFFERS}\na | t | cobalt | 7 | 1000 | AU",
        requests=f"{REQUESTS}\nr | b | cobalt | 100",
        awards=f"{AWARDS}\n{rows}",
    )
    assert given(made) == {"a": 50 - counted}


def test_prior_awards_to_a_request_of_this_book_count_in_shares_of_what_is_requested() -> None:
    rows = "cobalt | 10 | 1 | 2026-01-01 | 2026-02-01 | r | AU\ncobalt | 10 | 1 | 2026-01-01 | 2026-02-01 | x | AU"
    made = one_offer("cap c: share by origin <= 30% of requested per mineral", awards=f"{AWARDS}\n{rows}")
    assert given(made) == {"a": 20}
    made = one_offer("cap c: quantity by origin <= 30 kg", awards=f"{AWARDS}\n{rows}")
    assert given(made) == {"a": 10}


def test_spend_counts_each_award_as_invoiced() -> None:
    offers = f"{OFFERS}\na | t | cobalt | 0.005 | 1 | AU\nb | t | cobalt | 0.015 | 1 | AU\nc | t | cobalt | 1 | 9 | AU"
    made = one_offer("cap c: spend <= 1.02 USD", offers=offers, need="10")
    assert [str(one.cost) for one in made.rows.awards] == ["0.00", "0.02", "1.00"]  # half to even


def test_a_cap_is_narrowed_on_both_sides_by_for_and_only_in_what_is_counted_by_where() -> None:
    offers = f"{OFFERS}\na | t | cobalt | 1 | 99 | AU\nb | t | copper | 1 | 99 | AU"
    requests = f"{REQUESTS}\nr | b | cobalt | 10\ns | b | copper | 30"
    narrowed = plan(
        f"mineral cobalt\nmineral copper\n{ANY}cap c: share <= 50% of requested for {{cobalt}}\n",
        offers=offers,
        requests=requests,
    )
    assert given(narrowed) == {"a": 5, "b": 30}
    filtered = plan(f"{ANY}cap c: share <= 50% of requested where form is missing and price < 1 USD/kg\n",
                    offers=offers, requests=requests)  # fmt: skip
    assert given(filtered) == {"a": 10, "b": 30}


def test_an_advisory_cap_and_a_target_decide_nothing_and_are_reported() -> None:
    made = one_offer(
        "advisory cap c: share by origin <= 30% of requested per mineral\n"
        "target floor: share >= 1% of purchased per mineral where origin = US"
    )
    assert given(made) == {"a": 100}
    found = {one.rule: (one.kind, one.subject, one.actual, one.limit, one.holds) for one in made.rows.findings}
    assert found["c"] == ("cap", "cobalt/AU", "100%", "30%", False)
    assert found["floor"] == ("target", "cobalt", "0%", "1%", False)


def test_an_earlier_award_is_never_reduced_and_a_cap_full_of_prior_awards_allows_nothing() -> None:
    rows = "cobalt | 90 | 1 | 2027-07-01 | | r | AU"
    made = one_offer("cap c: share by origin <= 30% of requested per mineral", awards=f"{AWARDS}\n{rows}")
    assert given(made) == {}
    assert (made.rows.shortfalls[0].quantity, because(made)) == (10, ("cap:c",))


def test_a_limit_that_came_out_of_a_division_is_rounded_down_so_that_plans_can_be_read_back() -> None:
    assert given(one_offer("cap c: quantity <= 100 USD / 3 USD/kg")) == {"a": Fraction("33.333333")}
    assert given(one_offer("cap c: quantity <= 10 lb")) == {"a": Fraction("4.5359237")}


def test_a_field_that_is_blank_is_counted_under_its_else() -> None:
    made = plan(
        f'field grade: text else "std"\n{ANY}cap c: quantity by grade <= 10 kg\n',
        offers=f"{OFFERS} | grade\na | t | cobalt | 7 | 1000 | AU | \nb | t | cobalt | 8 | 1000 | AU | fine",
        requests=f"{REQUESTS}\nr | b | cobalt | 100",
    )
    assert given(made) == {"a": 10, "b": 10}


def test_a_targets_limit_may_read_what_it_is_split_by() -> None:
    table = "table t {\n| origin | m |\n| US | 10 kg |\n| otherwise | 5 kg |\n}\n"
    text = f"{table}target c: quantity >= t[origin].m per origin"
    made = one_offer(text, offers=f"{OFFERS}\na | t | cobalt | 7 | 1000 | US")
    assert [(one.subject, one.actual, one.limit, one.holds) for one in made.rows.findings] == [
        ("US", "100 kg", "10 kg", True)
    ]


def test_a_cap_that_an_exception_splits_otherwise_is_reported_as_it_counts() -> None:
    restated = "share by trader <= 30% of requested per mineral"
    text = (
        "cap c: share by origin <= 50% of requested per mineral\n"
        f'exception e to c for {{cobalt}} through 2028-01-01 because "z" {{ {restated} }}\n'
    )
    made = plan(
        f"mineral cobalt\n{ANY}{text}",
        offers=f"{OFFERS}\na | t | cobalt | 7 | 90 | US\nb | u | cobalt | 8 | 90 | US",
        requests=f"{REQUESTS}\nr | b | cobalt | 100",
    )
    assert given(made) == {"a": 30, "b": 30}
    assert [(one.subject, one.used, one.limit) for one in made.rows.totals.caps] == [
        ("cobalt/t", "30%", "30%"),
        ("cobalt/u", "30%", "30%"),
    ]
