"""For each offer that could have served and won nothing: the last walk and step that passed it over."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any

import polars as pl

from vault_rules.engine.fast import codes
from vault_rules.engine.fast.lanes import asks
from vault_rules.engine.fast.walk import Blocked, Walk
from vault_rules.semantics import typed

if TYPE_CHECKING:
    from vault_rules.engine.fast.evaluation import FastEvaluation

Event = tuple[Walk, typed.Step | None, Blocked | None]
"""At which step (None: no step takes its tier), and, where it was asked and could give nothing, at which moment."""


class PassedOver:
    """The events of all offers. A later walk, and in a walk a later step, has the last word."""

    def __init__(self, evaluation: FastEvaluation) -> None:
        self.serving, self.lost = evaluation.serving, evaluation.lost

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
        lanes = self.serving.lanes
        tier = lanes.alive.column("tier")
        seen: set[Any] = set()
        for walk in reversed(walks):
            for step in reversed(walk.clauses["steps"]):
                queue = self.serving.queue(walk, step).queue
                key = (id(queue), asks(walk.request))
                if key not in seen:
                    seen.add(key)
                    if self.lost is not None:
                        passed = self.lost.in_tiers(mineral, step.tiers) - self.lost.held(queue, mineral)
                        passed |= self.lost.in_tiers(mineral, step.tiers) & self.lost.unmet(walk.request)
                        self._note(found, passed, (walk.number, step.number), (walk, step, None))
                        continue
                    asked = lanes.asked(walk.request)
                    held = lanes.held(queue) if asked is None else lanes.held(queue) & asked
                    rows = lanes.rows(lanes.sight_of(queue), mineral)
                    lost = self._lost(rows, codes.in_tiers(tier, step.tiers) & ~held)
                    self._note(found, lost, (walk.number, step.number), (walk, step, None))
            kind = (walk.waterfall.name, walk.clauses.exceptions)
            if kind not in seen:
                seen.add(kind)
                tiers = tuple(tier for step in walk.clauses["steps"] for tier in step.tiers)
                self._note(found, self._outside(mineral, tiers), (walk.number, 0), (walk, None, None))

    def _outside(self, mineral: str, tiers: tuple[str, ...]) -> Iterable[int]:
        lanes = self.serving.lanes
        if self.lost is not None:
            return self.lost.outside(mineral, tiers)
        rows = lanes.rows(lanes.sight(lanes.alive), mineral)
        return self._lost(rows, ~codes.in_tiers(lanes.alive.column("tier"), tiers))

    def _lost(self, rows: pl.DataFrame, mask: pl.Expr) -> list[int]:
        """The rows of offers where a mask holds."""
        found: list[int] = rows.lazy().filter(mask).select("row").collect()["row"].to_list()
        return found

    def _note(self, found: dict[int, Any], rows: Iterable[int], when: tuple[int, int], event: Event) -> None:
        """Of some offers, those that won nothing."""
        won = self._won
        for row in rows:
            if row not in won:
                _note(found, row, when, event)

    @cached_property
    def _won(self) -> set[int]:
        return set(self.serving.ledger.rows)

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
