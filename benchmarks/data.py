"""Books of any size from a seed: the same numbers on any machine, as codes and as the typed frames of a book."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt
import polars as pl

AS_OF = date(2027, 8, 1)
TODAY = (AS_OF - date(1970, 1, 1)).days
MINERALS = tuple(f"mineral_{number:02}" for number in range(60))
TRADERS = tuple(f"trader_{number:02}" for number in range(16))
ALLIES = tuple("AU CA JP KR GB FR DE NO SE FI NL PL ES IT CZ".split())
COVERED = tuple("CN RU BY IR KP".split())
COUNTRIES = ("US", *ALLIES, *COVERED, *"BR CL AR PE ZA ZM CD NA IN ID VN TH KZ TR MX MA GN PH MG".split())
FORMS = ("metal", "oxide", "concentrate")
TIERS = ("domestic", "allied", "other")
PREMIUMS = {"domestic": 15, "allied": 5, "other": 0}
"""In percent over a mineral's reference price, where each offer is decided by itself."""

Numbers = npt.NDArray[Any]


@attrs.frozen(eq=False)
class Rule:
    """What the rule looks up of each mineral, by code: its purity (0.01%), reference (cents per kg) and traders."""

    required: Numbers
    reference: Numbers
    permitted: Numbers
    """Minerals down, traders across."""


@cache
def rule() -> Rule:
    dice = np.random.default_rng(2027)
    required = 9000 + 25 * dice.integers(0, 30, len(MINERALS))
    reference = np.exp(dice.uniform(np.log(200), np.log(2_000_000), len(MINERALS))).astype(np.int64)
    permitted = dice.random((len(MINERALS), len(TRADERS))) < 0.75
    permitted[:, 0] = True
    return Rule(required.astype(np.int64), reference, permitted)


@attrs.frozen(eq=False)
class Offers:
    """An order book as codes and whole numbers: cents per kg, kg, 0.01%, days since 1970. Offer ids go by row."""

    mineral: Numbers
    trader: Numbers
    origin: Numbers
    processed_in: Numbers
    price: Numbers
    quantity: Numbers
    purity: Numbers
    delivery: Numbers
    valid_until: Numbers
    form: Numbers

    def __len__(self) -> int:
        return len(self.mineral)

    @property
    def eligible(self) -> Numbers:
        rules, covered = rule(), np.isin(self.origin, _codes_of(COVERED))
        permitted = rules.permitted[self.mineral, self.trader]
        pure = self.purity >= rules.required[self.mineral]
        return np.asarray(~covered & permitted & pure & (self.valid_until >= TODAY))


