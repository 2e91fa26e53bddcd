"""Laws tried on books: what is told of one that is broken, and of those that hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.policies import policy
from tests.support.trials import RESERVE, parsed_test
from vault_rules.api import load_policy
from vault_rules.errors import UsageError
from vault_rules.language import ast
from vault_rules.trials import blocks
from vault_rules.trials.books import hunting
from vault_rules.trials.draft import drafted, evaluate_draft
from vault_rules.trials.expects import MET, judge
from vault_rules.trials.hunts import Hunt, hunt_laws
from vault_rules.trials.laws import violations

LAWS = """
always "nobody sells more than a tenth" {
  for each trader: share <= 10%
}
always "what is awarded weighs something" {
  for each award: quantity > 0 kg
}
"""


def test_a_law_that_is_broken_has_its_book_as_a_test_that_is_green_and_one_that_holds_has_none() -> None:
    made = policy(RESERVE + LAWS)
    first, second = blocks.laws_of(made)
    broken, holds = hunt_laws(made, (first, second), Hunt(30, 1))
    assert (holds.passed, holds.examples, holds.broken) == (True, 30, None)
    assert not broken.passed and broken.broken is not None
    assert broken.examples == broken.broken.number <= 30
    assert broken.span.text == 'always "nobody sells more than a tenth"'
    span, said = broken.broken.said[0]
    assert span.text == "share <= 10%" and "against 10%" in said
    test = parsed_test(broken.broken.test)
    draft = drafted(test)
    assert violations(made, first, draft)
    plan = evaluate_draft(made, draft).rows
    expectations = [item for item in test.items if isinstance(item, ast.Expectation)]
    assert expectations and all(judge(item, plan) is MET for item in expectations)


def test_the_same_seed_finds_the_same_book_and_more_laws_change_nothing_for_one_that_is_broken() -> None:
    made = policy(RESERVE + LAWS)
    laws = blocks.laws_of(made)
    once, again = (hunt_laws(made, laws, Hunt(20, 3)) for _ in range(2))
    assert once == again


def test_a_policy_for_which_no_book_can_be_made_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*arguments: object, **more: object) -> None:
        raise UsageError("this policy never has a waterfall in force")

    monkeypatch.setattr(hunting, "hunt_all", none)
    made = policy(RESERVE + LAWS)
    results = hunt_laws(made, blocks.laws_of(made), Hunt(5))
    assert [(one.passed, one.untried) for one in results] == [(False, "this policy never has a waterfall in force")] * 2


def test_a_book_that_breaks_a_law_is_kept_and_tried_first_from_then_on(tmp_path: Path) -> None:
    file = tmp_path / "small.vault"
    file.write_text(RESERVE + LAWS, encoding="utf-8")
    made = load_policy(file)
    (law, _) = blocks.laws_of(made)
    (first,) = hunt_laws(made, [law], Hunt(30, 1, keep=True))
    assert first.broken is not None and first.broken.number > 0
    assert first.broken.kept == str(tmp_path / "small.counterexamples")
    (again,) = hunt_laws(made, [law], Hunt(30, 2, keep=True))
    assert again.broken is not None
    assert (again.broken.number, again.broken.kept) == (0, None)
    assert again.broken.test == first.broken.test
