"""The reference server: it keeps what it held, stops when it is told to, and answers bad requests in words."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from fractions import Fraction
from pathlib import Path
from typing import Any

import httpx2
import pytest
from click.testing import CliRunner

from tests.rest_support.house import House, new_house
from tests.rest_support.served import Served, write_tables
from vault_rules.adapters.messages import Award, Query, Refusal, Row, State
from vault_rules.adapters.registration import Setup
from vault_rules.errors import Unavailable
from vault_rules.testing.contracts import OFFERS
from vault_rules_rest.cli import TOKEN, main
from vault_rules_rest.config import RestConfig
from vault_rules_rest.server.pages import KEPT
from vault_rules_rest.trader import RestTrader

AWARD = Award("a", "cobalt", Fraction(4000), Fraction("34.50"), "USD")
RESERVATIONS, STATUS, OFFERS_PATH = "/v1/trader/reservations", "/v1/trader/status", "/v1/trader/offers"
GOOD = b'{"offer":"a","mineral":"cobalt","quantity":"1","price":"34.50","currency":"USD"}'
JSON = {"Content-Type": "application/json"}


# ---- starting and stopping -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_cleanly_when_it_is_told_to(tmp_path: Path, how: signal.Signals) -> None:
    house = new_house(tmp_path / "house")
    with closing(house.trader()) as trader:
        trader.reserve(AWARD, "k")
        assert house.server.end(how) == (0, "", "")
        with pytest.raises(Unavailable, match="cannot be reached"):
            trader.status("k")


def test_what_a_killed_server_held_it_holds(tmp_path: Path) -> None:
    house = new_house(tmp_path / "house")
    with closing(house.trader()) as trader:
        first = trader.reserve(AWARD, "k")
        house.server.restart(signal.SIGKILL)
        assert trader.status("k").state is State.HELD
        assert trader.reserve(AWARD, "k") == first
        trader.confirm("k")
        house.server.restart(signal.SIGKILL)
        assert trader.status("k").state is State.CONFIRMED
    house.server.end()


def test_a_server_that_is_killed_while_it_is_asked_loses_nothing(tmp_path: Path) -> None:
    """Calls go on while it is killed and started: whatever each of them heard, what it was told is so."""
    house = new_house(tmp_path / "house")
    with closing(RestTrader(RestConfig(house.server.url, attempts=10), Setup("acme", tmp_path, 30.0))) as trader:
        small = Award("a", "cobalt", Fraction(10), Fraction("34.50"), "USD")
        with ThreadPoolExecutor(4) as pool:
            calls = [pool.submit(trader.reserve, small, f"k{at}") for at in range(200)]
            house.server.restart(signal.SIGKILL)
            answers = [call.result(timeout=60) for call in calls]
        assert not [one for one in answers if isinstance(one, Refusal)]
        assert {trader.status(f"k{at}").state for at in range(200)} == {State.HELD}
        left = {row.cells["offer"]: row.cells["quantity"] for row in trader.offers(Query(("cobalt",)))}
        assert left["a"] == "8000 kg"
    assert house.server.end()[0] == 0


def command(*options: str, token: str | None = None) -> tuple[int, str]:
    """What the command says where it cannot serve."""
    done = CliRunner().invoke(main, options, env={TOKEN: token})
    assert isinstance(done.exception, SystemExit)
    return done.exit_code, done.stderr


def test_it_serves_something() -> None:
    assert command("serve")[0] == 2
    assert "Say --book, --warehouse or both." in command("serve")[1]


def test_without_its_extra_it_says_what_to_install(tmp_path: Path) -> None:
    script = "import sys; sys.modules['starlette'] = None; from vault_rules_rest.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", script, "serve", "--book", str(tmp_path)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 2 and "pip install 'vault-rules-rest[server]'" in done.stderr


def test_it_is_not_open_to_the_world_without_a_token_and_tls(tmp_path: Path) -> None:
    code, said = command("serve", "--book", str(tmp_path), "--host", "0.0.0.0", token="t")
    assert code == 2 and "Outside of this machine, --cert, --key and VAULT_RULES_REST_TOKEN are needed." in said


def test_a_certificate_and_its_key_go_together(tmp_path: Path) -> None:
    (tmp_path / "cert.pem").write_text("no certificate")
    cert = ("--cert", str(tmp_path / "cert.pem"))
    assert "--cert and --key go together." in command("serve", "--book", str(tmp_path), *cert)[1]
    key = ("--key", str(tmp_path / "cert.pem"))
    assert "the certificate or its key cannot be read" in command("serve", "--book", str(tmp_path), *cert, *key)[1]


def test_a_port_that_is_taken_is_said_to_be(house: House) -> None:
    code, said = command("serve", "--book", str(house.folder), "--port", str(house.server.port))
    assert code == 2 and f"127.0.0.1 port {house.server.port} cannot be had" in said


def test_a_book_that_cannot_be_read_is_a_problem_and_no_crash(tmp_path: Path) -> None:
    folder = write_tables(tmp_path / "book", {"offers": OFFERS})
    server = Served("--book", str(folder))
    try:
        (folder / "offers.csv").write_text("no,header\n1,2\n")
        with closing(RestTrader(RestConfig(server.url, attempts=1), Setup("acme", tmp_path, 10.0))) as trader:
            with pytest.raises(Unavailable, match=r"answers 503: this cannot be answered now: offers\.csv"):
                list(trader.offers(Query(("cobalt",))))
            write_tables(folder, {"offers": OFFERS})
            assert len(list(trader.offers(Query(("cobalt",))))) == 2
    finally:
        assert server.end() == (0, "", "")


def test_who_serves_no_warehouse_has_none(tmp_path: Path) -> None:
    server = Served("--book", str(write_tables(tmp_path / "book", {"offers": OFFERS})))
    answer = httpx2.get(f"{server.url}/v1/storage/health")
    assert (answer.status_code, answer.json()["title"]) == (404, "there is no such call")
    server.end()


# ---- requests --------------------------------------------------------------------------------------------------------


def ask(house: House, method: str, path: str, **options: Any) -> tuple[int, str]:
    answer = httpx2.request(method, f"{house.server.url}{path}", **options)
    assert answer.headers["content-type"] == "application/problem+json"
    said = answer.json()
    assert said["status"] == answer.status_code
    return answer.status_code, f"{said['title']}: {said['detail']}"


BODIES: dict[str, tuple[bytes, str]] = {
    "no JSON": (b"offer=a", "the body is not that of this call: is no JSON"),
    "a list": (b"[]", "the body is an object, not a list"),
    "a float": (GOOD.replace(b'"1"', b"1.0"), "`quantity` is a plain decimal as text"),
    "less than nothing": (GOOD.replace(b'"1"', b'"-1"'), "`quantity` is a plain decimal as text"),
    "nothing": (GOOD.replace(b'"1"', b'"0"'), "`quantity` is above zero"),
    "NaN": (GOOD.replace(b'"1"', b"NaN"), "not the number NaN"),
    "a field too many": (GOOD.replace(b"{", b'{"buyer":"gm",'), "`buyer` is no field of the protocol"),
    "a field too few": (GOOD.replace(b'"offer":"a",', b""), "`offer` is missing"),
    "a name twice": (GOOD.replace(b"{", b'{"offer":"b",'), "says twice: offer"),
    "another unit": (GOOD.replace(b"}", b',"per":"stone"}'), "`per` is one of mg, g, kg"),
    "great depth": (b"[" * 60_000, "is nested too deeply"),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_is_wrong_is_refused_in_words(house: House, name: str) -> None:
    body, words = BODIES[name]
    status, said = ask(house, "POST", RESERVATIONS, content=body, headers={**JSON, "Idempotency-Key": "k"})
    assert status == 400 and words in said


@pytest.mark.parametrize("key", ["", "a b", "ä", "x" * 101])
def test_a_key_that_is_none_is_refused(house: House, key: str) -> None:
    headers = {**JSON, "Idempotency-Key": key.encode()}
    assert ask(house, "POST", RESERVATIONS, content=GOOD, headers=headers)[0] == 400


CALLS: dict[str, tuple[str, str, dict[str, Any], int, str]] = {
    "no key": ("POST", RESERVATIONS, {"content": GOOD, "headers": JSON}, 400, "the key is missing"),
    "a form": ("POST", RESERVATIONS, {"data": {"offer": "a"}}, 415, "the body is application/json"),
    "too much": ("POST", RESERVATIONS, {"content": b" " * 70_000, "headers": JSON}, 413, "larger than 65,536 bytes"),
    "no such path": ("GET", "/v1/trader/prices", {}, 404, "there is no such call"),
    "another method": ("DELETE", RESERVATIONS, {}, 405, "there is no such call"),
    "a status without a key": ("GET", STATUS, {}, 400, "the key is missing"),
    "two keys": ("GET", f"{STATUS}?key=a&key=b", {}, 400, "the key is none"),
    "another parameter": ("GET", f"{OFFERS_PATH}?mineral=cobalt&quantity=5", {}, 400, "`quantity` is no parameter"),
    "a blank mineral": ("GET", f"{OFFERS_PATH}?mineral=", {}, 400, "`mineral` is blank"),
    "too many rows": ("GET", f"{OFFERS_PATH}?limit=5000", {}, 400, "`limit` is a whole number from 1 to 1000"),
    "rows below zero": ("GET", f"{OFFERS_PATH}?limit=-1", {}, 400, "`limit` is a whole number from 1 to 1000"),
    "a cursor that is none": ("GET", f"{OFFERS_PATH}?cursor=2", {}, 400, "`cursor` is none of ours"),
    "a cursor of long ago": ("GET", f"{OFFERS_PATH}?cursor=old.2", {}, 410, "this answer is no longer kept"),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_call_that_is_wrong_is_refused_in_words(house: House, name: str) -> None:
    method, path, options, status, words = CALLS[name]
    found, said = ask(house, method, path, **options)
    assert found == status and words in said


# ---- pages -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def many(house: House) -> Iterator[Callable[[int], RestTrader]]:
    """A trader with 25 offers, who is asked for so many at once."""
    house.reset({"offers": [Row({**OFFERS[0].cells, "offer": f"o{at}"}) for at in range(25)]})
    opened: list[RestTrader] = []

    def trader(page: int) -> RestTrader:
        opened.append(RestTrader(RestConfig(house.server.url, page=page), house.setup))
        return opened[-1]

    yield trader
    for one in opened:
        one.close()


def ids(trader: RestTrader) -> list[str | None]:
    return [row.cells["offer"] for row in trader.offers(Query(("cobalt",)))]


@pytest.mark.parametrize("page", [1, 7, 24, 25, 26, 1000])
def test_all_pages_together_are_all_rows(many: Callable[[int], RestTrader], page: int) -> None:
    assert ids(many(page)) == [f"o{at}" for at in range(25)]


def test_who_reads_on_reads_the_same_answer(many: Callable[[int], RestTrader]) -> None:
    trader = many(10)
    rows = iter(trader.offers(Query(("cobalt",))))
    next(rows)
    for at in range(25):
        trader.reserve(Award(f"o{at}", "cobalt", Fraction(10000), Fraction("34.50"), "USD"), f"k{at}")
    assert len(list(rows)) == 24, "what was on offer when it was asked"
    assert ids(trader) == []


def test_an_answer_that_is_no_longer_kept_is_asked_for_anew(many: Callable[[int], RestTrader]) -> None:
    trader = many(20)
    rows = iter(trader.offers(Query(("cobalt",))))
    next(rows)
    for _ in range(KEPT):
        next(iter(trader.offers(Query(("cobalt",)))))
    with pytest.raises(Unavailable, match="answers 410: this answer is no longer kept"):
        list(rows)
