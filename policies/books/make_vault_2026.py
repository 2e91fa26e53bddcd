"""Make the book `vault_2026`: real prices and producing countries, invented offers, requests, holdings and facilities.

Prices and shares are read from `usgs_mcs_2026/` beside this file; all else is drawn from one seeded generator. There is
no float anywhere, so the same figures give the same bytes on every machine and every Python.

    python make_vault_2026.py [FOLDER]
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from random import Random
from typing import TypeVar

HERE = Path(__file__).resolve().parent
FIGURES = HERE / "usgs_mcs_2026"
SEED = 20260731
AS_OF = date(2027, 8, 1)

Row = dict[str, str]
Weights = list[tuple[str, int]]
T = TypeVar("T")

# ---- the trade ------------------------------------------------------------------------------------------------------

KG = {
    "kg": Decimal(1),
    "t": Decimal(1000),
    "lb": Decimal("0.45359237"),
    "oz_t": Decimal("0.0311034768"),
    "mtu": Decimal(10),
}
USGS_UNITS = {
    "cents per pound": ("lb", Decimal("0.01")),
    "dollars per pound": ("lb", Decimal(1)),
    "dollars per kilogram": ("kg", Decimal(1)),
    "dollars per metric ton": ("t", Decimal(1)),
    "dollars per troy ounce": ("oz_t", Decimal(1)),
    "dollars per metric ton unit": ("mtu", Decimal(1)),
    "dollars per dry metric ton unit": ("mtu", Decimal(1)),
}

# mineral | a usual request in thousand USD | unit of quantities | lot | forms: name, percent of the USGS price, grades
TRADE = """
aluminum     | 14000 | t    | 25  | ingot 100 99.7 99.8 99.5; billet 106 99.7 99.85
antimony     |  7000 | lb   |     | ingot 100 99.65 99.85 99.5; trioxide 92 99.8 99.65
arsenic      |   500 | lb   |     | metal 100 99 99.5 98; trioxide 55 99 99.5
barite       |   700 | t    | 50  | ground 100 90 92 88
beryllium    |  4000 | kg   | 50  | master_alloy 100 99 99.5; metal 130 99 99.5
bismuth      |  1500 | lb   |     | ingot 100 99.99 99.997 99.9
boron        |  1000 | t    | 20  | borax 100 99.5 99 98.5; boric_acid 120 99.9 99.5
cerium       |   600 | kg   | 500 | oxide 100 99.5 99.9 98.5; metal 190 99.5 99
chromium     |  4500 | lb   |     | metal 100 99 99.4 98.5
cobalt       | 14000 | t    | 1   | cathode 100 99.8 99.9 99.3; powder 118 99.8 99.9
copper       | 18000 | t    | 25  | cathode 100 99.99 99.9935 99.95
dysprosium   |  7000 | kg   | 25  | oxide 100 99.5 99.9 99; metal 128 99.5 99.9; magnet 145 99.5 99.9
erbium       |   400 | kg   | 50  | oxide 100 99.5 99.9 99
europium     |   400 | kg   | 10  | oxide 100 99.99 99.999 99.9
fluorspar    |  1800 | t    | 50  | acidspar 100 97 97.5 96
gadolinium   |   500 | kg   | 25  | oxide 100 99.99 99.999 99.9
gallium      |  5000 | kg   | 25  | metal 100 99.99 99.9999 99.9
germanium    |  7000 | kg   | 5   | metal 100 99.999 99.9999 99.99; dioxide 68 99.999 99.99
graphite     |  4500 | t    | 20  | flake 100 94 95 90; spherical 240 99.95 99.9
hafnium      |  3500 | kg   |     | metal 100 99.5 99.9 98
holmium      |   300 | kg   | 10  | oxide 100 99.5 99.9 99
indium       |  5000 | kg   | 10  | ingot 100 99.99 99.995 99.97
iridium      |  6000 | oz_t | 50  | sponge 100 99.9 99.95 99.8
lanthanum    |   400 | kg   | 500 | oxide 100 99.5 99.9 99
lead         |  3000 | t    | 25  | ingot 100 99.97 99.985 99.9
lithium      | 11000 | t    | 10  | carbonate 100 99.5 99.9 99; hydroxide 108 99.5 99.6
lutetium     |   450 | kg   | 1   | oxide 100 99.99 99.999 99.9
magnesium    |  4500 | lb   |     | ingot 100 99.9 99.8 99.5
manganese    |  3000 | t    | 500 | ore 100 44 46 42; flake 390 99.7 99.9
neodymium    | 15000 | kg   | 500 | oxide 100 99.5 99.9 99; metal 124 99.5 99.9; magnet 135 99.5 99.9
nickel       | 16000 | t    | 6   | cathode 100 99.8 99.9 99.5; briquette 101 99.8 99.9
niobium      |  6000 | kg   | 500 | ferroniobium 100 65 66 63
palladium    | 12000 | oz_t | 100 | sponge 100 99.95 99.99 99.9; ingot 100 99.95 99.99
phosphate    |  2800 | t    | 500 | rock 100 30 32 27
platinum     | 13000 | oz_t | 50  | sponge 100 99.95 99.99 99.9; ingot 100 99.95 99.99
potash       |  5500 | t    | 500 | muriate 100 60 62 58
praseodymium |  6000 | kg   | 250 | oxide 100 99.5 99.99 99; metal 126 99.5 99.9; magnet 135 99.5 99.9
rhenium      |  6000 | kg   | 10  | pellet 100 99.99 99.995 99.9; perrhenate 88 99.99 99.9
rhodium      |  9000 | oz_t | 10  | sponge 100 99.9 99.95 99.8
ruthenium    |  3500 | oz_t | 100 | sponge 100 99.9 99.95 99.8
samarium     |   500 | kg   | 100 | oxide 100 99.5 99.9 99; metal 330 99.5 99; magnet 900 99.5 99.9
scandium     |  1200 | kg   | 5   | oxide 100 99.99 99.999 99.9
silicon      |  4500 | t    | 20  | metal 100 99 99.3 98.5
silver       | 16000 | oz_t | 1000 | bullion 100 99.9 99.99 99.5
tantalum     |  8000 | kg   | 100 | tantalite 100 30 32 25; metal 230 99.9 99.95
tellurium    |  1700 | kg   | 25  | metal 100 99.95 99.99 99.9
terbium      |  7000 | kg   | 10  | oxide 100 99.99 99.999 99.8; metal 124 99.9 99.99; magnet 140 99.9 99.99
tin          |  7000 | t    | 5   | ingot 100 99.85 99.9 99.75
titanium     | 11000 | t    | 5   | sponge 100 99.6 99.7 99.3; ingot 185 99.7 99.8
tungsten     | 10000 | mtu  | 100 | concentrate 100 65 66 48; apt 118 88.5 88; powder 170 99.9 99.95
vanadium     |  4500 | lb   | 2000 | pentoxide 100 98 99.5 97
ytterbium    |   350 | kg   | 25  | oxide 100 99.99 99.999 99.9
yttrium      |   900 | kg   | 100 | oxide 100 99.999 99.9999 99.99
zinc         |  6000 | t    | 25  | ingot 100 99.995 99.997 99.98
zirconium    |  1900 | kg   | 100 | sponge 100 99.2 99.5 98.5
"""

# who would ask for what: named participants of the programme, and unnamed makers of the same industries
BUYERS = """
gm              | cobalt copper aluminum lithium nickel graphite neodymium dysprosium terbium platinum
gm              | palladium rhodium manganese lead zinc magnesium
stellantis      | lithium nickel cobalt aluminum neodymium praseodymium palladium platinum rhodium copper
stellantis      | zinc graphite magnesium silicon
boeing          | titanium aluminum rhenium beryllium tantalum hafnium niobium scandium nickel tungsten
boeing          | chromium magnesium
corning         | germanium lanthanum cerium yttrium erbium boron zirconium antimony arsenic tin gadolinium
corning         | ytterbium platinum rhodium
ge_vernova      | neodymium dysprosium terbium copper silver silicon nickel chromium hafnium rhenium yttrium
ge_vernova      | praseodymium vanadium tellurium
google          | gallium germanium indium tantalum copper silver palladium ruthenium iridium lithium tin
automotive_a    | samarium neodymium lithium barite lead antimony cobalt manganese zinc
aerospace_a     | titanium tungsten niobium samarium holmium tantalum beryllium rhenium vanadium
electronics_a   | gallium europium terbium ruthenium bismuth tellurium indium lutetium holmium scandium
electronics_a   | arsenic iridium
power_equipment_a | vanadium silver gadolinium zirconium tin dysprosium boron chromium ytterbium
chemicals_a     | fluorspar cerium lanthanum bismuth barite phosphate potash erbium boron lutetium
steel_a         | manganese chromium niobium vanadium fluorspar silicon tungsten nickel zinc
farm_supply_a   | potash phosphate boron
medical_a       | gadolinium bismuth yttrium europium barite samarium
"""

TRADERS = ("hartree", "traxys", "mercuria", "glencore")
ROUTES = """
glencore         | cobalt copper
mercuria hartree | iridium palladium platinum rhodium ruthenium
traxys mercuria hartree | gallium germanium indium
hartree traxys   | cerium europium gadolinium lanthanum neodymium praseodymium samarium dysprosium erbium
hartree traxys   | holmium lutetium terbium thulium ytterbium yttrium scandium
"""

COUNTRY_NAMES = """
DZ Algeria; AR Argentina; AM Armenia; AU Australia; AT Austria; BH Bahrain; BY Belarus; BE Belgium; BO Bolivia;
BR Brazil; BG Bulgaria; MM Burma; BI Burundi; CA Canada; CL Chile; CN China; CD Congo (Kinshasa); CZ Czechia;
CI Côte d\u2019Ivoire; EG Egypt; EE Estonia; ET Ethiopia; FI Finland; FR France; GA Gabon; GE Georgia; DE Germany;
GH Ghana; GR Greece; GT Guatemala; GN Guinea; IS Iceland; IN India; ID Indonesia; IL Israel; IT Italy; JM Jamaica;
JP Japan; JO Jordan; KZ Kazakhstan; KR Korea, Republic of; KG Kyrgyzstan; LA Laos; LV Latvia; MG Madagascar;
MY Malaysia; ML Mali; MX Mexico; MN Mongolia; MA Morocco; MZ Mozambique; NL Netherlands; NC New Caledonia;
NG Nigeria; NO Norway; PK Pakistan; PG Papua New Guinea; PE Peru; PH Philippines; PL Poland; PT Portugal; RU Russia;
RW Rwanda; SA Saudi Arabia; SN Senegal; SL Sierra Leone; ZA South Africa; ES Spain; LK Sri Lanka; SE Sweden;
TW Taiwan; TJ Tajikistan; TZ Tanzania; TH Thailand; TG Togo; TN Tunisia; TR Turkey; UA Ukraine;
AE United Arab Emirates; GB United Kingdom; US United States; UZ Uzbekistan; VN Vietnam; ZM Zambia; ZW Zimbabwe
"""
COUNTRIES = {name[3:]: name[:2] for name in " ".join(COUNTRY_NAMES.split()).split("; ")}
LEFT_OUT = {"Cuba", "Iran", "Korea, North", "Syria", "Other countries", "China, Germany, and Russia"}
ALLIED: Weights = list(
    {
        "AU": 22,
        "CA": 22,
        "JP": 14,
        "KR": 10,
        "NO": 6,
        "FI": 5,
        "DE": 6,
        "BE": 5,
        "SE": 3,
        "FR": 3,
        "GB": 2,
        "EE": 2,
    }.items()
)
ALLIES = {
    "AU",
    "BE",
    "CA",
    "CH",
    "CZ",
    "DE",
    "DK",
    "EE",
    "EG",
    "ES",
    "FI",
    "FR",
    "GB",
    "GR",
    "IL",
    "IT",
    "JP",
    "KR",
    "LT",
    "LU",
    "LV",
    "NL",
    "NO",
    "PL",
    "PT",
    "SE",
    "SI",
    "TR",
}
EURO = {"AT", "BE", "DE", "EE", "ES", "FI", "FR", "GR", "IT", "LV", "NL", "PT"}
MELTED = {
    "ingot",
    "billet",
    "metal",
    "magnet",
    "cathode",
    "briquette",
    "sponge",
    "bullion",
    "pellet",
    "master_alloy",
    "ferroniobium",
}
PORTS = {
    "US": ("New Orleans", "Baltimore", "Houston"),
    "CN": ("Shanghai", "Tianjin"),
    "JP": ("Yokohama",),
    "KR": ("Busan",),
    "AU": ("Fremantle",),
    "CA": ("Vancouver", "Montreal"),
    "CL": ("Antofagasta",),
    "ZA": ("Durban",),
    "BR": ("Santos",),
    "IN": ("Mumbai",),
}
FX = {"EUR": Decimal("1.14"), "GBP": Decimal("1.31"), "JPY": Decimal("0.0068")}


@dataclass(frozen=True)
class Form:
    """One form of a mineral: its price in percent of the published one, and its grades (the first is the usual one)."""

    name: str
    percent: int
    grades: tuple[str, ...]


@dataclass
class Mineral:
    """A mineral with a price: what USGS says of it, and how it is traded."""

    name: str
    price: Decimal
    per: str
    size: int
    unit: str
    lot: Decimal | None
    forms: tuple[Form, ...]
    mined: Weights
    imported: Weights
    level: int = 1000
    """This book's market level, in thousandths of the published price."""
    requested: Decimal = Decimal(0)
    asked: list[Row] = field(default_factory=list)

    def value(self, quantity: Decimal, unit: str) -> Decimal:
        return quantity * KG[unit] * self.price / KG[self.per]

    def worth(self, thousand_usd: int) -> Decimal:
        """The quantity, in the usual unit, that so much money buys."""
        return Decimal(thousand_usd) * 1000 / self.value(Decimal(1), self.unit)


