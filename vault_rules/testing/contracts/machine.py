"""Any order of calls, repeats, lost answers and restarts, held against the model after each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from time import sleep
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from vault_rules.adapters.messages import Refusal, State
from vault_rules.adapters.registration import Capability
from vault_rules.errors import BadAnswer, TimedOut, Unavailable
from vault_rules.testing.model import Expected, Model, Slot, described

if TYPE_CHECKING:
    from vault_rules.testing.contracts.holding import HoldingContract

KEYS = ("run-1:award-1", "run-1:award-2", "run-1:award-3", "run-2:award-1")
_MOSTLY_GOOD = (0, 3, 0, 3, 4, 1, 2, 5, 6)
"""Which messages are tried: most can be held beside others."""
_PATIENCE = 50


class HoldingMachine(RuleBasedStateMachine):
    """Two adapters on one counterparty, called in turn."""

    contract: HoldingContract
    make: Callable[[], Callable[[], Any]]

    def __init__(self) -> None:
        super().__init__()
        self.open = type(self).make()
        self.desks = [self.open(), self.open()]
        self.model = Model(self.contract.free_at_first)
        self.made: list[tuple[Callable[[Any], Any], str, Callable[[], Expected]]] = []

    # ---- rules -------------------------------------------------------------------------------------------------------

    @rule(desk=st.integers(0, 1), key=st.sampled_from(KEYS), at=st.sampled_from(_MOSTLY_GOOD), lost=st.booleans())
    def hold(self, desk: int, key: str, at: int, lost: bool) -> None:
        self._hold(desk, key, at, lost)

    def _hold(self, desk: int, key: str, at: int, lost: bool) -> None:
        message, subject, quantity, on_terms = self.contract.held(at)
        self._call(
            desk,
            lambda adapter: self.contract.hold(adapter, message, key),
            key,
            lambda: self.model.hold(key, message, subject, quantity, on_terms=on_terms),
            lost,
        )

    @rule(desk=st.integers(0, 1), key=st.sampled_from(KEYS), part=st.sampled_from((1, 1, 2)), lost=st.booleans())
    def confirm(self, desk: int, key: str, part: int, lost: bool) -> None:
        self._confirm(desk, key, part, lost)

    def _confirm(self, desk: int, key: str, part: int, lost: bool) -> None:
        quantity = self.contract.to_confirm(self.model.slot(key).quantity or Fraction(1), part)
        self._call(
            desk,
            lambda adapter: self.contract.confirm(adapter, key, quantity),
            key,
            lambda: self.model.confirm(key, quantity),
            lost,
        )

    @rule(desk=st.integers(0, 1), key=st.sampled_from(KEYS), lost=st.booleans())
    def release(self, desk: int, key: str, lost: bool) -> None:
        self._call(
            desk, lambda adapter: self.contract.release(adapter, key), key, lambda: self.model.release(key), lost
        )

    @rule(desk=st.integers(0, 1), at=st.integers(0, 7), lost=st.booleans())
    def repeat(self, desk: int, at: int, lost: bool) -> None:
        """One of the last calls, once more."""
        if at < len(self.made):
            ask, key, expect = self.made[-1 - at]
            self._call(desk, ask, key, expect, lost)

    @rule(key=st.sampled_from(KEYS), at=st.sampled_from((0, 3, 4)), times=st.integers(1, 6))
    def go_on(self, key: str, at: int, times: int) -> None:
        """What comes next for a key in the ordinary course of things, a few times."""
        for time in range(times):
            desk, state = time % 2, self.model.slot(key).state
            if state is State.UNKNOWN:
                self._hold(desk, key, at, lost=False)
            elif state is State.HELD:
                self._confirm(desk, key, 1, lost=False)
            else:
                self.arrive(desk, key, at + time)

    def arrive(self, desk: int, key: str, at: int) -> None:
        """What comes after a confirmation, where anything does."""

    @rule(desk=st.integers(0, 1))
    def restart(self, desk: int) -> None:
        self.desks[desk].close()
        self.desks[desk] = self.open()

    # ---- what must be so after each ------------------------------------------------------------------------------

    @invariant()
    def every_key_is_what_it_must_be(self) -> None:
        last = self.made[-1][1] if self.made else None
        for at, key in enumerate(KEYS, len(self.made)):  # of the other keys, the desks are asked in turn
            for desk in self.desks if key == last else (self.desks[at % 2],):
                same_status(desk.status(key), key, self.model.slot(key))

    @invariant()
    def what_is_free_is_what_is_left(self) -> None:
        free = self.contract.free(self.desks[0])
        for subject in self.model.total:
            most = self.model.free(subject)
            found = free.get(subject, Fraction(0))
            assert most - self.model.lost[subject] <= found <= most, f"{subject}: {found} kg are free, not {most}"

    def teardown(self) -> None:
        for desk in self.desks:
            desk.close()

    # ---- calling -------------------------------------------------------------------------------------------------

    def _call(self, desk: int, ask: Callable[[Any], Any], key: str, expect: Callable[[], Expected], lost: bool) -> None:
        self.made.append((ask, key, expect))
        before, expected = self.model.slot(key), expect()
        possible: Sequence[Slot] = (expected.after,)
        try:
            answer = ask(self.desks[desk])
        except Unavailable:
            possible, lost = (before,), True
        except (TimedOut, BadAnswer):
            possible, lost = (before, expected.after), True
        if lost:
            self._keep(key, before, self._settled(desk, key, possible))
        else:
            same_answer(answer, key, expected, partial=self._partial(before, expected))
            self._keep(key, before, _with(expected.after, answer))

    def _settled(self, desk: int, key: str, possible: Sequence[Slot]) -> Slot:
        """What a key is after an answer was lost: `status` says."""
        for _ in range(_PATIENCE):
            status = self.desks[desk].status(key)
            if status.state is not State.PENDING:
                break
            sleep(0.01)
        fitting = [one for one in possible if one.state is status.state]
        assert fitting, f"after a lost answer {key} is {status.state.value}, not {possible[-1].state.value}"
        found = fitting[-1]
        return _with(found, status) if found.state is State.CONFIRMED and Capability.PARTIAL in self._can else found

    def _partial(self, before: Slot, expected: Expected) -> bool:
        return Capability.PARTIAL in self._can and not before.is_binding and expected.after.is_binding

    @property
    def _can(self) -> frozenset[Capability]:
        return self.contract.capabilities

    def _keep(self, key: str, before: Slot, after: Slot) -> None:
        self.model.slots[key] = after
        given_up = (before.quantity or 0) - (after.quantity or 0)
        if after.is_binding and not before.is_binding and given_up > 0 and not self.contract.confirms_quantities:
            self.model.lost[after.subject] += given_up


def _with(slot: Slot, answer: Any) -> Slot:
    """The slot with the quantity that was in fact confirmed."""
    import attrs

    if slot.state is not State.CONFIRMED or isinstance(answer, Refusal) or slot.received:
        return slot
    return attrs.evolve(slot, quantity=getattr(answer, "quantity", None) or slot.quantity)


def same_answer(answer: Any, key: str, expected: Expected, *, partial: bool = False) -> None:
    """Fail where an answer is not the one that must be given."""
    assert answer is not None and answer.key == key, f"the answer is not about {key}: {answer!r}"
    if expected.whys is not None:
        assert isinstance(answer, Refusal), f"{described(answer)} where the call must be refused"
        assert answer.why in expected.whys, f"refused as {answer.why}, not as {sorted(w.value for w in expected.whys)}"
        return
    assert not isinstance(answer, Refusal), f"refused ({described(answer)}) what must be done"
    if expected.quantity is not None:
        assert type(answer.quantity) is Fraction
        fits = answer.quantity <= expected.quantity if partial else answer.quantity == expected.quantity
        assert fits, f"{described(answer)} where the quantity is {expected.quantity}"
    if expected.received is not None:
        assert answer.received == expected.received


def same_status(status: Any, key: str, slot: Slot) -> None:
    """Fail where a status is not that of the slot."""
    assert status.key == key
    assert status.state is slot.state, f"{key} is {status.state.value}, not {slot.state.value}"
    if slot.quantity is not None:
        assert status.quantity == slot.quantity, f"{key}: {status.quantity} kg, not {slot.quantity}"
    assert status.received == slot.received, f"{key}: {status.received} kg received, not {slot.received}"


def run_machine(machine: type[HoldingMachine], contract: HoldingContract, make: Callable[[], Any]) -> None:
    """Try many orders of calls."""
    kind = type("Machine", (machine,), {"contract": contract, "make": staticmethod(make)})
    run_state_machine_as_test(
        kind,
        settings=settings(
            max_examples=contract.examples,
            stateful_step_count=contract.steps,
            deadline=None,
            database=None,
            derandomize=True,
            phases=(Phase.generate, Phase.shrink) if contract.shrink else (Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )
