"""Sums over some of the awards or requests of a subject."""

from __future__ import annotations

import pytest

from tests.support.laws import MARKET, broken_by, subjects_of

NARROWED = [
    ("mineral", "mineral cobalt", "(awarded where origin in covered) = 2 t"),
    ("mineral", "mineral cobalt", "(awarded where processed_in in covered) = 8 t"),
    ("mineral", "mineral cobalt", "(share where origin in covered) = 20% and (share where tier = home) = 20%"),
    ("mineral", "mineral cobalt", "(cost where tier = home) = 66k USD"),
    (
        "mineral",
        "mineral cobalt",
        "((premium where tier = other) is missing) and ((premium where tier = home) else 0%) = 10%",
    ),
    ("mineral", "mineral cobalt", "(unplaced where origin = CN) = 2 t"),
    ("mineral", "mineral cobalt", "(requested where buyer = gm) = 5 t and (awarded where request.buyer = gm) = 5 t"),
    ("mineral", "mineral gallium", "(shortfall where buyer = gm) = 40 kg and (shortfall where buyer = ge) = 0 kg"),
    ("mineral", "mineral cobalt", "(awarded where cost > 66k USD) = 6 t and (awarded where awarded > 2 t) = 6 t"),
    ("country", "country CN", "(awarded where processed_in = country) = 2 t"),
    (
        "country",
        "country AU",
        "(awarded where processed_in = country) = 0 kg and (awarded where mineral = cobalt) = 6 t",
    ),
    ("trader", "trader glencore", "(awarded where trader = glencore) = 8 t and (awarded where step = 2) = 6 t"),
    ("offer", "offer b", '(awarded where request.request = "r1") = 3 t'),
    ("request", "request r1", "(awarded where quantity > request.quantity) = 3 t"),
    ("award", "the award of 2000 kg from c to r2", "(awarded where origin = CN) = awarded"),
]


@pytest.mark.parametrize(("subject", "name", "says"), NARROWED)
def test_a_narrowed_sum_is_what_was_worked_out_by_hand(subject: str, name: str, says: str) -> None:
    market = MARKET.replace("| JP     |              |", "| JP     | JP           |")
    assert name not in subjects_of(f"for each {subject}: {says}", market=market)
    assert name in subjects_of(f"for each {subject}: not ({says})", market=market)


def test_of_a_share_only_what_is_awarded_is_narrowed() -> None:
    assert subjects_of("for each mineral: (share where request.buyer = ge) <= 50%") == []
    assert subjects_of("for each mineral: (share where request.buyer = ge) < 50%") == ["mineral cobalt"]


def test_a_sum_is_unknown_where_it_is_unknown_of_one_award_whether_it_counts() -> None:
    (found,) = broken_by("for each mineral: (awarded where processed_in = JP) <= 10 t")
    assert found.subject == "mineral gallium"
    assert found.unknown == ("processed_in of the award of 60 kg from g to r3",)
    assert broken_by("for each mineral: (awarded where (processed_in else JP) = JP) <= 10 t") == ()
    assert broken_by("for each mineral: (requested where request.need_by < today) <= 10 t")[0].unknown == (
        "request.need_by of request r1",
        "request.need_by of request r2",
    )


def test_no_covered_country_has_more_than_a_fifth_of_one_mineral() -> None:
    for_each = "for each country and mineral where country in covered: share <= 20%"
    assert subjects_of(for_each) == []
    assert subjects_of(for_each.replace("<=", "<")) == ["country CN, mineral cobalt"]
    together = (
        "for each mineral where mineral = cobalt: (share where origin in covered or processed_in in covered) <= 20%"
    )
    (found,) = broken_by(together)
    assert (found.actual, found.limit) == ("80%", "20%")