# ---- drawing --------------------------------------------------------------------------------------------------------


class Draw:
    """Seeded choices, by whole numbers only."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def between(self, low: int, high: int) -> int:
        return self._random.randrange(low, high + 1)

    def chance(self, percent: int) -> bool:
        return self._random.randrange(100) < percent

    def one(self, items: Sequence[T]) -> T:
        return items[self._random.randrange(len(items))]

    def weighted(self, weights: Weights) -> str:
        left = self._random.randrange(sum(weight for _, weight in weights))
        for name, weight in weights:
            left -= weight
            if left < 0:
                return name
        raise AssertionError

    def shuffle(self, items: list[Row]) -> None:
        self._random.shuffle(items)

    def day(self, first: date, last: date) -> str:
        return (first + timedelta(days=self.between(0, (last - first).days))).isoformat()


def significant(value: Decimal, digits: int) -> Decimal:
    """Rounded to so many digits, and written plainly."""
    unit = Decimal(1).scaleb(value.adjusted() - digits + 1)
    return value.quantize(unit, ROUND_HALF_EVEN)


def plain(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def lots(quantity: Decimal, lot: Decimal | None) -> Decimal:
    """A quantity as the trade would write it: two digits, at least one, in whole lots."""
    rounded = max(significant(quantity, 2), Decimal(1)).quantize(Decimal(1))
    return rounded if lot is None else max(lot, rounded // lot * lot)


# ---- reading the figures --------------------------------------------------------------------------------------------


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


# ---- requests -------------------------------------------------------------------------------------------------------


# asked for, and offered by nobody
UNPRICED = """
electronics_a | cesium   | 200 | kg |         | 3 |
electronics_a | rubidium | 40  | kg | ampoule | 3 |
medical_a     | thulium  | 25  | kg | oxide   |   | 2028-06-30
"""


def requests(draw: Draw, traded: Sequence[Mineral]) -> list[Row]:
    rows: list[Row] = []
    for one in traded:
        buyers = [row["buyer"] for row in listed(BUYERS, ("buyer", "wants")) if one.name in row["wants"].split()]
        count = 4 if one.size >= 5000 else 3 if one.size >= 1500 else 2
        rows.extend(request(draw, one, buyers) for _ in range(count))
    rows.extend(listed(UNPRICED, ("buyer", "mineral", "quantity", "unit", "form", "priority", "need_by")))
    draw.shuffle(rows)
    for number, row in enumerate(rows, 1):
        row["request"] = f"r{number:03}"
    return rows


def request(draw: Draw, one: Mineral, buyers: Sequence[str]) -> Row:
    quantity = lots(one.worth(max(one.size * draw.one((30, 50, 70, 100, 150, 200, 300)) // 100, 200)), one.lot)
    one.requested += quantity
    row = {"buyer": draw.one(buyers), "mineral": one.name, "quantity": plain(quantity), "unit": one.unit}
    wanted = one.forms[0]
    if draw.chance(60):
        if len(one.forms) > 1 and draw.chance(25):
            wanted = one.forms[1 + draw.between(0, len(one.forms) - 2)]
        row["form"] = wanted.name
        if draw.chance(40):
            row["purity"] = wanted.grades[draw.between(0, min(1, len(wanted.grades) - 1))]
    if draw.chance(60):
        row["need_by"] = draw.day(date(2027, 9, 15), date(2028, 9, 30))
    if draw.chance(30):
        limit = one.price * wanted.percent * draw.between(95, 145) / 10000
        row["max_price"], row["currency"], row["per"] = plain(significant(limit, 3)), "USD", one.per
    if draw.chance(92):
        row["priority"] = str(draw.between(1, 3))
    one.asked.append(row)
    return row


# ---- offers ---------------------------------------------------------------------------------------------------------


def offers(draw: Draw, traded: Sequence[Mineral]) -> list[Row]:
    rows: list[Row] = []
    for one in traded:
        count = 48 if one.size >= 5000 else 36 if one.size >= 1500 else 24
        rows.extend(offer(draw, one) for _ in range(count))
    draw.shuffle(rows)
    for number, row in enumerate(rows, 1):
        row["offer"] = f"o{number:04}"
    return rows


def places(draw: Draw, one: Mineral) -> tuple[str, str]:
    """Where it was mined and where processed: mostly as the world produces, some of it for this reserve's sake."""
    kind = draw.between(1, 100)
    if kind <= 17:
        return "US", "US"
    if kind <= 42:
        known = [(country, weight) for country, weight in (*one.mined, *one.imported) if country in ALLIES]
        origin = draw.weighted(known if known and draw.chance(75) else ALLIED)
        return origin, origin if draw.chance(60) else draw.one(("US", draw.weighted(ALLIED)))
    origin = draw.weighted(one.mined)
    if kind <= 75:
        return origin, origin if draw.chance(70) else "CN"
    return origin, draw.weighted(one.imported)


