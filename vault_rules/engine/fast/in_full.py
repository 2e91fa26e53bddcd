"""Step 6, offers that surely give all they have: summed up, where no cap tells one from another."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate

from vault_rules.engine.fast.rooms import Bound
from vault_rules.engine.fast.taking import Taking
from vault_rules.engine.fast.tallies import UNKNOWN

RUN = 256
"""So many are summed up at a time."""


def in_full(taking: Taking, place: int, stop: int) -> int:
    """Take from the offers of a lane up to `stop` as long as they give all; the place of the first that may not."""
    if place == stop or not _alike(taking):
        return place
    columns, low, _ = taking.segment.lists(place)
    said = [cap.at(columns, place - low) for cap in taking.caps]
    if UNKNOWN in said:
        return place
    rooms = [one.room if isinstance(one, Bound) else one for one in said]
    limit = min([taking.need, *_limits(taking, said)])
    while limit > 0 and place < stop:
        columns, low, length = taking.segment.lists(place)
        start, end = place - low, min(place - low + RUN, length, stop - low)
        rows, left = columns["row"][start:end], taking.left
        has = [left.get(row, all_of) for row, all_of in zip(rows, columns["#quantity"][start:end], strict=True)]
        sums = list(accumulate(has))
        count = bisect_right(sums, limit)
        if count:
            limit -= sums[count - 1]
            taking.give_all(rows[:count], has[:count], rooms)
            place += count
        if count < len(rows):
            break
    return place


def _alike(taking: Taking) -> bool:
    """Whether offers may be taken in any quantity, and what they may give is one sum for all of them."""
    if taking.share is not None and taking.share.each:
        return False
    return taking.segment.whole and taking.least == 1 and not any(cap.money or cap.names for cap in taking.caps)


def _limits(taking: Taking, said: list[Bound | object]) -> Iterator[int]:
    """What the share and the caps allow all of them together, however it is rounded on the way."""
    milligram = taking.tallies.milligram
    rounded = 0 if milligram == 1 else milligram
    if taking.share is not None:
        yield taking.share.left(0, 0) - rounded
    for one in said:
        if isinstance(one, Bound):
            yield taking.tallies.allowed(one, one.room.used, 1) - rounded
