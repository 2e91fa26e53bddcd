"""The command line: one module a command, imported only when that command runs, so that `--help` is quick."""

from __future__ import annotations

import signal
import sys
from importlib import import_module
from typing import NoReturn

import click

from vault_rules import __version__

COMMANDS = {
    "check": "Find every mistake in a policy.",
    "fmt": "Bring a policy into the one layout.",
    "evaluate": "Evaluate a policy against a book: the plan.",
    "explain": "Explain a verdict, or a diagnostic code.",
    "config": "Check a vault.toml.",
    "plugins": "List the installed plugins, or begin a new one.",
    "demo": "Evaluate the shipped policy on the shipped book.",
}


class Commands(click.Group):
    """Commands that are imported when they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"vault_rules.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from vault_rules.domain.spelling import did_you_mean

            near = did_you_mean(args[0], list(COMMANDS))
            ctx.fail(f"There is no command '{args[0]}'." + (f" Did you mean '{near}'?" if near else ""))
        return super().resolve_command(ctx, args)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
@click.version_option(__version__, prog_name="vault-rules")
def cli() -> None:
    """Policies for strategic-stockpile sourcing: check them, evaluate them against
    order books, and explain every verdict.

    \b
    Exit codes:
      0  done, also where a request could not be filled
      1  the policy has errors
      2  the command was not understood, or a file is not there
      3  the book is bad; nothing was evaluated
      4  an adapter or a plugin failed
      5  a request could not be filled, under --fail-on-shortfall
    """


def main() -> NoReturn:
    """Run a command; every error of ours becomes a message and an exit code, never a traceback."""
    from vault_rules.cli.running import guarded

    for name in ("SIGTERM", "SIGHUP"):  # so that a half-written file is taken away
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda number, frame: sys.exit(128 + number))
    sys.exit(guarded(cli))
