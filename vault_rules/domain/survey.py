"""Offers in parts looked at once, chunk by chunk: what is bad about them, and where each mineral's rows lie."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

import attrs

from vault_rules.domain.bind import Eyes
from vault_rules.domain.bind_columns import PartBinder
from vault_rules.domain.book import SHOWN_BAD_CELLS, Book
from vault_rules.domain.columns import Coded, Numbers, OfferColumns, TooWide, common_unit
from vault_rules.domain.parts import OFFERS, Chunk, Part, Unread, minerals_of, second_offers
from vault_rules.domain.sheet import BadCell, Sheet

_MASSES = ("quantity", "lot", "min_quantity")


@attrs.frozen(eq=False)
class Survey:
    """What is bad, and of a book without bad cells: where minerals lie, which columns say anything, how fine
    masses are.

    `too_wide`: there are figures that whole numbers of 128 bits cannot hold.
    """

    bad: tuple[BadCell, ...]
    total_bad: int
    minerals: Mapping[str, tuple[Chunk, ...]]
    columns: frozenset[str]
    unit: Fraction
    too_wide: bool


def survey(parts: tuple[Part, ...], eyes: Eyes | None, rates: Mapping[str, Fraction]) -> Survey:
    """Look at all parts, with a policy's eyes or without any."""
    looking = _Looking(eyes, rates)
    seconds = second_offers(parts, SHOWN_BAD_CELLS)
    kept: list[BadCell] = []
    total = 0
    for part in parts:
        cells, count = looking.at(part)
        more = seconds[part.place]
        cells = sorted([*cells, *more.kept], key=lambda cell: (cell.row is not None, cell.row or 0))
        kept += cells[: SHOWN_BAD_CELLS - len(kept)]
        total += count + more.total
    chunks = {name: tuple(ones) for name, ones in sorted(looking.minerals.items())}
    return Survey(tuple(kept), total, chunks, frozenset(looking.columns), looking.unit, looking.too_wide)


class _Looking:
    """What was seen so far."""

    def __init__(self, eyes: Eyes | None, rates: Mapping[str, Fraction]) -> None:
        self.eyes, self.rates = eyes, rates
        self.minerals: dict[str, list[Chunk]] = {}
        self.columns: set[str] = set()
        self.unit = Fraction(1)
        self.too_wide = False

    def at(self, part: Part) -> tuple[list[BadCell], int]:
        """What is bad about a part: the first cells, and how many there are."""
        kept: list[BadCell] = []
        total = 0
        for chunk in part.chunks():
            try:
                found, count = self._chunk(chunk, chunk.sheet())
            except Unread as why:
                return [*kept, why.cell], total + 1
            again = [cell for cell in found if cell.row is None and cell in kept]  # of the header, once a part
            kept += [cell for cell in found if cell not in again] if again else found
            total += count - len(again)
        return kept[:SHOWN_BAD_CELLS], total

    def _chunk(self, chunk: Chunk, sheet: Sheet) -> tuple[list[BadCell], int]:
        book = Book({OFFERS: sheet})
        judged = book.judged(OFFERS)
        found, total = [*judged.bad], judged.total_bad
        if self.eyes is not None:
            binder = PartBinder(book, self.eyes, self.rates)
            try:
                self._note(binder.offers())
            except TooWide:
                self.too_wide = True
            found += binder.bad[OFFERS].kept
            total += binder.bad[OFFERS].total
        self._place(chunk, sheet)
        return found, total

    def _place(self, chunk: Chunk, sheet: Sheet) -> None:
        heading = chunk.part.heading
        for word, name in heading.known.items() if heading is not None else ():
            if name == "mineral":
                for mineral in minerals_of(sheet, word):
                    self.minerals.setdefault(mineral, []).append(chunk)

    def _note(self, offers: OfferColumns | None) -> None:
        """Which columns say anything, and in what unit masses are whole."""
        if offers is None:
            return
        self.columns |= {*offers.columns, *offers.fields}
        self.unit = common_unit([self.unit, *_units(offers)])


def _units(offers: OfferColumns) -> Iterator[Fraction]:
    for name in _MASSES:
        column = offers.columns.get(name)
        if isinstance(column, Numbers):
            yield column.unit
        elif isinstance(column, Coded):
            yield from (one for one in column.values if one)
