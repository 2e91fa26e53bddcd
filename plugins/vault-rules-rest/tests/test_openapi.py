"""The OpenAPI document says what client and server do: every path, parameter, field and status code, and no other."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from copy import deepcopy
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import attrs
import httpx2
import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from starlette.routing import Route

from tests.rest_support.house import House
from vault_rules.adapters.files_config import FilesConfig
from vault_rules.adapters.files_storage import FilesStorage
from vault_rules.adapters.files_trader import FilesTrader
from vault_rules.adapters.messages import Award, Delivery, Placement, Query, State, Why
from vault_rules.adapters.registration import Setup
from vault_rules.domain.units import MASS_UNITS
from vault_rules_rest import paths, reading
from vault_rules_rest.call import KEY_HEADER, Wrong, fields
from vault_rules_rest.document import document
from vault_rules_rest.fields import Fields
from vault_rules_rest.server.app import build

DOCUMENT = document()
SCHEMAS: Mapping[str, Any] = DOCUMENT["components"]["schemas"]


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            yield method.upper(), path, operation


def valid(schema: Mapping[str, Any], said: Any) -> bool:
    return bool(Draft202012Validator({**schema, "components": DOCUMENT["components"]}).is_valid(said))


def test_the_document_is_one_of_openapi() -> None:
    assert DOCUMENT["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(DOCUMENT).validate()


def test_the_command_prints_it() -> None:
    command = [sys.executable, "-m", "vault_rules_rest", "openapi"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (json.loads(done.stdout), done.returncode) == (DOCUMENT, 0)


def test_the_server_gives_it_to_whoever_asks(house: House) -> None:
    assert httpx2.get(f"{house.server.url}/openapi.json").json() == DOCUMENT


def test_the_server_has_the_paths_of_the_document_and_no_other(tmp_path: Path) -> None:
    setup, config = Setup("x", tmp_path), FilesConfig(tmp_path)
    app = build(FilesTrader(config, setup), FilesStorage(config, setup), None)
    routes = {(one.path, method) for one in app.routes if isinstance(one, Route) for method in one.methods or ()}
    said = {(path, method) for method, path, _ in operations()}
    assert {(path, method) for path, method in routes if method != "HEAD"} == said | {("/openapi.json", "GET")}


def test_words_are_those_of_the_messages() -> None:
    assert SCHEMAS["Why"]["enum"] == [one.value for one in Why]
    assert SCHEMAS["State"]["enum"] == [one.value for one in State]
    assert SCHEMAS["Award"]["properties"]["per"]["enum"] == [*MASS_UNITS, None]
    assert DOCUMENT["info"]["version"] == str(paths.VERSION)


def test_every_schema_is_used() -> None:
    text = json.dumps(DOCUMENT)
    assert [name for name in SCHEMAS if f'#/components/schemas/{name}"' not in text] == []


# ---- the client, and the server's reading ----------------------------------------------------------------------------

EXAMPLES: Mapping[str, tuple[Callable[[Fields], Any], dict[str, Any]]] = {
    "Award": (
        reading.award,
        {"offer": "a", "mineral": "cobalt", "quantity": "1", "price": "2.5", "currency": "USD", "per": "lb"},
    ),
    "Reservation": (
        reading.reservation,
        {"key": "k", "quantity": "1", "until": "2027-08-01T12:00:00+02:00", "number": "7"},
    ),
    "TraderConfirmation": (reading.confirmation, {"key": "k", "quantity": "1", "price": "2.5", "number": "7"}),
    "Placement": (
        reading.placement,
        {"facility": "f", "mineral": "cobalt", "quantity": "1", "form": "cathode", "origin": "AU"},
    ),
    "Booking": (reading.booking, {"key": "k", "quantity": "1", "until": "2027-08-01T12:00:00Z", "number": "7"}),
    "StorageConfirmation": (reading.room, {"key": "k", "quantity": "1", "number": "7"}),
    "Delivery": (reading.delivery, {"delivery": "d", "quantity": "1", "day": "2027-08-01"}),
    "Receipt": (reading.receipt, {"key": "k", "delivery": "d", "quantity": "1", "received": "2"}),
    "Room": (lambda said: said.above_zero("quantity"), {"quantity": "1"}),
    "Nothing": (lambda said: None, {}),
    "Release": (reading.release, {"key": "k"}),
    "Refusal": (reading.refusal, {"key": "k", "why": "less", "text": "sold", "left": "1"}),
    "Status": (
        reading.status,
        {
            "key": "k", "state": "held", "quantity": "1", "received": "0", "price": "2", "why": "other", "text": "x",
            "until": "2027-08-01T12:00:00Z", "number": "7",
        },
    ),
    "Page": (
        reading.page_of("offers"),
        {"rows": [{"row": 2, "cells": {"offer": "a", "price": "34.50 USD/kg", "form": None}}], "next": "p2"},
    ),
    "Health": (reading.health, {"protocol": 1, "text": "12 offers"}),
}  # fmt: skip
"""An object of each schema with all of its fields, and what reads it."""

VALUES: list[Any] = [
    None, True, 0, 1, -1, 1.5, 10**15, "", "x", "k k", "0", "0.0", "1", "01", "-1", "+1", "1.", ".5", "1e3", "NaN",
    "1/3", " 1", "٣", "1" * 100, "1" * 101, "held", "received", "unknown", "released", "less", "mood", "lb",
    "kg", "stone", "2027-08-01", "2027-08-01T12:00:00", "2027-08-01T12:00:00Z", "2027-08-01 12:00:00Z",
    "x" * 500, "x" * 501,
    [], {}, ["x"], {"x": "y"}, {"x": 1}, [{}], [{"cells": {}}], [{"cells": {"x": 1}}], [{"cells": {}, "row": 0}],
    [{"cells": {}, "row": None}], [{"cells": {}, "more": 1}],
]  # fmt: skip


def variants(example: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The example, and with one field left out, added or changed."""
    yield example
    yield {**example, "fee": "1"}
    for name in example:
        yield {field: value for field, value in example.items() if field != name}
        for value in VALUES:
            yield {**deepcopy(example), name: value}


