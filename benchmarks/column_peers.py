"""The rule over whole columns: Polars and numpy by hand, and SQL. Each gives `eligible`, `tier` (a code), `within`.

They read `data.code_frame`: names are codes of a byte already, which no order book is, so that what they take is the
rule and nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import attrs
import numpy as np
import polars as pl

from benchmarks import data

Work = Callable[[], pl.DataFrame]
PLACES = 64
"""A power of two above the number of countries."""
TRADERS = len(data.TRADERS)
BLOCK = 1 << 16
"""Rows whose intermediate columns stay in the cache of a core."""


@attrs.frozen
class ColumnPeer:
    """`prepare` lays the book out as the peer likes it, outside of what is timed."""

    name: str
    distribution: str
    how: str
    prepare: Callable[[data.Offers], Work]
    order: str = "as given"
    """How the answers are ordered: as the book, by mineral, or at random with the row beside."""


def _codes(names: tuple[str, ...]) -> data.Numbers:
    return np.array([data.COUNTRIES.index(name) for name in names], dtype=np.uint8)


COVERED, ALLIES = _codes(data.COVERED), _codes(("US", *data.ALLIES))


def _tier_of_pair() -> data.Numbers:
    table = np.full((PLACES, PLACES), 2, dtype=np.uint8)
    table[np.ix_(ALLIES, ALLIES)] = 1
    table[0, 0] = 0
    return table.ravel()


def _cap_of_mineral_and_tier() -> data.Numbers:
    """The highest price that passes, in whole cents: the limit is a fraction of a cent, prices are whole."""
    percent = np.array([100 + data.PREMIUMS[tier] for tier in data.TIERS])
    return np.asarray((data.rule().reference[:, None] * percent // 100).ravel())


def _least_by_route() -> data.Numbers:
    """The purity that a mineral asks of a trader, in 0.01%: of one that it does not buy from more than there is."""
    rule = data.rule()
    return np.asarray(np.where(rule.permitted, rule.required[:, None], 10_001).ravel())


def _in(column: str, codes: data.Numbers) -> pl.Expr:
    return pl.col(column).is_in(pl.lit(pl.Series(codes).implode()))


def _from(table: data.Numbers, key: pl.Expr) -> pl.Expr:
    return pl.lit(pl.Series(table)).gather(key)


ROUTE = pl.col("mineral").cast(pl.UInt16) * TRADERS + pl.col("trader")
HOME = (pl.col("origin") == 0) & (pl.col("processed_in") == 0)
FRESH = pl.col("valid_until") >= data.TODAY


def _tier(home: pl.Expr, allied: pl.Expr) -> pl.Expr:
    code = pl.lit(0, pl.UInt8), pl.lit(1, pl.UInt8), pl.lit(2, pl.UInt8)
    return pl.when(home).then(code[0]).when(allied).then(code[1]).otherwise(code[2])


def polars_pairs(book: data.Offers) -> Work:
    """Tables by pairs of codes: one look-up for the tier, one for route and purity together, one for the cap."""
    frame = data.code_frame(book)
    countries = pl.col("origin").cast(pl.UInt16) * PLACES + pl.col("processed_in")
    tier = _from(_tier_of_pair(), countries)
    pure = pl.col("purity") >= _from(_least_by_route(), ROUTE)
    cap = _from(_cap_of_mineral_and_tier(), pl.col("mineral") * 3 + pl.col("tier"))
    query = frame.lazy().with_columns(tier=tier)
    query = query.select("tier", eligible=~_in("origin", COVERED) & pure & FRESH, within=pl.col("price") <= cap)
    return query.collect


def polars_sets(book: data.Offers) -> Work:
    """`is_in` for sets of codes, `gather` for numbers: as most would write it."""
    frame, rule = data.code_frame(book), data.rule()
    allied = _in("origin", ALLIES) & _in("processed_in", ALLIES)
    routes = np.flatnonzero(rule.permitted.ravel()).astype(np.uint16)
    permitted = ROUTE.is_in(pl.lit(pl.Series(routes).implode()))
    pure = pl.col("purity") >= _from(rule.required, pl.col("mineral"))
    first, second, third = (100 + data.PREMIUMS[tier] for tier in data.TIERS)
    percent = pl.when(HOME).then(first).when(allied).then(second).otherwise(third)
    query = frame.lazy().select(
        eligible=~_in("origin", COVERED) & permitted & pure & FRESH,
        tier=_tier(HOME, allied),
        within=pl.col("price") * 100 <= _from(rule.reference, pl.col("mineral")) * percent,
    )
    return query.collect


def polars_slices(book: data.Offers) -> Work:
    """The book sorted by mineral beforehand; then every look-up by mineral is a constant of its slice."""
    frame = data.code_frame(book).sort("mineral", maintain_order=True)
    starts = np.searchsorted(frame["mineral"].to_numpy(), np.arange(len(data.MINERALS) + 1)).tolist()
    queries = [_of_mineral(frame.slice(start, end - start), code) for code, (start, end) in enumerate(pairwise(starts))]
    return lambda: pl.concat(pl.collect_all(queries), rechunk=False)


def _of_mineral(frame: pl.DataFrame, code: int) -> pl.LazyFrame:
    rule = data.rule()
    allied = _in("origin", ALLIES) & _in("processed_in", ALLIES)
    traders = np.flatnonzero(rule.permitted[code]).astype(np.uint8)
    first, second, third = (pl.col("price") <= cap for cap in _cap_of_mineral_and_tier()[code * 3 :][:3].tolist())
    pure = pl.col("purity") >= int(rule.required[code])
    return frame.lazy().select(
        eligible=~_in("origin", COVERED) & _in("trader", traders) & pure & FRESH,
        tier=_tier(HOME, allied),
        within=pl.when(HOME).then(first).when(allied).then(second).otherwise(third),
    )


def numpy_blocks(book: data.Offers) -> Work:
    """The tables by pairs with `take`, in blocks that stay in the cache, on every core."""
    least, tiers, caps = _least_by_route(), _tier_of_pair(), _cap_of_mineral_and_tier()
    free = ~np.isin(np.arange(256), COVERED)

    def work() -> pl.DataFrame:
        rows = len(book)
        found = {
            "eligible": np.empty(rows, np.bool_),
            "tier": np.empty(rows, np.uint8),
            "within": np.empty(rows, np.bool_),
        }

        def block(start: int) -> None:
            here = slice(start, start + BLOCK)
            mineral, origin = book.mineral[here], book.origin[here]
            wide = mineral.astype(np.uint16)
            tier = tiers.take(origin.astype(np.uint16) * PLACES + book.processed_in[here])
            pure = book.purity[here] >= least.take(wide * TRADERS + book.trader[here])
            fresh = book.valid_until[here] >= data.TODAY
            found["eligible"][here] = free.take(origin) & pure & fresh
            found["tier"][here] = tier
            found["within"][here] = book.price[here] <= caps.take(wide * 3 + tier)

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(block, range(0, rows, BLOCK)))
        return pl.DataFrame(found)

    return work


def duckdb_lists(book: data.Offers) -> Work:
    """SQL over a native table of codes; constant lists are quicker than joins with the small tables."""
    connection, text = duckdb_table(book), sql()
    return lambda: connection.sql(text).pl()


def duckdb_table(book: data.Offers) -> Any:
    """A connection whose table `offers` holds the codes."""
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET enable_progress_bar = false")
    connection.register("given", data.code_frame(book))
    connection.execute("CREATE TABLE offers AS SELECT * FROM given")
    connection.unregister("given")
    return connection


def sql_eligible() -> str:
    rule = data.rule()
    covered = ", ".join(map(str, COVERED.tolist()))
    return (
        f"origin NOT IN ({covered}) AND {rule.permitted.ravel().tolist()}[mineral::INT * {TRADERS} + trader + 1] "
        f"AND purity >= {rule.required.tolist()}[mineral + 1] AND valid_until >= {data.TODAY}"
    )


def sql_tier(domestic: str = "0", allied: str = "1", other: str = "2") -> str:
    allies = ", ".join(map(str, ALLIES.tolist()))
    return (
        f"CASE WHEN origin = 0 AND processed_in = 0 THEN {domestic} "
        f"WHEN origin IN ({allies}) AND processed_in IN ({allies}) THEN {allied} ELSE {other} END"
    )


def sql() -> str:
    percent = sql_tier(*(str(100 + data.PREMIUMS[tier]) for tier in data.TIERS))
    reference = f"{data.rule().reference.tolist()}[mineral + 1]"
    return (
        f"SELECT rowid, {sql_eligible()} AS eligible, ({sql_tier()})::UTINYINT AS tier, "
        f'price * 100 <= {reference} * {percent} AS "within" FROM offers'
    )


PEERS = (
    ColumnPeer("Polars, pairs", "polars", "by hand: `gather` from tables by pairs of codes", polars_pairs),
    ColumnPeer("Polars, sets", "polars", "by hand: `is_in` and `gather`", polars_sets),
    ColumnPeer(
        "Polars, slices", "polars", "by hand, the book sorted by mineral beforehand", polars_slices, "by mineral"
    ),
    ColumnPeer("numpy", "numpy", "by hand: `take` in blocks, a thread a core", numpy_blocks),
    ColumnPeer("DuckDB", "duckdb", "SQL over a native table of codes, constant lists, `.pl()`", duckdb_lists, "rowid"),
)
