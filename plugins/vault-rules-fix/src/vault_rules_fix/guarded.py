"""What the engine calls must not raise: anything that QuickFIX does not know ends the whole program."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import quickfix as fix

Told = Callable[[Any, Any, Any], None]


def guarded(method: Told) -> Told:
    """The method; what it raises goes to `failed` of its object, but for what is meant for the engine."""

    @wraps(method)
    def called(self: Any, message: Any, session: Any) -> None:
        try:
            method(self, message, session)
        except (fix.DoNotSend, fix.RejectLogon):
            raise
        except Exception as why:  # whatever it is, it stops here
            self.failed(why, message, session)

    return called
