"""Step 6: who is served first, from whom, how much, and what is said of those passed over."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tests.support.policies import plan
from vault_rules.api import Plan

ANY = "waterfall w { take all }\n"
OFFERS = "offer | trader | mineral | price | quantity"
REQUESTS = "request | buyer | mineral | quantity"


def awards(made: Plan) -> list[tuple[str, str, Fraction]]:
    return [(one.request, one.offer, one.quantity) for one in made.rows.awards]


def codes(made: Plan, offer: str) -> tuple[str | None, list[str]]:
    """The request that a rejection names, and its codes."""
    (found,) = [one for one in made.rows.rejections if one.offer == offer]
    return found.request, [one.code for one in found.reasons]


def lacking(made: Plan) -> dict[str, tuple[Fraction, tuple[str, ...]]]:
    return {one.request: (one.quantity, one.because) for one in made.rows.shortfalls}


# ---- order ---------------------------------------------------------------------------------------------------------


def test_requests_are_served_by_priority_then_need_by_then_id_with_nulls_last() -> None:
    header = f"{REQUESTS} | priority | need_by"
    rows = "\n".join(
        [
            "c | b | cobalt | 1 | |",
            "b | b | cobalt | 1 | 2 |",
            "a | b | cobalt | 1 | 2 | 2028-01-01",
            "d | b | cobalt | 1 | 1 |",
        ]
    )
    offers = f"{OFFERS} | delivery\no | t | cobalt | 1 | 9 | 2027-01-01"
    assert [one[0] for one in awards(plan(ANY, requests=f"{header}\n{rows}", offers=offers))] == ["d", "a", "b", "c"]


def test_serve_by_changes_the_order_and_descending_keeps_nulls_last() -> None:
    text = 'policy p "p" { currency USD serve by request.quantity descending, request.priority descending }\n' + ANY
    header = f"{REQUESTS} | priority"
    rows = "a | b | cobalt | 1 |\nb | b | cobalt | 2 |\nc | b | cobalt | 1 | 5"
    made = plan(text, requests=f"{header}\n{rows}", offers=f"{OFFERS}\no | t | cobalt | 1 | 9")
    assert [one[0] for one in awards(made)] == ["b", "c", "a"]


def test_offers_go_by_route_group_then_keys_then_price_then_delivery_then_id() -> None:
    rows = "\n".join(
        [
            "e | second | cobalt | 1 | 1 | 2027-01-01 | 1",
            "d | first | cobalt | 9 | 1 | 2027-01-01 | 1",
            "c | first | cobalt | 2 | 1 | | 1",
            "b | first | cobalt | 2 | 1 | 2027-01-02 | 1",
            "a | first | cobalt | 2 | 1 | 2027-01-02 | 1",
            "f | first | cobalt | 1 | 1 | 2027-01-02 |",
        ]
    )
    text = "field rank: number else 9\nroute r: {cobalt} to first then second\nwaterfall w { take all by rank }\n"
    made = plan(
        f"mineral cobalt\n{text}",
        offers=f"{OFFERS} | delivery | rank\n{rows}",
        requests=f"{REQUESTS}\nr | b | cobalt | 6",
    )
    assert [one[1] for one in awards(made)] == ["a", "b", "c", "d", "f", "e"]


def test_ids_are_ordered_by_code_point_not_by_language() -> None:
    rows = "\n".join(f"{name} | t | cobalt | 1 | 1" for name in ("é", "z", "Z", "a", "10", "9"))
    made = plan(ANY, offers=f"{OFFERS}\n{rows}", requests=f"{REQUESTS}\nr | b | cobalt | 6")
    assert [one[1] for one in awards(made)] == ["10", "9", "Z", "a", "z", "é"]


# ---- how much ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quantity", "lot", "least", "given", "because"),
    [
        ("9", "", "", 9, ()),
        ("20", "4", "", 8, ("lot",)),
        ("20", "11", "", 0, ("lot",)),
        ("20", "", "10", 10, ()),
        ("20", "", "10.000001", 0, ("min_quantity",)),
        ("20", "4", "9", 0, ("lot", "min_quantity")),
        ("20", "5", "10", 10, ()),
    ],
)
def test_an_award_is_whole_lots_and_nothing_below_the_minimum(
    quantity: str, lot: str, least: str, given: int, because: tuple[str, ...]
) -> None:
    offers = f"{OFFERS} | lot | min_quantity\no | t | cobalt | 1 | {quantity} | {lot} | {least}"
    made = plan(ANY, offers=offers, requests=f"{REQUESTS}\nr | b | cobalt | 10")
    assert sum(one[2] for one in awards(made)) == given
    if because:
        assert lacking(made)["r"] == (10 - given, because)
    if not given:
        assert codes(made, "o") == ("r", list(because))


def test_nothing_is_awarded_below_least_award_and_at_it_it_is() -> None:
    text = 'policy p "p" { currency USD least_award 5 kg }\n' + ANY
    offers = f"{OFFERS}\na | t | cobalt | 1 | 4.999999\nb | t | cobalt | 2 | 5"
    made = plan(text, offers=offers, requests=f"{REQUESTS}\nr | b | cobalt | 10")
    assert awards(made) == [("r", "b", 5)]
    assert codes(made, "a") == ("r", ["min_quantity"])


def test_a_steps_share_is_of_the_request_and_rounded_down_to_milligrams() -> None:
    text = (
        "let third = 33.3333333333%\ntier d when origin = US\ntier f otherwise\nwaterfall w { take f share <= third }\n"
    )
    offers = f"{OFFERS} | origin\na | t | cobalt | 1 | 10 | AU"
    made = plan(text, offers=offers, requests=f"{REQUESTS}\nr | b | cobalt | 1")
    assert awards(made) == [("r", "a", Fraction("0.333333"))]
    assert lacking(made)["r"] == (Fraction("0.666667"), ("share:1",))


def test_a_share_of_awarded_counts_the_award_itself() -> None:
    text = "tier d when origin = US\ntier f otherwise\nwaterfall w { take d take f share <= 20% of awarded }\n"
    offers = f"{OFFERS} | origin\na | t | cobalt | 1 | 8 | US\nb | t | cobalt | 1 | 10 | AU"
    made = plan(text, offers=offers, requests=f"{REQUESTS}\nr | b | cobalt | 100")
    assert awards(made) == [("r", "a", 8), ("r", "b", 2)]  # 2 of 10 is 20%


def test_an_offer_serves_one_request_after_another_until_nothing_is_left() -> None:
    made = plan(
        ANY,
        offers=f"{OFFERS}\no | t | cobalt | 1 | 15",
        requests=f"{REQUESTS}\na | b | cobalt | 10\nb | b | cobalt | 10",
    )
    assert awards(made) == [("a", "o", 10), ("b", "o", 5)]
    assert lacking(made) == {"b": (5, ("no_offers",))}


def test_prior_awards_count_towards_the_need_and_the_steps_share() -> None:
    text = "tier d when origin = US\ntier f otherwise\nwaterfall w { take d low: take f share <= 50% }\n"
    header = "mineral | quantity | cost | date | request | waterfall | step_label"
    made = plan(
        text,
        offers=f"{OFFERS} | origin\na | t | cobalt | 1 | 100 | AU",
        requests=f"{REQUESTS}\nr | b | cobalt | 100",
        awards=f"{header}\ncobalt | 30 | 1 | 2027-01-01 | r | w | low\ncobalt | 10 | 1 | 2027-01-01 | r | |",
    )
    assert awards(made) == [("r", "a", 20)]
    assert lacking(made) == {"r": (40, ("share:low",))}
    assert made.rows.totals.awarded_before == 40


# ---- reasons -------------------------------------------------------------------------------------------------------


def test_every_failing_rule_is_named_once_in_file_order_whoever_asks() -> None:
    text = (
        "forbid far: origin = AU\nrequire pure: purity >= 99%\nrequire also_pure: purity >= 98% and lot > 1 kg\n" + ANY
    )
    made = plan(text, offers=f"{OFFERS} | origin | purity\na | t | cobalt | 1 | 1 | AU | 97%")
    assert codes(made, "a") == (None, ["forbid:far", "require:pure", "require:also_pure"])


def test_an_unknown_condition_names_every_null_in_an_operand_that_is_itself_unknown() -> None:
    text = "require r: (lot > 1 kg and origin = US) or (purity > 1% and quantity < 0 kg)\n" + ANY
    made = plan(text, offers=f"{OFFERS}\na | t | cobalt | 1 | 1")
    assert codes(made, "a") == (None, ["missing:lot", "missing:origin"])


def test_an_unknown_tier_rejects_and_later_tiers_are_not_tried() -> None:
    text = "tier d when origin = US\ntier f otherwise\n" + ANY
    assert codes(plan(text, offers=f"{OFFERS}\na | t | cobalt | 1 | 1"), "a") == (None, ["missing:origin"])


def test_an_offer_of_no_tier_and_one_that_no_step_takes() -> None:
    text = "tier d when origin = US\ntier f when origin = AU\nwaterfall w { take d }\n"
    offers = f"{OFFERS} | origin\na | t | cobalt | 1 | 1 | CN\nb | t | cobalt | 1 | 1 | AU"
    made = plan(text, offers=offers)
    assert codes(made, "a") == (None, ["no_tier"])
    assert codes(made, "b") == (None, ["not_in_waterfall"])
    assert lacking(made)["r1"] == (10, ("no_tier", "not_in_waterfall"))


def test_all_that_a_request_asks_is_named_in_the_order_of_the_page() -> None:
    header = f"{REQUESTS} | form | purity | need_by | max_price"
    text = "waterfall w { take all when quantity > 9 kg premium <= 0% over benchmark if none reject }\n"
    offers = f"{OFFERS} | form | purity | delivery\na | t | cobalt | 9 | 1 | oxide | 98% | 2028-01-02"
    made = plan(text, offers=offers, requests=f"{header}\nr | b | cobalt | 1 | metal | 99% | 2028-01-01 | 8")
    assert codes(made, "a") == ("r", ["spec", "late", "max_price", "when:1", "no_reference:1"])
    assert codes(
        plan(
            text,
            offers=f"{OFFERS} | form\na | t | cobalt | 9 | 10 |",
            requests=f"{header}\nr | b | cobalt | 1 | metal | 99% | 2028-01-01 | 8",
        ),
        "a",
    ) == ("r", ["missing:form", "missing:purity", "missing:delivery", "max_price", "no_reference:1"])


def test_a_rejection_names_the_last_request_whose_walk_passed_the_offer_over() -> None:
    header = f"{REQUESTS} | max_price"
    rows = "r1 | b | cobalt | 1 | 4\nr2 | b | cobalt | 1 | 3\nr3 | b | copper | 1 | 1"
    made = plan(ANY, offers=f"{OFFERS}\na | t | cobalt | 5 | 9", requests=f"{header}\n{rows}")
    assert codes(made, "a") == ("r2", ["max_price"])
    (reason,) = made.rows.rejections[0].reasons
    assert (reason.actual, reason.limit, reason.flip_price) == ("5 USD/kg", "3 USD/kg", 3)


def test_a_candidate_met_after_the_request_was_full_and_one_that_nobody_asked_for_are_not_needed() -> None:
    offers = f"{OFFERS}\na | t | cobalt | 1 | 10\nb | t | cobalt | 2 | 10\nc | t | copper | 1 | 1"
    made = plan(ANY, offers=offers)
    assert codes(made, "b") == (None, ["not_needed"])
    assert codes(made, "c") == (None, ["not_needed"])


def test_rules_that_read_the_request_or_are_for_some_buyers_are_judged_for_each() -> None:
    text = (
        "require near: delivery <= request.need_by - 10 days\nforbid dear: price > 5 USD/kg for buyers {army}\n" + ANY
    )
    header = f"{REQUESTS} | need_by"
    rows = "r1 | army | cobalt | 1 | 2028-01-11\nr2 | gm | cobalt | 1 | 2028-01-11\nr3 | gm | cobalt | 1 |"
    offers = f"{OFFERS} | delivery\na | t | cobalt | 6 | 2 | 2028-01-01\nb | t | cobalt | 6 | 2 | 2028-01-02"
    made = plan(text, offers=offers, requests=f"{header}\n{rows}")
    assert awards(made) == [("r2", "a", 1)]
    assert codes(made, "b") == ("r3", ["missing:request.need_by"])
    assert lacking(made)["r1"] == (1, ("forbid:dear", "require:near"))


def test_an_offer_that_is_sold_out_is_not_passed_over_by_a_waterfall_that_would_not_take_it() -> None:
    text = (
        "tier d when origin = US\ntier f otherwise\n"
        "waterfall w for buyers {gm} { take all }\nwaterfall v for buyers {army} { take d }\n"
    )
    offers = f"{OFFERS} | origin\na | t | cobalt | 1 | 10 | AU"
    made = plan(text, offers=offers, requests=f"{REQUESTS}\nr1 | gm | cobalt | 10\nr2 | army | cobalt | 5")
    assert lacking(made) == {"r2": (5, ("no_offers",))}
