"""Whatever the policy: its books have good cells, and are evaluated alike by both engines."""

from __future__ import annotations

import pytest

from tests.differential.cases import random_case
from tests.support.policies import policy
from vault_rules import api
from vault_rules.errors import EvaluationError, PolicyError, UsageError
from vault_rules.trials.books.choosing import Dice
from vault_rules.trials.books.making import Maker
from vault_rules.trials.draft import evaluate_draft

BOOKS = 4


def maker_of(seed: int) -> tuple[api.Policy, Maker] | None:
    """A policy from a seed; None for one that never has a waterfall, or whose header is not a policy's."""
    try:
        found = policy(random_case(seed).text)
        return found, Maker(found)
    except (PolicyError, UsageError):
        return None


def check(seeds: range) -> None:
    made = [one for seed in seeds if (one := maker_of(seed)) is not None]
    assert len(made) > len(seeds) * 3 // 4
    bought = stopped = 0
    for found, maker in made:
        for number in range(BOOKS):
            draft = maker.make(Dice(0, number))
            try:
                slow, fast = (evaluate_draft(found, draft, engine) for engine in ("reference", "fast"))
            except EvaluationError:  # an exception may waive the only waterfall that there is
                stopped += 1
                continue
            assert slow.to_json() == fast.to_json()
            bought += bool(slow.rows.awards)
    assert bought > len(made) * BOOKS // 4
    assert stopped <= len(made) * BOOKS // 20


def test_generated_policies_have_good_books() -> None:
    check(range(12))


@pytest.mark.slow
def test_many_generated_policies_have_good_books() -> None:
    check(range(100, 500))
