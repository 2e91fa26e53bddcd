"""`vault-rules config`: whether a `vault.toml` can be used."""

from __future__ import annotations

from pathlib import Path

import click

from vault_rules.cli.running import DONE, USAGE


@click.group("config")
def command() -> None:
    """Work with vault.toml, which says who is asked and how."""


@command.command("check")
@click.argument("file", type=click.Path(path_type=Path), default=Path("vault.toml"))
def check(file: Path) -> int:
    """Find every mistake in a vault.toml (exit code 2); nobody is connected to, and no secret is shown."""
    from vault_rules.adapters.config import read_config
    from vault_rules.adapters.manager import installed
    from vault_rules.errors import ConfigError

    try:
        config = read_config(file, installed().sound())
    except ConfigError as error:
        for mistake in error.mistakes:
            click.echo(f"error: {mistake}", err=True)
        count = len(error.mistakes)
        click.echo(f"{count} mistake{'' if count == 1 else 's'}", err=True)
        return USAGE
    for one in config.counterparties:
        click.echo(f"{one}: {one.adapter.what.name}, of {one.adapter.plugin.source}")
    return DONE
