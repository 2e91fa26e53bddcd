"""A counterparty for tests: a reference server of this process, and adapters that reach it."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import attrs

from vault_rules.adapters.messages import Row
from vault_rules.adapters.registration import Secret, Setup
from vault_rules_fix.config import FixConfig
from vault_rules_fix.desk import Desk
from vault_rules_fix.server import Counter, Served, Server
from vault_rules_fix.trader import FixTrader

PASSWORD = "open sesame"
OFFERS = (
    Row({"offer": "a", "mineral": "cobalt", "price": "34.50", "currency": "USD", "quantity": "10 t", "origin": "AU"}),
    Row({"offer": "b", "mineral": "gallium", "price": "600", "currency": "USD", "quantity": "250.000001"}),
)
_names = count(1)


def write_offers(folder: Path, offers: Sequence[Row] = OFFERS) -> Path:
    """The folder, with the order book in it."""
    folder.mkdir(parents=True, exist_ok=True)
    names = dict.fromkeys(name for row in offers for name in row.cells)
    with (folder / "offers.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(names), lineterminator="\n")
        writer.writeheader()
        writer.writerows(row.cells for row in offers)
    return folder


@attrs.define
class Counterparty:
    """A server and its customer's program. Names are new each time: the engine knows a session by them."""

    folder: Path
    name: str = attrs.field(factory=lambda: f"TRADER{next(_names)}")
    customers: tuple[str, ...] = ("VAULT1", "VAULT2", "VAULT3", "VAULT4", "VAULT5", "VAULT6")
    desk: type[Desk] = Desk
    counter: type[Counter] = Counter
    port: int = 0
    server: Server | None = None
    opened: list[FixTrader] = attrs.field(factory=list)

    def serve(self, offers: Sequence[Row] | None = OFFERS) -> Counterparty:
        book = self.folder / "book"
        if offers is not None:
            write_offers(book, offers)
        served = Served(self.name, self.customers, self.folder / "theirs", "vault", PASSWORD)
        self.server = Server(self.counter(self.desk(book), served), served, self.port)
        self.port = self.server.port
        return self

    def rewrite(self, offers: Sequence[Row]) -> None:
        """Another order book, from now on."""
        write_offers(self.folder / "book", offers)

    def stop(self) -> None:
        if self.server is not None:
            self.server.stop()
            self.server = None

    def close(self) -> None:
        """Close the adapters that were opened, and stop."""
        for one in self.opened:
            one.close()
        self.stop()

    def config(self, **changes: Any) -> FixConfig:
        config = FixConfig(
            "127.0.0.1", self.port, self.customers, self.name, username="vault", password=Secret(PASSWORD)
        )
        return attrs.evolve(config, **changes)

    def open(self, timeout: float = 20, **changes: Any) -> FixTrader:
        self.opened.append(FixTrader(self.config(**changes), Setup(self.name, self.folder, timeout)))
        return self.opened[-1]


Tables = Mapping[str, Sequence[Row]]
