"""`vault-rules test --mutate`: which changes of the policies their tests and laws would notice."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from time import monotonic
from typing import TYPE_CHECKING, Any

import click

from vault_rules.cli import test_minimum
from vault_rules.cli.running import colour
from vault_rules.cli.test_extra import Added, Extra

if TYPE_CHECKING:
    from vault_rules.trials.mutation.results import Mutation
    from vault_rules.trials.results import Ran
    from vault_rules.trials.suites import Suite

OPTIONS = (
    click.Option(
        ["--mutate"],
        is_flag=True,
        help="Change the policies, one small thing at a time, and say which changes no test and no law notices.",
    ),
    test_minimum.OPTION,
)
_EVERY_SECONDS = 5


def run(suites: Sequence[Suite], ran: Ran, values: Mapping[str, Any]) -> Added | None:
    """Try the changes, tell, and hold to the minimum; None where that is not asked for, or every policy has errors."""
    least = test_minimum.of_mutation(values["minimums"])
    if not values["mutate"]:
        return None
    from vault_rules.trials.mutation.as_json import fields
    from vault_rules.trials.mutation.minimum import lacking
    from vault_rules.trials.mutation.text import render

    asked = click.get_current_context().params
    tried = list(_tried(suites, asked))
    if not tried:
        return None
    lit = asked.get("output") is None and colour(sys.stdout)
    short = [said for one in tried for minimum in least if (said := lacking(one, minimum.ratio)) is not None]
    texts = [*(render(one, colour=lit) for one in tried), *(["".join(f"{line}\n" for line in short)] if short else [])]
    return Added("\n".join(texts), fields(tried, [one.ratio for one in least]), not short)


def _tried(suites: Sequence[Suite], asked: Mapping[str, Any]) -> Iterator[Mutation]:
    """What became of the changes of each policy; one with errors has none."""
    from vault_rules.trials.hunts import EXAMPLES, Hunt
    from vault_rules.trials.mutation.running import measure
    from vault_rules.trials.suites import policy_of

    examples = asked.get("examples")
    hunt = Hunt(EXAMPLES if examples is None else examples, asked.get("seed") or 0)
    for suite in suites:
        policy, _ = policy_of(suite.file)
        if policy is not None:
            yield measure(suite, policy, hunt, jobs=asked.get("jobs"), tell=_Progress(suite.file))


class _Progress:
    """Says on stderr how far it is, now and then, once it takes longer than a second."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.next = monotonic() + 1

    def __call__(self, done: int, of: int) -> None:
        if monotonic() >= self.next and done < of:
            click.echo(f"{self.file}: {done:,} of {of:,} changes tried …", err=True)
            self.next = monotonic() + _EVERY_SECONDS


EXTRA = Extra("mutation", OPTIONS, run)
