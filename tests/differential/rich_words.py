"""More words, for the test of the engines against each other: what the second reading need not know."""

from __future__ import annotations

from random import Random

from tests.differential import generator_words as plain
from tests.differential.generator_words import RATIOS, filled

__all__ = ["cap_body", "filled", "target_body"]

TIER = [*plain.TIER, 'producer in {"p1", "p2", "p3"}', "price <= 10 USD/kg", "location is missing"]
WINDOWS, SELLERS, CONTEXT, REFERENCE = plain.WINDOWS, plain.SELLERS, [*plain.CONTEXT], [*plain.REFERENCE]
STORE, STORE_KEYS, TIER_MODIFIERS = plain.STORE, plain.STORE_KEYS, plain.TIER_MODIFIERS
DEFINITIONS = [
    *plain.DEFINITIONS,
    "field weight: mass",
    "field bond: money else 0 USD",
    "field note: text",
    "field seen: date",
    "let part_of_mineral = if mineral = cobalt then 33.3333% else 60%",
    "let mass_of_mineral = 2 * (if mineral in both then 50.000001 kg else 90 kg)",
    'table sites_of {\n| location | extra | day |\n| "quay 1" | 1 USD/kg | 2027-08-31 |\n'
    '| "quay 2" | 0.333333333 USD/kg | 2027-12-01 |\n| otherwise | 0 USD/kg | 2027-09-01 |\n}',
]
OFFER = [
    *plain.OFFER,
    'producer in {"p1", "p2", "p3", "p4"}',
    'producer != "p5"',
    "producer is missing",
    'location = "quay 1"',
    "location = producer",
    'incoterm = "EXW" or hazard = "toxic"',
    "price <= 10.000000001 USD/kg",
    "price < 10.5 USD/kg",
    "price >= 1500 JPY/kg",
    "price + sites_of[location].extra <= 12 USD/kg",
    "delivery <= sites_of[location].day",
    "quantity >= 50.000001 kg",
    "quantity * 3 > 100 lb",
    "quantity - lot >= 20 kg",
    "(weight else 5 kg) * 2 <= quantity",
    "bond <= price * quantity",
    '(note else "n1") = "n1"',
    "(seen else today) <= delivery",
    "seen is missing",
    "round(quantity, 20 kg) >= 40 kg",
    "abs(price - 10 USD/kg) <= 0.5 USD/kg",
    "max(purity, 98.5%) < 99.5%",
    "price / 10 USD/kg <= 105%",
    "if purity >= 99% then price <= 12 USD/kg else price <= 11 USD/kg",
    "delivery.month >= 9",
]
LOOSE = [
    *plain.LOOSE,
    'producer != "p1"',
    'location != "quay 9"',
    "(producer else location) != location or price > 0 USD/kg",
    "price <= 20 USD/kg",
    "bond <= 1mn USD",
    "delivery + 1 month >= today",
]
REQUEST = [
    *plain.REQUEST,
    "price <= (request.max_price else 12 USD/kg)",
    "delivery <= (request.need_by else today + 6 months)",
    "quantity >= request.quantity / 10",
    "request.priority = grade",
    "form = (request.form else form)",
]
REFERENCE += [
    "(lowest(TIERS, responsive).trader else ta) = trader",
    "(lowest(TIERS).grade else 4) > 3",
    "(lowest(all, depth 30 kg).duty else 2 USD/kg) < 1 USD/kg",
    "compared <= (vwap(TIERS, depth 33.333333 kg) else compared)",
    "supply(TIERS) >= request.quantity",
    "(median(TIERS, depth 50 kg) else price) >= price",
    "(lowest(all).producer else producer) = producer",
    "price <= (best(TIERS, depth quantity / 2) else price)",
    "quantity * count(all) <= supply(all)",
]
PRICES = [
    *plain.PRICES,
    "median(TIERS, depth 50 kg)",
    "median(TIERS, depth 100 lb, responsive)",
    "vwap(TIERS, responsive)",
    "best(TIERS, depth 60.000001 kg)",
    "lowest(TIERS, responsive).price",
    "9.999999999 USD/kg",
    "(request.max_price else 10 USD/kg)",
    "lowest(TIERS, depth 50 kg, responsive).compared",
    "best(TIERS, depth 5% of request.quantity)",
    "1500 JPY/kg",
    "best(TIERS, depth quantity)",
    "vwap(TIERS, depth (if origin = US then 20 kg else 50 kg), responsive)",
    "max(best(TIERS), 9.5 USD/kg)",
]
STEP_KEYS = [
    *plain.STEP_KEYS,
    "producer",
    "location",
    "delivery",
    "melted_in",
    "origin in allies",
    "price - (best(TIERS) else 0 USD/kg)",
    "round(price, 0.5 USD/kg)",
    "incoterm",
    "bond",
    "(seen else today)",
    "(note else producer)",
    "min_quantity",
    "quantity / 3",
    "delivery.quarter",
]
SERVE_KEYS = [*plain.SERVE_KEYS, "priority", "form", "quantity / 3", "if mineral = cobalt then quantity else 5 kg"]
COMPARES = [
    *plain.COMPARES,
    "price * 1.000000001",
    "price + sites_of[location].extra",
    "price + (duty - 0.25 USD/kg)",
    "price + bond / 7 kg",
    "price / 3",
    "(if purity >= 99% then price else price + 0.5 USD/kg)",
]
SHOWS = [
    "price * quantity",
    "days_of_cover",
    "compared",
    "producer",
    "location",
    "request.buyer",
    "delivery - today",
    "best(TIERS)",
    "(lowest(all).origin else US)",
    "tier",
    "sites_of[location].day",
    "grade",
    "bond",
    "note",
]
MASSES = [*plain.MASSES, "33.333333 kg", "49.999999 kg", "50.000001 kg", "200 kg", "500 kg", "0.3333333333 t", "1 oz_t"]
BY = [*plain.BY, "location", "incoterm", "note", "trader", "origin", "local", "melted_in", "hazard"]
MONEY = [*plain.MONEY, "333.33 USD", "1000.005 USD", "2345.67 USD", "5k USD", "100000 JPY", "0.01 USD"]


