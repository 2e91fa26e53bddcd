"""Calling counterparties until it is certain what came of it, or until patience ends."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from vault_rules.adapters.calling import ask
from vault_rules.adapters.config import Counterparty
from vault_rules.adapters.messages import Status
from vault_rules.errors import AdapterError, BookError, Unavailable
from vault_rules.execution.judging import Doubt, judge
from vault_rules.execution.orders import Order
from vault_rules.execution.progress import Action, Call, Outcome

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
"""Seconds between two questions: twice as long each time."""


class Unsettled(AdapterError):
    """It is not known what came of a call. The run stops, and can be resumed."""


class Desk:
    """One counterparty's desk: its adapter, opened when it is first needed."""

    def __init__(self, counterparty: Counterparty) -> None:
        self.counterparty = counterparty
        self._adapter: Any = None
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        return self.counterparty.name

    def settle(self, call: Call, order: Order, *, resumed: bool) -> Outcome:
        """Make a call, and say what came of it. With `resumed` it may have been made before: its status is asked first.

        Raises `Unsettled` where the counterparty cannot say within its retry budget.
        """
        key = order.key if call.part is None else order.parts[call.part].key
        trouble, answer, again = "", None, not resumed
        pause = FIRST_PAUSE
        for left in range(self.counterparty.patience.retries + resumed, -1, -1):
            try:
                answer = self._call(call, order, key) if again else None
            except (AdapterError, BookError) as why:
                trouble, answer = str(why), None
            try:
                found = judge(call, order, self._status(key), answer)
            except (AdapterError, BookError) as why:
                trouble, again = str(why), False
            else:
                if isinstance(found, Outcome):
                    return found
                trouble, again = self._doubtful(found, trouble), found.again
                if resumed and again:
                    resumed = False  # it never arrived: make it now, without waiting
                    continue
            if left:
                threading.Event().wait(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
        raise Unsettled(f"{call.action} {key}: {trouble or f'{self.counterparty} does not know'}")

    def _doubtful(self, found: Doubt, trouble: str) -> str:
        return f"{self.counterparty} {found.text}" if found.text else trouble

    def _call(self, call: Call, order: Order, key: str) -> Any:
        adapter = self._opened()
        return ask(self.counterparty, _made(adapter, call, order, key))

    def _status(self, key: str) -> Status:
        adapter = self._opened()
        found: Any = ask(self.counterparty, lambda: adapter.status(key))
        if not isinstance(found, Status) or found.key != key:
            raise Unavailable(f"{self.counterparty} answers what is no status of {key}")
        return found

    def _opened(self) -> Any:
        with self._lock:
            if self._adapter is None:
                self._adapter = self.counterparty.open()
            return self._adapter

    def close(self) -> None:
        """Let go of the adapter; what it raises is of no matter any more."""
        adapter, self._adapter = self._adapter, None
        if adapter is not None:
            with suppress(AdapterError, BookError):
                ask(self.counterparty, adapter.close)


def _made(adapter: Any, call: Call, order: Order, key: str) -> Callable[[], Any]:
    """A call in the protocol's words."""
    if call.part is None:
        words: Mapping[Action, Callable[[], Any]] = {
            Action.RESERVE: lambda: adapter.reserve(order.message, key),
            Action.CONFIRM: lambda: adapter.confirm(key),
            Action.RELEASE: lambda: adapter.release(key),
        }
    else:
        message = order.parts[call.part].message
        words = {
            Action.BOOK: lambda: adapter.book(message, key),
            Action.CONFIRM_STORAGE: lambda: adapter.confirm(key, call.quantity),
            Action.CANCEL: lambda: adapter.cancel(key),
        }
    return words[call.action]


class Desks:
    """The desks of a run: traders and storages by name."""

    def __init__(self, traders: Iterable[Counterparty], storages: Iterable[Counterparty]) -> None:
        self.traders = {one.name: Desk(one) for one in traders}
        self.storages = {one.name: Desk(one) for one in storages}

    def of(self, call: Call, order: Order) -> Desk:
        """Whose desk a call goes to. Raises `Unsettled` where nobody of that name is configured any more."""
        if call.part is None:
            kind, name, desks = "trader", order.award.trader, self.traders
        else:
            kind, name, desks = "storage", order.parts[call.part].storage, self.storages
        if name not in desks:
            raise Unsettled(f"{kind} {name} is not in the configuration, and has to be asked about {order.key}")
        return desks[name]

    def close(self) -> None:
        for desk in (*self.traders.values(), *self.storages.values()):
            desk.close()
