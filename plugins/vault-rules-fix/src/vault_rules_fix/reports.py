"""What the reference counterparty reports of orders, from the entries of its journal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction

from vault_rules.adapters.holds import Entry
from vault_rules.adapters.messages import State, Why
from vault_rules_fix.orders import BUY, KG, QUOTED
from vault_rules_fix.said import Said, now_text, number_text, say
from vault_rules_fix.tags import (
    AVG_PX,
    BUSINESS_REF_ID,
    CL_ORD_ID,
    CUM_QTY,
    CURRENCY,
    CXL_REJECT_REASON,
    CXL_REJECT_RESPONSE_TO,
    EXEC_ID,
    EXEC_TYPE,
    LAST_PX,
    LAST_QTY,
    LEAVES_QTY,
    NO_SYMBOL,
    ORD_REJECT_REASON,
    ORD_STATUS,
    ORD_TYPE,
    ORDER_ID,
    ORDER_QTY,
    ORIG_CL_ORD_ID,
    PRICE,
    PRICE_UNIT,
    QUANTITY_LEFT,
    QUANTITY_UNIT,
    QUOTE_ID,
    REF_SEQ_NUM,
    SEQ_NUM,
    SIDE,
    STATUS_REQ_ID,
    SYMBOL,
    TEXT,
    TRANSACT_TIME,
    CancelReject,
    Exec,
    Kind,
    Ord,
    Reject,
)  # fmt: skip

_REF_MSG_TYPE, _BUSINESS_REASON, _NOT_AVAILABLE, _NONE = 372, 380, "4", "NONE"
_REASONS: Mapping[Why, str] = {Why.LESS: Reject.LIMIT, Why.TERMS: Reject.UNSUPPORTED}
_STATES: Mapping[State, str] = {
    State.HELD: Ord.SUSPENDED,
    State.REFUSED: Ord.REJECTED,
    State.RELEASED: Ord.CANCELED,
    State.LAPSED: Ord.EXPIRED,
}


def reason(why: Why) -> str:
    return _REASONS.get(why, Reject.OTHER)


# ---- execution reports -----------------------------------------------------------------------------------------------


def held(entry: Entry) -> Said:
    return _report(entry, {EXEC_TYPE: Ord.SUSPENDED, EXEC_ID: f"{entry.key}/held"})


def filled(entry: Entry, id: str) -> Said:
    """The one fill of an order that was let go."""
    assert entry.quantity is not None
    assert entry.price is not None
    fill = {LAST_QTY: number_text(entry.quantity), LAST_PX: number_text(entry.price)}
    said = {EXEC_TYPE: Exec.TRADE, EXEC_ID: f"{entry.key}/fill", CL_ORD_ID: id, ORIG_CL_ORD_ID: entry.key}
    return _report(entry, {**said, **fill})


def cancelled(entry: Entry, id: str) -> Said:
    said = {EXEC_TYPE: Ord.CANCELED, EXEC_ID: f"{entry.key}/cancelled", CL_ORD_ID: id, ORIG_CL_ORD_ID: entry.key}
    return _report(entry, said)


def status(asked: Said, entry: Entry | None) -> Said:
    """What an order is, for whoever asks."""
    id = asked.get(STATUS_REQ_ID)
    said = {EXEC_TYPE: Exec.STATUS, EXEC_ID: f"status {id}", STATUS_REQ_ID: id}
    if entry is not None:
        return _report(entry, said)
    nothing = {ORD_STATUS: Ord.REJECTED, ORD_REJECT_REASON: Reject.UNKNOWN_ORDER, TEXT: "there is no such order"}
    return _report(Entry(asked.need(CL_ORD_ID), State.UNKNOWN), {**said, ORDER_ID: _NONE, **nothing})


def rejected(order: Said, why: str, text: str, left: Fraction | None = None) -> Said:
    """An order that is not taken, with its own terms."""
    key = order.need(CL_ORD_ID)
    echo = {tag: order.get(tag) for tag in (QUOTE_ID, SYMBOL, ORDER_QTY, QUANTITY_UNIT, PRICE, PRICE_UNIT, CURRENCY)}
    said = {EXEC_TYPE: Ord.REJECTED, EXEC_ID: f"{key}/rejected/{order.get(SEQ_NUM)}", ORD_STATUS: Ord.REJECTED}
    more = {ORDER_ID: _NONE, ORD_REJECT_REASON: why, TEXT: text or None, QUANTITY_LEFT: _or_none(left)}
    return _report(Entry(key, State.REFUSED), {**echo, **said, **more})


def _report(entry: Entry, more: Mapping[int, str | None]) -> Said:
    return say(
        Kind.REPORT,
        {
            ORDER_ID: entry.key,
            CL_ORD_ID: entry.key,
            SYMBOL: NO_SYMBOL,
            SIDE: BUY,
            ORD_TYPE: QUOTED,
            TRANSACT_TIME: now_text(),
            **_terms(entry),
            **_amounts(entry),
            **more,
        },
    )


def _terms(entry: Entry) -> dict[int, str | None]:
    """What was ordered; nothing where only a cancel was heard of."""
    if not entry.content:
        return {}
    said = json.loads(entry.content)
    return {
        QUOTE_ID: said["offer"],
        SYMBOL: said["mineral"],
        ORDER_QTY: number_text(Fraction(said["quantity"])),
        QUANTITY_UNIT: KG,
        PRICE: number_text(Fraction(said["price"])),
        PRICE_UNIT: said["per"],
        CURRENCY: said["currency"],
    }


def _amounts(entry: Entry) -> dict[int, str | None]:
    """What was bought, what is still to be, and what the order is by that."""
    bought = entry.quantity if entry.state in (State.CONFIRMED, State.RECEIVED) else None
    quantity = Fraction(json.loads(entry.content)["quantity"]) if entry.content else Fraction(0)
    partly = Ord.FILLED if bought == quantity else Ord.CANCELED
    refused = entry.state is State.REFUSED
    return {
        ORD_STATUS: _STATES.get(entry.state, partly),
        CUM_QTY: number_text(bought or Fraction(0)),
        LEAVES_QTY: number_text(quantity if entry.state is State.HELD else Fraction(0)),
        AVG_PX: number_text(entry.price) if bought and entry.price else "0",
        ORD_REJECT_REASON: reason(entry.why) if refused and entry.why else None,
        QUANTITY_LEFT: _or_none(entry.left),
        TEXT: entry.text or None,
    }


def _or_none(value: Fraction | None) -> str | None:
    return None if value is None else number_text(value)


# ---- rejects ---------------------------------------------------------------------------------------------------------


def cancel_rejected(asked: Said, entry: Entry | None) -> Said:
    """An order that cannot be cancelled, or let go: it is unknown, or too late."""
    unknown = entry is None
    return say(
        Kind.CANCEL_REJECT,
        {
            ORDER_ID: _NONE if entry is None else entry.key,
            CL_ORD_ID: asked.need(CL_ORD_ID),
            ORIG_CL_ORD_ID: asked.need(ORIG_CL_ORD_ID),
            ORD_STATUS: Ord.REJECTED if entry is None else _amounts(entry)[ORD_STATUS],
            CXL_REJECT_RESPONSE_TO: "1" if asked.kind == Kind.CANCEL else "2",
            CXL_REJECT_REASON: CancelReject.UNKNOWN_ORDER if unknown else CancelReject.TOO_LATE,
            TEXT: "there is no such order" if unknown else "it is not held any more",
        },
    )


def cannot(asked: Said, why: str) -> Said:
    """A message that cannot be answered now."""
    about = asked.get(STATUS_REQ_ID) or asked.get(CL_ORD_ID) or asked.get(131)
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in why).split())[:500]
    said = {REF_SEQ_NUM: asked.get(SEQ_NUM), _REF_MSG_TYPE: asked.kind, BUSINESS_REF_ID: about}
    return say(Kind.BUSINESS_REJECT, {**said, _BUSINESS_REASON: _NOT_AVAILABLE, TEXT: text or "?"})
