"""`vault-rules check`: parse, resolve, type, lint."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from vault_rules.cli.running import DONE, POLICY_ERROR, colour, emit, in_one_breath


@click.command("check")
@click.argument("policies", metavar="POLICY...", nargs=-1, required=True, type=click.Path())
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "github", "sarif"]), default="text", show_default=True
)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to a file instead of stdout.")
def command(policies: tuple[str, ...], form: str, output: Path | None) -> int:
    """Find every mistake in one or more policies.

    Warnings do not make a policy unusable; errors do (exit code 1).
    """
    from vault_rules.api import check_policy
    from vault_rules.source.diagnostic import Diagnostic, has_errors
    from vault_rules.source.render import render

    found: list[Diagnostic] = []
    for path in dict.fromkeys(policies):
        with in_one_breath():
            found.extend(check_policy(path)[1])
    if form == "text" and not found:
        count = len(set(policies))
        emit(f"{count} polic{'y' if count == 1 else 'ies'} checked, no mistakes\n", output)
        return DONE
    emit(render(tuple(found), form, colour=output is None and colour(sys.stdout)), output)
    return POLICY_ERROR if has_errors(found) else DONE
