"""`vault-rules-sql`: the plugin's own tables, made and filled for those who are named in `vault.toml`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vault_rules.cli.running import DONE, guarded

if TYPE_CHECKING:
    from vault_rules.adapters.config import Counterparty
    from vault_rules.errors import UsageError
    from vault_rules_sql.databases import Database

_config = click.option(
    "--config", type=click.Path(path_type=Path), default=Path("vault.toml"), show_default=True, help="Where NAME is."
)


def main() -> None:
    """The console script."""
    sys.exit(guarded(cli, "vault-rules-sql"))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Make and fill the tables of the adapters `sql`. NAME is that of a trader or a storage in vault.toml."""


@cli.command("upgrade")
@click.argument("name")
@_config
def upgrade_command(name: str, config: Path) -> int:
    """Make the plugin's own tables in NAME's database, or bring them up to date: then it can hold what is reserved."""
    from vault_rules_sql.schema import upgrade

    with _opened(_named(name, config)) as database:
        changed = upgrade(database)
        click.echo(f"the tables in {database} are {'made' if changed else 'up to date already'}")
    return DONE


@cli.command("load")
@click.argument("name")
@click.argument("path", type=click.Path(path_type=Path))
@_config
def load_command(name: str, path: Path, config: Path) -> int:
    """Fill NAME's tables from PATH (a file, a folder or a workbook, as a book has them), in the place of what stood
    there. What is held stays held.
    """
    from vault_rules_sql.loading import load, read_files
    from vault_rules_sql.schema import upgrade

    one = _named(name, config)
    tables = read_files(path, *_own_tables(one))
    trader = one.settings.trader or one.name if one.kind == "trader" else ""
    with _opened(one) as database:
        upgrade(database)
        loaded = database.change(lambda connection: [load(connection, table, trader) for table in tables])
        for table in loaded:
            others = f"; {table.others:,} of other traders are left out" if table.others else ""
            click.echo(f"{table.rows:,} {table.table} stand in {database}{others}")
    return DONE


def _named(name: str, config: Path) -> Counterparty:
    """The counterparty of a name, which must be one of ours. Raises `UsageError`."""
    from vault_rules.adapters.config import read_config
    from vault_rules.adapters.manager import installed

    found = [one for one in read_config(config, installed().sound()).counterparties if one.name == name]
    ours = [one for one in found if one.adapter.what.name == "sql"]
    if len(ours) != 1:
        raise _not_one(name, config, len(found), len(ours))
    return ours[0]


def _not_one(name: str, config: Path, found: int, ours: int) -> UsageError:
    from vault_rules.errors import UsageError

    if ours:
        return UsageError(f"{config} has a trader and a storage named `{name}`: give them two names")
    what = f"`{name}` in {config} has another adapter than `sql`" if found else f"{config} names no `{name}`"
    return UsageError(what)


def _own_tables(one: Counterparty) -> tuple[str, ...]:
    """The tables of a book that may be loaded. Raises `UsageError` where a table is the counterparty's own."""
    from vault_rules.errors import UsageError
    from vault_rules_sql.tables import metadata

    names = ("offers",) if one.kind == "trader" else ("facilities", "holdings")
    theirs = next((table for name in names if (table := getattr(one.settings, name)) not in metadata.tables), None)
    if theirs is not None:
        raise UsageError(f"`{theirs}` is a table of {one}'s own: only the plugin's own tables are loaded")
    return names


@contextmanager
def _opened(one: Counterparty) -> Iterator[Database]:
    from vault_rules.adapters.registration import Setup
    from vault_rules_sql.databases import connect

    database = connect(one.settings, Setup(one.name, one.folder, float(one.patience.timeout)))
    try:
        yield database
    finally:
        database.close()
