"""The awards of a fast evaluation as columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from vault_rules.domain.award_columns import AwardColumns
from vault_rules.domain.columns import Coded, Numbers, Texts, code_type
from vault_rules.engine.fast.bulk import constant
from vault_rules.engine.fast.candidates import Candidates
from vault_rules.engine.fast.lanes import Queue, reference_of
from vault_rules.engine.fast.sight import Sight
from vault_rules.engine.fast.table import has_blanks
from vault_rules.engine.fast.truths import is_true
from vault_rules.engine.fast.vectors import Exact, Keyed, Scalar, Wide, as_exact
from vault_rules.engine.fast.walk import Walk
from vault_rules.engine.program import Day, rule_ref
from vault_rules.engine.readings import columns_read, parts, reads_request
from vault_rules.engine.words import show
from vault_rules.semantics import typed

if TYPE_CHECKING:
    from vault_rules.engine.fast.evaluation import FastEvaluation

_OF_OFFER = ("trader", "mineral", "form", "origin", "processed_in", "melted_in", "delivery")


def award_columns(evaluation: FastEvaluation) -> AwardColumns | None:
    """The awards as columns; None where codes do not tell all of them."""
    serving = evaluation.serving
    if any(_asks(expr, serving.day) for _, expr in serving.day.policy.show):
        return None
    try:
        return _Awards(evaluation).columns()
    except Wide:
        return None


def _asks(expr: typed.Expr, day: Day) -> bool:
    """Whether what is shown depends on the request or the buyer."""
    return reads_request([expr], day) or any(
        isinstance(part, typed.Column) and part.owner == "request" for part in parts(expr, day)
    )


class _Awards:
    """What Polars does to a series costs a few microseconds, a query fifty and more: few awards are told by series."""

    def __init__(self, evaluation: FastEvaluation) -> None:
        self.evaluation, self.serving = evaluation, evaluation.serving
        ledger = self.serving.ledger.frame
        # To gather from one piece, or by one, is many times quicker than from several.
        self.rows, self.walks, self.step, self.quantity = (
            ledger[name].rechunk() for name in ("row", "walk", "step", "quantity")
        )
        self.places = self._places(self.alive["row"])
        """Where each award's offer stands among those that may serve."""
        self.most = max((step.number for walk in self.serving.walks for step in walk.clauses["steps"]), default=0) + 1
        self.at_step = (self.walks.cast(pl.Int64) * self.most + self.step).cast(pl.UInt32)
        """Where each award stands in a table of the steps of all walks."""

    @property
    def alive(self) -> pl.DataFrame:
        """The offers that may serve: to work out a value may add columns."""
        return self.serving.lanes.alive.frame

    def _places(self, alive: pl.Series) -> pl.Series:
        if not len(self.rows) or not len(alive) or len(alive) == alive[-1] + 1:
            return self.rows
        if len(self.rows) * 16 < len(alive):
            return alive.search_sorted(self.rows)
        places = constant(0, int(alive[-1]) + 1, pl.UInt32())
        return places.scatter(alive, pl.int_range(len(alive), dtype=pl.UInt32, eager=True))[self.rows]

    def _of(self, expr: pl.Expr, places: pl.Series) -> pl.Series:
        """What an expression is for some of the offers that may serve."""
        names = expr.meta.root_names() or self.alive.columns[:1]
        columns = [self.alive[name].rechunk()[places] for name in names]
        if expr.meta.is_column():
            return columns[0]
        return pl.DataFrame(columns).with_columns(expr.alias("found"))["found"]

    def columns(self) -> AwardColumns:
        serving = self.serving
        reference, price = self._reference(), self._price()
        return AwardColumns(
            self._texts(),
            self.step,
            Numbers(self.quantity, serving.mass),
            price,
            price if serving.day.policy.compare is None else self._compared(),
            reference,
            *self._with_exceptions(),
        )

    def _with_exceptions(self) -> tuple[pl.Series, dict[str, pl.Series]]:
        """The exceptions that had a part, and what the policy shows: asked one by one where there may be any."""
        # As so many pieces of nothing: to repeat an empty list is slow.
        exceptions = pl.Series([], dtype=pl.String).reshape((len(self.rows), 0)).cast(pl.List(pl.String))
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
        found["tier"] = tiers[self._of(pl.col("tier"), self.places)]
        return found

    def _of_offer(self, name: str) -> pl.Series:
        column = self.serving.book.offers.columns.get(name)
        if isinstance(column, Coded):
            texts = [one.isoformat() if isinstance(one, date) else one for one in column.values]
            if not has_blanks(column):
                texts[0] = ""  # stands nowhere, and without nulls texts are found quicker
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
        for walk in self._kinds_of_walk():
            for step in walk.clauses["steps"]:
                key = (walk.waterfall.name, step.number)
                if key not in labels:
                    place = rule_ref(walk.clauses.spans[step.number, "step"])
                    labels[key] = (step.label, None if place is None else f"{place.file}:{place.line}:{place.column}")
        names = {walk.waterfall.name for walk in self.serving.walks}
        number = {key: at for at, key in enumerate(labels)}
        tables = {name: [number.get((name, step), 0) for step in range(self.most)] for name in names}
        table = [one for walk in self.serving.walks for one in tables[walk.waterfall.name]]
        at = pl.Series(table, dtype=pl.UInt32)[self.at_step]
        return {
            "step_label": pl.Series([label for label, _ in labels.values()], dtype=pl.String)[at],
            "rule": pl.Series([place for _, place in labels.values()], dtype=pl.String)[at],
        }

    def _kinds_of_walk(self) -> Iterable[Walk]:
        """One walk for each waterfall and what exceptions make of it."""
        kinds: dict[Any, Walk] = {}
        for walk in self.serving.walks:
            kinds.setdefault((walk.waterfall.name, walk.clauses.exceptions), walk)
        return kinds.values()

    # ---- values ----------------------------------------------------------------------------------------------------

    def _price(self) -> Numbers:
        price = self.serving.book.offers.columns["price"]
        assert isinstance(price, Numbers)
        return Numbers(price.whole[self.rows], price.unit)

    def _compared(self) -> Numbers:
        lanes = self.serving.lanes
        value = as_exact(lanes.sight(lanes.alive).compared())
        return Numbers(self._of(value.expr, self.places).alias("compared"), value.unit)

    def _reference(self) -> Coded:
        """What each award's price was measured by: steps that measure by the same are asked together."""
        found, kinds = self._measured()
        values: list[Any] = [None]
        starts = [0]
        for one in found:
            starts.append(len(values))
            values += [one.value] if isinstance(one, Scalar) else one.values
        return Coded(self._measures(found, kinds, starts).cast(code_type(len(values))), tuple(values))

    def _measured(self) -> tuple[list[Scalar | Keyed], pl.Series]:
        """What prices are measured by, and by which of these that of each award is: from 1, 0 for none."""
        kinds = [0] * (len(self.serving.walks) * self.most)
        different: list[Scalar | Keyed] = []
        for queue, walks in self._queues():
            number = queue.step.number
            if queue.clauses[number, "ratio"] is None:
                continue
            sight = self.serving.lanes.sight_of(queue)
            found = reference_of(sight, queue.clauses, number)
            if sight.table is not self.serving.lanes.alive or isinstance(found, Exact):
                raise Wide
            assert isinstance(found, (Scalar, Keyed))
            kind = next((at for at, one in enumerate(different) if _same(one, found)), len(different))
            different[kind:] = different[kind:] or [found]
            for walk in walks:
                kinds[walk * self.most + number] = kind + 1
        return different, pl.Series(kinds, dtype=pl.UInt16 if len(different) < 2**16 else pl.UInt32)[self.at_step]

    def _measures(self, found: list[Scalar | Keyed], kinds: pl.Series, starts: list[int]) -> pl.Series:
        """For each award the place of what its price was measured by."""
        if len(found) == 1:
            return (self._places_in(found[0], self.places) + starts[1]) * kinds.cast(pl.UInt32)
        codes = constant(0, len(self.rows), pl.UInt32())
        for kind, one in enumerate(found, 1):
            mine = (kinds == kind).arg_true()
            codes = codes.scatter(mine, self._places_in(one, self.places[mine]) + starts[kind])
        return codes

    def _places_in(self, value: Scalar | Keyed, places: pl.Series) -> pl.Series:
        if isinstance(value, Scalar) or not len(places):
            return constant(0, len(places), pl.UInt32())
        return self._of(value.index, places).cast(pl.UInt32)

    def _queues(self) -> Iterable[tuple[Queue, list[int]]]:
        """The queues, and the walks that went down each: walks that are alike share theirs."""
        alike: dict[int, tuple[Mapping[int, Candidates], list[int]]] = {}
        for at, walk in enumerate(self.serving.walks):
            mapping = self.serving.queues(walk)
            alike.setdefault(id(mapping), (mapping, []))[1].append(at)
        for mapping, walks in alike.values():
            for candidates in mapping.values():
                yield candidates.queue, walks

    def _shown(self) -> dict[str, pl.Series]:
        policy = self.serving.day.policy
        if not policy.show:
            return {}
        sight = self._of_offers()
        values = {name: sight.value(expr) for name, expr in policy.show}  # may add columns to the frame
        found = {}
        for name, expr in policy.show:
            value = values[name]
            if not isinstance(value, (Scalar, Keyed)):
                raise Wide
            ones = [value.value] if isinstance(value, Scalar) else value.values
            cells = [None if one is None else show(one, expr.type, policy.currency) for one in ones]
            texts = pl.Series(cells, dtype=pl.String)
            if isinstance(value, Scalar):
                found[name] = texts.new_from_index(0, len(self.rows))
            else:
                found[name] = texts[sight.table.frame.select(value.index.cast(pl.UInt32)).to_series()]
        return found

    def _of_offers(self) -> Sight:
        """The awarded offers with all their columns: those that may serve only have what steps and caps read."""
        serving, lanes = self.serving, self.serving.lanes
        names = [name for name in ("tier", "compared") if name in self.alive.columns]
        known = [self.alive[name].rechunk()[self.places] for name in names]
        table = serving.table.like(serving.table.frame[self.rows].hstack(known))
        table.given = {name: one for name, one in lanes.alive.given.items() if name in names}
        read = set().union(*(columns_read(expr, serving.day) for _, expr in serving.day.policy.show))
        for name in sorted(read & table.columns.keys()):
            table.column(name)  # as codes: references read these
        return Sight(serving.world, table, references=lanes.references)


def _same(one: Scalar | Keyed, other: Scalar | Keyed) -> bool:
    if isinstance(one, Scalar) or isinstance(other, Scalar):
        return isinstance(one, Scalar) and isinstance(other, Scalar) and one.value == other.value
    return one.base == other.base and one.values == other.values
