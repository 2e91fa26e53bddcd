"""How far an award has come: what the ledger's entries about it add up to. Pure, and the only memory there is.

A run in progress and one that is resumed know the same: what was recorded, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any

import attrs

from vault_rules.domain.award_fields import award_of
from vault_rules.domain.entry import Kind
from vault_rules.execution.orders import Order, message_of, part_of


class Action(StrEnum):
    """The calls, by the names under which observers hear of them."""

    RESERVE = "reserve"
    BOOK = "book"
    CONFIRM = "confirm"
    CONFIRM_STORAGE = "confirm_storage"
    RELEASE = "release"
    CANCEL = "cancel"


ACTIONS = frozenset(Action)
PLAN, PLACE, ROUND = "plan", "place", "round"
"""What intents tell of besides calls: an order, more places for it, a round."""


@attrs.frozen
class Call:
    """A call to the trader, or to the storage of a part. `quantity` is what should come of it, in kg."""

    action: Action
    part: int | None = None
    quantity: Fraction | None = None


class Hold(StrEnum):
    """What a key stands for at a counterparty, as far as is known."""

    NEW = "new"
    HELD = "held"
    BINDING = "binding"
    FREE = "free"


@attrs.frozen
class Held:
    state: Hold = Hold.NEW
    quantity: Fraction = Fraction(0)


@attrs.frozen
class Refused:
    """Who did not give what was asked: the trader (`part` None) or a part's storage; how much is `left`, if said."""

    action: Action
    part: int | None
    why: str
    text: str = ""
    left: Fraction | None = None


@attrs.frozen
class Outcome:
    """What came of a call, as the counterparty's own record has it."""

    call: Call
    held: Held
    refused: Refused | None = None

    @property
    def result(self) -> str:
        """In a word, as the ledger has it."""
        if self.refused is None:
            return "done"
        return "partial" if self.held.state is Hold.BINDING else "refused"


RECORDED, DROPPED = "recorded", "dropped"


@attrs.frozen
class Progress:
    """One award. `open` is a call whose outcome is not recorded; `full` is that no more room was found."""

    order: Order
    trader: Held = Held()
    parts: tuple[Held, ...] = ()
    open: Call | None = None
    refusals: tuple[Refused, ...] = ()
    full: bool = False
    closed: str | None = None

    def after(self, kind: str, fields: Mapping[str, Any]) -> Progress:
        """Further by one entry."""
        if kind == Kind.INTENT:
            return self._meant(fields)
        if kind == Kind.OUTCOME and fields["call"] in ACTIONS and fields["result"] != "unknown":
            return self._done(outcome_of(fields))
        if kind == Kind.AWARD:
            return attrs.evolve(self, closed=RECORDED)
        return attrs.evolve(self, closed=DROPPED) if kind == Kind.RELEASE else self

    def _meant(self, fields: Mapping[str, Any]) -> Progress:
        if fields["call"] == PLACE:
            return self._placed(fields["details"])
        return attrs.evolve(self, open=call_of(fields)) if fields["call"] in ACTIONS else self

    def _placed(self, details: Mapping[str, Any]) -> Progress:
        """Other places for what has lost its own; none where there are none."""
        more = tuple(part_of(one, self.order.award) for one in details["parts"])
        order = attrs.evolve(self.order, parts=(*self.order.parts, *more))
        return attrs.evolve(self, order=order, parts=(*self.parts, *(Held() for _ in more)), full=not more)

    def _done(self, outcome: Outcome) -> Progress:
        refusals = self.refusals if outcome.refused is None else (*self.refusals, outcome.refused)
        further = attrs.evolve(self, open=None, refusals=refusals)
        part = outcome.call.part
        if part is None:
            return attrs.evolve(further, trader=outcome.held)
        return attrs.evolve(further, parts=(*self.parts[:part], outcome.held, *self.parts[part + 1 :]))


def begun(claim: Mapping[str, Any], plan: Mapping[str, Any], key: str) -> Progress:
    """An award that is claimed, from its claim and its order."""
    award, details = award_of(claim), plan["details"]
    parts = tuple(part_of(one, award) for one in details["parts"])
    order = Order(
        key, details["round"], award, claim["currency"], date.fromisoformat(claim["date"]),
        message_of(details["order"]), parts,
    )  # fmt: skip
    return Progress(order, parts=tuple(Held() for _ in parts))


# ---- as data ---------------------------------------------------------------------------------------------------------


def call_fields(call: Call) -> dict[str, Any]:
    return {"part": call.part, "quantity": call.quantity}


def call_of(fields: Mapping[str, Any]) -> Call:
    details = fields["details"]
    quantity = details.get("quantity")
    return Call(Action(fields["call"]), details.get("part"), None if quantity is None else Fraction(quantity))


def outcome_fields(outcome: Outcome) -> dict[str, Any]:
    """What an outcome says besides its call and result."""
    held, refused = outcome.held, outcome.refused
    fields = {**call_fields(outcome.call), "state": held.state.value, "held": held.quantity}
    if refused is not None:
        fields |= {"why": refused.why, "text": refused.text, "left": refused.left}
    return fields


def outcome_of(fields: Mapping[str, Any]) -> Outcome:
    call, details = call_of(fields), fields["details"]
    refused = None
    if "why" in details:
        left = details["left"]
        left = None if left is None else Fraction(left)
        refused = Refused(call.action, call.part, details["why"], details["text"], left)
    return Outcome(call, Held(Hold(details["state"]), Fraction(details["held"])), refused)
