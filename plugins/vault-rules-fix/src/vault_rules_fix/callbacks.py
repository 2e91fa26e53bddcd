"""What QuickFIX tells on its thread. Nothing is raised there but what the engine knows: it would end the program."""

from __future__ import annotations

from collections.abc import Callable
from threading import Condition, Event
from typing import Any

import quickfix as fix

from vault_rules.adapters.registration import Secret
from vault_rules.errors import BadAnswer
from vault_rules_fix.guarded import guarded
from vault_rules_fix.inbox import Inbox, LineLostError
from vault_rules_fix.said import from_fix
from vault_rules_fix.tags import MSG_TYPE, PASSWORD, POSS_DUP, SEQ_NUM, TEST_REQ_ID, TEXT, USERNAME, Kind

AGREE = "agree"
"""The test request after a logon: its answer comes after all that was missed before."""


class Callbacks(fix.Application):  # type: ignore[misc]  # QuickFIX has no types
    """Keeps whether we are logged on, and why not; hands answers to the inbox."""

    def __init__(self, inbox: Inbox, username: str | None, password: Secret | None) -> None:
        super().__init__()
        self._inbox, self._username, self._password = inbox, username, password
        self._changed = Condition()
        self._end: Callable[[], None] | None = None
        self._last_words = ""
        self._refused: str | None = None
        self._is_logged_on = False
        self.is_up = False
        """Whether both sides agree on what was said before: only then is anything asked or ordered."""
        self.gone = Event()

    # ---- for the line ------------------------------------------------------------------------------------------------

    def logged_on(self, seconds: float) -> bool:
        """Whether we are, at the latest after so many seconds; earlier where we were refused."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_logged_on or self._refused is not None, max(seconds, 0.0))
            return self._is_logged_on

    def agreed(self, seconds: float) -> bool:
        """Whether our test request was answered, at the latest after so many seconds; earlier if the line is lost."""
        with self._changed:
            self._changed.wait_for(lambda: self.is_up or not self._is_logged_on, max(seconds, 0.0))
            return self.is_up

    @property
    def refused(self) -> str | None:
        """The words with which a logon was refused, empty where there were none; None where none was."""
        return self._refused

    def at_logout(self, end: Callable[[], None]) -> bool:
        """Have this called at the next logout. Whether there will be one."""
        with self._changed:
            self._end = end
            return self._is_logged_on

    # ---- for the engine ----------------------------------------------------------------------------------------------

    def onCreate(self, session: Any) -> None:  # noqa: N802  # the engine's names
        pass

    def onLogon(self, session: Any) -> None:  # noqa: N802
        with self._changed:
            self._is_logged_on, self._last_words = True, ""
            self.gone.clear()
            self._changed.notify_all()

    def onLogout(self, session: Any) -> None:  # noqa: N802
        with self._changed:
            if not self._is_logged_on:
                self._refused = self._refused or self._last_words  # it is told twice, the second time without words
            self._last_words = ""
            self.is_up = self._is_logged_on = False
            end = self._end
            self._changed.notify_all()
        self._inbox.tell_all(LineLostError())
        if end is not None:
            end()
        self.gone.set()

    @guarded
    def toAdmin(self, message: Any, session: Any) -> None:  # noqa: N802
        kind = message.getHeader().getField(MSG_TYPE)
        if kind == Kind.LOGON:
            if self._username is not None:
                message.setField(USERNAME, self._username)
            if self._password is not None:
                message.setField(PASSWORD, self._password.reveal())
        elif kind == Kind.LOGOUT and message.isSetField(TEXT):
            self._last_words = f"we logged out: {message.getField(TEXT)}"
        elif kind == Kind.REJECT:
            why = message.getField(TEXT) if message.isSetField(TEXT) else "it is no message of the protocol"
            self._inbox.tell_all(BadAnswer(f"a message of the counterparty was rejected: {why}"))

    @guarded
    def fromAdmin(self, message: Any, session: Any) -> None:  # noqa: N802
        said = from_fix(message)
        if said.kind == Kind.LOGOUT:
            self._last_words = said.get(TEXT) or self._last_words
        elif said.kind == Kind.HEARTBEAT and said.get(TEST_REQ_ID) == AGREE:
            with self._changed:
                self.is_up = self._is_logged_on
                self._changed.notify_all()
        elif said.kind == Kind.REJECT:
            self._inbox.tell(said)

    @guarded
    def toApp(self, message: Any, session: Any) -> None:  # noqa: N802
        """Nothing is sent twice, and nothing waits for a connection: an order must not go out when nobody knows."""
        header = message.getHeader()
        if header.isSetField(POSS_DUP) or not fix.Session.lookupSession(session).isLoggedOn():
            raise fix.DoNotSend
        self._inbox.sent(header.getField(SEQ_NUM), from_fix(message))

    @guarded
    def fromApp(self, message: Any, session: Any) -> None:  # noqa: N802
        self._inbox.tell(from_fix(message))

    def failed(self, why: Exception, message: Any, session: Any) -> None:
        """A message that could not be taken: whoever waits hears of it."""
        self._inbox.tell_all(BadAnswer(f"a message could not be read: {type(why).__name__}: {why}"))
