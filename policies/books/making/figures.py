"""The published figures: prices and shares of producing countries, read from the tables kept beside."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from decimal import Decimal

from policies.books.making.trade import COUNTRIES, FIGURES, LEFT_OUT, TRADE, USGS_UNITS, Form, Mineral, Row, Weights


def table(name: str) -> list[Row]:
    with (FIGURES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def shares(rows: Iterable[Row]) -> dict[str, Weights]:
    """For each mineral the countries of its rows, weighted by their shares in hundredths of a percent."""
    found: dict[str, Weights] = {}
    for row in rows:
        if row["country"] not in LEFT_OUT:
            weight = int(Decimal(row["share_pct"]) * 100)
            found.setdefault(snake(row["mineral"]), []).append((COUNTRIES[row["country"]], max(weight, 1)))
    return found


def snake(name: str) -> str:
    return name.lower().replace(" ", "_")


def minerals() -> list[Mineral]:
    """Every mineral that has a price in the figures."""
    mined, imported = shares(table("production_2025e.csv")), shares(table("us_import_sources_2021_24.csv"))
    trade = {line.split("|")[0].strip(): line.split("|")[1:] for line in TRADE.strip().splitlines()}
    found = []
    for row in table("minerals.csv"):
        if not row["price_2025_native"]:
            continue
        name = snake(row["mineral"])
        per, scale = USGS_UNITS[price_unit(row)]
        size, unit, lot, forms = (cell.strip() for cell in trade.pop(name))
        # by-products of platinum are given its countries; where no production is published, import sources stand in
        origins = mined.get(name) or imported.get(name) or mined["platinum"]
        found.append(
            Mineral(
                name=name,
                price=Decimal(row["price_2025_native"].replace(",", "")) * scale,
                per=per,
                size=int(size),
                unit=unit,
                lot=Decimal(lot) if lot else None,
                forms=tuple(form(words.split()) for words in forms.split(";")),
                mined=origins,
                imported=imported.get(name) or origins,
            )
        )
    return found


def price_unit(row: Row) -> str:
    """The unit of a price; the release's short label drops the last word of manganese's metric ton unit."""
    unit = row["native_unit"]
    return f"{unit} unit" if unit.endswith("ton") and "metric ton unit" in row["price_basis"] else unit


def form(words: Sequence[str]) -> Form:
    return Form(words[0], int(words[1]), tuple(words[2:]))
