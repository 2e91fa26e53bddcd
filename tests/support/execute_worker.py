"""A process that buys for 500 requests from a market that another process buys from too.

`python -m tests.support.execute_worker LEDGER TRADER WAREHOUSE RUN` begins when a line comes in, and prints how many
seconds it took.
"""

from __future__ import annotations

import sys
import time

from tests.support.books import book
from tests.support.ledgers import RECEIPT, SNAPSHOT, new_ledger
from tests.support.pg_market import PgStorage, PgTrader
from tests.support.policies import AS_OF, policy
from tests.support.scripted import counterparty
from vault_rules import api
from vault_rules.execution.carrying import Execution
from vault_rules.execution.desks import Desks
from vault_rules.execution.market import Market
from vault_rules.execution.rounds import Rounds

AWARDS, EACH, OFFERS, OFFERED = 500, 10, 40, 250
AUSTRALIAN, ROOM = 6_000, 9_000
"""What the cap allows of one country to all together, and the room of the warehouse, both in kg; 10,000 kg are wanted
and offered.
"""
POLICY = f"""
waterfall w {{ take all }}
cap australian: quantity <= {AUSTRALIAN} kg per year where origin = AU
store s {{ place in owned }}
"""


def offers() -> dict[str, int]:
    return {f"o{at:02}": OFFERED for at in range(OFFERS)}


def market(run: str) -> Market:
    """Three quarters of what is offered are Australian, and the cheapest."""
    found = policy(POLICY)
    lines = [
        f"{name} | anna | cobalt | {10 + at} | {OFFERED} | {'AU' if at < OFFERS * 3 // 4 else 'US'}"
        for at, name in enumerate(offers())
    ]
    wanted = [f"{run}-{at:03} | gm | cobalt | {EACH}" for at in range(AWARDS)]
    tables = book(
        offers="\n".join(["offer | trader | mineral | price | quantity | origin", *lines]),
        requests="\n".join(["request | buyer | mineral | quantity", *wanted]),
        facilities=f"facility | kind | capacity\nhall | owned | {ROOM}",
    )
    return Market(found.program, api.eyes_of(found, AS_OF), tables, AS_OF, None, {"hall": "house"}, {})


def main(ledger_url: str, trader: str, warehouse: str, run: str) -> None:
    here = market(run)
    desks = Desks(
        [counterparty("trader", "anna", lambda: PgTrader(trader), timeout="60")],
        [counterparty("storage", "house", lambda: PgStorage(warehouse), timeout="60")],
    )
    with new_ledger(ledger_url, wait=120) as ledger:
        here.evaluated().plan.awards  # noqa: B018 - whatever is loaded once is loaded before the clock runs
        ledger.begin(run, RECEIPT, SNAPSHOT)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()
        began = time.monotonic()
        state = Execution(run, ledger, here, desks, Rounds(run, ledger, here), 20, 4).go()
        sys.stdout.write(f"{time.monotonic() - began:.2f} {state.round}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
