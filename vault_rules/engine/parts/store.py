"""The markets that are in memory, and the requests served by them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

import polars as pl

from vault_rules.domain.columns import Column, ColumnBook, Numbers, OfferColumns, Texts, columns_of
from vault_rules.domain.parted_book import BoundParts
from vault_rules.domain.rows import Request
from vault_rules.engine.fast.serving import Serving
from vault_rules.engine.fast.tallies import Finer, Tallies
from vault_rules.engine.parts.market import Market, MarketEvaluation, Shared
from vault_rules.engine.program import Program

_TIMES = 5
"""A market in use takes so many times the memory of its offers: tables, candidates and what is made of them."""


class Store:
    """Markets, loaded when they are asked for; those asked for last are kept, as far as memory reaches."""

    def __init__(self, program: Program, book: BoundParts, as_of: date, memory: int) -> None:
        self.program, self.book, self.as_of, self.memory = program, book, as_of, memory
        self._kept: dict[str, tuple[Market, int]] = {}
        self.base, self.shared = self._begin((book.survey.unit,))

    def _begin(self, finer: tuple[Fraction, ...]) -> tuple[Serving, Shared]:
        self._kept.clear()
        base = Serving(self.program, self._columns(columns_of([])), self.as_of, finer)
        self.ordered = base._ordered()
        enough = base._wanted(self.ordered)
        return base, Shared(finer, base.mass, base.tallies.by_cap, base.tallies.history, enough)

    def _columns(self, offers: OfferColumns) -> ColumnBook:
        return ColumnBook(offers=offers, **self.book.others, book=self.book.book)

    # ---- markets ---------------------------------------------------------------------------------------------------

    def market(self, mineral: str) -> Market:
        """One mineral's market."""
        found = self._kept.pop(mineral, None)
        if found is None:
            found = self._load(mineral)
        self._kept[mineral] = found
        return found[0]

    def _load(self, mineral: str) -> tuple[Market, int]:
        there = mineral in self.book.survey.minerals
        if there:
            self._make_room(self._guess(mineral))
        offers = self.book.offers(mineral) if there else columns_of([])
        market = Market(self.program, self._columns(offers), self.as_of, self.shared, mineral)
        return market, _size(offers) * _TIMES

    def _guess(self, mineral: str) -> int:
        """What a market will take, by what those before it took a row."""
        known = [(size, max(len(market.book.offers), 1)) for market, size in self._kept.values()]
        a_row = max((size // rows for size, rows in known), default=0)
        return a_row * sum(chunk.length for chunk in self.book.survey.minerals[mineral])

    def _make_room(self, size: int) -> None:
        while self._kept and size + sum(one for _, one in self._kept.values()) > self.memory:
            del self._kept[next(iter(self._kept))]

    def evaluation(self, mineral: str) -> MarketEvaluation:
        """What a plan says of a mineral, once its requests are served."""
        return MarketEvaluation(self.market(mineral))

    # ---- serving ---------------------------------------------------------------------------------------------------

    def minerals(self) -> list[str]:
        """The minerals that are offered or asked for, by name."""
        return sorted({*self.book.survey.minerals, *self.requested()})

    def requested(self) -> list[str]:
        """The minerals that are asked for, by name."""
        return sorted({request.mineral for request in self.ordered})

    @property
    def coupled(self) -> bool:
        """Whether some cap counts awards of several minerals together."""
        return couples(self.base.tallies, self.requested())

    def again(self, more: Finer) -> None:
        """Begin anew in a finer unit of mass."""
        self.base, self.shared = self._begin((*self.shared.finer, more.unit))

    def requests_of(self, mineral: str) -> list[Request]:
        """The requests for a mineral, in the order of serving."""
        return [request for request in self.ordered if request.mineral == mineral]


def couples(tallies: Tallies, minerals: Iterable[str]) -> bool:
    """Whether some cap counts awards of several minerals together."""
    minerals = set(minerals)
    for ones in tallies.by_cap.values():
        for tally in ones:
            scope = tally.rule.scope.minerals
            among = minerals if scope is None else minerals & set(scope)
            if len(among) > 1 and not any(column.name == "mineral" for column in tally.grouping):
                return True
    return False


def _size(offers: OfferColumns) -> int:
    columns = (*offers.columns.values(), *offers.fields.values())
    return int(offers.ids.estimated_size() + sum(_series(column).estimated_size() for column in columns))


def _series(column: Column) -> pl.Series:
    if isinstance(column, Numbers):
        return column.whole
    return column.texts if isinstance(column, Texts) else column.codes
