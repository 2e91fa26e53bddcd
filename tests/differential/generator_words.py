"""The pieces that generated policies are made of: atoms by the stage that may read them. TIERS stands for tiers."""

from __future__ import annotations

from random import Random

DEFINITIONS = [
    "mineral cobalt\nmineral gallium\nmineral tin",
    "trader ta\ntrader tb\ntrader tc",
    "buyer gm\nbuyer ge",
    "group both = {cobalt, gallium}",
    "group allies = {AU, KR} + {CA}",
    "group desk = {ta, tb} - {tb}",
    "group sites = {owned}",
    "field duty: price else 0 USD/kg",
    "field local: boolean",
    "field grade: number else 3",
    "let turn = 2027-08-01",
    "let cover = 60 days",
    "let budget = 1k USD",
    "table spec {\n| mineral | purity | extra | depth |\n| cobalt | 99% | 10% | 30 kg |\n"
    "| otherwise | 98% | 20% | 50 kg |\n}",
    "table yearly by mineral, year {\n| mineral | year | mass |\n| cobalt | 2027 | 60 kg |\n"
    "| gallium | 2028 | 100 lb |\n}",
    'table shapes {\n| form | extra |\n| "rod" | 10% |\n| otherwise | 20% |\n}',
    'table some {\n| form | least |\n| "rod" | 20 kg |\n}',
]

