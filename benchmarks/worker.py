"""Jobs that want a process of their own: `python -m benchmarks.worker '{"job": …}'` prints what it found as JSON."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

import vault_rules as vr
from benchmarks import data, engine, policies
from benchmarks.processes import forget_peak, peak


def grow(size: int, each: int, rounds: int, engine_name: str) -> dict[str, Any]:
    """Evaluate one book several times: the first with reading the frames; the peak over all."""
    book = data.offers(size)
    offers = data.offer_frame(book, forms=True)
    asked = data.with_conditions(data.requests(book, 0.05, each))
    del book
    policy = engine.policy(policies.waterfall(capped=True))
    held = forget_peak()
    begun = time.perf_counter()
    read = vr.Book.from_frames(offers=offers, requests=asked)
    reading = time.perf_counter() - begun
    seconds = []
    for _ in range(rounds):
        begun = time.perf_counter()
        awards = engine.awards(engine_name, policy, read, data.AS_OF)
        seconds.append(time.perf_counter() - begun)
    columns = offers.estimated_size() + asked.estimated_size()
    return {
        "seconds": seconds,
        "reading": reading,
        "peak": peak() - held,
        "columns": columns,
        "awards": awards.height,
        "requests": asked.height,
    }


def from_files(policy: str, book: str, output: str, engine_name: str) -> dict[str, Any]:
    """What the command does, by the API: read, evaluate, write the plan as JSON."""
    begun = time.perf_counter()
    loaded = vr.load_policy(policy)
    read = vr.read_book(book)
    reading = time.perf_counter() - begun
    plan = vr.evaluate(loaded, read, data.AS_OF, engine=engine_name)
    evaluating = time.perf_counter() - begun - reading
    plan.awards.write_parquet(Path(output))
    return {"seconds": [time.perf_counter() - begun], "reading": reading, "evaluating": evaluating, "peak": peak()}


def by_hand_from_files(book: str, output: str, kind: str) -> dict[str, Any]:
    """The same awards by hand from the same files: texts to codes, the waterfall, the awards to Parquet."""
    from benchmarks import by_hand

    begun = time.perf_counter()
    folder = Path(book)
    paths = [folder / f"{name}.{kind}" for name in ("offers", "requests")]
    offers, asked = (
        pl.read_parquet(path) if kind == "parquet" else pl.read_csv(path, try_parse_dates=True) for path in paths
    )
    frame = data.codes_of(offers)
    reading = time.perf_counter() - begun
    by_hand.work(frame, asked, capped=True, pruned=True)().write_parquet(Path(output))
    return {"seconds": [time.perf_counter() - begun], "reading": reading, "peak": peak()}


JOBS: dict[str, Callable[..., dict[str, Any]]] = {"grow": grow, "from_files": from_files, "by_hand": by_hand_from_files}


if __name__ == "__main__":
    arguments = json.loads(sys.argv[1])
    sys.stdout.write(json.dumps(JOBS[arguments.pop("job")](**arguments)) + "\n")
