"""Prices of the past, what is held, what was bought before, and where it lies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_EVEN, Decimal

from policies.books.making.drawing import Draw, lots, plain, significant
from policies.books.making.trade import Form, Mineral, Row


def benchmarks(draw: Draw, traded: Sequence[Mineral]) -> list[Row]:
    """The real yearly averages as index `usgs`; invented assessments without an index for most markets."""
    rows = []
    for one in traded:
        average = quotation(one, one.forms[0], one.price, "2025-12-31")
        rows.append({**average, "index": "usgs"})
        for number, shape in enumerate(one.forms):
            if draw.chance(80 if number == 0 else 55):
                rows.extend(assessments(draw, one, shape))
    return rows


def assessments(draw: Draw, one: Mineral, shape: Form) -> Iterable[Row]:
    days = ["2026-12-31", "2027-03-31", "2027-05-28"]  # a market assessed no later is stale by the as-of date
    if draw.chance(85):
        days += ["2027-06-30", "2027-07-30", "2027-09-30"]
    for number, day in enumerate(days):
        level = 1000 + (one.level - 1000) * min(number + 1, 5) // 5 + draw.between(-6, 6)
        price = one.price * shape.percent * level / Decimal(10**5)
        yield quotation(one, shape, significant(price, 4), day)


def quotation(one: Mineral, shape: Form, price: Decimal, day: str) -> Row:
    return {
        "mineral": one.name,
        "form": shape.name,
        "price": plain(price),
        "currency": "USD",
        "per": one.per,
        "date": day,
    }


UNKNOWN_DEMAND = ("cerium", "erbium", "arsenic", "ytterbium")
COVER = {
    "gallium": 15,
    "germanium": 20,
    "cobalt": 25,
    "neodymium": 40,
    "silver": 0,
    "titanium": 30,
    "potash": 170,
    "lead": 150,
}


def holdings(draw: Draw, traded: Sequence[Mineral]) -> list[Row]:
    """Stock of every mineral for some days of cover; for a few the yearly demand is not known."""
    rows = []
    for one in traded:
        demand = significant(one.requested * draw.one((280, 320, 380, 480, 650)) / 100, 2)
        cover = COVER.get(one.name, draw.one((0, 5, 10, 20, 30, 45, 60, 80, 100, 130)))
        stock = lots(demand * cover / 365, one.lot) if cover else Decimal(0)
        row = {
            "mineral": one.name,
            "quantity": plain(stock),
            "unit": one.unit,
            "form": one.forms[0].name,
            "facility": draw.one(("hartree-nola", "traxys-erie")),
        }
        if one.name not in UNKNOWN_DEMAND:
            row["demand_per_year"] = plain(demand)
        rows.append(row)
        if stock and draw.chance(25):
            second = {"quantity": plain(lots(stock / 4, None)), "facility": "hartree-rotterdam"}
            rows.append({**row, **second, "origin": draw.weighted(one.mined)})
    return rows


# what was bought in the weeks before: mineral, thousand USD, day, trader, origin, processed in, tier, step, received
PRIOR = """
silver    | 139000 | 2027-07-06 | mercuria | US | US | domestic | 1 | 2027-07-20
copper    |  72000 | 2027-07-08 | glencore | CA | CA | allied   | 2 | 2027-07-26
nickel    |  18000 | 2027-07-09 | mercuria | CA | NO | allied   | 2 | 2027-07-29
cobalt    |  41000 | 2027-07-12 | glencore | AU | FI | allied   | 2 | 2027-07-30
aluminum  |  22000 | 2027-07-13 | traxys   | CA | CA | allied   | 2 | 2027-07-27
palladium |  19000 | 2027-07-14 | mercuria | ZA | ZA | other    | 3 | 2027-07-28
lithium   |  21000 | 2027-07-15 | traxys   | AU | AU | allied   | 2 | 2027-07-29
neodymium |  26000 | 2027-07-16 | hartree  | AU | EE | allied   | 2 | 2027-07-30
platinum  |  20000 | 2027-07-20 | hartree  | ZA | GB | other    | 3 | 2027-07-30
tungsten  |   9000 | 2027-07-21 | traxys   | PT | DE | allied   | 2 |
titanium  |   6000 | 2027-07-22 | mercuria | JP | JP | allied   | 2 |
antimony  |   4000 | 2027-07-23 | traxys   | US | US | domestic | 1 |
graphite  |  12000 | 2027-06-18 | traxys   | MZ | CN | other    | 1 | 2027-07-10
"""


def prior_awards(traded: Sequence[Mineral]) -> list[Row]:
    by_name = {one.name: one for one in traded}
    rows = []
    for line in PRIOR.strip().splitlines():
        name, size, day, trader, origin, processed, tier, step, received = (cell.strip() for cell in line.split("|"))
        one = by_name[name]
        fill = day < "2027-07-01"
        row = {
            "mineral": name,
            "form": one.forms[0].name,
            "date": day,
            "received": received,
            "trader": trader,
            "origin": origin,
            "processed_in": processed,
            "tier": tier,
            "waterfall": "initial_fill" if fill else "replenishment",
            "step": step,
            "step_label": "last_resort" if step == "3" else "",
            "currency": "USD",
            "unit": one.unit,
        }
        rows.append({**row, **_bought(one, lots(one.worth(int(size)), one.lot))})
    for name, percent in (("tungsten", 15), ("titanium", 25)):
        one, of = by_name[name], by_name[name].asked[0]
        part = next(row for row in rows if row["mineral"] == name)
        part.update(
            _bought(one, lots(Decimal(of["quantity"]) * percent / 100, one.lot)),
            request=of["request"],
            buyer=of["buyer"],
        )
    for number, row in enumerate(rows, 1):
        row["offer"] = f"before-{number:02}"
    return rows


def _bought(one: Mineral, quantity: Decimal) -> Row:
    cost = one.value(quantity, one.unit).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
    return {"quantity": plain(quantity), "cost": format(cost, "f")}


FACILITIES = """
hartree-nola        | trader_network | hartree  | US | 90000  | t    | 0.48 USD/t/day |
hartree-rotterdam   | trader_network | hartree  | NL | 30000  | t    | 0.42 EUR/t/day |
hartree-delaware    | trader_network | hartree  | US | 900000 | oz_t | 0.06           | USD
traxys-erie         | trader_network | traxys   | US | 45000  | t    | 14.20          | USD
traxys-antwerp      | trader_network | traxys   | BE | 12000  | t    | 0.39 EUR/t/day |
traxys-labs         | trader_network | traxys   | US | 60000  | kg   | 0.85           | USD
mercuria-houston    | trader_network | mercuria | US | 60000  | t    | 0.45 USD/t/day |
mercuria-zurich     | trader_network | mercuria | CH | 250000 | oz_t | 0.07           | USD
mercuria-bonded     | trader_network | mercuria | US | 0      | t    | 0.30 USD/t/day |
glencore-toledo     | trader_network | glencore | US | 14000  | t    | 0.44 USD/t/day |
glencore-vlissingen | trader_network | glencore | NL | 4000   | t    | 13.10          | EUR
reserve-ohio        | owned          |          | US | 120000 | t    | 9.50           | USD
reserve-nevada      | owned          |          | US | 2500   | t    | 11.00          | USD
gulf-lease          | leased         |          | US | 75000  | t    | 0.41 USD/t/day |
lakes-lease         | leased         |          | US | 20000  | t    | 0.43 USD/t/day |
ontario-lease       | leased         |          | CA | 20000  | t    | 0.37 USD/t/day |
rhine-third         | third_party    |          | NL | 50000  | t    | 0.50 EUR/t/day |
busan-third         | third_party    |          | KR | 15000  | t    | 0.46 USD/t/day |
"""

# all others take every mineral
ACCEPTS = """
hartree-delaware    | platinum palladium rhodium iridium ruthenium silver
traxys-labs         | gallium germanium indium tellurium rhenium hafnium
mercuria-zurich     | platinum palladium rhodium iridium ruthenium
glencore-vlissingen | cobalt copper zinc lead nickel
reserve-nevada      | neodymium praseodymium dysprosium terbium samarium
"""

FX_ROWS = """
EUR | 1.12    | 2026-12-31
EUR | 1.135   | 2027-06-30
EUR | 1.14    | 2027-07-30
EUR | 1.15    | 2027-08-31
GBP | 1.3     | 2026-12-31
GBP | 1.31    | 2027-07-30
JPY | 0.0066  | 2026-12-31
JPY | 0.0068  | 2027-07-30
"""


def listed(text: str, columns: Sequence[str]) -> list[Row]:
    return [
        dict(zip(columns, (cell.strip() for cell in line.split("|")), strict=True))
        for line in text.strip().splitlines()
    ]


def facilities() -> list[Row]:
    accepts = {row["facility"]: row["minerals"].replace(" ", ";") for row in listed(ACCEPTS, ("facility", "minerals"))}
    rows = listed(FACILITIES, ("facility", "kind", "operator", "country", "capacity", "unit", "cost", "currency"))
    return [{**row, "accepts": accepts.get(row["facility"], "")} for row in rows]
