"""A call ends when its time is over, however little by little somebody answers.

A client's time-outs are for each read: who sends a byte a second keeps it busy for ever. Here every read and write of
a call gets what is left of the call's whole time. That is the calling thread's own, so connections can be shared.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic
from typing import Any

import httpcore2
import httpx2

_PIECE = 1 << 14
"""No more is read at once, so that the time is looked at again soon, however long its reader takes over it."""

_ENDS: ContextVar[float] = ContextVar("ends")


@contextmanager
def until(ends: float) -> Iterator[None]:
    """Within it, nothing that this thread does on a network goes on after `ends` (of `time.monotonic`)."""
    token = _ENDS.set(ends)
    try:
        yield
    finally:
        _ENDS.reset(token)


def left(kind: type[Exception]) -> float:
    """How many seconds are left; the exception where none is."""
    seconds = _ENDS.get() - monotonic()
    if seconds <= 0:
        raise kind("the time is over")
    return seconds


class _Stream(httpcore2.NetworkStream):
    """A connection of which every read and write ends in time."""

    def __init__(self, stream: httpcore2.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(min(max_bytes, _PIECE), left(httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, left(httpcore2.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        seconds = left(httpcore2.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, seconds))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _Network(httpcore2.SyncBackend):
    """Sockets whose reads and writes end in time."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        seconds = left(httpcore2.ConnectTimeout)
        return _Stream(super().connect_tcp(host, port, seconds, local_address, socket_options))


class Transport(httpx2.BaseTransport):
    """HTTP/1.1 over such sockets, TLS always verified. What goes wrong is an exception of httpcore2."""

    def __init__(self, context: ssl.SSLContext | None, connections: int) -> None:
        self._pool = httpcore2.ConnectionPool(
            ssl_context=context, max_connections=connections, keepalive_expiry=5.0, network_backend=_Network()
        )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        url = request.url
        asked = httpcore2.Request(
            method=request.method,
            url=httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.stream,
            extensions={"timeout": {"pool": left(httpcore2.PoolTimeout)}},
        )
        answer = self._pool.handle_request(asked)
        return httpx2.Response(answer.status, headers=answer.headers, stream=_Body(answer.stream))

    def close(self) -> None:
        self._pool.close()


class _Body(httpx2.SyncByteStream):
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        yield from self._stream

    def close(self) -> None:
        self._stream.close()
