"""Carrying out: see what comes next, say it, do it, say what came of it. A run and its resumption are the same."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed

import attrs

from vault_rules.domain.plan import Placement
from vault_rules.errors import AdapterError
from vault_rules.execution.desks import Desk, Desks, Unsettled
from vault_rules.execution.ledger.drafts import (
    DONE,
    STOPPED,
    Draft,
    awarded,
    ended,
    intent,
    outcome,
    placed,
    released,
)  # fmt: skip
from vault_rules.execution.ledger.store import Ledger
from vault_rules.execution.market import Market
from vault_rules.execution.orders import part_fields
from vault_rules.execution.pen import Pen, Tell
from vault_rules.execution.progress import (
    PLACE,
    Call,
    Hold,
    Outcome,
    Progress,
    call_fields,
    outcome_fields,
)  # fmt: skip
from vault_rules.execution.rounds import Rounds
from vault_rules.execution.state import RunState
from vault_rules.execution.steps import Drop, PlaceAgain, Record, next_step

MOST_PARTS = 20
"""In so many places an award is stored at most: who loses one after the other does so for another reason than room."""


@attrs.define(eq=False)
class Execution:
    """One run on its way. `most` is how many rounds there are at most, `at_once` how many awards are in work together;
    `tell` hears of every step once it is recorded.
    """

    run: str
    ledger: Ledger
    market: Market
    desks: Desks
    rounds: Rounds
    most: int
    at_once: int = 1
    tell: Tell = lambda step: None
    _stopped: threading.Event = attrs.field(factory=threading.Event, init=False)

    def go(self) -> RunState:
        """Go on to the end, from wherever the run is; a run that is over stays as it is.

        Raises `Unsettled` where a counterparty does not say what came of a call, `LedgerError` where the ledger fails:
        the run can then be resumed.
        """
        state = RunState.of(self.run, self.ledger.entries(run=self.run))
        if state.done:
            return state
        try:
            self._rounds(state)
        except Unsettled as why:
            self.ledger.append(self.run, [ended(STOPPED, why=str(why))])
            raise
        self.ledger.append(self.run, [ended(DONE, rounds=state.round)])
        return state

    def _rounds(self, state: RunState) -> None:
        while True:
            self._awards(state, [key for key, one in state.awards.items() if one.closed is None])
            entries = () if state.is_over or state.round >= self.most else self.rounds.next(state)
            if not entries:
                return
            for entry in entries:
                state.add(entry.kind, entry.award, entry.fields)

    def _awards(self, state: RunState, keys: list[str]) -> None:
        """Some awards to their ends. Where one cannot go on, the others stop where they are."""
        if self.at_once == 1 or len(keys) < 2:
            for key in keys:
                self._award(state, key)
            return
        with ThreadPoolExecutor(min(self.at_once, len(keys)), "vault-rules awards") as pool:
            jobs = [pool.submit(self._award, state, key) for key in keys]
            try:
                for job in as_completed(jobs):
                    job.result()
            except BaseException:
                self._stopped.set()
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    # ---- one award ---------------------------------------------------------------------------------------------------

    def _award(self, state: RunState, key: str) -> None:
        pen = Pen(self.run, state, self.ledger, self.tell)
        while (step := next_step(state.awards[key])) is not None and not self._stopped.is_set():
            one = state.awards[key]
            if isinstance(step, Call):
                self._call(pen, one, step)
            elif isinstance(step, PlaceAgain):
                pen.say(self._place_again(state, one, step))
            else:
                pen.say_all(closing(one, step))
        pen.flush()

    def _call(self, pen: Pen, one: Progress, call: Call) -> None:
        """The outcome of the call before and this intent are recorded together; then it is made."""
        key, resumed = one.order.key, one.open is not None
        desk = self.desks.of(call, one.order)
        if not resumed:
            pen.say(intent(key, call.action.value, desk.name, **call_fields(call)))
        pen.flush()
        try:
            found = desk.settle(call, one.order, resumed=resumed)
        except AdapterError as why:
            pen.say(outcome(key, call.action.value, desk.name, "unknown", text=str(why)))
            pen.step(one, call.action.value, "unknown", desk.name, None, str(why))
            pen.flush()
            raise Unsettled(str(why)) from why
        self._came(pen, one, found, desk)

    def _came(self, pen: Pen, one: Progress, found: Outcome, desk: Desk) -> None:
        action, refused = found.call.action.value, found.refused
        pen.say(outcome(one.order.key, action, desk.name, found.result, **outcome_fields(found)))
        said = "refused" if found.result == "refused" else "done"
        pen.step(one, action, said, desk.name, found.held.quantity or None, refused.text if refused else "")

    def _place_again(self, state: RunState, one: Progress, step: PlaceAgain) -> Draft:
        """Other places for what has lost its own; none where there is no more room."""
        order = one.order
        rooms = self.rounds.rooms(list(state.awards.values()))
        is_many = len(order.parts) >= MOST_PARTS
        places = () if is_many else self.market.places(order.award, step.quantity, rooms)
        parts = self.market.parts(order.key, order.award, places, len(order.parts))
        return intent(order.key, PLACE, "ledger", parts=[part_fields(part) for part in parts])


def closing(one: Progress, step: Record | Drop) -> Iterator[Draft]:
    """The last words about an award: what was bought and where it is stored, or that nothing was."""
    order = one.order
    if isinstance(step, Drop):
        yield released(order.key, step.why)
        return
    yield awarded(order.key, order.cut(one.trader.quantity), order.currency, order.day)
    for storage, place in _stored(one):
        yield placed(order.key, place, storage)


def _stored(one: Progress) -> Iterator[tuple[str, Placement]]:
    """What is binding in each facility: the ledger has one word for each, and a place may have been found twice."""
    found: dict[tuple[str, str, str], Placement] = {}
    for part, held in zip(one.order.parts, one.parts, strict=True):
        if held.state is Hold.BINDING:
            place = part.cut(held.quantity)
            where = (part.storage, place.facility, place.store)
            found[where] = _together(found[where], place) if where in found else place
    for (storage, _, _), place in found.items():
        yield storage, place


def _together(one: Placement, other: Placement) -> Placement:
    costs = (one.cost_per_month, other.cost_per_month)
    cost = None if costs[0] is None or costs[1] is None else costs[0] + costs[1]
    return attrs.evolve(one, quantity=one.quantity + other.quantity, cost_per_month=cost)
