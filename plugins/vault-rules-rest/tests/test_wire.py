"""What goes over the wire is what the protocol says, byte for byte, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import vault_rules as vr
from tests.rest_support.raw import Raw, http
from vault_rules.adapters.config import read_config
from vault_rules.adapters.manager import installed
from vault_rules.adapters.messages import Award, Confirmation, Delivery, Placement, Query, Refusal, Release, Why
from vault_rules.adapters.registration import Secret
from vault_rules.errors import Unavailable
from vault_rules.gathering import gather, read_requests
from vault_rules_rest import __version__

POUND = Fraction("0.45359237")
AWARD = Award("b", "cobalt", 100 * POUND, Fraction("11.50"), "USD", "lb")
PLACEMENT = Placement("nola", "cobalt", Fraction("250.000001"), None, "AU")
DELIVERY = Delivery("truck-1", Fraction(1000), date(2027, 9, 1))
KEY = "run-1:award-1"

COMMON = [
    b"Accept: application/json",
    b"Accept-Encoding: identity",
    f"User-Agent: vault-rules-rest/{__version__}".encode(),
]
CHANGING = [b"Content-Type: application/json", b"Idempotency-Key: run-1:award-1"]
ONCE = {b"Host", b"Connection", b"Content-Length"}


def sent(raw: Raw) -> tuple[bytes, list[bytes], bytes]:
    """The one request: its first line, its headers but those of every HTTP message, its body."""
    (request,) = raw.requests
    head, _, body = request.partition(b"\r\n\r\n")
    first, *headers = head.split(b"\r\n")
    return first, sorted(one for one in headers if one.partition(b":")[0] not in ONCE), body


TRADER_CALLS: dict[str, tuple[Callable[[Any], Any], bytes, bytes | None]] = {
    "health": (lambda one: one.health(), b"GET /v1/trader/health HTTP/1.1", None),
    "offers": (
        lambda one: list(one.offers(Query(("gallium", "cobalt")))),
        b"GET /v1/trader/offers?mineral=cobalt&mineral=gallium&limit=500 HTTP/1.1",
        None,
    ),
    "reserve": (
        lambda one: one.reserve(AWARD, KEY),
        b"POST /v1/trader/reservations HTTP/1.1",
        b'{"offer":"b","mineral":"cobalt","quantity":"45.359237","price":"11.5","currency":"USD","per":"lb"}',
    ),
    "confirm": (lambda one: one.confirm(KEY), b"POST /v1/trader/confirmations HTTP/1.1", b"{}"),
    "release": (lambda one: one.release(KEY), b"POST /v1/trader/releases HTTP/1.1", b"{}"),
    "status": (lambda one: one.status(KEY), b"GET /v1/trader/status?key=run-1%3Aaward-1 HTTP/1.1", None),
}

STORAGE_CALLS: dict[str, tuple[Callable[[Any], Any], bytes, bytes | None]] = {
    "health": (lambda one: one.health(), b"GET /v1/storage/health HTTP/1.1", None),
    "facilities": (
        lambda one: list(one.facilities(Query(("cobalt",)))),
        b"GET /v1/storage/facilities?mineral=cobalt&limit=500 HTTP/1.1",
        None,
    ),
    "holdings": (lambda one: list(one.holdings()), b"GET /v1/storage/holdings?limit=500 HTTP/1.1", None),
    "book": (
        lambda one: one.book(PLACEMENT, KEY),
        b"POST /v1/storage/bookings HTTP/1.1",
        b'{"facility":"nola","mineral":"cobalt","quantity":"250.000001","origin":"AU"}',
    ),
    "confirm": (
        lambda one: one.confirm(KEY, Fraction(1000)),
        b"POST /v1/storage/confirmations HTTP/1.1",
        b'{"quantity":"1000"}',
    ),
    "cancel": (lambda one: one.cancel(KEY), b"POST /v1/storage/cancellations HTTP/1.1", b"{}"),
    "receive": (
        lambda one: one.receive(KEY, DELIVERY),
        b"POST /v1/storage/receipts HTTP/1.1",
        b'{"delivery":"truck-1","quantity":"1000","day":"2027-09-01"}',
    ),
    "status": (lambda one: one.status(KEY), b"GET /v1/storage/status?key=run-1%3Aaward-1 HTTP/1.1", None),
}

NO = http({"title": "not now", "status": 503}, "503 Busy", "application/problem+json")


@pytest.mark.parametrize("name", TRADER_CALLS)
def test_a_trader_learns_what_the_call_says(name: str) -> None:
    call, first, body = TRADER_CALLS[name]
    with Raw(NO) as raw, closing(raw.trader()) as trader:
        with pytest.raises(Unavailable, match=r"answers 503: not now$"):
            call(trader)
        assert sent(raw) == (first, sorted([*COMMON, *(CHANGING if body else [])]), body or b"")


@pytest.mark.parametrize("name", STORAGE_CALLS)
def test_a_storage_learns_what_the_call_says(name: str) -> None:
    call, first, body = STORAGE_CALLS[name]
    with Raw(NO) as raw, closing(raw.storage()) as storage:
        with pytest.raises(Unavailable, match=r"answers 503: not now$"):
            call(storage)
        assert sent(raw) == (first, sorted([*COMMON, *(CHANGING if body else [])]), body or b"")


def test_the_next_page_is_asked_for_by_its_cursor_alone() -> None:
    pages = [http({"rows": [{"cells": {"offer": "a"}}], "next": "p&2"}), http({"rows": []})]
    with Raw(*pages) as raw, closing(raw.trader(page=7)) as trader:
        assert [row.cells["offer"] for row in trader.offers(Query(("cobalt",)))] == ["a"]
        assert raw.requests[1].startswith(b"GET /v1/trader/offers?mineral=cobalt&limit=7&cursor=p%262 HTTP/1.1\r\n")


def test_who_is_asked_for_nothing_is_not_asked() -> None:
    with Raw(NO) as raw, closing(raw.trader()) as trader:
        assert list(trader.offers(Query(()))) == []
        assert raw.requests == []


def test_the_paths_begin_where_the_address_ends() -> None:
    with Raw(http({"protocol": 1, "text": "here"})) as raw:
        raw.url += "/desk/7/"
        with closing(raw.trader()) as trader:
            assert trader.health() == "here"
        assert raw.requests[0].startswith(b"GET /desk/7/v1/trader/health HTTP/1.1\r\n")


def test_another_version_of_the_protocol_is_not_spoken() -> None:
    with (
        Raw(http({"protocol": 2, "text": "here"})) as raw,
        closing(raw.trader()) as trader,
        pytest.raises(Unavailable, match="trader acme speaks version 2 of the protocol, and this is version 1"),
    ):
        trader.health()


@pytest.mark.parametrize("key", ["", "a/b", "a b", "a\r\nX: y", "ä", "x" * 101, "٣"])
def test_what_is_no_key_is_not_sent(key: str) -> None:
    with Raw(NO) as raw, closing(raw.trader()) as trader:
        for call in (trader.confirm, trader.release, trader.status, lambda one: trader.reserve(AWARD, one)):
            with pytest.raises(Unavailable, match="this is no key, and nothing was sent"):
                call(key)
        assert raw.requests == []


def test_a_quantity_without_end_is_not_rounded_but_not_sent() -> None:
    with Raw(NO) as raw, closing(raw.storage()) as storage:
        with pytest.raises(Unavailable, match=r"1000/3 is no decimal .* nothing was sent"):
            storage.confirm(KEY, Fraction(1000, 3))
        assert raw.requests == []


def test_answers_are_read_to_the_last_digit() -> None:
    tiny = "0." + "0" * 40 + "1"
    with (
        Raw(http({"key": KEY, "quantity": "250.000001", "price": tiny, "number": "7"})) as raw,
        closing(raw.trader()) as trader,
    ):
        found = trader.confirm(KEY)
    assert found == Confirmation(KEY, Fraction("250.000001"), Fraction(1, 10**41), "7")


def test_a_no_is_an_answer() -> None:
    said = {"key": KEY, "why": "less", "text": "sold this morning", "left": "2000"}
    with Raw(http(said, "409 Conflict")) as raw, closing(raw.trader()) as trader:
        assert trader.reserve(AWARD, KEY) == Refusal(KEY, Why.LESS, "sold this morning", Fraction(2000))


# ---- secrets ---------------------------------------------------------------------------------------------------------

TOKEN = "s3cr3t-t0ken"


def test_the_token_goes_into_its_header_and_nowhere_else(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    with Raw(http({"key": KEY})) as raw, closing(raw.trader(token=Secret(TOKEN, "ACME"))) as trader:
        assert trader.release(KEY) == Release(KEY)
        assert raw.requests[0].count(TOKEN.encode()) == 1
        assert b"Authorization: Bearer s3cr3t-t0ken\r\n" in raw.requests[0]
        assert TOKEN not in f"{trader!r} {trader.__dict__}"
    assert caplog.records and TOKEN not in caplog.text


ECHOES = [
    http({"key": KEY, "why": "other", "text": f"you said {TOKEN}"}, "409 Conflict"),
    http({"key": TOKEN}),
    http({"key": KEY, "number": TOKEN}),
    http({"title": TOKEN, "status": 401, "detail": TOKEN}, "401 No", "application/problem+json"),
    http({TOKEN: TOKEN, "key": KEY}),
    http({"key": KEY, TOKEN * 9: TOKEN}),
    http(f'{{"{TOKEN}": 1, "{TOKEN}": 2}}'.encode()),
    http(f'{{"key": 1, "\\u0073{TOKEN[1:]}": 2}}'.encode()),
    http(TOKEN.encode()),
    http({}, "200 OK", TOKEN),
    http({}, "302 Found", "text/html", f"Location: /{TOKEN}"),
    http({}, "200 OK", "application/json", f"Content-Encoding: {TOKEN}"),
]


@pytest.mark.parametrize("answer", ECHOES)
def test_who_says_the_token_back_does_not_get_it_shown(answer: bytes) -> None:
    with Raw(answer) as raw, closing(raw.trader(token=Secret(TOKEN, "ACME"))) as trader:
        try:
            shown = repr(trader.release(KEY))
        except Exception as why:
            shown = f"{why!r} {why.__cause__!r}"
    assert TOKEN not in shown


def test_cookies_are_not_kept() -> None:
    pages = [http({"key": KEY}, "200 OK", "application/json", "Set-Cookie: who=you; Path=/")]
    with Raw(*pages) as raw, closing(raw.trader()) as trader:
        trader.release(KEY)
        trader.release(KEY)
        assert len(raw.requests) == 2 and b"cookie" not in raw.requests[1].lower()


def test_the_environment_does_not_send_us_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with Raw(http({})) as proxy, Raw(http({"key": KEY})) as raw:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        with closing(raw.trader()) as trader:
            trader.release(KEY)
        assert (len(raw.requests), proxy.requests) == (1, [])


# ---- a whole evaluation ----------------------------------------------------------------------------------------------

POLICY = """policy p "P" { currency USD }
mineral cobalt
mineral gallium
trader acme
trader rival
route one: {cobalt} to acme
route other: {gallium} to rival
waterfall buying { take all by price }
"""
REQUESTS = """request,buyer,mineral,quantity,unit,max_price,priority
r1,gm,cobalt,1234,t,34.56,1
r2,rtx,gallium,777,kg,650,2
"""


def test_gathering_tells_each_trader_its_minerals_and_nothing_else(tmp_path: Path) -> None:
    cells = {"offer": "a", "price": "30", "quantity": "5 t", "currency": "USD"}
    acme = Raw(http({"rows": [{"cells": {**cells, "mineral": "cobalt"}}]}))
    rival = Raw(http({"rows": [{"cells": {**cells, "offer": "b", "mineral": "gallium"}}]}))
    with acme, rival:
        (tmp_path / "p.vault").write_text(POLICY)
        (tmp_path / "requests.csv").write_text(REQUESTS)
        section = '[traders.{}]\nadapter = "rest"\nurl = "{}"\n'
        sections = section.format("acme", acme.url) + section.format("rival", rival.url)
        (tmp_path / "vault.toml").write_text(sections)
        config = read_config(tmp_path / "vault.toml", installed().sound())
        policy = vr.load_policy(tmp_path / "p.vault")
        gathered = gather(policy, config, read_requests(tmp_path / "requests.csv"), date(2027, 8, 1))
    assert [len(raw.requests) for raw in (acme, rival)] == [1, 1]
    assert sent(acme) == (b"GET /v1/trader/offers?mineral=cobalt&limit=500 HTTP/1.1", sorted(COMMON), b"")
    assert sent(rival) == (b"GET /v1/trader/offers?mineral=gallium&limit=500 HTTP/1.1", sorted(COMMON), b"")
    assert len(vr.evaluate(policy, gathered.book, date(2027, 8, 1)).awards) == 2
