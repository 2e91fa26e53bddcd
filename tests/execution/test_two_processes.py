"""Two processes buy from one market at once, each for 500 requests, with one ledger and one warehouse in PostgreSQL."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from tests.support import execute_worker as worker
from tests.support.ledgers import new_ledger
from tests.support.pg_market import connection, make
from vault_rules.testing.postgres import Server

CHECKOUT = Path(__file__).resolve().parents[2]
RUNS = ("one", "two")


@pytest.mark.slow
def test_nothing_is_oversold_and_no_cap_broken(postgres: Server, capsys: pytest.CaptureFixture[str]) -> None:
    ledger, trader, warehouse = (postgres.database() for _ in range(3))
    make(trader, worker.offers())
    make(warehouse, {"hall": worker.ROOM})
    new_ledger(ledger).close()
    seconds = at_once(ledger, trader, warehouse)
    with new_ledger(ledger) as opened:
        assert opened.verify().is_whole
        lines = opened.standing().lines()
        assert {one.state for one in opened.runs()} == {"done"}
    bought = {line.key: line.award.quantity for line in lines}
    assert all(line.confirmed for line in lines)
    assert sold(trader) == bought
    assert {key.rpartition("-")[0]: quantity for key, quantity in sold(warehouse).items()} == bought
    australian = sum(line.award.quantity for line in lines if line.award.origin == "AU")
    # what is offered at home, and what the cap allows of the rest: both are bought to the last kilogram
    at_home = worker.OFFERS // 4 * worker.OFFERED
    assert australian == worker.AUSTRALIAN
    assert sum(bought.values()) == min(worker.ROOM, worker.AUSTRALIAN + at_home)
    by_request: dict[str, Fraction] = {}
    for line in lines:
        by_request[line.award.request] = by_request.get(line.award.request, Fraction(0)) + line.award.quantity
    assert max(by_request.values()) == worker.EACH
    with capsys.disabled():
        rate = len(lines) / max(seconds)
        print(f"\n{len(lines)} awards of 2 processes in {max(seconds):.1f} s: {rate:.0f} a second")  # noqa: T201


def at_once(*urls: str) -> list[float]:
    """Both processes, begun together: the seconds of each."""
    words = [sys.executable, "-m", "tests.support.execute_worker", *urls]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": CHECKOUT}
    running = [subprocess.Popen([*words, run], **pipes) for run in RUNS]  # type: ignore[call-overload]
    for one in running:
        assert one.stdout.readline() == "ready\n"
    for one in running:
        one.stdin.write("go\n")
        one.stdin.flush()
    told = [one.communicate(timeout=600)[0] for one in running]
    assert [one.returncode for one in running] == [0, 0]
    return [float(text.split()[0]) for text in told]


def sold(url: str) -> dict[str, Fraction]:
    """What is confirmed, by key; nothing is only held."""
    with connection(url) as to:
        rows = to.execute("SELECT key, quantity, state FROM holds WHERE state <> 'released'").fetchall()
    assert {row[2] for row in rows} <= {"confirmed"}
    return {row[0]: Fraction(row[1]) for row in rows}
