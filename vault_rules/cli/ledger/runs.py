"""`vault-rules ledger runs`: the runs, and how far each came."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from vault_rules.cli.ledger.options import checked_output, emit_table, of_form, of_ledger, reading
from vault_rules.cli.running import DONE

COLUMNS = (
    "run begun policy version as_of:date state ended entries:whole claimed:whole confirmed:whole receipt_sha256 "
    "snapshot snapshot_sha256"
)
_SHOWN = 10  # the hashes and the snapshot are for programs


@click.command("runs")
@of_ledger
@click.option("--run", metavar="ID", help="Only one run.")
@of_form()
def command(url: str, run: str | None, form: str, output: Path | None) -> int:
    """The runs, oldest first: by which policy, how each ended, how many of its awards
    are claimed and how many confirmed. A run that is open goes on, or was cut off.
    """
    from vault_rules.report.columns import Table, columns

    if form == "xlsx":
        checked_output(form, output)
    with reading(url) as ledger:
        found = ledger.runs() if run is None else (ledger.run(run),)
    rows = tuple(
        (
            one.name,
            one.begun,
            one.receipt.policy,
            one.receipt.version,
            one.receipt.as_of.isoformat(),
            one.state,
            one.ended,
            one.entries,
            one.claimed,
            one.confirmed,
            one.receipt.sha256,
            one.snapshot.path,
            one.snapshot.sha256,
        )
        for one in found
    )
    cut = _SHOWN if form == "table" else None
    table = Table("runs", columns(COLUMNS)[:cut], tuple(row[:cut] for row in rows))
    emit_table(table, form, output, "Runs", date.fromisoformat(found[-1].begun[:10]) if found else None)
    return DONE
