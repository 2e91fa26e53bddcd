"""The benchmarks can be run, and what is by hand in them makes the same awards as the engine."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("numpy")

import vault_rules as vr
from benchmarks import by_hand, column_peers, data, engine, in_docs, plans, policies, report, row_peers
from benchmarks.decisions import _of_ours, same
from benchmarks.options import Line, Part

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


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.0123456, "12.3 ms"), (0.9994, "999 ms"), (0.9996, "1 s"), (99.4, "99.4 s"), (1234.5, "1,234 s")],
)
def test_times_have_three_figures_and_no_exponents(seconds: float, text: str) -> None:
    assert report.in_time(seconds) == text


@pytest.mark.parametrize("quick", [False, True])
def test_figures_of_a_quick_run_stay_out_of_the_page(quick: bool, tmp_path: Path) -> None:
    part = Part("fixed", "The fixed cost", "us", (Line("10 k offers", "us", 10_000, (0.5, 0.25)),))
    results, page = tmp_path / "results.json", tmp_path / "page.md"
    results.write_text(report.as_json([part], {"cores": "2"}, "fast", quick=quick), encoding="utf-8")
    page.write_text(f"Before\n{in_docs.BEGIN}\nold\n{in_docs.END}\nAfter\n", encoding="utf-8")
    if quick:
        with pytest.raises(SystemExit, match="quick run"):
            in_docs.write(results, page)
    else:
        in_docs.write(results, page)
    text = page.read_text(encoding="utf-8")
    assert ("375 ms" in text) is not quick
    assert ("old" in text) is quick
    assert text.startswith("Before") and text.endswith("After\n")