def accepted(read: Callable[[Fields], Any], said: Any) -> bool:
    try:
        fields(json.dumps(said).encode(), read, str)
    except Wrong:
        return False
    return True


def test_there_is_an_example_of_every_object() -> None:
    objects = {name for name, schema in SCHEMAS.items() if schema["type"] == "object"}
    assert set(EXAMPLES) == objects - {"Row", "Problem"}
    assert all(set(said) == set(SCHEMAS[name]["properties"]) for name, (_, said) in EXAMPLES.items())


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_the_document_allows_is_read_and_nothing_else(name: str) -> None:
    read, example = EXAMPLES[name]
    assert valid(SCHEMAS[name], example)
    for said in variants(example):
        assert accepted(read, said) == valid(SCHEMAS[name], said), said


# ---- both, over the wire ---------------------------------------------------------------------------------------------

COBALT = Query(("cobalt", "gallium"))
AWARD = Award("b", "cobalt", Fraction("45.359237"), Fraction("11.50"), "USD", "lb")
PLACEMENT = Placement("nola", "cobalt", Fraction(3000), "cathode", "AU")
DELIVERY = Delivery("truck-1", Fraction(1000), date(2027, 9, 1))


@attrs.frozen
class Heard:
    """A request and its answer, as they went over the wire."""

    request: httpx2.Request
    status: int
    kind: str
    body: Any

    @property
    def operation(self) -> dict[str, Any]:
        found: dict[str, Any] = DOCUMENT["paths"][self.request.url.path][self.request.method.lower()]
        return found


