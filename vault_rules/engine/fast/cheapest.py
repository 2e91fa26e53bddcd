"""The cheapest rows of each group, as far as they are needed, without sorting what can never be reached."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from vault_rules.domain.columns import INT64_MAX, INT128_MAX
from vault_rules.engine.fast.ordering import in_order

SMALL = 40_000
"""So few rows are sorted without asking which of them are needed."""
SAMPLE = 20_000
_SURE = 12  # rows of the sample: a guess from fewer is no guess


def cheapest(
    frame: pl.DataFrame, enough: Mapping[int, int], *, keys: bool = True
) -> tuple[pl.DataFrame, bool, Mapping[int, int]]:
    """The rows of each group with the lowest keys whose quantities make up at least `enough`, sorted, ties as given.

    `frame` has columns `#group`, `#key` and `#quantity`, whole numbers. Also returned: whether there are ties, and for
    each group of which there may be more rows the highest key up to which all are here. A sample says how far to read;
    where it said too little, all rows of the group are given. Without `keys` that column may be left out.
    """
    reach = _reach(frame, enough) if frame.height > SMALL and _pays(frame, enough) else {}
    if not reach:
        return *in_order(frame, keys=keys), {}
    last = frame["#group"].max()
    assert isinstance(last, int)
    limits = pl.Series([reach.get(group) for group in range(last + 1)], dtype=frame.schema["#key"])
    limit = pl.lit(limits).gather(pl.col("#group"))
    cut = frame.lazy().filter((pl.col("#key") <= limit).fill_null(True)).collect()
    sums = dict(cut.group_by("#group").agg(_fitting(cut).sum()).iter_rows())
    short = [group for group in reach if sums.get(group, 0) < enough.get(group, 0)]
    if short:
        cut = frame.lazy().filter((pl.col("#key") <= limit).fill_null(True) | pl.col("#group").is_in(short)).collect()
    return *in_order(cut, keys=keys), {group: key for group, key in reach.items() if group not in short}


def _pays(frame: pl.DataFrame, enough: Mapping[int, int]) -> bool:
    """Whether much less is needed than is there."""
    total = frame.select(_fitting(frame).sum()).item()
    return 4 * sum(enough.values()) < int(total)


def _fitting(frame: pl.DataFrame) -> pl.Expr:
    """The quantities in whole numbers that hold any sum of them."""
    largest = frame["#quantity"].max()
    assert isinstance(largest, int | None)
    kind = pl.Int64 if (largest or 0) * frame.height <= INT64_MAX else pl.Int128
    return pl.col("#quantity").cast(kind)


def _reach(frame: pl.DataFrame, enough: Mapping[int, int]) -> dict[int, int]:
    """For each group of many rows the key up to which a sample finds twice as much as is needed."""
    step = max(frame.height // SAMPLE, 1)
    sample, _ = in_order(frame.select("#group", "#key", "#quantity").gather_every(step))
    last = sample["#group"].max()
    assert isinstance(last, int)
    wanted = [min(2 * enough.get(group, 0) // step, INT128_MAX) for group in range(last + 1)]
    limit = pl.lit(pl.Series(wanted, dtype=pl.Int128)).gather(pl.col("#group"))
    less = pl.col("#quantity").cast(pl.Int128).cum_sum().over("#group") < limit
    place = pl.max_horizontal(pl.col("#less").sum(), _SURE)
    found = (
        sample.lazy()
        .with_columns(less.alias("#less"))
        .group_by("#group", maintain_order=True)
        .agg(place.alias("place"), pl.len().alias("count"), pl.col("#key").get(place, null_on_oob=True))
        .filter(pl.col("place") + _SURE < pl.col("count"))
        .select("#group", "#key")
    )
    return dict(found.collect().iter_rows())
