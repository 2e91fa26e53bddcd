"""Work on the columns of many rows, several columns at a time: Polars lets go of Python's lock while it works."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import polars as pl

_T = TypeVar("_T")
_S = TypeVar("_S")
WORTH_A_THREAD = 50_000


def at_once(work: Callable[[_S], _T], columns: Iterable[_S], height: int) -> list[_T]:
    """Do work for each column, several at a time where there are many rows."""
    if height < WORTH_A_THREAD:
        return [work(column) for column in columns]
    with ThreadPoolExecutor(pl.thread_pool_size()) as pool:
        return list(pool.map(work, columns))
