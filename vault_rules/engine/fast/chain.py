"""Walks that running sums served: their awards in the ledger, and what they passed over when somebody asks."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from vault_rules.engine.fast.overlap import Line
from vault_rules.engine.fast.rooms import History, Room
from vault_rules.engine.fast.walk import Walk

if TYPE_CHECKING:
    from vault_rules.engine.fast.serving import Serving


class Chain:
    """Minerals whose requests share their candidates and the cap that counts them."""

    def __init__(self, serving: Serving, line: Line, rooms: Sequence[Room | None], code: str) -> None:
        """`rooms` are the groups of the cap `code`, by their numbers on the line."""
        self.serving, self.line, self.rooms, self.code = serving, line, rooms, code
        self.awards = line.awards
        self._began: dict[int, int] = {}
        """How many awards had been made when each walk began, by its number."""
        if rooms:  # nobody else counts in these, so that what they have used is told with the rest of the past
            serving.tallies.history.later(self._past)

    def serve(self, walk: Walk) -> None:
        """Note the awards of a walk, when its turn has come."""
        ledger, interval = self.serving.ledger, self.line.intervals.get(walk.number)
        self._began[walk.number] = ledger.made
        walk.untold = self._tell
        if interval is not None:
            mineral = self.serving.lanes.codes[walk.request.mineral]
            given = max(min(interval.end, self.line.covered(mineral)) - interval.start, 0)
            walk.need -= given
            walk.awarded += given
        if walk.number in self.line.slices:
            ledger.add_slice(walk.number, self.awards, *self.line.slices[walk.number])

    # ---- when somebody asks ----------------------------------------------------------------------------------------

    def left(self) -> dict[int, int]:
        """What is left of each offer that gave something."""
        return self.line.left()

    @cached_property
    def _cut(self) -> pl.DataFrame:
        """The offers that could not give all they had."""
        reached = self.line.reached.with_columns(at=pl.int_range(pl.len(), dtype=pl.UInt32))
        return reached.filter(pl.col("gives") < pl.col("has"))

    def _tell(self, walk: Walk) -> None:
        """When each step of a walk opened, and which offers it asked that could give nothing, or too little."""
        start, length = self.line.slices.get(walk.number, (0, 0))
        awards, began = self.awards.slice(start, length), self._began[walk.number]
        numbers = awards["step"].to_list()
        walk.begins = [began + bisect_left(numbers, step.number) for step in walk.clauses["steps"]]
        if self.rooms:
            self._tell_blocked(walk, awards["at"].to_list(), began)

    def _tell_blocked(self, walk: Walk, places: list[int], began: int) -> None:
        interval = self.line.intervals.get(walk.number)
        if interval is None:
            return
        mine = self._cut.filter(pl.col("#group") == self.serving.lanes.codes[walk.request.mineral])
        gave = pl.col("gives") > 0
        gives_here = gave & (pl.col("end") > interval.start) & (pl.col("end") < interval.end)
        if mine.select(gives_here.any()).item():
            walk.cut.add(self.code)
        none = (~gave & (pl.col("end") < interval.end)) | (gave & (pl.col("end") <= interval.start))
        for at, step, row, has in (
            mine.filter(none).select("at", "step", "row", pl.col("has") - pl.col("gives")).iter_rows()
        ):
            _, rows, had, after = walk.run(step)
            rows.append(row)
            had.append(has)
            after.append(began + bisect_left(places, at))

    def _past(self, history: History) -> None:
        """Which awards changed which groups."""
        numbers, quantities = self.awards["#room"].to_list(), self.awards["quantity"].to_list()
        for walk, (start, length) in self.line.slices.items():
            rooms = [self.rooms[number] for number in numbers[start : start + length]]
            history.add(self._began[walk], quantities[start : start + length], rooms)