def conversation(house: House, monkeypatch: pytest.MonkeyPatch) -> list[Heard]:
    """Every call of both adapters, each answered by yes and by no, and page after page."""
    heard: list[Heard] = []
    send = httpx2.Client.send

    def listen(self: httpx2.Client, request: httpx2.Request, **options: Any) -> httpx2.Response:
        answer = send(self, request, **options)
        body = b"".join(answer.iter_raw())
        said = json.loads(body)
        heard.append(Heard(request, answer.status_code, answer.headers["content-type"], said))
        return httpx2.Response(answer.status_code, headers=answer.headers, stream=httpx2.ByteStream(body))

    monkeypatch.setattr(httpx2.Client, "send", listen)
    with closing(house.trader()) as trader:
        trader.health()
        list(trader.offers(COBALT))
        for key in ("k", "k2"):
            trader.reserve(AWARD, key)
        trader.reserve(attrs.evolve(AWARD, quantity=Fraction(10**9)), "k3")
        trader.release("k2")
        for key in ("k", "unknown"):
            trader.confirm(key)
        trader.release("k")
        for key in ("k", "k2", "k3", "unknown"):
            trader.status(key)
    with closing(house.storage()) as storage:
        storage.health()
        list(storage.facilities(COBALT))
        storage.book(PLACEMENT, "k")
        storage.book(attrs.evolve(PLACEMENT, quantity=Fraction(10**9)), "k2")
        storage.confirm("k", Fraction(2000))
        storage.confirm("k", Fraction(3000))
        storage.receive("k", DELIVERY)
        storage.receive("k", attrs.evolve(DELIVERY, quantity=Fraction(7)))
        storage.cancel("k3")
        storage.cancel("k")
        list(storage.holdings())
        storage.status("k")
    return heard


@pytest.fixture
def heard(house: House, monkeypatch: pytest.MonkeyPatch) -> list[Heard]:
    return conversation(house, monkeypatch)


def test_every_call_of_the_document_is_made_and_answered_in_each_way(heard: list[Heard]) -> None:
    made = {(one.request.method, one.request.url.path, str(one.status)) for one in heard}
    said = {
        (method, path, status)
        for method, path, operation in operations()
        for status in operation["responses"]
        if status in ("200", "409")
    }
    assert made == said


def test_every_request_is_as_the_document_says(heard: list[Heard]) -> None:
    for one in heard:
        declared = [_resolved(part) for part in one.operation.get("parameters", ())]
        given = parse_qsl(one.request.url.query.decode(), strict_parsing=True) if one.request.url.query else []
        assert {name for name, _ in given} <= {part["name"] for part in declared if part["in"] == "query"}
        assert {part["name"] for part in declared if part.get("required")} <= {name for name, _ in given} | {KEY_HEADER}
        keyed = any(part["name"] == KEY_HEADER for part in declared)
        assert (KEY_HEADER in one.request.headers) == keyed == (one.request.method == "POST")
        if keyed:
            schema = one.operation["requestBody"]["content"][one.request.headers["content-type"]]["schema"]
            assert valid(schema, json.loads(one.request.content))


def test_every_answer_is_as_the_document_says(heard: list[Heard]) -> None:
    for one in heard:
        schema = one.operation["responses"][str(one.status)]["content"][one.kind]["schema"]
        assert valid(schema, one.body), one.body


def test_what_the_server_answers_to_bad_requests_is_said_too(house: House) -> None:
    problem = DOCUMENT["components"]["responses"]["Problem"]["content"]["application/problem+json"]["schema"]
    for method, path, operation in operations():
        answer = httpx2.request(
            method, f"{house.server.url}{path}?nonsense=1", content=b"{}" if method == "POST" else None
        )
        assert str(answer.status_code) in operation["responses"], (method, path)
        assert answer.headers["content-type"] == "application/problem+json"
        assert valid(problem, answer.json())


def test_the_client_knows_what_each_status_means() -> None:
    from vault_rules_rest.client import _NOT_CARRIED_OUT

    said = {int(status) for _, _, operation in operations() for status in operation["responses"]} - {200, 409}
    assert said - {500} <= _NOT_CARRIED_OUT
    assert 500 in said and 500 not in _NOT_CARRIED_OUT


def _resolved(part: dict[str, Any]) -> dict[str, Any]:
    name = part["$ref"].rpartition("/")[2]
    found: dict[str, Any] = DOCUMENT["components"]["parameters"][name]
    return found
