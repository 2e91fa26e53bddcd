"""`vault-rules ledger show`: the entries."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vault_rules.cli.ledger.options import checked_output, emit_table, of_form, of_ledger, reading
from vault_rules.cli.running import DONE

if TYPE_CHECKING:
    from vault_rules.domain.entry import Entry
    from vault_rules.execution.ledger.store import Ledger


@click.command("show")
@of_ledger
@click.option("--run", metavar="ID", help="Only the entries of one run.")
@click.option("--trader", metavar="ID", help="Only the entries about one trader's awards.")
@of_form()
def command(url: str, run: str | None, trader: str | None, form: str, output: Path | None) -> int:
    """The entries, oldest first. `json`, `csv` and `xlsx` hold them whole, with their
    hashes; `table` says in words what each is about.
    """
    from vault_rules.report.journal import journal, journal_in_words

    if form == "xlsx":
        checked_output(form, output)
    with reading(url) as ledger:
        if run is not None:
            ledger.run(run)
        found = list(ledger.entries(run=run))
        if trader is not None:
            found = _about(ledger, found, trader)
    last = date.fromisoformat(found[-1].at[:10]) if found else None
    emit_table(journal_in_words(found) if form == "table" else journal(found), form, output, "The ledger", last)
    return DONE


def _about(ledger: Ledger, found: list[Entry], trader: str) -> list[Entry]:
    """The entries about awards that a trader was meant to give."""
    from vault_rules.domain.entry import Kind

    claims = ledger.entries(kinds=(Kind.CLAIM, Kind.AWARD))
    keys = {(one.run, one.award) for one in claims if one.fields.get("trader") == trader}
    return [one for one in found if (one.run, one.award) in keys]