TIER = [
    "origin = US",
    "origin in allies",
    "origin in allies + {US} and processed_in in allies + {US}",
    "processed_in = US",
    'form = "rod"',
    "trader in {ta, tb}",
    "(local else false)",
]
OFFER = [
    "origin = US",
    "origin != CN",
    "origin in {US, AU}",
    "origin not in allies",
    "processed_in = origin",
    "(melted_in else CN) = CN",
    "melted_in = US",
    "purity >= 99%",
    "purity >= spec[mineral].purity",
    'form = "rod"',
    "form is missing",
    "price <= 12 USD/kg",
    "price < 11 EUR/kg",
    "price <= 5 USD/lb",
    "round(price, 2 USD/kg) <= 10 USD/kg",
    "compared <= 12 USD/kg",
    "min(price, 11 USD/kg) >= 10 USD/kg",
    "price * quantity <= 500 USD",
    "quantity >= 50 kg",
    "quantity >= 100 lb",
    "lot is missing",
    "min_quantity <= 20 kg",
    "delivery <= 2027-09-01",
    "delivery <= today + 2 months",
    "delivery - today <= 60 days",
    "delivery.quarter <= 3",
    "valid_until >= today",
    "grade >= 3",
    "(local else true)",
    "local is missing",
    "trader = ta",
    "trader in desk",
    "shapes[form].extra <= 10%",
    "quantity >= (some[form].least else 30 kg)",
    "mineral = cobalt",
    "mineral in spec",
    "hazard is missing",
    'producer = "acme"',
    "duty <= 1 USD/kg",
    "(purity else 99%) >= 99% and quantity > 20 kg",
]
LOOSE = [
    "origin != CN",
    "origin in {US, AU, KR}",
    "price <= 12 USD/kg",
    "price < 12 EUR/kg",
    "price <= 5.5 USD/lb",
    "compared <= 14 USD/kg",
    "purity >= 98%",
    "(purity else 99%) >= spec[mineral].purity",
    "delivery <= 2027-12-01",
    "delivery <= today + 6 months",
    "valid_until >= 2027-01-01",
    "grade >= 2",
    "quantity > 10 kg",
    "(melted_in else US) != CN",
    "(hazard is missing) or (mineral = cobalt)",
    "trader in {ta, tb}",
    "mineral in spec",
    "(days_of_cover else 0 days) < 400 days",
    "round(price, 2 USD/kg) <= 12 USD/kg",
]
CONTEXT = [
    "days_of_cover < 30 days",
    "days_of_cover < cover",
    "(days_of_cover else 0 days) < 60 days",
    "stock > 50 kg",
    "demand >= 100 kg",
    "today >= turn",
    "today.fiscal_year = 2027",
    "today.quarter = 3",
    "today + 6 months <= 2028-02-29",
    "stock * 2 > demand",
]
REQUEST = [
    "request.buyer = gm",
    "request.purity >= 99%",
    "purity >= (request.purity else 98%)",
    "request.quantity > 50 kg",
    "price <= request.max_price",
    "delivery <= request.need_by",
    "request.form is missing",
    "request.priority <= 1",
    'request.request = "r1"',
]
REFERENCE = [
    "(best(TIERS) else 10 USD/kg) < 11 USD/kg",
    "price <= (median(TIERS) else price)",
    "price > (best(TIERS, depth 50 kg, responsive) else 10 USD/kg)",
    "supply(TIERS) > 50 kg",
    "supply(TIERS, responsive) > 100 kg",
    "count(TIERS, responsive) >= 2",
    "count(all) < 3",
    "(lowest(TIERS).origin else US) = US",
    "(lowest(all, responsive).delivery else today) > today",
    "price <= (benchmark else 12 USD/kg)",
]
PRICES = [
    "best(TIERS)",
    "best(TIERS, depth 20 kg)",
    "best(TIERS, depth 50 kg)",
    "best(TIERS, depth spec[mineral].depth)",
    "best(TIERS, responsive)",
    "best(TIERS, depth 50 kg, responsive)",
    "vwap(TIERS)",
    "vwap(TIERS, depth 50 kg)",
    "vwap(TIERS, depth 100 lb, responsive)",
    "median(TIERS)",
    "median(TIERS, responsive)",
    "lowest(TIERS).price",
    "lowest(TIERS, depth 30 kg).compared",
    "benchmark",
    "benchmark(within 30 days)",
    'benchmark("lme")',
    'benchmark("lme", within 31 days)',
    "benchmark(within 30 days)",
    "(benchmark else 10 USD/kg)",
    "request.max_price",
    "10 USD/kg",
    "benchmark * 1.1",
]
STEP_KEYS = [
    "price",
    "price",
    "delivery",
    "purity",
    "tier",
    "quantity",
    "trader",
    "lot",
    "form",
    "compared",
    "origin = US",
    "grade",
    "if origin = US then price else price * 1.25",
    "price * quantity",
    "(lowest(TIERS).delivery else today)",
    "if shapes[form].extra = 10% then 1 else 2",
    "(benchmark else price) - price",
    "request.priority",
    "melted_in",
]
SERVE_KEYS = [
    "if buyer = gm then 1 else 2",
    "priority",
    "need_by",
    "quantity",
    "buyer",
    "mineral",
    "max_price",
    "request.priority",
    "purity",
]
COMPARES = [
    "price",
    "price + duty",
    "price * 1.1 + duty",
    "price * (if origin = US then 1 else 1.25)",
    "price * (if (origin else US) = US then 1 else 1.25) + duty",
    "price + 1 EUR/kg",
    "price - 1 USD/kg",
    "if (local else false) then price else price + 1 USD/kg",
]
TIER_MODIFIERS = ["for {cobalt}", "from turn", "before 2027-10-01", "for {gallium} from turn"]
WINDOWS = [
    "from 2027-07-01",
    "before 2027-10-01",
    "through 2027-08-01",
    "from 2027-01-01 through 2027-12-31",
    "from turn",
    "before turn",
]
SELLERS = [
    "ta, tb",
    "ta then tb",
    "{tb} then ta, tc",
    "desk then tb",
    "tc then tb then ta",
    "{tb, tc} then desk",
    "ta then ta, tb",
]
STORE = [
    "operator = trader",
    "country = US",
    "country = origin",
    "capacity >= 50 kg",
    "cost is missing",
    "tier = dom",
    "request.buyer = gm",
    "mineral = cobalt",
    'facility != "f1"',
    "cost <= 1 USD/kg",
    "awarded >= 20 kg",
    "(premium else 0%) <= 5%",
    "reference >= 10 USD/kg",
]
STORE_KEYS = ["cost", "awarded", "capacity", "country", "operator", "kind", "country = origin", "facility"]

