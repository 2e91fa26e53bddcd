"""Results as JSON, schema `vault-rules/tests/1`. Field names and their order are a promise."""

from __future__ import annotations

from typing import Any

from vault_rules.report.as_json import dump
from vault_rules.report.traces import trace_fields
from vault_rules.source.place import place_of
from vault_rules.source.render_json import as_dict
from vault_rules.trials.results import Failure, FileResult, LawResult, Ran, TestResult

SCHEMA = "vault-rules/tests/1"
_Fields = dict[str, Any]


def results_to_json(ran: Ran) -> str:
    """The results, ending with a newline. Only the seconds differ between two runs of the same files."""
    return dump(results_fields(ran))


def results_fields(ran: Ran) -> _Fields:
    """The results as plain values."""
    failed, broken = (sum(not one.passed for one in group) for group in (ran.tests, ran.laws))
    return {
        "schema": SCHEMA,
        "passed": ran.passed,
        "totals": {
            "tests": len(ran.tests),
            "passed": len(ran.tests) - failed,
            "failed": failed,
            "laws": len(ran.laws),
            "broken": broken,
            "not_chosen": ran.left_out,
        },
        "seconds": rounded(ran.seconds),
        "files": [_file(one) for one in ran.files],
    }


def rounded(seconds: float) -> float:
    """A time in whole milliseconds."""
    return round(seconds, 3)


def _file(file: FileResult) -> _Fields:
    return {
        "file": file.file,
        "passed": file.passed,
        "diagnostics": [as_dict(one) for one in file.diagnostics if one.is_error],
        "tests": [_test(one) for one in file.tests],
        "laws": [_law(one) for one in file.laws],
        "hunted_seconds": rounded(file.hunted),
    }


def _test(test: TestResult) -> _Fields:
    return {
        "title": test.title,
        **place_of(test.span).as_dict(),
        "passed": test.passed,
        "seconds": rounded(test.seconds),
        "failures": [_failure(one) for one in test.failures],
    }


def _law(law: LawResult) -> _Fields:
    broken = law.broken
    return {
        "title": law.title,
        **place_of(law.span).as_dict(),
        "passed": law.passed,
        "examples": law.examples,
        "seed": law.seed,
        "untried": law.untried,
        "violations": []
        if broken is None
        else [{"message": said, **place_of(span).as_dict()} for span, said in broken.said],
        "book": None if broken is None else broken.number,
        "test": None if broken is None else broken.test,
        "kept": None if broken is None else broken.kept,
    }


def _failure(failure: Failure) -> _Fields:
    return {
        "message": failure.message,
        **place_of(failure.span).as_dict(),
        "engine": failure.engine,
        "expected": list(failure.expected),
        "actual": list(failure.actual),
        "why": [trace_fields(one) for one in failure.why],
    }
