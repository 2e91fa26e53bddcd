"""Who waits for which answers: messages come on the engine's thread, and are handed to the calls that they answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from threading import Lock
from time import monotonic

from vault_rules.errors import BadAnswer, TimedOut
from vault_rules_fix.said import Said
from vault_rules_fix.tags import (
    BUSINESS_REF_ID,
    CL_ORD_ID,
    QUOTE_REQ_ID,
    REF_SEQ_NUM,
    STATUS_REQ_ID,
    TEXT,
    Kind,
)  # fmt: skip


class LineLostError(Exception):
    """The connection was lost while an answer was awaited."""


News = Said | LineLostError | BadAnswer


class Conversation:
    """The answers to some requests, as they come."""

    def __init__(self) -> None:
        self.queue: SimpleQueue[News] = SimpleQueue()

    def next(self, ends: float) -> Said:
        """The next answer. Raises `TimedOut`, `LineLostError`, and `BadAnswer` where a request was not understood."""
        try:
            news = self.queue.get(timeout=max(ends - monotonic(), 0.0))
        except Empty:
            raise TimedOut("no answer has come in time") from None
        if isinstance(news, Exception):
            raise news
        if news.kind in (Kind.REJECT, Kind.BUSINESS_REJECT):
            raise BadAnswer(f"our message was rejected: {news.get(TEXT) or 'no reason is given'}")
        return news


class Inbox:
    """All conversations, by the ids of their requests."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: dict[str, list[Conversation]] = {}
        self._sent: dict[str, str] = {}

    @contextmanager
    def listen(self, *ids: str) -> Iterator[Conversation]:
        """Take part in what is said about these ids."""
        conversation = Conversation()
        with self._lock:
            for one in ids:
                self._waiting.setdefault(one, []).append(conversation)
        try:
            yield conversation
        finally:
            with self._lock:
                for one in ids:
                    self._waiting[one].remove(conversation)
                    if not self._waiting[one]:
                        del self._waiting[one]
                self._sent = {number: one for number, one in self._sent.items() if one in self._waiting}

    def sent(self, number: str, said: Said) -> None:
        """Remember under which sequence number a request goes out: a reject names only that."""
        with self._lock:
            self._sent[number] = _id_of(said)

    def tell(self, said: Said) -> None:
        """Hand a message to whoever waits for it; nobody: it is old, or was not asked for, and is dropped."""
        with self._lock:
            for conversation in self._waiting.get(self._about(said), ()):
                conversation.queue.put(said)

    def tell_all(self, news: LineLostError | BadAnswer) -> None:
        with self._lock:
            for conversation in {id(one): one for many in self._waiting.values() for one in many}.values():
                conversation.queue.put(news)

    def _about(self, said: Said) -> str:
        if said.kind in (Kind.REJECT, Kind.BUSINESS_REJECT):
            return said.get(BUSINESS_REF_ID) or self._sent.get(said.get(REF_SEQ_NUM) or "", "")
        return _id_of(said)


def _id_of(said: Said) -> str:
    """The id under which a message is asked or answered."""
    return said.get(STATUS_REQ_ID) or said.get(QUOTE_REQ_ID) or said.get(CL_ORD_ID) or ""
