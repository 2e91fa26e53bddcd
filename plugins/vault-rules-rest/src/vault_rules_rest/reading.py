"""What came over the wire as messages. Each function raises `BadField` where an object is not one of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

import attrs

from vault_rules.adapters.messages import (
    Award,
    Booking,
    Confirmation,
    Delivery,
    Placement,
    Receipt,
    Refusal,
    Release,
    Reservation,
    Row,
    State,
    Status,
    Why,
)
from vault_rules.domain.heading import column_name
from vault_rules.domain.tables import named
from vault_rules.domain.units import MASS_UNITS
from vault_rules_rest.fields import BadField, Fields

T = TypeVar("T")

_HOLDING = (State.HELD, State.CONFIRMED, State.RECEIVED)
_LONGEST_CURSOR = 500
_FIGURES = frozenset({"demand_per_year", "mass", "price", "purity", "stock", "storage"})
_FIGURE = re.compile(r"\s*[0-9]+(\.[0-9]+)?(\s*[A-Za-z%][^0-9]*)?", re.ASCII)
"""A plain decimal, and what unit it is in: whether that is one, the book says."""


def whole(said: Fields, read: Callable[[Fields], T]) -> T:
    """What a function reads of an object, of which nothing may be left over."""
    found = read(said)
    said.done()
    return found


# ---- answers ---------------------------------------------------------------------------------------------------------


def reservation(said: Fields) -> Reservation:
    return Reservation(said.key("key"), said.above_zero("quantity"), said.moment_or_none("until"), said.words("number"))


def booking(said: Fields) -> Booking:
    return Booking(said.key("key"), said.above_zero("quantity"), said.moment_or_none("until"), said.words("number"))


def confirmation(said: Fields) -> Confirmation:
    """Of a trader: with its price."""
    return Confirmation(said.key("key"), said.above_zero("quantity"), said.above_zero("price"), said.words("number"))


def room(said: Fields) -> Confirmation:
    """Of a storage, which has no price."""
    return Confirmation(said.key("key"), said.above_zero("quantity"), None, said.words("number"))


def release(said: Fields) -> Release:
    return Release(said.key("key"))


def receipt(said: Fields) -> Receipt:
    return Receipt(said.key("key"), said.text("delivery"), said.above_zero("quantity"), said.above_zero("received"))


def refusal(said: Fields) -> Refusal:
    return Refusal(said.key("key"), said.one_of("why", Why), said.prose("text"), said.above_zero_or_none("left"))


def status(said: Fields) -> Status:
    found = Status(
        said.key("key"),
        said.one_of("state", State),
        said.above_zero_or_none("quantity"),
        said.amount_or_zero("received"),
        said.above_zero_or_none("price"),
        said.one_of_or_none("why", Why),
        said.prose("text"),
        said.moment_or_none("until"),
        said.words("number"),
    )
    if found.state in _HOLDING and found.quantity is None:
        raise BadField(f"`quantity` is missing, where the state is {found.state.value}")
    return found


@attrs.frozen
class Page:
    """Some rows, and where the next ones are; None after the last."""

    rows: tuple[Row, ...]
    next: str | None


def page_of(table: str) -> Callable[[Fields], Page]:
    """Reads a page of a book's table."""
    figures = {column.name for column in named(table).values() if column.kind in _FIGURES}

    def read(said: Fields) -> Page:
        rows = tuple(whole(one, lambda row: _row(row, figures)) for one in said.objects("rows"))
        cursor = said.words("next")
        if cursor is not None and len(cursor) > _LONGEST_CURSOR:
            raise BadField(f"`next` is longer than {_LONGEST_CURSOR} letters")
        return Page(rows, cursor)

    return read


def _row(said: Fields, figures: set[str]) -> Row:
    """A row; a cell that is a figure must begin as one, so that no NaN and nothing below zero goes any further."""
    found = {}
    part = said.part("cells")
    for name, text in part.cells():
        if text and text.strip() and column_name(name) in figures and not _FIGURE.fullmatch(text):
            raise part.bad(name, 'a figure such as "34.50" or "10 t"', text)
        found[name] = text
    return Row(found, said.whole_or_none("row"))


def health(said: Fields) -> tuple[int, str]:
    """The version of the protocol, and a few words."""
    return said.whole("protocol"), said.text("text")


# ---- requests --------------------------------------------------------------------------------------------------------


def award(said: Fields) -> Award:
    unit = said.words("per") or "kg"
    if unit not in MASS_UNITS:
        raise BadField(f"`per` is one of {', '.join(MASS_UNITS)}, not `{unit[:20]}`")
    return Award(
        said.text("offer"), said.text("mineral"), said.above_zero("quantity"), said.above_zero("price"),
        said.text("currency"), unit,
    )  # fmt: skip


def placement(said: Fields) -> Placement:
    return Placement(
        said.text("facility"), said.text("mineral"), said.above_zero("quantity"), said.words("form"),
        said.words("origin"),
    )  # fmt: skip


def delivery(said: Fields) -> Delivery:
    return Delivery(said.text("delivery"), said.above_zero("quantity"), said.day("day"))
