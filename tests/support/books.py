"""Books typed out as tables, so that a test reads as the file would."""

from __future__ import annotations

import polars as pl

from vault_rules.domain.book import Book
from vault_rules.domain.sheet import Sheet

OFFERS = "offer | trader | mineral | price | quantity\na | glencore | cobalt | 34.50 | 10"
REQUESTS = "request | buyer | mineral | quantity\nr1 | gm | cobalt | 10"


def sheet(name: str, text: str) -> Sheet:
    """A table of `|`-separated lines; what a short line lacks is blank."""
    header, *rows = ([cell.strip() or None for cell in line.split("|")] for line in text.strip("\n").splitlines())
    columns = {
        str(word): [row[place] if place < len(row) else None for row in rows] for place, word in enumerate(header)
    }
    return Sheet(name, f"{name}.csv", pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)))


def book(**tables: str) -> Book:
    """A book of the tables named, with an offer and a request where none are."""
    texts = {"offers": OFFERS, "requests": REQUESTS} | tables
    return Book({name: sheet(name, text) for name, text in texts.items()})
