"""A trader who is asked over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

from vault_rules.adapters.messages import Award, Confirmation, Query, Refusal, Release, Reservation, Row
from vault_rules_rest import paths, reading
from vault_rules_rest.counterparty import Counterparty
from vault_rules_rest.paging import rows


class RestTrader(Counterparty):
    """Each call is one of `vault_rules.adapters.protocols.Trader`."""

    kind = "trader"
    base = paths.TRADER

    def offers(self, query: Query) -> Iterator[Row]:
        """Page by page; the minerals are all that is said."""
        return rows(self._http, self._config, paths.OFFERS, "offers", query)

    def reserve(self, award: Award, key: str) -> Reservation | Refusal:
        return self._change(paths.RESERVATIONS, reading.reservation, key, award)

    def confirm(self, key: str) -> Confirmation | Refusal:
        return self._change(f"{self.base}{paths.CONFIRMATIONS}", reading.confirmation, key)

    def release(self, key: str) -> Release | Refusal:
        return self._change(paths.RELEASES, reading.release, key)