RATIOS = ["10%", "20%", "25%", "33%", "40%", "50%", "60%", "65%", "75%", "100%"]
MASSES = ["5 kg", "10 kg", "20 kg", "30 kg", "50 kg", "60 kg", "75 kg", "100 kg", "100 lb", "0.1 t"]
BY = ["origin", "trader", "tier", "form", "producer", "request.buyer", "mineral", "processed_in", "offer", "buyer"]
PERIODS = ["per month", "per quarter", "per year", "per fiscal_year"]
MONEY = ["100 USD", "300 USD", "500 USD", "budget", "99.995 USD", "450 EUR"]


def filled(rng: Random, text: str, tiers: list[str]) -> str:
    """The text with some tiers, or `all`, in the place of TIERS."""
    if "TIERS" not in text:
        return text
    few = rng.sample(tiers, rng.randint(1, len(tiers)))
    return text.replace("TIERS", rng.choice(["all", few[0], ", ".join(few), "{" + ", ".join(few) + "}"]))


def cap_body(rng: Random, measure: str) -> str:
    """`MEASURE [by FIELD] <= LIMIT [of …] [per …]…` for a hard cap."""
    by = f" by {rng.choice(BY)}" if rng.random() < 0.35 else ""
    per = _per(rng, of_mineral=False)
    of_mineral = rng.choice([" per mineral", "", " per mineral"])
    if measure == "spend":
        return f"spend{by} <= {rng.choice(MONEY)}{per}{_period(rng)}"
    ratio = rng.choice(RATIOS)
    limits = [f"{ratio} of requested{_per(rng, of_mineral=True)}", f"{ratio} of demand{of_mineral}"]
    limits += [f"{ratio} of stock{of_mineral}"]
    if measure != "share":
        limits += [f"{rng.choice(MASSES)}{per}"] * 3
        limits += [f"{rng.choice(['180 days', '60 days', 'cover', '6 months', '73 days'])} of demand{of_mineral}"]
        limits += [
            "0.5 * stock per mineral",
            "(demand else 30 kg) per mineral",
            "spec[mineral].depth per mineral",
            "(yearly[mineral, today.fiscal_year].mass else 20 kg) per mineral",
            "(if days_of_cover < 30 days then 100 kg else 20 kg) per mineral",
        ]
    period = "" if measure == "stock" else _period(rng)
    return f"{measure}{by} <= {rng.choice(limits)}{period}"


def _period(rng: Random) -> str:
    return rng.choice(["", "", "", " " + rng.choice(PERIODS)])


def _per(rng: Random, *, of_mineral: bool) -> str:
    pers = ["", "", " per mineral", " per mineral", " per request.buyer", " per mineral per request.buyer"]
    return rng.choice(pers if of_mineral else [*pers, " per origin", " per form per mineral", " per request.request"])


def target_body(rng: Random) -> str:
    """A target, which may also say `of purchased`."""
    where = rng.choice(["", "", "where origin = US", "where processed_in in allies", "where purity >= 99%"])
    of = rng.choice(["purchased", "requested", "purchased"])
    per = rng.choice(["", " per mineral", " per mineral per request.buyer"])
    by = rng.choice(["", "", " by origin", " by trader"])
    ratio = rng.choice(RATIOS)
    bodies = [
        f"share{by} >= {ratio} of {of}{per} {where}",
        f"value share{by} >= {ratio} of purchased{per} {where}",
        f"stock{by} >= {rng.choice(['60 days', '30%', 'cover'])} of demand per mineral {where}",
        f"quantity{by} >= 50 kg{per} per quarter {where}",
        f"spend{by} >= 300 USD{per} {where}",
    ]
    return rng.choice(bodies)
