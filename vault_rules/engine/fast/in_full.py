"""Step 6, offers that surely give all they have: summed up, where no cap tells one from another."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from vault_rules.engine.fast.rooms import EVERYTHING, Bound
from vault_rules.engine.fast.taking import Said, Taking
from vault_rules.engine.fast.tallies import UNKNOWN

RUN = 256
"""So many are summed up at a time."""


def in_full(taking: Taking, place: int, stop: int) -> int:
    """Take from the offers of a lane up to `stop` as long as they give all; the place of the first that may not."""
    if place == stop or not _alike(taking):
        return place
    columns, low, _ = taking.segment.lists(place)
    said = [cap.at(columns, place - low) for cap in taking.caps]
    limit = min([taking.need, *_limits(taking, said)])
    while limit > 0 and place < stop:
        columns, low, length = taking.segment.lists(place)
        start, end = place - low, min(place - low + RUN, length, stop - low)
        rows = columns["row"][start:end]
        has = list(map(taking.left.get, rows, columns["#quantity"][start:end]))
        sums = list(accumulate(has))
        count = bisect_right(sums, limit)
        if count:
            limit -= sums[count - 1]
            _give(taking, rows[:count], has[:count], said)
            place += count
        if count < len(rows):
            break
    return place


def _alike(taking: Taking) -> bool:
    """Whether a lane's offers may be taken in any quantity, and what they may give is one sum for all of them."""
    each = taking.share is not None and taking.share.each
    return (
        taking.segment.whole and taking.least == 1 and not each and not any(cap.money or cap.names for cap in taking.caps)
    )


def _limits(taking: Taking, said: list[Said]) -> list[int]:
    """What the share and the caps allow all of them together, however it is rounded on the way."""
    found = [] if taking.share is None else [taking.share.left(0, 0)]
    for one in said:
        if isinstance(one, Bound):
            found.append(taking.tallies.allowed(one, 1))
        else:
            found.append(0 if one is UNKNOWN else EVERYTHING)
    milligram = taking.tallies.milligram
    return found if milligram == 1 else [rest - milligram for rest in found]


def _give(taking: Taking, rows: list[int], has: list[int], said: list[Said]) -> None:
    if 0 in has:
        rows = [row for row, one in zip(rows, has, strict=True) if one]
        has = [one for one in has if one]
    taking.left.update(dict.fromkeys(rows, 0))
    taking.need -= sum(has)
    taking.rows += rows
    taking.quantities += has
    for one, counted in zip(said, taking.rooms, strict=True):
        room = one.room if isinstance(one, Bound) else one
        counted += [room] * len(rows)
        if room is not None:
            room.used += sum(has)
