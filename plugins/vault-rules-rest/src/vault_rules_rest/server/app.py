"""The protocol's paths, answered by a `Trader` and a `Storage`."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vault_rules.adapters.messages import Query, Refusal
from vault_rules.adapters.protocols import Adapter, Storage, Trader
from vault_rules.errors import AdapterError, BookError
from vault_rules_rest import document, paths, reading
from vault_rules_rest.call import JSON, NO, PROBLEM, YES
from vault_rules_rest.fields import Fields
from vault_rules_rest.server.asked import Asked, Problem, read
from vault_rules_rest.server.pages import Pages
from vault_rules_rest.strict_json import dump
from vault_rules_rest.writing import said

Handler = Callable[[Asked], Any]
"""Gives a message, or a page or other object ready for the wire."""

_LOG = logging.getLogger("vault_rules_rest")
_TABLE = ("mineral", "limit", "cursor")


def build(trader: Trader | None, storage: Storage | None, token: str | None) -> Starlette:
    """The application; whoever is None is not found."""
    routes = [Route("/openapi.json", _document, methods=["GET"])]
    if trader is not None:
        routes += _routes(_of_trader(trader), token)
    if storage is not None:
        routes += _routes(_of_storage(storage), token)
    return Starlette(routes=routes, exception_handlers={HTTPException: _no_such})


def _of_trader(trader: Trader) -> Iterator[tuple[str, tuple[str, ...] | None, Handler]]:
    """Path, parameters (None: it changes something), and what answers."""
    pages = Pages()
    yield from _of_both(paths.TRADER, trader)
    yield paths.OFFERS, _TABLE, lambda asked: pages.page(asked, trader.offers(_query(asked)))
    yield paths.RESERVATIONS, None, lambda asked: trader.reserve(asked.message(reading.award), asked.key)
    yield f"{paths.TRADER}{paths.CONFIRMATIONS}", None, lambda asked: _no_body(asked, trader.confirm)
    yield paths.RELEASES, None, lambda asked: _no_body(asked, trader.release)


def _of_storage(storage: Storage) -> Iterator[tuple[str, tuple[str, ...] | None, Handler]]:
    pages = Pages()
    yield from _of_both(paths.STORAGE, storage)
    yield paths.FACILITIES, _TABLE, lambda asked: pages.page(asked, storage.facilities(_query(asked)))
    yield paths.HOLDINGS, _TABLE[1:], lambda asked: pages.page(asked, storage.holdings())
    yield paths.BOOKINGS, None, lambda asked: storage.book(asked.message(reading.placement), asked.key)
    yield (
        f"{paths.STORAGE}{paths.CONFIRMATIONS}",
        None,
        lambda asked: storage.confirm(asked.key, asked.message(_quantity)),
    )
    yield paths.CANCELLATIONS, None, lambda asked: _no_body(asked, storage.cancel)
    yield paths.RECEIPTS, None, lambda asked: storage.receive(asked.key, asked.message(reading.delivery))


def _of_both(base: str, adapter: Any) -> Iterator[tuple[str, tuple[str, ...] | None, Handler]]:
    yield f"{base}{paths.HEALTH}", (), lambda asked: _health(adapter)
    yield f"{base}{paths.STATUS}", ("key",), lambda asked: adapter.status(_keyed(asked).key)


def _health(adapter: Adapter) -> dict[str, Any]:
    return {"protocol": paths.VERSION, "text": adapter.health()}


def _query(asked: Asked) -> Query:
    minerals = asked.query.get("mineral", ())
    if not all(minerals):
        raise Problem(400, "`mineral` is blank")
    return Query(minerals)


def _quantity(fields: Fields) -> Fraction:
    return fields.above_zero("quantity")


def _no_body(asked: Asked, call: Callable[[str], Any]) -> Any:
    """A call that says all by its key: its body is an object without fields."""
    asked.message(lambda fields: None)
    return call(asked.key)


def _keyed(asked: Asked) -> Asked:
    if not asked.key:
        raise Problem(400, "the key is missing", "the header Idempotency-Key, or `key` where something is asked")
    return asked


# ---- over HTTP -------------------------------------------------------------------------------------------------------


def _routes(calls: Iterator[tuple[str, tuple[str, ...] | None, Handler]], token: str | None) -> Iterator[Route]:
    for path, known, handler in calls:
        answer = partial(_answered, known=known or (), changes=known is None, handler=handler, token=token)
        yield Route(path, answer, methods=["POST" if known is None else "GET"])


async def _answered(
    request: Request, *, known: tuple[str, ...], changes: bool, handler: Handler, token: str | None
) -> Response:
    try:
        asked = await read(request, known, token)
        found = await run_in_threadpool(handler, _keyed(asked) if changes else asked)
    except Problem as why:
        return _problem(why)
    except (AdapterError, BookError) as why:
        return _problem(Problem(503, "this cannot be answered now", str(why)[:500]))
    except Exception:
        _LOG.exception("%s %s", request.method, request.url.path)
        return _problem(Problem(500, "this server made a mistake", "whether the call was carried out is not known"))
    body = found if isinstance(found, dict) else said(found)
    return Response(dump(body), NO if isinstance(found, Refusal) else YES, media_type=JSON)


def _problem(why: Problem) -> Response:
    body = {"title": why.title, "status": why.status, "detail": why.detail}
    return Response(dump(body), why.status, media_type=PROBLEM)


async def _no_such(request: Request, why: Exception) -> Response:
    status = why.status_code if isinstance(why, HTTPException) else 404
    return _problem(Problem(status, "there is no such call", "openapi.json lists those that there are"))


async def _document(request: Request) -> Response:
    return Response(document.text(), media_type=JSON)
