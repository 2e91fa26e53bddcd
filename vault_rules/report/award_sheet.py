"""What a trader is shown of what was bought from it: its own awards, and nothing of why they were made.

References, premiums, tiers and steps stay inside, since they tell of other offers; so do the policy's own columns.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import date

import attrs

from vault_rules.domain.exact import plain
from vault_rules.domain.plan import Award
from vault_rules.report.columns import Row, Table, columns, money

COLUMNS = columns(
    "award date:date offer mineral form purity origin processed_in melted_in producer buyer delivery:date incoterm "
    "location facilities:names quantity_kg:mass price_per_kg:price cost:money currency"
)
_CARRIED = ("purity", "producer", "incoterm", "location")
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,60}\Z", re.ASCII)


@attrs.frozen
class SheetLine:
    """An award as bought: its key, which the trader knows; its day; the facilities that it goes to."""

    key: str
    day: date
    currency: str
    award: Award
    facilities: tuple[str, ...] = ()


def award_sheet(lines: Iterable[SheetLine], trader: str) -> Table:
    """The sheet of one trader, in the order given."""
    return Table("award sheet", COLUMNS, tuple(_row(line) for line in lines if line.award.trader == trader))


def traders(lines: Iterable[SheetLine]) -> tuple[str, ...]:
    """Who sold any of it, by name."""
    return tuple(sorted({line.award.trader for line in lines}))


def file_names(traders: Iterable[str]) -> dict[str, str]:
    """A name for each trader's file: its own where any file may be called so, else one made of its hash.

    No two are alike, also where capitals make no difference.
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    for trader in traders:
        is_plain = _PLAIN.match(trader) and not trader.endswith(".") and trader.lower() not in taken
        names[trader] = trader if is_plain else f"trader-{_hash(trader)}"
        taken.add(names[trader].lower())
    return names


def _hash(trader: str) -> str:
    return hashlib.sha256(trader.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _row(line: SheetLine) -> Row:
    award = line.award
    purity, producer, incoterm, location = (award.carried.get(name) for name in _CARRIED)
    return (
        line.key,
        line.day.isoformat(),
        award.offer,
        award.mineral,
        award.form,
        purity,
        award.origin,
        award.processed_in,
        award.melted_in,
        producer,
        award.buyer,
        None if award.delivery is None else award.delivery.isoformat(),
        incoterm,
        location,
        line.facilities,
        plain(award.quantity),
        plain(award.price),
        money(award.cost),
        line.currency,
    )
