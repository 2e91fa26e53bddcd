"""The connection of one adapter: opened when it is first needed, again when it was lost, closed with the adapter."""

from __future__ import annotations

import atexit
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from time import monotonic

from vault_rules.adapters.registration import Setup
from vault_rules.errors import Unavailable
from vault_rules_fix.callbacks import AGREE, Callbacks
from vault_rules_fix.config import FixConfig
from vault_rules_fix.engine import Initiator, session_settings
from vault_rules_fix.inbox import Inbox
from vault_rules_fix.said import Said, say
from vault_rules_fix.senders import Sender, take_sender
from vault_rules_fix.tags import TEST_REQ_ID, Kind

_SOON = 0.5
"""So many seconds a logon usually takes at most."""


class Line:
    """A session with one counterparty. `inbox` hears what comes."""

    def __init__(self, config: FixConfig, setup: Setup) -> None:
        self._config, self._name = config, setup.name
        self._folder = setup.folder / config.state / _file_name(setup.name)
        self._seconds = setup.timeout * 0.95  # an answer of ours, before the caller gives up
        self.inbox = Inbox()
        self._lock = RLock()
        self._callbacks: Callbacks | None = None
        self._engine: Initiator | None = None
        self._sender: Sender | None = None
        self._closed = False

    def ends(self) -> float:
        """When a call that begins now must be over."""
        return monotonic() + self._seconds

    @property
    def sender(self) -> str:
        return self._config.senders[0] if self._sender is None else self._sender.name

    def send(self, said: Said, ends: float) -> None:
        """Send a message. Raises `Unavailable` where it did not go out."""
        self.ready(ends)
        engine = self._engine
        if engine is None or not engine.send(said):
            raise Unavailable(f"the connection to {self._config.place} was lost before anything was sent")

    def ready(self, ends: float) -> None:
        """Be logged on. Raises `Unavailable` where that is not possible until then."""
        with self._alone(ends):
            if self._closed:
                raise Unavailable("the adapter is closed")
            if self._callbacks is not None and self._callbacks.is_up:
                return
            if self._callbacks is None or not self._callbacks.logged_on(0):
                self._connect(ends)
            self._agree(ends)

    def close(self) -> None:
        """Log out. May be called twice."""
        with self._lock:
            self._closed = True
            self._stop()
        atexit.unregister(self.close)

    @contextmanager
    def _alone(self, ends: float) -> Iterator[None]:
        if not self._lock.acquire(timeout=max(ends - monotonic(), 0.0)):
            raise Unavailable(f"{self._config.place} has not answered our logon")
        try:
            yield
        finally:
            self._lock.release()

    def _connect(self, ends: float) -> None:
        """Log on, with an engine of its own for each try: a wrong password must not lock us out."""
        self._stop()
        callbacks = self._open(ends)
        try:
            self._log_on(callbacks, ends)
        except Unavailable:
            self._stop()
            raise

    def _log_on(self, callbacks: Callbacks, ends: float) -> None:
        if callbacks.logged_on(min(_SOON, ends - monotonic())):
            return
        if not callbacks.refused:  # slow, or nobody there
            self._reach(ends)
        if callbacks.refused is not None or not callbacks.logged_on(ends - monotonic()):
            raise Unavailable(self._why_not(callbacks))

    def _agree(self, ends: float) -> None:
        """Wait until both sides have what they missed. What is said before that could be passed over as missed."""
        assert self._engine is not None
        assert self._callbacks is not None
        while monotonic() < ends and self._callbacks.logged_on(0):
            self._engine.send(say(Kind.TEST_REQUEST, {TEST_REQ_ID: AGREE}))
            if self._callbacks.agreed(min(_SOON, ends - monotonic())):
                return
        raise Unavailable(f"the connection to {self._config.place} was lost, or did not settle, after the logon")

    def _reach(self, ends: float) -> None:
        """Raise `Unavailable` where nobody listens: the engine would try and try without a word."""
        try:
            place = (self._config.host, self._config.port)
            socket.create_connection(place, timeout=max(ends - monotonic(), 0.001)).close()
        except OSError as why:
            raise Unavailable(f"{self._config.place} cannot be reached: {why.strerror or why}") from None

    def _open(self, ends: float) -> Callbacks:
        config = self._config
        self._sender = take_sender(config.senders, self._folder, ends)
        more = {
            "SocketConnectHost": config.host,
            "SocketConnectPort": config.port,
            "HeartBtInt": config.heartbeat,
            "ReconnectInterval": 3600,  # a line that was lost is opened anew when it is needed
            "LogonTimeout": 10,
            "FileStorePath": self._sender.folder,
            # sequence numbers are kept, messages are not: neither a password nor an order is sent from a file
            "PersistMessages": "N",
            "ResetOnLogon": "Y" if config.reset_on_logon else "N",
            # two counterparties may go by the same names
            "SessionQualifier": _file_name(self._name),
        }
        callbacks = Callbacks(self.inbox, config.username, config.password)
        session, dictionary = session_settings("initiator", self._sender.name, config.target, more)
        atexit.register(self.close)
        self._engine, self._callbacks = Initiator(callbacks, session, dictionary), callbacks
        return callbacks

    def _stop(self) -> None:
        engine, sender = self._engine, self._sender
        self._engine = self._callbacks = self._sender = None
        if engine is not None:
            engine.stop()
        if sender is not None:
            sender.give_back()

    def _why_not(self, callbacks: Callbacks) -> str:
        if callbacks.refused is None:
            return f"{self._config.place} has not answered our logon in time"
        said = f"{self._config.place} refused our logon: {callbacks.refused or 'without a word'}"
        if not callbacks.refused:
            names = f"{', '.join(self._config.senders)} to {self._config.target}"
            return f"{said} (are sender and target right, {names}, and is this session open elsewhere?)"
        if "too low" in callbacks.refused:
            return f"{said} (agree on sequence numbers, or set `reset_on_logon = true`)"
        return said


def _file_name(name: str) -> str:
    return "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_") else "_" for letter in name)
