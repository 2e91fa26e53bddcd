"""QuickFIX: its settings, and an initiator that is started and stopped."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from threading import Lock, Thread
from time import monotonic, sleep
from typing import Any

import quickfix as fix

from vault_rules_fix.callbacks import Callbacks
from vault_rules_fix.said import Said, say, to_fix
from vault_rules_fix.tags import TEST_REQ_ID, Kind

BEGIN = "FIX.4.4"
DICTIONARY = Path(__file__).with_name("vault44.xml")
LOGOUT_SECONDS = 2
_never_ended: list[object] = []
"""Engines that did not stop: they are kept, since their threads still use them."""


def session_settings(kind: str, sender: str, target: str, more: Mapping[str, object]) -> tuple[Any, Any]:
    """The settings of one session, and its id."""
    values: dict[str, object] = {
        "ConnectionType": kind,
        "BeginString": BEGIN,
        "SenderCompID": sender,
        "TargetCompID": target,
        "StartTime": "00:00:00",
        "EndTime": "00:00:00",
        "NonStopSession": "Y",
        "UseDataDictionary": "Y",
        "DataDictionary": DICTIONARY,
        # counterparties say more than we ask for: what the dictionary does not know is passed over
        "AllowUnknownMsgFields": "Y",
        "ValidateUserDefinedFields": "N",
        "SocketNodelay": "Y",
        "LogoutTimeout": LOGOUT_SECONDS,
        **more,
    }
    dictionary = fix.Dictionary()
    for name, value in values.items():
        dictionary.setString(name, str(value))
    return fix.SessionID(BEGIN, sender, target, str(more.get("SessionQualifier", ""))), dictionary


class Initiator:
    """A session that we open: one connection."""

    def __init__(self, callbacks: Callbacks, session: Any, dictionary: Any) -> None:
        self._callbacks, self._session = callbacks, session
        self._settings = fix.SessionSettings()
        self._settings.set(session, dictionary)
        self._store = fix.FileStoreFactory(self._settings)
        self._engine = fix.SocketInitiator(callbacks, self._store, self._settings)
        self._engine.start()

    def send(self, said: Said) -> bool:
        """Whether a message went out."""
        try:
            return bool(fix.Session.sendToTarget(to_fix(said), self._session))
        except fix.SessionNotFound:  # stopped meanwhile
            return False

    def stop(self) -> None:
        """Log out and end the engine's thread: within milliseconds where the other side answers.

        The engine looks around once a second, or when something comes. So the logout is brought about by a test
        request, whose answer wakes it, and the end is asked for on its own thread, while the logout is under way.
        """
        ending = Thread(target=self._engine.stop, args=(True,), daemon=True, name="vault-rules-fix end")
        once = Lock()

        def end() -> None:
            if once.acquire(blocking=False):
                ending.start()

        def end_here() -> None:
            end()
            ends = monotonic() + LOGOUT_SECONDS
            while not self._engine.isStopped() and monotonic() < ends:
                sleep(0.001)

        if self._callbacks.at_logout(end_here):
            fix.Session.lookupSession(self._session).logout("")
            self.send(say(Kind.TEST_REQUEST, {TEST_REQ_ID: "end"}))
            self._callbacks.gone.wait(LOGOUT_SECONDS)
        end()
        ending.join(timeout=10)
        if ending.is_alive():  # pragma: no cover  # it has not happened
            _never_ended.append((self._engine, self._callbacks, self._store, self._settings))
        del self._engine  # before what it uses
