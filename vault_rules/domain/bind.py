"""A book read with a policy's eyes: its currency, its minerals and traders, its declared columns, its as-of date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import date
from fractions import Fraction
from functools import partial
from typing import Any

import attrs

from vault_rules.domain.amounts import Unreadable
from vault_rules.domain.book import SHOWN_BAD_CELLS, Book
from vault_rules.domain.cells import READERS, Money
from vault_rules.domain.heading import BadCells
from vault_rules.domain.rates import rates
from vault_rules.domain.reading import ReadTable, Row
from vault_rules.domain.rows import Benchmark, BoundBook, Facility, Holding, Offer, PriorAward, Request
from vault_rules.domain.spelling import did_you_mean
from vault_rules.domain.tables import TAKES_FIELDS
from vault_rules.errors import BookError

_EMPTY = ReadTable("", "", (), (), (), 0)


@attrs.frozen
class Eyes:
    """What of a policy the book is read with. `minerals` empty, `traders` or `buyers` None: any name will do.

    `fields` maps a declared column to the kind of its cells: ratio, number, stock, money, charge, date, text, boolean
    or country.
    """

    currency: str
    as_of: date
    minerals: AbstractSet[str]
    traders: AbstractSet[str] | None
    buyers: AbstractSet[str] | None
    fields: Mapping[str, str]

    def known(self, what: str) -> AbstractSet[str] | None:
        """The names that a reference may have; None where any will do."""
        return {"mineral": self.minerals or None, "trader": self.traders, "buyer": self.buyers}[what]


def bind(
    book: Book,
    *,
    currency: str,
    as_of: date,
    minerals: AbstractSet[str],
    traders: AbstractSet[str] | None,
    buyers: AbstractSet[str] | None,
    fields: Mapping[str, str],
) -> BoundBook:
    """Bind a book to a policy and a date. Raises `BookError` with every bad cell, also those bad for any policy."""
    return Binder(book, Eyes(currency, as_of, minerals, traders, buyers, fields)).bound()


class Binder:
    """Binds a book's tables row by row; `bad` are the cells that do not fit the policy."""

    def __init__(self, book: Book, eyes: Eyes) -> None:
        self.book, self.eyes = book, eyes
        self.bad = {name: BadCells(book.judged(name).place) for name in book.tables}
        self.rates = rates(self._table("fx"), eyes.currency, eyes.as_of, self.bad.get("fx"))

    def bound(self) -> BoundBook:
        offers = sorted(self.rows("offers", Offer, self._table("offers").rows), key=lambda one: one.offer)
        return BoundBook(tuple(offers), **self.others(), sha256=self.book.sha256)

    def others(self) -> dict[str, Any]:
        """All but the offers, which are bound by now. Raises `BookError` with every bad cell."""
        requests = sorted(self._all("requests", Request), key=lambda one: one.request)
        facilities = sorted(self._all("facilities", Facility), key=lambda one: one.facility)
        found = {
            "requests": tuple(requests),
            "benchmarks": tuple(sorted(self._all("benchmarks", Benchmark), key=repr)),
            "facilities": tuple(facilities),
            "holdings": tuple(sorted(self._all("holdings", Holding), key=repr)),
            "awards": tuple(sorted(self._all("awards", PriorAward), key=repr)),
            "fx": self.rates,
        }
        self._declared_but_unreadable()
        self._stored_somewhere({one.facility for one in facilities})
        self._awarded_before({one.request: one for one in requests})
        self._stop_if_bad()
        return found

    def _table(self, name: str) -> ReadTable:
        return self.book.tables.get(name, _EMPTY)

    # ---- one row ---------------------------------------------------------------------------------------------------

    def _all(self, name: str, make: type[Any]) -> Iterator[Any]:
        return self.rows(name, make, self._table(name).rows)

    def rows(self, name: str, make: type[Any], rows: Iterable[Row]) -> Iterator[Any]:
        """The rows that can be made; what stands against a row is noted."""
        columns = attrs.fields_dict(make)
        required = [key for key, column in columns.items() if column.default is attrs.NOTHING]
        for row in rows:
            values = {key: self._value(name, row, key, value) for key, value in row.values.items() if key in columns}
            if "fields" in columns and name in TAKES_FIELDS:
                values["fields"] = self._fields(name, row)
            if values.get("content") is not None:
                values = contained(values)
            if all(values.get(key) is not None for key in required):
                yield make(**values)

    def _value(self, table: str, row: Row, column: str, value: Any) -> Any:
        if column in ("mineral", "trader", "buyer"):
            return self._known(table, row, column, value, column)
        if column == "accepts":
            return frozenset(self._known(table, row, column, one, "mineral") for one in sorted(value))
        if isinstance(value, Money):
            return self._exchanged(table, row, column, value)
        return value

    def _known(self, table: str, row: Row, column: str, name: str, what: str) -> str:
        known = self.eyes.known(what)
        if known is not None and name not in known:
            expected = f"is not a {what} that the policy knows"
            self.bad[table].add(row.number, column, name, expected, partial(_hint, name, known))
        return name

    def _exchanged(self, table: str, row: Row, column: str, money: Money) -> Fraction:
        currency = money.currency or self.eyes.currency
        rate = self.rates.get(currency)
        if rate is None:
            expected = f"the book has no exchange rate for {currency} on or before {self.eyes.as_of}"
            self.bad[table].add(row.number, column, row.texts.get(column), expected, "add a row to `fx`")
            return money.amount
        return money.amount * rate

    def _fields(self, table: str, row: Row) -> dict[str, Any]:
        """The columns that the policy declares."""
        values: dict[str, Any] = {}
        for name, kind in self.eyes.fields.items():
            if name not in row.extra:
                continue
            try:
                value = READERS[kind](row.extra[name], row.units)
            except Unreadable as why:
                self.bad[table].add(row.number, name, row.extra[name], why.expected, why.hint)
            else:
                values[name] = self._exchanged(table, row, name, value) if isinstance(value, Money) else value
        return values

    # ---- rows together ---------------------------------------------------------------------------------------------

    def _declared_but_unreadable(self) -> None:
        for name in TAKES_FIELDS:
            if name not in self.book.tables:
                continue
            for field, cell in self.book.judged(name).unreadable.items():
                if field in self.eyes.fields:
                    self.bad[name].add(None, cell.column, None, cell.expected, cell.hint)

    def _stored_somewhere(self, facilities: AbstractSet[str]) -> None:
        """A holding's facility is one of the book's, where the book has any."""
        if "facilities" not in self.book.tables:
            return
        for row in self._table("holdings").rows:
            facility = row.get("facility")
            if facility is not None and facility not in facilities:
                expected = "is not one of the book's facilities"
                hint = partial(_hint, facility, facilities)
                self.bad["holdings"].add(row.number, "facility", facility, expected, hint)

    def _awarded_before(self, requests: Mapping[str, Request]) -> None:
        """A prior award lies in the past, is of its request's mineral, and no request was given more than it asked."""
        given: dict[str, Fraction] = {}
        for row in self._table("awards").rows:
            day, name = row.get("date"), row.get("request")
            if day is not None and day > self.eyes.as_of:
                self._bad_award(row, "date", f"a prior award is dated on or before {self.eyes.as_of}, the as-of date")
            request = requests.get(name) if name is not None else None
            if request is None:
                continue
            if row.get("mineral") not in (None, request.mineral):
                self._bad_award(row, "mineral", f"request `{name}` is for {request.mineral}")
            before = given.get(request.request, Fraction(0))
            given[request.request] = before + (row.get("quantity") or 0)
            if before <= request.quantity < given[request.request]:
                self._bad_award(row, "quantity", f"the prior awards to `{name}` are more than it asks for")

    def _bad_award(self, row: Row, column: str, expected: str) -> None:
        said = next((row.texts[one] for one in (column, f"{column}_kg") if one in row.texts), None)
        self.bad["awards"].add(row.number, column, said, expected)

    def _stop_if_bad(self) -> None:
        total = self.book.total_bad + sum(bad.total for bad in self.bad.values())
        if total:
            raise BookError(tuple(self._in_order())[:SHOWN_BAD_CELLS], total)

    def _in_order(self) -> Iterable[Any]:
        """By table and row, whoever found them."""
        yield from self.book.bad_files
        for name in self.book.tables:
            yield from sorted(
                (*self.book.judged(name).bad, *self.bad[name].kept),
                key=lambda cell: (cell.row is not None, cell.row or 0),
            )


def contained(values: Mapping[str, Any]) -> dict[str, Any]:
    """An offer of which only the `content` counts: the quantity, lot and minimum contained, and the price for these."""
    content: Fraction = values["content"]
    masses = {name: values[name] * content for name in GROSS_MASSES if values.get(name) is not None}
    prices = {"price": values["price"] / content} if values.get("price") is not None else {}
    return {**values, **masses, **prices}


GROSS_MASSES = ("quantity", "lot", "min_quantity")
"""The columns of an offer that are masses: gross where it has a `content`."""


def _hint(name: str, known: AbstractSet[str]) -> str | None:
    near = did_you_mean(name, known)
    return f"did you mean `{near}`?" if near else "separate names by `;`" if "," in name else None
