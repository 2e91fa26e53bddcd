"""`vault-rules test --coverage`: what of the policies their tests see decide."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vault_rules.cli import test_minimum
from vault_rules.cli.running import colour, progress, write_text
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
        help="Say what of the policies is seen to decide.",
    ),
    click.Option(
        ["--coverage-output", "coverage_output"],
        type=click.Path(dir_okay=False, path_type=Path),
        help="Write the coverage to a file.",
    ),
    click.Option(
        ["--coverage-of", "coverage_of"],
        type=click.Choice(["tests", "laws", "both"]),
        default="tests",
        show_default=True,
        help="Whose books are looked at.",
    ),
    test_minimum.OPTION,
)


def run(suites: Sequence[Suite], ran: Ran, values: Mapping[str, Any]) -> Added | None:
    """Measure, tell, and hold to the minimums; None where that is not asked for, or no policy is without errors."""
    form, output = values["coverage_form"], values["coverage_output"]
    minimums = test_minimum.of_coverage(values["minimums"])
    of: str = values["coverage_of"]
    if form is None:
        if output is not None:
            raise click.UsageError("Say --coverage text, json or html, too.")
        return None
    if output is None and form != "text":
        raise click.UsageError(f"--coverage {form} needs --coverage-output FILE.")
    others = click.get_current_context().params
    hunt = others.get("examples"), others.get("seed") or 0
    with progress("measuring the coverage"):
        measured = list(_measured(suites, of, *hunt))
    if not measured:
        return None
    short = [(one, least) for one in measured for least in minimums if least.lacking(one)]
    fields = _fields(measured, of, minimums)
    if output is None:
        lit = others.get("output") is None and colour(sys.stdout)
        said = [_text(one, of, lit) for one in measured]
    else:
        write_text(output, _whole(measured, of, form))
        said = [_text(one, of, False).splitlines(keepends=True)[-1] for one in measured]
    said += ["".join(f"{least.said(one)}\n" for one, least in short)] if short else []
    return Added("\n".join(said), fields, not short)


def _measured(suites: Sequence[Suite], of: str, examples: int | None, seed: int) -> Iterator[Coverage]:
    """The coverage of each policy by those of its tests and laws that were chosen; one with errors has none."""
    from vault_rules.trials.blocks import laws_of, tests_of
    from vault_rules.trials.coverage.law_books import law_books
    from vault_rules.trials.coverage.measuring import measure
    from vault_rules.trials.draft import Draft, draft_of
    from vault_rules.trials.hunts import EXAMPLES
    from vault_rules.trials.suites import policy_of

    for suite in suites:
        policy, _ = policy_of(suite.file)
        if policy is None:
            continue
        drafts: list[Draft] = []
        if of != "laws":
            tests = tests_of(policy)
            drafts += [draft_of(policy, tests[at]) for at in suite.chosen]
        if of != "tests":
            laws = laws_of(policy)
            number = EXAMPLES if examples is None else examples
            drafts += law_books(policy, [laws[at] for at in suite.laws], number, seed)
        yield measure(policy, drafts)


def _whole(measured: Sequence[Coverage], of: str, form: str) -> str:
    from vault_rules.trials.coverage import as_json, html

    if form == "json":
        return as_json.render(measured, of)
    if form == "html":
        return html.render(measured, [_by(one, of) for one in measured])
    return "\n".join(_text(one, of, False) for one in measured)


def _text(coverage: Coverage, of: str, lit: bool) -> str:
    from vault_rules.trials.coverage.text import render

    return render(coverage, _by(coverage, of), colour=lit)


def _by(coverage: Coverage, of: str) -> str:
    """What it was measured by: `4 tests`, `200 books of its laws`, `204 books of its tests and laws`."""
    one = "" if coverage.drafts == 1 else "s"
    whose = {"tests": f"test{one}", "laws": f"book{one} of its laws", "both": f"book{one} of its tests and laws"}
    return f"{coverage.drafts:,} {whose[of]}"


def _fields(measured: Sequence[Coverage], of: str, minimums: Sequence[Minimum]) -> dict[str, Any]:
    from vault_rules.trials.coverage.as_json import fields

    return fields(measured, of, minimums)


EXTRA = Extra("coverage", OPTIONS, run)
