"""Part c: how time and memory grow with offers and with requests, each point in a process of its own."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks import data, engine
from benchmarks.options import Line, Options, Part, in_short
from benchmarks.processes import asked

OFFERS, REQUESTS = "growing offers, 60 requests", "growing requests"
_MINERALS = len(data.MINERALS)


def run(options: Options) -> Part:
    sizes = options.sizes_or((10_000, 100_000, 1_000_000, 10_000_000), (10_000, 30_000, 100_000))
    each = (1, 10) if options.quick else (1, 10, 100)
    reached = [size for size in sizes if engine.reaches(options.engine, size)]
    notes = [engine.too_slow(options.engine, size) for size in sizes if size not in reached]
    lines = [_point(options, OFFERS, size, 1) for size in reached]
    for offers in _with_many_requests(options, reached):
        case = f"{REQUESTS}, {in_short(offers)} offers"
        lines += [_point(options, case, offers, many) for many in each]
    title = "Growth: a cap, and half of the requests with a form, purity, day or price of their own"
    return Part("growth", title, "", tuple(lines), (*notes, *_fits(lines)))


def _with_many_requests(options: Options, reached: list[int]) -> tuple[int, ...]:
    """Requests grow at one middling size, and at the largest that is quick enough."""
    if options.engine == "reference":
        return ()
    wanted = (100_000,) if options.quick else (100_000, 1_000_000)
    return tuple(size for size in wanted if size in reached)


def _point(options: Options, case: str, size: int, each: int) -> Line:
    rounds = 2 if options.engine == "reference" else 3 if options.quick or size > 1_000_000 else 5
    found: dict[str, Any] = asked("grow", size=size, each=each, rounds=rounds, engine_name=options.engine)
    more = {
        "requests": found["requests"],
        "awards": found["awards"],
        "reading_seconds": found["reading"],
        "peak_bytes": found["peak"],
        "peak_to_columns": found["peak"] / found["columns"],
    }
    subject = f"{in_short(size)} offers, {found['requests']:,} requests"
    return Line(case, subject, size, tuple(found["seconds"]), "`vr.evaluate(…).awards`", more)


def _fits(lines: list[Line]) -> list[str]:
    """The exponents: 1 is in proportion."""
    notes = []
    for case in dict.fromkeys(line.case for line in lines):
        points = [line for line in lines if line.case == case]
        grown = "offers" if case == OFFERS else "requests"
        sizes = [line.size if case == OFFERS else int(line.more["requests"]) for line in points]
        if len(set(sizes)) > 1:
            time = exponent(sizes, [line.median for line in points])
            memory = exponent(sizes, [float(line.more["peak_bytes"]) for line in points])
            notes.append(f"{case}: time grows as {grown} to the {time:.2f}, peak memory to the {memory:.2f}")
    return notes


def exponent(sizes: list[int], values: list[float]) -> float:
    """The slope of the line through the logarithms, by least squares."""
    slope, _ = np.polyfit(np.log(sizes), np.log(values), 1)
    return float(slope)
