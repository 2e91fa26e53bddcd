"""Why offers won nothing, many at a time. What offers that read alike are told is asked of one, by the reference."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import polars as pl

from vault_rules.domain.plan import Reason, Rejection
from vault_rules.engine.candidates import STATED, Candidacy, Measure, unmet
from vault_rules.engine.eligibility import add_reason, slope
from vault_rules.engine.fast import withheld
from vault_rules.engine.fast.alike import Alike, Columns, Listed, read_by, read_by_rule
from vault_rules.engine.fast.barred import Barred
from vault_rules.engine.fast.vectors import as_exact
from vault_rules.engine.fast.walk import Blocked, Walk
from vault_rules.engine.program import rule_ref
from vault_rules.semantics import typed

if TYPE_CHECKING:
    from vault_rules.engine.fast.evaluation import FastEvaluation
    from vault_rules.engine.fast.standing import Offers

_FIRST, _MOST = 64, 65_536
"""Offers are looked at in batches: a small one first, since often only the first rejection is asked for."""
_PRICE = "#compared"


class Rejecting:
    """The rejections of an evaluation, in the order of their offers' ids."""

    def __init__(self, evaluation: FastEvaluation) -> None:
        self.evaluation, self.serving = evaluation, evaluation.serving
        self.passed = evaluation.passed_over
        self.barred = Barred(self.serving, evaluation.offers)
        self.known = {*self.serving.table.frame.columns, "tier"}
        self._kept: dict[tuple[int, int], _Kept] = {}
        self._unmet: dict[Any, Alike[Reason | None]] = {}
        self._left_over: dict[tuple[str, str], Reason] = {}

    def all(self) -> Iterator[Rejection]:
        """One for each offer that won nothing."""
        ids = self.serving.book.offers.ids
        won = pl.Series(sorted(set(self.serving.ledger.rows)), dtype=pl.UInt32)
        rows = ids.arg_sort()
        rows = rows.filter(~rows.is_in(won.implode()))
        place, size = 0, _FIRST
        while place < len(rows):
            yield from self._batch(rows.slice(place, size))
            place, size = place + size, min(size * 8, _MOST)

    def _batch(self, rows: pl.Series) -> Iterator[Rejection]:
        ids, last = self.serving.book.offers.ids[rows].to_list(), self.passed.last
        said, minerals, tiers = self.barred.of(rows)
        events = [None if reasons else last.get(row) for row, reasons in zip(rows.to_list(), said, strict=True)]
        columns, places = self._columns(rows, events)
        for at, (name, row, event) in enumerate(zip(ids, rows.to_list(), events, strict=True)):
            if said[at]:
                yield Rejection(name, None, tuple(said[at]))
                continue
            mineral, tier = minerals[at], self.serving.verdicts.tiers[tiers[at] - 1]
            if event is None:
                yield Rejection(name, None, (self._not_needed(mineral, tier),))
                continue
            walk, step, blocked = event
            if step is None:
                reason = Reason("not_in_waterfall", tier, None, None, rule_ref(walk.waterfall.name_span))
                for_all = not self.passed.is_taken(mineral, tier)
                yield Rejection(name, None if for_all else walk.request.request, (reason,))
                continue
            reasons = (
                self._of_step(walk, step).reasons(columns, places[row], row)
                if blocked is None
                else self._withheld(walk, blocked, columns, places[row])
            )
            yield Rejection(name, walk.request.request, tuple(reasons))

    def _columns(self, rows: pl.Series, events: list[Any]) -> tuple[Columns, dict[int, int]]:
        """What offers that a step passed over have in their columns, their tiers, prices, and what walks look at."""
        failed = [event is not None and event[1] is not None for event in events]
        some = rows.filter(pl.Series(failed, dtype=pl.Boolean))
        if not len(some):
            return {}, {}
        alive = self.serving.lanes.alive
        compared = as_exact(self.serving.lanes.sight(alive).compared())
        here = alive.frame[alive.frame["row"].search_sorted(some)]
        sight = self.serving.lanes.sight(alive)
        seen = here.select(self.serving.lanes.payload(sight))
        book = self.serving.table.frame[some]
        columns = Listed(book.drop(seen.columns, strict=False).hstack(seen))
        columns["tier"] = here["tier"].to_list()
        columns[_PRICE] = [one * compared.unit for one in here.select(one=compared.expr)["one"].to_list()]
        return columns, {row: at for at, row in enumerate(some.to_list())}

    def _withheld(self, walk: Walk, one: Blocked, columns: Columns, at: int) -> list[Reason]:
        """Why an offer that was asked could give nothing."""
        found = withheld.reasons(self.serving, self.evaluation.blocking.given, walk, one, columns, at)
        return self.evaluation.blocking.reasons(walk, one) if found is None else found

    def _not_needed(self, mineral: str, tier: str) -> Reason:
        """Met after the request was full: the last step that would have taken it says so."""
        if (mineral, tier) not in self._left_over:
            steps = (
                (walk.clauses, step)
                for walk in reversed(self.serving.walks)
                if walk.request.mineral == mineral
                for step in reversed(walk.clauses["steps"])
                if tier in step.tiers
            )
            place = next((rule_ref(clauses.spans[step.number, "step"]) for clauses, step in steps), None)
            self._left_over[mineral, tier] = Reason("not_needed", rule=place)
        return self._left_over[mineral, tier]

    def _of_step(self, walk: Walk, step: typed.Step) -> _Kept:
        key = (walk.number, step.number)
        if key not in self._kept:
            self._kept[key] = _Kept(self, walk, step)
        return self._kept[key]

    def unmet(self, name: str, walk: Walk) -> Alike[Reason | None] | None:
        """What is said of a column of which a request states something."""
        request = walk.request
        asked = getattr(request, STATED[name][0])
        if asked is None:
            return None
        key = (name, asked)
        if key not in self._unmet:
            column = self.serving.book.offers.columns.get(name)
            currency = self.serving.day.policy.currency
            self._unmet[key] = Alike(
                {name} & self.known, lambda row: unmet(name, column and column.at(row), request, currency)
            )
        return self._unmet[key]


