"""Exceptions: within their scope, dates and `when` they change one clause, and nothing outside."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.support.policies import plan

OFFERS = "offer | trader | mineral | price | quantity | origin | purity"
REQUESTS = "request | buyer | mineral | quantity"
ROWS = "co | t | cobalt | 12 | 9 | AU | 98%\nga | t | gallium | 12 | 9 | AU | 98%"
ASKED = "rc | gm | cobalt | 9\nrg | army | gallium | 9"
MINERALS = "mineral cobalt\nmineral gallium\n"
ANY = "waterfall w { take all }\n"
WHY = 'because "no other source" through 2027-12-31'


def bought(text: str, as_of: date = date(2027, 8, 1), **tables: Any) -> set[str]:
    """Which of the two offers are bought."""
    made = plan(
        MINERALS + text, as_of, offers=f"{OFFERS}\n{ROWS}", requests=f"{REQUESTS}\n{ASKED}", **tables
    )  # fmt: skip
    return {one.offer for one in made.rows.awards}


@pytest.mark.parametrize(
    ("exception", "expected"),
    [
        (f"exception e to limit for {{gallium}} {WHY} {{ 15 USD/kg }}", {"ga"}),
        (f"exception e to limit {WHY} {{ 15 USD/kg }}", {"co", "ga"}),
        (f"exception e to limit for buyers {{army}} {WHY} {{ 15 USD/kg }}", {"ga"}),
        (f"exception e to cheap for {{cobalt}} {WHY} {{ waive }}", {"co"}),
        (f"exception e to cheap for {{cobalt}} {WHY} {{ require price <= 12 USD/kg }}", {"co"}),
        (f"exception e to cheap for {{cobalt}} from 2027-08-02 {WHY} {{ waive }}", set()),
        ('exception e to cheap for {cobalt} before 2027-08-01 because "x" { waive }', set()),
        ('exception e to cheap for {cobalt} through 2027-08-01 because "x" { waive }', {"co"}),
        (f"exception e to limit when stock > 5 kg {WHY} {{ 15 USD/kg }}", {"ga"}),
        (f"exception e to limit when days_of_cover < 30 days {WHY} {{ 15 USD/kg }}", set()),
        (f"exception e to limit when origin = AU {WHY} {{ 15 USD/kg }}", {"co", "ga"}),
        (f"exception e to limit {WHY} {{ 15 USD/kg }} exception f to e for {{cobalt}} {WHY} {{ 11 USD/kg }}", {"ga"}),
        (f"exception e to cheap {WHY} {{ waive }}\nexception f to e for {{cobalt}} {WHY} {{ waive }}", {"ga"}),
    ],
)  # fmt: skip
def test_an_exception_reaches_as_far_as_it_says(exception: str, expected: set[str]) -> None:
    text = f"let limit = 10 USD/kg\nrequire cheap: price <= limit\n{ANY}{exception}\n"
    if "for buyers" in exception:
        text = text.replace("require cheap: price <= limit", "require cheap: price <= limit for buyers {army, gm}")
    assert bought(text, holdings="mineral | quantity\ngallium | 6") == expected


def test_what_is_not_restated_stays() -> None:
    text = (
        "tier ours when origin = US\ntier theirs otherwise\n"
        "waterfall w { low: take theirs premium <= 0% over benchmark if none reject share <= 50% }\n"
        f"exception e to w for {{gallium}} {WHY} {{ low premium <= 20% }}\n"
    )
    benchmarks = "mineral | price | date\ncobalt | 10 | 2027-01-01\ngallium | 10 | 2027-01-01"
    made = plan(
        MINERALS + text, offers=f"{OFFERS}\n{ROWS}", requests=f"{REQUESTS}\n{ASKED}", benchmarks=benchmarks
    )  # fmt: skip
    (award,) = made.rows.awards
    assert (award.offer, award.quantity * 2, award.reference, award.exceptions) == ("ga", 9, 10, ("e",))


def test_a_caps_exception_counts_by_its_own_limit_for_its_minerals() -> None:
    text = (
        "cap c: share by origin <= 50% of requested per mineral\n"
        f"exception e to c for {{gallium}} {WHY} {{ share by origin <= 100% of requested per mineral }}\n{ANY}"
    )
    made = plan(MINERALS + text, offers=f"{OFFERS}\n{ROWS}", requests=f"{REQUESTS}\n{ASKED}")
    assert {one.offer: one.quantity * 2 for one in made.rows.awards} == {"co": 9, "ga": 18}


def test_an_exception_to_a_route_and_one_to_a_target_not_in_force() -> None:
    text = (
        "route r: {cobalt, gallium} to hartree\n"
        f"exception e to r for {{gallium}} {WHY} {{ to t then hartree }}\n"
        "forbid later: origin = AU from 2030-01-01\n"
        f"exception f to later {WHY} {{ waive }}\n{ANY}"
    )
    assert bought(text) == {"ga"}


PURE = "require pure: purity >= 99%\n"
MARKET = (
    "tier ours when origin = US\ntier theirs otherwise\n"
    "waterfall w { take ours premium <= 10% over best(theirs, depth 1 kg) if none reject take theirs }\n"
)
MARKET_ROWS = (
    "cheap | t | cobalt | 5 | 9 | AU | 95%\ndear | t | cobalt | 10 | 9 | AU | 99%\nus | t | cobalt | 11 | 9 | US | 99%"
)


@pytest.mark.parametrize(
    ("exception", "won"),
    [
        ("", {("ra", "us")}),
        (f"exception e to pure for buyers {{gm}} {WHY} {{ require purity >= 90% }}", {("ra", "us"), ("rg", "cheap")}),
        (f"exception e to least for buyers {{gm}} {WHY} {{ 90% }}", {("ra", "us"), ("rg", "cheap")}),
    ],
)
def test_what_some_buyers_may_have_sets_no_price_for_the_others(exception: str, won: set[tuple[str, str]]) -> None:
    rule = "let least = 99%\nrequire pure: purity >= least\n" if "least" in exception else PURE
    made = plan(
        f"mineral cobalt\n{rule}{MARKET}{exception}\n",
        offers=f"{OFFERS}\n{MARKET_ROWS}",
        requests=f"{REQUESTS}\nra | army | cobalt | 9\nrg | gm | cobalt | 9",
    )
    expected = won | ({("rg", "dear")} if not exception else set())
    assert {(one.request, one.offer) for one in made.rows.awards} == expected


def test_a_stricter_exception_for_some_buyers_holds_for_them_alone() -> None:
    text = f"{PURE}{ANY}exception e to pure for buyers {{army}} {WHY} {{ require purity >= 99.9% }}\n"
    made = plan(
        f"mineral cobalt\n{text}",
        offers=f"{OFFERS}\na | t | cobalt | 5 | 99 | AU | 99%",
        requests=f"{REQUESTS}\nra | army | cobalt | 9\nrg | gm | cobalt | 9",
    )
    assert [one.request for one in made.rows.awards] == ["rg"]
    assert made.rows.shortfalls[0].because == ("require:pure",)


def test_an_exception_to_a_caps_exception_keeps_what_that_one_restated() -> None:
    text = (
        f"mineral cobalt\n{ANY}cap c: share <= 100% of requested per mineral\n"
        f"exception x to c {WHY} {{ share <= 50% of requested per request.buyer }}\n"
        f"exception y to x {WHY} {{ share <= 40% of requested }}\n"
    )
    made = plan(
        text,
        offers=f"{OFFERS}\na | t | cobalt | 12 | 100 | AU | 99%",
        requests=f"{REQUESTS}\nr1 | ge | cobalt | 20\nr2 | gm | cobalt | 80",
    )
    assert [one.quantity for one in made.rows.awards] == [8, 32]
