"""Exchange rates as of a date."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from vault_rules.domain.heading import BadCells
from vault_rules.domain.reading import ReadTable, Row


def rates(fx: ReadTable, currency: str, as_of: date, bad: BadCells | None) -> dict[str, Fraction]:
    """What one unit of each currency is worth in the policy's: the latest rate not after as-of.

    An undated row is the oldest. The policy's own currency is worth 1; a row that says otherwise is a bad cell.
    """
    latest: dict[str, Row] = {}
    for row in fx.rows:
        code, day, rate = row.get("currency"), row.get("date"), row.get("rate")
        if code is None or rate is None or (day is not None and day > as_of) or ("date" in row.texts and day is None):
            continue
        if code == currency and rate != 1 and bad is not None:
            bad.add(row.number, "rate", row.texts["rate"], f"{currency} is the policy's own currency: its rate is 1")
        held = latest.get(code)
        if held is None or _age(row) > _age(held):
            latest[code] = row
    return {currency: Fraction(1)} | {code: row.get("rate") for code, row in sorted(latest.items()) if code != currency}


def _age(row: Row) -> tuple[bool, date]:
    day = row.get("date")
    return (day is not None, day or date.min)
