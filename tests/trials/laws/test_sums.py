"""Every sum, of every subject, worked out by hand for one small market."""

from __future__ import annotations

import pytest

from tests.support.laws import MARKET, POLICY, broken_by, subjects_of

SUMS = [
    ("mineral", "cobalt", "awarded = 10 t"),
    ("mineral", "cobalt", "requested = 10 t"),
    ("mineral", "cobalt", "share = 100% and shortfall = 0 kg"),
    ("mineral", "cobalt", "cost = 308k USD"),
    ("mineral", "cobalt", "unplaced = 3 t"),
    ("mineral", "cobalt", "(premium else 0%) = 10%"),
    ("mineral", "gallium", "awarded = 60 kg and requested = 100 kg and share = 60% and shortfall = 40 kg"),
    ("mineral", "gallium", "cost = 30k USD and premium is missing"),
    ("trader", "glencore", "awarded = 8 t and requested = 10100 kg and shortfall = 40 kg"),
    ("trader", "traxys", "awarded = 2060 kg and share = 2060 kg / 10100 kg"),
    ("trader", "traxys", "cost = 92k USD and unplaced = 2060 kg"),
    ("country", "CN", "awarded = 2 t and share = 2 t / 10100 kg and requested = 10100 kg"),
    ("country", "AU", "awarded = 6 t and cost = 180k USD and unplaced = 1 t"),
    ("request", "r1", "awarded = 5 t and shortfall = 0 kg and cost = 156k USD and share = 100%"),
    ("request", "r3", "awarded = 60 kg and requested = quantity and shortfall = 40 kg and share = 60%"),
    ("request", "r3", '"cap:country" in reasons and request.buyer = gm and buyer = gm'),
    ("offer", "a", "awarded = quantity and requested = 10 t and share = 20% and cost = 66k USD"),
    ("offer", "a", "(premium else 0%) = 10% and eligible and tier = home and unplaced = 0 kg"),
    ("offer", "b", "awarded = 6 t and shortfall = 0 kg and unplaced = 1 t and tier = other"),
    ("offer", "g", "shortfall = 40 kg and requested = 100 kg"),
]


@pytest.mark.parametrize(("subject", "name", "says"), SUMS)
def test_a_sum_is_what_was_worked_out_by_hand(subject: str, name: str, says: str) -> None:
    quoted = f'"{name}"' if subject in ("request", "offer") else name
    assert subjects_of(f"for each {subject} where {subject} = {quoted}: {says}") == []
    assert subjects_of(f"for each {subject} where {subject} = {quoted}: not ({says})") == [f"{subject} {name}"]


JOINED = [
    ("country and mineral", "country CN, mineral cobalt", "awarded = 2 t and share = 20% and requested = 10 t"),
    ("mineral and trader", "mineral gallium, trader traxys", "awarded = 60 kg and shortfall = 40 kg"),
    ("mineral and trader", "mineral gallium, trader glencore", "awarded = 0 kg and share = 0% and premium is missing"),
    ("request and country", "request r1, country AU", "awarded = 3 t and share = 60% and requested = 5 t"),
    ("trader and country", "trader traxys, country CN", "awarded = 2 t and requested = 10100 kg"),
]


@pytest.mark.parametrize(("subjects", "name", "says"), JOINED)
def test_of_joined_subjects_the_awards_are_those_of_both(subjects: str, name: str, says: str) -> None:
    assert name not in subjects_of(f"for each {subjects}: {says}")
    assert name in subjects_of(f"for each {subjects}: not ({says})")


def test_an_award_has_the_columns_of_its_offer_its_request_and_its_own() -> None:
    said = (
        'waterfall = "buying" and step = 1 and buyer = gm and request.quantity = 5 t and origin = US'
        " and price = 33 USD/kg and awarded = 2 t and quantity = 2 t"
        " and cost = 66k USD and (reference else 0 USD/kg) = 30 USD/kg"
        " and (premium else 0%) = 10% and requested = 5 t and shortfall = 0 kg and share = 40% and offer.origin = US"
    )
    assert subjects_of(f"for each award where tier = home: {said}") == []


def test_there_is_a_mineral_for_what_is_asked_or_offered_and_a_country_only_for_what_is_offered() -> None:
    assert subjects_of("for each mineral: false") == ["mineral cobalt", "mineral gallium"]
    assert subjects_of("for each country: false") == ["country AU", "country CN", "country JP", "country US"]
    assert subjects_of("for each trader: false") == ["trader glencore", "trader traxys"]
    assert subjects_of("for each request: false") == ["request r1", "request r2", "request r3"]
    nobody = MARKET.replace("| r3      | gm    | gallium | 100 kg   |", "").replace("| JP     |", "|        |")
    assert "mineral gallium" in subjects_of("for each mineral: false", market=nobody)
    assert subjects_of("for each country: false", market=nobody) == ["country AU", "country CN", "country US"]


