"""The reference, watched: the same evaluation, and besides a note of everything that a rule, step or limit did."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any

import attrs

from vault_rules.domain.plan import Award, Reason
from vault_rules.domain.rows import BoundBook, Facility, Offer, Request
from vault_rules.engine.candidates import Candidacy, Candidates
from vault_rules.engine.eligibility import Standing
from vault_rules.engine.findings import limit_rows, measured
from vault_rules.engine.placing import Storage
from vault_rules.engine.program import Clauses, Day, Program
from vault_rules.engine.reference import Evaluation, Walk
from vault_rules.engine.result import findings
from vault_rules.engine.taking import allowed, taken
from vault_rules.engine.world import View
from vault_rules.semantics import typed
from vault_rules.semantics.meaning import value_of
from vault_rules.source.text import Span
from vault_rules.trials.coverage.points import (
    ACTIVE,
    CLAUSES,
    DECIDES,
    EXCEPTIONS,
    IF_NONE,
    INACTIVE,
    OPENS,
    ORDERS,
    RULES,
    Notes,
    head_of,
)

Standings = list[tuple[Standing, Candidacy]]


@attrs.define(frozen=True, slots=False, eq=False)
class WatchedProgram(Program):
    """A watched policy ready to run."""

    notes: Notes

    def _on(self, as_of: date) -> Day:
        return WatchedDay(**attrs.asdict(super()._on(as_of), recurse=False), notes=self.notes)


@attrs.define(frozen=True, slots=False, eq=False, kw_only=True)
class WatchedDay(Day):
    """Notes which exceptions had a part in what was asked, and which had none: of any day, in force or not."""

    notes: Notes

    @cached_property
    def _exceptions_to(self) -> dict[str, list[typed.TypedException]]:
        found: dict[str, list[typed.TypedException]] = {}
        for one in self.policy.exceptions:
            found.setdefault(one.target, []).append(one)
        return found

    def is_plain(self, rule: typed.Rule) -> bool:
        """Every rule is asked for its exceptions, so that those that are not in force are seen to have no part."""
        return False

    def changed(
        self, target: str, applies: Callable[[typed.TypedException], bool]
    ) -> tuple[dict[Any, Any], dict[Any, Span], bool, list[str]]:
        found = super().changed(target, applies)
        view = getattr(applies, "__self__", None)
        if isinstance(view, View) and view.price is None and view.mineral is not None:
            for one in self._exceptions_to.get(target, ()):
                self.notes.add(EXCEPTIONS, ACTIVE if one.name in found[3] else INACTIVE, one.name_span)
        return found


class WatchedEvaluation(Evaluation):
    """One evaluation that notes what happens in it."""

    def __init__(self, program: WatchedProgram, book: BoundBook, as_of: date) -> None:
        self.notes = program.notes
        super().__init__(program, book, as_of)
        self.candidates = _WatchedCandidates(self)
        self._by_name = {rule.name: rule for rule in (*self.day.rules, *self.day.caps, *self.day.tiers)}
        for standing in self.standings.values():
            self._stands(standing)

    def decides(self, name: str) -> None:
        """Note that a rule decided something."""
        self.notes.add(RULES, DECIDES, self._by_name[name].name_span)

    def rejects(self, reasons: list[Reason]) -> None:
        """Note the rules that these reasons name."""
        for reason in reasons:
            family, _, name = reason.code.partition(":")
            if family in ("require", "forbid"):
                self.decides(name)

    # ---- steps 3 and 4 --------------------------------------------------------------------------------------------

    def _stands(self, standing: Standing) -> None:
        self.rejects(standing.reasons)
        if standing.tier in self._by_name:
            self.decides(standing.tier)
        if any(one.code == "not_routed" for one in standing.reasons):
            for rule, clauses in self._routes(standing.offer):
                if all(standing.offer.trader not in group for group in clauses["sellers"]):
                    self.decides(rule.name)

    def _routes(self, offer: Offer) -> list[tuple[typed.Rule, Clauses]]:
        found = []
        for rule in self.day.rules_for(offer.mineral)[0]:
            clauses = self.world.view(offer).clauses(rule) if rule.kind == "route" else None
            if clauses is not None:
                found.append((rule, clauses))
        return found

    # ---- the walks ------------------------------------------------------------------------------------------------

    def _serve(self, request: Request, waterfall: typed.Rule, clauses: Clauses) -> None:
        self.notes.add(RULES, DECIDES, waterfall.name_span)
        super()._serve(request, waterfall, clauses)

    def _step(self, step: typed.Step, walk: Walk) -> None:
        if walk.need > 0:
            self.notes.add(CLAUSES, OPENS, head_of(step.span))
        super()._step(step, walk)

    def _ordered(self, candidates: Standings, step: typed.Step, walk: Walk) -> Standings:
        keys: tuple[typed.Key, ...] | None = walk.clauses[step.number, "keys"]
        if keys and len(candidates) > 1:
            self.notes.add(CLAUSES, ORDERS, keys[0].value.span)
        for standing, _ in candidates:
            for _, clauses in self._routes(standing.offer):
                for rank, group in enumerate(clauses["sellers"]):
                    if standing.offer.trader in group:
                        self.notes.add(RULES, DECIDES, clauses.spans["group", rank])
        return super()._ordered(candidates, step, walk)

    def _take(self, standing: Standing, candidacy: Candidacy, step: typed.Step, walk: Walk) -> None:
        self._measure(standing.offer, candidacy.view, step, walk)
        super()._take(standing, candidacy, step, walk)

    def _measure(self, offer: Offer, view: View, step: typed.Step, walk: Walk) -> None:
        """Note on which side of the step's share, of each cap and of the least award the offer lies."""
        wanted = min(walk.need, self.left[offer.offer])
        given = walk.in_step[step.number]
        limits, unknown = allowed(step, walk.clauses, view, self.caps, given, walk.awarded)
        if unknown:
            return
        least = min([wanted, *(quantity for quantity, _ in limits)])
        for quantity, say in limits:
            family, _, name = say().code.partition(":")
            if family == "cap":
                clauses = view.clauses(self._by_name[name])
                assert clauses is not None
                span = clauses["limit"].value.span
                if quantity == least < wanted:
                    self.decides(name)
            else:
                span = walk.clauses[step.number, "share"].ratio.span
            self.notes.compared(wanted, quantity, span)
        smallest = self.day.policy.least_award
        quantity, _ = taken(offer, wanted, limits, Fraction(0))
        if smallest is not None and quantity > 0:
            self.notes.compared(quantity, self.least_award, smallest.span)

    def _award(
        self, standing: Standing, candidacy: Candidacy, step: typed.Step, walk: Walk, quantity: Fraction
    ) -> None:
        self.notes.add(RULES, DECIDES, head_of(step.span))
        super()._award(standing, candidacy, step, walk, quantity)

    # ---- afterwards -----------------------------------------------------------------------------------------------

    def conclude(self) -> None:
        """Note what is known once all requests are served: what is stored where, and what is reported."""
        storage = _WatchedStorage(self)
        for award in self.awards:
            storage.place(award)
        for one in measured(self):
            if one.highest is not None and (one.rule.advisory or one.rule.kind == "target"):
                self.decides(one.rule.name)
                self.notes.compared(one.used, one.highest, one.clauses["limit"].value.span)
        for finding in findings(self, limit_rows(self)):
            self.decides(finding.rule)


