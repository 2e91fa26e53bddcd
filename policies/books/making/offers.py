"""What traders offer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from policies.books.making.drawing import Draw, lots, plain, significant
from policies.books.making.stock import listed
from policies.books.making.trade import (
    ALLIED,
    ALLIES,
    AS_OF,
    EURO,
    FX,
    KG,
    MELTED,
    PORTS,
    ROUTES,
    TRADERS,
    Mineral,
    Row,
)


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