def test_where_nothing_is_asked_for_the_share_is_nothing() -> None:
    nobody = MARKET.replace("| r3      | gm    | gallium | 100 kg   |", "")
    assert subjects_of("for each mineral where mineral = gallium: share = 0% and requested = 0 kg", market=nobody) == []


PRIOR = """
  awards {
    | mineral | quantity | cost    | date       | request | offer | trader   | origin |
    | cobalt  | 1 t      | 9000    | 2027-07-01 | r1      | b     | glencore | AU     |
    | cobalt  | 7 t      | 9000    | 2027-07-01 |         | b     | glencore | AU     |
  }
}
"""


def test_prior_awards_are_counted_apart_and_only_those_for_requests_of_the_book() -> None:
    market = MARKET.rstrip().removesuffix("}") + PRIOR
    law = "for each request: awarded_before + awarded + shortfall = requested"
    assert subjects_of(law, market=market) == []
    assert subjects_of("for each request: awarded + shortfall = requested", market=market) == ["request r1"]
    before = "awarded_before = 1 t"
    assert subjects_of(f"for each mineral: {before}", market=market) == ["mineral gallium"]
    assert subjects_of(f"for each trader: {before}", market=market) == ["trader traxys"]
    assert subjects_of(f'for each offer where offer = "b": {before}', market=market) == []
    assert subjects_of(f"for each country where country != US: {before}", market=market) == ["country CN", "country JP"]
    [*awards] = subjects_of(f"for each award where awarded_before > 0 kg: not {before}", market=market)
    assert awards == ["the award of 2000 kg from b to r1"]


def test_a_premium_of_several_awards_is_weighed_by_what_they_cost_at_their_references() -> None:
    market = MARKET.replace(
        "    | g ", "    | a2    | traxys   | cobalt  | US     | US           | 31.50 USD/kg | 1 t      |\n    | g "
    )
    # 2 t at 33 and 1 t at 31.50, measured against 30: 97.5 thousand over 90 thousand
    law = "for each country where country = US: (premium else 0%) = 97500 USD / 90000 USD - 100%"
    assert subjects_of(law, market=market) == []


def test_a_premium_is_that_of_compared_prices() -> None:
    policy = POLICY.replace("currency USD }", "currency USD\n  compare price * 110% }")
    # 33 and 30 USD/kg compare as 36.30 and 33
    assert subjects_of('for each offer where offer = "a": (premium else 0%) = 10%', policy=policy) == []
    duty = POLICY.replace("currency USD }", "currency USD\n  compare price * (if origin = US then 102% else 100%) }")
    assert subjects_of('for each offer where offer = "a": (premium else 0%) = 12.2%', policy=duty) == []


def test_a_rejected_offer_says_why_and_has_no_tier() -> None:
    market = MARKET.replace("| offer |", "| valid_until | offer |").replace("    | a  ", "    | 2027-07-31 | a  ")
    market = (
        market.replace("    | b  ", "    | | b  ")
        .replace("    | c  ", "    | | c  ")
        .replace("    | g  ", "    | | g  ")
    )
    law = 'for each offer where offer = "a": "require:fresh" in reasons and not eligible and tier is missing'
    assert subjects_of(law, market=market) == []
    assert subjects_of("for each offer where eligible and tier = home: false", market=market) == []
    (unknown,) = broken_by("for each offer where tier = home: false", market=market)
    assert unknown.unknown == ("tier",)


HOLDINGS = """
  holdings {
    | mineral | quantity | demand_per_year |
    | cobalt  | 4 t      | 365 t           |
  }
}
"""


def test_a_law_reads_stock_and_values_of_the_policy_with_the_exceptions_to_them() -> None:
    policy = POLICY + (
        "let most = 10%\nexception gallium_most to most for {gallium}\n  through 2028-12-31\n"
        '  because "few sell it"\n{ 60% }\n'
    )
    market = MARKET.rstrip().removesuffix("}") + HOLDINGS
    assert subjects_of("for each mineral: share <= most", policy=policy, market=market) == ["mineral cobalt"]
    says = "stock + awarded = 14 t and days_of_cover = 4 days and today = 2027-08-01"
    assert subjects_of(f"for each mineral where mineral = cobalt: {says}", market=market) == []
    assert subjects_of("for each award where tier = home: (best(other) else 1 USD/kg) = 30 USD/kg") == []
