"""Why offers won nothing is asked of few of them, and said of each."""

from __future__ import annotations

from datetime import date
from typing import Any
from unittest.mock import patch

import polars as pl

import vault_rules as vr
from tests.support.policies import policy as load_text
from vault_rules.engine.fast.standing import Offers

POLICY = """
policy p { currency USD  show maker = producer }
mineral tin
tier home when origin = US
tier foreign otherwise
require pure: purity >= 99%
forbid covered: origin = CN
waterfall buying {
  take home premium <= 5% over best(home) if none reject
  take foreign premium <= 5% over best(home) if none reject
}
cap one: share by origin <= 10% of requested per mineral
"""
OFFERS = 6_000
AS_OF = date(2027, 8, 1)


def plan_of_many() -> vr.Plan:
    """Of every three offers one is of a covered nation; prices are all different, purities and makers a few."""
    numbers = range(OFFERS)
    offers = pl.DataFrame(
        {
            "offer": [f"o{number:05}" for number in numbers],
            "trader": [f"t{number % 3}" for number in numbers],
            "producer": [f"maker {number % 7}" for number in numbers],
            "mineral": ["tin"] * OFFERS,
            "origin": [("CN", "AU", "US")[number % 3] for number in numbers],
            "purity": [("98.5%", "99%", "99.9%")[number % 5 % 3] for number in numbers],
            "price": [1000 + number for number in numbers],
            "quantity": [7] * OFFERS,
            "lot": [7] * OFFERS,
        }
    ).with_columns(currency=pl.lit("USD"), per=pl.lit("kg"), unit=pl.lit("kg"))
    asking = pl.DataFrame({"request": ["r"], "mineral": ["tin"], "quantity": [700], "unit": ["kg"], "buyer": ["gm"]})
    return vr.evaluate(load_text(POLICY), vr.Book.from_frames(offers=offers, requests=asking), AS_OF)


def test_offers_that_read_alike_are_asked_once() -> None:
    plan = plan_of_many()
    awarded = plan.awards.height
    asked: list[int] = []
    right = Offers.offer

    def offer(self: Offers, row: int) -> Any:
        asked.append(row)
        return right(self, row)

    with patch.object(Offers, "offer", offer):
        rejections = plan.rejections
    assert rejections["offer"].n_unique() == OFFERS - awarded
    assert {"forbid:covered", "require:pure", "premium:1", "premium:2", "cap:one"} <= set(rejections["code"])
    assert len(asked) < 100


def test_each_offer_has_its_own_figures() -> None:
    rejections = plan_of_many().rejections.filter(pl.col("code") == "premium:1")
    assert rejections["actual"].n_unique() == rejections.height > 1000
    assert rejections["flip_price_per_kg"].n_unique() == 1


def test_an_award_shows_a_column_that_no_rule_reads() -> None:
    awards = plan_of_many().awards
    assert awards.height > 0
    assert awards["maker"].to_list() == [f"maker {int(offer[1:]) % 7}" for offer in awards["offer"]]
