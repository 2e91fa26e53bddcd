"""`vault-rules ledger replay`: a run's plan made again."""

from __future__ import annotations

from pathlib import Path

import click

from vault_rules.cli.ledger.options import of_ledger, reading
from vault_rules.cli.running import ADAPTER, DONE, write_text


@click.command("replay")
@click.argument("run")
@of_ledger
@click.option("--snapshot", type=click.Path(path_type=Path), help="The folder that was kept, where it was moved.")
@click.option("--output", type=click.Path(path_type=Path), help="Write the plan as it is now, as JSON.")
def command(run: str, url: str, snapshot: Path | None, output: Path | None) -> int:
    """Evaluate what RUN was made of again, as it was kept: policy, book, parameters, day.
    The plan must be the same, byte for byte; where it is not, what differs is listed,
    and the exit code is 4.
    """
    from vault_rules.conduct.replay import replay

    with reading(url) as ledger:
        found = replay(ledger, run, snapshot)
    if output is not None:
        write_text(output, found.plan)
    for line in found.differences:
        click.echo(line)
    if found.differences:
        click.echo(f"error: the plan of {run} is not the one that was made then", err=True)
        return ADAPTER
    click.echo(f"the plan of {run} is the same, byte for byte", err=True)
    return DONE
