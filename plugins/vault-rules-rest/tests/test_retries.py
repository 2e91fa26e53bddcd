"""What gets lost is sent again, under the same key, within the time of the call; what is unknown is said to be."""

from __future__ import annotations

import socket
from contextlib import closing
from random import SystemRandom
from time import monotonic, sleep

import pytest

from tests.rest_support.raw import Raw, http
from vault_rules.adapters.messages import Query, Release
from vault_rules.errors import BadAnswer, TimedOut, Unavailable
from vault_rules_rest.client import FIRST_PAUSE, pauses

YES = http({"key": "k"})
GONE = b""


def busy(status: int, *headers: str) -> bytes:
    return http({"title": "busy", "status": status}, f"{status} Busy", "application/problem+json", *headers)


def test_pauses_grow_and_are_never_in_step() -> None:
    found = [list(pauses(5)) for _ in range(20)]
    for at in range(5):
        longest = FIRST_PAUSE * 2**at
        assert all(longest / 2 <= one[at] <= longest for one in found)
        assert len({one[at] for one in found}) > 10


def test_pauses_are_those_of_the_random_numbers() -> None:
    class Half(SystemRandom):
        def uniform(self, a: float, b: float) -> float:
            return a

    assert list(pauses(3, Half())) == [FIRST_PAUSE / 2, FIRST_PAUSE, FIRST_PAUSE * 2]


@pytest.mark.parametrize(
    "lost",
    [GONE, busy(503), busy(429), http(b"x", "502 Bad", "text/html"), http(b"", "429 Slow", "text/html"), b"HTTP/1.1 2"],
)
def test_what_gets_lost_is_sent_again_under_the_same_key(lost: bytes) -> None:
    with Raw(lost, lost, YES) as raw, closing(raw.trader(attempts=3)) as trader:
        assert trader.release("k") == Release("k")
        assert len(raw.requests) == 3 and len(set(raw.requests)) == 1
        assert b"\r\nIdempotency-Key: k\r\n" in raw.requests[0]


def test_no_more_is_sent_than_there_are_attempts() -> None:
    with Raw(GONE) as raw, closing(raw.trader(attempts=2)) as trader:
        with pytest.raises(BadAnswer, match="whether it was carried out is not known"):
            trader.release("k")
        assert len(raw.requests) == 2


@pytest.mark.parametrize("final", [http(b"{}"), http({}, "302 Found"), busy(400), busy(401), busy(404), busy(410)])
def test_what_would_not_help_is_not_sent_again(final: bytes) -> None:
    with Raw(final) as raw, closing(raw.trader(attempts=5)) as trader:
        with pytest.raises((BadAnswer, Unavailable)):
            trader.release("k")
        assert len(raw.requests) == 1


def test_nothing_was_done_where_the_counterparty_says_so() -> None:
    with (
        Raw(busy(503)) as raw,
        closing(raw.trader(attempts=2)) as trader,
        pytest.raises(Unavailable, match=r"^trader acme: POST /v1/trader/releases: answers 503: busy$"),
    ):
        trader.release("k")


def test_nothing_was_done_where_nobody_listens() -> None:
    with Raw(YES) as raw:
        pass
    with closing(raw.trader(attempts=2)) as trader, pytest.raises(Unavailable, match="cannot be reached: "):
        trader.release("k")


def test_one_lost_answer_is_enough_not_to_know() -> None:
    """First the connection breaks off, then nobody listens any more."""

    def leave(connection: socket.socket) -> None:
        raw.leave()

    with (
        Raw(leave) as raw,
        closing(raw.trader(attempts=3)) as trader,
        pytest.raises(BadAnswer, match="whether it was carried out is not known"),
    ):
        trader.release("k")


def test_what_is_only_read_is_simply_not_available() -> None:
    with (
        Raw(GONE, busy(503)) as raw,
        closing(raw.trader(attempts=2)) as trader,
        pytest.raises(Unavailable, match=r"answers 503: busy$"),
    ):
        trader.status("k")


def test_it_waits_as_long_as_it_is_told() -> None:
    with Raw(busy(503, "Retry-After: 1"), YES) as raw, closing(raw.trader(attempts=2)) as trader:
        began = monotonic()
        trader.release("k")
        assert 1.0 <= monotonic() - began < 3.0


def test_it_does_not_wait_longer_than_it_has() -> None:
    with Raw(busy(503, "Retry-After: 60")) as raw, closing(raw.trader(2.0, attempts=2)) as trader:
        began = monotonic()
        with pytest.raises(Unavailable, match="answers 503"):
            trader.release("k")
        assert monotonic() - began < 1.5


def test_all_tries_share_the_time_of_the_call() -> None:
    def late(connection: socket.socket) -> None:
        sleep(0.4)

    with Raw(late) as raw, closing(raw.trader(1.0, attempts=10)) as trader:
        began = monotonic()
        with pytest.raises((TimedOut, BadAnswer)):
            trader.release("k")
        assert monotonic() - began < 1.5
        assert 1 < len(raw.requests) < 4


def test_a_page_that_gets_lost_is_asked_for_again() -> None:
    pages = [http({"rows": [{"cells": {"offer": name}}], "next": cursor}) for name, cursor in (("a", "2"), ("b", None))]
    with Raw(pages[0], GONE, pages[1]) as raw, closing(raw.trader(attempts=2)) as trader:
        assert [row.cells["offer"] for row in trader.offers(Query(("cobalt",)))] == ["a", "b"]
