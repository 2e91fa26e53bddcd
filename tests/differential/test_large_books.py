"""A large book: the fast engine against itself in other rows and in parts, and against the reference by mineral."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest

import vault_rules as vr
from tests.differential.cases import Case
from tests.differential.test_engines_laws import policy_of
from vault_rules.domain.rows import BoundBook

OFFERS = 1_000_000
AS_OF = date(2027, 8, 1)
LARGE = [f"large{number}" for number in range(20)]
SMALL = [f"small{number}" for number in range(12)]
"""Minerals of few offers: their markets are held against the reference."""
COMMON = [
    "policy p { currency USD serve by priority LEAST compare price + fee }",
    *(f"mineral {name}" for name in (*LARGE, *SMALL)),
    "field fee: price else 0 USD/kg",
    "forbid covered: origin in {CN, RU}",
    "require pure: purity >= 95%",
    "tier home when origin = US",
    "tier ally when origin in {AU, CA, KR}",
    "tier rest otherwise",
]
WALKED = [
    "waterfall buying {",
    "  take home premium <= 15% over best(ally, depth 500 kg) if none allow share <= 60% by delivery",
    "  take ally, rest premium <= 10% over vwap(ally) if none allow",
    "}",
    "cap one_origin: share by origin <= 25% of requested per mineral",
    "cap one_maker: quantity by producer <= 1234.5 kg per mineral",
    "cap money: spend by trader <= 90000.55 USD per mineral",
]
SUMMED = [
    "waterfall buying {",
    "  take home premium <= 15% over best(ally, depth 500 kg) if none allow by delivery",
    "  take ally premium <= 10% over vwap(ally) if none allow",
    "  take rest",
    "}",
    "cap one_origin: share by origin <= 25% of requested per mineral",
]
"""Requests walk one by one, or running sums serve them."""


def offers(rng: Random, lots: bool) -> pl.DataFrame:
    """Few different prices and days, so that ids decide between many."""
    small = [(name, rng.randint(30, 300)) for name in SMALL]
    minerals = [name for name, count in small for _ in range(count)]
    minerals += rng.choices(LARGE, k=OFFERS - len(minerals))
    columns: dict[str, Any] = {
        "trader": rng.choices([f"t{number}" for number in range(9)], k=OFFERS),
        "mineral": minerals,
        "price": rng.choices([f"{number / 100:.2f}" for number in range(900, 1400)], k=OFFERS),
        "quantity": rng.choices(["0.000001", "12.5", "40", "55.123456", "100", "333"], k=OFFERS),
        "origin": rng.choices(["US", "AU", "CA", "KR", "CL", "CN", None], k=OFFERS),
        "producer": rng.choices([f"p{number}" for number in range(6000)], k=OFFERS),
        "purity": rng.choices(["94.9", "95", "99.5"], k=OFFERS),
        "lot": rng.choices([None, None, None, "25", "30"] if lots else [None], k=OFFERS),
        "delivery": rng.choices(["2027-09-01", "2027-10-01", "2027-12-24", None], k=OFFERS),
        "fee": rng.choices([None, None, "0.5"], k=OFFERS),
    }
    ids = [f"o{number}" for number in range(OFFERS)]
    return pl.DataFrame({"offer": ids, **columns})


def requests(rng: Random) -> pl.DataFrame:
    rows = [(name, size) for name in LARGE for size in (2_000, 150_000)] + [(name, 3_000) for name in SMALL * 2]
    return pl.DataFrame(
        {
            "request": [f"r{at}" for at in range(len(rows))],
            "buyer": ["gm"] * len(rows),
            "mineral": [name for name, _ in rows],
            "quantity": [size for _, size in rows],
            "priority": [rng.randint(1, 3) for _ in rows],
        }
    )


@pytest.mark.slow
@pytest.mark.parametrize(("least", "rules"), [("least_award 20 kg", WALKED), ("", SUMMED)], ids=["walked", "summed"])
def test_a_large_book_gives_one_plan_and_that_of_the_reference(least: str, rules: list[str], tmp_path: Path) -> None:
    rng = Random(2027)
    book, asked = offers(rng, lots=bool(least)), requests(rng)
    text = "\n".join([*COMMON, *rules]).replace("LEAST", least)
    policy = policy_of(Case((text,), BoundBook((), (), (), (), (), (), {}, ""), AS_OF))
    plan = evaluated(policy, book, asked, "fast")
    other = evaluated(policy, book.sample(fraction=1, shuffle=True, seed=1), asked.reverse(), "fast")
    for table in ("awards", "shortfalls", "totals", "caps"):
        assert getattr(plan, table).equals(getattr(other, table))
    assert len(plan.rows.awards) > 1000
    apart = vr.evaluate(policy, vr.read_book(in_parts(book, asked, tmp_path)), AS_OF)
    for table in ("awards", "shortfalls", "totals", "caps"):
        assert getattr(plan, table).equals(getattr(apart, table))
    for mineral in SMALL:
        few = evaluated(policy, book.filter(mineral=mineral), asked.filter(mineral=mineral), "reference")
        assert of(plan, mineral) == of(few, mineral) and of(few, mineral)


def in_parts(book: pl.DataFrame, asked: pl.DataFrame, folder: Path) -> Path:
    """The book as a folder with a file for each mineral."""
    (folder / "offers").mkdir()
    for mineral in (*LARGE, *SMALL):
        book.filter(mineral=mineral).write_parquet(folder / "offers" / f"{mineral}.parquet")
    asked.write_parquet(folder / "requests.parquet")
    return folder


def evaluated(policy: vr.Policy, book: pl.DataFrame, asked: pl.DataFrame, engine: str) -> vr.Plan:
    return vr.evaluate(policy, vr.Book.from_frames(offers=book, requests=asked), AS_OF, engine=engine)


def of(plan: vr.Plan, mineral: str) -> list[Any]:
    """The awards of a mineral's requests, and what they lack."""
    rows = plan.rows
    awards: list[Any] = [one for one in rows.awards if one.mineral == mineral]
    return [*awards, *(one for one in rows.shortfalls if one.mineral == mineral)]
