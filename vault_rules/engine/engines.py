"""The engines by name: one meaning, so that whichever is asked gives the same plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

import attrs

from vault_rules.domain.plan import Award, Placement, Plan
from vault_rules.domain.rows import BoundBook
from vault_rules.domain.trace import Trace
from vault_rules.engine.again import Again
from vault_rules.engine.placing import Storage
from vault_rules.engine.program import Day, Program
from vault_rules.engine.reference import Evaluation, run
from vault_rules.engine.result import plan_of
from vault_rules.errors import EvaluationError, UsageError

if TYPE_CHECKING:
    import polars as pl

    from vault_rules.domain.columns import ColumnBook
    from vault_rules.domain.parted_book import BoundParts
    from vault_rules.engine.fast.evaluation import FastEvaluation

ENGINES = ("fast", "reference")
TOO_WIDE = (
    "the figures of this book are too large or too fine for the fast engine (38 digits at one scale): "
    "round prices and quantities, or take `--engine reference`, which knows no limit and is slow"
)
LARGEST_FOR_REFERENCE = 100_000
"""More offers than this are not handed to the reference on the quiet: it would take hours."""


@attrs.frozen(eq=False)
class Evaluated:
    """A plan, and what its explanations are made of."""

    plan: Plan
    requests: frozenset[str]
    _evaluation: Evaluation | FastEvaluation
    again: Callable[[], Plan] = attrs.field(repr=False)
    """The same plan made once more, for who may read it and must not touch it."""

    def explain(self, offer: str, request: str | None) -> Trace:
        """The chain of clauses that decided about an offer. Raises `UsageError` for one that the book does not have."""
        from vault_rules.engine.explain import explain

        if isinstance(self._evaluation, Evaluation):
            return explain(self._evaluation, self.plan, offer, request)
        small = self._evaluation.with_only(offer)
        return explain(small, plan_of(small.program, small), offer, request)

    def places(self, award: Award, quantity: Fraction, room: Mapping[str, Fraction]) -> tuple[Placement, ...]:
        """Where so much of an award may be stored, with so much room left in some facilities."""
        storage = Storage(self._evaluation.world, self._evaluation.offer)
        storage.room |= {name: left for name, left in room.items() if name in storage.room}
        storage.place(award, quantity)
        return tuple(storage.placements)


def by_reference(program: Program, book: BoundBook, as_of: date, again: Again | None = None) -> Evaluated:
    """A plan by the reference."""
    evaluation = run(program, book, as_of, again)

    def plan() -> Plan:
        return plan_of(program, evaluation)

    return Evaluated(plan(), frozenset(evaluation.world.requests), evaluation, plan)


def by_columns(
    program: Program,
    columns: Callable[[], ColumnBook],
    rows: Callable[[], BoundBook],
    as_of: date,
    offers: int,
    again: Again | None = None,
) -> Evaluated:
    """A plan by the fast engine, of a book with so many offers.

    Where whole numbers of 128 bits cannot hold the book, the reference works the plan out; and where an offer stops the
    evaluation, the reference says which, since it is asked offer by offer. Both only for books of a size that it can
    manage.
    """
    from vault_rules.domain.columns import TooWide
    from vault_rules.engine.fast.evaluation import evaluate
    from vault_rules.engine.fast.plan import later
    from vault_rules.engine.fast.vectors import Wide

    try:
        evaluation = evaluate(program, columns(), as_of, again)
        return Evaluated(
            later(evaluation), frozenset(evaluation.world.requests), evaluation, partial(later, evaluation)
        )
    except EvaluationError as stopped:
        if offers > LARGEST_FOR_REFERENCE or _by_no_offer(stopped, program.on(as_of)):
            raise
    except (Wide, TooWide):
        if offers > LARGEST_FOR_REFERENCE:
            raise UsageError(TOO_WIDE) from None
    return by_reference(program, rows(), as_of, again)


def _by_no_offer(stopped: EvaluationError, day: Day) -> bool:
    """Whether the want of a waterfall stopped the evaluation, where no offer can: the reference says nothing else."""
    from vault_rules.engine.fast.dependence import may_stop

    return stopped.diagnostic.code in ("V0501", "V0502") and not may_stop(day)


def by_parts(
    program: Program, parts: Callable[[], BoundParts], rows: Callable[[], BoundBook], as_of: date, offers: int
) -> Evaluated:
    """A plan by the fast engine, of a book with so many offers in parts: one mineral's market after the other.

    The reference works it out where `by_columns` would let it.
    """
    from vault_rules.domain.columns import TooWide
    from vault_rules.engine.fast.vectors import Wide
    from vault_rules.engine.parts.evaluation import evaluate_parts, plan_of_parts
    from vault_rules.engine.parts.memory import budget

    memory = budget()
    try:
        evaluation = evaluate_parts(program, parts(), as_of, memory)
        again = partial(plan_of_parts, evaluation)
        return Evaluated(again(), frozenset(evaluation.world.requests), evaluation, again)
    except EvaluationError as stopped:
        if offers > LARGEST_FOR_REFERENCE or _by_no_offer(stopped, program.on(as_of)):
            raise
    except (Wide, TooWide):
        if offers > LARGEST_FOR_REFERENCE:
            raise UsageError(TOO_WIDE) from None
    return by_reference(program, rows(), as_of)


def decisions(program: Program, columns: Callable[[], ColumnBook], as_of: date) -> pl.DataFrame:
    """Decisions alone, in columns. Raises `UsageError` for figures that these do not hold."""
    from vault_rules.domain.columns import TooWide
    from vault_rules.engine.fast.deciding import decide
    from vault_rules.engine.fast.vectors import Wide

    try:
        return decide(program, columns(), as_of)
    except (Wide, TooWide):
        raise UsageError(TOO_WIDE) from None
