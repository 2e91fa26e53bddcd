"""Whole columns of whole numbers at once: by numpy where it is there and pays, else by Polars; the same results."""

from __future__ import annotations

import sys
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate, chain, compress
from typing import Any

import polars as pl

MANY = 50_000
"""For fewer numbers, to load numpy would take longer than it saves: it is used where somebody has loaded it."""
SEVERAL = 40_000
"""Of fewer rows, a query takes longer to plan than to run: series are asked one by one."""


def _numpy(length: int) -> Any:
    """Numpy, for so many numbers; None where it is not there, or they are few."""
    if length < MANY and "numpy" not in sys.modules:
        return None
    try:
        import numpy
    except ImportError:
        return None
    return numpy


def constant(value: int, length: int, kind: pl.DataType) -> pl.Series:
    """The same number everywhere."""
    return pl.Series([value], dtype=kind).new_from_index(0, length)


def framed(columns: Mapping[str, pl.Series]) -> pl.DataFrame:
    """Columns of one length as a frame: quicker than to let Polars ask each what it is."""
    return pl.DataFrame([one.alias(name) for name, one in columns.items()])


def ascending(numbers: pl.Series) -> pl.Series:
    """In ascending order; by numpy two to four times as quick, by one thread of few numbers."""
    numpy = _numpy(len(numbers))
    return (
        numbers.sort(multithreaded=len(numbers) > MANY)
        if numpy is None
        else pl.Series(numbers.name, numpy.sort(numbers.to_numpy()))
    )


def in_turn(keys: pl.Series, bits: int) -> tuple[pl.Series, bool]:
    """The places of rows by their keys, those of one key as they stand; and whether any keys are the same.

    There are fewer than 2 ** `bits` rows, and every key times that fits 64 bits.
    """
    numpy, rest = _numpy(len(keys)), (1 << bits) - 1
    if numpy is None:
        packed = ascending(keys * (1 << bits) + pl.int_range(len(keys), dtype=pl.Int64, eager=True))
        least: Any = (packed[1:] ^ packed[:-1]).min()  # only the low bits differ: a tie
        return (packed & rest).cast(pl.UInt32), bool(least <= rest)
    found = keys.to_numpy() << bits
    found |= numpy.arange(len(keys), dtype=numpy.int64)
    found.sort()
    ties = (found[1:] ^ found[:-1]).min() <= rest
    return pl.Series((found & rest).astype(numpy.uint32)), bool(ties)


