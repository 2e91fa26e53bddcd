"""A book whose offers lie in parts, of which not all need fit into memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import attrs

from vault_rules.domain.bind import Binder, Eyes
from vault_rules.domain.bind_columns import PartBinder, keep
from vault_rules.domain.book import SHOWN_BAD_CELLS, Book
from vault_rules.domain.columns import OfferColumns, TooWide
from vault_rules.domain.parts import OFFERS, Part, Unread, offers_of
from vault_rules.domain.read_offers import read_offers
from vault_rules.domain.sheet import BadCell, Sheet
from vault_rules.domain.survey import Survey, survey
from vault_rules.errors import BookError


class PartedBook(Book):
    """As `Book`, but its offers are read mineral by mineral; its other tables are whole."""

    def __init__(self, sheets: Mapping[str, Sheet], bad: Iterable[BadCell], parts: Iterable[Part]) -> None:
        super().__init__(sheets, bad)
        self.parts = tuple(parts)

    @property
    def height(self) -> int:
        """How many rows of offers there are."""
        return sum(part.height for part in self.parts)

    @cached_property
    def seen(self) -> Survey:
        """What any policy would find in the parts."""
        return survey(self.parts, None, {})

    @property
    def bad(self) -> tuple[BadCell, ...]:
        """Every bad cell that was kept, by table and row."""
        rest = super().bad[len(self.bad_files) :]
        return (*self.bad_files, *self.seen.bad, *rest)

    @property
    def total_bad(self) -> int:
        """How many bad cells there are, kept or not."""
        return super().total_bad + self.seen.total_bad

    @cached_property
    def sha256(self) -> str:
        """The hash that the book would have if its offers were one table."""
        from vault_rules.domain.saying import hash_of_book, hash_of_market, hash_of_markets

        markets = {}
        for mineral, chunks in self.seen.minerals.items():
            read = read_offers(offers_of(mineral, chunks, None))
            if read.columns is None:
                return self.whole().sha256
            markets[mineral] = hash_of_market(read, 0, read.sheet.given.height)
        return hash_of_book({OFFERS: hash_of_markets(markets), **self.said.hashes()})

    def whole(self) -> Book:
        """The same book with all of its offers in memory."""
        chunks = [chunk for part in self.parts for chunk in part.chunks()]
        return Book({**self._sheets, OFFERS: offers_of(None, chunks, None)})


@attrs.frozen(eq=False)
class BoundParts:
    """A book in parts as a policy sees it: `others` are its other tables as in `rows.BoundBook`."""

    book: PartedBook
    eyes: Eyes
    others: Mapping[str, Any]
    survey: Survey

    def offers(self, mineral: str) -> OfferColumns:
        """One mineral's offers."""
        try:
            sheet = offers_of(mineral, self.survey.minerals[mineral], frozenset(self.eyes.fields))
        except Unread as why:  # it could be read a moment ago
            raise BookError((why.cell,)) from None
        binder = PartBinder(Book({OFFERS: sheet}), self.eyes, self.others["fx"])
        found = binder.offers()
        if found is None:
            changed = BadCell(OFFERS, None, None, None, "has changed while it was read")
            raise BookError((changed,))
        return found


def bind_parts(book: PartedBook, eyes: Eyes) -> BoundParts:
    """Bind a book to a policy and a date; the book keeps what was seen, for a policy that asks the same again.

    Raises `BookError` with every bad cell, `TooWide` as `bind_columns`.
    """
    names = tuple(None if one is None else frozenset(one) for one in (eyes.minerals, eyes.traders, eyes.buyers))
    asked = (eyes.currency, eyes.as_of, *names, frozenset(eyes.fields.items()))
    made: BoundParts | None = book.bound.get(asked)
    if made is None:
        made = _bound(book, eyes)
        keep(book, asked, made)
    return made


def _bound(book: PartedBook, eyes: Eyes) -> BoundParts:
    rest = Book(book._sheets, book.bad_files)
    binder = Binder(rest, eyes)
    found = survey(book.parts, eyes, binder.rates)
    try:
        others = binder.others()
    except BookError as why:
        files = len(book.bad_files)
        cells = (*why.bad_cells[:files], *found.bad, *why.bad_cells[files:])
        raise BookError(cells[:SHOWN_BAD_CELLS], why.total + found.total_bad) from None
    if found.total_bad:
        raise BookError(found.bad, found.total_bad)
    book.__dict__.setdefault("seen", found)  # a book that a policy finds nothing bad in has nothing bad
    if found.too_wide:
        raise TooWide
    return BoundParts(book, eyes, others, found)
