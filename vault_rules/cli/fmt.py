"""`vault-rules fmt`: the one layout, comments kept."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path

import click

from vault_rules.cli.running import DONE, POLICY_ERROR, in_one_breath, write_text


@click.command("fmt")
@click.argument("policies", metavar="POLICY...", nargs=-1, required=True, type=click.Path())
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit with 1 where a file would change.")
@click.option("--diff", is_flag=True, help="Write nothing; print what would change.")
def command(policies: tuple[str, ...], only_check: bool, diff: bool) -> int:
    """Bring policies into the one layout, in place; `-` reads stdin and writes stdout.

    A policy that cannot be read is left as it is (exit code 1).
    """
    from vault_rules.api import format_file, format_text

    if only_check and diff:
        raise click.UsageError("Say --check or --diff, not both.")
    would_change = 0
    for path in dict.fromkeys(policies):
        with in_one_breath():
            before, after = format_text(sys.stdin.read()) if path == "-" else format_file(path)
        would_change += before != after
        if diff:
            _print_difference(path, before, after)
        elif only_check:
            if before != after:
                click.echo(f"{path} would change")
        elif path == "-":
            click.echo(after, nl=False)
        elif before != after:
            write_text(Path(path), after)
            click.echo(f"{path} formatted", err=True)
    return POLICY_ERROR if only_check and would_change else DONE


def _print_difference(path: str, before: str, after: str) -> None:
    lines = difflib.unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), path, path)
    for line in lines:
        click.echo(line if line.endswith("\n") else line + "\n\\ No newline at end of file\n", nl=False)
