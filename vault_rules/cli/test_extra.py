"""Something that `vault-rules test` does besides, and what it adds to the results."""

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
