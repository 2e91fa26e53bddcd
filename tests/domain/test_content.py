"""Offers by gross weight are bought by what they contain."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl
import pytest

import vault_rules as vr
from vault_rules.domain.amounts import Unreadable
from vault_rules.domain.cells import RowUnits, read_content

POLICY = """
policy contained_only { currency USD  compare price + 1 USD/kg  least_award 1 g }
use "lib/minerals.vault" only vanadium, germanium, tantalum, niobium
use "lib/content.vault"
require possible_content: content is missing or content <= contained[form].factor
waterfall usual { take all premium <= 10% over median(all) if none allow by price }
cap dear: spend <= 200000 USD
"""
GOODS = {"V2O5": "vanadium", "GeO2": "germanium", "Ta2O5": "tantalum", "FeNb": "niobium"}


@pytest.fixture
def policy(tmp_path: Any) -> vr.Policy:
    file = tmp_path / "contained.vault"
    file.write_text(POLICY)
    return vr.load_policy(file)


def evaluated(policy: vr.Policy, offers: dict[str, list[Any]], quantity: str, engine: str = "fast") -> vr.Plan:
    many = len(offers["price"])
    frame = pl.DataFrame({"offer": [f"o{at}" for at in range(many)], "trader": ["t"] * many, **offers})
    asked = pl.DataFrame({"request": ["r"], "buyer": ["b"], "mineral": offers["mineral"][:1], "quantity": [quantity]})
    book = vr.Book.from_frames(offers=frame, requests=asked)
    return vr.evaluate(policy, book, date(2027, 1, 1), engine=engine)


@pytest.mark.parametrize(
    ("text", "value"), [("56%", "0.56"), ("0.56", "0.56"), ("81.897 %", "0.81897"), ("1", "1"), ("100%", "1")]
)
def test_a_content_is_a_percentage_or_a_factor(text: str, value: str) -> None:
    assert read_content(text, RowUnits()) == Fraction(value)


@pytest.mark.parametrize("text", ["56", "0", "0%", "-5%", "101%", "1.0001", "x", "", "1e-3", "5,6%", "nan"])
def test_what_is_no_content_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read_content(text, RowUnits())


def test_a_percentage_without_its_sign_is_asked_back() -> None:
    with pytest.raises(Unreadable) as why:
        read_content("56", RowUnits())
    assert why.value.hint == "did you mean `56%`?"


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_quantity_price_and_lot_are_those_of_what_is_contained(policy: vr.Policy, engine: str) -> None:
    offers = {
        "mineral": ["vanadium"], "form": ["V2O5"], "price": ["11.20"], "quantity": ["10 t"], "content": ["56%"],
        "lot": ["1 t"],
    }  # fmt: skip
    (award,) = evaluated(policy, offers, "3 t", engine).rows.awards
    assert (award.quantity, award.price) == (2800, 20)  # five lots of 560 kg
    assert str(award.cost) == "56000.00"


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_the_minimum_is_of_the_gross_weight_too(policy: vr.Policy, engine: str) -> None:
    offers = {
        "mineral": ["vanadium"], "form": ["V2O5"], "price": ["11.20"], "quantity": ["10 t"], "content": ["56%"],
        "min_quantity": ["1 t"],
    }  # fmt: skip
    assert evaluated(policy, offers, "560 kg", engine).rows.awards[0].quantity == 560
    assert evaluated(policy, offers, "559.999999 kg", engine).rows.shortfalls[0].because == ("min_quantity",)


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_more_than_a_good_can_contain_is_refused(policy: vr.Policy, engine: str) -> None:
    for good, mineral in GOODS.items():
        factor = {"V2O5": "0.56", "GeO2": "69%", "Ta2O5": "0.81897", "FeNb": "65%"}[good]
        more = {"V2O5": "0.560000001", "GeO2": "69.0001%", "Ta2O5": "0.82", "FeNb": "1"}[good]
        offers = {
            "mineral": [mineral] * 2, "form": [good] * 2, "price": ["5"] * 2, "quantity": ["10 t"] * 2,
            "content": [factor, more],
        }  # fmt: skip
        plan = evaluated(policy, offers, "1 t", engine).rows
        assert [award.offer for award in plan.awards] == ["o0"]
        assert [one.reasons[0].code for one in plan.rejections] == ["require:possible_content"]


def test_offers_with_many_contents_give_the_same_plan_in_both_engines(policy: vr.Policy) -> None:
    many = 6000  # as many as are read in columns
    contents = [None, "56%", "0.41", "12.345%", "0.07"]
    offers: dict[str, list[Any]] = {
        "mineral": ["vanadium"] * many,
        "form": ["V2O5"] * many,
        "price": [f"{5 + at % 97}.{at % 83}" for at in range(many)],
        "quantity": [f"{1 + at % 7}{' t' if at % 3 else ''}" for at in range(many)],
        "lot": [f"{1 + at % 5}" if at % 4 else None for at in range(many)],
        "content": [contents[at % 5] for at in range(many)],
    }
    fast, slow = (evaluated(policy, offers, "400 t", engine).to_json() for engine in ("fast", "reference"))
    assert fast == slow


def test_a_content_of_all_changes_nothing(policy: vr.Policy) -> None:
    offers: dict[str, list[Any]] = {
        "mineral": ["vanadium"] * 3, "form": ["metal"] * 3, "price": ["10", "10.5", "11"], "quantity": ["1 t"] * 3,
    }  # fmt: skip
    bare = evaluated(policy, offers, "2.5 t").rows
    said = evaluated(policy, offers | {"content": ["1", "100%", None]}, "2.5 t").rows
    assert bare.awards == said.awards and bare.totals == said.totals
