"""Whole columns at once: with numpy and without, for few numbers and for many, the same results."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import accumulate
from unittest.mock import patch

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault_rules.domain.columns import INT64_MAX
from vault_rules.engine.fast import bulk
from vault_rules.engine.fast.bulk import (
    ascending,
    constant,
    firsts,
    framed,
    gathered,
    in_turn,
    kept,
    places,
    present,
    put_back,
    rationed,
    running,
    spanned,
    together,
)

WAYS = pytest.mark.parametrize("way", ["few", "few without numpy", "many", "many without numpy"])
numbers = st.lists(st.integers(-INT64_MAX, INT64_MAX), max_size=20)
codes = st.lists(st.integers(0, 5), max_size=20)


@contextmanager
def by(way: str) -> Iterator[None]:
    hidden = {"numpy": None} if way.endswith("without numpy") else {}
    with patch.object(bulk, "MANY", 10**6 if way.startswith("few") else 0), patch.dict(sys.modules, hidden):
        yield


@WAYS
@given(numbers=numbers)
def test_numbers_ascend(way: str, numbers: list[int]) -> None:
    with by(way):
        assert ascending(pl.Series(numbers, dtype=pl.Int64)).to_list() == sorted(numbers)


@WAYS
@given(keys=st.lists(st.integers(0, 5) | st.just(INT64_MAX >> 5), min_size=2, max_size=20))
def test_rows_come_by_their_keys_and_ties_as_they_stand(way: str, keys: list[int]) -> None:
    with by(way):
        order, ties = in_turn(pl.Series(keys, dtype=pl.Int64), 5)
    assert order.to_list() == sorted(range(len(keys)), key=lambda at: keys[at])
    assert (order.dtype, ties) == (pl.UInt32, len(set(keys)) < len(keys))


@WAYS
@given(numbers=st.lists(st.integers(0, 40) | st.just(INT64_MAX), min_size=1, max_size=20), size=st.integers(1, 9))
def test_the_first_of_each_block_is_the_least_in_it(way: str, numbers: list[int], size: int) -> None:
    blocks = {number // size for number in numbers}
    with by(way):
        found = firsts(pl.Series(sorted(numbers), dtype=pl.Int64), size)
    assert found == [min(one for one in numbers if one // size == block) for block in sorted(blocks)]


@WAYS
@given(st.data())
def test_numbers_are_gathered_from_their_places(way: str, data: st.DataObject) -> None:
    listed = data.draw(st.lists(st.integers(-INT64_MAX, INT64_MAX), min_size=1, max_size=20))
    wanted = data.draw(st.lists(st.integers(0, len(listed) - 1), max_size=9))
    with by(way):
        assert gathered(pl.Series(listed, dtype=pl.Int64), wanted) == [listed[at] for at in wanted]


def test_columns_make_a_frame_by_their_names() -> None:
    found = framed({"a": pl.Series([1, 2]), "b": pl.Series("other", ["x", None])})
    assert found.to_dict(as_series=False) == {"a": [1, 2], "b": ["x", None]}


@WAYS
@given(codes=codes)
def test_rows_of_a_group_stand_together_in_the_order_they_had_and_go_back(way: str, codes: list[int]) -> None:
    group = pl.Series(codes, dtype=pl.UInt32)
    with by(way):
        order = together(group, 6)
        assert order.to_list() == sorted(range(len(codes)), key=lambda at: codes[at])
        assert put_back(group[order].cast(pl.Int64), order).to_list() == codes


@WAYS
@given(
    rows=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9) | st.just(2**56)), min_size=1, max_size=20),
    bounds=st.lists(st.integers(0, 20) | st.just(2**61), min_size=4, max_size=4),
)
def test_a_row_gives_what_those_of_its_room_before_it_have_left(
    way: str, rows: list[tuple[int, int]], bounds: list[int]
) -> None:
    rooms, has = (pl.Series([row[at] for row in rows], dtype=kind) for at, kind in enumerate((pl.UInt32, pl.Int64)))
    with by(way):
        gives, wanted = rationed(rooms, has, bounds)
    left, expected = list(bounds), []
    for room, quantity in rows:
        expected.append(min(quantity, left[room]))
        left[room] -= expected[-1]
    assert gives.to_list() == expected
    assert wanted == [sum(quantity for room, quantity in rows if room == one) for one in range(len(bounds))]


@WAYS
@given(numbers=st.lists(st.integers(-(2**40), 2**40), max_size=20))
def test_running_sums_are_those_of_one_number_after_the_other(way: str, numbers: list[int]) -> None:
    with by(way):
        assert running(pl.Series(numbers, dtype=pl.Int64)).to_list() == list(accumulate(numbers))


@WAYS
@given(codes=codes)
def test_the_codes_that_occur_are_those_that_occur(way: str, codes: list[int]) -> None:
    with by(way):
        assert present(pl.Series(codes, dtype=pl.UInt32), 6) == sorted(set(codes))


@given(st.integers(-5, 5), st.integers(0, 5))
def test_a_constant_is_the_same_everywhere(value: int, length: int) -> None:
    found = constant(value, length, pl.Int64())
    assert (found.to_list(), found.dtype) == ([value] * length, pl.Int64())


@pytest.mark.parametrize("several", [0, 10**6])
@WAYS
@given(numbers=st.lists(st.integers(-5, 5), max_size=20), wanted=st.lists(st.integers(-7, 7), max_size=5))
def test_a_place_is_before_what_is_equal_or_behind(
    way: str, several: int, numbers: list[int], wanted: list[int]
) -> None:
    ordered = pl.Series(sorted(numbers), dtype=pl.Int64)
    with by(way), patch.object(bulk, "SEVERAL", several):
        assert places(ordered, wanted, right=False) == [sum(one < this for one in numbers) for this in wanted]
        assert places(ordered, wanted, right=True) == [sum(one <= this for one in numbers) for this in wanted]


@pytest.mark.parametrize("several", [0, 10**6])
@given(st.data())
def test_parts_of_frames_come_in_the_order_asked_for(several: int, data: st.DataObject) -> None:
    heights = data.draw(st.lists(st.integers(0, 6), min_size=1, max_size=3))
    frames = [
        pl.DataFrame({"a": [f"{of}.{row}" for row in range(height)]}, schema={"a": pl.String})
        for of, height in enumerate(heights)
    ]
    whole = [(of, start, size) for of, most in enumerate(heights) for start in range(most + 1) for size in (0, 1, 3)]
    parts = [(of, start, min(size, heights[of] - start)) for of, start, size in whole]
    parts = data.draw(st.lists(st.sampled_from(parts), min_size=1, max_size=6))
    with patch.object(bulk, "SEVERAL", several):
        found = spanned(frames, parts)["a"].to_list()
    assert found == [f"{of}.{row}" for of, start, length in parts for row in range(start, start + length)]


@pytest.mark.parametrize("several", [0, 10**6])
@given(rows=st.lists(st.tuples(st.integers(0, 9), st.booleans() | st.none()), max_size=20))
def test_rows_are_kept_where_the_mask_holds(several: int, rows: list[tuple[int, bool | None]]) -> None:
    frame = pl.DataFrame({"a": pl.Series([one for one, _ in rows], dtype=pl.Int64)})
    mask = pl.Series([held for _, held in rows], dtype=pl.Boolean)
    with patch.object(bulk, "SEVERAL", several):
        assert kept(frame, mask)["a"].to_list() == [one for one, held in rows if held]
