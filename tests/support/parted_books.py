"""Books as folders of Parquet files: the offers in one file, or in parts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import attrs
import polars as pl

from vault_rules.domain.exact import has_end, plain
from vault_rules.domain.rows import BoundBook

_POUND = Fraction("0.45359237")


def tables_of(book: BoundBook) -> dict[str, pl.DataFrame]:
    """A bound book as the tables that it might have been read from."""
    found = {}
    for name in ("offers", "requests", "benchmarks", "facilities", "holdings", "awards"):
        rows = [_row(one) for one in getattr(book, name)]
        names = dict.fromkeys(key for row in rows for key in row)
        if rows or name == "offers":
            found[name] = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String))
    rates = {"currency": list(book.fx), "rate": [plain(one) for one in book.fx.values()]}
    found["fx"] = pl.DataFrame(rates)
    return found


def _row(one: Any) -> dict[str, str | None]:
    values = {field.name: getattr(one, field.name) for field in attrs.fields(type(one))}
    values |= values.pop("fields", {})
    return {name: _text(name, value) for name, value in values.items()}


def _text(name: str, value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, frozenset):
        return ";".join(sorted(value)) or None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        return value.isoformat()
    if name == "purity":
        return plain(value * 100)
    if isinstance(value, Fraction) and not has_end(value):  # a price that was one for a pound
        return f"{plain(value * _POUND)} USD/lb"
    return plain(Fraction(value))


def written(folder: Path, tables: Mapping[str, pl.DataFrame]) -> Path:
    """The book with its offers in one file."""
    folder.mkdir()
    for name, frame in tables.items():
        frame.write_parquet(folder / f"{name}.parquet")
    return folder


def parted(folder: Path, tables: Mapping[str, pl.DataFrame], parts: int, rng: Random) -> Path:
    """The book with its offers in so many parts; 0: a folder for each mineral."""
    offers = tables["offers"]
    written(folder, {name: frame for name, frame in tables.items() if name != "offers"})
    home = folder / "offers"
    home.mkdir()
    if parts == 0:
        for (mineral,), rows in offers.group_by("mineral"):
            place = home / f"mineral={mineral}"
            place.mkdir()
            rows.drop("mineral").write_parquet(place / "part-0.parquet")
        return folder
    of = pl.Series([rng.randrange(parts) for _ in range(offers.height)], dtype=pl.Int64)
    for at in range(parts):
        rows = offers.filter(of == at)
        blank = [name for name in rows.columns[5:] if rows[name].null_count() == rows.height and rng.random() < 0.5]
        rows.drop(blank).write_parquet(home / f"{at}.parquet")
    return folder
