"""Orders that are held until they are let go, and what execution reports say of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from fractions import Fraction
from secrets import token_hex

from vault_rules.adapters.messages import Award, Refusal, Reservation, State, Status, Why
from vault_rules.domain.exact import plain
from vault_rules.errors import BadAnswer
from vault_rules_fix.said import Said, now_text, number_text, say
from vault_rules_fix.tags import (
    ACCOUNT,
    AVG_PX,
    CL_ORD_ID,
    CUM_QTY,
    CURRENCY,
    EXEC_INST,
    EXPIRE_TIME,
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
    SIDE,
    STATUS_REQ_ID,
    SYMBOL,
    TEXT,
    TIME_IN_FORCE,
    TRANSACT_TIME,
    Kind,
    Ord,
    Reject,
)  # fmt: skip

BUY, QUOTED, SUSPENDED, TILL_CANCELED, AT_ONCE, KG = "1", "D", "S", "1", "3", "kg"

_WHYS: Mapping[str, Why] = {
    Reject.UNKNOWN_SYMBOL: Why.LESS,
    Reject.LIMIT: Why.LESS,
    Reject.QUANTITY: Why.TERMS,
    Reject.UNSUPPORTED: Why.TERMS,
}
_PENDING = (Ord.NEW, Ord.PARTIAL, Ord.PENDING_NEW, Ord.PENDING_CANCEL, Ord.PENDING_REPLACE)


# ---- what we say -----------------------------------------------------------------------------------------------------


def hold_order(award: Award, key: str, account: str | None) -> Said:
    """An order on a quote that is suspended until we let it go. Raises `ValueError` for what FIX cannot say."""
    return say(
        Kind.ORDER,
        {
            CL_ORD_ID: key,
            ACCOUNT: account,
            QUOTE_ID: award.offer,
            EXEC_INST: SUSPENDED,
            **_terms(award.mineral, number_text(award.quantity), number_text(award.price), award.per, award.currency),
            TIME_IN_FORCE: TILL_CANCELED,
            TRANSACT_TIME: now_text(),
        },
    )


def let_go(report: Said, key: str, account: str | None) -> Said:
    """Let the held order go: fill it at once, as far as that is possible. `report` is what is held."""
    quantity, price = report.need(ORDER_QTY), report.need(PRICE)
    per, currency = report.get(PRICE_UNIT), report.get(CURRENCY)
    return say(
        Kind.REPLACE,
        {
            CL_ORD_ID: next_id(key, "c"),
            ORIG_CL_ORD_ID: key,
            ACCOUNT: account,
            QUOTE_ID: report.get(QUOTE_ID),
            **_terms(report.need(SYMBOL), quantity, price, per, currency),
            TIME_IN_FORCE: AT_ONCE,
            TRANSACT_TIME: now_text(),
        },
    )


def give_up(key: str, account: str | None) -> Said:
    """Cancel the order, whether it has come there or not."""
    ids = {CL_ORD_ID: next_id(key, "r"), ORIG_CL_ORD_ID: key, ACCOUNT: account}
    return say(Kind.CANCEL, {**ids, SYMBOL: NO_SYMBOL, SIDE: BUY, TRANSACT_TIME: now_text()})


def what_of(key: str, account: str | None) -> Said:
    """Ask what is known of an order."""
    ids = {CL_ORD_ID: key, ACCOUNT: account, STATUS_REQ_ID: next_id(key, "s")}
    return say(Kind.STATUS_REQUEST, {**ids, SYMBOL: NO_SYMBOL, SIDE: BUY})


def next_id(key: str, letter: str) -> str:
    """An id of a request about an order: no key has a `/`, and no two requests are the same."""
    return f"{key}/{letter}{token_hex(4)}"


def _terms(mineral: str, quantity: str, price: str, per: str | None, currency: str | None) -> dict[int, str | None]:
    return {
        SYMBOL: mineral,
        SIDE: BUY,
        ORDER_QTY: quantity,
        QUANTITY_UNIT: KG,
        ORD_TYPE: QUOTED,
        PRICE: price,
        PRICE_UNIT: per,
        CURRENCY: currency,
    }


# ---- what we are told ------------------------------------------------------------------------------------------------


def is_pending(report: Said) -> bool:
    """Whether nothing is decided yet."""
    return report.need(ORD_STATUS) in _PENDING


def status(report: Said, key: str) -> Status:
    """What a report says of an order. Raises `BadAnswer` for what cannot be."""
    said, quantity, filled = report.need(ORD_STATUS), ordered(report), _filled(report)
    number, text = report.get(ORDER_ID), report.get(TEXT) or ""
    if said == Ord.REJECTED and report.get(ORD_REJECT_REASON) == Reject.UNKNOWN_ORDER:
        return Status(key, State.UNKNOWN)
    if said == Ord.REJECTED:
        return Status(key, State.REFUSED, why=why_of(report), text=text)
    if is_pending(report):
        return Status(key, State.PENDING, text=text, number=number)
    if filled > 0:  # all of it, or what could be had before the rest was cancelled or expired
        return Status(key, State.CONFIRMED, filled, price=price_of(report, AVG_PX), text=text, number=number)
    if said == Ord.SUSPENDED:
        if quantity is None:
            raise BadAnswer("an order is held, and it is not said how much of it")
        return Status(key, State.HELD, quantity, until=_until(report), text=text, number=number)
    if said in (Ord.CANCELED, Ord.EXPIRED):
        return Status(key, State.RELEASED if said == Ord.CANCELED else State.LAPSED, text=text)
    raise BadAnswer(f"an order is neither held, filled, rejected nor cancelled: its OrdStatus is `{said[:10]}`")


def why_of(report: Said) -> Why:
    """Why an order was rejected."""
    return _WHYS.get(report.get(ORD_REJECT_REASON) or "", Why.OTHER)


def refusal(report: Said, key: str) -> Refusal:
    """A rejected order as a "no"."""
    left = report.number(QUANTITY_LEFT)
    return Refusal(key, why_of(report), report.get(TEXT) or "", left or None)


def ordered(report: Said) -> Fraction | None:
    """How much was ordered, in kilograms; None where it is not said. Raises `BadAnswer` for another unit."""
    if report.get(QUANTITY_UNIT) not in (None, KG):
        raise BadAnswer("a report gives the quantity of an order in another unit than the order did")
    return report.number(ORDER_QTY)


def price_of(report: Said, tag: int) -> Fraction | None:
    """A price for the order's own unit; None where it is not said."""
    return report.number(tag) or None


