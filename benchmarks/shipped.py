"""Part h: the shipped policy with all it has, over its own book many times as large.

Seven ceilings on mass and money, shares, exceptions, lots, smallest quantities, prior awards, and requests with forms,
purities, days and prices of their own: no peer has the same by hand, so that there is nothing to compare with.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

import vault_rules as vr
from benchmarks import engine
from benchmarks.options import Line, Options, Part, in_short
from benchmarks.timing import rounds

POLICIES = Path(__file__).resolve().parent.parent / "policies"
AS_OF = date(2027, 8, 1)
_SEED = 7
_EXPLAINED = 100_000
"""Of more offers it takes a minute to say of each why it won nothing."""
_TABLES = ("benchmarks", "facilities", "holdings", "fx", "awards")
_NUMBER, _WHOLE = r"^([0-9.]+)", pl.Decimal(38, 6)


def run(options: Options) -> Part:
    lines: list[Line] = []
    notes: list[str] = []
    policy = vr.load_policy(POLICIES / "project_vault.vault")
    for size in options.sizes_or((100_000, 1_000_000), (10_000,)):
        if not engine.reaches(options.engine, size):
            notes.append(engine.too_slow(options.engine, size))
            continue
        for many in (1,) if options.quick else (1, 30):
            lines += _case(options, policy, size, many)
    title = "The shipped policy over its own book, many times as large"
    return Part("shipped", title, "", tuple(lines), tuple(notes))


def _case(options: Options, policy: Any, size: int, many: int) -> list[Line]:
    requests = _requests(many)
    book = vr.Book.from_frames(
        offers=_offers(size), requests=requests, **{name: _table(name) for name in _TABLES}
    )  # fmt: skip

    def shortfalls() -> Any:
        return engine.plan(options.engine, policy, book, AS_OF).shortfalls

    def rejections() -> Any:
        return engine.plan(options.engine, policy, book, AS_OF).rejections

    works: dict[str, Callable[[], Any]] = {
        "evaluate": lambda: engine.awards(options.engine, policy, book, AS_OF),
    }
    if many == 1:
        works["why requests fall short"] = shortfalls
    if many == 1 and size <= _EXPLAINED:
        works["why offers won nothing"] = rejections
    more = {"awards": engine.awards(options.engine, policy, book, AS_OF).height}
    name = f"{in_short(size)} offers, {requests.height:,} requests"
    hows = {
        "evaluate": "`vr.evaluate(…).awards`",
        "why requests fall short": "`vr.evaluate(…).shortfalls`",
        "why offers won nothing": "`vr.evaluate(…).rejections`",
    }
    found = rounds(works, budget=options.budget, most=9)
    return [Line(name, who, size, times, hows[who], more) for who, times in found.items()]


def _table(name: str) -> pl.DataFrame:
    return pl.read_csv(POLICIES / "books" / "vault_2026" / f"{name}.csv", infer_schema=False)


def _offers(size: int) -> pl.DataFrame:
    """The book's offers again and again, each at a price up to a fifth lower or two fifths higher."""
    own = _table("offers")
    factors = np.random.default_rng(_SEED).integers(800, 1400, size)
    every = pl.concat([own] * -(-size // own.height)).head(size)
    price = pl.col("price").str.extract(_NUMBER).cast(_WHOLE) * pl.Series(factors).cast(pl.Decimal(38, 0)) / 1000
    unit = pl.col("price").str.replace(_NUMBER, "")
    ids = pl.int_range(size).cast(pl.String).str.zfill(9)
    return every.with_columns(offer="o" + ids, price=pl.concat_str(price.cast(_WHOLE).cast(pl.String), unit))


def _requests(many: int) -> pl.DataFrame:
    own = _table("requests")
    return pl.concat([own.with_columns(request=pl.col("request") + f"-{number}") for number in range(many)])
