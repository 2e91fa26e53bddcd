"""References in columns: what is worked out for all markets is worked out once."""

from __future__ import annotations

from datetime import date
from unittest.mock import patch

import polars as pl

import vault_rules as vr
from tests.support.policies import policy as load_text
from vault_rules.engine.fast.references import _Market

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
