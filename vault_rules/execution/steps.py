"""What to do next for an award, given how far it has come: the whole of the order of steps, and nothing else.

Reserve with the trader, book storage, confirm, confirm storage, record. Until the trader has confirmed, whatever is
refused undoes the rest; after that the material is bought, and what remains is to find it a place.
"""

from __future__ import annotations

from fractions import Fraction

import attrs

from vault_rules.execution.progress import Action, Call, Hold, Progress


@attrs.frozen
class PlaceAgain:
    """Look for room for a quantity, in kg, that has lost its place."""

    quantity: Fraction


@attrs.frozen
class Record:
    """Say what was bought, and where it is stored."""


@attrs.frozen
class Drop:
    """Give up the claim: nothing was bought."""

    why: str


Step = Call | PlaceAgain | Record | Drop


def next_step(one: Progress) -> Step | None:
    """The next step; None where the award is done with. A call without outcome comes first, whatever it was."""
    if one.closed is not None:
        return None
    if one.open is not None:
        return one.open
    if one.trader.state is Hold.BINDING:
        return _keep(one)
    return _undo(one) if one.refusals else _buy(one)


def _buy(one: Progress) -> Step:
    """Everything is held before anything is bought."""
    if one.trader.state is Hold.NEW:
        return Call(Action.RESERVE, None, one.order.message.quantity)
    return _book(one) or Call(Action.CONFIRM, None, one.trader.quantity)


def _book(one: Progress) -> Step | None:
    for at, part in enumerate(one.parts):
        if part.state is Hold.NEW:
            return Call(Action.BOOK, at, one.order.parts[at].message.quantity)
    return None


def _undo(one: Progress) -> Step:
    """The trader first: where it turns out that it has sold after all, the room is still kept."""
    if one.trader.state is Hold.HELD:
        return Call(Action.RELEASE)
    for at, part in enumerate(one.parts):
        if part.state is Hold.HELD:
            return Call(Action.CANCEL, at)
    return Drop(one.refusals[0].text or one.refusals[0].why)


def _keep(one: Progress) -> Step:
    """Storage for what was bought: less where less was confirmed, elsewhere where a place was lost."""
    rest = one.trader.quantity - sum(part.quantity for part in one.parts if part.state is Hold.BINDING)
    refused = {refusal.part for refusal in one.refusals}
    for at, part in enumerate(one.parts):
        if part.state is Hold.HELD and (at in refused or rest <= 0):
            return Call(Action.CANCEL, at)
        if part.state is Hold.HELD:
            return Call(Action.CONFIRM_STORAGE, at, min(part.quantity, rest))
    if rest > 0 and one.order.parts and not one.full:
        return _book(one) or PlaceAgain(rest)
    return Record()
