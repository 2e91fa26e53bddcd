"""Tables of offers as people write them: in any unit, with blanks, white space and cells that are bad."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import polars as pl
from hypothesis import strategies as st

FIELDS = {
    "esg": "ratio", "score": "number", "weight": "stock", "fee": "charge", "bond": "money", "audit": "boolean",
    "seen": "date", "from": "country", "note": "text",
}  # fmt: skip

_NUMBERS = ["1", "34.50", "34.5", "+2", "7.", ".5", "007", "12345678901234567.25", "0.0000001", "250", "3"]
_BAD_NUMBERS = [
    "0",
    "-3",
    "34,50",
    "1,000,000",
    "1e3",
    "nan",
    "x",
    "1.2.3",
    ".-5",
    "-",
    "5\u2003t",
    "9" * 45,
    "0" * 120,
]
_UNITS = ["", "t", "kg", "g", "lb", "oz_t", "mtu"]
_PRICES = [" USD/kg", "USD/t", " EUR / lb", " EUR", " GBP/kg", " USD /oz_t"]
_PERCENT = ["99.5", "99.5%", "99.50 %", "100", "0", "7%", " 8"]

GOOD: dict[str, list[str]] = {
    "trader": ["glencore", "vale", " glencore ", "ümicore", "a b"],
    "mineral": ["cobalt", "copper", "cobalt ", "gallium"],
    "price": [*_NUMBERS, *(n + p for n in _NUMBERS[:4] for p in _PRICES), "\u20035 "],
    "quantity": [*_NUMBERS, *(n + " " + u for n in _NUMBERS[:4] for u in _UNITS), "5t", "00000" * 9 + "1"],
    "currency": ["USD", "EUR", ""],
    "per": _UNITS,
    "unit": _UNITS,
    "form": ["cathode", "oxide", "", " "],
    "purity": [*_PERCENT, ""],
    "origin": ["US", "NA", "", "AU "],
    "producer": ["mine", "Mine", "", "#1 mine", "!"],
    "content": ["", "56%", "0.56", "1", "100%", "81.897 %", "0.000001"],
    "lot": ["", "1", "2 t", "0.5"],
    "delivery": ["2027-08-01", "", " 2027-01-01"],
    "hazard": ["", "none", "\x85"],
    "esg": [*_PERCENT, "-7%", ""],
    "score": ["-1", "+2.50", "", "-.5", "0"],
    "weight": ["", "0", "1", "2 t", "0.5 lb"],
    "fee": ["", "0", "0 USD/t", "1", "3 USD/kg", "3 EUR"],
    "bond": ["", "0", "1.2mn USD", "4 k EUR", "5 EUR"],
    "audit": ["true", "FALSE", ""],
    "seen": ["2027-08-01", ""],
    "from": ["US", ""],
    "note": ["x", "", " y", "#z"],
    "memo": ["x", "a\nb", "a\\nb", "\0", "\\0", ""],
}
"""Cells that can be read, by column; `GBP` has no rate."""

BAD: dict[str, list[str]] = {
    "trader": ["", "#REF!", "a\nb", "glencor"],
    "mineral": ["", "cobolt", "\x1b"],
    "price": ["", "5 USD/stone", "5 usd/kg", "USD 3", *_BAD_NUMBERS],
    "quantity": ["", "10 tons", *_BAD_NUMBERS],
    "currency": ["usd", "JPY"],
    "per": ["tons"],
    "unit": ["tons"],
    "form": ["x" * 1001],
    "purity": ["101", "-1", "100.0001", "five", *_BAD_NUMBERS[2:]],
    "content": ["101%", "0", "-1", *_BAD_NUMBERS[2:]],
    "origin": ["Germany", "us"],
    "producer": ["#N/A", "a\tb"],
    "lot": _BAD_NUMBERS,
    "delivery": ["01/08/2027", "2027-02-30", "10000-01-01"],
    "hazard": ["\x00"],
    "esg": _BAD_NUMBERS[2:],
    "score": _BAD_NUMBERS[2:],
    "weight": _BAD_NUMBERS,
    "fee": ["5 JPY", *_BAD_NUMBERS],
    "bond": ["-1", *_BAD_NUMBERS[1:]],
    "audit": ["yes"],
    "seen": ["soon"],
    "from": ["usa"],
    "note": ["#REF!"],
    "memo": [""],
}

TYPED: dict[str, list[tuple[list[Any], Any]]] = {
    "price": [([5, 7, 0, -1, None], pl.Int64()), ([Decimal("34.50"), Decimal(2), None], pl.Decimal(20, 4))],
    "quantity": [([5, 7, 2**60], pl.UInt64()), ([Decimal("34.50"), Decimal(-2)], pl.Decimal(38, 12))],
    "purity": [([99, 100, 101, None], pl.Int8()), ([Decimal("99.5"), None], pl.Decimal(5, 2))],
    "trader": [(["glencore", "vale", " vale", "", None], pl.Categorical()), ([7, 8], pl.Int16())],
    "mineral": [(["cobalt", "copper"], pl.Enum(["copper", "x", "cobalt"]))],
    "delivery": [
        ([date(2027, 1, 1), None, date(2030, 1, 1)], pl.Date()),
        ([datetime(2027, 1, 1), datetime(2027, 1, 1, 5), None], pl.Datetime("us")),  # noqa: DTZ001
    ],
    "audit": [([True, False, None], pl.Boolean())],
    "score": [([1, -2, None], pl.Int32()), ([Decimal("1.5")], pl.Decimal(38, 1)), ([True], pl.Boolean())],
    "esg": [([1.5, None], pl.Float64())],
    "note": [([1, 2], pl.Int64()), ([Decimal("1.50"), None], pl.Decimal(9, 2)), ([date(2027, 1, 1)], pl.Date())],
    "weight": [([5, 0], pl.Int64())],
    "fee": [([5, None], pl.Int64())],
}
"""Columns of types, with what they may hold."""

_NEEDED = ("trader", "mineral", "price", "quantity")


@st.composite
def offer_frames(draw: Any, *, rows: int = 12) -> pl.DataFrame:
    """A frame of offers; about half of them have no bad cell."""
    height = draw(st.integers(0, rows))
    optional = [name for name in GOOD if name not in _NEEDED]
    names = [*_NEEDED, *draw(st.lists(st.sampled_from(optional), unique=True, max_size=8))]
    spoilt = draw(st.sampled_from([None, None, *names]))
    columns = [_ids(draw, height)]
    for name in names:
        kinds = TYPED.get(name, [])
        if kinds and draw(st.integers(0, 3)) == 0:
            cells, kind = draw(st.sampled_from(kinds))
            columns.append(pl.Series(name, [draw(st.sampled_from(cells)) for _ in range(height)], dtype=kind))
        else:
            cells = GOOD[name] + (BAD[name] if name == spoilt else [])
            columns.append(pl.Series(name, [draw(st.sampled_from(cells)) for _ in range(height)], dtype=pl.String))
    return pl.DataFrame(draw(st.permutations(columns)))


def _ids(draw: Any, height: int) -> pl.Series:
    how = draw(st.sampled_from(["up", "down", "number", "twice", "blank"]))
    numbers = [*range(height)] if how != "down" else [*range(height, 0, -1)]
    if how == "number":
        return pl.Series("offer", numbers, dtype=pl.Int64)
    ids = [f"o{number}" for number in numbers]
    for at in range(height):
        if how == "twice" and draw(st.integers(0, 5)) == 0:
            ids[at] = "o0 "
        if how == "blank" and draw(st.integers(0, 5)) == 0:
            ids[at] = draw(st.sampled_from(["", "#REF!", " ", "#1", "ö", "a\nb"]))
    return pl.Series("offer", ids, dtype=pl.String)
