"""The wire between an adapter and a counterparty, with somebody on it; and a counterparty written byte by byte."""

from __future__ import annotations

import contextlib
import re
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Thread
from typing import Any, Self

import attrs

LOCAL = "127.0.0.1"
_MESSAGE = re.compile(rb"8=FIX\.4\.4\x019=\d+\x01.*?\x0110=\d{3}\x01", re.DOTALL)


def messages(data: bytes | bytearray) -> list[dict[int, str]]:
    """The messages in some bytes; of a field that repeats, the last."""
    return [_fields(one) for one in _MESSAGE.findall(data)]


def _fields(message: bytes) -> dict[int, str]:
    parts = (part.partition("=") for part in message.decode("utf-8", "replace").split("\x01") if part)
    return {int(tag): value for tag, _, value in parts}


def bytes_of(kind: str, number: int, sender: str, target: str, fields: dict[int, object], **header: object) -> bytes:
    """A message as it goes over the wire."""
    now = datetime.now(UTC).strftime("%Y%m%d-%H:%M:%S.%f")[:-3]
    first = {35: kind, 34: number, 49: sender, 52: now, 56: target}
    first |= {int(tag[1:]): value for tag, value in header.items()}
    body = "".join(f"{tag}={value}\x01" for tag, value in (first | fields).items()).encode()
    data = f"8=FIX.4.4\x019={len(body)}\x01".encode() + body
    return data + f"10={sum(data) % 256:03}\x01".encode()


@attrs.define
class Wire:
    """Passes on what is said, both ways. `change` gets what the counterparty says, and gives what the adapter hears."""

    to: int
    change: Callable[[bytes], bytes] = lambda data: data
    sent: bytearray = attrs.field(factory=bytearray)
    heard: bytearray = attrs.field(factory=bytearray)
    dead: bool = False
    port: int = 0
    _open: list[socket.socket] = attrs.field(factory=list)

    def __enter__(self) -> Self:
        listener = socket.create_server((LOCAL, 0))
        self.port = listener.getsockname()[1]
        self._open.append(listener)
        Thread(target=self._accept, args=(listener,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.cut(all=True)

    def cut(self, *, all: bool = False) -> None:
        """Cut every connection; with `all` let nobody in any more."""
        for one in self._open[0 if all else 1 :]:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        del self._open[1:]

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                here, _ = listener.accept()
                there = socket.create_connection((LOCAL, self.to))
                self._open += [here, there]
                Thread(target=self._pass, args=(here, there, self.sent, None), daemon=True).start()
                Thread(target=self._pass, args=(there, here, self.heard, self), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket, kept: bytearray, changed: Wire | None) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(1 << 16):
                kept += data
                if changed is not None:
                    data = self.change(data)
                if data and not self.dead:
                    other.sendall(data)
        for end in (one, other):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


Script = Callable[["Scripted", dict[int, str]], None]


@attrs.define
class Scripted:
    """A counterparty of raw bytes: takes every logon, and does with each message what `script` says."""

    script: Script
    name: str = "RAW"
    number: int = 1
    logon: dict[int, object] | None = None
    port: int = 0
    heard: list[dict[int, str]] = attrs.field(factory=list)
    _sockets: list[socket.socket] = attrs.field(factory=list)
    customer: str = ""
    say_raw: Callable[[bytes], None] | None = None
    resends: bool = False
    _said: dict[int, tuple[str, dict[int, object]]] = attrs.field(factory=dict)

    def __enter__(self) -> Self:
        listener = socket.create_server((LOCAL, 0))
        self.port = listener.getsockname()[1]
        self._sockets.append(listener)
        Thread(target=self._accept, args=(listener,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for one in self._sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                self._sockets.append(connection)
                Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        data = b""
        with contextlib.suppress(OSError):
            while more := connection.recv(1 << 16):
                data += more
                for found in list(_MESSAGE.finditer(data)):
                    data = data[found.end() :] if found.end() == len(data) else data
                    self._hear(_fields(found[0]))
                data = b"" if _MESSAGE.search(data) else data

    def _hear(self, message: dict[int, str]) -> None:
        self.heard.append(message)
        if message[35] == "A":
            self.customer = message[49]
            if self.logon is not None:
                self.say("A", {98: 0, 108: message[108], **self.logon})
                return
        if message[35] == "5":
            self.say("5", {})
        elif message[35] == "1":
            self.say("0", {112: message[112]})
        elif message[35] == "2" and self.resends:
            for number in range(int(message[7]), self.number):
                kind, fields = self._said[number]
                self.say(kind, fields, number=number, _43="Y", _122="20200101-00:00:00")
        elif message[35] not in ("A", "0", "3"):
            self.script(self, message)

    def say(self, kind: str, fields: dict[int, object], *, number: int | None = None, **header: object) -> None:
        """Say something, under the next number or that which is given."""
        data = bytes_of(kind, self.number if number is None else number, self.name, self.customer, fields, **header)
        if number is None:
            self._said[self.number] = kind, fields
            self.number += 1
        (self.say_raw or self.write)(data)

    def say_all(self, *said: tuple[str, dict[int, object]]) -> None:
        for kind, fields in said:
            self.say(kind, fields)

    def write(self, data: bytes) -> None:
        """Send bytes, as they are."""
        self._sockets[-1].sendall(data)

    def hang_up(self) -> None:
        self._sockets[-1].shutdown(socket.SHUT_RDWR)


def quote_of(asked: dict[int, str], **fields: Any) -> dict[int, object]:
    """The fields of a Quote that answers a request."""
    plain: dict[int, object] = {131: asked[131], 117: "a", 55: asked[55], 133: "34.50", 135: "10", 5001: "t"}
    return plain | {int(tag[1:]): value for tag, value in fields.items()}


def all_of(asked: dict[int, str], total: int) -> dict[int, object]:
    """The fields of the report that so many Quotes were all."""
    return {131: asked[131], 117: "[N/A]", 55: asked[55], 297: 0, 304: total}
