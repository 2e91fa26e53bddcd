"""What came of a call, from what was answered and what the counterparty's own record says of the key. Pure.

The record counts. An answer is only a sign that it may be time to look, and says why something is refused: an answer
that was lost, came twice or says what is not so changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import attrs

from vault_rules.adapters.messages import Confirmation, Refusal, State, Status, Why
from vault_rules.execution.orders import Order
from vault_rules.execution.progress import Action, Call, Held, Hold, Outcome, Refused

_BINDING = (State.CONFIRMED, State.RECEIVED)
_FREE = Held(Hold.FREE)
_FORGOTTEN = Held(Hold.HELD)
"""Refused, and not remembered: it is given back all the same, so that a call that is still under way finds it so."""

_OVER = {State.REFUSED: Why.OTHER, State.RELEASED: Why.RELEASED, State.LAPSED: Why.LAPSED}


@attrs.frozen
class Doubt:
    """Nothing is certain yet. `again`: the call may be made again; `text` is what is wrong, where something is."""

    again: bool = True
    text: str = ""


def judge(call: Call, order: Order, status: Status, answer: Any = None) -> Outcome | Doubt:
    """The outcome of a call, or why there is none yet. `answer` is None where it was lost."""
    if status.state is State.PENDING:
        return Doubt(again=False)
    return _JUDGES[call.action](call, order, status, answer)


def _refused(call: Call, status: Status, answer: Any, held: Held = _FREE, text: str = "") -> Outcome:
    """Refused; why is said by the record, else by the answer."""
    said = answer if isinstance(answer, Refusal) else None
    why = said.why if said else status.why or _OVER.get(status.state, Why.OTHER)
    words = text or (said.text if said else "") or status.text or _words(status, why)
    left = said.left if said else None
    return Outcome(call, held, Refused(call.action, call.part, why.value, words, left))


def _words(status: Status, why: Why) -> str:
    return f"refused: {(status.state if status.state in _OVER else why).value}"


def _binding(call: Call, order: Order, status: Status, answer: Any) -> Outcome | Doubt:
    """What has become binding: at most what was asked for, at the price that was agreed."""
    asked, quantity = call.quantity, status.quantity
    if quantity is None or (asked is not None and quantity > asked):
        return Doubt(text=f"says that {_kg(quantity)} are binding, where {_kg(asked)} were asked for")
    price = _other_price(call, order, status, answer)
    if price is not None:
        message = order.message
        return Doubt(text=f"says that it sold at {price}, not at {message.price} {message.currency}/{message.per}")
    less = None
    if asked is not None and quantity < asked:
        text = f"{_kg(quantity)} of {_kg(asked)} were confirmed"
        less = Refused(call.action, call.part, Why.LESS.value, text)
    return Outcome(call, Held(Hold.BINDING, quantity), less)


def _other_price(call: Call, order: Order, status: Status, answer: Any) -> Fraction | None:
    if call.part is not None:
        return None
    said = [status.price, answer.price if isinstance(answer, Confirmation) else None]
    return next((price for price in said if price is not None and price != order.message.price), None)


def _kg(quantity: Fraction | None) -> str:
    from vault_rules.domain.exact import plain

    return "nothing" if quantity is None else f"{plain(quantity)} kg"


# ---- each call -------------------------------------------------------------------------------------------------------


def _hold(call: Call, order: Order, status: Status, answer: Any) -> Outcome | Doubt:
    """`reserve`, `book`: all of it or nothing. What is held in another quantity is given back, as if refused."""
    if status.state is State.UNKNOWN:
        return _refused(call, status, answer, _FORGOTTEN) if isinstance(answer, Refusal) else Doubt()
    if status.state in _OVER:
        return _refused(call, status, answer)
    if status.quantity == call.quantity:
        return Outcome(call, Held(Hold.HELD, status.quantity or Fraction(0)))
    if status.state in _BINDING:
        return Doubt(text=f"says that {_kg(status.quantity)} are binding, where {_kg(call.quantity)} are only held")
    less = status.quantity if status.quantity is not None and status.quantity < (call.quantity or 0) else None
    text = f"{_kg(status.quantity)} are held, not {_kg(call.quantity)}"
    refused = Refused(call.action, call.part, Why.LESS.value, text, less)
    return Outcome(call, Held(Hold.HELD, status.quantity or Fraction(0)), refused)


def _confirm(call: Call, order: Order, status: Status, answer: Any) -> Outcome | Doubt:
    if status.state in _BINDING:
        return _binding(call, order, status, answer)
    said_no = isinstance(answer, Refusal)
    if status.state is State.HELD:
        held = Held(Hold.HELD, status.quantity or Fraction(0))
        return _refused(call, status, answer, held) if said_no else Doubt()
    if status.state is State.UNKNOWN:
        return _refused(call, status, answer, _FORGOTTEN) if said_no else Doubt()
    return _refused(call, status, answer)


def _give_back(call: Call, order: Order, status: Status, answer: Any) -> Outcome | Doubt:
    """`release`, `cancel`: what was never heard of is told all the same, so that a call that is late finds it so."""
    if status.state in _OVER:
        return Outcome(call, _FREE)
    if status.state in _BINDING:
        whole = order.message.quantity if call.part is None else order.parts[call.part].message.quantity
        found = _binding(attrs.evolve(call, quantity=whole), order, status, answer)
        if isinstance(found, Doubt):
            return found
        return _refused(call, attrs.evolve(status, why=Why.CONFIRMED), None, found.held, "it is binding already")
    return Doubt()


_JUDGES: dict[Action, Callable[[Call, Order, Status, Any], Outcome | Doubt]] = {
    Action.RESERVE: _hold,
    Action.BOOK: _hold,
    Action.CONFIRM: _confirm,
    Action.CONFIRM_STORAGE: _confirm,
    Action.RELEASE: _give_back,
    Action.CANCEL: _give_back,
}
