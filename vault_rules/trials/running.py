"""Running tests: each on both engines, which must agree to the last byte of the plan."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Sequence
from time import perf_counter

import attrs

from vault_rules import api
from vault_rules.domain.trace import Trace
from vault_rules.errors import BookError, EvaluationError, PolicyError, UsageError, VaultRulesError
from vault_rules.language import ast
from vault_rules.language.format_blocks import expectation_text
from vault_rules.trials.draft import Draft, draft_of, evaluate_draft
from vault_rules.trials.expects import MET, Judged, Unmet, few, judge
from vault_rules.trials.places import heading
from vault_rules.trials.results import Failure, TestResult

ENGINES = ("reference", "fast")
MOST_EXPLAINED = 3
"""More offers than this are not explained under one expectation: the first ones say why."""
_MOST_CELLS = 5


@attrs.frozen
class Outcome:
    """What came of a draft on one engine: a plan, or why there is none."""

    plan: api.Plan | None
    error: VaultRulesError | None = None

    @property
    def code(self) -> str | None:
        """The code that the evaluation stopped with."""
        return self.error.diagnostic.code if isinstance(self.error, EvaluationError) else None


def outcome_of(policy: api.Policy, draft: Draft, engine: str) -> Outcome:
    """Evaluate a draft; what stops it is part of the outcome."""
    try:
        return Outcome(evaluate_draft(policy, draft, engine))
    except (EvaluationError, BookError, PolicyError, UsageError) as error:
        return Outcome(None, error)


def run_test(policy: api.Policy, test: ast.Test, clock: Callable[[], float] = perf_counter) -> TestResult:
    """Run a test of this policy on both engines. `clock` gives seconds, for how long it took."""
    began = clock()
    failures = tuple(_failures(policy, test))
    return TestResult(test.title, heading(test), failures, clock() - began)


run_test.__test__ = False  # type: ignore[attr-defined]  # pytest's own begin with the same word


def _failures(policy: api.Policy, test: ast.Test) -> Iterator[Failure]:
    draft = draft_of(policy, test)
    outcomes = {engine: outcome_of(policy, draft, engine) for engine in ENGINES}
    expectations = [one for one in test.items if isinstance(one, ast.Expectation)]
    if not expectations:
        message = "it expects nothing: a test says what the plan must hold"
        yield Failure(message, (), (), (), heading(test))
    for item in expectations:
        judged = {engine: judge_outcome(item, outcome) for engine, outcome in outcomes.items()}
        yield from _unmet(item, judged, outcomes)
    yield from _disagreement(test, outcomes)


def judge_outcome(item: ast.Expectation, outcome: Outcome) -> Judged:
    """Whether what came of a draft is as expected: a plan, or an error."""
    if outcome.plan is not None:
        return judge(item, outcome.plan.rows)
    if item.kind == "error" and outcome.code == item.code:
        return MET
    assert outcome.error is not None
    return Unmet(few(said(outcome.error)))


def said(error: VaultRulesError) -> list[str]:
    """Why there is no plan, in lines."""
    if isinstance(error, EvaluationError):
        one = error.diagnostic
        return [f"error {one.code}: {one.message} ({one.span.source.name}:{one.span.line}:{one.span.column})"]
    if isinstance(error, PolicyError):
        return [f"error {one.code}: {one.message}" for one in error.diagnostics]
    if isinstance(error, BookError):
        return [f"the book is bad: {cell}" for cell in error.bad_cells[:_MOST_CELLS]]
    return str(error).split("\n")


def _unmet(item: ast.Expectation, judged: dict[str, Judged], outcomes: dict[str, Outcome]) -> Iterator[Failure]:
    """One failure where both engines say the same; else one for each that fails."""
    found = {engine: one for engine, one in judged.items() if isinstance(one, Unmet)}
    together = len(found) == len(ENGINES) and len({one.actual for one in found.values()}) == 1
    for engine, one in list(found.items())[: 1 if together else None]:
        plan = outcomes[engine].plan
        why = () if plan is None else _explained(plan, one.about, placed=item.kind in _ABOUT_PLACES)
        text = expectation_text(item)
        only = None if together else engine
        yield Failure("this is not so", (text,), one.actual, why, item.span, only)


_ABOUT_PLACES = ("place", "unplaced", "no_unplaced")


def _explained(plan: api.Plan, about: Sequence[tuple[str, str | None]], placed: bool) -> tuple[Trace, ...]:
    """Why it went so for each offer; where it is stored only if that is asked about, and then nothing else.

    An offer that the book does not have has no reasons.
    """
    found: list[Trace] = []
    for offer, request in dict.fromkeys(about):
        if len(found) < MOST_EXPLAINED:
            known = request if request is not None and plan.has_request(request) else None
            try:
                trace = api.explain(plan, offer, known)
            except UsageError:
                continue
            entries = tuple(one for one in trace.entries if (one.stage == "placement") == placed)
            found.append(attrs.evolve(trace, entries=entries))
    return tuple(found)


def _disagreement(test: ast.Test, outcomes: dict[str, Outcome]) -> Iterator[Failure]:
    slow, fast = (_text(outcomes[engine]) for engine in ENGINES)
    if slow == fast:
        return
    lines = list(difflib.unified_diff(slow, fast, lineterm="", n=0))[2:]
    left = [line[1:].strip() for line in lines if line.startswith("-")]
    right = [line[1:].strip() for line in lines if line.startswith("+")]
    message = "the two engines do not give the same plan, which is a fault of vault-rules: please report it"
    yield Failure(message, few(left), few(right), (), heading(test))


def _text(outcome: Outcome) -> list[str]:
    if outcome.plan is not None:
        return outcome.plan.to_json().splitlines()
    assert outcome.error is not None
    return said(outcome.error)