class _Kept:
    """Why offers are no candidates at one step of one walk."""

    def __init__(self, rejecting: Rejecting, walk: Walk, step: typed.Step) -> None:
        asked = _Asked(rejecting.evaluation.offers, walk, step)
        serving = rejecting.serving
        day, number, clauses = serving.day, step.number, walk.clauses
        stated = [rejecting.unmet(name, walk) for name in STATED]
        self.stated = [one for one in stated if one is not None]
        rules = asked.offers.eligibility.rules_for(walk.request.mineral)[1]
        read = set().union(read_by(clauses[number, "when"], day), *(read_by_rule(rule, day) for rule in rules))
        known = rejecting.known
        self.conditions = Alike(read & known, asked.conditions)
        measured = read_by([clauses[number, "ratio"], list(clauses[number, "references"] or ())], day)
        compare = day.policy.compare
        line = set() if compare is None else read_by(compare, day) - {"price"}
        self.measures = Alike((measured | line) & known, asked.measure)

    def reasons(self, columns: Columns, at: int, row: int) -> list[Reason]:
        """In the order of section 5: what rules say, what is missing, what fails."""
        conditions = self.conditions.of(columns, at, row)
        measured, measure, line = self.measures.of(columns, at, row)
        unknown: list[Reason] = []
        failing: list[Reason] = []
        for one in self.stated:
            reason = one.of(columns, at, row)
            if reason is not None:
                (unknown if reason.code.startswith("missing:") else failing).append(reason)
        price: Fraction = columns[_PRICE][at]
        found = [*conditions.reasons, *unknown, *conditions.unknown, *measured.unknown]
        found += [*failing, *conditions.failing, *measured.failing]
        if measure is not None and price > measure.highest:
            found.append(measure.exceeded(price, line))
        reasons: list[Reason] = []
        for reason in found:
            add_reason(reasons, reason)
        return reasons


class _Asked:
    """What the reference says of single offers at one step of one walk."""

    def __init__(self, offers: Offers, walk: Walk, step: typed.Step) -> None:
        self.offers, self.walk, self.step = offers, walk, step

    def conditions(self, row: int) -> Candidacy:
        """What rules and the step's own condition say of an offer."""
        found = self.offers.candidates.for_request(self.offers.standing(row), self.walk.request)
        self.offers.candidates.judge_when(self.step, self.walk.clauses, found)
        return found

    def measure(self, row: int) -> tuple[Candidacy, Measure | None, tuple[Fraction, Fraction]]:
        standing, world = self.offers.standing(row), self.offers.world
        found = Candidacy(world.view(standing.offer, self.walk.request), [])
        measure = self.offers.candidates.measure(self.step, self.walk.clauses, found)
        return found, measure, slope(world, standing.offer)
