"""Measuring: which points of a policy some drafts cover, and how much of it that is."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from weakref import WeakKeyDictionary

import attrs

from vault_rules import api
from vault_rules.domain.bind import bind
from vault_rules.domain.rows import BoundBook
from vault_rules.errors import BookError, EvaluationError, PolicyError
from vault_rules.semantics import typed
from vault_rules.trials.coverage.evaluating import WatchedProgram, run_watched
from vault_rules.trials.coverage.points import Id, Notes, Point
from vault_rules.trials.coverage.policies import note_day, rules_of, watch
from vault_rules.trials.draft import Draft, with_settings


@attrs.frozen
class Figure:
    """How many points of some are covered."""

    covered: int
    points: int

    @property
    def ratio(self) -> Fraction:
        """The part that is covered; the whole where there is nothing to cover."""
        return Fraction(self.covered, self.points) if self.points else Fraction(1)


@attrs.frozen
class Coverage:
    """What can be covered of a policy, in order of place, what is, and by how many drafts."""

    policy: api.Policy = attrs.field(eq=False, repr=False)
    points: tuple[Point, ...] = attrs.field(repr=False)
    covered: frozenset[Id] = attrs.field(repr=False)
    drafts: int

    def is_covered(self, point: Point) -> bool:
        return point.id in self.covered

    @property
    def missing(self) -> tuple[Point, ...]:
        """The points that nothing covers."""
        return tuple(one for one in self.points if one.id not in self.covered)

    def figure(self, kind: str | None = None, file: str | None = None) -> Figure:
        """How much is covered of one kind of points, or, without one, of all that counts for rule coverage."""
        asked = [
            one
            for one in self.points
            if (one.is_headline if kind is None else one.kind == kind) and file in (None, one.file)
        ]
        return Figure(sum(map(self.is_covered, asked)), len(asked))

    @property
    def files(self) -> tuple[str, ...]:
        """The files in which there is something to cover, the policy's own first."""
        return tuple(dict.fromkeys(one.file for one in self.points))

    def __or__(self, other: Coverage) -> Coverage:
        """What either covers. Raises `ValueError` where the other is of another policy."""
        if self.points != other.points:
            raise ValueError("the coverage of two policies cannot be put together")
        return attrs.evolve(self, covered=self.covered | other.covered, drafts=self.drafts + other.drafts)


class Measuring:
    """Measures draft after draft; `coverage` is what was covered so far."""

    def __init__(self, policy: api.Policy) -> None:
        self.policy = policy
        self.drafts = 0
        self._notes = Notes()
        self._points = watch(policy.typed, Notes()).points
        self._ids = frozenset(one.id for one in self._points)
        self._programs: WeakKeyDictionary[api.Policy, WatchedProgram] = WeakKeyDictionary()

    def add(self, draft: Draft) -> None:
        """Evaluate a draft, and note what decides. One that cannot be evaluated covers what was decided before it
        stopped.
        """
        self.drafts += 1
        try:
            asked = with_settings(self.policy, draft.parameters)
            book = bind(draft.book(), **api.eyes_of(asked, draft.as_of))
            program = self._program(asked)
            _note_days(program.policy, book, draft, self._notes)
            run_watched(program, book, draft.as_of)
        except (BookError, EvaluationError, PolicyError):
            return

    def _program(self, asked: api.Policy) -> WatchedProgram:
        if asked not in self._programs:
            self._programs[asked] = WatchedProgram(watch(asked.typed, self._notes).policy, self._notes)
        return self._programs[asked]

    @property
    def coverage(self) -> Coverage:
        """What is covered so far."""
        return Coverage(self.policy, self._points, self._ids & self._notes.seen, self.drafts)


def measure(policy: api.Policy, drafts: Iterable[Draft]) -> Coverage:
    """What some drafts cover of a policy. Each is evaluated by the reference, which is watched."""
    measuring = Measuring(policy)
    for draft in drafts:
        measuring.add(draft)
    return measuring.coverage


def _note_days(policy: typed.TypedPolicy, book: BoundBook, draft: Draft, notes: Notes) -> None:
    """On which side of their dates the rules for the book's minerals are tried."""
    minerals = {one.mineral for one in book.offers} | {one.mineral for one in book.requests}
    for rule in rules_of(policy):
        if any(map(rule.scope.has_mineral, minerals)):
            note_day(rule, draft.as_of, notes)
