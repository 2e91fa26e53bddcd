"""More pieces: every column and kind of value, limits one smallest unit off, endless fractions, texts among texts."""

from __future__ import annotations

import attrs

from vault_rules.testing.strategies.words import PLAIN, pool

MORE = attrs.evolve(
    PLAIN,
    definitions=(
        *PLAIN.definitions,
        "field weight: mass",
        "field bond: money else 0 USD",
        "field note: text",
        "field seen: date",
        'table sites_of {\n| location | extra | day |\n| "quay 1" | 1 USD/kg | 2027-08-31 |\n'
        '| "quay 2" | 0.333333333 USD/kg | 2027-12-01 |\n| otherwise | 0 USD/kg | 2027-09-01 |\n}',
    ),
    tier=PLAIN.tier
    + pool("""
        producer in {"p1", "p2", "p3"}
        price <= 10 USD/kg
        location is missing
    """),
    offer=PLAIN.offer
    + pool("""
        producer in {"p1", "p2", "p3", "p4"}
        producer != "p5"
        producer is missing
        location = "quay 1"
        location = producer
        incoterm = "EXW" or hazard = "toxic"
        price <= 10.000000001 USD/kg
        price < 10.5 USD/kg
        price >= 1500 JPY/kg
        price + sites_of[location].extra <= 12 USD/kg
        delivery <= sites_of[location].day
        quantity >= 50.000001 kg
        quantity * 3 > 100 lb
        quantity - lot >= 20 kg
        (weight else 5 kg) * 2 <= quantity
        bond <= price * quantity
        (note else "n1") = "n1"
        (seen else today) <= delivery
        seen is missing
        round(quantity, 20 kg) >= 40 kg
        abs(price - 10 USD/kg) <= 0.5 USD/kg
        max(purity, 98.5%) < 99.5%
        price / 10 USD/kg <= 105%
        if purity >= 99% then price <= 12 USD/kg else price <= 11 USD/kg
        delivery.month >= 9
    """),
    loose=PLAIN.loose
    + pool("""
        producer != "p1"
        location != "quay 9"
        (producer else location) != location or price > 0 USD/kg
        price <= 20 USD/kg
        bond <= 1mn USD
        delivery + 1 month >= today
    """),
    request=PLAIN.request
    + pool("""
        price <= (request.max_price else 12 USD/kg)
        delivery <= (request.need_by else today + 6 months)
        quantity >= request.quantity / 10
        request.priority = grade
        form = (request.form else form)
    """),
    reference=PLAIN.reference
    + pool("""
        (lowest(TIERS, responsive).trader else TRADER) = trader
        (lowest(TIERS).grade else 4) > 3
        (lowest(all, depth 30 kg).duty else 2 USD/kg) < 1 USD/kg
        compared <= (vwap(TIERS, depth 33.333333 kg) else compared)
        supply(TIERS) >= request.quantity
        (median(TIERS, depth 50 kg) else price) >= price
        (lowest(all).producer else producer) = producer
        price <= (best(TIERS, depth quantity / 2) else price)
        quantity * count(all) <= supply(all)
    """),
    prices=PLAIN.prices
    + pool("""
        median(TIERS, depth 50 kg)
        median(TIERS, depth 100 lb, responsive)
        vwap(TIERS, responsive)
        best(TIERS, depth 60.000001 kg)
        lowest(TIERS, responsive).price
        9.999999999 USD/kg
        (request.max_price else 10 USD/kg)
        lowest(TIERS, depth 50 kg, responsive).compared
        best(TIERS, depth 5% of request.quantity)
        1500 JPY/kg
        best(TIERS, depth quantity)
        vwap(TIERS, depth (if origin = COUNTRY then 20 kg else 50 kg), responsive)
        max(best(TIERS), 9.5 USD/kg)
    """),
    step_keys=PLAIN.step_keys
    + pool("""
        producer
        location
        delivery
        melted_in
        origin in allies
        price - (best(TIERS) else 0 USD/kg)
        round(price, 0.5 USD/kg)
        incoterm
        bond
        (seen else today)
        (note else producer)
        min_quantity
        quantity / 3
        delivery.quarter
    """),
    serve_keys=PLAIN.serve_keys
    + pool("""
        priority
        form
        quantity / 3
        if mineral = MINERAL then quantity else 5 kg
    """),
    compares=PLAIN.compares
    + pool("""
        price * 1.000000001
        price + sites_of[location].extra
        price + (duty - 0.25 USD/kg)
        price + bond / 7 kg
        price / 3
        (if purity >= 99% then price else price + 0.5 USD/kg)
    """),
    shows=pool("""
        price * quantity
        days_of_cover
        compared
        producer
        location
        request.buyer
        delivery - today
        best(TIERS)
        (lowest(all).origin else COUNTRY)
        tier
        sites_of[location].day
        grade
        bond
        note
    """),
    masses=PLAIN.masses
    + pool("""
        33.333333 kg
        49.999999 kg
        50.000001 kg
        200 kg
        500 kg
        0.3333333333 t
        1 oz_t
    """),
    money=PLAIN.money
    + pool("""
        333.33 USD
        1000.005 USD
        2345.67 USD
        5k USD
        100000 JPY
        0.01 USD
    """),
    by=PLAIN.by
    + pool("""
        location
        incoterm
        note
        trader
        origin
        local
        melted_in
        hazard
    """),
    target_where=(*PLAIN.target_where, "where tier = TIER", 'where producer != "p1"', "where price <= 10 USD/kg"),
)
