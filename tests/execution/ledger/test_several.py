"""Several processes on one ledger, and those that are killed in the middle."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Iterator

import pytest

from tests.support.ledger_worker import start
from tests.support.ledgers import begun, bought, claimed, new_ledger
from vault_rules.errors import LedgerError, UsageError
from vault_rules.execution.ledger.standing import use
from vault_rules.execution.ledger.store import Ledger

Starter = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def worker() -> Iterator[Starter]:
    """Starts workers that are gone when the test is."""
    started: list[subprocess.Popen[str]] = []

    def begin(*words: object) -> subprocess.Popen[str]:
        url, run, mode, number = words
        started.append(start(str(url), str(run), str(mode), int(str(number))))
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_two_processes_cannot_break_a_cap_between_them(ledger: Ledger, url: str, worker: Starter) -> None:
    """The cap has room for 60 claims; both claim until there is none."""
    both = [worker(url, run, "cap", 600_000) for run in ("run-a", "run-b")]
    counts = [int(process.communicate(timeout=120)[0].split()[-1]) for process in both]
    assert sum(counts) == 60
    assert use(ledger.standing().lines()).quantity == 600_000
    assert [one.sequence for one in ledger.entries()] == list(range(1, 63))
    assert ledger.verify().is_whole


@pytest.mark.slow
def test_two_processes_of_five_hundred_awards_each_leave_one_whole_chain(
    ledger: Ledger, url: str, worker: Starter, capsys: pytest.CaptureFixture[str]
) -> None:
    """As quick as it is, it says (with `-s`)."""
    both = [worker(url, run, "speed", 500) for run in ("run-a", "run-b")]
    seconds = max(float(process.communicate(timeout=600)[0].split()[-1]) for process in both)
    assert ledger.verify().is_whole and ledger.head().entries == 4002
    assert len(ledger.standing().lines(confirmed=True)) == 1000
    with capsys.disabled():
        print(f"\n{ledger.database.engine.dialect.name}: {4000 / seconds:.0f} entries/s")  # noqa: T201


def test_threads_of_one_ledger_take_turns(ledger: Ledger) -> None:
    begun(ledger)
    threads = [
        threading.Thread(target=lambda name=name: [ledger.append("run-1", bought(f"{name}-{at}")) for at in range(10)])
        for name in "abcd"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ledger.head().entries == 161 and ledger.verify().is_whole


def test_two_that_find_no_ledger_make_one(url: str, worker: Starter) -> None:
    both = [worker(url, run, "cap", 10_000) for run in ("run-a", "run-b")]
    assert sum(int(process.communicate(timeout=60)[0].split()[-1]) for process in both) == 1
    with new_ledger(url) as ledger:
        assert ledger.verify().is_whole and len(ledger.runs()) == 2


def test_what_a_killed_writer_was_told_stands_does(ledger: Ledger, url: str, worker: Starter) -> None:
    process = worker(url, "run-a", "append", 25)
    assert line(process) == "begun"
    told = [int(line(process)) for _ in range(5)][-1]
    process.kill()
    process.wait()
    entries = ledger.head().entries
    assert entries >= told and (entries - 1) % 100 == 0  # whole batches
    assert ledger.verify().is_whole
    assert begun(ledger, "run-b").append("run-b", bought("k1"))[-1].sequence == entries + 5


def test_a_writer_killed_while_it_holds_the_lock_leaves_nothing_behind(
    ledger: Ledger, url: str, worker: Starter
) -> None:
    process = worker(url, "run-a", "hang", 0)
    assert [line(process), line(process)] == ["begun", "inside"]
    with new_ledger(url, wait=0.2) as impatient, pytest.raises(LedgerError, match="another writer did not end in time"):
        begun(impatient, "run-b")
    assert ledger.head().entries == 1  # who reads does not wait
    process.kill()
    process.wait()
    assert begun(ledger, "run-b").append("run-b", [claimed("k1")])[0].sequence == 3
    assert ledger.verify().is_whole and len(ledger.standing().lines()) == 1


def test_a_plan_that_others_have_overtaken_is_not_claimed(ledger: Ledger, url: str) -> None:
    """The way of an executor: plan on what stands, then claim all of it, if nothing has changed since."""
    begun(ledger, "run-1", "run-2")
    planned = ledger.standing()
    with new_ledger(url) as other:
        other.append("run-2", [claimed("k1")])
    plan = [claimed("k1"), claimed("k2")]
    assert ledger.claim("run-1", lambda now: plan if now.mark == planned.mark else []) == ()
    planned = ledger.standing()
    assert len(ledger.claim("run-1", lambda now: plan if now.mark == planned.mark else [])) == 2


def test_a_run_of_one_name_begins_in_one_process_only(ledger: Ledger, url: str) -> None:
    begun(ledger)
    with new_ledger(url) as other, pytest.raises(UsageError, match="has a run run-1 already"):
        begun(other)
