"""Trying all changes, in one process or in several: what comes of it is the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.coverage import tried
from tests.support.policies import HEADER
from vault_rules.trials.blocks import tests_of
from vault_rules.trials.draft import draft_of
from vault_rules.trials.hunts import Hunt
from vault_rules.trials.mutation import running
from vault_rules.trials.mutation.corpus import corpus
from vault_rules.trials.mutation.mutants import mutants
from vault_rules.trials.mutation.results import FATES, KILLED, SURVIVED, Fate, Mutation
from vault_rules.trials.suites import Suite, policy_of

POLICY = (
    HEADER
    + """
mineral cobalt
waterfall w { take all }
let most = 10 USD/kg
require cheap: price <= most or form = "metal"
always "never dear" { for each award: price <= 10 USD/kg or form = "metal" }
"""
)
TEST = tried("2027-08-01", "a x cobalt US 10 100kg").replace("} }\n", "}\nexpect award 100 kg\n}\n")


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    file = tmp_path / "p.vault"
    file.write_text(POLICY + TEST, encoding="utf-8")
    return Suite(str(file), (0,), (0,))


def measured(suite: Suite, jobs: int | None = 1, tell: running.Tell | None = None) -> Mutation:
    policy, _ = policy_of(suite.file)
    assert policy is not None
    return running.measure(suite, policy, Hunt(8), jobs=jobs, tell=tell)


def outcomes(mutation: Mutation) -> list[tuple[str, Fate]]:
    return [(mutant.said, fate) for mutant, fate in mutation.tried]


def test_any_number_of_processes_gives_the_same(suite: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "TOGETHER", 5)
    alone, two = measured(suite), measured(suite, jobs=2)
    assert outcomes(two) == outcomes(alone)
    assert (two.tests, two.laws, two.drafts) == (alone.tests, alone.laws, alone.drafts)
    assert {fate.what for _, fate in alone.tried} >= {KILLED, SURVIVED}


def test_what_becomes_of_a_change_does_not_depend_on_what_is_tried_before(
    suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = [(said, fate.what) for said, fate in outcomes(measured(suite))]
    monkeypatch.setattr(running, "TOGETHER", 1)
    assert [(said, fate.what) for said, fate in outcomes(measured(suite))] == together


def test_laws_are_asked_about_the_books_of_tests_and_books_made_for_them(suite: Suite) -> None:
    policy, _ = policy_of(suite.file)
    assert policy is not None
    books = list(corpus(policy, (0,), [draft_of(policy, one) for one in tests_of(policy)], 8, 0))
    assert books[0] == draft_of(policy, tests_of(policy)[0]) and 1 < len(books) <= 9
    assert list(corpus(policy, (0,), (), 8, 0)) == list(corpus(policy, (0,), (), 8, 0))
    assert list(corpus(policy, (), books, 8, 0)) == []


def test_books_that_broke_a_law_before_are_asked_too(suite: Suite) -> None:
    kept = Path(suite.file).with_suffix(".counterexamples")
    kept.write_text(TEST.replace("| US | 10 |", "| US | 3 |").replace("expect award 100 kg\n", ""), encoding="utf-8")
    policy, _ = policy_of(suite.file)
    assert policy is not None
    (book,) = corpus(policy, (0,), (), 0, 0)
    assert "3" in book.tables["offers"].rows[0]


def test_without_examples_no_law_is_asked(suite: Suite) -> None:
    policy, _ = policy_of(suite.file)
    assert policy is not None
    found = running.measure(suite, policy, Hunt(0), jobs=1)
    assert (found.laws, found.drafts) == (0, 0)


def test_every_change_is_tried_once_in_order(suite: Suite) -> None:
    found = measured(suite)
    assert tuple(mutant for mutant, _ in found.tried) == mutants(found.policy)
    assert sum(len(found.of(what)) for what in FATES) == len(found.tried)


def test_it_tells_how_far_it_is(suite: Suite) -> None:
    told: list[tuple[int, int]] = []
    whole = len(measured(suite, tell=lambda done, of: told.append((done, of))).tried)
    assert told[-1] == (whole, whole)
    assert len(told) == len({done for done, _ in told}) == 3
    assert told == sorted(told)


def test_a_few_changes_are_worth_no_other_process(suite: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "ProcessPoolExecutor", None)
    assert measured(suite, jobs=None).tried