def offers(rows: int, seed: int = 1) -> Offers:
    """Random offers, some 45% of them eligible; no two minerals and no two countries are as frequent."""
    dice = np.random.default_rng(seed)
    mineral = _skewed(dice, rows, 1 / (1 + np.arange(len(MINERALS)) / 30))
    weights = np.full(len(COUNTRIES), 1.2)
    weights[0], weights[1], weights[2], weights[_codes_of(COVERED)] = 18, 12, 9, 2
    origin = _skewed(dice, rows, weights)
    elsewhere = _skewed(dice, rows, weights)
    around = rule().reference[mineral]
    return Offers(
        mineral=mineral,
        trader=dice.integers(0, len(TRADERS), rows, dtype=np.uint8),
        origin=origin,
        processed_in=np.where(dice.random(rows) < 0.7, origin, elsewhere),
        price=np.maximum(1, around * dice.integers(900, 1301, rows) // 1000),
        quantity=dice.integers(1, 20_001, rows, dtype=np.int64),
        purity=np.minimum(10_000, 9000 + dice.integers(300, 1100, rows, dtype=np.int64)),
        delivery=TODAY + dice.integers(10, 400, rows, dtype=np.int32),
        valid_until=TODAY + dice.integers(-30, 300, rows, dtype=np.int32),
        form=dice.integers(0, len(FORMS), rows, dtype=np.uint8),
    )


def _skewed(dice: np.random.Generator, rows: int, weights: Numbers) -> Numbers:
    steps = np.cumsum(weights / weights.sum())
    found = np.searchsorted(steps[:-1], dice.random(rows), side="right")
    return found.astype(np.uint8)


def _codes_of(countries: tuple[str, ...]) -> Numbers:
    return np.array([COUNTRIES.index(one) for one in countries], dtype=np.uint8)


# ---- as frames -----------------------------------------------------------------------------------------------------


def code_frame(book: Offers) -> pl.DataFrame:
    """What a rule by hand likes best: nothing but codes of a byte and whole numbers, and the ids to name awards by."""
    columns = {name: getattr(book, name) for name in attrs.fields_dict(Offers) if name != "form"}
    return pl.DataFrame({"offer": _ids("o", len(book)), **columns})


def offer_frame(book: Offers, *, forms: bool = False) -> pl.DataFrame:
    """The `offers` of a book, with a type to each column."""
    frame = pl.DataFrame(
        {
            "offer": _ids("o", len(book)),
            "trader": _texts(book.trader, TRADERS),
            "mineral": _texts(book.mineral, MINERALS),
            "price": _hundredths(book.price),
            "quantity": pl.Series(book.quantity),
            "purity": _hundredths(book.purity),
            "origin": _texts(book.origin, COUNTRIES),
            "processed_in": _texts(book.processed_in, COUNTRIES),
            "delivery": pl.Series(book.delivery).cast(pl.Date),
            "valid_until": pl.Series(book.valid_until).cast(pl.Date),
        }
    )
    return frame.with_columns(form=_texts(book.form, FORMS)) if forms else frame


def codes_of(offers: pl.DataFrame) -> pl.DataFrame:
    """The code frame of a book as it was read from files: typed from Parquet, numbers binary from CSV."""
    named = {"mineral": MINERALS, "trader": TRADERS, "origin": COUNTRIES, "processed_in": COUNTRIES}
    codes = [
        pl.col(column)
        .cast(pl.String)
        .replace_strict({name: code for code, name in enumerate(names)}, return_dtype=pl.UInt8)
        for column, names in named.items()
    ]
    cents = [(pl.col(column) * 100).round().cast(pl.Int64) for column in ("price", "purity")]
    days = [pl.col(column).cast(pl.Date).cast(pl.Int32) for column in ("delivery", "valid_until")]
    return offers.select("offer", "quantity", *codes, *cents, *days)


def _ids(letter: str, rows: int) -> pl.Series:
    """Ids whose order as text is that of the rows."""
    return pl.select(pl.format(letter + "{}", pl.int_range(rows).cast(pl.String).str.zfill(8))).to_series()


def _texts(codes: Numbers, names: tuple[str, ...]) -> pl.Series:
    return pl.Series(names).cast(pl.Categorical).gather(pl.Series(codes))


def _hundredths(numbers: Numbers) -> pl.Series:
    whole = pl.Series(numbers).cast(pl.Int64).cast(pl.Decimal(18, 2))
    return (whole / pl.Series([100]).cast(pl.Decimal(18, 2))).cast(pl.Decimal(18, 2))


# ---- requests ------------------------------------------------------------------------------------------------------


def requests(book: Offers, share: float, each: int = 1) -> pl.DataFrame:
    """So many requests for each mineral; together they ask for a share of what is eligible, in steps of 100 kg."""
    supply = np.bincount(book.mineral[book.eligible], book.quantity[book.eligible], len(MINERALS))
    amount = np.maximum(100, (supply * share / each).astype(np.int64) // 100 * 100)
    mineral = np.tile(np.arange(len(MINERALS), dtype=np.uint8), each)
    rows = len(mineral)
    return pl.DataFrame(
        {
            "request": _ids("r", rows),
            "buyer": pl.Series(["reserve"]).new_from_index(0, rows),
            "mineral": _texts(mineral, MINERALS),
            "quantity": pl.Series(amount[mineral]),
            "priority": pl.Series(np.repeat(np.arange(1, each + 1), len(MINERALS))),
        }
    )


def with_conditions(asked: pl.DataFrame, part: float = 0.5, seed: int = 7) -> pl.DataFrame:
    """The same requests, a part of them with a form, purity, day or price of its own."""
    dice, rows = np.random.default_rng(seed), asked.height
    own = dice.random((4, rows)) < part / 2
    mineral = np.tile(np.arange(len(MINERALS)), rows // len(MINERALS))
    price = rule().reference[mineral] * dice.integers(100, 126, rows) // 100
    days = [AS_OF + timedelta(days=int(one)) for one in dice.integers(60, 400, rows)]
    columns = {
        "form": _texts(dice.integers(0, len(FORMS), rows), FORMS),
        "purity": _hundredths(9300 + 50 * dice.integers(0, 10, rows)),
        "need_by": pl.Series(days, dtype=pl.Date),
        "max_price": _hundredths(np.maximum(1, price)),
    }
    masks = {f"_{name}": pl.Series(own[row]) for row, name in enumerate(columns)}
    kept = [pl.when(pl.col(f"_{name}")).then(pl.col(name)).alias(name) for name in columns]
    return asked.with_columns(**columns, **masks).with_columns(kept).drop(list(masks))
