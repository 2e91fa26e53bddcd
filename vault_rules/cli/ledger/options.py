"""What the commands of the ledger share: which ledger, and the form of the result."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vault_rules.cli.running import emit, progress

if TYPE_CHECKING:
    from vault_rules.execution.ledger.store import Ledger
    from vault_rules.report.columns import Table

DEFAULT = "sqlite:///vault.ledger"
FORMS = ("table", "json", "csv", "xlsx")

_Command = Callable[..., Any]


def of_ledger(command: _Command) -> _Command:
    """The options that say which ledger; the command is given its `url`."""

    @wraps(command)
    def with_url(url: str | None, config: Path | None, **others: object) -> object:
        return command(url=ledger_url(url, config), **others)

    named = click.option("--config", type=click.Path(path_type=Path), help="The vault.toml whose ledger is meant.")
    return click.option("--ledger", "url", metavar="URL", help=f"The ledger's URL; else {DEFAULT}.")(named(with_url))


def of_form(default: str = "table") -> Callable[[_Command], _Command]:
    """The options that say in which form, and where to."""

    def add(command: _Command) -> _Command:
        command = click.option(
            "--output", type=click.Path(path_type=Path), help="A file instead of stdout; xlsx needs it."
        )(command)
        return click.option("--format", "form", type=click.Choice(FORMS), default=default, show_default=True)(command)

    return add


def ledger_url(given: str | None, config: Path | None) -> str:
    """Which ledger is meant: as the command says, else the configuration's, else the one in the working directory.

    Raises `click.UsageError` where two are named, and what `read_config` raises.
    """
    if config is None:
        return given or DEFAULT
    if given is not None:
        raise click.UsageError("--ledger and --config each name a ledger: give one of them.")
    from vault_rules.adapters.config import read_config
    from vault_rules.adapters.manager import installed

    return read_config(config, installed().sound()).ledger_url


@contextmanager
def reading(url: str) -> Iterator[Ledger]:
    """The ledger, opened for reading."""
    from vault_rules.execution.ledger import open_ledger

    with progress("reading the ledger"), open_ledger(url) as ledger:
        yield ledger


def emit_table(one: Table, form: str, output: Path | None, title: str, day: date | None = None) -> None:
    """A table in the form asked for; `day` is what a workbook says of when it was made."""
    from vault_rules.report import one_table

    if form != "xlsx":
        emit(one_table.TEXTS[form](one), output)
        return
    from vault_rules.report.whole_files import write_file

    write_file(checked_output(form, output), one_table.table_xlsx(one, title, day or date(1980, 1, 1)))


def checked_output(form: str, output: Path | None) -> Path:
    """The file or folder to write to. Raises `click.UsageError` where none is named."""
    if output is None:
        raise click.UsageError(f"--format {form} needs --output.")
    return output