def same_terms(report: Said, award: Award) -> bool:
    """Whether a report is about an order of this award, as far as it says."""
    numbers = {ORDER_QTY: award.quantity, PRICE: award.price}
    texts = {SYMBOL: award.mineral, QUOTE_ID: award.offer, CURRENCY: award.currency, PRICE_UNIT: award.per}
    same_numbers = all(report.number(tag) in (None, wanted) for tag, wanted in numbers.items())
    return same_numbers and all(report.get(tag) in (None, NO_SYMBOL, wanted) for tag, wanted in texts.items())


def held(report: Said, award: Award, key: str) -> Reservation:
    """What is held. Raises `BadAnswer` where it is not what was ordered."""
    if not same_terms(report, award) or ordered(report) != award.quantity:
        raise BadAnswer(f"something else is held than {plain(award.quantity)} kg of {award.offer}")
    return Reservation(key, award.quantity, _until(report), report.get(ORDER_ID))


def _filled(report: Said) -> Fraction:
    """How much was bought. Raises `BadAnswer` where that is more than was ordered, or not said."""
    filled, quantity = report.number(CUM_QTY), ordered(report)
    if filled is None or (report.need(ORD_STATUS) == Ord.FILLED and not filled):
        raise BadAnswer("a report does not say how much is bought")
    if quantity is not None and filled > quantity:
        raise BadAnswer(f"{plain(filled)} kg are said to be bought, and {plain(quantity)} kg were ordered")
    return filled


def _until(report: Said) -> datetime | None:
    """When what is held lapses by itself. Raises `BadAnswer` for what is no moment."""
    text = report.get(EXPIRE_TIME)
    if text is None:
        return None
    try:
        form = "%Y%m%d-%H:%M:%S.%f" if "." in text else "%Y%m%d-%H:%M:%S"
        return datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError:
        raise BadAnswer(f"a hold lasts until `{text[:40]}`, which is no moment") from None
