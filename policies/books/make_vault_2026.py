"""Make the book `vault_2026`: real prices and producing countries, invented offers, requests, holdings and facilities.

Prices and shares are read from `usgs_mcs_2026/` beside this file; all else is drawn from one seeded generator, in the
modules of `making/`. There is
no float anywhere, so the same figures give the same bytes on every machine and every Python.

    python -m policies.books.make_vault_2026 [FOLDER]
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping
from pathlib import Path

from policies.books.making.drawing import Draw
from policies.books.making.figures import minerals
from policies.books.making.needs import requests
from policies.books.making.offers import offers
from policies.books.making.stock import FX_ROWS, benchmarks, facilities, holdings, listed, prior_awards
from policies.books.making.trade import AS_OF, HERE, SEED, Row

COLUMNS = {
    "offers": "offer trader producer mineral form purity origin processed_in melted_in price currency per quantity "
    "unit lot min_quantity delivery valid_until incoterm location",
    "requests": "request buyer mineral quantity unit form purity need_by max_price currency per priority",
    "benchmarks": "mineral form price currency per date index",
    "facilities": "facility kind operator country capacity unit cost currency accepts",
    "holdings": "mineral quantity unit facility form origin demand_per_year",
    "awards": "offer request buyer trader mineral form origin processed_in tier waterfall step step_label "
    "quantity unit cost currency date received",
    "fx": "currency rate date",
}

README = """# The book `vault_2026`

A book of realistic size for `project_vault.vault`, made for the as-of date {as_of}.

**What is invented.** Every offer, request, holding, facility, prior award and exchange rate, and every
benchmark without an index, is synthetic: drawn by the seeded script `make_vault_2026.py`. Some traders
and buyers carry the names of real companies, so that the rules can be read beside the news; nothing here is a
quotation, a need or a warehouse of theirs. The names that end in `_a`, and all producers, stand for nobody.

**What is real.** The benchmarks of index `usgs` are the 2025 prices of the U.S. Geological Survey's Mineral
Commodity Summaries 2026 (data release, doi 10.5066/P1WKQ63T, public domain), dated to the end of the year
that they average. The same release's shares of producing countries (2025, estimated) and of United States
import sources (2021 to 2024) weigh where offers come from. Its tables are kept as they are in
`usgs_mcs_2026/`.

**How the two are joined.** Prices scatter around the real one: domestic offers stand 5 to 40% above this
book's market level, allied ones 0 to 15%, others around it, and those processed in China mostly below it. The
market level itself differs from the USGS price by a few percent, invented. Second forms (metal, magnet,
ingot, hydroxide) are priced at an invented ratio to the published form. About four offers in ten are domestic
or allied whatever the shares say, so that every tier has offers; the rest follow the shares. Where no
production is published (boron, germanium, hafnium, scandium, yttrium), import sources stand in; iridium,
rhodium and ruthenium take the countries of platinum. Cuba, Iran, North Korea and Syria are left out. Five of
the sixty minerals have no price in the release and no offers: cesium, rubidium and thulium are asked for all
the same; metallurgical coal and uranium are not.

**What to look for.** Cells are blank where a desk would leave them blank; some rows carry their unit in the
cell; prices are in four currencies and per kilogram, tonne, pound, troy ounce or metric ton unit. Some offers
have lapsed, some lapse on the as-of date itself. The awards of July 2027 use up part of the quarter's budget,
and nearly all of silver's.

| table | rows |
|---|---|
{counts}

Rewrite it with `python -m policies.books.make_vault_2026` from the checkout's folder.
"""


def book() -> Mapping[str, list[Row]]:
    """All tables by name; what has an id is sorted by it."""
    draw = Draw(SEED)
    traded = minerals()
    for one in traded:
        one.level = draw.between(965, 1060)
    asked = requests(draw, traded)
    return {
        "offers": sorted(offers(draw, traded), key=lambda row: row["offer"]),
        "requests": sorted(asked, key=lambda row: row["request"]),
        "benchmarks": benchmarks(draw, traded),
        "facilities": facilities(),
        "holdings": holdings(draw, traded),
        "awards": prior_awards(traded),
        "fx": listed(FX_ROWS, ("currency", "rate", "date")),
    }


def write(folder: Path) -> None:
    """Write the book's seven tables and its README into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = book()
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS[name].split(), restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    counts = "\n".join(f"| {name} | {len(rows)} |" for name, rows in tables.items())
    text = README.format(as_of=AS_OF.isoformat(), counts=counts)
    (folder / "README.md").write_bytes(text.encode("utf-8"))


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "vault_2026")
