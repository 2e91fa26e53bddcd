"""Whatever a counterparty sends, there is a clear error in time, and memory stays small."""

from __future__ import annotations

import gzip
import json
import socket
import struct
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from fractions import Fraction
from time import monotonic, sleep
from typing import Any

import pytest

from tests.rest_support.raw import Answer, Raw, drip, endless, head, http
from vault_rules.adapters.messages import Award, Delivery, Placement, Query
from vault_rules.errors import AdapterError, BadAnswer, TimedOut, Unavailable

AWARD = Award("a", "cobalt", Fraction(4000), Fraction("34.50"), "USD")
HELD = {"key": "k", "quantity": "4000"}
ROW = {"offer": "a", "mineral": "cobalt", "price": "34.50", "quantity": "10 t"}
COBALT = Query(("cobalt",))
GIGABYTE = 1 << 30


def offers(raw: Raw, seconds: float = 5.0, **config: object) -> Any:
    with closing(raw.trader(seconds, **config)) as trader:
        return list(trader.offers(COBALT))


def reserve(raw: Raw, seconds: float = 5.0, **config: object) -> Any:
    with closing(raw.trader(seconds, **config)) as trader:
        return trader.reserve(AWARD, "k")


def status(raw: Raw) -> Any:
    with closing(raw.trader()) as trader:
        return trader.status("k")


def refused(call: Callable[[], Any]) -> AdapterError:
    """The error of a call, which names the counterparty and the call and is short."""
    with pytest.raises(AdapterError) as caught:
        call()
    text = str(caught.value)
    assert text.startswith("trader acme: ") and "/v1/trader/" in text
    assert len(text) < 400 and text.isprintable()
    return caught.value


@contextmanager
def modest(megabytes: int = 24) -> Iterator[None]:
    """Fails where more memory is taken in between."""
    tracemalloc.start()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < megabytes << 20, f"{peak >> 20} MB"


# ---- too much, too slowly --------------------------------------------------------------------------------------------


def chunked(connection: socket.socket) -> None:
    endless(head("Transfer-Encoding: chunked"), b"10000\r\n" + b" " * 65536 + b"\r\n")(connection)


def a_gigabyte(connection: socket.socket) -> None:
    connection.sendall(head("Connection: close"))
    for _ in range(GIGABYTE >> 16):
        connection.sendall(b" " * 65536)


TOO_MUCH: dict[str, tuple[Answer | bytes, str]] = {
    "an endless body": (endless(head("Connection: close"), b"[" * 65536), "it was cut off"),
    "an endless body in chunks": (chunked, "it was cut off"),
    "a gigabyte that is declared": (endless(head(f"Content-Length: {GIGABYTE}"), b" " * 65536), "nothing of it was"),
    "a gigabyte that is not declared": (a_gigabyte, "it was cut off"),
    "a length of 20 digits": (head("Content-Length: " + "9" * 20), "nothing of it was read"),
    "a length of a thousand digits": (head("Content-Length: " + "9" * 1000), "no HTTP"),
    "endless headers": (endless(b"HTTP/1.1 200 OK\r\n", b"X-More: and more\r\n"), "no HTTP"),
    "an endless line": (endless(b"HTTP/1.1 200 ", b"O" * 65536), "no HTTP"),
}


@pytest.mark.parametrize("call", [offers, reserve])
@pytest.mark.parametrize("name", TOO_MUCH)
def test_what_is_too_much_is_cut_off(name: str, call: Callable[..., Any]) -> None:
    answer, words = TOO_MUCH[name]
    with Raw(answer) as raw, modest():
        error = refused(lambda: call(raw))
    assert isinstance(error, BadAnswer) and words in str(error)


