"""Interleaved rounds: A, B, C, A, B, C, … so that a busy machine is as hard on one as on the other."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from typing import Any

LEAST, MOST = 3, 15


def rounds(
    subjects: Mapping[str, Callable[[], Any]],
    *,
    budget: float,
    least: int = LEAST,
    most: int = MOST,
    warm: bool = True,
    times: int = 1,
) -> dict[str, tuple[float, ...]]:
    """The seconds of each subject, round by round; what takes milliseconds is done several `times` a round.

    There are at least `least` rounds, and more until the budget is spent. The first, in which caches fill and pools
    of threads begin, is not counted if `warm`.
    """
    found: dict[str, list[float]] = {name: [] for name in subjects}
    if warm:
        for work in subjects.values():
            work()
    begun = time.perf_counter()
    for number in range(most):
        if number >= least and time.perf_counter() - begun > budget:
            break
        for name, work in subjects.items():
            found[name].append(once(work, times))
    return {name: tuple(seconds) for name, seconds in found.items()}


def once(work: Callable[[], Any], times: int = 1) -> float:
    """One round: the collector has run before and stays out of it, and each result is freed while the clock stands."""
    gc.collect()
    gc.disable()
    seconds = 0.0
    try:
        for _ in range(times):
            begun = time.perf_counter()
            result = work()
            seconds += time.perf_counter() - begun
            del result
    finally:
        gc.enable()
    return seconds / times
