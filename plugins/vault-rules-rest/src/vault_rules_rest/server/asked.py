"""A request, read as strictly as answers are."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from typing import TypeVar

import attrs
from starlette.requests import Request

from vault_rules_rest.call import JSON, KEY_HEADER, media_type
from vault_rules_rest.fields import KEY, BadField, Fields
from vault_rules_rest.reading import whole
from vault_rules_rest.strict_json import BadJson, parse, shown

T = TypeVar("T")

LARGEST = 65_536
MOST_ROWS = 1_000


@attrs.frozen
class Problem(Exception):
    """Why a request is not carried out."""

    status: int
    title: str
    detail: str = ""


@attrs.frozen
class Asked:
    """What a handler is given of a request: its body, its key, its query."""

    body: bytes
    key: str
    query: Mapping[str, tuple[str, ...]]

    def message(self, read: Callable[[Fields], T]) -> T:
        """The body. Raises `Problem`."""
        try:
            return whole(Fields(parse(self.body)), read)
        except (BadJson, BadField) as why:
            raise Problem(400, "the body is not that of this call", shown(why, 200)) from None

    def one(self, name: str) -> str | None:
        """A parameter that stands at most once. Raises `Problem`."""
        found = self.query.get(name, ())
        if len(found) > 1:
            raise Problem(400, f"`{name}` stands {len(found)} times")
        return found[0] if found else None

    def limit(self) -> int:
        """How many rows are wanted at most."""
        text = self.one("limit") or str(MOST_ROWS)
        fits = text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= MOST_ROWS
        if not fits:
            raise Problem(400, f"`limit` is a whole number from 1 to {MOST_ROWS}")
        return int(text)


async def read(request: Request, known: tuple[str, ...], token: str | None) -> Asked:
    """What a request asks, if it may. Raises `Problem`."""
    _must_know(request, token)
    query: dict[str, tuple[str, ...]] = {}
    for name, value in request.query_params.multi_items():
        if name not in known:
            raise Problem(400, f"`{shown(name)}` is no parameter of this call")
        query[name] = (*query.get(name, ()), value)
    changes = request.method == "POST"
    body = await _body(request) if changes else b""
    return Asked(body, _key(request.headers.getlist(KEY_HEADER) if changes else list(query.get("key", ()))), query)


def _must_know(request: Request, token: str | None) -> None:
    given = request.headers.get("authorization", "")
    if token is not None and not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        raise Problem(401, "this is not the token")


def _key(found: list[str]) -> str:
    """The key; nothing where none is given, which is right for calls without one."""
    if not found:
        return ""
    if len(found) > 1 or not KEY.fullmatch(found[0]):
        raise Problem(400, "the key is none", "at most 100 letters of A-Z a-z 0-9 - _ . :")
    return found[0]


async def _body(request: Request) -> bytes:
    if media_type(request.headers) != JSON:
        raise Problem(415, f"the body is {JSON} in UTF-8")
    found = bytearray()
    async for chunk in request.stream():
        found += chunk
        if len(found) > LARGEST:
            raise Problem(413, f"the body is larger than {LARGEST:,} bytes")
    return bytes(found)
