"""The waterfall by hand, in Polars and numpy, for one policy and no other: the awards alone, exact in whole kg.

All requests of a mineral walk the same offers in the same order, so what each gets is where the running sums of
supply and demand overlap. A cap by origin cuts each offer to what its origin has left before it; that too is a running
sum, since every offer met before the need is filled gives all it may.
"""

from __future__ import annotations

from collections.abc import Callable

import attrs
import numpy as np
import polars as pl

from benchmarks import column_peers, data, policies
from benchmarks.column_peers import COVERED, FRESH, PLACES, ROUTE
from benchmarks.data import Numbers

STEPS = len(data.TIERS)
PRICE, DELIVERY, ROW = 22, 9, 24
"""Bits in the key: a mineral's step goes before them, so that it fits 63."""
BUCKETS = 64
FAR = 1 << 40
"""Above any running sum of a mineral: parts the minerals in one running sum."""


@attrs.frozen(eq=False)
class Asked:
    """The requests in the order of serving within their minerals, and what each mineral's ask for in all."""

    request: pl.Series
    mineral: Numbers
    quantity: Numbers
    total: Numbers


def asked(requests: pl.DataFrame) -> Asked:
    minerals = {name: code for code, name in enumerate(data.MINERALS)}
    mineral = pl.col("mineral").cast(pl.String).replace_strict(minerals, return_dtype=pl.Int64)
    frame = requests.with_columns(mineral).sort("mineral", "priority", "request")
    code, quantity = frame["mineral"].to_numpy(), frame["quantity"].to_numpy()
    total = np.bincount(code, quantity, len(minerals)).astype(np.int64)
    return Asked(frame["request"], code, quantity, total)


def work(frame: pl.DataFrame, requests: pl.DataFrame, *, capped: bool, pruned: bool) -> Callable[[], pl.DataFrame]:
    """`pruned`: sort only what can be reached, found by a histogram of prices; else everything."""
    assert frame.height < 1 << ROW

    def awards() -> pl.DataFrame:
        wanted = asked(requests)
        offers = within_premium(eligible(frame))
        caps = wanted.total * policies.CAP // 100 if capped else None
        if pruned:
            offers = offers.filter(pl.Series(_reached(offers, wanted, caps)))
        rows, step = _in_order(offers)
        origin, quantity = frame["origin"].to_numpy()[rows], frame["quantity"].to_numpy()[rows]
        mineral = step // STEPS
        if caps is not None:
            quantity = _left_by_origin(mineral, origin, quantity, caps)
        return _overlap(frame["offer"], rows, mineral, quantity, wanted)

    return awards


# ---- who may sell --------------------------------------------------------------------------------------------------


def eligible(frame: pl.DataFrame) -> pl.DataFrame:
    """The offers that may be bought, and the step of each: three to a mineral."""
    rule, look_up = data.rule(), column_peers._from
    countries = pl.col("origin").cast(pl.UInt16) * PLACES + pl.col("processed_in")
    permitted = look_up(rule.permitted.ravel(), ROUTE)
    pure = pl.col("purity") >= look_up(rule.required, pl.col("mineral"))
    step = pl.col("mineral") * STEPS + look_up(column_peers._tier_of_pair(), countries)
    query = frame.lazy().with_row_index("row")
    query = query.filter(~column_peers._in("origin", COVERED) & permitted & pure & FRESH)
    return query.select("row", "origin", "price", "delivery", "quantity", step=step).collect()


def within_premium(offers: pl.DataFrame) -> pl.DataFrame:
    """Of these, those that are no dearer than the best allied price allows. Prices are whole cents, so is the limit."""
    none = np.iinfo(np.int64).max
    best = np.full(len(data.MINERALS) * STEPS, none)
    lowest = offers.lazy().group_by("step").agg(pl.col("price").min()).collect()
    best[lowest["step"].to_numpy()] = lowest["price"].to_numpy()
    limit = np.full_like(best, none).reshape(-1, STEPS)
    allied = best[1::STEPS]
    known = allied < none
    limit[known, 0] = allied[known] * (100 + policies.PREMIUM) // 100
    limit[known, 2] = allied[known] * (100 + policies.LAST_PREMIUM) // 100
    return offers.filter(pl.col("price") <= column_peers._from(limit.ravel(), pl.col("step")))


# ---- in which order ------------------------------------------------------------------------------------------------


