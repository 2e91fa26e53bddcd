"""Two evaluations compared: what is changed between them, and what a law then finds."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tests.support.laws import MARKET, POLICY, broken_by, with_laws
from vault_rules.semantics import typed
from vault_rules.semantics.openings import OPENINGS
from vault_rules.trials.blocks import laws_of
from vault_rules.trials.laws.changes import Changed
from vault_rules.trials.laws.judging import _trial
from vault_rules.trials.laws.prices import NANO, fallen, limits, risen


def changes(opening: str, policy: str = POLICY, market: str = MARKET) -> list[Changed]:
    """Every change of an opening, in order."""
    made, draft = with_laws(f"{opening}: for each request: awarded >= before.awarded", policy=policy, market=market)
    (part,) = laws_of(made)[0].parts
    assert isinstance(part.change, typed.Change)
    return list(_trial(made, draft).changes(part.change))


def texts(opening: str, policy: str = POLICY) -> list[str]:
    return [one.text for one in changes(opening, policy)]


def test_every_opening_has_its_changes() -> None:
    for words in OPENINGS:
        assert texts(f"when {words}"), words


def test_each_cap_that_binds_is_raised_in_turn_by_several_sizes() -> None:
    found = texts("when a cap is raised")
    sizes = ["by a hundredth", "by a tenth", "to the double", "beyond all reach"]
    assert found == [f"cap {name} is raised {size}" for name in ("country", "money") for size in sizes]
    assert texts("when cap country is raised") == found[:4]
    generous = POLICY.replace("spend <= 400k USD", "spend <= 4bn USD")
    assert texts("when a cap is raised", generous) == found[:4]


def test_a_raised_cap_lets_more_through() -> None:
    a_hundredth, *_, beyond = changes("when cap country is raised")
    by_country = [
        sum(one.quantity for one in it.awards if one.origin == "AU") for it in (a_hundredth.before, a_hundredth.after)
    ]
    assert by_country == [6000, 6060]
    assert beyond.after.short == {}


def test_exceptions_that_restate_a_cap_are_raised_with_it() -> None:
    policy = POLICY + (
        "exception gallium_source to country for {gallium}\n  through 2028-12-31\n"
        '  because "few refine it"\n{ share by origin <= 50% of requested per mineral }\n'
    )
    *_, doubled, _beyond = changes("when cap country is raised", policy)
    assert doubled.before.short == {"r3": 50}
    assert doubled.after.short == {}


def test_a_cap_of_nothing_is_raised_beyond_reach_and_a_cap_of_days_too() -> None:
    nothing = POLICY.replace("60% of requested", "0% of requested")
    *small, beyond = changes("when cap country is raised", nothing)
    assert all(one.after.short == one.before.short for one in small)
    assert beyond.after.short == {}
    cover = POLICY + "cap cover: stock <= 2 months of demand per mineral\n"
    market = MARKET.rstrip().removesuffix("}") + (
        "  holdings {\n    | mineral | quantity | demand_per_year |\n"
        "    | cobalt  | 0 t      | 6 t             |\n    | gallium | 0 t      | 6 t             |\n  }\n}\n"
    )
    found = changes("when cap cover is raised", cover, market)
    assert [sum(one.quantity for one in it.after.awards if one.mineral == "cobalt") for it in found] == [
        1010,
        1100,
        2000,
        10000,
    ]


def test_a_cap_without_a_limit_that_is_known_is_not_lifted() -> None:
    policy = POLICY + "cap cover: stock <= 30 days of demand per mineral\n"
    assert all(not one.after.awards for one in changes("when cap cover is raised", policy))


def test_each_offer_is_held_back_in_turn() -> None:
    assert texts("when an offer is added") == [f"offer {one} is added" for one in "abcg"]
    first = changes("when an offer is added")[0]
    assert "a" not in first.before.offers and "a" in first.after.offers
    withdrawn = changes("when an offer is withdrawn")
    assert [one.text for one in withdrawn] == [f"offer {one} is withdrawn" for one in "abcg"]
    assert "a" in withdrawn[0].before.offers and "a" not in withdrawn[0].after.offers


def test_each_request_is_held_back_in_turn() -> None:
    found = changes("when a request is added")
    assert [one.text for one in found] == [f"request {one} is added" for one in ("r1", "r2", "r3")]
    assert set(found[0].after.world.requests) - set(found[0].before.world.requests) == {"r1"}


def test_a_price_rises_and_falls_to_each_limit_exactly_and_a_nano_unit_past_it() -> None:
    base = changes("when price rises")[0].before
    a = base.offers["a"]
    # the other offers' prices, and 15% over the cheapest
    assert limits(a, base) == [30, 31, Fraction("34.5")]
    assert risen(a, base) == [33 + NANO, Fraction("34.5"), Fraction("34.5") + NANO, 66]
    assert fallen(a, base) == [33 - NANO, 31, 31 - NANO, 30, 30 - NANO, Fraction("16.5")]


def test_limits_are_also_what_requests_pay_and_what_conditions_compare_the_price_with() -> None:
    policy = POLICY + "let dearest = 40 USD/kg\nforbid dear: price > dearest and mineral = cobalt\n"
    market = MARKET.replace("| quantity |\n    | r1", "| quantity | max_price |\n    | r1").replace(
        "| 5 t      |\n    | r2", "| 5 t      | 36 USD/kg |\n    | r2"
    )
    market = market.replace("| ge    | cobalt  | 5 t      |", "| ge    | cobalt  | 5 t      | |").replace(
        "| gallium | 100 kg   |\n  }\n  fac", "| gallium | 100 kg   | |\n  }\n  fac"
    )
    base = changes("when price rises", policy, market)[0].before
    assert limits(base.offers["a"], base) == [30, 31, Fraction("34.5"), 36, 40]
    assert limits(base.offers["g"], base) == [40]


def test_limits_are_offered_prices_where_another_price_is_compared() -> None:
    policy = POLICY.replace(
        "currency USD }", "currency USD\n  compare price * (if origin = US then 110% else 100%) + 1 USD/kg }"
    )
    base = changes("when price rises", policy)[0].before
    # 30, 31 and 31 × 115% compared: the offered price is a tenth and a dollar below
    at = [(Fraction(one) - 1) / Fraction("1.1") for one in ("31", "32", "35.65")]
    assert limits(base.offers["a"], base) == at


def test_a_law_names_the_first_change_that_breaks_it() -> None:
    (found,) = broken_by("when a cap is raised: for each request: shortfall >= before.shortfall")
    assert found.change == "cap country is raised by a hundredth"
    assert found.subject == "request r3"
    assert (found.actual, found.limit) == ("39.4 kg", "40 kg")
    assert str(found).startswith("when cap country is raised by a hundredth: request r3: ")
    (price,) = broken_by("when price rises: for each offer where price > before.price: awarded >= before.awarded")
    assert price.change == "the price of offer a rises from 33 USD/kg to 34.500000001 USD/kg"


@pytest.mark.parametrize(
    "law",
    [
        "when a cap is raised: for each mineral: awarded >= before.awarded",
        "when an offer is added: for each mineral: shortfall <= before.shortfall",
        "when an offer is withdrawn: for each mineral: shortfall >= before.shortfall",
        "when a request is added: for each country: awarded >= before.awarded",
        "when price rises: for each offer where price > before.price: awarded <= before.awarded",
        "when price falls: for each offer where price < before.price: awarded >= before.awarded",
    ],
)
def test_either_direction_can_be_said(law: str) -> None:
    """One of the two is broken wherever the change matters at all."""
    turned = law.replace(">= before", "< before") if ">= before" in law else law.replace("<= before", "> before")
    assert broken_by(law) == ()
    assert broken_by(turned) != ()


def test_requests_and_offers_are_compared_where_both_evaluations_have_them_and_countries_where_one_has() -> None:
    law = "when an offer is added: for each offer: awarded = before.awarded and false"
    assert "offer a" not in [one.subject for one in broken_by(law)]
    (found,) = broken_by(
        "when an offer is added: for each country where country = JP: before.awarded > 0 kg or before.awarded = awarded"
    )
    assert (found.subject, found.change) == ("country JP", "offer g is added")


def test_a_narrowed_sum_has_its_before_too() -> None:
    narrowed = "(awarded where tier = other) <= (before.awarded where tier = other)"
    law = f"when cap country is raised: for each mineral: {narrowed}"
    (found,) = broken_by(law)
    assert found.subject == "mineral gallium"
    assert dict(found.values)["(before.awarded where tier = other)"] == "60 kg"
