"""One evaluation of a small book, and what laws read of it beside its awards.

The reference makes it: of a handful of rows it is several times quicker than the engine of columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from functools import cached_property

from vault_rules.domain.plan import Award, Placement, Reason
from vault_rules.domain.rows import BoundBook, Offer, PriorAward, Request
from vault_rules.engine.limits import Allowance, Caps
from vault_rules.engine.placing import Storage
from vault_rules.engine.program import Clauses, Program
from vault_rules.engine.reference import Evaluation
from vault_rules.engine.result import rejections
from vault_rules.engine.world import View, World
from vault_rules.semantics import typed
from vault_rules.semantics.types import Type


class _NotedCaps(Caps):
    """Caps that remember which of them allowed less than could have been taken."""

    evaluation: Evaluation
    binding: set[str]

    def allowances(self, offer: Offer, request: Request, view: View) -> Iterator[Allowance]:
        most = min(self.evaluation.left[offer.offer], request.quantity)
        for one in super().allowances(offer, request, view):
            if one.quantity < most:
                self.binding.add(one.rule.name)
            yield one

    def reason(self, rule: typed.Rule, clauses: Clauses, sides: tuple[Fraction, Fraction], kind: Type) -> Reason:
        """Its code alone: nothing here is shown, and the texts take a quarter of an evaluation's time."""
        return Reason(f"cap:{rule.name}")


class Situation:
    """What came of a book under a policy. Raises `EvaluationError` where the evaluation stops.

    `like` is one in which only requests, caps or some offers were others: what rules say of the rest is taken from it.
    """

    def __init__(self, program: Program, book: BoundBook, as_of: date, like: Situation | None = None) -> None:
        self.program, self.book, self.as_of = program, book, as_of
        known = None if like is None else like.evaluation.standings
        self.evaluation: Evaluation = Evaluation(program, book, as_of, known=known)
        caps = _NotedCaps(self.evaluation.world)
        caps.evaluation, caps.binding = self.evaluation, set()
        self.evaluation.caps = caps
        self.evaluation.serve_all()
        self.binding = frozenset(caps.binding)
        """The caps that allowed some offer less than it had and was asked for: raising any other changes nothing."""

    @property
    def world(self) -> World:
        return self.evaluation.world

    @property
    def awards(self) -> list[Award]:
        return self.evaluation.awards

    @cached_property
    def offers(self) -> dict[str, Offer]:
        return {one.offer: one for one in self.book.offers}

    @cached_property
    def short(self) -> dict[str, Fraction]:
        """What each request that was not filled lacks."""
        return {one.request: one.quantity for one in self.evaluation.shortfalls}

    @cached_property
    def causes(self) -> dict[str, frozenset[str]]:
        """Why each request that was not filled was not."""
        return {one.request: frozenset(one.because) for one in self.evaluation.shortfalls}

    @cached_property
    def rejected(self) -> dict[str, frozenset[str]]:
        """Why each offer that won nothing did not."""
        found = rejections(self.evaluation)
        return {one.offer: frozenset(reason.code for reason in one.reasons) for one in found}

    @cached_property
    def before(self) -> tuple[PriorAward, ...]:
        """The prior awards that carry a request of this book."""
        return tuple(one for one in self.world.before if one.request in self.world.requests)

    @cached_property
    def places(self) -> dict[int, tuple[Placement, ...]]:
        """Where each award is stored, by its place among the awards."""
        storage = Storage(self.world, self.evaluation.offer)
        found = {}
        for number, award in enumerate(self.awards):
            so_far = len(storage.placements)
            storage.place(award)
            found[number] = tuple(storage.placements[so_far:])
        return found

    def unplaced(self, number: int) -> Fraction:
        """How much of an award found no place."""
        return self.awards[number].quantity - sum((one.quantity for one in self.places[number]), Fraction(0))
