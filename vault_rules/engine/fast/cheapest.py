"""The cheapest rows of each group, as far as they are needed, without sorting what can never be reached."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from vault_rules.domain.columns import INT64_MAX, INT128_MAX

SMALL = 40_000
"""So few rows are sorted without asking which of them are needed."""
SAMPLE = 20_000
_SURE = 12  # rows of the sample: a guess from fewer is no guess


def cheapest(frame: pl.DataFrame, enough: Mapping[int, int]) -> tuple[pl.DataFrame, frozenset[int]]:
    """The rows of each group with the lowest keys whose quantities make up at least `enough`, sorted.

    `frame` has columns `#group`, `#key` and `#quantity`, whole numbers. Also returned: the groups of which there are
    more rows than those. A sample says how far to read; where it said too little, all rows of the group are given.
    """
    if frame.height <= SMALL:
        return frame.sort("#group", "#key"), frozenset()
    largest = frame["#quantity"].max()
    assert isinstance(largest, int)
    if largest * frame.height > INT64_MAX:
        frame = frame.with_columns(pl.col("#quantity").cast(pl.Int128))  # so that sums fit
    reach = _reach(frame, enough)
    limit = pl.lit(pl.Series(_by_group(reach, frame["#group"].max()), dtype=frame.schema["#key"])).gather(
        pl.col("#group")
    )
    cut = frame.lazy().filter((pl.col("#key") <= limit).fill_null(True)).collect()
    sums = dict(cut.group_by("#group").agg(pl.col("#quantity").cast(pl.Int128).sum()).iter_rows())
    short = [group for group in reach if sums.get(group, 0) < enough[group]]
    if short:
        more = pl.col("#group").is_in(short) & (pl.col("#key") > limit)
        cut = pl.concat([cut, frame.filter(more)])
    return cut.sort("#group", "#key"), frozenset(reach) - set(short)


def _by_group(reach: Mapping[int, int], last: Any) -> list[int | None]:
    return [reach.get(group) for group in range(int(last) + 1)]


def _reach(frame: pl.DataFrame, enough: Mapping[int, int]) -> dict[int, int]:
    """For each group of many rows the key up to which a sample finds twice as much as is needed."""
    step = max(frame.height // SAMPLE, 1)
    sample = frame.select("#group", "#key", "#quantity").gather_every(step).sort("#group", "#key")
    summed = sample.with_columns(pl.col("#quantity").cast(pl.Int128).cum_sum().over("#group"))
    reach: dict[int, int] = {}
    for group, part in summed.group_by("#group", maintain_order=True):
        number = int(group[0])
        wanted = 2 * enough.get(number, 0) // step
        less = part.select((pl.col("#quantity") < pl.lit(min(wanted, INT128_MAX), dtype=pl.Int128)).sum()).item()
        place = max(int(less), _SURE)
        if place + _SURE < part.height:
            reach[number] = part["#key"][place]
    return reach
