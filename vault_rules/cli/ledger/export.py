"""`vault-rules ledger export`: for each trader a sheet of its own awards."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vault_rules.cli.ledger.options import checked_output, emit_table, of_form, of_ledger, reading
from vault_rules.cli.running import DONE

if TYPE_CHECKING:
    from vault_rules.execution.ledger.store import Ledger
    from vault_rules.report.award_sheet import SheetLine

_ENDINGS = {"table": "txt", "json": "json", "csv": "csv"}


@click.command("export")
@of_ledger
@click.option("--run", metavar="ID", help="Only the awards of one run.")
@click.option("--trader", metavar="ID", help="The sheet of one trader, to a file or stdout.")
@of_form("csv")
def command(url: str, run: str | None, trader: str | None, form: str, output: Path | None) -> int:
    """Award sheets: what was bought from a trader, without anything about others. Without
    --trader, --output is a folder, and each trader has a file in it.
    """
    from vault_rules.report.award_sheet import award_sheet, traders

    folder = checked_output(form, output) if trader is None or form == "xlsx" else output
    with reading(url) as ledger:
        if run is not None:
            ledger.run(run)
        lines = _lines(ledger, run)
    if trader is None:
        assert folder is not None
        _write_all(lines, form, folder)
    elif trader in traders(lines):
        emit_table(award_sheet(lines, trader), form, folder, _title(trader), _last_day(lines, trader))
    else:
        raise click.UsageError(f"nothing was bought from '{trader}'.")
    return DONE


def _write_all(lines: tuple[SheetLine, ...], form: str, folder: Path) -> None:
    """A file for each trader, all of them or none."""
    from vault_rules.report.award_sheet import award_sheet, file_names, traders
    from vault_rules.report.one_table import TEXTS, table_xlsx
    from vault_rules.report.whole_files import write_folder

    files: dict[str, bytes] = {}
    for trader, name in file_names(traders(lines)).items():
        sheet = award_sheet(lines, trader)
        if form == "xlsx":
            files[f"{name}.xlsx"] = table_xlsx(sheet, _title(trader), _last_day(lines, trader))
        else:
            files[f"{name}.{_ENDINGS[form]}"] = TEXTS[form](sheet).encode("utf-8")
    if files:
        write_folder(folder, files)
    click.echo("\n".join(str(folder / name) for name in files) or "nothing was bought", err=True)


def _title(trader: str) -> str:
    return f"Awards of {trader}"


def _last_day(lines: tuple[SheetLine, ...], trader: str) -> date:
    return max(line.day for line in lines if line.award.trader == trader)


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