SLOW: dict[str, Answer] = {
    "nothing": lambda connection: sleep(5),
    "a body byte by byte": drip(head("Content-Length: 1000") + b" " * 1000),
    "headers byte by byte": drip(b"HTTP/1.1 200 OK\r\n" + b"X-More: and more\r\n" * 100),
    "an endless body in small chunks": drip(head("Transfer-Encoding: chunked") + b"1\r\n \r\n" * 100),
    "endless promises to answer": endless(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
}


@pytest.mark.parametrize("call", [offers, reserve])
@pytest.mark.parametrize("name", SLOW)
def test_what_is_too_slow_times_out_in_time(name: str, call: Callable[..., Any]) -> None:
    with Raw(SLOW[name]) as raw, modest():
        began = monotonic()
        error = refused(lambda: call(raw, seconds=0.8))
        assert monotonic() - began < 2.0
    assert isinstance(error, TimedOut) and "has not answered within 0.8 seconds" in str(error)


def test_a_bomb_is_not_unpacked() -> None:
    bomb = gzip.compress(b" " * (64 << 20))
    with Raw(http(bomb, "200 OK", "application/json", "Content-Encoding: gzip")) as raw, modest():
        assert "answers compressed, for which nobody asked" in str(refused(lambda: offers(raw)))


def test_pages_without_end_are_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vault_rules_rest.paging.MOST_PAGES", 7)
    pages = [http({"rows": [{"cells": ROW}], "next": f"page-{at}"}) for at in range(20)]
    with Raw(*pages) as raw:
        assert "answers more than 7 pages: it was cut off" in str(refused(lambda: offers(raw)))
        assert len(raw.requests) == 7


def test_pages_that_take_for_ever_time_out_together() -> None:
    def page(connection: socket.socket) -> None:
        sleep(0.2)
        connection.sendall(http({"rows": [{"cells": ROW}], "next": str(monotonic())}))

    with Raw(page) as raw:
        assert isinstance(refused(lambda: offers(raw, seconds=1.0)), TimedOut)
        assert len(raw.requests) < 7


@pytest.mark.parametrize("rows", [[], [{"cells": ROW}]])
def test_pages_that_go_in_circles_are_an_error(rows: list[Any]) -> None:
    with Raw(http({"rows": rows, "next": "again"})) as raw:
        assert "its pages have no end" in str(refused(lambda: offers(raw)))
        assert len(raw.requests) <= 2


def test_a_page_is_no_larger_than_was_asked_for() -> None:
    with Raw(http({"rows": [{"cells": ROW}] * 3, "next": None})) as raw:
        assert "answers 3 rows, where 2 were asked for" in str(refused(lambda: offers(raw, page=2)))


# ---- no HTTP, no JSON --------------------------------------------------------------------------------------------


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


GARBAGE: dict[str, tuple[Answer | bytes, str]] = {
    "another protocol": (b"SSH-2.0-OpenSSH_9.6\r\n", "no HTTP"),
    "no status": (b"HTTP/1.1 two hundred\r\n\r\n", "no HTTP"),
    "binary": (bytes(range(256)) * 4, "no HTTP"),
    "a header without a name": (b"HTTP/1.1 200 OK\r\n: x\r\n\r\n", "no HTTP"),
    "two lengths": (head("Content-Length: 2", "Content-Length: 3") + b"{}", "no HTTP"),
    "half a head": (b"HTTP/1.1 200 OK\r\nContent-Ty", "no HTTP"),
    "half a body": (head("Content-Length: 1000") + b'{"rows": [', "not all of it"),
    "half a chunk": (head("Transfer-Encoding: chunked") + b"ff\r\n{", "not all of it"),
    "nothing": (b"", "no HTTP"),
    "a reset": (reset, ""),
    "no UTF-8": (http(b'{"rows": ["\xff"]}'), "the body is no UTF-8 at byte 11"),
    "UTF-16": (http('{"rows": []}'.encode("utf-16")), "the body is no UTF-8 at byte 0"),
    "a byte order mark": (http(b"\xef\xbb\xbf{}"), "the body is no JSON at letter 0"),
    "no JSON": (http(b"<html>busy</html>"), "the body is no JSON at letter 0"),
    "half of JSON": (http(b'{"rows": ['), "the body is no JSON at letter 10"),
    "two bodies": (http(b"{}{}"), "the body is no JSON at letter 2"),
    "an empty body": (http(b""), "the body is no JSON at letter 0"),
    "a name twice": (http(b'{"key": "k", "quantity": "1", "quantity": "2"}'), "the body says twice: quantity"),
    "great depth": (http(b"[" * 30_000 + b"]" * 30_000), "the body is nested too deeply"),
    "great depth of objects": (http(b'{"a":' * 10_000 + b"1" + b"}" * 10_000), "the body is nested too deeply"),
    "a list": (http(b"[]"), "the body is an object, not a list"),
    "NaN alone": (http(b"NaN"), "the body is an object, not the number NaN"),
    "HTML": (http({}, "200 OK", "text/html"), "with what is not application/json in UTF-8"),
    "no content type": (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "with what is not application/json"),
    "another charset": (http({}, "200 OK", "application/json; charset=latin-1"), "with what is not application/json"),
    "no content": (b"HTTP/1.1 204 No Content\r\n\r\n", "answers 204, which is none of the protocol"),
    "a part": (http({}, "206 Partial Content"), "answers 206, which is none of the protocol"),
    "a page that is not found": (http(b"<html>", "404 Not Found", "text/html"), "answers 404, which is none of"),
    "a page that wants a password": (http(b"<html>", "401 Unauthorized", "text/html"), "answers 401, which is none"),
}


@pytest.mark.parametrize("call", [offers, reserve])
@pytest.mark.parametrize("name", GARBAGE)
def test_garbage_is_no_answer(name: str, call: Callable[..., Any]) -> None:
    answer, words = GARBAGE[name]
    with Raw(answer) as raw, modest():
        error = refused(lambda: call(raw))
    assert words in str(error)
    if call is reserve:
        assert isinstance(error, BadAnswer), "whether it was carried out is not known"


@pytest.mark.parametrize("code", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
@pytest.mark.parametrize("call", [offers, reserve])
def test_nobody_follows_a_redirect(code: str, call: Callable[..., Any]) -> None:
    with Raw(http({})) as elsewhere, Raw(http({}, code, "text/html", f"Location: {elsewhere.url}/x")) as raw:
        error = refused(lambda: call(raw))
        assert elsewhere.requests == []
    assert isinstance(error, BadAnswer) and "it sends us elsewhere, and nobody follows" in str(error)


@pytest.mark.parametrize("code", ["500 Broken", "502 Bad Gateway", "503 Busy", "504 Late"])
def test_an_error_page_says_nothing_of_what_was_done(code: str) -> None:
    with Raw(http(b"<html>", code, "text/html")) as raw:
        error = refused(lambda: reserve(raw))
        assert isinstance(error, BadAnswer) and "whether it was carried out is not known" in str(error)
        assert isinstance(refused(lambda: offers(raw)), Unavailable)


# ---- fields ------------------------------------------------------------------------------------------------------

NO_DECIMALS = [
    "4000", "4000.0", "4e3", "NaN", "-Infinity", "null", "true", "[]", "{}", '"NaN"', '"Infinity"', '"1e3"', '"-1"',
    '"0"', '"0.000"', '"+1"', '" 1"', '"1 "', '"1\\n"', '".5"', '"5."', '"05"', '"1,000"', '"1_000"', '""',
    '"1/3"', '"0x10"', '"\u0663"', '"1 t"', '"' + "1" * 101 + '"', "9" * 50,
]  # fmt: skip


@pytest.mark.parametrize("value", NO_DECIMALS)
def test_a_quantity_is_a_plain_decimal_above_zero(value: str) -> None:
    with Raw(http(f'{{"key": "k", "quantity": {value}}}'.encode())) as raw:
        error = refused(lambda: reserve(raw))
    assert isinstance(error, BadAnswer) and ": POST /v1/trader/reservations: `quantity` is " in str(error)


WRONG_FIELDS: dict[str, tuple[dict[str, Any], str]] = {
    "another key": ({"key": "j"}, "`key` is another than the call's"),
    "a key that is none": ({"key": "k k"}, "`key` is a key, not `k k`"),
    "a key that is a number": ({"key": 1}, "`key` is a text, not the number 1"),
    "a time without its zone": ({"until": "2027-08-01T12:00:00"}, "`until` is a time with its zone"),
    "a time that there is not": ({"until": "2027-02-30T12:00:00Z"}, "`until` is a time with its zone"),
    "a day for a time": ({"until": "2027-08-01"}, "`until` is a time with its zone"),
    "an empty number": ({"number": ""}, "`number` is a text that is not empty"),
    "half a letter": ({"number": "\ud800"}, "`number` holds half a letter"),
    "a fee": ({"fee": "100"}, "`fee` is no field of the protocol"),
}


@pytest.mark.parametrize("name", WRONG_FIELDS)
def test_a_field_that_is_wrong_is_named(name: str) -> None:
    change, words = WRONG_FIELDS[name]
    with Raw(http(json.dumps({**HELD, **change}).encode())) as raw:
        assert words in str(refused(lambda: reserve(raw)))


@pytest.mark.parametrize("name", ["key", "quantity"])
def test_a_field_that_is_missing_is_named(name: str) -> None:
    with Raw(http({field: value for field, value in HELD.items() if field != name})) as raw:
        assert f"`{name}` is missing" in str(refused(lambda: reserve(raw)))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"key": "k", "state": "sold"}, "`state` is one of unknown, pending, held"),
        ({"key": "k", "state": "held"}, "`quantity` is missing, where the state is held"),
        ({"key": "k", "state": "refused", "why": "mood"}, "`why` is one of less, terms"),
        ({"key": "k", "state": "held", "quantity": "1", "received": "-1"}, "`received` is a plain decimal"),
        ({"key": "k", "state": "confirmed", "quantity": "1", "price": "-34.50"}, "`price` is a plain decimal"),
    ],
)
def test_a_status_is_one_of_the_protocol(said: dict[str, Any], words: str) -> None:
    with Raw(http(said)) as raw:
        error = refused(lambda: status(raw))
    assert isinstance(error, BadAnswer) and words in str(error)


