"""What an evaluation costs however small the book: the same one again and again."""

from __future__ import annotations

import vault_rules as vr
from benchmarks import data, engine, policies
from benchmarks.options import Line, Options, Part, in_short
from benchmarks.timing import rounds


def run(options: Options) -> Part:
    lines = []
    for size in (100, 1000) if options.engine == "reference" else (100, 1000, 10_000):
        book = data.offers(size)
        offers, asked = data.offer_frame(book), data.requests(book, 0.02)
        policy = engine.policy(policies.waterfall(capped=True))
        read = vr.Book.from_frames(offers=offers, requests=asked)
        works = {
            "evaluate": lambda policy=policy, read=read: engine.awards(options.engine, policy, read, data.AS_OF),
            "decide": lambda policy=policy, read=read: engine.decide(options.engine, policy, read, data.AS_OF),
            "from_frames": lambda offers=offers, asked=asked: vr.Book.from_frames(offers=offers, requests=asked),
        }
        found = rounds(works, budget=options.budget / 4, most=50)
        lines += [Line(f"{in_short(size)} offers, again", name, size, times) for name, times in found.items()]
    return Part("fixed", "The fixed cost", "", tuple(lines))
