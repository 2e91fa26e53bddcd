"""References in columns: what is worked out for all markets is worked out once."""

from __future__ import annotations

from datetime import date
from unittest.mock import patch

import polars as pl

import vault_rules as vr
from tests.support.policies import policy as load_text
from vault_rules.engine.fast.lanes import _highest
from vault_rules.engine.fast.references import _Market
from vault_rules.engine.fast.table import Table

POLICY = """
policy p { currency USD }
mineral tin
waterfall buying { take all premium <= 5% over vwap(all) if none reject }
"""
FORMS = 12
AS_OF = date(2027, 8, 1)


def test_that_a_reference_is_too_wide_for_columns_is_found_out_once_not_once_a_market() -> None:
    numbers = range(FORMS)
    offers = pl.DataFrame(
        {
            "offer": [f"o{number}" for number in numbers],
            "trader": ["ta"] * FORMS,
            "mineral": ["tin"] * FORMS,
            "form": [f"form {number}" for number in numbers],
            "price": [f"10.{'0' * 30}{number:02}" for number in numbers],
            "quantity": ["5.0000001"] * FORMS,
        }
    )
    requests = pl.DataFrame({"request": ["r1"], "buyer": ["gm"], "mineral": ["tin"], "quantity": ["20"]})
    book = vr.Book.from_frames(offers=offers, requests=requests)
    with patch.object(_Market, "value", autospec=True, side_effect=_Market.value) as asked:
        plan = vr.evaluate(load_text(POLICY), book, AS_OF)
        assert plan.to_json() == vr.evaluate(load_text(POLICY), book, AS_OF, engine="reference").to_json()
    assert asked.call_count == 1


MANY = 1_500
MINERALS = [f"m{number}" for number in range(50)]
OF_MANY_FORMS = "\n".join(
    [
        "policy p { currency USD }",
        *(f"mineral {name}" for name in MINERALS),
        "tier home when origin = US",
        "tier rest otherwise",
        "waterfall buying {",
        "  take home premium <= 5% over best(rest, depth 30 kg) else vwap(all) if none allow",
        "  take rest premium <= -10% over median(all) if none reject",
        "}",
    ]
)


def of_many_forms() -> vr.Book:
    """More pairs of a mineral and a form than a table has places for; few offers have the same."""
    numbers = range(MANY)
    offers = pl.DataFrame(
        {
            "offer": [f"o{number}" for number in numbers],
            "trader": ["ta"] * MANY,
            "mineral": [MINERALS[number % len(MINERALS)] for number in numbers],
            "form": [None if number % 7 == 0 else f"form {number}" for number in numbers],
            "price": [f"{10 + number % 13}.5" for number in numbers],
            "quantity": [10 + number % 3 for number in numbers],
            "origin": [("US", "AU")[number % 2] for number in numbers],
        }
    )
    asked = {"request": MINERALS, "buyer": ["gm"] * len(MINERALS), "mineral": MINERALS}
    requests = pl.DataFrame({**asked, "quantity": [100] * len(MINERALS)})
    return vr.Book.from_frames(offers=offers, requests=requests)


def test_only_pairs_of_mineral_and_form_that_are_on_offer_are_looked_at() -> None:
    policy, book = load_text(OF_MANY_FORMS), of_many_forms()
    with patch("vault_rules.engine.fast.lanes._highest", side_effect=_highest) as asked:
        plan = vr.evaluate(policy, book, AS_OF)
    assert 0 < asked.call_count <= 2 * MANY
    assert plan.to_json() == vr.evaluate(policy, book, AS_OF, engine="reference").to_json()


def test_what_a_rejected_offer_was_measured_by_is_looked_up_not_searched_for() -> None:
    plan = vr.evaluate(load_text(OF_MANY_FORMS), of_many_forms(), AS_OF)
    with patch.object(Table, "column", autospec=True, side_effect=Table.column) as asked:
        over = plan.rejections.filter(pl.col("code") == "premium:2").height
    assert over > 500 > asked.call_count
