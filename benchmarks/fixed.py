"""What an evaluation costs however small the book: the same one again and again, and the first of a new book."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import polars as pl

import vault_rules as vr
from benchmarks import data, engine, policies
from benchmarks.options import Line, Options, Part, in_short
from benchmarks.timing import rounds

_ROUNDS, _TIMES = 15, 10
_HOW = {
    "one step": "`vr.evaluate(policy, book, as_of)`: whatever may be bought, by price",
    "three steps": "the same: three tiers in turn, two premiums over a price of the market, a cap by origin",
    "three steps, shown": "the same, and `.awards`: the frame of some 25 columns of text",
    "three steps, a new book": "as three steps, each time of a book that was read and never evaluated before",
    "decide": "`vr.decide(policy, book, as_of)`",
    "reading": "`vr.Book.from_frames(…)`",
}


def _works(used: str, offers: pl.DataFrame, asked: pl.DataFrame) -> dict[str, Callable[[], Any]]:
    read = partial(vr.Book.from_frames, offers=offers, requests=asked)
    book, new = read(), [read() for _ in range((_ROUNDS + 1) * _TIMES)]
    one, three = engine.policy(policies.one_step()), engine.policy(policies.waterfall(capped=True))
    return {
        "one step": lambda: engine.plan(used, one, book, data.AS_OF),
        "three steps": lambda: engine.plan(used, three, book, data.AS_OF),
        "three steps, shown": lambda: engine.awards(used, three, book, data.AS_OF),
        "three steps, a new book": lambda: engine.plan(used, three, new.pop(), data.AS_OF),
        "decide": lambda: engine.decide(used, three, book, data.AS_OF),
        "reading": read,
    }


def run(options: Options) -> Part:
    lines = []
    for size in (100, 1000) if options.engine == "reference" else (100, 1000, 10_000):
        book = data.offers(size)
        works = _works(options.engine, data.offer_frame(book), data.requests(book, 0.02))
        times = 1 if options.engine == "reference" else _TIMES
        found = rounds(works, budget=options.budget / 4, most=_ROUNDS, times=times)
        lines += [
            Line(f"{in_short(size)} offers, 60 requests, again", name, size, seconds, _HOW[name])
            for name, seconds in found.items()
        ]
    return Part("fixed", "The fixed cost", "", tuple(lines))
