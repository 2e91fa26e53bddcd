"""Part a: the same rule, offer by offer, in every peer; equal answers are asserted row by row before any is timed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np
import polars as pl

import vault_rules as vr
from benchmarks import column_peers, data, engine, policies, row_peers
from benchmarks.options import Line, Options, Part, in_short
from benchmarks.timing import rounds

Answers = pl.DataFrame
READ, FRAMES = engine.BASE, "vault-rules, with the book"
_HOW = {
    READ: "`vr.decide(policy, book, as_of)`, the book read before: names as text, decimals, dates",
    FRAMES: "`vr.Book.from_frames(…)` and `vr.decide(…)`",
}


def run(options: Options) -> Part:
    lines: list[Line] = []
    notes: list[str] = []
    for most in (10_000,) if options.quick else (100_000, 1_000_000):
        found, more = row_by_row(options, most)
        lines += found
        notes += more
    for size in options.sizes_or((1_000_000, 10_000_000), (100_000,)):
        found, more = columns(options, size)
        lines += found
        notes += more
    title = "Decisions: may an offer be bought, in which tier, and is it within its premium"
    return Part("decisions", title, engine.BASE, tuple(lines), tuple(dict.fromkeys(notes)))


# ---- one offer at a time -------------------------------------------------------------------------------------------


def row_by_row(options: Options, most: int) -> tuple[list[Line], list[str]]:
    """So many offers; of a million only those peers are asked that can decide them in a few seconds."""
    book, notes = data.offers(most), []
    rows, truth = row_peers.as_rows(book, most), column_peers.numpy_blocks(book)()
    works: dict[str, Callable[[], Any]] = {}
    sizes: dict[str, int] = {}
    hows = dict(_HOW)
    for peer in row_peers.PEERS:
        if peer.most < most > 100_000:
            continue
        try:
            decide = peer.prepare()
        except ImportError as why:
            notes.append(f"{peer.name} is not installed here: {why}")
            continue
        part = rows[: min(most, peer.most)]
        same(truth.head(len(part)), _of_rows(decide(part)), peer.name)
        works[peer.name], sizes[peer.name], hows[peer.name] = partial(decide, part), len(part), peer.how
    _add_ours(options, book, truth, works, notes)
    case = f"{in_short(most)} offers, one at a time"
    return _timed(options, case, most, works, sizes, hows), notes


def _of_rows(answers: Iterable[Any]) -> Answers:
    rows = [(one[0], data.TIERS.index(one[1]), one[2]) for one in answers]
    schema = {"eligible": pl.Boolean, "tier": pl.UInt8, "within": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row")


# ---- whole columns -------------------------------------------------------------------------------------------------


def columns(options: Options, size: int) -> tuple[list[Line], list[str]]:
    book, notes = data.offers(size), []
    truth = column_peers.numpy_blocks(book)()
    by_mineral = truth[pl.Series(np.argsort(book.mineral, kind="stable"))]
    works: dict[str, Callable[[], Any]] = {}
    hows = dict(_HOW)
    for peer in column_peers.PEERS:
        try:
            work = peer.prepare(book)
        except ImportError as why:
            notes.append(f"{peer.name} is not installed here: {why}")
            continue
        answers = work()
        if peer.order == "rowid":
            answers = answers.sort("rowid")
        same(by_mineral if peer.order == "by mineral" else truth, answers, peer.name)
        works[peer.name], hows[peer.name] = work, peer.how
    _add_ours(options, book, truth, works, notes)
    return _timed(options, f"{in_short(size)} offers, whole columns", size, works, {}, hows), notes


# ---- ours ----------------------------------------------------------------------------------------------------------


def _add_ours(
    options: Options, book: data.Offers, truth: Answers, works: dict[str, Callable[[], Any]], notes: list[str]
) -> None:
    if not engine.reaches(options.engine, len(book)):
        notes.append(engine.too_slow(options.engine, len(book)))
        return
    policy = engine.policy(policies.decisions())
    offers, asked = data.offer_frame(book), data.requests(book, 0.02)
    read = vr.Book.from_frames(offers=offers, requests=asked)

    def decide() -> pl.DataFrame:
        return engine.decide(options.engine, policy, read, data.AS_OF)

    def with_book() -> pl.DataFrame:
        fresh = vr.Book.from_frames(offers=offers, requests=asked)
        return engine.decide(options.engine, policy, fresh, data.AS_OF)

    same(truth, _of_ours(decide(), offers), engine.BASE)
    works[READ], works[FRAMES] = decide, with_book


def _of_ours(found: pl.DataFrame, offers: pl.DataFrame) -> Answers:
    """Our answers in the order of the book, with codes for the tiers."""
    tiers = {name: code for code, name in enumerate(data.TIERS)}
    ours = offers.select("offer").join(found, on="offer", how="left", maintain_order="left", validate="1:1")
    tier = pl.col("tier").cast(pl.String).replace_strict(tiers, return_dtype=pl.UInt8)
    return ours.select("eligible", tier.alias("tier"), within=pl.col("within_premium"))


def same(truth: Answers, found: Answers, who: str) -> None:
    """Fail loudly where an answer differs. Of an offer that may not be bought nobody need say more."""
    eligible = truth["eligible"]
    if not eligible.equals(found["eligible"]):
        raise AssertionError(f"{who} differs in `eligible`")
    for name in ("tier", "within"):
        theirs = found[name].filter(eligible)
        unsaid = name == "within" and theirs.null_count() == len(theirs)  # the reference engine's plan does not tell
        if not unsaid and not truth[name].filter(eligible).equals(theirs):
            raise AssertionError(f"{who} differs in `{name}`")


def _timed(
    options: Options,
    case: str,
    size: int,
    works: dict[str, Callable[[], Any]],
    sizes: dict[str, int],
    hows: dict[str, str],
) -> list[Line]:
    found = rounds(works, budget=options.budget)
    return [Line(case, name, sizes.get(name, size), seconds, hows[name]) for name, seconds in found.items()]
