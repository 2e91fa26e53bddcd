"""Walks that running sums served: their awards in the ledger, and what they passed over when somebody asks."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import cached_property

import polars as pl

from vault_rules.engine.fast.overlap import Line
from vault_rules.engine.fast.rooms import History
from vault_rules.engine.fast.tallies import Tally
from vault_rules.engine.fast.walk import Ledger, Walk
from vault_rules.engine.limits import Group


class Chain:
    """Minerals whose requests share their candidates and the cap that counts them."""

    def __init__(
        self,
        ledger: Ledger,
        codes: Mapping[str, int],
        line: Line,
        groups: Sequence[tuple[Tally, Group] | None],
        code: str,
    ) -> None:
        """`codes` of minerals; `groups` of the cap `code`, by their number on the line, None where none is counted."""
        self.ledger, self.codes, self.line, self.groups, self.code = ledger, codes, line, groups, code
        self.awards, self._slices = line.awards, line.slices
        self._began: dict[int, int] = {}
        """How many awards had been made when each walk began, by its number."""

    def serve(self, walk: Walk) -> None:
        """Note the awards of a walk, when its turn has come."""
        ledger, number = self.ledger, walk.number
        self._began[number] = ledger.made
        walk.untold = self._tell
        given = self.line.given_to(number)
        walk.need -= given
        walk.awarded += given
        part = self._slices.get(number)
        if part is not None:
            ledger.add_slice(number, self.awards, *part)

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
        if self.groups:
            self._tell_blocked(walk, awards["at"].to_list(), began)

    def _tell_blocked(self, walk: Walk, places: list[int], began: int) -> None:
        interval = self.line.intervals.get(walk.number)
        if interval is None:
            return
        mine = self._cut.filter(pl.col("#group") == self.codes[walk.request.mineral])
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

    def past(self, history: History) -> None:
        """Which awards changed which groups."""
        rooms = [None if one is None else one[0].room(one[1]) for one in self.groups]
        numbers, quantities = self.awards["#room"].to_list(), self.awards["quantity"].to_list()
        for walk, (start, length) in self.line.slices.items():
            changed = [rooms[number] for number in numbers[start : start + length]]
            history.add(self._began[walk], quantities[start : start + length], changed)
