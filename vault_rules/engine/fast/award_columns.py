"""The awards of a fast evaluation as columns."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from vault_rules.domain.award_columns import AwardColumns
from vault_rules.domain.columns import Coded, Numbers, Texts, code_type
from vault_rules.engine.fast.evaluation import FastEvaluation
from vault_rules.engine.fast.lanes import reference_of
from vault_rules.engine.fast.vectors import Exact, Keyed, Scalar, Value, Wide, as_exact, is_true
from vault_rules.engine.program import rule_ref
from vault_rules.engine.readings import reads_request
from vault_rules.engine.words import show

_OF_OFFER = ("trader", "mineral", "form", "origin", "processed_in", "melted_in", "delivery")


def award_columns(evaluation: FastEvaluation) -> AwardColumns | None:
    """The awards as columns; None where codes do not tell all of them."""
    serving = evaluation.serving
    day = serving.day
    if reads_request((expr for _, expr in day.policy.show), day):
        return None
    try:
        return _Awards(evaluation).columns()
    except Wide:
        return None


class _Awards:
    def __init__(self, evaluation: FastEvaluation) -> None:
        self.evaluation, self.serving = evaluation, evaluation.serving
        ledger, alive = self.serving.ledger, self.serving.lanes.alive
        self.rows, self.walks, self.step = (ledger.frame[name] for name in ("row", "walk", "step"))
        self.places = self._places(alive.frame["row"])
        """Where each award's offer stands among those that may serve."""

    def _places(self, alive: pl.Series) -> pl.Series:
        if len(self.rows) * 16 < len(alive) or not len(alive):
            return alive.search_sorted(self.rows) if len(self.rows) else self.rows
        places = pl.zeros(int(alive[-1]) + 1, dtype=pl.UInt32, eager=True)
        return places.scatter(alive, pl.int_range(len(alive), dtype=pl.UInt32, eager=True))[self.rows]

    def _of(self, expr: pl.Expr, places: pl.Series) -> pl.Series:
        """What an expression is for some of the offers that may serve."""
        frame = self.serving.lanes.alive.frame
        names = expr.meta.root_names() or frame.columns[:1]
        some = frame.select(names)[places] if len(places) else frame.select(names).head(0)
        return some.select(expr.alias("found")).to_series()

    def columns(self) -> AwardColumns:
        serving = self.serving
        reference = self._reference()
        price = serving.book.offers.columns["price"]
        assert isinstance(price, Numbers)
        return AwardColumns(
            self._texts(),
            self.step,
            Numbers(serving.ledger.frame["quantity"], serving.mass),
            Numbers(price.whole[self.rows], price.unit),
            self._compared(),
            reference,
            *self._with_exceptions(),
        )

    def _with_exceptions(self) -> tuple[pl.Series, dict[str, pl.Series]]:
        """The exceptions that had a part, and what the policy shows: asked one by one where there may be any."""
        exceptions = pl.Series([[]], dtype=pl.List(pl.String)).new_from_index(0, len(self.rows))
        shown = self._shown()
        mine = self._excepted()
        if not len(mine):
            return exceptions, shown
        awards = [self.evaluation.award(at) for at in mine.to_list()]
        names = exceptions.to_list()
        for at, award in zip(mine.to_list(), awards, strict=True):
            names[at] = list(award.exceptions)
        shown = {
            name: texts.clone().scatter(mine, [award.shown[name] for award in awards]) for name, texts in shown.items()
        }
        return pl.Series(names, dtype=pl.List(pl.String)), shown

    def _excepted(self) -> pl.Series:
        """The awards of offers to which any exception applies, whoever buys."""
        lanes = self.serving.lanes
        if not self.serving.day.exceptions or not len(self.rows):
            return pl.Series([], dtype=pl.UInt32)
        sight = lanes.sight(lanes.alive)
        mask = pl.lit(False)
        for one in self.serving.day.exceptions:
            mask = mask | is_true(sight.applies(one))
        return lanes.alive.frame[self.places].with_columns(held=mask)["held"].arg_true()

    # ---- texts -----------------------------------------------------------------------------------------------------

    def _texts(self) -> dict[str, pl.Series]:
        offers = self.serving.book.offers
        found = {"offer": offers.ids[self.rows], **self._of_walks(), **self._of_steps()}
        for name in _OF_OFFER:
            found[name] = self._of_offer(name)
        tiers = pl.Series([None, *self.serving.verdicts.tiers, None], dtype=pl.String)
        found["tier"] = tiers[self.serving.lanes.alive.frame["tier"][self.places]]
        return found

    def _of_offer(self, name: str) -> pl.Series:
        column = self.serving.book.offers.columns.get(name)
        if isinstance(column, Coded):
            texts = [one.isoformat() if isinstance(one, date) else one for one in column.values]
            return pl.Series(texts, dtype=pl.String)[column.codes[self.rows]]
        if isinstance(column, Texts):
            return column.texts[self.rows]
        return pl.Series([None], dtype=pl.String).new_from_index(0, len(self.rows))

    def _of_walks(self) -> dict[str, pl.Series]:
        walks = self.serving.walks
        texts = {
            "request": [walk.request.request for walk in walks],
            "buyer": [walk.request.buyer for walk in walks],
            "waterfall": [walk.waterfall.name for walk in walks],
        }
        return {name: pl.Series(ones, dtype=pl.String)[self.walks] for name, ones in texts.items()}

    def _of_steps(self) -> dict[str, pl.Series]:
        """Label and place of each step: one text for each step of a waterfall."""
        labels: dict[tuple[str, int], tuple[str | None, str | None]] = {}
        kinds: list[tuple[str, int]] = []
        for walk in self.serving.walks:
            for step in walk.clauses["steps"]:
                key = (walk.waterfall.name, step.number)
                if key not in labels:
                    place = rule_ref(walk.clauses.spans[step.number, "step"])
                    labels[key] = (step.label, None if place is None else f"{place.file}:{place.line}:{place.column}")
                    kinds.append(key)
        number = {key: at for at, key in enumerate(kinds)}
        most = max((step for _, step in kinds), default=0) + 1
        table = [number.get((walk.waterfall.name, step), 0) for walk in self.serving.walks for step in range(most)]
        index = pl.DataFrame([self.walks, self.step]).select(pl.col("walk").cast(pl.Int64) * most + pl.col("step"))
        at = pl.Series(table, dtype=pl.UInt32)[index.to_series().cast(pl.UInt32)]
        return {
            "step_label": pl.Series([labels[key][0] for key in kinds], dtype=pl.String)[at],
            "rule": pl.Series([labels[key][1] for key in kinds], dtype=pl.String)[at],
        }

    # ---- values ----------------------------------------------------------------------------------------------------

    def _compared(self) -> Numbers:
        lanes = self.serving.lanes
        value = as_exact(lanes.sight(lanes.alive).compared())
        return Numbers(self._of(value.expr, self.places).alias("compared"), value.unit)

    def _reference(self) -> Coded:
        """What each award's price was measured by: a table for each step of each kind of walk."""
        values: list[Any] = [None]
        codes = pl.zeros(len(self.rows), dtype=pl.UInt32, eager=True)
        for queue, walks in self._queues().items():
            number = queue.step.number
            if queue.clauses[number, "ratio"] is None:
                continue
            sight = self.serving.lanes.sight_of(queue)
            found = reference_of(sight, queue.clauses, number)
            mine = (self.walks.is_in(pl.Series(walks, dtype=pl.UInt32).implode()) & (self.step == number)).arg_true()
            if sight.table is not self.serving.lanes.alive or isinstance(found, Exact):
                raise Wide
            codes = codes.scatter(mine, self._places_in(found, mine) + len(values))
            assert isinstance(found, (Scalar, Keyed))
            values += [found.value] if isinstance(found, Scalar) else found.values
        return Coded(codes.cast(code_type(len(values))), tuple(values))

    def _places_in(self, value: Value, mine: pl.Series) -> pl.Series:
        if isinstance(value, Scalar) or not len(mine):
            return pl.zeros(len(mine), dtype=pl.UInt32, eager=True)
        assert isinstance(value, Keyed)
        return self._of(value.index.cast(pl.UInt32), self.places[mine])

    def _queues(self) -> dict[Any, list[int]]:
        found: dict[Any, list[int]] = {}
        for walk in self.serving.walks:
            for candidates in self.serving.queues(walk).values():
                found.setdefault(candidates.queue, []).append(walk.number)
        return found

    def _shown(self) -> dict[str, pl.Series]:
        lanes, policy = self.serving.lanes, self.serving.day.policy
        sight = lanes.sight(lanes.alive)
        found = {}
        for name, expr in policy.show:
            value = sight.value(expr)
            if not isinstance(value, (Scalar, Keyed)):
                raise Wide
            ones = [value.value] if isinstance(value, Scalar) else value.values
            texts = [None if one is None else show(one, expr.type, policy.currency) for one in ones]
            every = pl.int_range(len(self.rows), dtype=pl.UInt32, eager=True)
            found[name] = pl.Series(texts, dtype=pl.String)[self._places_in(value, every)]
        return found