def firsts(keys: pl.Series, size: int) -> list[int]:
    """Of ascending numbers from 0 the first of each `size` that follow each other: below it, below twice that."""
    numpy = _numpy(len(keys))
    if numpy is None:
        of = keys // size
        return [keys[0], *keys[1:].filter(of[1:] != of[:-1])]
    listed = keys.to_numpy()
    found: list[int] = listed[numpy.flatnonzero(numpy.diff(listed // size, prepend=-1))].tolist()
    return found


def together(group: pl.Series, many: int) -> pl.Series:
    """The places of rows by their groups, numbers below `many`; those of one group as they stand."""
    numpy = _numpy(len(group)) if many <= 2**16 else None
    if numpy is not None:  # a radix sort
        return pl.Series(numpy.argsort(group.cast(pl.UInt16).to_numpy(), kind="stable").astype(numpy.uint32))
    bits = max(len(group) - 1, 1).bit_length()
    place = pl.int_range(len(group), dtype=pl.Int64, eager=True)
    return ascending(group.cast(pl.Int64) * (1 << bits) + place) & ((1 << bits) - 1)


def put_back(sorted_numbers: pl.Series, order: pl.Series) -> pl.Series:
    """Numbers that were picked by `order`, all places once, as they stood before."""
    numpy = _numpy(len(order))
    if numpy is None:
        return constant(0, len(order), pl.Int64()).scatter(order, sorted_numbers)
    found = numpy.empty(len(order), numpy.int64)
    found[order.to_numpy()] = sorted_numbers.to_numpy()
    return pl.Series(found)


def running(numbers: pl.Series) -> pl.Series:
    """Running sums, which the caller knows to fit."""
    numpy = _numpy(len(numbers))
    return numbers.cum_sum() if numpy is None else pl.Series(numbers.name, numpy.cumsum(numbers.to_numpy()))


def rationed(room: pl.Series, has: pl.Series, bounds: Sequence[int]) -> tuple[pl.Series, list[int]]:
    """What each row can give when those of its room before it have given all they could, at most the room's bound.

    Also what the rows of each room have in all. The caller knows that any sum of these and a bound fits.
    """
    order = together(room, len(bounds))
    numpy = _numpy(len(room))
    if numpy is None:
        return _rationed_by_polars(room, has, bounds, order)
    by = order.to_numpy()
    rooms, mine = room.to_numpy()[by], has.to_numpy()[by]
    sums, stops = (
        numpy.cumsum(mine),
        numpy.searchsorted(rooms, numpy.arange(len(bounds), dtype=rooms.dtype), side="right"),
    )
    ends = numpy.concatenate(([0], sums))[stops]
    starts = numpy.concatenate(([0], ends[:-1]))
    rest = (numpy.array(bounds, dtype=numpy.int64) + starts)[rooms] - (sums - mine)
    gives = numpy.empty(len(by), numpy.int64)
    gives[by] = numpy.clip(rest, 0, mine)
    return pl.Series(gives), (ends - starts).tolist()


def _rationed_by_polars(
    room: pl.Series, has: pl.Series, bounds: Sequence[int], order: pl.Series
) -> tuple[pl.Series, list[int]]:
    rooms, mine = room[order], has[order]
    sums, nothing = mine.cum_sum(), pl.Series([0], dtype=pl.Int64)
    stops = pl.Series(places(rooms, range(len(bounds)), right=True), dtype=pl.UInt32)
    ends = pl.concat([nothing, sums])[stops]
    starts = pl.concat([nothing, ends[:-1]])
    rest = (pl.Series(bounds, dtype=pl.Int64) + starts)[rooms] - (sums - mine)
    rest = rest.zip_with(rest > 0, nothing)
    return put_back(rest.zip_with(rest < mine, mine), order), (ends - starts).to_list()


def present(codes: pl.Series, many: int) -> list[int]:
    """Which numbers below `many` occur, ascending."""
    numpy = _numpy(len(codes))
    if numpy is None:
        return list(compress(range(many), constant(0, many, pl.UInt8()).scatter(codes, 1).to_list()))
    found: list[int] = numpy.flatnonzero(numpy.bincount(codes.to_numpy(), minlength=many)).tolist()
    return found


def gathered(numbers: pl.Series, wanted: Sequence[int]) -> list[int]:
    """The numbers at some places."""
    if _numpy(len(numbers)) is None:
        return numbers[pl.Series(wanted, dtype=pl.UInt32)].to_list()
    found: list[int] = numbers.to_numpy()[list(wanted)].tolist()
    return found


def places(numbers: pl.Series, wanted: Sequence[int], *, right: bool) -> list[int]:
    """Where each of some numbers would go among ascending ones: before those that are equal, or behind (`right`)."""
    numpy = _numpy(len(numbers))
    if numpy is not None:
        sought = numpy.array(wanted, dtype=numpy.int64)
        at: list[int] = numpy.searchsorted(numbers.to_numpy(), sought, side="right" if right else "left").tolist()
        return at
    if len(numbers) < SEVERAL:
        listed, find = numbers.to_list(), bisect_right if right else bisect_left
        return [find(listed, one) for one in wanted]
    side: Any = "right" if right else "left"
    return numbers.search_sorted(pl.Series(wanted, dtype=numbers.dtype), side=side).to_list()


def spanned(frames: Sequence[pl.DataFrame], parts: Sequence[tuple[int, int, int]]) -> pl.DataFrame:
    """Parts of frames, one after the other: of which frame, from which row, how many rows."""
    if sum(one.height for one in frames) >= SEVERAL:
        return pl.concat([frames[of].slice(start, length) for of, start, length in parts], rechunk=True)
    begin = [0, *accumulate(one.height for one in frames)]
    spans = (range(begin[of] + start, begin[of] + start + length) for of, start, length in parts)
    whole = pl.concat(frames) if len(frames) > 1 else frames[0]
    return whole[pl.Series(list(chain.from_iterable(spans)), dtype=pl.UInt32)]


def kept(frame: pl.DataFrame, mask: pl.Series) -> pl.DataFrame:
    """The rows where a mask holds."""
    if frame.height < SEVERAL:
        return pl.DataFrame([one.filter(mask) for one in frame])
    return frame.filter(mask)
