"""For each offer that could have served and won nothing: the last walk and step that passed it over."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import polars as pl

from vault_rules.engine.fast import codes
from vault_rules.engine.fast.serving import Blocked, Walk
from vault_rules.semantics import typed

if TYPE_CHECKING:
    from vault_rules.engine.fast.evaluation import FastEvaluation

Event = tuple[Walk, typed.Step | None, Blocked | None]
"""At which step (None: no step takes its tier), and, where it was asked and could give nothing, at which moment."""


class PassedOver:
    """The events of all offers. A later walk, and in a walk a later step, has the last word."""

    def __init__(self, evaluation: FastEvaluation) -> None:
        self.serving = evaluation.serving

    @cached_property
    def last(self) -> dict[int, Event]:
        """The last event of each offer, by its row."""
        found: dict[int, tuple[tuple[int, int], Event]] = {}
        by_mineral: dict[str, list[Walk]] = {}
        for walk in self.serving.walks:
            by_mineral.setdefault(walk.request.mineral, []).append(walk)
            for one in walk.blocked:
                _note(found, one.row, (walk.number, one.step), (walk, _step(walk, one.step), one))
        for mineral, walks in by_mineral.items():
            self._failing(mineral, walks, found)
        return {row: event for row, (_, event) in found.items()}

    def _failing(self, mineral: str, walks: list[Walk], found: dict[int, Any]) -> None:
        """Those that fail a condition: the last walk of each kind says it for all walks of that kind."""
        table = self.serving.lanes.table_of(frozenset((mineral,)))
        left = table.frame.filter(~pl.col("row").is_in(self._won)) if self._won else table.frame
        seen: set[Any] = set()
        for walk in reversed(walks):
            for step in reversed(walk.clauses["steps"]):
                key = self._kind(walk, step)
                if key not in seen:
                    seen.add(key)
                    for row in self._fails(walk, step, left):
                        _note(found, row, (walk.number, step.number), (walk, step, None))
            key = self._kind(walk, None)
            if key not in seen:
                seen.add(key)
                tiers = tuple(tier for step in walk.clauses["steps"] for tier in step.tiers)
                outside = left.filter(~codes.in_tiers(table.column("tier"), tiers))
                for row in outside["row"].to_list():
                    _note(found, row, (walk.number, 0), (walk, None, None))

    def _kind(self, walk: Walk, step: typed.Step | None) -> Any:
        request = walk.request
        if step is None:
            return (walk.waterfall.name, walk.clauses.exceptions)
        asks = (request.form, request.purity, request.need_by, request.max_price)
        return (id(self.serving.queue(walk, step)), asks)

    def _fails(self, walk: Walk, step: typed.Step, left: pl.DataFrame) -> list[int]:
        lanes, queue = self.serving.lanes, self.serving.queue(walk, step).queue
        table = lanes.table_of(frozenset((walk.request.mineral,)))
        sight = lanes.sight(table, queue.request, queue.buyer)
        held = lanes.mask(sight, queue, frozenset((walk.request.mineral,)))
        asked = lanes.asked(walk.request, table)
        if asked is not None:
            held = held & asked
        if table.frame.width != left.width:  # columns were worked out since
            left = table.frame.join(left.select("row"), on="row", how="semi")
        rows: list[int] = left.filter(codes.in_tiers(table.column("tier"), step.tiers) & ~held)["row"].to_list()
        return rows

    @cached_property
    def _won(self) -> list[int]:
        return sorted(set(self.serving.ledger.rows))

    def is_taken(self, mineral: str, tier: str | None) -> bool:
        """Whether any request's waterfall takes offers of a tier."""
        if (mineral, tier) not in self._taken:
            self._taken[mineral, tier] = any(
                tier in step.tiers
                for request in self.serving.book.requests
                if request.mineral == mineral
                for step in self.serving.waterfalls.of(request)[1]["steps"]
            )
        return self._taken[mineral, tier]

    @cached_property
    def _taken(self) -> dict[tuple[str, str | None], bool]:
        return {}


def _note(found: dict[int, Any], row: int, when: tuple[int, int], event: Event) -> None:
    if row not in found or found[row][0] < when:
        found[row] = (when, event)


def _step(walk: Walk, number: int) -> typed.Step:
    steps: tuple[typed.Step, ...] = walk.clauses["steps"]
    return next(one for one in steps if one.number == number)
