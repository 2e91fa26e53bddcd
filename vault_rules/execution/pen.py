"""Writing down: what is said of an award counts at once, stands in the ledger with the next flush, and is told then."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from fractions import Fraction

from vault_rules.adapters.registration import ExecutedStep
from vault_rules.domain.canonical import canonical
from vault_rules.domain.entry import Kind
from vault_rules.execution.ledger.drafts import Draft
from vault_rules.execution.ledger.store import Ledger
from vault_rules.execution.progress import Progress
from vault_rules.execution.state import RunState

Tell = Callable[[ExecutedStep], None]
RECORD = "record"


class Pen:
    """What is said of one award. Nothing is done in the world between what is said and its flush."""

    def __init__(self, run: str, state: RunState, ledger: Ledger, tell: Tell) -> None:
        self.run, self.state, self.ledger, self.tell = run, state, ledger, tell
        self._drafts: list[Draft] = []
        self._steps: list[ExecutedStep] = []

    def say(self, draft: Draft) -> None:
        self._drafts.append(draft)
        self.state.add(draft.kind, draft.award, json.loads(canonical(draft.payload)))

    def say_all(self, drafts: Iterable[Draft]) -> None:
        """The last words about an award."""
        said = list(drafts)
        for draft in said:
            self.say(draft)
            if draft.kind == Kind.AWARD and draft.award is not None:
                one = self.state.awards[draft.award]
                self.step(one, RECORD, "done", one.order.award.trader, one.trader.quantity)

    def step(
        self, one: Progress, action: str, outcome: str, who: str, quantity: Fraction | None, text: str = ""
    ) -> None:
        """A step that observers hear of, once it is recorded."""
        key, day = one.order.key, one.order.day
        self._steps.append(ExecutedStep(self.run, key, action, outcome, who, quantity, day, text))

    def flush(self) -> None:
        """Record what was said, all or none. Raises `LedgerError`."""
        if self._drafts:
            self.ledger.append(self.run, self._drafts)
            self._drafts = []
        steps, self._steps = self._steps, []
        for step in steps:
            self.tell(step)
