"""Offers: a QuoteRequest for each mineral, the Quotes that answer it, and the report that says that these were all."""

from __future__ import annotations

import re
from collections.abc import Mapping

from vault_rules.adapters.messages import Row
from vault_rules.errors import BadAnswer, TimedOut, Unavailable
from vault_rules_fix.inbox import Conversation, LineLostError
from vault_rules_fix.said import Said, say
from vault_rules_fix.tags import (
    COLUMN_NAME,
    COLUMN_VALUE,
    COLUMNS,
    NO_COLUMNS,
    NO_RELATED_SYM,
    QUOTE_ID,
    QUOTE_REJECT_REASON,
    QUOTE_REQ_ID,
    QUOTE_STATUS,
    SYMBOL,
    TEXT,
    TOTAL_QUOTES,
    Kind,
)  # fmt: skip

MOST_QUOTES = 200_000
"""More offers of one trader are an error of theirs, or an attack."""

_NOTHING_TO_OFFER = ("1", "7", "8", "9", "10")
"""Reasons of a QuoteRequestReject that mean: there is none (unknown symbol, no match, market or inventory, pass)."""

_DAY = re.compile(r"(\d{4})(\d\d)(\d\d)(-.*)?", re.ASCII)


def quote_request(id: str, mineral: str) -> Said:
    """All that is said of what is wanted: the mineral."""
    return say(Kind.QUOTE_REQUEST, {QUOTE_REQ_ID: id, NO_RELATED_SYM: "1", SYMBOL: mineral})


def quotes(answers: Conversation, asked: Mapping[str, str], ends: float) -> list[Row]:
    """The offers of the minerals asked for, by the ids of the requests: all of them. Raises `Unavailable` where the
    connection is lost, `TimedOut`, `BadAnswer`.
    """
    books = {id: _Book(mineral) for id, mineral in asked.items()}
    count = 0
    while not all(book.is_whole for book in books.values()):
        try:
            said = answers.next(ends)
        except LineLostError:
            raise Unavailable("the connection was lost before all offers had come") from None
        except TimedOut:
            raise TimedOut(f"{count:,} offers have come, and not the word that these are all") from None
        book = books.get(said.need(QUOTE_REQ_ID))
        if book is not None:
            book.take(said)
        count = sum(len(one.quotes) for one in books.values())
        if count > MOST_QUOTES:
            raise BadAnswer(f"more than {MOST_QUOTES:,} offers have come: it was cut off")
    return [_row(quote) for book in books.values() for quote in book.quotes.values()]


class _Book:
    """What was quoted of one mineral so far."""

    def __init__(self, mineral: str) -> None:
        self.mineral = mineral
        self.quotes: dict[str, Said] = {}
        self.is_whole = False

    def take(self, said: Said) -> None:
        if said.kind == Kind.QUOTE:
            self._quote(said)
        elif said.kind == Kind.QUOTE_STATUS:
            self._end(said)
        elif said.kind == Kind.QUOTE_REJECT:
            self._reject(said)

    def _quote(self, said: Said) -> None:
        if said.need(SYMBOL) != self.mineral:
            raise BadAnswer(f"an offer of {said.need(SYMBOL)[:40]} answers the question for {self.mineral}")
        before = self.quotes.get(said.need(QUOTE_ID))
        if before is not None and _cells(before) != _cells(said):
            raise BadAnswer(f"two offers go by the name {said.need(QUOTE_ID)[:40]}")
        if before is None and self.is_whole:
            raise BadAnswer(f"an offer of {self.mineral} came after the word that all had come")
        self.quotes[said.need(QUOTE_ID)] = said

    def _end(self, said: Said) -> None:
        if said.get(QUOTE_STATUS) == "5":
            raise BadAnswer(f"the question for {self.mineral} was rejected: {said.get(TEXT) or 'no reason is given'}")
        total = said.number(TOTAL_QUOTES)
        if total != len(self.quotes):
            raise BadAnswer(f"{len(self.quotes):,} offers of {self.mineral} came, and there should be {total}")
        self.is_whole = True

    def _reject(self, said: Said) -> None:
        if said.get(QUOTE_REJECT_REASON) not in _NOTHING_TO_OFFER:
            raise BadAnswer(f"the question for {self.mineral} was rejected: {said.get(TEXT) or 'no reason is given'}")
        if self.quotes:
            raise BadAnswer(f"offers of {self.mineral} came, and then the word that there are none")
        self.is_whole = True


def _row(quote: Said) -> Row:
    return Row(_cells(quote))


def _cells(quote: Said) -> dict[str, str | None]:
    """A quote's columns, each as it was written; days as books write them."""
    cells: dict[str, str | None] = {name: quote.get(tag) for name, tag in COLUMNS.items()}
    for name in ("delivery", "valid_until"):
        cells[name] = _day(cells[name])
    if quote.get(NO_COLUMNS) is not None:
        cells |= zip(quote.all(COLUMN_NAME), quote.all(COLUMN_VALUE), strict=False)
    return {name: cell for name, cell in cells.items() if cell is not None}


def _day(text: str | None) -> str | None:
    """The day of a date or a moment; what is neither stays as it is, for the reader of the book to refuse."""
    found = None if text is None else _DAY.fullmatch(text)
    return text if found is None else f"{found[1]}-{found[2]}-{found[3]}"
