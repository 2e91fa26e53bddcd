"""Whatever is lost, late, refused, cut short or doubled, and wherever it is cut off: the steps end, and all agree.

The machine is pure, so that the world around it is one too: counterparties in memory, a ledger that is a list.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.ledgers import AS_OF, COBALT
from vault_rules.adapters import messages
from vault_rules.adapters.holds import Holds
from vault_rules.adapters.messages import Refusal, State, Why, content
from vault_rules.domain.canonical import canonical
from vault_rules.domain.plan import Placement
from vault_rules.execution.carrying import closing
from vault_rules.execution.judging import judge
from vault_rules.execution.keys import part_key
from vault_rules.execution.ledger.drafts import Draft, claim, intent, outcome
from vault_rules.execution.orders import Order, Part, order_fields, part_fields
from vault_rules.execution.progress import (
    PLACE,
    PLAN,
    RECORDED,
    Action,
    Call,
    Hold,
    Outcome,
    Progress,
    call_fields,
    outcome_fields,
)  # fmt: skip
from vault_rules.execution.state import RunState
from vault_rules.execution.steps import PlaceAgain, next_step

KEY = "vr-1"
WHOLE = Fraction(100)
AT_ANY = ("gone", "lost", "late", "forgotten", "lie", "twice", "cut off")
HAPPENINGS = {
    Action.RESERVE: (*("well",) * 12, *AT_ANY, "refused", "part", "more"),
    Action.BOOK: (*("well",) * 12, *AT_ANY, "refused", "part", "more"),
    Action.CONFIRM: (*("well",) * 3, *("part",) * 4, *AT_ANY),
    Action.CONFIRM_STORAGE: (*("well",) * 6, *("part",) * 2, *AT_ANY),
    Action.RELEASE: ("well", *AT_ANY),
    Action.CANCEL: ("well", *AT_ANY),
}
MAYBE = st.sampled_from((False,) * 9 + (True,))
MOST_STEPS, MOST_QUESTIONS = 100, 60


def part(at: int, quantity: Fraction) -> Part:
    place = Placement("r1", "a", f"hall-{at}", "s", quantity, None)
    told = messages.Placement(f"hall-{at}", "cobalt", quantity)
    return Part(part_key(KEY, at), "house", place, told)


def order(parts: list[int]) -> Order:
    award = attrs.evolve(COBALT, quantity=WHOLE)
    message = messages.Award("a", "cobalt", WHOLE, award.price, "USD")
    places = tuple(part(at, WHOLE * size / sum(parts)) for at, size in enumerate(parts))
    return Order(KEY, 1, award, "USD", AS_OF, message, places)


class World:
    """One trader, one storage, a ledger; `happens` draws what happens at each call."""

    def __init__(self, parts: list[int], draw: Callable[[Any], Any]) -> None:
        self.draw = draw
        self.trader, self.storage = Holds(lambda entry: None), Holds(lambda entry: None)
        self.entries: list[tuple[str, str | None, dict[str, Any]]] = []
        self.state = RunState("run")
        self.late: list[Callable[[], Any]] = []
        self.patience = 30
        self.ask_for: Callable[[Action], str] = lambda action: draw(st.sampled_from(HAPPENINGS[action]))
        first = order(parts)
        self.append(claim(KEY, first.award, "USD", AS_OF), intent(KEY, PLAN, "t", **order_fields(first)))

    def append(self, *drafts: Draft) -> None:
        for one in drafts:
            self.entries.append((one.kind, one.award, json.loads(canonical(one.payload))))
            self.state.add(*self.entries[-1])

    @property
    def progress(self) -> Progress:
        return self.state.awards[KEY]

    def cut_off(self) -> None:
        """All that is known is what was recorded."""
        self.state = RunState("run")
        for entry in self.entries:
            self.state.add(*entry)

    # ---- one step ------------------------------------------------------------------------------------------------

    def step(self, one: Progress) -> None:
        step = next_step(one)
        assert step is not None
        if isinstance(step, PlaceAgain):
            self.append(intent(KEY, PLACE, "ledger", parts=[part_fields(p) for p in self.places(one, step.quantity)]))
        elif isinstance(step, Call):
            self.call(one, step)
        else:
            self.append(*closing(one, step))

    def places(self, one: Progress, quantity: Fraction) -> list[Part]:
        if len(one.order.parts) > 8 or not self.draw(st.booleans()):
            return []
        return [part(len(one.order.parts), quantity)]

    def call(self, one: Progress, call: Call) -> None:
        resumed = one.open is not None
        if not resumed:
            self.append(intent(KEY, call.action.value, "t", **call_fields(call)))
        again = not resumed
        for _ in range(MOST_QUESTIONS):
            answer = self.ask(one, call) if again else None
            if answer == "cut off":
                return self.cut_off()
            found = judge(call, one.order, self.status(one, call), answer)
            if isinstance(found, Outcome):
                break
            again = found.again
        assert isinstance(found, Outcome), found
        if self.patience > 0 and self.draw(MAYBE):
            return self.cut_off()  # before it was recorded
        return self.append(outcome(KEY, call.action.value, "t", found.result, **outcome_fields(found)))

    def ask(self, one: Progress, call: Call) -> Any:
        self.patience -= 1
        what = self.ask_for(call.action) if self.patience >= 0 else "well"
        do = self.doing(one, call)
        if what == "late":
            self.late.append(lambda: do(Fraction(1)))
            return None
        if what == "gone":
            return None
        if what == "forgotten":
            return Refusal(self.key(one, call), Why.OTHER)
        if what in ("lost", "twice", "cut off"):
            answer = do(Fraction(1))
            return answer if what == "twice" and do(Fraction(1)) else None if what == "lost" else what
        times = {"refused": Fraction(10**6), "more": Fraction(2), "part": Fraction(1, 2)}
        answer = do(times.get(what, Fraction(1)))
        return messages.Release("?") if what == "lie" else answer

    def doing(self, one: Progress, call: Call) -> Callable[[Fraction], Any]:
        """The call at its counterparty, or for a part of what is asked."""
        key, holds = self.key(one, call), self.holds(call)
        message: Any = one.order.message if call.part is None else one.order.parts[call.part].message

        def do(times: Fraction) -> Any:
            if call.action in (Action.RESERVE, Action.BOOK):
                price = one.order.message.price if call.part is None else None
                return holds.hold(key, "x", content(message), message.quantity * times, free=WHOLE * 9, price=price)
            if call.action in (Action.RELEASE, Action.CANCEL):
                return holds.release(key)
            known = holds.entries.get(key)
            held = known.quantity if known is not None else None
            asked = call.quantity if call.part is not None else held
            if known is not None and known.state is State.CONFIRMED:
                return holds.confirm(key, asked)
            return holds.confirm(key, None if asked is None else asked * min(times, Fraction(1)))

        return do

    def key(self, one: Progress, call: Call) -> str:
        return KEY if call.part is None else one.order.parts[call.part].key

    def holds(self, call: Call) -> Holds:
        return self.trader if call.part is None else self.storage

    def status(self, one: Progress, call: Call) -> messages.Status:
        found = self.holds(call).status(self.key(one, call))
        if self.late and self.draw(st.booleans()):
            self.late.pop()()
        return found


@settings(max_examples=200 if settings.default is None else max(settings.default.max_examples, 200))
@given(st.lists(st.integers(1, 3), max_size=3), st.data())
def test_the_steps_end_and_all_agree(parts: list[int], data: st.DataObject) -> None:
    world = World(parts, data.draw)
    one = carried_out(world)
    assert one.closed is not None
    agree(world, one)
    for late in world.late:  # what still arrives changes nothing
        late()
    agree(world, one)


def carried_out(world: World) -> Progress:
    for _ in range(MOST_STEPS):
        if next_step(world.progress) is None:
            break
        world.step(world.progress)
    as_it_was = world.progress
    world.cut_off()
    assert world.progress == as_it_was
    return as_it_was


def agree(world: World, one: Progress) -> None:
    trader, storage = list(world.trader.entries.values()), list(world.storage.entries.values())
    assert [entry.key for entry in (*trader, *storage) if entry.state is State.HELD] == []
    sold = {entry.key: entry.quantity for entry in trader if entry.state is State.CONFIRMED}
    kept = {entry.key: entry.quantity for entry in storage if entry.state is State.CONFIRMED}
    binding = {
        place.key: held.quantity
        for place, held in zip(one.order.parts, one.parts, strict=True)
        if held.state is Hold.BINDING
    }
    assert kept == binding
    if one.closed == RECORDED:
        assert sold == {KEY: one.trader.quantity} and one.trader.quantity <= WHOLE
        lost = one.trader.quantity - sum(binding.values())
        assert lost == 0 or (lost > 0 and (one.full or not one.order.parts))
    else:
        assert sold == {} and kept == {}


def scripted(parts: list[int], *happenings: str) -> World:
    """A world in which these happen, one at each call, and nothing else."""
    left = list(happenings)
    world = World(parts, lambda strategy: False)
    world.patience = len(left)
    world.ask_for = lambda action: left.pop(0)
    return world


@pytest.mark.parametrize(
    ("happenings", "bought"),
    [
        (("late", "forgotten"), 0),  # refused and not remembered, and then it arrives
        (("late", "forgotten", "gone"), 0),  # and is told again that it is given back
        (("well", "late", "forgotten"), 0),  # the same of a booking
        (("more",), 0),  # held in another quantity: given back
        (("part",), 0),
        (("well", "more"), 0),
        (("well", "well", "well", "part"), 50),  # the second place is not needed
        (("well", "well", "well", "well", "forgotten"), 100),  # a place is lost after the purchase
        (("well", "refused", "late"), 0),
        (("well", "well", "refused", "lost", "cut off"), 0),
    ],
)
def test_what_is_left_of_such_a_run(happenings: tuple[str, ...], bought: int) -> None:
    world = scripted([1, 1], *happenings)
    one = carried_out(world)
    for late in world.late:
        late()
    agree(world, one)
    assert (one.trader.quantity if one.closed == RECORDED else 0) == bought


def test_a_run_in_which_nothing_happens_takes_the_steps_in_order() -> None:
    world = scripted([1, 1])
    carried_out(world)
    calls = [fields["call"] for kind, _, fields in world.entries if kind == "intent"]
    assert calls == [PLAN, "reserve", "book", "book", "confirm", "confirm_storage", "confirm_storage"]
    assert [kind for kind, _, _ in world.entries][-3:] == ["award", "placement", "placement"]
