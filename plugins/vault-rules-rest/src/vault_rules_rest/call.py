"""A call of the protocol, and what an answer to it must look like before anything in it is believed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

import attrs
import httpx2

from vault_rules.adapters.messages import Refusal
from vault_rules_rest import reading
from vault_rules_rest.fields import BadField, Fields
from vault_rules_rest.strict_json import BadJson, parse, shown

T = TypeVar("T")

YES, NO = 200, 409
KEY_HEADER = "Idempotency-Key"
JSON, PROBLEM = "application/json", "application/problem+json"
SMALL = 65_536
"""No answer but a page is larger, in bytes."""

_CHARSET = re.compile(r'charset="?utf-8"?', re.IGNORECASE)


@attrs.frozen
class Call(Generic[T]):
    """`read` makes the answer of its fields. A call with a `body` changes something, under its `key`."""

    path: str
    read: Callable[[Fields], T]
    key: str | None = None
    body: Mapping[str, Any] | None = None
    params: tuple[tuple[str, str], ...] = ()
    largest: int = SMALL

    @property
    def changes(self) -> bool:
        return self.body is not None

    def __str__(self) -> str:
        return f"{'POST' if self.changes else 'GET'} {self.path}"


class Wrong(Exception):
    """An answer that is none of the protocol, in words that follow the call."""


def media_type(headers: Mapping[str, str]) -> str:
    """The content type without its charset, which may only be UTF-8; nothing where it is something else."""
    kind, _, parameters = headers.get("content-type", "").partition(";")
    fits = not parameters.strip() or _CHARSET.fullmatch(parameters.strip())
    return kind.strip().lower() if fits else ""


def must_be_readable(response: httpx2.Response, largest: int) -> None:
    """Raise `Wrong` for what must not even be read."""
    if 300 <= response.status_code < 400:
        raise Wrong(f"answers {response.status_code}: it sends us elsewhere, and nobody follows")
    if response.headers.get("content-encoding", "identity") != "identity":
        raise Wrong("answers compressed, for which nobody asked")
    declared = response.headers.get("content-length", "0")
    if len(declared) > 15 or int(declared) > largest:
        raise Wrong(f"answers more than {largest:,} bytes: nothing of it was read")


def body_of(response: httpx2.Response, largest: int) -> bytes:
    """The body, as far as it may go. Raises `Wrong` where it goes further."""
    found = bytearray()
    for chunk in response.iter_raw():
        found += chunk
        if len(found) > largest:
            raise Wrong(f"answers more than {largest:,} bytes: it was cut off")
    return bytes(found)


def answer(call: Call[T], status: int, kind: str, body: bytes, hide: Callable[[str], str]) -> T | Refusal:
    """What a body says. Raises `Wrong`."""
    if status not in (YES, NO) or (status == NO and not call.changes):
        raise Wrong(f"answers {status}, which is none of the protocol")
    if kind != JSON:
        raise Wrong(f"answers {status} with what is not {JSON} in UTF-8")
    read: Callable[[Fields], Any] = call.read if status == YES else reading.refusal
    found = fields(body, read, hide)
    if call.key is not None and found.key != call.key:
        raise Wrong(f"answers {status}: `key` is another than the call's")
    return found  # type: ignore[no-any-return]  # what the call reads, or a refusal


def problem(kind: str, status: int, body: bytes, hide: Callable[[str], str]) -> str | None:
    """Why the counterparty itself says that nothing was done; None where an answer does not say that."""
    if kind != PROBLEM:
        return None
    title, detail, said = fields(body, _problem, hide)
    if said != status:
        raise Wrong(f"answers {status} with a problem that says {said}")
    return shown(title) + (f": {detail[:1000]}" if detail else "")


def _problem(said: Fields) -> tuple[str, str, int]:
    return said.text("title"), said.prose("detail"), said.whole("status", 599)


def fields(body: bytes, read: Callable[[Fields], T], hide: Callable[[str], str]) -> T:
    try:
        return reading.whole(Fields(parse(body), hide=hide), read)
    except BadJson as why:
        raise Wrong(f"the body {shown(hide(str(why)), 120)}") from None
    except BadField as why:
        raise Wrong(str(why)) from None
