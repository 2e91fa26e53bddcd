"""Tables as Parquet: text, whole numbers, decimals and dates, never binary floating point."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from vault_rules.adapters.bad_file import BadFile
from vault_rules.domain.sheet import Sheet
from vault_rules.domain.text_frame import text_frame

_MAX_CELLS = 1_000_000_000  # a few bytes of run-length code can stand for more rows than any memory holds


def read_parquet(path: Path, name: str, place: str) -> Sheet:
    """The file as a sheet. Raises `BadFile` for what is no Parquet, and `OSError` where the file cannot be read."""
    with path.open("rb") as file:
        if file.read(4) != b"PAR1":
            raise _unreadable()
    try:
        lazy = pl.scan_parquet(path.absolute(), glob=False, hive_partitioning=False)
        width = len(lazy.collect_schema())
        height = int(lazy.select(pl.len()).collect().item())
        if width * height > _MAX_CELLS:
            raise BadFile(f"has {height:,} rows of {width} columns: too many to be read")
        return text_frame(lazy.collect(), name, place)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, ValueError) as why:
        if isinstance(why, PermissionError):
            raise
        raise _unreadable() from None


def _unreadable() -> BadFile:
    return BadFile("is not a Parquet file that can be read")
