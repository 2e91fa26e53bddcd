"""A book read with a policy's eyes, its offers as columns: what `bind` says of each row, said of all at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from fractions import Fraction
from typing import Any

import attrs
import polars as pl

from vault_rules.domain.at_once import at_once
from vault_rules.domain.bind import GROSS_MASSES, Binder, Eyes, bind
from vault_rules.domain.book import Book
from vault_rules.domain.cells import Money
from vault_rules.domain.coding import Distinct, as_coded, together
from vault_rules.domain.columns import (
    Coded,
    Column,
    ColumnBook,
    Numbers,
    OfferColumns,
    Texts,
    TooWide,
    code_type,
    columns_of,
)
from vault_rules.domain.heading import BadCells
from vault_rules.domain.read_column import Cells, read_column, taken, texts_of
from vault_rules.domain.read_figures import NO_ROWS
from vault_rules.domain.read_offers import ReadOffers, first_rows
from vault_rules.domain.reading import read_rows
from vault_rules.domain.rows import Offer
from vault_rules.domain.scaling import Moneys, scaled

_KEPT = 8
"""So many books and tables of offers are kept."""
_COLUMNS = [field.name for field in attrs.fields(Offer) if field.name not in ("offer", "fields")]


def bind_columns(
    book: Book,
    *,
    currency: str,
    as_of: date,
    minerals: AbstractSet[str],
    traders: AbstractSet[str] | None,
    buyers: AbstractSet[str] | None,
    fields: Mapping[str, str],
) -> ColumnBook:
    """As `bind`, with the offers as columns. The book keeps what was made, for a policy that asks the same again.

    Raises `BookError` with every bad cell, and `TooWide` where the offers do not fit columns.
    """
    eyes = Eyes(currency, as_of, minerals, traders, buyers, fields)
    if book.total_bad:
        bind(book, **attrs.asdict(eyes, recurse=False))
    names = tuple(None if one is None else frozenset(one) for one in (minerals, traders, buyers))
    asked = (currency, *names, frozenset(fields.items()))
    made: ColumnBook | None = book.bound.get((as_of, asked))
    if made is None:
        made = _ColumnBinder(book, eyes).columns(asked)
        keep(book, (as_of, asked), made)
    return made


def keep(book: Book, key: Any, made: Any) -> None:
    """Keep what was made of a book, and no more than a few of its kind."""
    while len(book.bound) >= _KEPT:
        del book.bound[next(iter(book.bound))]
    book.bound[key] = made


class _ColumnBinder(Binder):
    def __init__(self, book: Book, eyes: Eyes) -> None:
        super().__init__(book, eyes)
        self.against: list[pl.Series] = []
        """The sheet's rows that something stands against, each as often as something does."""

    def columns(self, asked: Any) -> ColumnBook:
        """The book; its offers are the same on any day of the same rates."""
        key = (frozenset(self.rates.items()), asked)
        offers: OfferColumns | None = self.book.bound.get(key)
        if offers is None:
            offers = self._few_offers() if self.book.offers is None else self._offers(self.book.offers)
        others = self.others()
        keep(self.book, key, offers)
        return ColumnBook(offers=offers, **others, book=self.book.said)

    def _few_offers(self) -> OfferColumns:
        rows = self.book.tables["offers"].rows if "offers" in self.book.tables else ()
        return columns_of(list(self.rows("offers", Offer, rows)), list(self.eyes.fields))

    def _offers(self, read: ReadOffers) -> OfferColumns:
        if read.columns is None:
            raise TooWide
        height = read.sheet.given.height
        for name in ("mineral", "trader"):
            self.against.append(read.in_sheet(self._strangers(read.columns[name], name, height)))
        self._without_rate(read, read.columns["price"])
        given = contained_columns(read.columns)
        columns = {name: self._column(name, given[name], height) for name in _COLUMNS if name in given}
        fields = self._fields_of(read, height)
        self._say_why(read)
        return OfferColumns(
            texts_of(read.columns["offer"], height).alias("offer"),
            {name: column for name, column in columns.items() if column is not None},
            {name: column for name, column in fields.items() if column is not None},
        )

    # ---- columns ---------------------------------------------------------------------------------------------------

    def _column(self, name: str, cells: Cells, height: int) -> Column | None:
        """The column, money exchanged; None where it is blank."""
        if isinstance(cells, Moneys):
            cells = cells.exchanged(self._rate)
        if isinstance(cells, Numbers):
            return Numbers(cells.whole.alias(name), cells.unit)
        if isinstance(cells, Texts):
            return Texts(cells.texts.alias(name))
        if any(isinstance(value, Money) for value in cells.values):
            cells = cells.mapped(self._worth)
        found = as_coded(name, cells, height)
        if found is None and name == "mineral":
            return Coded(pl.Series(name, [], dtype=code_type(1)), (None,))
        return found

    def _worth(self, value: Any) -> Any:
        return value.amount * self._rate(value.currency) if isinstance(value, Money) else value

    def _rate(self, currency: str | None) -> Fraction:
        """What one unit of a currency is worth; where the book does not say, a bad cell does."""
        return self.rates.get(currency or self.eyes.currency, Fraction(1))

    def _fields_of(self, read: ReadOffers, height: int) -> dict[str, Column | None]:
        """The columns that the policy declares."""
        declared = [(name, kind) for name, kind in self.eyes.fields.items() if name in read.extra]
        found = at_once(lambda one: read_column(*one, read.extra[one[0]], read.units), declared, height)
        fields: dict[str, Column | None] = {}
        for (name, _), column in zip(declared, found, strict=True):
            if column.cells is None:
                raise TooWide
            cells = column.cells if read.order is None else taken(column.cells, read.order)
            self.against.append(column.bad)
            self._without_rate(read, cells)
            fields[name] = self._column(name, cells, height)
        return fields

    # ---- what is bad -----------------------------------------------------------------------------------------------

    def _strangers(self, cells: Cells, what: str, height: int) -> pl.Series:
        """The rows whose name the policy does not know."""
        known = self.eyes.known(what)
        if known is None:
            return NO_ROWS
        if isinstance(cells, Texts):
            names = pl.Series(list(known), dtype=pl.String)
            return (~cells.texts.is_in(names.implode())).fill_null(False).arg_true()
        assert isinstance(cells, Distinct)
        strange = [code for code, name in enumerate(cells.values) if name is not None and name not in known]
        return cells.rows(strange, height) if strange else NO_ROWS

    def _without_rate(self, read: ReadOffers, cells: Cells) -> None:
        """Note the rows with money in a currency of which the book does not say what it is worth."""
        if isinstance(cells, Moneys):
            rows = cells.currency.rows(self._worthless(cells.currency.values), len(cells.amounts.whole))
            rows = rows.filter(cells.amounts.whole.gather(rows).is_not_null())
        elif isinstance(cells, Distinct):
            currencies = [value.currency if isinstance(value, Money) else self.eyes.currency for value in cells.values]
            rows = cells.rows(self._worthless(currencies), read.sheet.given.height)
        else:
            return
        self.against.append(read.in_sheet(rows))

    def _worthless(self, currencies: Sequence[str | None]) -> list[int]:
        known = {None, *self.rates}
        return [place for place, currency in enumerate(currencies) if currency not in known]

    def _say_why(self, read: ReadOffers) -> None:
        """What stands against the first rows, and how often something does."""
        every = pl.concat([NO_ROWS, *self.against])
        if every.is_empty() or read.heading is None:
            return
        bad = self.bad["offers"]
        rows = read_rows(first_rows(read.sheet, every, bad.limit), read.heading, BadCells(read.place))
        for _ in self.rows("offers", Offer, rows):
            pass
        bad.total = len(every)


