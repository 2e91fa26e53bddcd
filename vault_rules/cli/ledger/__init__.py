"""`vault-rules ledger`: what was done, by whom it was sold, and whether it stands as it was written."""

from __future__ import annotations

import click

from vault_rules.cli.groups import LazyGroup

LEDGER_COMMANDS = {
    "show": "The entries, oldest first.",
    "verify": "Find what was altered, removed, moved or put in.",
    "export": "Award sheets: for each trader its own.",
    "runs": "The runs, and how far each came.",
    "replay": "Make a run's plan again: the same bytes, or what differs.",
}


@click.group("ledger", cls=LazyGroup, commands_of="vault_rules.cli.ledger", table=LEDGER_COMMANDS)
def command() -> None:
    """The ledger of what was bought: append-only, each entry chained to the one before."""
