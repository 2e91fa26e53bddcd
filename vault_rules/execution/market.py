"""The market of a run: the book as it was gathered, and plans of what can still be had of it.

References, denominators and what is eligible are always the book's own; see `engine.again`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import attrs

from vault_rules.adapters import messages
from vault_rules.domain.bind import Binder, Eyes, bind
from vault_rules.domain.book import SHOWN_BAD_CELLS, Book
from vault_rules.domain.cells import read_said_price
from vault_rules.domain.plan import Award, Placement, Plan
from vault_rules.domain.reading import Row
from vault_rules.domain.rows import BoundBook, Offer, PriorAward
from vault_rules.domain.sheet import Sheet
from vault_rules.domain.units import MASS_UNITS
from vault_rules.engine.again import Again
from vault_rules.engine.engines import Evaluated, by_columns
from vault_rules.errors import AdapterError, BookError
from vault_rules.execution.keys import award_key, part_key
from vault_rules.execution.orders import Order, Part

if TYPE_CHECKING:
    import polars as pl

    from vault_rules.engine.program import Program


@attrs.frozen(eq=False, slots=False)
class Market:
    """`configured` are the prior awards that no ledger holds; `storages` says of each facility whose it is, `prefixes`
    what stands before a counterparty's own ids in the book.
    """

    program: Program
    eyes: Mapping[str, Any]
    book: Book
    as_of: date
    configured: Sheet | None
    storages: Mapping[str, str]
    prefixes: Mapping[str, str]

    # ---- plans -------------------------------------------------------------------------------------------------------

    def evaluated(self, again: Again | None = None) -> Evaluated:
        """The plan of what can still be had."""
        from vault_rules.domain.bind_columns import bind_columns

        book, eyes = self.book, self.eyes
        return by_columns(
            self.program, lambda: bind_columns(book, **eyes), lambda: bind(book, **eyes), self.as_of, book.height, again
        )

    def places(self, award: Award, quantity: Fraction, room: Mapping[str, Fraction]) -> tuple[Placement, ...]:
        """Where what of an award has lost its place may be stored; `room` is what some facilities have left."""
        return self._whole.places(award, quantity, room)

    @cached_property
    def _whole(self) -> Evaluated:
        return self.evaluated()

    def must_be_stored(self, award: Award) -> bool:
        """Whether the policy says where such an award is stored: then it is not bought without a place."""
        return any(rule.scope.holds(award.mineral, award.buyer) for rule in self.program.on(self.as_of).stores)

    # ---- what there is of some offers --------------------------------------------------------------------------------

    def offers(self, names: Collection[str]) -> dict[str, Offer]:
        """Some offers as the engine reads them."""
        return {one.offer: one for one in self._bound(names).offers}

    def _bound(self, offers: Collection[str]) -> BoundBook:
        return bind(self.book.narrowed(offers), **self.eyes)

    @cached_property
    def facts(self) -> BoundBook:
        """The book without its offers."""
        return self._bound(())

    def room(self, facility: str) -> Fraction:
        """The room that a facility had when the book was gathered, in kg."""
        capacity = next(one.capacity for one in self.facts.facilities if one.facility == facility)
        held = (one.quantity for one in self.facts.holdings if one.facility == facility)
        return capacity - sum(held, Fraction(0))

    def knows(self, mineral: str) -> bool:
        """Whether the policy has to do with a mineral."""
        return not self.eyes["minerals"] or mineral in self.eyes["minerals"]

    # ---- prior awards ------------------------------------------------------------------------------------------------

    def priors(self, ledgers: pl.DataFrame) -> tuple[PriorAward, ...]:
        """Prior awards: those that are configured, and those of the ledger. Raises `BookError`."""
        found: list[PriorAward] = []
        for sheet in (self.configured, Sheet("awards", "the ledger", ledgers)):
            if sheet is not None and sheet.given.height:
                found += self._prior(sheet)
        return tuple(found)

    def _prior(self, sheet: Sheet) -> list[PriorAward]:
        binder = Binder(self.book.replaced(awards=sheet), Eyes(**self.eyes))
        rows = list(binder.rows("awards", PriorAward, binder.book.tables["awards"].rows))
        bad = (*binder.book.judged("awards").bad, *binder.bad["awards"].kept)
        if bad:
            raise BookError(bad[:SHOWN_BAD_CELLS], len(bad))
        return rows

    # ---- orders ------------------------------------------------------------------------------------------------------

    def orders(self, run: str, round: int, plan: Plan) -> tuple[list[Order], dict[str, Fraction]]:
        """The orders of a round; and of offers whose awards find no place, how much of them would."""
        rows = self._rows({award.offer for award in plan.awards})
        places = _by_award(plan)
        orders, without = [], dict[str, Fraction]()
        for at, (award, parts) in enumerate(zip(plan.awards, places, strict=True)):
            placed = sum((one.quantity for one in parts), Fraction(0))
            if placed < award.quantity and self.must_be_stored(award):
                without[award.offer] = without.get(award.offer, Fraction(0)) + placed
                continue
            key = award_key(run, round, at, award)
            message = self._message(award, rows[award.offer])
            orders.append(Order(key, round, award, plan.currency, self.as_of, message, self.parts(key, award, parts)))
        return orders, without

    def parts(self, key: str, award: Award, places: Iterable[Placement], first: int = 0) -> tuple[Part, ...]:
        """Placements as storages are told of them."""
        return tuple(
            Part(part_key(key, at), self._storage(place.facility), place, self._told(award, place))
            for at, place in enumerate(places, first)
        )

    def _storage(self, facility: str) -> str:
        if facility not in self.storages:
            raise AdapterError(f"nobody who is configured runs the facility {facility}")
        return self.storages[facility]

    def _told(self, award: Award, place: Placement) -> messages.Placement:
        own = self._own("storage", self._storage(place.facility), place.facility)
        return messages.Placement(own, award.mineral, place.quantity, award.form, award.origin)

    def _own(self, kind: str, name: str, id: str) -> str:
        return id.removeprefix(self.prefixes.get(f"{kind} {name}", ""))

    def _rows(self, offers: Collection[str]) -> dict[str, Row]:
        return {row.texts["offer"]: row for row in self.book.narrowed(offers).tables["offers"].rows}

    def _message(self, award: Award, row: Row) -> messages.Award:
        price, currency, per = self._said_price(row)
        own = self._own("trader", award.trader, award.offer)
        return messages.Award(own, award.mineral, award.quantity, price, currency, per)

    def _said_price(self, row: Row) -> tuple[Fraction, str, str]:
        """The price in the trader's own words."""
        said = read_said_price(row.texts["price"], row.units)
        per_kg = row.get("price")
        currency = per_kg.currency or self.eyes["currency"]
        if said.amount / MASS_UNITS[said.per] == per_kg.amount:
            return said.amount, currency, said.per
        return per_kg.amount, currency, "kg"  # a column `price_per_kg`, whatever the row's unit


def _by_award(plan: Plan) -> list[list[Placement]]:
    """The placements of each award: both stand in the order made."""
    rest = list(reversed(plan.placements))
    found = []
    for award in plan.awards:
        mine: list[Placement] = []
        left = award.quantity
        while rest and (rest[-1].request, rest[-1].offer) == (award.request, award.offer) and rest[-1].quantity <= left:
            mine.append(rest.pop())
            left -= mine[-1].quantity
        found.append(mine)
    return found
