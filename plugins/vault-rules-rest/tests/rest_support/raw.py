"""Somebody who answers whatever a test wants, byte by byte, and remembers what was asked."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Thread
from time import sleep
from types import TracebackType
from typing import Self

from vault_rules.adapters.registration import Setup
from vault_rules_rest.config import RestConfig
from vault_rules_rest.storage import RestStorage
from vault_rules_rest.strict_json import dump
from vault_rules_rest.trader import RestTrader

Answer = Callable[[socket.socket], None]


class Raw:
    """A listening socket: the n-th request gets the n-th answer, and the last one after that. One a connection."""

    def __init__(self, *answers: Answer | bytes) -> None:
        self._answers = answers
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.requests: list[bytes] = []
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __enter__(self) -> Self:
        Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()

    def leave(self) -> None:
        """Listen no longer."""
        with suppress(OSError):  # it may have left before
            self._socket.shutdown(socket.SHUT_RDWR)  # else it listens until somebody calls once more
        self._socket.close()

    def trader(self, seconds: float = 5.0, **config: object) -> RestTrader:
        return RestTrader(self._config(**config), self._setup(seconds))

    def storage(self, seconds: float = 5.0, **config: object) -> RestStorage:
        return RestStorage(self._config(**config), self._setup(seconds))

    def _config(self, **config: object) -> RestConfig:
        return RestConfig(self.url, **{"attempts": 1, **config})  # type: ignore[arg-type]  # as a test gives it

    def _setup(self, seconds: float) -> Setup:
        return Setup("acme", Path(), seconds)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection: socket.socket) -> None:
        with connection:
            try:
                self.requests.append(_request(connection))
                answer = self._answers[min(len(self.requests), len(self._answers)) - 1]
                if isinstance(answer, bytes):
                    connection.sendall(answer)
                else:
                    answer(connection)
            except OSError:
                return  # the client has hung up, as it should


def _request(connection: socket.socket) -> bytes:
    """All of a request: as far as its length says."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += _more(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), b":0")
    while len(body) < int(length.partition(b":")[2]):
        body += _more(connection)
    return head + b"\r\n\r\n" + body


def _more(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise ConnectionError
    return data


def http(body: object, status: str = "200 OK", kind: str = "application/json", *headers: str) -> bytes:
    """A whole answer; anything but bytes is said as JSON."""
    data = body if isinstance(body, bytes) else dump(body)
    lines = (f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(data)}", "Connection: close")
    return "\r\n".join((*lines, *headers, "", "")).encode("latin-1") + data


def head(*headers: str, status: str = "200 OK") -> bytes:
    """The beginning of an answer."""
    lines = (f"HTTP/1.1 {status}", "Content-Type: application/json", *headers, "", "")
    return "\r\n".join(lines).encode()


def endless(start: bytes, piece: bytes) -> Answer:
    """Sends a piece again and again, until nobody listens."""

    def answer(connection: socket.socket) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(piece)

    return answer


def drip(data: bytes, seconds: float = 0.05) -> Answer:
    """Sends a byte now and then."""

    def answer(connection: socket.socket) -> None:
        for at in range(len(data)):
            connection.sendall(data[at : at + 1])
            sleep(seconds)

    return answer
