"""One sort of packed whole numbers gives what a sort by all keys gives."""

from __future__ import annotations

from unittest.mock import patch

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault_rules.domain.columns import INT64_MAX
from vault_rules.engine.fast import cheapest as pruning
from vault_rules.engine.fast import ordering
from vault_rules.engine.fast.cheapest import cheapest
from vault_rules.engine.fast.ordering import in_order, least

keys = st.integers(-5, 5) | st.sampled_from([INT64_MAX, -INT64_MAX, 2**40])
rows = st.lists(st.tuples(st.integers(0, 3), keys, st.integers(1, 9)), max_size=30)


def frame_of(rows: list[tuple[int, int, int]]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema={"#group": pl.UInt32, "#key": pl.Int64, "#quantity": pl.Int64}, orient="row")
    return frame.with_row_index("row")


@given(rows)
def test_rows_are_sorted_by_group_and_key_and_ties_stay_as_they_stand(rows: list[tuple[int, int, int]]) -> None:
    ordered, ties = in_order(frame_of(rows))
    pairs = [row[:2] for row in rows]
    assert ordered["row"].to_list() == sorted(range(len(rows)), key=lambda at: pairs[at])
    assert ties == (len(set(pairs)) < len(pairs))


@pytest.mark.parametrize("several", [0, 10**6])
@given(rows=rows, kind=st.sampled_from([pl.Int64(), pl.Int128()]))
def test_the_least_key_of_each_group_is_the_first_in_order(
    several: int, rows: list[tuple[int, int, int]], kind: pl.DataType
) -> None:
    frame = frame_of(rows).with_columns(pl.col("#key").cast(kind))
    with patch.object(ordering, "SEVERAL", several):
        found = least(frame)
    groups = {group for group, _, _ in rows}
    assert sorted(found) == [(group, min(key for one, key, _ in rows if one == group)) for group in sorted(groups)]


@given(rows, st.dictionaries(st.integers(0, 3), st.integers(0, 60)))
def test_the_cheapest_rows_are_the_first_of_all_and_enough(
    rows: list[tuple[int, int, int]], enough: dict[int, int]
) -> None:
    frame = frame_of(rows)
    whole, _ = in_order(frame)
    with patch.multiple(pruning, SMALL=4, SAMPLE=6, _SURE=1):
        found, _, more = cheapest(frame, enough)
    for group in range(4):
        mine, every = (one.filter(pl.col("#group") == group) for one in (found, whole))
        assert mine["row"].to_list() == every["row"].to_list()[: mine.height]
        if group not in more:
            assert mine.height == every.height
        elif mine.height < every.height:
            assert mine["#quantity"].sum() >= enough.get(group, 0)
            assert mine["#key"][-1] < every["#key"][mine.height]
