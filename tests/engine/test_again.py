"""An evaluation taken up again: the book as it was, with what was bought, refused and sold since."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import attrs
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.differential.cases import Case
from tests.differential.engines import GONE_OVER, by_fast, by_reference, tiny_sizes
from tests.differential.rich import rich_case
from tests.support.books import book
from tests.support.policies import AS_OF, policy
from vault_rules import api
from vault_rules.domain.bind import bind
from vault_rules.domain.plan import Plan
from vault_rules.domain.rows import BoundBook
from vault_rules.engine.again import Again
from vault_rules.engine.engines import by_reference as evaluated

few = settings(max_examples=8 if settings.default is None else max(settings.default.max_examples // 12, 8))

PREMIUM = """
waterfall w { take all premium <= 10% over best(all) if none reject }
"""
OFFERS = """
offer | trader | mineral | price | quantity
a | t | cobalt | 10 | 5
b | t | cobalt | 10.5 | 5
c | t | cobalt | 12 | 50
"""
REQUESTS = "request | buyer | mineral | quantity\nr1 | gm | cobalt | 10"


def again(text: str, what: Again, **tables: str) -> tuple[Plan, BoundBook]:
    found = policy(text)
    bound = bind(book(**tables), **api.eyes_of(found, AS_OF))
    return evaluated(found.program, bound, AS_OF, what).plan, bound


def test_an_offer_that_is_refused_moves_no_reference() -> None:
    """`c` is 20% over the best price of the book, whether the best can still be had or not."""
    plan, _ = again(PREMIUM, Again(left={"a": Fraction(0)}), offers=OFFERS, requests=REQUESTS)
    assert [(one.offer, one.quantity, one.reference) for one in plan.awards] == [("b", 5, 10)]
    assert [(one.request, one.quantity) for one in plan.shortfalls] == [("r1", 5)]


def test_what_was_bought_counts_in_caps_by_columns_that_no_prior_award_has() -> None:
    text = PREMIUM + "cap lots: quantity <= 8 kg where lot > 1 kg\n"
    offers = (
        "offer | trader | mineral | price | quantity | lot\na | t | cobalt | 10 | 6 | 2\nb | t | cobalt | 10 | 6 | 2"
    )
    first, bound = again(text, Again(), offers=offers, requests=REQUESTS)
    assert [one.quantity for one in first.awards] == [6, 2]
    bought = (bound.offers[0], first.awards[0])
    second, _ = again(text, Again({"a": Fraction(0)}, given=(bought,)), offers=offers, requests=REQUESTS)
    assert [(one.offer, one.quantity) for one in second.awards] == [("b", 2)]


def test_rooms_of_facilities_are_those_that_are_left() -> None:
    text = PREMIUM + "store s { place in owned }\n"
    facilities = "facility | kind | capacity\nx | owned | 8\ny | owned | 8"
    plan, _ = again(text, Again(room={"x": Fraction(3)}), offers=OFFERS, requests=REQUESTS, facilities=facilities)
    assert [(one.facility, one.quantity) for one in plan.placements] == [("x", 3), ("y", 2), ("y", 5)]


@few
@given(st.integers(0, 2**48))
def test_both_engines_go_on_to_the_same_plan(seed: int) -> None:
    case, rng = rich_case(seed), Random(seed)
    first = by_reference(case)
    assume(not isinstance(first, str))
    assert isinstance(first, Plan)
    what = _happened(case, first, rng)
    with tiny_sizes(seed):
        found = by_fast(case, what)
    assert found == GONE_OVER or _meant(by_reference(case, what)) == _meant(found)


def _meant(found: Plan | str) -> object:
    """What is to be done: nobody asks such a plan why not."""
    if isinstance(found, str):
        return found
    short = [(one.request, one.quantity) for one in found.shortfalls]
    return found.awards, found.placements, found.unplaced, short, found.totals


def _happened(case: Case, first: Plan, rng: Random) -> Again:
    """Some of a plan bought, in whole or in part, some refused; another run came between."""
    offers = {one.offer: one for one in case.book.offers}
    left: dict[str, Fraction] = {}
    bought = []
    for award in first.awards:
        offer = offers[award.offer]
        if rng.random() < 0.4:
            left[award.offer] = Fraction(0)
            continue
        taken = award.quantity if rng.random() < 0.5 else award.quantity / 2
        left[award.offer] = max(left.get(award.offer, offer.quantity) - taken, Fraction(0))
        bought.append((offer, attrs.evolve(award, quantity=taken)))
    room = {one.facility: one.capacity / 2 for one in case.book.facilities if rng.random() < 0.5}
    return Again(left, room, case.book.awards[1:], tuple(bought))
