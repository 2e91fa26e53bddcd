"""Prior awards: what stands in the ledger as a book's table `awards`, so that caps with a period count it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from vault_rules.domain.award_fields import fields_of
from vault_rules.domain.exact import plain
from vault_rules.domain.tables import TABLES
from vault_rules.execution.ledger.places import Key, Place, received
from vault_rules.execution.ledger.standing import Line

if TYPE_CHECKING:
    import polars as pl

_COLUMNS = tuple(column.name for column in TABLES["awards"])


def prior_awards(lines: Iterable[Line], where: Mapping[Key, tuple[Place, ...]], as_of: date) -> pl.DataFrame:
    """A frame of texts: the columns of a book's `awards`, and those of the policies' fields that the awards carry."""
    import polars as pl

    rows = [_row(line, where.get((line.run, line.key), ()), as_of) for line in lines if line.day <= as_of]
    more = sorted({name for row in rows for name in row} - set(_COLUMNS))
    schema = dict.fromkeys((*_COLUMNS, *more), pl.String())
    return pl.DataFrame({name: [row.get(name) for row in rows] for name in schema}, schema=schema)


def _row(line: Line, parts: tuple[Place, ...], as_of: date) -> dict[str, str | None]:
    """As a plan's `awards.csv` would have it: what is an endless fraction is cut to 12 decimals."""
    fields = fields_of(line.award, line.currency, line.day)
    arrived = received(line.award.quantity, parts)
    return {
        **fields["carried"],
        **{name: fields[name] for name in _COLUMNS if name in fields},
        "step": str(line.award.step),
        "quantity": plain(line.award.quantity),
        "unit": "kg",
        "price": plain(line.award.price),
        "per": "kg",
        "received": None if arrived is None or arrived > as_of else arrived.isoformat(),
    }
