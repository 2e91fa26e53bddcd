"""Requests from a file, with the defaults of `vault.toml`, and what of them must be right before anybody is asked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs
import polars as pl

from vault_rules.adapters.files import read_some
from vault_rules.adapters.rows import sheet_of
from vault_rules.domain.bind import bind
from vault_rules.domain.book import Book
from vault_rules.domain.heading import column_name
from vault_rules.domain.rows import BoundBook
from vault_rules.domain.sheet import Sheet
from vault_rules.domain.text_frame import as_texts
from vault_rules.errors import BookError

_MONEY = ("max_price", "currency", "per")


def read_requests(path: Path, defaults: Mapping[str, str] | None = None) -> Sheet:
    """The table `requests` of a file, a folder or a workbook. Raises `BookError` for bad cells, `UsageError` where
    there is nothing.
    """
    sheets, bad = read_some(path, "requests", required=("requests",))
    if bad or "requests" not in sheets:
        raise BookError(bad)
    sheet = _with_defaults(sheets["requests"], defaults or {})
    Book({"requests": sheet, "offers": sheet_of([], "offers", "offers")}).check()
    return sheet


def _with_defaults(sheet: Sheet, defaults: Mapping[str, str]) -> Sheet:
    """Blank cells of some columns filled in, and the columns that are not there added."""
    given = sheet.given
    for column, text in defaults.items():
        words = [word for word in given.columns if column_name(word) == column]
        for word in words:
            texts = as_texts(given[word]).str.strip_chars()
            blank = texts.is_null() | (texts == "")
            given = given.with_columns(pl.when(blank).then(pl.lit(text)).otherwise(texts).alias(word))
        if not words:
            given = given.with_columns(pl.lit(text).alias(column))
    return attrs.evolve(sheet, given=given)


def wanted(requests: Sheet, others: Mapping[str, Sheet], eyes: Mapping[str, Any]) -> BoundBook:
    """The requests and other tables bound, without offers. Raises `BookError` with every bad cell.

    Prices are left out: their exchange rates may not be known yet.
    """
    plain = [word for word in requests.given.columns if column_name(word) not in _MONEY]
    sheets = {
        "offers": sheet_of([], "offers", "offers"),
        "requests": attrs.evolve(requests, given=requests.given.select(plain)),
        **others,
    }
    return bind(Book(sheets), **eyes)
