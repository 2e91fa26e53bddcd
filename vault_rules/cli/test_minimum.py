"""`--min`: the least that what was measured of the tests must come to, whatever that is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from vault_rules.trials.coverage.minimum import Minimum

MUTATION = "mutation"


class _MinimumType(click.ParamType[Any]):
    """Read when it is used, so that `--help` is quick."""

    name = "minimum"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        from vault_rules.trials.coverage.minimum import Minimum, read_minimum

        if isinstance(value, Minimum):
            return value
        try:
            return read_minimum(value, (MUTATION,))
        except ValueError as wrong:
            self.fail(str(wrong), param, ctx)


OPTION = click.Option(
    ["--min", "minimums"],
    type=_MinimumType(),
    multiple=True,
    metavar="[KIND=]PERCENT",
    help="The least that must be covered, or noticed: 100%, boundaries=80%, mutation=90%.",
)


def of_coverage(minimums: Sequence[Minimum]) -> list[Minimum]:
    """Those that coverage is held to. Raises a usage error for one that it is not asked for."""
    return _split(minimums)[0]


def of_mutation(minimums: Sequence[Minimum]) -> list[Minimum]:
    """Those that the score of mutation is held to: without a kind only where nothing else is measured."""
    return _split(minimums)[1]


def _split(minimums: Sequence[Minimum]) -> tuple[list[Minimum], list[Minimum]]:
    asked = click.get_current_context().params
    covers, changes = asked.get("coverage_form") is not None, bool(asked.get("mutate"))
    found: tuple[list[Minimum], list[Minimum]] = ([], [])
    for one in minimums:
        is_of_changes = one.kind == MUTATION or (one.kind is None and changes and not covers)
        if is_of_changes and not changes:
            raise click.UsageError("Say --mutate, too.")
        if not is_of_changes and not covers:
            raise click.UsageError("Say --coverage text, json or html, too.")
        found[is_of_changes].append(one)
    return found
