"""The pieces that generated policies are made of: values and conditions by the stage that may read them.

A word in capitals stands for a name that the policy has: `names.py` puts one there.
"""

from __future__ import annotations

import attrs

Pool = tuple[str, ...]


@attrs.frozen(kw_only=True)
class Words:
    """Each pool is a tuple of texts; the first of a pool is the simplest."""

    definitions: Pool
    """What conditions may name. Where a policy names one of them nowhere it is left out."""
    tier: Pool
    """What tiers ask of offers."""
    offer: Pool
    loose: Pool
    """What most offers fulfil, so that something is left to buy."""
    context: Pool
    request: Pool
    reference: Pool
    prices: Pool
    """What a premium is measured over."""
    step_keys: Pool
    serve_keys: Pool
    compares: Pool
    shows: Pool
    store: Pool
    store_keys: Pool
    tier_modifiers: Pool
    windows: Pool
    sellers: Pool
    ratios: Pool
    masses: Pool
    money: Pool
    by: Pool
    """What caps and targets count apart."""
    target_where: Pool


def pool(text: str) -> Pool:
    """One piece a line."""
    return tuple(line.strip() for line in text.strip().splitlines())


PLAIN = Words(
    definitions=(
        "group both = BOTH",
        "group allies = ALLIES",
        "group desk = DESK",
        "group sites = {owned}",
        "field duty: price else 0 USD/kg",
        "field local: boolean",
        "field grade: number else 3",
        "let turn = 2027-08-01",
        "let cover = 60 days",
        "let budget = 1k USD",
        "table spec {\n| mineral | purity | extra | depth |\n| MINERAL | 99% | 10% | 30 kg |\n"
        "| otherwise | 98% | 20% | 50 kg |\n}",
        "table yearly by mineral, year {\n| mineral | year | mass |\n| MINERAL | 2027 | 60 kg |\n"
        "| OTHER | 2028 | 100 lb |\n}",
        'table shapes {\n| form | extra |\n| "rod" | 10% |\n| otherwise | 20% |\n}',
        'table some {\n| form | least |\n| "rod" | 20 kg |\n}',
    ),
    tier=pool("""
        origin = COUNTRY
        origin in allies
        origin in allies + {COUNTRY} and processed_in in allies + {COUNTRY}
        processed_in = COUNTRY
        form = "rod"
        trader in {TRADERS}
        (local else false)
    """),
    offer=pool("""
        origin = COUNTRY
        origin != COUNTRY
        origin in {COUNTRIES}
        origin not in allies
        processed_in = origin
        (melted_in else COUNTRY) = COUNTRY
        melted_in = COUNTRY
        purity >= 99%
        purity >= spec[mineral].purity
        form = "rod"
        form is missing
        price <= 12 USD/kg
        price < 11 EUR/kg
        price <= 5 USD/lb
        round(price, 2 USD/kg) <= 10 USD/kg
        compared <= 12 USD/kg
        min(price, 11 USD/kg) >= 10 USD/kg
        price * quantity <= 500 USD
        quantity >= 50 kg
        quantity >= 100 lb
        lot is missing
        min_quantity <= 20 kg
        delivery <= 2027-09-01
        delivery <= today + 2 months
        delivery - today <= 60 days
        delivery.quarter <= 3
        valid_until >= today
        grade >= 3
        (local else true)
        local is missing
        trader = TRADER
        trader in desk
        shapes[form].extra <= 10%
        quantity >= (some[form].least else 30 kg)
        mineral = MINERAL
        mineral in spec
        hazard is missing
        producer = "acme"
        duty <= 1 USD/kg
        (purity else 99%) >= 99% and quantity > 20 kg
    """),
    loose=pool("""
        origin != COUNTRY
        origin in {COUNTRIES}
        price <= 12 USD/kg
        price < 12 EUR/kg
        price <= 5.5 USD/lb
        compared <= 14 USD/kg
        purity >= 98%
        (purity else 99%) >= spec[mineral].purity
        delivery <= 2027-12-01
        delivery <= today + 6 months
        valid_until >= 2027-01-01
        grade >= 2
        quantity > 10 kg
        (melted_in else COUNTRY) != COUNTRY
        (hazard is missing) or (mineral = MINERAL)
        trader in {TRADERS}
        mineral in spec
        (days_of_cover else 0 days) < 400 days
        round(price, 2 USD/kg) <= 12 USD/kg
    """),
    context=pool("""
        days_of_cover < 30 days
        days_of_cover < cover
        (days_of_cover else 0 days) < 60 days
        stock > 50 kg
        demand >= 100 kg
        today >= turn
        today.fiscal_year = 2027
        today.quarter = 3
        today + 6 months <= 2028-02-29
        stock * 2 > demand
    """),
    request=pool("""
        request.buyer = BUYER
        request.purity >= 99%
        purity >= (request.purity else 98%)
        request.quantity > 50 kg
        price <= request.max_price
        delivery <= request.need_by
        request.form is missing
        request.priority <= 1
        request.request = "r1"
    """),
    reference=pool("""
        (best(TIERS) else 10 USD/kg) < 11 USD/kg
        price <= (median(TIERS) else price)
        price > (best(TIERS, depth 50 kg, responsive) else 10 USD/kg)
        supply(TIERS) > 50 kg
        supply(TIERS, responsive) > 100 kg
        count(TIERS, responsive) >= 2
        count(all) < 3
        (lowest(TIERS).origin else COUNTRY) = COUNTRY
        (lowest(all, responsive).delivery else today) > today
        price <= (benchmark else 12 USD/kg)
    """),
    prices=pool("""
        best(TIERS)
        best(TIERS, depth 20 kg)
        best(TIERS, depth 50 kg)
        best(TIERS, depth spec[mineral].depth)
        best(TIERS, responsive)
        best(TIERS, depth 50 kg, responsive)
        vwap(TIERS)
        vwap(TIERS, depth 50 kg)
        vwap(TIERS, depth 100 lb, responsive)
        median(TIERS)
        median(TIERS, responsive)
        lowest(TIERS).price
        lowest(TIERS, depth 30 kg).compared
        benchmark
        benchmark(within 30 days)
        benchmark("lme")
        benchmark("lme", within 31 days)
        (benchmark else 10 USD/kg)
        request.max_price
        10 USD/kg
        benchmark * 1.1
    """),
    step_keys=pool("""
        price
        price
        delivery
        purity
        tier
        quantity
        trader
        lot
        form
        compared
        origin = COUNTRY
        grade
        if origin = COUNTRY then price else price * 1.25
        price * quantity
        (lowest(TIERS).delivery else today)
        if shapes[form].extra = 10% then 1 else 2
        (benchmark else price) - price
        request.priority
        melted_in
    """),
    serve_keys=pool("""
        priority
        need_by
        if buyer = BUYER then 1 else 2
        quantity
        buyer
        mineral
        max_price
        request.priority
        purity
    """),
    compares=pool("""
        price
        price + duty
        price * 1.1 + duty
        price * (if origin = COUNTRY then 1 else 1.25)
        price * (if (origin else COUNTRY) = COUNTRY then 1 else 1.25) + duty
        price + 1 EUR/kg
        price - 1 USD/kg
        if (local else false) then price else price + 1 USD/kg
    """),
    shows=(),
    store=pool("""
        operator = trader
        country = COUNTRY
        country = origin
        capacity >= 50 kg
        cost is missing
        tier = TIER
        request.buyer = BUYER
        mineral = MINERAL
        facility != "f1"
        cost <= 1 USD/kg
        awarded >= 20 kg
        (premium else 0%) <= 5%
        (reference else 10 USD/kg) >= 10 USD/kg
    """),
    store_keys=pool("""
        cost
        awarded
        capacity
        country
        operator
        kind
        country = origin
        facility
    """),
    tier_modifiers=("from turn", "for {MINERAL}", "before 2027-10-01", "for {OTHER} from turn"),
    windows=pool("""
        from 2027-07-01
        before 2027-10-01
        through 2027-08-01
        from 2027-01-01 through 2027-12-31
        from turn
        before turn
    """),
    sellers=(
        "TRADERS",
        "TRADER then TRADERS",
        "{TRADER} then TRADERS",
        "desk then TRADER",
        "TRADER then TRADER then TRADER",
        "{TRADERS} then desk",
    ),
    ratios=("100%", "50%", "10%", "20%", "25%", "33%", "40%", "60%", "65%", "75%"),
    masses=("100 kg", "50 kg", "5 kg", "10 kg", "20 kg", "30 kg", "60 kg", "75 kg", "100 lb", "0.1 t"),
    money=("500 USD", "100 USD", "300 USD", "budget", "99.995 USD", "450 EUR"),
    by=pool("""
        origin
        trader
        tier
        form
        producer
        request.buyer
        mineral
        processed_in
        offer
        buyer
    """),
    target_where=("", "", "where origin = COUNTRY", "where processed_in in allies", "where purity >= 99%"),
)

PERIODS = ("per month", "per quarter", "per year", "per fiscal_year")
