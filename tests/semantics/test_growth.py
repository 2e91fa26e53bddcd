"""A policy twice as long takes twice the work to check: calls are counted, since clocks are noisy."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.policies_of_size import policy_text
from tests.support.shapes import SHAPES, shape
from tests.support.work import calls
from vault_rules.api import check_policy

NAMES_ARE_GUESSED = {"unknown_names"}
"""Where each name that nothing has is compared with all that there are, to say what was meant."""


def work(path: Path, text: str) -> int:
    path.write_text(text, encoding="utf-8")
    check_policy(path)  # what is worked out once, however many policies there are
    return calls(lambda: check_policy(path))


@pytest.mark.parametrize("name", sorted(SHAPES.keys() - NAMES_ARE_GUESSED))
def test_twice_the_statements_are_twice_the_work_to_check(name: str, tmp_path: Path) -> None:
    path = tmp_path / "p.vault"
    nothing = work(path, shape(name, 1))
    once, twice = work(path, shape(name, 60)) - nothing, work(path, shape(name, 120)) - nothing
    assert twice <= 2.3 * once


def test_twice_the_rules_of_a_real_policy_are_twice_the_work_to_check(tmp_path: Path) -> None:
    path = tmp_path / "p.vault"
    assert work(path, policy_text(400)) <= 2.2 * work(path, policy_text(200))


def test_a_long_chain_of_exceptions_is_checked_with_no_more_work_than_it_has_pairs(tmp_path: Path) -> None:
    """Once it took the cube of its length: a minute for 250."""
    path = tmp_path / "p.vault"
    assert work(path, shape("chain_of_exceptions", 250)) < 250 * 250 * 8


@pytest.mark.parametrize("rules", [1, 50, 400])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_policies_for_benchmarks_have_no_errors(rules: int, seed: int, tmp_path: Path) -> None:
    path = tmp_path / "p.vault"
    path.write_text(policy_text(rules, seed), encoding="utf-8")
    policy, diagnostics = check_policy(path)
    assert policy is not None, diagnostics[0]
    assert policy_text(rules, seed) == path.read_text(encoding="utf-8")
