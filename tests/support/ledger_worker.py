"""A run in a process of its own, for tests that start several: `python -m … URL RUN MODE NUMBER`."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from tests.support.ledgers import RECEIPT, SNAPSHOT, bought, claimed, new_ledger
from vault_rules.execution.ledger.drafts import Draft
from vault_rules.execution.ledger.standing import Standing, use
from vault_rules.execution.ledger.store import Ledger

CHECKOUT = Path(__file__).resolve().parents[2]


def start(url: str, run: str, mode: str, number: int) -> subprocess.Popen[str]:
    """Start a worker; its words are in `stdout`."""
    command = [sys.executable, "-m", "tests.support.ledger_worker", url, run, mode, str(number)]
    return subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True)


def main(url: str, run: str, mode: str, number: int) -> None:
    """Begin the run, say so, and do as told."""
    with new_ledger(url) as ledger:
        ledger.begin(run, RECEIPT, SNAPSHOT)
        say("begun")
        MODES[mode](ledger, run, number)


def say(words: object) -> None:
    print(words, flush=True)  # noqa: T201


def under_a_cap(ledger: Ledger, run: str, number: int) -> None:
    """Claim ten tons again and again, until all runs together have `number` kilograms; say how often it was done."""

    def decide(now: Standing) -> Sequence[Draft]:
        has_room = use(now.lines(minerals={"cobalt"})).quantity + 10_000 <= Fraction(number)
        return [claimed(f"k{done}")] if has_room else []

    done = 0
    while ledger.claim(run, decide):
        done += 1
    say(done)


def appending(ledger: Ledger, run: str, number: int) -> None:
    """Append awards without end, `number` at a time; say the last sequence number whenever some stand."""
    done = 0
    while True:
        drafts = [draft for at in range(number) for draft in bought(f"k{done + at}")]
        say(ledger.append(run, drafts)[-1].sequence)
        done += number


def hanging(ledger: Ledger, run: str, number: int) -> None:
    """Take the lock, say so, and never come back."""

    def decide(_: Standing) -> Sequence[Draft]:
        say("inside")
        time.sleep(600)
        return [claimed("k1")]

    ledger.claim(run, decide)


def at_full_speed(ledger: Ledger, run: str, number: int) -> None:
    """`number` awards, a claim and then the rest of each; say the seconds."""
    start = time.perf_counter()
    for at in range(number):
        first, *rest = bought(f"k{at}")
        ledger.claim(run, lambda now, first=first: [first])  # type: ignore[misc]
        for draft in rest:
            ledger.append(run, [draft])
    say(time.perf_counter() - start)


MODES = {"cap": under_a_cap, "append": appending, "hang": hanging, "speed": at_full_speed}

if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
