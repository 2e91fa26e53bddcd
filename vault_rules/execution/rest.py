"""What is left of a market after all that has happened in a run: of offers, and of room. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction

from vault_rules.adapters.messages import Why
from vault_rules.domain.plan import Award
from vault_rules.execution.progress import Held, Hold, Progress, Refused

_NOTHING = Fraction(0)


def left_of_offers(
    offered: Mapping[str, Fraction],
    bought: Iterable[Award],
    progresses: Iterable[Progress],
    without: Mapping[str, Fraction],
) -> dict[str, Fraction]:
    """What may still be had of the offers that a run has to do with: less what it bought, and at most what its trader
    said is left; nothing where it refused and did not say. `offered` is what the book has.
    """
    left = dict(offered)
    for award in bought:
        left[award.offer] -= award.quantity
    for offer, most in _limits(progresses):
        left[offer] = min(left[offer], most)
    for offer, most in without.items():
        left[offer] = min(left[offer], most)
    return {offer: max(quantity, _NOTHING) for offer, quantity in left.items()}


def _limits(progresses: Iterable[Progress]) -> Iterator[tuple[str, Fraction]]:
    for one in progresses:
        for refusal in one.refusals:
            if refusal.part is None and refusal.why != Why.LAPSED.value:
                yield one.order.award.offer, _said_left(refusal)


def _said_left(refusal: Refused) -> Fraction:
    said = refusal.left if refusal.why == Why.LESS.value else None
    return _NOTHING if said is None else said


def left_of_rooms(progresses: Iterable[Progress], room: Callable[[str], Fraction]) -> dict[str, Fraction]:
    """The room left in the facilities that a run has to do with. `room` is what the book has of one."""
    left: dict[str, Fraction] = {}
    limits: list[tuple[str, Fraction]] = []
    for one in progresses:
        for part, held in zip(one.order.parts, one.parts, strict=True):
            facility = part.place.facility
            if facility not in left:
                left[facility] = room(facility)
            left[facility] -= _taken(one, held, part.place.quantity)
        limits += _room_limits(one)
    for facility, most in limits:
        left[facility] = min(left[facility], most)
    return {facility: max(quantity, _NOTHING) for facility, quantity in left.items()}


def _taken(one: Progress, held: Held, meant: Fraction) -> Fraction:
    """What a part takes up, or is meant to."""
    if held.state is Hold.NEW:
        return _NOTHING if one.closed or one.refusals else meant
    return held.quantity if held.state in (Hold.HELD, Hold.BINDING) else _NOTHING


def _room_limits(one: Progress) -> Iterator[tuple[str, Fraction]]:
    for refusal in one.refusals:
        if refusal.part is not None and refusal.why != Why.LAPSED.value:
            yield one.order.parts[refusal.part].place.facility, _said_left(refusal)
