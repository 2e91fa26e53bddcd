"""What manufacturers ask for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from policies.books.making.drawing import Draw, lots, plain, significant
from policies.books.making.stock import listed
from policies.books.making.trade import BUYERS, Mineral, Row

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
