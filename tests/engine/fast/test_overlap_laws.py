"""Running sums give what walks give: offer by offer, request by request."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault_rules.domain.columns import INT64_MAX
from vault_rules.engine.fast.overlap import Line, TooLong

Offer = tuple[int, int, int, int]
"""A mineral, a row, a quantity, the group that counts it."""
Award = tuple[int, int, int, int]
"""A walk, a row, a step, a quantity."""

small = st.integers(1, 6)
needs = st.dictionaries(st.integers(0, 3), st.lists(small, min_size=1, max_size=4), max_size=3)
rooms = st.lists(st.none() | st.integers(0, 9), min_size=3, max_size=3)
offered = st.lists(st.lists(st.tuples(st.integers(0, 3), small, st.integers(0, 2)), max_size=8), max_size=3)


def numbered(steps: Sequence[Sequence[tuple[int, int, int]]]) -> list[list[Offer]]:
    """Each offer with a row of its own, those of a mineral together."""
    row = 0
    found: list[list[Offer]] = []
    for step in steps:
        found.append([])
        for mineral, quantity, room in sorted(step, key=lambda one: one[0]):
            found[-1].append((mineral, row, quantity, room))
            row += 1
    return found


def walked(
    needs: dict[int, list[tuple[int, int]]], steps: list[list[Offer]], rooms: list[int | None]
) -> tuple[list[Award], dict[int, int]]:
    """The slow way: each walk asks each offer in turn."""
    left = {row: quantity for step in steps for _, row, quantity, _ in step}
    rests = {(mineral, place): room for mineral in needs for place, room in enumerate(rooms)}
    awards: list[Award] = []
    for mineral in sorted(needs):
        for walk, wanted in needs[mineral]:
            need = wanted
            for number, step in enumerate(steps, 1):
                for _, row, _, room in (one for one in step if one[0] == mineral):
                    rest = rests[mineral, room]
                    give = min(need, left[row], need if rest is None else rest)
                    if give > 0:
                        awards.append((walk, row, number, give))
                        left[row] -= give
                        need -= give
                        rests[mineral, room] = None if rest is None else rest - give
    gave = {row for _, row, _, _ in awards}
    return awards, {row: quantity for row, quantity in left.items() if row in gave}


def laid(needs: dict[int, list[tuple[int, int]]], steps: list[list[Offer]], rooms: list[int | None]) -> Line:
    """Rooms are a mineral's own, as caps that are served so count."""
    line = Line(needs)
    places = {(mineral, place): line.add_room(room) for mineral in sorted(needs) for place, room in enumerate(rooms)}
    for number, step in enumerate(steps, 1):
        some = [one for one in step if one[0] in line.open]
        line.step(
            number,
            pl.DataFrame(
                {
                    "#group": pl.Series([one[0] for one in some], dtype=pl.UInt32),
                    "row": pl.Series([one[1] for one in some], dtype=pl.UInt32),
                    "#quantity": pl.Series([one[2] for one in some], dtype=pl.Int64),
                    "#room": pl.Series([places[one[0], one[3]] for one in some], dtype=pl.UInt32),
                }
            ),
        )
    return line


@given(needs, offered, rooms)
def test_what_lies_on_both_is_what_each_walk_takes(
    needs: dict[int, list[int]], offered: list[list[tuple[int, int, int]]], rooms: list[int | None]
) -> None:
    walks = iter(range(100))
    numbers = {mineral: [(next(walks), need) for need in of] for mineral, of in sorted(needs.items())}
    steps = numbered(offered)
    line = laid(numbers, steps, rooms)
    awards = line.awards.select("row", "step", "quantity").rows()
    found = [
        (walk, *awards[at]) for walk, (start, length) in line.slices.items() for at in range(start, start + length)
    ]
    wanted, left = walked(numbers, steps, rooms)
    assert found == wanted
    assert len(awards) == len(wanted)
    assert line.left() == left


def test_a_sum_that_64_bits_cannot_hold_is_refused() -> None:
    line = Line({0: [(0, 1)]})
    offers = [(0, row, INT64_MAX, 0) for row in range(3)]
    with pytest.raises(TooLong):
        line.step(1, _frame(offers))
    with pytest.raises(TooLong):
        Line({0: [(0, INT64_MAX)]})


def test_the_steps_of_several_minerals_are_refused_where_their_sums_together_are_as_long() -> None:
    line = Line({0: [(0, 1)], 1: [(1, 1)]})
    line.step(1, _frame([(0, 0, INT64_MAX // 4, 0)]))
    with pytest.raises(TooLong):
        line.step(2, _frame([(1, 1, INT64_MAX // 4, 0)]))


def _frame(offers: list[Offer]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "#group": [one[0] for one in offers],
            "row": [one[1] for one in offers],
            "#quantity": [one[2] for one in offers],
        },
        schema={"#group": pl.UInt32, "row": pl.UInt32, "#quantity": pl.Int64},
    )