def cap_body(rng: Random, measure: str) -> str:
    """Limits one smallest unit either way, spend to the cent, more columns to count by."""
    if rng.random() < 0.4:
        return plain.cap_body(rng, measure)
    by = f" by {rng.choice(BY)}" if rng.random() < 0.6 else ""
    per = rng.choice(
        ["", " per mineral", " per origin", " per trader per mineral", " per request.request", " per buyer"]
    )
    period = "" if measure == "stock" or rng.random() < 0.7 else " " + rng.choice(plain.PERIODS)
    if measure == "spend":
        return f"spend{by} <= {rng.choice(MONEY)}{per}{period}"
    if measure == "share" or rng.random() < 0.3:
        of = rng.choice(["requested", "requested", "requested per request.buyer", "demand", "stock"])
        ratio = rng.choice([*RATIOS, "7.777%", "100%", "30%", "part_of_mineral"])
        return f"{measure}{by} <= {ratio} of {of} per mineral{period}"
    masses = [*MASSES, "mass_of_mineral"] if "per mineral" in per else MASSES
    return f"{measure}{by} <= {rng.choice(masses)}{per}{period}"


def target_body(rng: Random) -> str:
    """More targets `of purchased`."""
    if rng.random() < 0.5:
        return plain.target_body(rng)
    by = rng.choice(["", " by origin", " by tier", " by producer"])
    per = rng.choice(["", " per mineral", " per request.buyer"])
    where = rng.choice(
        ["", "where origin = US", "where tier = dom", 'where producer != "p1"', "where price <= 10 USD/kg"]
    )
    return f"{rng.choice(['share', 'value share'])}{by} >= 33.3333% of purchased{per} {where}"
