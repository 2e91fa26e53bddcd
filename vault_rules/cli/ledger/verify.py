"""`vault-rules ledger verify`: whether the ledger is as it was written."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vault_rules.cli.ledger.options import checked_output, emit_table, of_form, of_ledger, reading
from vault_rules.cli.running import ADAPTER, DONE

if TYPE_CHECKING:
    from vault_rules.domain.entry import Head
    from vault_rules.execution.ledger.verify import Verified


@click.command("verify")
@of_ledger
@click.option("--head", "noted", metavar="N:HASH", help="A head noted earlier, which must still be in the ledger.")
@of_form()
def command(url: str, noted: str | None, form: str, output: Path | None) -> int:
    """Go through all entries: every hash, every link, the head, the guards of the database.
    What is not as it was written is listed, and the exit code is 4.

    The head is printed on stderr. Who can write to the database can write all of it
    anew: note the head elsewhere, and give it as --head.
    """
    from vault_rules.report.columns import Table, columns

    if form == "xlsx":
        checked_output(form, output)
    head = None if noted is None else _head(noted)
    with reading(url) as ledger:
        found = ledger.verify(head)
    rows = tuple((one.sequence, one.what, one.message) for one in found.findings)
    emit_table(Table("findings", columns("entry:whole finding message"), rows), form, output, "Findings")
    _say(found)
    return DONE if found.is_whole else ADAPTER


def _head(noted: str) -> Head:
    from vault_rules.domain.entry import Head

    match = re.fullmatch(r"(\d{1,18}):([0-9a-f]{64})", noted, re.ASCII)
    if match is None:
        raise click.UsageError(f"'--head {noted}' is no head: it is a count and a hash, as verify prints them.")
    return Head(int(match[1]), match[2])


def _say(found: Verified) -> None:
    entries = f"{found.entries:,} entr{'y' if found.entries == 1 else 'ies'}"
    if found.is_whole:
        click.echo(f"{entries}, all as written; head {found.head}", err=True)
    else:
        click.echo(f"error: {entries}, not all as written: {found.findings[0].message}", err=True)
