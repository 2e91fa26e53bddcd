"""Tests run on both engines: what fails, on which of them, and what explains it."""

from __future__ import annotations

from datetime import date
from itertools import count

import attrs
import pytest

from tests.support.trials import TABLES, reserve
from vault_rules import api
from vault_rules.trials import blocks, running
from vault_rules.trials.draft import Draft, evaluate_draft
from vault_rules.trials.results import TestResult


def ran(*expectations: str, tables: str = TABLES, more: str = "") -> TestResult:
    policy = reserve(*expectations, tables=tables, more=more)
    (test,) = blocks.tests_of(policy)
    return running.run_test(policy, test)


def test_a_test_whose_expectations_are_met_passes() -> None:
    result = ran("award 3 t from a to r1", "reject c because share:last", "total awarded 9 t")
    assert result.passed
    assert (result.title, result.span.text) == ("t", 'test "t"')


def test_a_failure_has_both_sides_its_place_and_the_clause_with_its_values() -> None:
    (failure,) = ran('award 5 t from "d 4" to r2').failures
    assert failure.expected == ('award 5 t from "d 4" to r2',)
    assert failure.actual == ('no award from "d 4" to r2', "award 1 t from b to r2")
    assert failure.span.text == 'expect award 5 t from "d 4" to r2'
    assert failure.engine is None
    (trace,) = failure.why
    (premium,) = [one for one in trace.entries if one.code == "premium:1"]
    assert (trace.offer, premium.actual, premium.limit, premium.flip_price) == ("d 4", "16.666666666666%", "15%", 34.5)
    assert premium.rule is not None and premium.rule.line > 1


def test_every_expectation_that_is_not_met_is_a_failure() -> None:
    assert len(ran("award 1 t from a", "no shortfall", "total cost 1 USD", "no award from c").failures) == 3


def test_few_offers_explain_an_expectation() -> None:
    (failure,) = ran("no shortfall").failures
    assert [one.offer for one in failure.why] == ["c", "d 4", "dear"][: running.MOST_EXPLAINED]


def test_where_something_is_stored_is_explained_by_its_placements_alone() -> None:
    (failure,) = ran("place 1 t from a in nola").failures
    assert [entry.stage for trace in failure.why for entry in trace.entries] == ["placement"]
    (failure,) = ran("award 1 t from a").failures
    assert "placement" not in [entry.stage for trace in failure.why for entry in trace.entries]


def test_a_test_that_expects_nothing_fails() -> None:
    (failure,) = ran().failures
    assert "expects nothing" in failure.message


def test_an_evaluation_that_stops_with_the_expected_code_passes() -> None:
    assert ran("error V0501", tables=TABLES.replace("2027-08-01", "2026-01-01")).passed


def test_an_evaluation_that_stops_otherwise_says_with_what_and_where() -> None:
    early = TABLES.replace("2027-08-01", "2026-01-01")
    for expected in ("error V0502", "award 3 t from a"):
        (failure,) = ran(expected, tables=early).failures
        assert failure.actual[0].startswith("error V0501: ")
        assert "p.vault:" in failure.actual[0]


def test_a_cell_that_only_the_policy_shows_to_be_bad_is_told() -> None:
    (failure,) = ran("award 3 t", tables=TABLES.replace("30 USD/kg", "30 EUR/kg")).failures
    assert failure.actual[0].startswith("the book is bad: the test's `offers`, row 3")


def test_a_parameter_that_the_checks_refuse_is_told() -> None:
    outcome = running.outcome_of(reserve("award 3 t"), Draft(date(2027, 8, 1), {"most": "5 kg"}), "fast")
    assert (outcome.plan, outcome.code) == (None, None)
    assert outcome.error is not None and "error V0204" in running.said(outcome.error)[0]


def test_a_parameter_that_there_is_not_is_told() -> None:
    outcome = running.outcome_of(reserve("award 3 t"), Draft(date(2027, 8, 1), {"mist": "5%"}), "fast")
    assert outcome.error is not None and "did you mean `most`?" in running.said(outcome.error)[0]


def other_plan(policy: api.Policy, draft: Draft, engine: str) -> api.Plan:
    """The fast engine that a wrong change would make: it forgets the first award."""
    plan = evaluate_draft(policy, draft, "reference")
    if engine == "fast":
        rows = attrs.evolve(plan.rows, awards=plan.rows.awards[1:])
        return api.Plan(attrs.evolve(plan._evaluated, plan=rows))
    return plan


def test_a_test_that_fails_on_one_engine_only_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "evaluate_draft", other_plan)
    failure, differ = ran("award 3 t from a to r1").failures
    assert failure.engine == "fast"
    assert failure.actual == ("no award from a to r1", "award 5 t from b to r1")
    assert "the two engines do not give the same plan" in differ.message
    assert any('"offer": "a"' in line for line in differ.expected)


def test_engines_that_differ_where_no_expectation_looks_fail_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "evaluate_draft", other_plan)
    (differ,) = ran("shortfall 2 t for r1").failures
    assert "the two engines do not give the same plan" in differ.message


def test_how_long_a_test_takes_is_told_by_the_clock() -> None:
    ticks = count(10)
    policy = reserve("award 3 t from a")
    result = running.run_test(policy, blocks.tests_of(policy)[0], clock=lambda: float(next(ticks)))
    assert result.seconds == 1.0
