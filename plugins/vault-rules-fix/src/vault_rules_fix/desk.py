"""The reference counterparty: what it answers to each message, from an order book in files, on whatever line."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from vault_rules.adapters.files_config import FilesConfig
from vault_rules.adapters.files_trader import FilesTrader
from vault_rules.adapters.holds import Entry
from vault_rules.adapters.kept import KeptHolds
from vault_rules.adapters.messages import Award, Query, Refusal, Release, State
from vault_rules.adapters.registration import Setup
from vault_rules.domain.amounts import Unreadable
from vault_rules.domain.exact import parse_decimal
from vault_rules.domain.units import MASS_UNITS
from vault_rules.errors import VaultRulesError
from vault_rules_fix import reports
from vault_rules_fix.book_quotes import quote
from vault_rules_fix.orders import KG, QUOTED, SUSPENDED
from vault_rules_fix.said import Said, say
from vault_rules_fix.tags import (
    CL_ORD_ID,
    CURRENCY,
    EXEC_INST,
    NO_SYMBOL,
    ORD_TYPE,
    ORDER_QTY,
    ORIG_CL_ORD_ID,
    PRICE,
    PRICE_UNIT,
    QUANTITY_UNIT,
    QUOTE_ID,
    QUOTE_REJECT_REASON,
    QUOTE_REQ_ID,
    QUOTE_STATUS,
    SYMBOL,
    TOTAL_QUOTES,
    Kind,
    Reject,
)  # fmt: skip

_UNKNOWN_SYMBOL = "1"


class Desk:
    """One customer's counterparty, whatever the number of sessions: keys are the customer's own."""

    def __init__(self, book: Path) -> None:
        config, setup = FilesConfig(book.absolute()), Setup("desk", book.parent)
        self._trader = FilesTrader(config, setup)
        self._kept = KeptHolds(config.places(setup)[1])

    def answer(self, said: Said) -> Iterator[Said]:
        """The answers to a message."""
        answers = {
            Kind.QUOTE_REQUEST: self._quotes,
            Kind.ORDER: self._order,
            Kind.REPLACE: self._let_go,
            Kind.CANCEL: self._cancel,
            Kind.STATUS_REQUEST: self._status,
        }
        try:
            yield from answers[said.kind](said)
        except (VaultRulesError, ValueError) as why:
            yield reports.cannot(said, str(why))
        except Unreadable as why:
            yield reports.cannot(said, f"a cell of the order book cannot be read: {why.expected}")

    # ---- quotes ------------------------------------------------------------------------------------------------------

    def _quotes(self, said: Said) -> Iterator[Said]:
        id, minerals = said.need(QUOTE_REQ_ID), said.all(SYMBOL)
        rows = list(self._trader.offers(Query(tuple(minerals))))
        for row in rows:
            yield quote(row, id)
        if rows:
            total = {TOTAL_QUOTES: str(len(rows)), QUOTE_STATUS: "0", QUOTE_ID: NO_SYMBOL, SYMBOL: minerals[0]}
            yield say(Kind.QUOTE_STATUS, {QUOTE_REQ_ID: id, **total})
        else:
            yield say(Kind.QUOTE_REJECT, {QUOTE_REQ_ID: id, QUOTE_REJECT_REASON: _UNKNOWN_SYMBOL})

    # ---- orders ------------------------------------------------------------------------------------------------------

    def _entry(self, key: str) -> Entry | None:
        with self._kept.seen() as holds:
            return holds.entries.get(key)

    def _order(self, said: Said) -> Iterator[Said]:
        key = said.need(CL_ORD_ID)
        if self._entry(key) is not None:
            yield reports.rejected(said, Reject.DUPLICATE, "this ClOrdID was used before")
            return
        against = _unsupported(said)
        if against:
            yield reports.rejected(said, Reject.UNSUPPORTED, against)
            return
        answer = self._trader.reserve(_award(said), key)
        if isinstance(answer, Refusal):
            yield reports.rejected(said, reports.reason(answer.why), answer.text, answer.left)
        else:
            yield from self._report(key, "held")

    def _let_go(self, said: Said) -> Iterator[Said]:
        key = said.need(ORIG_CL_ORD_ID)
        entry = self._entry(key)
        if entry is None or entry.state is not State.HELD or entry.quantity is None:
            yield reports.cancel_rejected(said, entry)
            return
        with self._kept.open() as holds:
            answer = holds.confirm(key, self.to_fill(entry.quantity))
        if isinstance(answer, Refusal):
            yield reports.cancel_rejected(said, self._entry(key))
        else:
            yield from self.fills(said, key)

    def to_fill(self, quantity: Fraction) -> Fraction:
        """How much of what is held is filled when it is let go: all."""
        return quantity

    def fills(self, said: Said, key: str) -> Iterator[Said]:
        """The reports of what was filled."""
        entry = self._entry(key)
        assert entry is not None
        yield reports.filled(entry, said.need(CL_ORD_ID))

    def _cancel(self, said: Said) -> Iterator[Said]:
        key = said.need(ORIG_CL_ORD_ID)
        answer = self._trader.release(key)
        entry = self._entry(key)
        if isinstance(answer, Release) and entry is not None and entry.state is State.RELEASED:
            yield reports.cancelled(entry, said.need(CL_ORD_ID))
        else:
            yield reports.cancel_rejected(said, entry)

    def _status(self, said: Said) -> Iterator[Said]:
        yield reports.status(said, self._entry(said.need(CL_ORD_ID)))

    def _report(self, key: str, event: str) -> Iterator[Said]:
        entry = self._entry(key)
        assert entry is not None
        yield reports.held(entry)


def _unsupported(said: Said) -> str:
    """Why this desk does not take such an order; nothing where it does."""
    if SUSPENDED not in (said.get(EXEC_INST) or "").split() or said.get(ORD_TYPE) != QUOTED:
        return "this desk takes orders on its quotes, to be held: OrdType D and ExecInst S"
    if said.get(QUANTITY_UNIT) != KG or said.get(PRICE_UNIT) not in MASS_UNITS:
        return "quantities of orders are in kg, and prices are for a unit of mass"
    return ""


def _award(said: Said) -> Award:
    """What an order asks for. Raises `ValueError`."""
    quantity, price = parse_decimal(said.need(ORDER_QTY)), parse_decimal(said.need(PRICE))
    if quantity is None or price is None:
        raise ValueError("a quantity or a price is no decimal")
    texts = (said.need(CURRENCY), said.need(PRICE_UNIT))
    return Award(said.need(QUOTE_ID), said.need(SYMBOL), quantity, price, *texts)
