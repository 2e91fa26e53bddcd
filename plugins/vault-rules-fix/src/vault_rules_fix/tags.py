"""The fields of FIX 4.4 that the protocol uses, by name, and our own (README.md has the tables)."""

from __future__ import annotations

from collections.abc import Mapping

MSG_TYPE, SEQ_NUM, POSS_DUP, TEXT = 35, 34, 43, 58
USERNAME, PASSWORD, REF_SEQ_NUM, TEST_REQ_ID = 553, 554, 45, 112
ACCOUNT, SYMBOL, SIDE, NO_RELATED_SYM, TRANSACT_TIME = 1, 55, 54, 146, 60

QUOTE_REQ_ID, QUOTE_ID, QUOTE_STATUS, TOTAL_QUOTES, QUOTE_REJECT_REASON = 131, 117, 297, 304, 658
OFFER_PX, OFFER_SIZE, MIN_OFFER_SIZE, CURRENCY, SETTL_DATE, VALID_UNTIL = 133, 135, 648, 15, 64, 62

CL_ORD_ID, ORIG_CL_ORD_ID, ORDER_ID, EXEC_ID, STATUS_REQ_ID = 11, 41, 37, 17, 790
ORDER_QTY, ORD_TYPE, PRICE, TIME_IN_FORCE, EXEC_INST, EXPIRE_TIME = 38, 40, 44, 59, 18, 126
ORD_STATUS, EXEC_TYPE, LEAVES_QTY, CUM_QTY, AVG_PX, LAST_PX, LAST_QTY = 39, 150, 151, 14, 6, 31, 32
ORD_REJECT_REASON, CXL_REJECT_REASON, CXL_REJECT_RESPONSE_TO, BUSINESS_REF_ID = 103, 102, 434, 379

QUANTITY_UNIT, PRICE_UNIT, QUANTITY_LEFT = 5001, 5002, 5013
NO_COLUMNS, COLUMN_NAME, COLUMN_VALUE = 5020, 5021, 5022

GROUPS: Mapping[int, tuple[int, ...]] = {NO_RELATED_SYM: (SYMBOL,), NO_COLUMNS: (COLUMN_NAME, COLUMN_VALUE)}
"""Repeating groups: the field that counts, and those that repeat, the first of which begins each."""

COLUMNS: Mapping[str, int] = {
    "offer": QUOTE_ID,
    "mineral": SYMBOL,
    "price": OFFER_PX,
    "quantity": OFFER_SIZE,
    "min_quantity": MIN_OFFER_SIZE,
    "currency": CURRENCY,
    "delivery": SETTL_DATE,
    "valid_until": VALID_UNTIL,
    "unit": QUANTITY_UNIT,
    "per": PRICE_UNIT,
    "form": 5003,
    "purity": 5004,
    "origin": 5005,
    "processed_in": 5006,
    "melted_in": 5007,
    "producer": 5008,
    "lot": 5009,
    "incoterm": 5010,
    "location": 5011,
    "hazard": 5012,
}
"""The field of a Quote for each column of an offer; every other column is in the group of `NO_COLUMNS`."""

NO_SYMBOL = "[N/A]"
"""What FIX writes where a symbol must stand and none is known."""


class Kind:
    """Types of message."""

    LOGON, LOGOUT, REJECT, TEST_REQUEST, HEARTBEAT = "A", "5", "3", "1", "0"
    QUOTE_REQUEST, QUOTE, QUOTE_STATUS, QUOTE_REJECT = "R", "S", "AI", "AG"
    ORDER, REPLACE, CANCEL, STATUS_REQUEST = "D", "G", "F", "H"
    REPORT, CANCEL_REJECT, BUSINESS_REJECT = "8", "9", "j"


class Ord:
    """Values of OrdStatus."""

    NEW, PARTIAL, FILLED, CANCELED, PENDING_CANCEL = "0", "1", "2", "4", "6"
    REJECTED, SUSPENDED, PENDING_NEW, EXPIRED, PENDING_REPLACE = "8", "9", "A", "C", "E"


class Exec:
    """Values of ExecType, where they are not those of OrdStatus."""

    TRADE, STATUS = "F", "I"


class Reject:
    """Values of OrdRejReason."""

    UNKNOWN_SYMBOL, LIMIT, UNKNOWN_ORDER, DUPLICATE, UNSUPPORTED, QUANTITY, OTHER = "1", "3", "5", "6", "11", "13", "99"


class CancelReject:
    """Values of CxlRejReason."""

    TOO_LATE, UNKNOWN_ORDER = "0", "1"
