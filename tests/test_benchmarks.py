"""The benchmarks can be run, and what is by hand in them makes the same awards as the engine."""

from __future__ import annotations

import pytest

pytest.importorskip("numpy")

import vault_rules as vr
from benchmarks import by_hand, column_peers, data, engine, plans, policies, row_peers
from benchmarks.decisions import _of_ours, same

BOOK = data.offers(150)


def test_decisions_are_those_of_the_rule_by_hand() -> None:
    offers, asked = data.offer_frame(BOOK), data.requests(BOOK, 0.02)
    book = vr.Book.from_frames(offers=offers, requests=asked)
    found = engine.decide("reference", engine.policy(policies.decisions()), book, data.AS_OF)
    same(column_peers.numpy_blocks(BOOK)(), _of_ours(found, offers), "the engine")


def test_a_function_decides_as_the_columns_do() -> None:
    truth = column_peers.numpy_blocks(BOOK)()
    found = row_peers.plain_python()(row_peers.as_rows(BOOK, len(BOOK)))
    assert [tuple(row) for row in truth.select("eligible", "tier", "within").iter_rows()] == [
        (eligible, data.TIERS.index(tier), within) for eligible, tier, within in found
    ]


@pytest.mark.parametrize("case", plans.CASES, ids=str)
def test_awards_are_those_of_the_waterfall_by_hand(case: plans.Case) -> None:
    offers, asked = data.offer_frame(BOOK), data.requests(BOOK, case.share, case.each)
    book = vr.Book.from_frames(offers=offers, requests=asked)
    ours = engine.awards("reference", engine.policy(policies.waterfall(capped=case.capped)), book, data.AS_OF)
    assert ours.height > 10
    for pruned in (False, True):
        hand = by_hand.work(data.code_frame(BOOK), asked, capped=case.capped, pruned=pruned)()
        assert plans.in_order(ours).equals(plans.in_order(hand))
