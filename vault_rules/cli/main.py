"""The command line: one module a command, imported only when that command runs, so that `--help` is quick."""

from __future__ import annotations

import gc
import signal
import sys
from typing import NoReturn

import click

from vault_rules import __version__
from vault_rules.cli.groups import LazyGroup

COMMANDS = {
    "new": "Write a policy to begin with, from a shipped pack.",
    "check": "Find every mistake in a policy.",
    "fmt": "Bring a policy into the one layout.",
    "evaluate": "Evaluate a policy against a book: the plan.",
    "explain": "Explain a verdict, or a diagnostic code.",
    "test": "Run the tests and laws of policies.",
    "execute": "Carry a plan out: reserve, store, confirm, record.",
    "ledger": "What was bought: entries, award sheets, verification.",
    "config": "Check a vault.toml.",
    "plugins": "List the installed plugins, or begin a new one.",
    "demo": "Evaluate the shipped policy on the shipped book.",
}


@click.group(
    cls=LazyGroup,
    commands_of="vault_rules.cli",
    table=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)
@click.version_option(__version__, prog_name="vault-rules")
def cli() -> None:
    """Policies for strategic-stockpile sourcing: check them, evaluate them against
    order books, and explain every verdict.

    \b
    Exit codes:
      0  done, also where a request could not be filled
      1  the policy has errors, or a test failed
      2  the command was not understood, or a file is not there
      3  the book is bad; nothing was evaluated
      4  an adapter, a plugin or the ledger failed
      5  a request could not be filled, under --fail-on-shortfall
    """


def main() -> NoReturn:
    """Run a command; every error of ours becomes a message and an exit code, never a traceback."""
    from vault_rules.cli.running import guarded

    gc.set_threshold(50_000, 20, 20)  # little of what is made here is ever thrown away: look for it seldom
    for name in ("SIGTERM", "SIGHUP"):  # so that a half-written file is taken away
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda number, frame: sys.exit(128 + number))
    code = guarded(cli)
    gc.freeze()  # the process ends: to look once more for what could be thrown away is of no use
    sys.exit(code)
