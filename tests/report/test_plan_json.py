"""The JSON is a promise: names, order, plain decimals."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import attrs
import pytest

from vault_rules.domain.plan import Plan
from vault_rules.errors import UsageError
from vault_rules.report.as_json import plan_to_json


def read(text: str) -> dict[str, Any]:
    found = json.loads(text)
    assert isinstance(found, dict)
    return found


def test_the_fields_stand_in_the_promised_order(plan: Plan) -> None:
    found = read(plan_to_json(plan))
    assert list(found) == [
        "schema", "policy", "parameters", "book", "as_of", "currency", "awards", "rejections", "shortfalls",
        "placements", "unplaced", "findings", "totals", "warnings",
    ]  # fmt: skip
    assert list(found["awards"][0]) == [
        "request", "offer", "trader", "buyer", "mineral", "form", "origin", "processed_in", "melted_in", "delivery",
        "tier", "waterfall", "step", "step_label", "quantity_kg", "price_per_kg", "cost", "reference_per_kg", "premium",
        "exceptions", "rule",
    ]  # fmt: skip
    assert list(found["totals"]) == [
        "requested_kg", "awarded_kg", "shortfall_kg", "cost", "by_tier", "by_origin", "by_mineral", "by_trader", "caps",
        "awarded_before_kg",
    ]  # fmt: skip


def test_an_award_reads_as_the_page_shows_it(plan: Plan) -> None:
    assert read(plan_to_json(plan))["awards"][0] == {
        "request": "r1",
        "offer": "a",
        "trader": "glencore",
        "buyer": "gm",
        "mineral": "cobalt",
        "form": "cathode",
        "origin": "US",
        "processed_in": "US",
        "melted_in": None,
        "delivery": "2027-11-30",
        "tier": "domestic",
        "waterfall": "replenishment",
        "step": 1,
        "step_label": None,
        "quantity_kg": "10000",
        "price_per_kg": "34.5",
        "cost": "345000.00",
        "reference_per_kg": "30",
        "premium": "0.15",
        "exceptions": [],
        "rule": {"file": "project_vault.vault", "line": 33, "column": 3},
    }


def test_an_endless_price_is_cut_to_twelve_decimals_and_no_reference_is_null(plan: Plan) -> None:
    award = read(plan_to_json(plan))["awards"][1]
    assert award["price_per_kg"] == "22.046226218487"
    assert award["quantity_kg"] == "1234.567891"
    assert award["reference_per_kg"] is None and award["premium"] is None


def test_rejections_carry_every_reason_with_its_flip_price(plan: Plan) -> None:
    found = read(plan_to_json(plan))["rejections"]
    assert [one["offer"] for one in found] == ["b", "c", "d"]
    assert found[0]["request"] is None
    assert found[1]["reasons"][0] == {
        "code": "premium:1",
        "actual": "15.00001%",
        "limit": "15%",
        "flip_price_per_kg": "34.5",
        "rule": {"file": "project_vault.vault", "line": 33, "column": 3},
    }


def test_the_other_tables_read_as_the_page_shows_them(plan: Plan) -> None:
    found = read(plan_to_json(plan))
    assert found["shortfalls"][0]["because"] == ["cap:one_country", "premium:1", "share:last_resort"]
    assert found["placements"] == [
        {
            "request": "r1",
            "offer": "a",
            "facility": "hartree-nola",
            "store": "early",
            "quantity_kg": "9000",
            "cost_per_month": "108.00",
        },
        {
            "request": "r1",
            "offer": "a",
            "facility": "sparrows-point",
            "store": "early",
            "quantity_kg": "1000",
            "cost_per_month": None,
        },
    ]
    assert found["findings"][1] == {
        "rule": "eu_share", "kind": "target", "subject": "cobalt", "actual": "38%", "limit": "40%", "holds": False
    }  # fmt: skip
    assert found["totals"]["caps"][2] == {
        "rule": "one_country", "subject": "cobalt/AU", "used": "64.999999999999%", "limit": "65%", "of_purchased": "10%"
    }  # fmt: skip


def test_names_are_sorted_and_a_blank_origin_is_the_empty_text(plan: Plan) -> None:
    found = read(plan_to_json(plan))
    assert list(found["parameters"]) == ["domestic_cap", "last_resort_max"]
    assert list(found["totals"]["by_origin"].items()) == [("", "1234.567891"), ("US", "10000")]
    assert list(found["totals"]["by_tier"]) == ["domestic", "other"]


def test_the_summary_counts_codes_and_none_says_nothing(plan: Plan) -> None:
    found = read(plan_to_json(plan, rejections="summary"))
    assert found["rejections"] == []
    assert list(found["rejection_summary"].items()) == [
        ("cap:one_country", 1),
        ("not_needed", 1),
        ("premium:1", 1),
        ("require:fresh", 1),
    ]
    nothing = read(plan_to_json(plan, rejections="none"))
    assert nothing["rejections"] == [] and "rejection_summary" not in nothing


def test_one_request_keeps_only_what_concerns_it(plan: Plan) -> None:
    found = read(plan_to_json(plan, request="r1"))
    assert [one["offer"] for one in found["awards"]] == ["a"]
    assert [one["offer"] for one in found["rejections"]] == ["c"]
    assert found["shortfalls"] == [] and found["unplaced"] == []
    assert len(found["placements"]) == 2


def test_shown_columns_stand_in_the_award_only_where_the_policy_has_some(plan: Plan) -> None:
    shown = attrs.evolve(plan.awards[0], shown={"landed": "35.1 USD/kg", "risk": None})
    found = read(plan_to_json(attrs.evolve(plan, awards=(shown, plan.awards[1]))))
    assert found["awards"][0]["shown"] == {"landed": "35.1 USD/kg", "risk": None}
    assert "shown" not in found["awards"][1]


def test_the_text_is_indented_by_two_unescaped_and_ends_with_a_newline(plan: Plan) -> None:
    text = plan_to_json(attrs.evolve(plan, title=None, warnings=("Zürich …",)))
    assert text.startswith('{\n  "schema": "vault-rules/plan/1",\n') and text.endswith("}\n")
    assert "Zürich …" in text


def test_no_number_is_ever_in_exponent_notation(plan: Plan) -> None:
    tiny = attrs.evolve(plan.awards[0], quantity=Fraction(10**30), price=Fraction(1, 10**14))
    award = read(plan_to_json(attrs.evolve(plan, awards=(tiny,))))["awards"][0]
    assert award["quantity_kg"] == "1" + "0" * 30 and award["price_per_kg"] == "0.00000000000001"


def test_an_unknown_way_to_show_rejections_says_what_there_is(plan: Plan) -> None:
    with pytest.raises(UsageError, match="all, summary, none"):
        plan_to_json(plan, rejections="some")
