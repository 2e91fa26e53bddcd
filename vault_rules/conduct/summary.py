"""What a run came to, in a few lines."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from vault_rules.domain.exact import plain
from vault_rules.execution.progress import RECORDED, Hold, Progress
from vault_rules.execution.state import RunState


def summary(state: RunState) -> Iterator[str]:
    """What was bought, what was refused by whom and why, and what was bought and found no place."""
    bought = [one for one in state.awards.values() if one.closed == RECORDED]
    for one in bought:
        award, places = one.order.award, ", ".join(_places(one)) or "no storage"
        what = f"{plain(one.trader.quantity)} kg {award.mineral} of {award.offer}"
        yield f"bought {what} from {award.trader} for {award.request}: {places}"
    for one in state.awards.values():
        for refusal in one.refusals:
            who = one.order.award.trader if refusal.part is None else one.order.parts[refusal.part].storage
            yield f"{who}, {refusal.action.replace('_', ' ')} of {one.order.award.offer}: {refusal.text or refusal.why}"
    for one in bought:
        lost = _without_place(one)
        if lost:
            yield f"warning: {plain(lost)} kg of {one.order.award.offer} were bought and have no place: see to it"
    yield f"run {state.run}: {_count(len(bought), 'award')} in {_count(state.round, 'round')}"


def _places(one: Progress) -> Iterator[str]:
    for part, held in zip(one.order.parts, one.parts, strict=True):
        if held.state is Hold.BINDING:
            yield f"{plain(held.quantity)} kg in {part.place.facility}"


def _without_place(one: Progress) -> Fraction:
    if not one.order.parts:
        return Fraction(0)
    return one.trader.quantity - sum(held.quantity for held in one.parts if held.state is Hold.BINDING)


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"
