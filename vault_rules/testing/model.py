"""What a key must be after each call, written down once more and as plainly as can be."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import attrs

from vault_rules.adapters.messages import Delivery, State, Why

NOTHING = Fraction(0)
NOT_HAD = frozenset({Why.LESS, Why.TERMS, Why.OTHER})
"""A counterparty says in its own way why something is not to be had."""


@attrs.frozen
class Slot:
    """What one key stands for."""

    state: State = State.UNKNOWN
    said: object = None
    subject: str = ""
    quantity: Fraction | None = None
    received: Fraction = NOTHING
    deliveries: Mapping[str, tuple[Delivery, Fraction]] = attrs.field(factory=dict)

    @property
    def is_binding(self) -> bool:
        return self.state in (State.CONFIRMED, State.RECEIVED)

    @property
    def taken(self) -> Fraction:
        """What of the subject is not free because of it, and has not arrived."""
        return NOTHING if self.quantity is None else self.quantity - self.received


@attrs.frozen
class Expected:
    """What a call must answer: a "no" for one of these reasons, or a "yes"; and what the key is after it."""

    after: Slot
    whys: frozenset[Why] | None = None
    quantity: Fraction | None = None
    received: Fraction | None = None


class Model:
    """All keys of a counterparty. `free` is what each subject has at the beginning."""

    def __init__(self, free: Mapping[str, Fraction]) -> None:
        self.total = dict(free)
        self.slots: dict[str, Slot] = {}
        self.lost: dict[str, Fraction] = dict.fromkeys(free, NOTHING)
        """What a partial confirmation left over: the counterparty may have it still, or not."""

    def slot(self, key: str) -> Slot:
        return self.slots.get(key, Slot())

    def free(self, subject: str) -> Fraction:
        """What must be free, if all that partial confirmations left over is."""
        taken = (slot.taken + slot.received for slot in self.slots.values() if slot.subject == subject)
        return self.total.get(subject, NOTHING) - sum(taken, NOTHING)

    def hold(self, key: str, said: object, subject: str, quantity: Fraction, *, on_terms: bool) -> Expected:
        slot = self.slot(key)
        if slot.state is State.RELEASED:
            return Expected(slot, frozenset({Why.RELEASED}))
        if slot.state is not State.UNKNOWN and slot.said != said:
            return Expected(slot, frozenset({Why.REUSED}))
        if slot.state is State.REFUSED:
            return Expected(slot, NOT_HAD)
        if slot.state is not State.UNKNOWN:
            return Expected(slot, None, quantity)
        if on_terms and quantity <= self.free(subject):
            return Expected(Slot(State.HELD, said, subject, quantity), None, quantity)
        return Expected(Slot(State.REFUSED, said, subject), NOT_HAD)

    def confirm(self, key: str, quantity: Fraction | None) -> Expected:
        slot = self.slot(key)
        if slot.state is State.RELEASED:
            return Expected(slot, frozenset({Why.RELEASED}))
        if slot.quantity is None:
            return Expected(slot, frozenset({Why.UNKNOWN}))
        if slot.is_binding:
            same = quantity is None or quantity == slot.quantity
            return Expected(slot, None if same else frozenset({Why.REUSED}), slot.quantity)
        if quantity is not None and quantity > slot.quantity:
            return Expected(slot, NOT_HAD)
        bound = quantity or slot.quantity
        return Expected(attrs.evolve(slot, state=State.CONFIRMED, quantity=bound), None, bound)

    def release(self, key: str) -> Expected:
        slot = self.slot(key)
        if slot.is_binding:
            return Expected(slot, frozenset({Why.CONFIRMED}))
        if slot.state in (State.UNKNOWN, State.HELD):
            return Expected(attrs.evolve(slot, state=State.RELEASED, quantity=None))
        return Expected(slot)

    def receive(self, key: str, delivery: Delivery) -> Expected:
        slot = self.slot(key)
        if not slot.is_binding or slot.quantity is None:
            return Expected(slot, frozenset(Why) - {Why.REUSED})
        known = slot.deliveries.get(delivery.delivery)
        if known is not None:
            same = known[0] == delivery
            return Expected(slot, None if same else frozenset({Why.REUSED}), delivery.quantity, known[1])
        received = slot.received + delivery.quantity
        if received > slot.quantity:
            return Expected(slot, NOT_HAD)
        state = State.RECEIVED if received == slot.quantity else State.CONFIRMED
        deliveries = {**slot.deliveries, delivery.delivery: (delivery, received)}
        after = attrs.evolve(slot, state=state, received=received, deliveries=deliveries)
        return Expected(after, None, delivery.quantity, received)


def described(answer: Any) -> str:
    """An answer on one line, for a failing test."""
    return f"{type(answer).__name__}({', '.join(f'{k}={v}' for k, v in attrs.asdict(answer, recurse=False).items())})"
