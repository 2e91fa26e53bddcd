"""How far a run has come: what all of its entries add up to. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import attrs

from vault_rules.domain.entry import Entry, Kind
from vault_rules.execution.ledger.drafts import DONE
from vault_rules.execution.ledger.legible import legible
from vault_rules.execution.progress import PLAN, ROUND, Progress, begun

PlanSaid = Mapping[str, Any]


@attrs.define
class RunState:
    """A run. `awards` are its progresses by key, in the order claimed; `round` is the last round that was planned.

    `without` says of offers whose awards found no place how much of them would have.
    """

    run: str
    awards: dict[str, Progress] = attrs.field(factory=dict)
    round: int = 0
    without: dict[str, Fraction] = attrs.field(factory=dict)
    plan: PlanSaid = attrs.field(factory=dict)
    done: bool = False
    _claims: dict[str, Mapping[str, Any]] = attrs.field(factory=dict)

    @classmethod
    def of(cls, run: str, entries: Iterable[Entry]) -> RunState:
        """What some entries of a run, in their order, add up to."""
        found = cls(run)
        for entry in entries:
            with legible(entry):
                found.add(entry.kind, entry.award, entry.fields)
        return found

    def add(self, kind: str, key: str | None, fields: Mapping[str, Any]) -> None:
        """Take in one entry."""
        if key is None:
            self._about_all(kind, fields)
        elif kind == Kind.CLAIM:
            self._claims[key] = fields
        elif kind == Kind.INTENT and fields["call"] == PLAN:
            self.awards[key] = begun(self._claims[key], fields, key)
        elif key in self.awards:
            self.awards[key] = self.awards[key].after(kind, fields)

    def _about_all(self, kind: str, fields: Mapping[str, Any]) -> None:
        if kind == Kind.END:
            self.done = fields["state"] == DONE
        elif kind == Kind.INTENT and fields["call"] == PLAN:
            self.plan = fields["details"]
        elif kind == Kind.INTENT and fields["call"] == ROUND:
            details = fields["details"]
            self.round = details["number"]
            self.without = {offer: Fraction(text) for offer, text in details["without"].items()}

    def of_round(self, round: int) -> list[Progress]:
        return [one for one in self.awards.values() if one.order.round == round]

    @property
    def is_over(self) -> bool:
        """Whether another round could change nothing: all of the last one was bought and stored."""
        if not self.round or self.without:
            return False
        return not any(one.refusals for one in self.of_round(self.round))