def contained_columns(columns: Mapping[str, Cells]) -> Mapping[str, Cells]:
    """As `bind.contained`, of all offers. Raises `TooWide`."""
    content = columns.get("content")
    if not isinstance(content, Distinct) or not any(content.values):
        return columns
    factors = content.mapped(lambda one: one or Fraction(1))
    price = columns["price"]
    assert isinstance(price, Moneys)
    amounts = price.amounts
    by = Distinct(factors.codes, [amounts.unit / one for one in factors.values])
    found: dict[str, Cells] = {**columns, "price": Moneys(scaled(amounts.whole, by), price.currency)}
    for name in GROSS_MASSES:
        mass = columns.get(name)
        if isinstance(mass, Numbers):
            found[name] = scaled(mass.whole, Distinct(factors.codes, [mass.unit * one for one in factors.values]))
        elif isinstance(mass, Distinct):
            found[name] = together([mass, factors]).mapped(lambda pair: pair[0] and pair[0] * pair[1])
    return found


class PartBinder(_ColumnBinder):
    """Binds offers that are a part of a book's: the rates are those of the whole book."""

    def __init__(self, book: Book, eyes: Eyes, rates: Mapping[str, Fraction]) -> None:
        super().__init__(book, eyes)
        self.rates = dict(rates)

    def offers(self) -> OfferColumns | None:
        """The offers; None where cells are bad whatever the policy. What the policy says against others is noted."""
        if self.book.total_bad:
            for _ in self.rows("offers", Offer, self._table("offers").rows):
                pass
            found = None
        else:
            found = self._few_offers() if self.book.offers is None else self._offers(self.book.offers)
        self._declared_but_unreadable()
        return found
