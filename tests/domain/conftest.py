"""Books typed out as tables, so that a test reads as the file would."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import polars as pl
import pytest

from vault_rules.domain.bind import bind
from vault_rules.domain.book import Book
from vault_rules.domain.rows import BoundBook
from vault_rules.domain.sheet import Sheet

OFFERS = "offer | trader | mineral | price | quantity\na | glencore | cobalt | 34.50 | 10"
REQUESTS = "request | buyer | mineral | quantity\nr1 | gm | cobalt | 10"


def sheet(name: str, text: str) -> Sheet:
    """A table of `|`-separated lines."""
    header, *rows = ([cell.strip() or None for cell in line.split("|")] for line in text.strip("\n").splitlines())
    columns = {str(word): [row[place] for row in rows] for place, word in enumerate(header)}
    return Sheet(name, f"{name}.csv", pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)))


def book(**tables: str) -> Book:
    """A book of the tables named, with an offer and a request where none are."""
    texts = {"offers": OFFERS, "requests": REQUESTS} | tables
    return Book({name: sheet(name, text) for name, text in texts.items()})


def bound(as_of: date = date(2027, 8, 1), fields: dict[str, str] | None = None, **tables: str) -> BoundBook:
    """The same, bound to a policy in USD that knows three minerals."""
    return bind(
        book(**tables),
        currency="USD",
        as_of=as_of,
        minerals=frozenset(("cobalt", "copper", "gallium")),
        traders=None,
        buyers=None,
        fields=fields or {},
    )


@pytest.fixture
def make_book() -> Callable[..., Book]:
    return book


@pytest.fixture
def make_bound() -> Callable[..., BoundBook]:
    return bound
