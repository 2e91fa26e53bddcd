"""Columns of many different texts: requests with conditions of their own look at the texts of their mineral alone."""

from __future__ import annotations

from datetime import date
from unittest.mock import patch

import polars as pl

import vault_rules as vr
from tests.support.policies import policy as load_text
from vault_rules.semantics.meaning import applied

EACH, MINERALS = 250, [f"m{number}" for number in range(20)]
OFFERS = EACH * len(MINERALS)
POLICY = "\n".join(
    [
        "policy p { currency USD }",
        *(f"mineral {name}" for name in MINERALS),
        "field smelter: text",
        "forbid small: trader = t7 and request.quantity > 10 kg",
        "waterfall buying {",
        '  take all when form != (request.form else "f40") premium <= 20% over best(all, depth 5 kg) if none allow',
        '  take all by (smelter else "s") descending',
        "}",
        "cap one_smelter: quantity by smelter <= 12 kg",
    ]
)


def many_texts() -> vr.Book:
    numbers = range(OFFERS)
    columns = {
        "offer": [f"o{number}" for number in numbers],
        "trader": [f"t{number}" for number in numbers],
        "mineral": [MINERALS[number % len(MINERALS)] for number in numbers],
        "form": [None if number % 9 == 0 else f"f{number}" for number in numbers],
        "smelter": [None if number % 11 == 0 else f"s{number}" for number in numbers],
        "price": [f"{10 + number % 13}.5" for number in numbers],
        "quantity": [1 + number % 3 for number in numbers],
    }
    asked = {"request": MINERALS, "buyer": ["gm"] * len(MINERALS), "mineral": MINERALS, "form": [None, "f7"] * 10}
    requests = pl.DataFrame({**asked, "quantity": [60] * len(MINERALS)})
    return vr.Book.from_frames(offers=pl.DataFrame(columns), requests=requests)


def test_a_request_asks_of_the_texts_of_its_mineral_alone() -> None:
    policy, book = load_text(POLICY), many_texts()
    with patch("vault_rules.engine.fast.operators.applied", side_effect=applied) as asked:
        plan = vr.evaluate(policy, book, date(2027, 8, 1))
        assert plan.rows.awards
    assert asked.call_count < 6 * OFFERS


def test_the_plan_of_many_texts_is_that_of_the_reference() -> None:
    policy, book = load_text(POLICY), many_texts()
    plan = vr.evaluate(policy, book, date(2027, 8, 1))
    assert plan.to_json() == vr.evaluate(policy, book, date(2027, 8, 1), engine="reference").to_json()
