"""The trade that the book imagines: units, forms, usual sizes, buyers, traders, ports, and who counts as allied."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

HERE = Path(__file__).resolve().parent.parent
FIGURES = HERE / "usgs_mcs_2026"
SEED = 20260731
AS_OF = date(2027, 8, 1)

Row = dict[str, str]
Weights = list[tuple[str, int]]
T = TypeVar("T")


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
