"""What else `vault-rules test` can do with the tests that it ran: each such thing brings its options with it.

To add one: a light module beside this one with an `Extra`, which `EXTRAS` names. What it needs is imported when it is
asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from vault_rules.cli import test_coverage, test_mutate
from vault_rules.cli.test_extra import Added, Extra

if TYPE_CHECKING:
    from vault_rules.trials.results import Ran
    from vault_rules.trials.suites import Suite


EXTRAS: tuple[Extra, ...] = (test_coverage.EXTRA, test_mutate.EXTRA)


def options() -> list[click.Parameter]:
    """The options of all of them, in order; several may share one."""
    return list(dict.fromkeys(one for extra in EXTRAS for one in extra.options))


def added(suites: Sequence[Suite], ran: Ran, values: Mapping[str, Any]) -> dict[str, Added]:
    """What those add that are asked for, by name."""
    found: dict[str, Added] = {}
    for extra in EXTRAS:
        mine = {str(one.name): values[str(one.name)] for one in extra.options}
        more = extra.run(suites, ran, mine)
        if more is not None:
            found[extra.name] = more
    return found
