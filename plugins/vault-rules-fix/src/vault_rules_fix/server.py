"""The reference counterparty on the wire: an acceptor of QuickFIX that hands messages to a desk."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any

import attrs
import quickfix as fix

from vault_rules_fix.desk import Desk
from vault_rules_fix.engine import session_settings
from vault_rules_fix.guarded import guarded
from vault_rules_fix.loopback import free_port, local_listener, replace_listener
from vault_rules_fix.reports import cannot
from vault_rules_fix.said import Said, from_fix, to_fix
from vault_rules_fix.tags import MSG_TYPE, PASSWORD, POSS_DUP, USERNAME, Kind

_IDLE = 0.001


@attrs.frozen
class Served:
    """Who may log on: `customers` are their CompIDs, `name` is ours. `state` keeps sequence numbers and messages."""

    name: str
    customers: Sequence[str]
    state: Path
    username: str | None = None
    password: str | None = attrs.field(default=None, repr=False)


class Counter(fix.Application):  # type: ignore[misc]  # QuickFIX has no types
    """What the engine tells on its thread."""

    def __init__(self, desk: Desk, served: Served) -> None:
        super().__init__()
        self._desk, self._served = desk, served

    def onCreate(self, session: Any) -> None:  # noqa: N802  # the engine's names
        pass

    def onLogon(self, session: Any) -> None:  # noqa: N802
        pass

    def onLogout(self, session: Any) -> None:  # noqa: N802
        pass

    def toAdmin(self, message: Any, session: Any) -> None:  # noqa: N802
        pass

    @guarded
    def fromAdmin(self, message: Any, session: Any) -> None:  # noqa: N802
        said = from_fix(message)
        if said.kind != Kind.LOGON:
            return
        for tag, wanted in ((USERNAME, self._served.username), (PASSWORD, self._served.password)):
            if wanted is not None and not hmac.compare_digest((said.get(tag) or "").encode(), wanted.encode()):
                raise fix.RejectLogon("unknown user, or wrong password")

    @guarded
    def toApp(self, message: Any, session: Any) -> None:  # noqa: N802
        """Quotes are not sent a second time: who did not get them asks again."""
        header = message.getHeader()
        if header.isSetField(POSS_DUP) and header.getField(MSG_TYPE) == Kind.QUOTE:
            raise fix.DoNotSend

    @guarded
    def fromApp(self, message: Any, session: Any) -> None:  # noqa: N802
        for answer in self._desk.answer(from_fix(message)):
            self.say(answer, session)

    def failed(self, why: Exception, message: Any, session: Any) -> None:
        """A message that could not be answered."""
        self.say(cannot(from_fix(message), f"{type(why).__name__}: {why}"), session)

    def say(self, said: Said, session: Any) -> None:
        fix.Session.sendToTarget(to_fix(said), session)


class Server:
    """An acceptor that listens on this machine until it is stopped.

    The engine's own thread cannot be ended without a race (it lets go of its server while `stop` closes it), so the
    engine is run by a thread of ours, which looks around a thousand times a second and also ends it.
    """

    def __init__(self, counter: Counter, served: Served, port: int = 0) -> None:
        mine = local_listener(port)
        self.port = int(mine.getsockname()[1])
        self._settings = fix.SessionSettings()
        self._sessions = []
        within = free_port()
        for customer in served.customers:
            more = {"SocketAcceptPort": within, "FileStorePath": served.state}
            session, dictionary = session_settings("acceptor", served.name, customer, more)
            self._settings.set(session, dictionary)
            self._sessions.append(session)
        self._counter, self._store = counter, fix.FileStoreFactory(self._settings)
        self._engine = fix.SocketAcceptor(counter, self._store, self._settings)
        with mine:
            replace_listener(self._engine.poll, mine)
        self._over = Event()
        self._thread = Thread(target=self._run, daemon=True, name="vault-rules-fix server")
        self._thread.start()

    def _run(self) -> None:
        while not self._over.wait(_IDLE):
            self._engine.poll()
        self._log_out()
        self._engine.stop(True)
        for session in self._sessions:  # else who knocks while we close stands in the way of the next server
            fix.Session.unregisterSession(session)

    def _log_out(self) -> None:
        for session in self._sessions:
            fix.Session.lookupSession(session).logout("the desk closes")
        ends = monotonic() + 1
        while self._engine.isLoggedOn() and monotonic() < ends:
            self._engine.poll()
            sleep(_IDLE)

    def stop(self) -> None:
        """Log everybody out, and end. May be called twice."""
        if not self._over.is_set():
            self._over.set()
            self._thread.join()
            del self._engine  # before what it uses
