"""A warehouse that is asked over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import attrs

from vault_rules.adapters.messages import (
    Booking,
    Confirmation,
    Delivery,
    Placement,
    Query,
    Receipt,
    Refusal,
    Release,
    Row,
)
from vault_rules_rest import paths, reading
from vault_rules_rest.counterparty import Counterparty
from vault_rules_rest.paging import rows


@attrs.frozen
class _Room:
    quantity: Fraction


class RestStorage(Counterparty):
    """Each call is one of `vault_rules.adapters.protocols.Storage`."""

    kind = "storage"
    base = paths.STORAGE

    def facilities(self, query: Query) -> Iterator[Row]:
        return rows(self._http, self._config, paths.FACILITIES, "facilities", query)

    def holdings(self) -> Iterator[Row]:
        return rows(self._http, self._config, paths.HOLDINGS, "holdings", None)

    def book(self, placement: Placement, key: str) -> Booking | Refusal:
        return self._change(paths.BOOKINGS, reading.booking, key, placement)

    def confirm(self, key: str, quantity: Fraction) -> Confirmation | Refusal:
        return self._change(f"{self.base}{paths.CONFIRMATIONS}", reading.room, key, _Room(quantity))

    def cancel(self, key: str) -> Release | Refusal:
        return self._change(paths.CANCELLATIONS, reading.release, key)

    def receive(self, key: str, delivery: Delivery) -> Receipt | Refusal:
        return self._change(paths.RECEIPTS, reading.receipt, key, delivery)
