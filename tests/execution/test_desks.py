"""Calling until it is certain what came of it: real time-outs, slow answers, records that say something else."""

from __future__ import annotations

import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import attrs
import pytest

from tests.support.ledgers import AS_OF, COBALT
from tests.support.scripted import Script, ScriptedTrader, counterparty
from vault_rules.adapters import messages
from vault_rules.adapters.messages import State, Status
from vault_rules.execution import desks
from vault_rules.execution.desks import Desk, Unsettled
from vault_rules.execution.orders import Order
from vault_rules.execution.progress import Action, Call, Hold

TEN = Fraction(10)
ORDER = Order("k", 1, COBALT, "USD", AS_OF, messages.Award("a", "cobalt", TEN, COBALT.price, "USD"))
RESERVE, CONFIRM = Call(Action.RESERVE, None, TEN), Call(Action.CONFIRM, None, TEN)
Change = Callable[[Status], Status]


class Odd(ScriptedTrader):
    """Takes its time over the first call, and may say something else of a key."""

    seconds = 0.0
    says: Change = staticmethod(lambda status: status)

    def reserve(self, award: messages.Award, key: str) -> Any:
        wait, self.seconds = self.seconds, 0.0
        time.sleep(wait)
        return super().reserve(award, key)

    def status(self, key: str) -> Status:
        return self.says(super().status(key))


@pytest.fixture
def trader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Odd:
    monkeypatch.setattr(desks, "FIRST_PAUSE", 0.001)
    return Odd(tmp_path / "odd.jsonl", Script(tmp_path / "odd"), {"a": TEN})


def desk(trader: Odd, timeout: str = "5") -> Desk:
    return Desk(counterparty("trader", "odd", lambda: trader, timeout=timeout, retries=2))


def test_a_call_that_takes_too_long_is_asked_about_and_made_again(trader: Odd) -> None:
    """The first is still under way while the second is made: it finds that it was done."""
    trader.seconds = 0.6
    found = desk(trader, "0.3").settle(RESERVE, ORDER, resumed=False)
    assert found.held.state is Hold.HELD and found.held.quantity == TEN
    time.sleep(0.5)
    assert [(one.state, one.quantity) for one in trader.entries()] == [(State.HELD, TEN)]


def test_an_answer_that_comes_slowly_is_an_answer(trader: Odd) -> None:
    trader.seconds = 0.1
    assert desk(trader).settle(RESERVE, ORDER, resumed=False).result == "done"


def test_a_call_that_may_have_been_made_is_asked_about_before_it_is_made_again(trader: Odd) -> None:
    here = desk(trader)
    here.settle(RESERVE, ORDER, resumed=False)
    here.settle(CONFIRM, ORDER, resumed=False)
    trader.confirm = None  # type: ignore[assignment, method-assign]
    assert here.settle(CONFIRM, ORDER, resumed=True).held.state is Hold.BINDING


def test_what_never_arrived_is_made_when_it_is_resumed(trader: Odd) -> None:
    assert desk(trader).settle(RESERVE, ORDER, resumed=True).result == "done"
    assert len(trader.entries()) == 1


@pytest.mark.parametrize(
    ("says", "said"),
    [
        (lambda one: attrs.evolve(one, price=Fraction(99)), "says that it sold at 99, not at 69/2 USD/kg"),
        (lambda one: attrs.evolve(one, quantity=TEN * 2), "says that 20 kg are binding, where 10 kg were asked for"),
        (lambda one: attrs.evolve(one, state=State.PENDING), "does not know"),
        (lambda one: Status("another", State.CONFIRMED, TEN), "no status of k"),
        (lambda one: None, "no status of k"),
    ],
)
def test_a_record_that_cannot_be_true_settles_nothing(trader: Odd, says: Change, said: str) -> None:
    here = desk(trader)
    here.settle(RESERVE, ORDER, resumed=False)
    trader.says = lambda one: says(one) if one.state is State.CONFIRMED else one
    with pytest.raises(Unsettled, match=said):
        here.settle(CONFIRM, ORDER, resumed=False)
    del trader.says
    assert here.settle(CONFIRM, ORDER, resumed=True).held.quantity == TEN
