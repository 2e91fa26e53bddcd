"""Trying all changes, in one process or in several: what comes of it is the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from vault_rules.trials.blocks import tests_of
from vault_rules.trials.mutation import running
from vault_rules.trials.mutation.mutants import mutants
from vault_rules.trials.mutation.results import FATES, Mutation
from vault_rules.trials.suites import policy_of

GOLDEN = Path(__file__).parent / "golden" / "metals.vault"


def measured(jobs: int | None = 1, tell: running.Tell | None = None) -> Mutation:
    policy, _ = policy_of(str(GOLDEN))
    assert policy is not None
    return running.measure(str(GOLDEN), policy, range(len(tests_of(policy))), jobs=jobs, tell=tell)


def test_any_number_of_processes_gives_the_same() -> None:
    alone, three = measured(), measured(jobs=3)
    assert three.tried == alone.tried
    assert (three.tests, three.laws, three.drafts) == (alone.tests, alone.laws, alone.drafts) == (2, 1, 2)


def test_how_many_changes_are_tried_together_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    def outcomes() -> list[tuple[str, str]]:
        return [(mutant.said, fate.what) for mutant, fate in measured().tried]

    together = outcomes()
    monkeypatch.setattr(running, "TOGETHER", 1)
    assert outcomes() == together


def test_every_change_is_tried_once_in_order() -> None:
    found = measured()
    assert tuple(mutant for mutant, _ in found.tried) == mutants(found.policy)
    assert sum(len(found.of(what)) for what in FATES) == len(found.tried)


def test_it_tells_how_far_it_is() -> None:
    told: list[tuple[int, int]] = []
    found = measured(tell=lambda done, of: told.append((done, of)))
    whole = len(found.tried)
    assert told[-1] == (whole, whole)
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    assert len(told) > 5


def test_some_changes_are_worth_no_other_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "ProcessPoolExecutor", None)
    assert measured(jobs=None).tried
