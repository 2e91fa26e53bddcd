"""`vault-rules test --coverage`: what of the policies their tests see decide."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vault_rules.cli import test_minimum
from vault_rules.cli.running import colour, write_text
from vault_rules.cli.test_extra import Added, Extra

if TYPE_CHECKING:
    from vault_rules.trials.coverage.measuring import Coverage
    from vault_rules.trials.coverage.minimum import Minimum
    from vault_rules.trials.results import Ran
    from vault_rules.trials.suites import Suite


OPTIONS = (
    click.Option(
        ["--coverage", "coverage_form"],
        type=click.Choice(["text", "json", "html"]),
        help="Say what of the policies the tests see decide.",
    ),
    click.Option(
        ["--coverage-output", "coverage_output"],
        type=click.Path(dir_okay=False, path_type=Path),
        help="Write the coverage to a file.",
    ),
    test_minimum.OPTION,
)


def run(suites: Sequence[Suite], ran: Ran, values: Mapping[str, Any]) -> Added | None:
    """Measure, tell, and hold to the minimums; None where that is not asked for, or no policy is without errors."""
    form, output = values["coverage_form"], values["coverage_output"]
    minimums = test_minimum.of_coverage(values["minimums"])
    if form is None:
        if output is not None:
            raise click.UsageError("Say --coverage text, json or html, too.")
        return None
    if output is None and form != "text":
        raise click.UsageError(f"--coverage {form} needs --coverage-output FILE.")
    measured = list(_measured(suites))
    if not measured:
        return None
    short = [(one, least) for one in measured for least in minimums if least.lacking(one)]
    fields = _fields(measured, minimums)
    if output is None:
        on_screen = click.get_current_context().params.get("output") is None
        said = [_text(one, on_screen and colour(sys.stdout)) for one in measured]
    else:
        write_text(output, _whole(measured, form))
        said = [_headline(one) for one in measured]
    said += ["".join(f"{least.said(one)}\n" for one, least in short)] if short else []
    return Added("\n".join(said), fields, not short)


def _measured(suites: Sequence[Suite]) -> Iterator[Coverage]:
    """The coverage of each policy by those of its tests that were chosen; one with errors has none."""
    from vault_rules.trials.blocks import tests_of
    from vault_rules.trials.coverage.measuring import measure
    from vault_rules.trials.draft import draft_of
    from vault_rules.trials.suites import policy_of

    for suite in suites:
        policy, _ = policy_of(suite.file)
        if policy is not None:
            tests = tests_of(policy)
            yield measure(policy, [draft_of(policy, tests[at]) for at in suite.chosen])


def _whole(measured: Sequence[Coverage], form: str) -> str:
    from vault_rules.trials.coverage import as_json, html

    if form == "json":
        return as_json.render(measured, "tests")
    if form == "html":
        return html.render(measured, [_by(one) for one in measured])
    return "\n".join(_text(one, False) for one in measured)


def _text(coverage: Coverage, lit: bool) -> str:
    from vault_rules.trials.coverage.text import render

    return render(coverage, _by(coverage), colour=lit)


def _headline(coverage: Coverage) -> str:
    return _text(coverage, False).splitlines(keepends=True)[-1]


def _by(coverage: Coverage) -> str:
    return f"{coverage.drafts:,} test{'' if coverage.drafts == 1 else 's'}"


def _fields(measured: Sequence[Coverage], minimums: Sequence[Minimum]) -> dict[str, Any]:
    from vault_rules.trials.coverage.as_json import fields

    return fields(measured, "tests", minimums)


EXTRA = Extra("coverage", OPTIONS, run)