def markup(draw: Draw, origin: str, processed: str) -> int:
    """The price in thousandths of the market's level."""
    if processed == "CN" or (origin == "CN" and processed not in ALLIES):
        return draw.between(800, 990)
    if processed == "RU":
        return draw.between(850, 1000)
    if origin == processed == "US":
        return draw.between(1050, 1400)
    if origin in ALLIES | {"US"} and processed in ALLIES | {"US"}:
        return draw.between(1000, 1150)
    return draw.between(900, 1080)


def offer(draw: Draw, one: Mineral) -> Row:
    shape = (
        one.forms[0] if len(one.forms) == 1 or draw.chance(72) else one.forms[1 + draw.between(0, len(one.forms) - 2)]
    )
    origin, processed = places(draw, one)
    price = one.price * shape.percent * one.level * markup(draw, origin, processed) / Decimal(10**8)
    quantity = lots(one.worth(one.size) * draw.one((15, 25, 40, 60, 90, 140, 220, 320)) / 100, one.lot)
    row = {
        "trader": seller(draw, one.name),
        "producer": f"producer-{origin.lower()}-{draw.between(1, 4)}",
        "mineral": one.name,
        "form": shape.name,
        "purity": shape.grades[grade(draw, len(shape.grades))],
        "origin": origin,
        "processed_in": processed,
        "quantity": plain(quantity),
        "unit": one.unit,
        "delivery": draw.day(date(2027, 8, 10), date(2028, 6, 30)),
        "valid_until": validity(draw),
        "incoterm": draw.one(("FOB", "FOB", "FCA", "CIF", "DAP", "EXW")),
        "location": draw.one(PORTS.get(processed, ("Rotterdam", "Singapore"))),
    }
    if shape.name in MELTED and draw.chance(92):
        row["melted_in"] = processed if draw.chance(88) else draw.one((origin, "CN", "JP", "MY"))
    _parcels(draw, one, row, quantity)
    _price(draw, one, row, price, processed)
    blank = {
        3: "purity",
        6: "purity",
        9: "processed_in",
        12: "valid_until",
        15: "form",
        18: "origin",
        21: "delivery",
        24: "incoterm",
    }
    row.pop(blank.get(draw.between(1, 260), ""), None)
    return row