def _in_order(offers: pl.DataFrame) -> tuple[Numbers, Numbers]:
    """The rows by mineral, step, price, delivery and id (which goes by row), and the step of each: one sort of ints."""
    parts = [(pl.col("price"), PRICE), (pl.col("delivery") - data.TODAY, DELIVERY), (pl.col("row"), ROW)]
    key = pl.col("step").cast(pl.Int64)
    for part, bits in parts:
        key = key * (1 << bits) + part.cast(pl.Int64)
    sorted_key = np.sort(offers.select(key.alias("key"))["key"].to_numpy())
    return sorted_key & ((1 << ROW) - 1), sorted_key >> (PRICE + DELIVERY + ROW)


def _reached(offers: pl.DataFrame, wanted: Asked, caps: Numbers | None) -> Numbers:
    """Which offers are no dearer than the bucket of prices in which a mineral's need is surely filled."""
    step, price = offers["step"].to_numpy(), offers["price"].to_numpy()
    top = np.ones(len(data.MINERALS) * STEPS, np.int64)
    highest = offers.lazy().group_by("step").agg(pl.col("price").max()).collect()
    top[highest["step"].to_numpy()] = highest["price"].to_numpy() + 1
    bucket: Numbers = step * np.int64(BUCKETS) + price * BUCKETS // top.take(step)
    quantity, many = offers["quantity"].to_numpy(), len(top) * BUCKETS
    if caps is None:
        sums = np.bincount(bucket, quantity, many).reshape(-1, STEPS * BUCKETS).cumsum(axis=1)
    else:
        of_origin = bucket * PLACES + offers["origin"].to_numpy()
        split = np.bincount(of_origin, quantity, many * PLACES).reshape(-1, STEPS * BUCKETS, PLACES).cumsum(axis=1)
        split[:, :, 1:] = np.minimum(split[:, :, 1:], caps[:, None, None])
        sums = split.sum(axis=2)
    before = np.zeros_like(sums)
    before[:, 1:] = sums[:, :-1]
    needed: Numbers = (before < wanted.total[:, None]).ravel()
    return needed.take(bucket)


# ---- who gets what -------------------------------------------------------------------------------------------------


def _left_by_origin(mineral: Numbers, origin: Numbers, quantity: Numbers, caps: Numbers) -> Numbers:
    """What each offer can give when those of its mineral and origin that go before it have given all they may."""
    group = mineral.astype(np.uint16) * PLACES + origin
    order = np.argsort(group, kind="stable")
    sums, of_group = np.cumsum(quantity[order]), group[order]
    starts = np.flatnonzero(np.diff(of_group, prepend=of_group[:1] + 1))
    base = np.repeat(sums[starts] - quantity[order][starts], np.diff(starts, append=len(order)))
    before = np.empty_like(sums)
    before[order] = sums - base - quantity[order]
    left = np.clip(caps[mineral] - before, 0, quantity)
    return np.where(origin == 0, quantity, left)


def _overlap(ids: pl.Series, rows: Numbers, mineral: Numbers, quantity: Numbers, wanted: Asked) -> pl.DataFrame:
    """The awards: the pieces between all ends of offers and of requests, on one line for all minerals."""
    offers, requests = _ends(mineral, quantity), _ends(wanted.mineral, wanted.quantity)
    filled = np.minimum(_last(mineral, offers), _last(wanted.mineral, requests))
    reached, asked_for = offers[offers <= filled[mineral]], requests[requests <= filled[wanted.mineral]]
    ends = np.sort(np.concatenate([reached, asked_for]))
    starts = np.maximum(np.concatenate([[0], ends[:-1]]), ends // FAR * FAR)
    seller, buyer = np.searchsorted(offers, starts, "right"), np.searchsorted(requests, starts, "right")
    real = ends > starts  # an end of both comes twice
    return pl.DataFrame(
        {
            "offer": ids.gather(rows[seller[real]]),
            "request": wanted.request.gather(buyer[real]),
            "quantity": (ends - starts)[real],
        }
    )


def _ends(mineral: Numbers, quantity: Numbers) -> Numbers:
    """Running sums within each mineral (they come in order), each mineral far from the next."""
    sums = np.cumsum(quantity)
    before = np.searchsorted(mineral, np.arange(len(data.MINERALS)))
    base = np.concatenate([[0], sums])[before]
    return np.asarray(sums - base[mineral] + mineral * FAR)


def _last(mineral: Numbers, ends: Numbers) -> Numbers:
    last = np.arange(len(data.MINERALS), dtype=np.int64) * FAR
    np.maximum.at(last, mineral, ends)
    return last
