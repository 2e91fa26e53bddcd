"""Several processes on one order book or warehouse, and those that are killed in the middle."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from fractions import Fraction

import attrs
import pytest
from sqlalchemy import Connection, text

from tests.support.databases import SETUP, opened, prepared, read, storage, trader
from tests.support.worker import start
from vault_rules.adapters.messages import Award, Query, Refusal, Reservation, State
from vault_rules.errors import Unavailable
from vault_rules.testing.contracts import FACILITIES, OFFERS
from vault_rules_sql.config import TraderConfig
from vault_rules_sql.trader import SqlTrader

Starter = Callable[[str, str, str, int], list[subprocess.Popen[str]]]
AWARD = Award("a", "cobalt", Fraction(1000), Fraction("34.50"), "USD")
PATIENT = 120


@pytest.fixture
def worker() -> Iterator[Starter]:
    """Starts a worker for each letter of a name, all at once; they are gone when the test is."""
    started: list[subprocess.Popen[str]] = []

    def begin(url: str, mode: str, names: str, quantity: int) -> list[subprocess.Popen[str]]:
        new = [start(url, mode, name, quantity) for name in names]
        started.extend(new)
        assert [line(process) for process in new] == ["ready"] * len(new)
        for process in new:
            send(process)
        return new

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def send(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def lines(process: subprocess.Popen[str]) -> list[str]:
    out, _ = process.communicate(timeout=PATIENT)
    assert process.returncode == 0
    return out.split()


def free(url: str) -> dict[str, Fraction]:
    with closing(trader(url)) as desk:
        rows = read(desk.offers(Query(("cobalt", "gallium"))), "offers").rows
        return {row.get("offer"): row.get("quantity") for row in rows}


def test_processes_sell_all_that_there_is_and_no_more(place: str, worker: Starter) -> None:
    url = prepared(place, {"offers": OFFERS})
    keys = [key for one in worker(url, "reserve", "pqr", 130) for key in lines(one)]
    of_a, of_c = (sum(f":{offer}:" in key for key in keys) for offer in "ac")
    assert (of_a, of_c) == (10_000 // 130, 250 // 130)
    assert free(url)["a"] == 10_000 - 130 * of_a
    assert free(url)["c"] == Fraction("250.000001") - 130 * of_c
    assert len({key.split(":")[0] for key in keys}) > 1, "only one process had a turn: nothing was tried"


def test_processes_that_share_their_keys_hold_once(place: str, worker: Starter) -> None:
    """Two programs that resume the same run."""
    url = prepared(place, {"offers": OFFERS})
    first, second = [lines(one) for one in worker(url, "reserve", "pp", 700)]
    assert first == second and len([key for key in first if ":a:" in key]) == 14
    assert free(url)["a"] == 10_000 - 14 * 700


def test_processes_book_all_the_room_and_no_more(place: str, worker: Starter) -> None:
    url = prepared(place, {"facilities": FACILITIES})
    keys = [key for one in worker(url, "book", "pq", 130) for key in lines(one)]
    assert len(keys) == 10_000 // 130
    with closing(storage(url)) as desk:
        assert {desk.status(key).state for key in keys} == {State.HELD}


def test_what_a_killed_process_was_told_is_held(place: str, worker: Starter) -> None:
    url = prepared(place, {"offers": OFFERS})
    (process,) = worker(url, "reserve", "p", 10)
    told = [line(process) for _ in range(9)]
    process.kill()
    process.wait()
    with closing(trader(url)) as desk:
        assert {desk.status(key).state for key in told} == {State.HELD}
        held = [f"p:a:{at}" for at in range(1, 1000) if desk.status(f"p:a:{at}").state is State.HELD]
    assert free(url)["a"] == 10_000 - 10 * len(held), "a hold is whole, or there is none"


def test_a_process_that_is_killed_while_it_holds_a_lock_leaves_nothing_behind(place: str, worker: Starter) -> None:
    url = prepared(place, {"offers": OFFERS})
    (process,) = worker(url, "hang", "p", 0)
    assert line(process) == "1"
    with closing(SqlTrader(TraderConfig(url), attrs.evolve(SETUP, timeout=0.5))) as desk:
        with pytest.raises(Unavailable, match=r"is in use: what was waited for did not come within 0\.5 seconds"):
            desk.reserve(AWARD, "k")
        assert desk.status("k").state is State.UNKNOWN, "who asks does not wait"
    process.kill()
    process.wait()
    with closing(trader(url)) as desk:
        assert isinstance(desk.reserve(AWARD, "k"), Reservation)


def test_a_row_that_the_counterparty_changes_meanwhile_is_waited_for(place: str) -> None:
    """The counterparty's own system sells a part; who waited for the row sees what is left."""
    url = prepared(place, {"offers": OFFERS})
    answers: list[object] = []
    with closing(trader(url)) as desk, opened(url) as database:
        waiting = threading.Thread(target=lambda: answers.append(desk.reserve(AWARD, "k")))

        def sell(connection: Connection) -> None:
            connection.execute(text("UPDATE vault_rules_offers SET quantity = '0.5' WHERE offer = 'a'"))
            waiting.start()
            waiting.join(0.3)
            assert waiting.is_alive(), "it must wait"

        database.change(sell)
        waiting.join(PATIENT)
    (answer,) = answers
    assert isinstance(answer, Refusal) and answer.left == 500