def _parcels(draw: Draw, one: Mineral, row: Row, quantity: Decimal) -> None:
    if one.lot is not None and draw.chance(70):
        row["lot"] = plain(one.lot)
    if draw.chance(25):
        least = quantity if draw.chance(20) else lots(quantity * draw.between(10, 60) / 100, one.lot)
        row["min_quantity"] = plain(min(least, quantity))


def _price(draw: Draw, one: Mineral, row: Row, price: Decimal, processed: str) -> None:
    """The price as its seller would quote it: in the seller's currency, now and then with its unit in the cell."""
    currency = "USD"
    if processed in EURO and draw.chance(45):
        currency = "EUR"
    elif processed == "GB" and draw.chance(60):
        currency = "GBP"
    elif processed == "JP" and draw.chance(30):
        currency = "JPY"
    per = one.per
    if per == "lb" and currency != "USD":
        price, per = price / KG["lb"], "kg"
    quoted = plain(significant(price / FX.get(currency, Decimal(1)), 4))
    if draw.chance(4):
        row["price"], row["quantity"] = f"{quoted} {currency}/{per}", f"{row['quantity']} {row['unit']}"
    else:
        row["price"], row["currency"], row["per"] = quoted, currency, per


def seller(draw: Draw, mineral: str) -> str:
    """One of those the policy's routes permit, now and then another."""
    permitted = [
        row["sellers"] for row in listed(ROUTES, ("sellers", "minerals")) if mineral in row["minerals"].split()
    ]
    return draw.one(permitted[0].split()) if permitted and draw.chance(92) else draw.one(TRADERS)


def grade(draw: Draw, count: int) -> int:
    """The usual grade, now and then a better or (where there is one) a worse."""
    kind = draw.between(1, 100)
    if kind <= 68:
        return 0
    return min(1, count - 1) if kind <= 91 else count - 1


def validity(draw: Draw) -> str:
    kind = draw.between(1, 100)
    if kind <= 6:
        return draw.day(date(2027, 5, 15), date(2027, 7, 31))
    if kind <= 8:
        return AS_OF.isoformat()
    return draw.day(date(2027, 8, 15), date(2028, 3, 31))


# ---- prices, stock, stores ------------------------------------------------------------------------------------------


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


# ---- writing --------------------------------------------------------------------------------------------------------

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

Rewrite it with `python policies/books/make_vault_2026.py`.
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
