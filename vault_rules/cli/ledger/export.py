"""`vault-rules ledger export`: for each trader a sheet of its own awards."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from vault_rules.cli.ledger.options import checked_output, emit_table, of_form, of_ledger, reading
from vault_rules.cli.running import DONE

if TYPE_CHECKING:
    from vault_rules.execution.ledger.store import Ledger
    from vault_rules.report.award_sheet import SheetLine

_ENDINGS = {"table": "txt", "json": "json", "csv": "csv", "xlsx": "xlsx"}


@click.command("export")
@of_ledger
@click.option("--run", metavar="ID", help="Only the awards of one run.")
@click.option("--trader", metavar="ID", help="The sheet of one trader, to a file or stdout.")
@of_form("csv")
def command(url: str | None, run: str | None, trader: str | None, form: str, output: Path | None) -> int:
    """Award sheets: what was bought from a trader, without anything about others. Without
    --trader, --output is a folder, and each trader has a file in it.
    """
    from vault_rules.report.award_sheet import file_name, traders

    folder = checked_output(form, output) if trader is None or form == "xlsx" else output
    with reading(url) as ledger:
        if run is not None:
            ledger.run(run)
        lines = _lines(ledger, run)
    if trader is not None:
        if trader not in traders(lines):
            raise click.UsageError(f"nothing was bought from '{trader}'.")
        _write(lines, trader, form, folder)
        return DONE
    assert folder is not None
    for name in traders(lines):
        file = folder / f"{file_name(name)}.{_ENDINGS[form]}"
        _write(lines, name, form, file)
        click.echo(f"{file}", err=True)
    return DONE


def _lines(ledger: Ledger, run: str | None) -> tuple[SheetLine, ...]:
    """What is confirmed and stands."""
    from vault_rules.report.award_sheet import SheetLine

    places = ledger.places()
    return tuple(
        SheetLine(
            one.key,
            one.day,
            one.currency,
            one.award,
            tuple(dict.fromkeys(place.facility for place in places.get((one.run, one.key), ()))),
        )
        for one in ledger.standing().lines(run=run, confirmed=True)
    )


def _write(lines: tuple[SheetLine, ...], trader: str, form: str, output: Path | None) -> None:
    from vault_rules.report.award_sheet import award_sheet

    own = [line for line in lines if line.award.trader == trader]
    emit_table(award_sheet(own, trader), form, output, f"Awards of {trader}", max(line.day for line in own))
