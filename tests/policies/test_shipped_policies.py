"""The shipped policies check without a word, are laid out, and cite every figure that is published."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from vault_rules import api

POLICIES = Path(__file__).resolve().parents[2] / "policies"
FILES = sorted(POLICIES.rglob("*.vault"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_shipped_policy_checks_without_a_word_and_is_laid_out(file: Path) -> None:
    assert api.check_policy(file)[1] == ()
    before, after = api.format_file(file)
    assert before == after


def test_the_flagship_evaluates_the_shipped_book_in_each_regime() -> None:
    policy = api.load_policy(POLICIES / "project_vault.vault")
    book = api.read_book(POLICIES / "books" / "vault_2026")
    plan = api.evaluate(policy, book, date(2027, 8, 1))
    assert {award.waterfall for award in plan.rows.awards} == {"replenishment"}
    assert {award.tier for award in plan.rows.awards} == {"domestic", "allied", "other"}
    assert plan.rows.shortfalls
    assert plan.rows.placements
    later = api.evaluate(policy, book, date(2027, 8, 1), parameters={"domestic_cap": "40%"})
    domestic = [sum(a.quantity for a in one.rows.awards if a.tier == "domestic") for one in (plan, later)]
    assert domestic[0] < domestic[1]


def test_parameters_of_the_flagship_are_named_at_the_top_and_may_all_be_set() -> None:
    policy = api.load_policy(POLICIES / "project_vault.vault")
    assert {"domestic_cap", "allied_cap", "last_resort_max"} <= set(policy.parameters)
