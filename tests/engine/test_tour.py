"""The tour policy on its own boundary: at exactly the cap it is awarded, one billionth above it is not."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from tests.support.books import book
from vault_rules import api
from vault_rules.api import Plan

TOUR = Path(__file__).resolve().parents[1] / "golden" / "tour.vault"
LB = Fraction("0.45359237")
HEADER = "offer | trader | mineral | form | origin | processed_in | purity | price | quantity | lot | valid_until"
REQUEST = "request | buyer | mineral | quantity\nr1 | gm | cobalt |"
HOLDINGS = "mineral | quantity | demand_per_year\ncobalt | 0 t | 100 t"


def tour(
    ours: str, theirs: str, *, quantity: str = "10 t", lots: tuple[str, str] = ("", ""), need: str = "10 t"
) -> Plan:
    """The example of the tour: `a` is domestic and `b` allied, at these prices."""
    row = "{} | glencore | cobalt | cathode | {} | {} | 99.8% | {} | {} | {} | 2027-12-31"
    rows = [
        row.format("a", "US", "US", ours, quantity, lots[0]),
        row.format("b", "AU", "AU", theirs, quantity, lots[1]),
    ]
    offers = "\n".join([HEADER, *rows])
    return api.evaluate(
        api.load_policy(TOUR), book(offers=offers, requests=f"{REQUEST} {need}", holdings=HOLDINGS), date(2027, 8, 1)
    )


def test_at_exactly_fifteen_percent_the_domestic_offer_is_awarded() -> None:
    rows = tour("34.50 USD/kg", "30.00 USD/kg").rows
    (award,) = rows.awards
    assert (award.offer, award.tier, award.step, award.quantity) == ("a", "domestic", 1, 10_000)
    assert (award.reference, award.premium, str(award.cost)) == (30, Fraction(3, 20), "345000.00")
    (rejection,) = rows.rejections
    assert (rejection.offer, rejection.request, [one.code for one in rejection.reasons]) == ("b", None, ["not_needed"])
    assert rows.shortfalls == ()


def test_one_billionth_of_a_dollar_above_it_is_not_and_the_flip_price_says_where() -> None:
    rows = tour("34.500000001 USD/kg", "30.00 USD/kg").rows
    (award,) = rows.awards
    assert (award.offer, award.tier, award.step) == ("b", "allied", 2)
    (rejection,) = rows.rejections
    (reason,) = rejection.reasons
    assert (rejection.offer, rejection.request, reason.code) == ("a", "r1", "premium:1")
    assert (reason.limit, reason.flip_price) == ("15%", Fraction("34.5"))


@pytest.mark.parametrize(
    ("price", "winner", "pounds"), [("11.50 USD/lb", "a", 2000), ("11.500000001 USD/lb", "b", 1300)]
)
def test_the_same_in_pounds_in_lots_of_ten_pounds(price: str, winner: str, pounds: int) -> None:
    """`b` comes from abroad, so that its country's cap leaves it 65% of the request: 130 lots exactly."""
    plan = tour(price, "10.00 USD/lb", quantity="2000 lb", lots=("10 lb", "10 lb"), need="2000 lb")
    (award,) = plan.rows.awards
    assert (award.offer, award.quantity) == (winner, pounds * LB)


def test_a_ten_pound_lot_of_a_twenty_pound_offer_is_whole_lots_exactly() -> None:
    plan = tour("11.50 USD/lb", "10.00 USD/lb", quantity="600 kg", lots=("10 lb", ""), need="20 lb")
    (award,) = [one for one in plan.rows.awards if one.offer == "a"]
    assert award.quantity == 20 * LB
    plan = tour("11.50 USD/lb", "10.00 USD/lb", quantity="20 lb", lots=("10 lb", ""), need="600 kg")
    # so small an allied offer is no reference of 500 kg: none is defined, and `if none allow` lets it pass
    first = plan.rows.awards[0]
    assert (first.offer, first.quantity, first.reference) == ("a", 20 * LB, None)


@pytest.mark.parametrize(
    ("ours", "theirs", "winner"),
    [
        ("34.50 USD/kg", "13.60777110 USD/lb", "a"),
        ("34.500000001 USD/kg", "13.60777110 USD/lb", "b"),
        ("15.648936765 USD/lb", "30.00 USD/kg", "a"),
        ("15.648936766 USD/lb", "30.00 USD/kg", "b"),
    ],
)
def test_one_offer_in_pounds_and_one_in_kilograms_meet_exactly(ours: str, theirs: str, winner: str) -> None:
    (award,) = tour(ours, theirs).rows.awards
    assert award.offer == winner


def test_the_tour_checks_without_an_error_and_is_laid_out() -> None:
    policy, diagnostics = api.check_policy(TOUR)
    assert policy is not None
    assert {one.code for one in diagnostics} <= {"V0405"}
    before, after = api.format_file(TOUR)
    assert before == after
