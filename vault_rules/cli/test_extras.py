"""What else `vault-rules test` can do with the tests that it ran: each such thing brings its options with it.

To add one: a light module beside this one with an `Extra`, which `EXTRAS` names. What it needs is imported when it is
asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs
import click

if TYPE_CHECKING:
    from vault_rules.trials.results import Ran
    from vault_rules.trials.suites import Suite


@attrs.frozen
class Added:
    """What an extra adds to the results: a text, the same as plain values for JSON, and whether all is well."""

    text: str
    fields: Mapping[str, Any]
    passed: bool = True


@attrs.frozen
class Extra:
    """`name` is its key in the JSON; `run` gives None where its options do not ask for it.

    It is given the suites that were run, what came of them, and the values of its options by their names.
    """

    name: str
    options: Sequence[click.Option]
    run: Callable[[Sequence[Suite], Ran, Mapping[str, Any]], Added | None]


EXTRAS: tuple[Extra, ...] = ()


def options() -> list[click.Parameter]:
    """The options of all of them, in order."""
    return [one for extra in EXTRAS for one in extra.options]


def added(suites: Sequence[Suite], ran: Ran, values: Mapping[str, Any]) -> dict[str, Added]:
    """What those add that are asked for, by name."""
    found: dict[str, Added] = {}
    for extra in EXTRAS:
        mine = {str(one.name): values[str(one.name)] for one in extra.options}
        more = extra.run(suites, ran, mine)
        if more is not None:
            found[extra.name] = more
    return found
