"""Calling an adapter: in a thread of its own, for so long and not longer, again where it was not available.

Threads are daemons: one that never comes back is left behind, and does not keep the program from ending.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any, TypeVar

from vault_rules.adapters.config import Counterparty
from vault_rules.errors import AdapterError, BadAnswer, BookError, TimedOut, Unavailable

T = TypeVar("T")
_FIRST_PAUSE = 0.2


def in_time(call: Callable[[], T], seconds: float, who: str = "the call") -> T:
    """What the call gives, or raises. Raises `TimedOut` where it takes longer; it then goes on unheard."""
    answers: SimpleQueue[tuple[bool, Any]] = SimpleQueue()

    def run() -> None:
        try:
            answers.put((True, call()))
        except BaseException as why:
            answers.put((False, why))

    threading.Thread(target=run, daemon=True, name=f"vault-rules {who}").start()
    try:
        done, answer = answers.get(timeout=max(seconds, 0.0))
    except Empty:
        raise TimedOut(f"{who} has not answered within {seconds:g} seconds") from None
    if not done:
        raise answer
    return answer  # type: ignore[no-any-return]  # it is what the call gave


def ask(counterparty: Counterparty, call: Callable[[], T]) -> T:
    """The answer of a counterparty's adapter, within its time-out, asked again as often as it allows where it was not
    available. Raises an `AdapterError` that names the counterparty and holds no secret, or `BookError`.
    """
    patience, who = counterparty.patience, str(counterparty)
    ends, pause = monotonic() + float(patience.timeout), _FIRST_PAUSE
    for left in range(patience.retries, -1, -1):
        try:
            return in_time(call, ends - monotonic(), who)
        except Unavailable as why:
            if not left or monotonic() + pause >= ends:
                raise Unavailable(_said(counterparty, why)) from why
            threading.Event().wait(pause)
            pause *= 2
        except TimedOut:
            raise TimedOut(f"{who} has not answered within {float(patience.timeout):g} seconds") from None
        except BookError:
            raise
        except AdapterError as why:
            raise type(why)(_said(counterparty, why)) from why
        except Exception as why:  # whatever somebody else's adapter raises: what it did is not known
            raise BadAnswer(_said(counterparty, f"{type(why).__name__}: {why}")) from why
    raise AssertionError("the last try answers or raises")


def _said(counterparty: Counterparty, why: object) -> str:
    text = counterparty.hide(str(why))
    text = "".join(letter if letter.isprintable() else " " for letter in text)[:2000]
    return text if text.startswith(str(counterparty)) else f"{counterparty}: {text}"
