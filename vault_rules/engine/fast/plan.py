"""A plan of which each part is worked out when it is first looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from vault_rules.domain.plan import Plan
from vault_rules.engine.fast.counting import rejection_counts
from vault_rules.engine.fast.evaluation import FastEvaluation
from vault_rules.engine.findings import limit_rows
from vault_rules.engine.placing import Storage
from vault_rules.engine.reference import carried_columns
from vault_rules.engine.result import findings, stored, totals, warnings


class LaterPlan(Plan):
    """A `Plan` in all that is asked of it. Made by `later`, not by its fields."""

    _makers: Mapping[str, Callable[[], Any]]

    def __getattr__(self, name: str) -> Any:
        makers = self.__dict__.get("_makers", {})
        if name not in makers:
            raise AttributeError(name)
        value = makers[name]()
        object.__setattr__(self, name, value)
        return value


def later(evaluation: FastEvaluation, **others: Callable[[], Any]) -> LaterPlan:
    """The plan of a fast evaluation; `others` make parts of it otherwise."""
    policy, program = evaluation.program.policy, evaluation.program
    parts = _Parts(evaluation)
    plan = LaterPlan.__new__(LaterPlan)
    makers: dict[str, Callable[[], Any]] = {
        "policy": lambda: policy.name,
        "title": lambda: policy.title,
        "version": lambda: policy.version,
        "policy_sha256": lambda: policy.sha256,
        "parameters": lambda: program.parameters,
        "book_sha256": lambda: evaluation.book.sha256,
        "as_of": lambda: evaluation.world.as_of,
        "currency": lambda: policy.currency,
        "awards": lambda: tuple(evaluation.awards),
        "award_columns": lambda: evaluation.award_columns,
        "rejected": lambda: len(evaluation.book.offers) - len(set(evaluation.serving.ledger.rows)),
        "rejection_counts": lambda: rejection_counts(evaluation),
        "first_rejection": lambda: partial(next, evaluation.rejections(), None),
        "rejections": lambda: tuple(evaluation.rejections()),
        "shortfalls": lambda: tuple(sorted(evaluation.shortfalls, key=lambda one: one.request)),
        "placements": lambda: tuple(parts.storage.placements),
        "unplaced": lambda: tuple(parts.storage.unplaced),
        "findings": lambda: findings(evaluation, parts.limits),
        "totals": lambda: totals(evaluation, parts.limits),
        "warnings": lambda: warnings(evaluation),
        "shown": lambda: tuple(name for name, _ in policy.show),
        "carried": lambda: carried_columns(policy),
        "missing": tuple,
    }
    object.__setattr__(plan, "_makers", makers | others)
    return plan


class _Parts:
    """What several parts of a plan share."""

    def __init__(self, evaluation: FastEvaluation) -> None:
        self.evaluation = evaluation
        self._storage: Storage | None = None
        self._limits: list[Any] | None = None

    @property
    def storage(self) -> Storage:
        if self._storage is None:
            self._storage = stored(self.evaluation)
        return self._storage

    @property
    def limits(self) -> list[Any]:
        if self._limits is None:
            self._limits = list(limit_rows(self.evaluation))
        return self._limits
