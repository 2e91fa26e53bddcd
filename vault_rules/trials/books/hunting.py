"""The hunt: books made for a policy, one after the other, until one breaks each law; that book is then made small.

Each book is made by dice of its own, from the seed and its number: so that the same seed finds the same book, on every
machine and however many laws are hunted for at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import attrs

from vault_rules import api
from vault_rules.errors import BookError, EvaluationError, PolicyError, UsageError
from vault_rules.semantics import typed
from vault_rules.trials.books.choosing import Dice
from vault_rules.trials.books.making import Maker
from vault_rules.trials.books.reducing import reduced
from vault_rules.trials.draft import Draft
from vault_rules.trials.laws import Violation, violations

Find = Callable[[api.Policy, typed.Law, Draft], Sequence[Violation]]
"""Given a policy, a law and a draft: what violates the law."""

_STOPS = (BookError, EvaluationError, PolicyError, UsageError)
"""Why a book, also one that was kept for an older policy, has no plan."""


@attrs.frozen
class Hunted:
    """What the hunt for one law came to."""

    law: typed.Law
    examples: int
    """How many books were tried, those that were kept from before not counted."""
    seed: int
    counterexample: Draft | None = None
    """The book that breaks the law, made small."""
    violations: tuple[Violation, ...] = ()
    """What breaks it there."""
    stopped: int = 0
    """With how many of these books an evaluation stops, so that the law says nothing of them."""
    needed: int | None = None
    """The number of the book that broke it, from 1; 0: one that was kept from an earlier hunt."""

    @property
    def holds(self) -> bool:
        """Whether no book was found that breaks it."""
        return self.counterexample is None


def hunt(
    policy: api.Policy, law: typed.Law, *, examples: int = 200, seed: int = 0, kept: Iterable[Draft] = ()
) -> Hunted:
    """Hunt for a book that breaks one law. Raises `UsageError` for a policy that never has a waterfall."""
    return hunt_all(policy, (law,), examples=examples, seed=seed, kept=kept)[0]


def hunt_all(
    policy: api.Policy,
    laws: Sequence[typed.Law],
    *,
    examples: int = 200,
    seed: int = 0,
    kept: Iterable[Draft] = (),
    find: Find = violations,
) -> tuple[Hunted, ...]:
    """Hunt for books that break laws: each book is evaluated once for all of them. One result a law, in their order.

    `kept` are books that broke a law before: they are tried first. Raises `UsageError` for a policy that never has a
    waterfall.
    """
    return _Hunt(policy, laws, find).go(kept, examples, seed)


class _Hunt:
    def __init__(self, policy: api.Policy, laws: Sequence[typed.Law], find: Find) -> None:
        self.policy, self.laws, self.find = policy, laws, find
        self.open = dict(enumerate(laws))
        self.broken: dict[int, tuple[Draft, int]] = {}
        self.stopped = 0

    def go(self, kept: Iterable[Draft], examples: int, seed: int) -> tuple[Hunted, ...]:
        for draft in kept:
            self._try(draft, 0)
        tried = self.stopped = 0
        if self.open:
            maker = Maker(self.policy, _expressions(self.laws))
            while self.open and tried < examples:
                tried += 1
                self._try(self._made(maker, seed, tried), tried)
        return tuple(self._result(at, law, tried, seed) for at, law in enumerate(self.laws))

    def _made(self, maker: Maker, seed: int, number: int) -> Draft | None:
        try:
            return maker.make(Dice(seed, number))
        except EvaluationError:  # a function of a plugin that fails, or values that grow beyond all bounds
            return None

    def _try(self, draft: Draft | None, number: int) -> None:
        if draft is None:
            self.stopped += 1
            return
        stops = False
        for at, law in list(self.open.items()):
            try:
                is_broken = bool(self.find(self.policy, law, draft))
            except _STOPS:
                is_broken, stops = False, True
            if is_broken:
                self.broken[at] = (draft, number)
                del self.open[at]
        self.stopped += stops

    def _result(self, at: int, law: typed.Law, tried: int, seed: int) -> Hunted:
        if at not in self.broken:
            return Hunted(law, tried, seed, stopped=self.stopped)
        draft, number = self.broken[at]
        small = reduced(draft, lambda one: bool(self._violations(law, one)))
        found = tuple(self._violations(law, small))
        return Hunted(law, number, seed, small, found, self.stopped, number)

    def _violations(self, law: typed.Law, draft: Draft) -> Sequence[Violation]:
        """What breaks a law; nothing where an evaluation stops, of which no law says anything."""
        try:
            return self.find(self.policy, law, draft)
        except _STOPS:
            return ()


def _expressions(laws: Iterable[typed.Law]) -> list[typed.Expr]:
    return [one for law in laws for part in law.parts for one in (part.where, part.condition) if one is not None]
