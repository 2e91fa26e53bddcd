"""What keys stand for, and how each call changes it: the rules of `protocols.py`, without any file or wire.

An adapter that keeps its own record of reservations or bookings gives the entries it knows and a way to keep one, and
gets the answers. Each entry is whole: the last one kept of a key is what the key stands for.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any

import attrs

from vault_rules.adapters.messages import (
    Confirmation,
    Delivery,
    Receipt,
    Refusal,
    Release,
    State,
    Status,
    Why,
    content,
)  # fmt: skip

_BINDING = (State.CONFIRMED, State.RECEIVED)
_NOTHING = Fraction(0)


@attrs.frozen
class Entry:
    """What one key stands for. `subject` is the offer or the facility; `deliveries` by name: content, and all received
    up to it. `quantity` is what is held or confirmed.
    """

    key: str
    state: State
    subject: str = ""
    content: str = ""
    quantity: Fraction | None = None
    price: Fraction | None = None
    received: Fraction = _NOTHING
    deliveries: Mapping[str, tuple[str, Fraction]] = attrs.field(factory=dict)
    why: Why | None = None
    text: str = ""
    left: Fraction | None = None

    @property
    def taken(self) -> Fraction:
        """What is not free because of it: held, or confirmed and not yet received."""
        held = self.quantity if self.state in (State.HELD, *_BINDING) else None
        return _NOTHING if held is None else held - self.received

    def refusal(self) -> Refusal:
        return Refusal(self.key, self.why or Why.OTHER, self.text, self.left)

    def status(self) -> Status:
        return Status(
            self.key, self.state, self.quantity, self.received, self.price if self.state in _BINDING else None,
            self.why, self.text, number=self.key,
        )  # fmt: skip


class Holds:
    """Entries by key. `keep` makes one last before the answer goes out; what it raises leaves everything as it was."""

    def __init__(self, keep: Callable[[Entry], None]) -> None:
        self._keep = keep
        self.entries: dict[str, Entry] = {}
        self._taken: dict[str, Fraction] = {}
        self._stored: dict[str, Fraction] = {}

    def learn(self, entries: Iterable[Entry]) -> None:
        """Take in entries that are kept already, in the order in which they were."""
        for entry in entries:
            before = self.entries.get(entry.key)
            for one, sign in ((before, -1), (entry, 1)):
                if one is not None and one.subject:
                    self._taken[one.subject] = self.taken(one.subject) + sign * one.taken
                    self._stored[one.subject] = self.stored(one.subject) + sign * one.received
            self.entries[entry.key] = entry

    def taken(self, subject: str) -> Fraction:
        """What of an offer or a facility is held, or confirmed and not yet received."""
        return self._taken.get(subject, _NOTHING)

    def stored(self, subject: str) -> Fraction:
        """What a facility has received."""
        return self._stored.get(subject, _NOTHING)

    def _change(self, entry: Entry) -> Entry:
        self._keep(entry)
        self.learn([entry])
        return entry

    # ---- the calls ---------------------------------------------------------------------------------------------------

    def hold(
        self, key: str, subject: str, said: str, quantity: Fraction, *,
        free: Fraction | None, price: Fraction | None = None, against: str = "",
    ) -> Entry | Refusal:  # fmt: skip
        """Hold all of a quantity, or nothing. `free` is what is free, None: there is no such subject; `against` says
        why it is not to be had on these terms.
        """
        known = self.entries.get(key)
        if known is not None:
            return self._again(known, said)
        if not against and free is not None and free >= quantity:
            return self._change(Entry(key, State.HELD, subject, said, quantity, price))
        why, text = (Why.TERMS, against) if against else (Why.LESS, _short(subject, quantity, free))
        left = free if free is not None and free > 0 and not against else None
        return self._change(Entry(key, State.REFUSED, subject, said, why=why, text=text, left=left)).refusal()

    def _again(self, known: Entry, said: str) -> Entry | Refusal:
        if known.state is State.RELEASED:
            return Refusal(known.key, Why.RELEASED)
        if known.content != said:
            return Refusal(known.key, Why.REUSED, "this key was used for something else")
        if known.state is State.LAPSED:
            return Refusal(known.key, Why.LAPSED)
        return known.refusal() if known.state is State.REFUSED else known

    def confirm(self, key: str, quantity: Fraction | None = None) -> Confirmation | Refusal:
        """Make a hold binding, for less of it where a quantity is given."""
        known = self.entries.get(key)
        if known is None or known.quantity is None or known.state not in (State.HELD, *_BINDING):
            return Refusal(key, _NO_HOLD.get(known.state if known else State.UNKNOWN, Why.UNKNOWN))
        if known.state is State.HELD:
            if quantity is not None and quantity > known.quantity:
                return Refusal(key, Why.LESS, "less than that is held", known.quantity)
            known = self._change(attrs.evolve(known, state=State.CONFIRMED, quantity=quantity or known.quantity))
        elif quantity is not None and quantity != known.quantity:
            return Refusal(key, Why.REUSED, "it was confirmed for another quantity")
        assert known.quantity is not None
        return Confirmation(key, known.quantity, known.price, key)

    def release(self, key: str) -> Release | Refusal:
        """Give a hold back; what was never heard of is remembered as released."""
        known = self.entries.get(key)
        if known is None:
            self._change(Entry(key, State.RELEASED))
        elif known.state is State.HELD:
            self._change(attrs.evolve(known, state=State.RELEASED, quantity=None))
        elif known.state in _BINDING:
            return Refusal(key, Why.CONFIRMED, "it is confirmed already")
        return Release(key)

    def receive(self, key: str, delivery: Delivery) -> Receipt | Refusal:
        """Take a delivery in, once, and never more in total than is confirmed."""
        known = self.entries.get(key)
        if known is None or known.quantity is None or known.state not in _BINDING:
            held = known is not None and known.state is State.HELD
            return Refusal(key, Why.OTHER, "it is not confirmed yet") if held else Refusal(key, Why.UNKNOWN)
        said, before = content(delivery), known.deliveries.get(delivery.delivery)
        if before is not None:
            if before[0] != said:
                return Refusal(key, Why.REUSED, "this delivery was another one")
            return Receipt(key, delivery.delivery, delivery.quantity, before[1])
        received = known.received + delivery.quantity
        if received > known.quantity:
            left = known.quantity - known.received
            return Refusal(key, Why.LESS, "more than is confirmed", left or None)
        state = State.RECEIVED if received == known.quantity else State.CONFIRMED
        deliveries = {**known.deliveries, delivery.delivery: (said, received)}
        self._change(attrs.evolve(known, state=state, received=received, deliveries=deliveries))
        return Receipt(key, delivery.delivery, delivery.quantity, received)

    def status(self, key: str) -> Status:
        known = self.entries.get(key)
        return Status(key, State.UNKNOWN) if known is None else known.status()


_NO_HOLD = {State.RELEASED: Why.RELEASED, State.LAPSED: Why.LAPSED}


def _short(subject: str, quantity: Fraction, free: Fraction | None) -> str:
    from vault_rules.domain.exact import plain

    if free is None:
        return f"there is no `{subject}`"
    return f"of `{subject}` {plain(max(free, _NOTHING))} kg are left, not {plain(quantity)} kg"


# ---- entries as text -------------------------------------------------------------------------------------------------


def entry_to_text(entry: Entry) -> str:
    """An entry on one line of JSON."""
    said: dict[str, Any] = {}
    for name, value in attrs.asdict(entry, recurse=False).items():
        if isinstance(value, Fraction):
            said[name] = str(value)
        elif isinstance(value, (State, Why)):
            said[name] = value.value
        elif name == "deliveries":
            said[name] = {one: [text, str(received)] for one, (text, received) in value.items()}
        elif value is not None:
            said[name] = value
    filled = {name: value for name, value in said.items() if name == "key" or value not in ("", {})}
    return json.dumps(filled, ensure_ascii=True)


def entry_from_text(text: str) -> Entry:
    """The entry that a line holds. Raises `ValueError` for what is none."""
    try:
        said = json.loads(text)
        said["state"] = State(said["state"])
        if "why" in said:
            said["why"] = Why(said["why"])
        for name in ("quantity", "price", "received", "left"):
            if name in said:
                said[name] = Fraction(said[name])
        deliveries = said.get("deliveries", {})
        said["deliveries"] = {one: (about, Fraction(received)) for one, (about, received) in deliveries.items()}
        return Entry(**said)
    except (KeyError, TypeError, AttributeError, ZeroDivisionError) as why:
        raise ValueError(f"this is no entry: {why}") from None
