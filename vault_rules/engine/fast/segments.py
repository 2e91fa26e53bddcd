"""Candidates in order, as walks read them: columns as lists, blocks of them where there are many."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs
import polars as pl

if TYPE_CHECKING:
    from vault_rules.engine.fast.sieve import Needs, Sieve

SMALL = 100_000
BLOCK = 2048
_KEPT = 256
"""So many blocks of lists are kept: requests of several minerals take turns."""


class Lists(dict[str, list[Any]]):
    """Columns of a frame as lists, each made when it is first looked at."""

    def __init__(self, frame: pl.DataFrame) -> None:
        super().__init__()
        self._frame = frame

    def __missing__(self, name: str) -> list[Any]:
        found = self[name] = self._frame[name].to_list()
        return found


class Segment:
    """Candidates in order. Their columns are lists where there are few of them, else blocks of lists."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame
        self._blocks: dict[int, Lists] = {}
        self._size = frame.height if frame.height <= SMALL else BLOCK
        self.whole = all(frame[name].null_count() == frame.height for name in ("#lot", "#min_quantity"))
        """Whether every offer may be taken in any quantity."""

    def lists(self, place: int) -> tuple[Lists, int, int]:
        """The columns around a place, at which place they begin, and how long they are."""
        at = place - place % self._size
        found = self._blocks.get(at)
        if found is None:
            if len(self._blocks) >= _KEPT:
                del self._blocks[next(iter(self._blocks))]
            found = self._blocks[at] = Lists(self.frame.slice(at, self._size))
        return found, at, min(self._size, self.frame.height - at)


@attrs.define(eq=False)
class Lane:
    """One mineral's candidates at a step: a part of a segment. All before `first` are sold out."""

    segment: Segment
    start: int
    stop: int
    first: int = attrs.field(default=attrs.Factory(lambda self: self.start, takes_self=True))
    _stated: set[Any] = attrs.field(factory=set)
    _narrowed: dict[Any, Lane] = attrs.field(factory=dict)
    asked: int = 0
    """How often its offers may have been asked one by one."""
    needs: Needs | None = None
    """Made when first asked for."""
    sieves: dict[int, Sieve] = attrs.field(factory=dict)
    """One for each list of caps, by its identity."""

    def leave_sold(self, left: Mapping[int, int], stop: int) -> None:
        """Let `first` stand behind all that are sold out, at most at `stop`. `left` of offers, by row."""
        while self.first < stop:
            columns, low, length = self.segment.lists(self.first)
            rows = columns["row"]
            for at in range(self.first - low, min(stop - low, length)):
                if left.get(rows[at]) != 0:
                    self.first = low + at
                    return
            self.first = min(stop, low + length)

    def first_with(self, key: Any) -> bool:
        """Whether nobody has stated this before."""
        if key in self._stated:
            return False
        self._stated.add(key)
        return True

    def narrowed(self, key: Any, mask: pl.Expr) -> Lane:
        """Only those that meet what a request asks for."""
        if key not in self._narrowed:
            frame = self.segment.frame.slice(self.start, self.stop - self.start).filter(mask)
            self._narrowed[key] = Lane(Segment(frame), 0, frame.height)
        return self._narrowed[key]
