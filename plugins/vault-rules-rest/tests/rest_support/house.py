"""A server whose order book and warehouse are those of the contract kits, and adapters of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs

from tests.rest_support.served import Served, Tables, write_tables
from vault_rules.adapters.registration import Setup
from vault_rules.testing.contracts import FACILITIES, OFFERS
from vault_rules.testing.contracts.storage import HOLDINGS
from vault_rules_rest.config import RestConfig
from vault_rules_rest.storage import RestStorage
from vault_rules_rest.trader import RestTrader

TABLES: Tables = {"offers": OFFERS, "facilities": FACILITIES, "holdings": HOLDINGS}


@attrs.frozen
class House:
    """A server and the folder in which its files lie."""

    server: Served
    folder: Path

    def reset(self, tables: Tables) -> None:
        """As on the first day: with these tables, and nothing held."""
        write_tables(self.folder, {**TABLES, **tables})

    def trader(self) -> RestTrader:
        return RestTrader(RestConfig(self.server.url), self.setup)

    def storage(self) -> RestStorage:
        return RestStorage(RestConfig(self.server.url), self.setup)

    def make(self, open: Callable[[], Any]) -> Callable[[Tables], Callable[[], Any]]:
        """The fixture of the contract kits."""

        def counterparty(tables: Tables) -> Callable[[], Any]:
            self.reset(tables)
            return open

        return counterparty

    def killed_before(self, open: Callable[[], Any]) -> Callable[[], Any]:
        """Opens an adapter after the server was killed and started again."""

        def reopened() -> Any:
            self.server.restart()
            return open()

        return reopened

    @property
    def setup(self) -> Setup:
        return Setup("acme", self.folder, 20.0)


def new_house(folder: Path) -> House:
    """The server takes offers from a file, so that the two journals do not share a folder's."""
    write_tables(folder, TABLES)
    return House(Served("--book", str(folder / "offers.csv"), "--warehouse", str(folder)), folder)