def run_watched(program: WatchedProgram, book: BoundBook, as_of: date) -> WatchedEvaluation:
    """The evaluation of a book, all of it noted. Raises `EvaluationError` as any does; what came before is noted."""
    evaluation = WatchedEvaluation(program, book, as_of)
    evaluation.serve_all()
    evaluation.conclude()
    return evaluation


class _WatchedCandidates(Candidates):
    """Notes on which side of a premium's limit each offer lies, and which rules turn it away for a request."""

    def __init__(self, evaluation: WatchedEvaluation) -> None:
        super().__init__(evaluation.world, evaluation.eligibility)
        self._evaluation = evaluation

    def ask(self, standing: Standing, request: Request, step: typed.Step, clauses: Clauses) -> Candidacy:
        found = super().ask(standing, request, step, clauses)
        self._evaluation.rejects(found.reasons)
        ratio_expr: typed.Expr | None = clauses[step.number, "ratio"]
        if ratio_expr is None:
            return found
        notes, references = self._evaluation.notes, clauses[step.number, "references"]
        if found.reference is None:
            notes.add(CLAUSES, IF_NONE, references[-1].span)
        elif (ratio := value_of(ratio_expr, found.view)) is not None:
            notes.compared(self.world.compared[standing.offer.offer], found.reference * (1 + ratio), ratio_expr.span)
        return found


class _WatchedStorage(Storage):
    """Notes which places take something."""

    def __init__(self, evaluation: WatchedEvaluation) -> None:
        super().__init__(evaluation.world, evaluation.offer)
        self._notes = evaluation.notes
        self._place: typed.Place | None = None

    def _fitting(self, place: typed.Place, view: View, award: Award) -> list[Facility]:
        self._place = place
        fitting = super()._fitting(place, view, award)
        if place.keys and len(fitting) > 1:
            self._notes.add(CLAUSES, ORDERS, place.keys[0].value.span)
        return fitting

    def _put(self, facility: Facility, award: Award, rule: typed.Rule, left: Fraction) -> Fraction:
        quantity = super()._put(facility, award, rule, left)
        if quantity > 0 and self._place is not None:
            self._notes.add(RULES, DECIDES, rule.name_span)
            self._notes.add(RULES, DECIDES, head_of(self._place.span))
        return quantity
