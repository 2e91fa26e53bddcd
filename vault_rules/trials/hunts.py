"""The laws of a policy, each tried on books that are made for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from vault_rules import api
from vault_rules.errors import UsageError
from vault_rules.semantics import typed
from vault_rules.trials.draft import evaluate_draft
from vault_rules.trials.expects import awards_of
from vault_rules.trials.places import heading
from vault_rules.trials.results import Broken, LawResult

if TYPE_CHECKING:
    from vault_rules.trials.books.hunting import Hunted

EXAMPLES = 200
"""So many books are tried unless more are asked for."""


def hunt_laws(policy: api.Policy, laws: Sequence[typed.Law], examples: int, seed: int) -> tuple[LawResult, ...]:
    """Try some laws of a policy on so many books; the same seed makes the same books."""
    from vault_rules.trials.books.hunting import hunt_all

    try:
        found = hunt_all(policy, laws, examples=examples, seed=seed)
    except UsageError as why:
        return tuple(LawResult(law.title, heading(law), 0, seed, untried=str(why)) for law in laws)
    return tuple(_result(policy, law, one) for law, one in zip(laws, found, strict=True))


def _result(policy: api.Policy, law: typed.Law, hunted: Hunted) -> LawResult:
    broken = None
    if hunted.counterexample is not None:
        said = tuple((one.span, str(one)) for one in hunted.violations)
        broken = Broken(hunted.needed or 0, said, as_test(policy, hunted))
    return LawResult(law.title, heading(law), hunted.examples, hunted.seed, broken)


def as_test(policy: api.Policy, hunted: Hunted) -> str:
    """The book that breaks a law as a test, which expects what is awarded there now."""
    assert hunted.counterexample is not None
    lines = awards_of(evaluate_draft(policy, hunted.counterexample).rows)
    return hunted.counterexample.as_test(f"{hunted.law.title}: a book that breaks it", lines or ["no award"])
