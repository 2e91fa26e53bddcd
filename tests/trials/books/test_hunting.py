"""The hunt finds what is wrong with each wrong policy, and nothing with the right ones."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from tests.trials.books.wrong_policies import LIMIT, NAMES, PAGE, needed, right, table, wrong
from vault_rules import api
from vault_rules.trials.books.hunting import Hunted, hunt, hunt_all
from vault_rules.trials.draft import evaluate_draft
from vault_rules.trials.laws import violations


@cache
def hunted(policy: api.Policy, seed: int = 0, examples: int = LIMIT) -> Hunted:
    (law,) = policy.typed.laws
    return hunt(policy, law, examples=examples, seed=seed)


def test_there_are_enough_wrong_policies_each_with_its_right_one() -> None:
    assert len(NAMES) >= 20
    folder = Path(__file__).parent
    assert {one.stem for one in (folder / "right").glob("*.vault")} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_wrong_is_found_and_made_small(name: str) -> None:
    policy = wrong(name)
    found = hunted(policy)
    assert found.counterexample is not None
    assert found.violations == violations(policy, found.law, found.counterexample)
    assert found.violations
    assert found.needed is not None
    assert 1 <= found.needed == found.examples <= LIMIT
    assert sum(len(table.rows) for table in found.counterexample.tables.values()) <= 4
    for engine in ("fast", "reference"):
        evaluate_draft(policy, found.counterexample, engine)


@pytest.mark.parametrize("name", NAMES)
def test_the_book_that_shows_it_shows_nothing_of_the_right_policy(name: str) -> None:
    found = hunted(wrong(name))
    policy = right(name)
    assert found.counterexample is not None
    assert violations(policy, policy.typed.laws[0], found.counterexample) == ()


def test_the_same_seed_finds_the_same_book() -> None:
    policy = wrong("a_decoy")
    again = hunt(policy, policy.typed.laws[0], examples=LIMIT, seed=0)
    assert again == hunted(policy)
    assert again.needed != hunted(policy, seed=1).needed


def test_laws_hunted_for_together_find_what_each_finds_alone() -> None:
    policy = wrong("a_decoy")
    (law,) = policy.typed.laws
    assert hunt_all(policy, (law, law), examples=LIMIT) == (hunted(policy),) * 2


def test_a_book_kept_from_before_is_tried_first() -> None:
    policy = wrong("a_decoy")
    before = hunted(policy)
    assert before.counterexample is not None
    (again,) = hunt_all(policy, policy.typed.laws, examples=LIMIT, seed=99, kept=[before.counterexample])
    assert (again.needed, again.examples, again.counterexample) == (0, 0, before.counterexample)


def test_a_kept_book_that_no_longer_fits_the_policy_is_passed_over() -> None:
    strange = hunted(wrong("one_row_of_a_table")).counterexample
    assert strange is not None
    policy = right("a_decoy")
    (found,) = hunt_all(policy, policy.typed.laws, examples=3, kept=[strange])
    assert found.holds
    assert found.examples == 3


def test_few_examples_are_few() -> None:
    found = hunted(right("a_decoy"), examples=7)
    assert (found.holds, found.examples, found.needed, found.violations) == (True, 7, None, ())


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 105))
@pytest.mark.parametrize("name", NAMES)
def test_what_is_wrong_is_found_from_any_seed(name: str, seed: int) -> None:
    found = needed(name, seed)
    assert found is not None
    assert found <= LIMIT


@pytest.mark.slow
def test_the_table_of_the_page_is_what_comes_out() -> None:
    assert table() in PAGE.read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_found_wrong_with_what_is_right(name: str) -> None:
    assert hunted(right(name)).holds


@pytest.mark.slow
def test_a_thousand_books_for_the_shipped_policy_take_well_under_a_minute() -> None:
    from time import process_time

    from vault_rules.resources import shipped_policy

    file = shipped_policy("project_vault.vault")
    assert file is not None
    policy = api.load_policy(file)
    began = process_time()
    assert all(one.holds for one in hunt_all(policy, policy.typed.laws, examples=LIMIT))
    assert process_time() - began < 45
