"""Traders and storages whose books survive a kill, and on which something goes wrong once, where a script says so.

What they hold stands in a journal; a folder holds the script, and a mark for each fault that has happened, so that a
counterparty that is asked again by another process has it behind it.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import attrs

from vault_rules.adapters.config import Counterparty, Patience
from vault_rules.adapters.holds import Entry
from vault_rules.adapters.kept import KeptHolds
from vault_rules.adapters.manager import Offered, Plugin
from vault_rules.adapters.messages import (
    Award,
    Booking,
    Placement,
    Query,
    Refusal,
    Release,
    Reservation,
    Row,
    State,
    Status,
    Why,
    content,
)  # fmt: skip
from vault_rules.adapters.registration import Capability, Registration, Setup
from vault_rules.errors import TimedOut

Answer = Any
Do = Callable[[Fraction], Answer]
"""Does what was asked, or a part of it."""

FAULTS = (
    "exception before",
    "exception after",
    "time-out, then it arrives",
    "time-out, but it was done",
    "slow answer",
    "duplicate",
    "refusal",
    "partial",
    "lie: more",
    "lie: less",
    "killed before",
    "killed after",
)
_WHOLE, _PART = Fraction(1), Fraction(1, 2)


@attrs.frozen
class Script:
    """What goes wrong, by the name of the call: each once. `short` is a booking that finds too little room."""

    folder: Path

    def write(self, faults: Mapping[str, str]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "script.json").write_text(json.dumps(dict(faults)), encoding="utf-8")

    def fires(self, action: str) -> str | None:
        """The fault of a call, the first time it is asked for."""
        file = self.folder / "script.json"
        fault = json.loads(file.read_text(encoding="utf-8")).get(action) if file.exists() else None
        if fault is None:
            return None
        try:
            os.close(os.open(self.folder / f"{action}.happened", os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return None
        return str(fault)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Scripted:
    """What both have in common. `subjects` says how much there is of each offer or facility."""

    def __init__(self, journal: Path, script: Script, subjects: Mapping[str, Fraction]) -> None:
        self.kept, self.script, self.subjects = KeptHolds(journal), script, subjects
        self.late: list[Callable[[], Answer]] = []

    def health(self) -> str:
        return "there"

    def close(self) -> None:
        pass

    def act(self, action: str, key: str, do: Do) -> Answer:
        """Do what was asked, unless the script has it otherwise."""
        fault = self.script.fires(action)
        if fault is None:
            return do(_WHOLE)
        return getattr(self, "_" + fault.replace(",", "").replace(":", "").replace(" ", "_"))(key, do)

    def _exception_before(self, key: str, do: Do) -> Answer:
        raise RuntimeError("the line is dead")

    def _exception_after(self, key: str, do: Do) -> Answer:
        do(_WHOLE)
        raise RuntimeError("the line is dead")

    def _time_out_then_it_arrives(self, key: str, do: Do) -> Answer:
        self.late.append(lambda: do(_WHOLE))
        raise TimedOut("no answer in time")

    def _time_out_but_it_was_done(self, key: str, do: Do) -> Answer:
        do(_WHOLE)
        raise TimedOut("no answer in time")

    def _slow_answer(self, key: str, do: Do) -> Answer:
        time.sleep(0.05)
        return do(_WHOLE)

    def _duplicate(self, key: str, do: Do) -> Answer:
        do(_WHOLE)
        return do(_WHOLE)

    def _refusal(self, key: str, do: Do) -> Answer:
        return Refusal(key, Why.OTHER, "not today")

    def _partial(self, key: str, do: Do) -> Answer:
        return do(_PART)

    def _lie_more(self, key: str, do: Do) -> Answer:
        return _saying(do(_WHOLE), key, Fraction(2))

    def _lie_less(self, key: str, do: Do) -> Answer:
        return _saying(do(_WHOLE), key, Fraction(1, 3))

    def _killed_before(self, key: str, do: Do) -> Answer:
        die()

    def _killed_after(self, key: str, do: Do) -> Answer:
        do(_WHOLE)
        die()

    def hold(self, key: str, subject: str, message: Award | Placement, quantity: Fraction, **more: Any) -> Answer:
        with self.kept.open() as holds:
            there = self.subjects.get(subject)
            free = None if there is None else there - holds.taken(subject)
            return holds.hold(key, subject, content(message), quantity, free=free, **more)

    def give_back(self, action: str, key: str) -> Answer:
        """A part of it: it is said, and not done."""

        def do(part: Fraction) -> Answer:
            if part != 1:
                return Release(key)
            with self.kept.open() as holds:
                return holds.release(key)

        return self.act(action, key, do)

    def status(self, key: str) -> Status:
        with self.kept.open() as holds:
            found = holds.status(key)
        while self.late:  # what was under way arrives behind the question
            self.late.pop()()
        return found

    def entries(self) -> list[Entry]:
        """The truth."""
        with self.kept.open() as holds:
            return list(holds.entries.values())


def _saying(answer: Answer, key: str, times: Fraction) -> Answer:
    """Another answer than the true one."""
    if isinstance(answer, Release):
        return Refusal(key, Why.CONFIRMED, "too late")
    return attrs.evolve(answer, quantity=answer.quantity * times)


class ScriptedTrader(Scripted):
    """Sells."""

    def offers(self, query: Query) -> Iterable[Row]:
        return []

    def reserve(self, award: Award, key: str) -> Answer:
        def do(part: Fraction) -> Answer:
            quantity = award.quantity * part
            entry = self.hold(key, award.offer, award, quantity, price=award.price)
            return entry if isinstance(entry, Refusal) else Reservation(key, entry.quantity)

        return self.act("reserve", key, do)

    def confirm(self, key: str) -> Answer:
        def do(part: Fraction) -> Answer:
            with self.kept.open() as holds:
                held = holds.entries.get(key)
                quantity = None if held is None or held.quantity is None or part == 1 else held.quantity * part
                return holds.confirm(key, quantity)

        return self.act("confirm", key, do)

    def release(self, key: str) -> Answer:
        return self.give_back("release", key)


class ScriptedStorage(Scripted):
    """Keeps."""

    def facilities(self, query: Query) -> Iterable[Row]:
        return []

    def holdings(self) -> Iterable[Row]:
        return []

    def book(self, placement: Placement, key: str) -> Answer:
        if key.endswith("-2") and self.script.fires("short"):
            return Refusal(key, Why.LESS, "there is less room", Fraction(150))

        def do(part: Fraction) -> Answer:
            entry = self.hold(key, placement.facility, placement, placement.quantity * part)
            return entry if isinstance(entry, Refusal) else Booking(key, entry.quantity)

        return self.act("book", key, do)

    def confirm(self, key: str, quantity: Fraction) -> Answer:
        def do(part: Fraction) -> Answer:
            with self.kept.open() as holds:
                return holds.confirm(key, quantity * part)

        return self.act("confirm_storage", key, do)

    def cancel(self, key: str) -> Answer:
        return self.give_back("cancel", key)

    def receive(self, key: str, delivery: Any) -> Answer:
        raise AssertionError("an execution ends before anything arrives")


_PLUGIN = Plugin("scripted", "tests", "1")
_CAN = (Capability.TRADE, Capability.BOOK, Capability.PARTIAL)


def counterparty(
    kind: str, name: str, open: Callable[[], Any], *, retries: int = 3, timeout: str = "5", prefix: str = ""
) -> Counterparty:
    """A counterparty of a configuration, whose adapter is made like this."""

    @attrs.frozen
    class Settings:
        pass

    def factory(settings: Any, setup: Setup) -> Any:
        return open()

    registration = Registration("scripted", factory, Settings, 1, _CAN)
    patience = Patience(Fraction(timeout), retries)
    return Counterparty(name, kind, Offered(registration, _PLUGIN), Settings(), Path(), patience, prefix)


def binding(adapter: Scripted) -> dict[str, Fraction]:
    """What is confirmed, by key. Nothing may be only held when a run is over."""
    entries = adapter.entries()
    assert [one.key for one in entries if one.state is State.HELD] == []
    return {one.key: one.quantity or Fraction(0) for one in entries if one.state is State.CONFIRMED}
