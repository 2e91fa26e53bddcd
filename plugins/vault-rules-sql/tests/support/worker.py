"""A process that reserves: `python -m tests.support.worker URL MODE NAME QUANTITY`, each line of output an answer.

The first line is `ready`; it begins when it is sent a line.
"""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import closing
from fractions import Fraction
from pathlib import Path

from sqlalchemy import Connection

from tests.support.databases import opened, storage, trader
from vault_rules.adapters.messages import Award, Placement, Refusal
from vault_rules_sql.sources import find

PLUGIN = Path(__file__).parents[2]


def start(url: str, mode: str, name: str, quantity: int) -> subprocess.Popen[str]:
    words = [sys.executable, "-m", "tests.support.worker", url, mode, name, str(quantity)]
    return subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=PLUGIN)


def main(url: str, mode: str, name: str, quantity: str) -> None:
    say("ready")
    sys.stdin.readline()
    {"reserve": reserve, "book": book, "hang": hang}[mode](url, name, Fraction(quantity))


def say(text: str) -> None:
    """Say it, and let others have their turn."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
    time.sleep(0.01)


def reserve(url: str, name: str, quantity: Fraction) -> None:
    """Reserve of two offers in turn, until there is no more of either."""
    with closing(trader(url)) as desk:
        said, at = True, 0
        while said:
            at += 1
            said = False
            for award in (
                Award("a", "cobalt", quantity, Fraction("34.50"), "USD"),
                Award("c", "gallium", quantity, Fraction(600), "USD"),
            ):
                key = f"{name}:{award.offer}:{at}"
                if not isinstance(desk.reserve(award, key), Refusal):
                    said = True
                    say(key)


def book(url: str, name: str, quantity: Fraction) -> None:
    """Book room in one facility until there is no more."""
    with closing(storage(url)) as desk:
        at = 0
        while not isinstance(desk.book(Placement("nola", "cobalt", quantity), f"{name}:{at}"), Refusal):
            say(f"{name}:{at}")
            at += 1


def hang(url: str, name: str, quantity: Fraction) -> None:
    """Lock an offer's row and never let it go."""
    with opened(url) as database:

        def work(connection: Connection) -> None:
            source = find(connection, database, "offers", "vault_rules_offers", ())
            say(str(len(source.locked(connection, "offer", "a"))))
            time.sleep(600)

        database.change(work)


if __name__ == "__main__":
    main(*sys.argv[1:])