def test_a_refusal_says_why_in_words_of_the_protocol() -> None:
    with Raw(http({"key": "k", "why": "mood"}, "409 Conflict")) as raw:
        assert "`why` is one of less, terms" in str(refused(lambda: reserve(raw)))
    with Raw(http({"key": "k", "why": "less", "left": "-5"}, "409 Conflict")) as raw:
        assert "`left` is a plain decimal" in str(refused(lambda: reserve(raw)))


def test_who_only_shows_cannot_refuse() -> None:
    with Raw(http({"key": "k", "why": "other"}, "409 Conflict")) as raw:
        assert "answers 409, which is none of the protocol" in str(refused(lambda: status(raw)))


@pytest.mark.parametrize("value", ["NaN", "-34.50", "Infinity", "1e3", "34,50", "0x10", "+1", ".5", "34.50 -", "1 t2"])
@pytest.mark.parametrize("column", ["price", "quantity", "Price"])
def test_a_figure_in_an_offer_is_one(column: str, value: str) -> None:
    cells = {name: text for name, text in ROW.items() if name != column.lower()} | {column: value}
    with Raw(http({"rows": [{"cells": ROW}, {"cells": cells}]})) as raw:
        error = refused(lambda: offers(raw))
    assert isinstance(error, BadAnswer)
    assert f"GET /v1/trader/offers: `rows[1].cells.{column}` is a figure" in str(error)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"cells": {"price": 34.5}}, "`rows[0].cells.price` is a text or null, not the number 34.5"),
        ({"cells": {"price": ["34.50"]}}, "`rows[0].cells.price` is a text or null, not a list"),
        ({"cells": []}, "`rows[0].cells` is an object, not a list"),
        ({}, "`rows[0].cells` is missing"),
        ("a", "`rows[0]` is an object, not `a`"),
        ({"cells": ROW, "row": 0}, "`rows[0].row` is a whole number from 1"),
        ({"cells": ROW, "row": True}, "`rows[0].row` is a whole number from 1"),
        ({"cells": ROW, "row": "1"}, "`rows[0].row` is a whole number from 1"),
        ({"cells": ROW, "rebate": "5%"}, "`rows[0].rebate` is no field of the protocol"),
    ],
)
def test_a_row_that_is_wrong_is_named(row: Any, words: str) -> None:
    with Raw(http(json.dumps({"rows": [row]}).encode())) as raw:
        assert words in str(refused(lambda: offers(raw)))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"rows": {}}, "`rows` is a list, not an object"),
        ({"next": None}, "`rows` is missing"),
        ({"rows": [], "next": ""}, "`next` is a text that is not empty"),
        ({"rows": [], "next": "x" * 501}, "`next` is longer than 500 letters"),
    ],
)
def test_a_page_is_one_of_the_protocol(said: Any, words: str) -> None:
    with Raw(http(said)) as raw:
        assert words in str(refused(lambda: offers(raw)))


def test_a_storage_is_read_as_strictly() -> None:
    delivery = Delivery("truck-1", Fraction(1), date(2027, 9, 1))
    wrong = http({"key": "k", "quantity": "-1"})
    with Raw(wrong) as raw, closing(raw.storage()) as storage:
        for call in (
            lambda: storage.book(Placement("nola", "cobalt", Fraction(1)), "k"),
            lambda: storage.confirm("k", Fraction(1)),
        ):
            with pytest.raises(BadAnswer, match=r"^storage acme: POST /v1/storage/.*`quantity` is a plain decimal"):
                call()
        with pytest.raises(BadAnswer, match="`delivery` is missing"):
            storage.receive("k", delivery)
        with pytest.raises(BadAnswer, match="`quantity` is no field of the protocol"):
            storage.cancel("k")
