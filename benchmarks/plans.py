"""Part b: a whole evaluation beside the same waterfall by hand; the same awards are asserted before any is timed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import polars as pl

import vault_rules as vr
from benchmarks import by_hand, data, engine, in_duckdb, policies
from benchmarks.options import Line, Options, Part, in_short
from benchmarks.timing import rounds

FRAMES = "vault-rules, with the book"
UNSHOWN = "vault-rules, not shown"


@attrs.frozen
class Case:
    """`share` of what is eligible is asked for, by `each` requests for each mineral."""

    capped: bool
    share: float
    each: int

    def __str__(self) -> str:
        kind = "capped" if self.capped else "plain"
        return f"{kind}, {self.share:.0%} awarded to {self.each * len(data.MINERALS)} requests"


CASES = tuple(Case(capped, share, each) for capped in (False, True) for share, each in ((0.02, 1), (0.3, 10)))
HOWS = {
    engine.BASE: "`vr.evaluate(policy, book, as_of).awards`, the book read before",
    UNSHOWN: "`vr.evaluate(policy, book, as_of)`: who gets what, but not the frame of some 25 columns of text",
    FRAMES: "`vr.Book.from_frames(…)` and `vr.evaluate(…).awards`",
    "Polars, pruned": "by hand on codes: a histogram of prices, then one sort of packed integers within reach",
    "Polars, sorted": "by hand on codes: one sort of packed integers of all candidates",
    "DuckDB": "one query of window functions over a native table of codes",
}


def run(options: Options) -> Part:
    lines: list[Line] = []
    notes: list[str] = []
    for size in options.sizes_or((1_000_000, 10_000_000), (100_000,)):
        book = data.offers(size)
        for case in CASES:
            found, more = _case(options, book, case)
            lines += found
            notes += more
    title = "Whole evaluations: three tiers in turn, premiums over the best allied price, a cap by origin or none"
    return Part("plans", title, engine.BASE, tuple(lines), tuple(dict.fromkeys(notes)))


def _case(options: Options, book: data.Offers, case: Case) -> tuple[list[Line], list[str]]:
    asked, notes = data.requests(book, case.share, case.each), []
    frame = data.code_frame(book)
    works: dict[str, Callable[[], Any]] = {
        f"Polars, {name}": by_hand.work(frame, asked, capped=case.capped, pruned=name == "pruned")
        for name in ("pruned", "sorted")
    }
    try:
        works["DuckDB"] = in_duckdb.work(book, asked, capped=case.capped)
    except ImportError as why:
        notes.append(f"DuckDB is not installed here: {why}")
    truth = in_order(works["Polars, sorted"]())
    notes += _ours(options, book, asked, case, works)
    for name, work in works.items():
        if name != UNSHOWN and not truth.equals(in_order(work())):
            raise AssertionError(f"{name} makes other awards: {case}")
    found = rounds(works, budget=options.budget)
    name = f"{in_short(len(book))} offers, {case}"
    more: dict[str, Any] = {"awards": truth.height, "awarded_kg": int(truth["quantity"].sum())}
    return [Line(name, who, len(book), times, HOWS[who], more) for who, times in found.items()], notes


def in_order(awards: pl.DataFrame) -> pl.DataFrame:
    """Offer, request and whole kilograms, of our plan's frame or of any by hand."""
    if "quantity_kg" in awards.columns:
        awards = awards.select("offer", "request", quantity=pl.col("quantity_kg").cast(pl.Int64))
    return awards.select("offer", "request", pl.col("quantity").cast(pl.Int64)).sort("offer", "request")


def _ours(
    options: Options,
    book: data.Offers,
    asked: pl.DataFrame,
    case: Case,
    works: dict[str, Callable[[], Any]],
) -> list[str]:
    if not engine.reaches(options.engine, len(book)):
        return [engine.too_slow(options.engine, len(book))]
    policy = engine.policy(policies.waterfall(capped=case.capped))
    offers = data.offer_frame(book)
    read = vr.Book.from_frames(offers=offers, requests=asked)
    works[engine.BASE] = lambda: engine.awards(options.engine, policy, read, data.AS_OF)
    works[UNSHOWN] = lambda: engine.plan(options.engine, policy, read, data.AS_OF)
    works[FRAMES] = lambda: engine.awards(
        options.engine, policy, vr.Book.from_frames(offers=offers, requests=asked), data.AS_OF
    )
    return []
