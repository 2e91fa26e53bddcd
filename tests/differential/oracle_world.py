"""The book as plain dictionaries, what is fixed before the first award, and the references (sections 3 and 5.5)."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any

import attrs

from tests.differential.oracle_rules import Rules
from tests.differential.oracle_values import Row, Scene, union, value
from vault_rules.domain.rows import BoundBook
from vault_rules.language import ast


class World:
    """One policy, one book, one day. `tier_of` holds the offers that passed steps 3 and 4, once that is known.

    `unseen` are those of them that only some buyers may have, by an exception: no references see them.
    """

    def __init__(self, file: ast.PolicyFile, book: BoundBook, as_of: date) -> None:
        self.as_of = as_of
        self.fx = book.fx
        self.rules = Rules(file, self)
        self.offers = {one["offer"]: one for one in self._rows(book.offers)}
        self.requests = {one["request"]: one for one in self._rows(book.requests)}
        self.benchmarks, self.facilities = self._rows(book.benchmarks), self._rows(book.facilities)
        self.holdings, self.prior = self._rows(book.holdings), self._rows(book.awards)
        self.tier_of: dict[str, str] = {}
        self.unseen: set[str] = set()

    def _rows(self, rows: tuple[Any, ...]) -> list[Row]:
        found = [{name.name: getattr(one, name.name) for name in attrs.fields(type(one))} for one in rows]
        for row in found:
            given = row.get("fields", {})
            for name, default in self.defaults.items() if "fields" in row else ():
                row[name] = default if given.get(name) is None else given[name]
        return found

    @cached_property
    def defaults(self) -> Row:
        """What each declared field is where it is blank."""
        fields = self.rules.fields.items()
        return {name: one.default and value(one.default, Scene(self)) for name, one in fields}

    @property
    def fiscal_start(self) -> tuple[int, int]:
        month, day = self.rules.entries.get("fiscal_year", "01-01").split("-")
        return int(month), int(day)

    @cached_property
    def least_award(self) -> Fraction:
        least = self.rules.entries.get("least_award")
        return Fraction(0) if least is None else value(least, Scene(self))

    def context(self, mineral: str) -> Row:
        """`stock`, `demand` and `days_of_cover` of a mineral."""
        stock = sum((row["quantity"] for row in self.holdings if row["mineral"] == mineral), Fraction(0))
        stock += sum(row["quantity"] for row in self.prior if row["mineral"] == mineral and self.is_on_order(row))
        known = [row["demand_per_year"] for row in self.holdings if row["mineral"] == mineral]
        demand = next((one for one in known if one is not None), None)
        return {"stock": stock, "demand": demand, "days_of_cover": stock * 365 / demand if demand else None}

    def is_on_order(self, prior: Row) -> bool:
        """Whether a prior award is not yet received."""
        return prior["received"] is None or prior["received"] > self.as_of

    def requested(self, mineral: str) -> Fraction:
        return sum((one["quantity"] for one in self.requests.values() if one["mineral"] == mineral), Fraction(0))

    def compared(self, offer: Row) -> Any:
        return value(self.rules.compare, Scene(self, offer["mineral"], offer))

    # ---- references -----------------------------------------------------------------------------------------------

    def reference(self, call: ast.Call, scene: Scene) -> Any:
        """A price, a count or a mass; for `lowest` the offer; None where it is undefined."""
        name, given = call.function.name, call.arguments
        if scene.offer is None:
            return None
        if name == "benchmark":
            return self._benchmark(given, scene)
        tiers = self._tiers(given, scene)
        market = self._market(scene, tiers, any(isinstance(one, ast.Responsive) for one in given))
        depth = next((value(one.value, scene) for one in given if isinstance(one, ast.Depth)), None)
        if name == "supply":
            return sum((mass for mass, _ in market), Fraction(0))
        if name == "count":
            return Fraction(len(market))
        return self._of_market(name, market, depth, any(isinstance(one, ast.Depth) for one in given))

    def _tiers(self, given: tuple[ast.Expr, ...], scene: Scene) -> frozenset[str] | None:
        if any(isinstance(one, ast.AllTiers) for one in given):
            return None
        marks = (ast.Depth, ast.Responsive, ast.Within)
        return union(value(one, scene) for one in given if not isinstance(one, marks))

    def _market(self, scene: Scene, tiers: frozenset[str] | None, responsive: bool) -> list[tuple[Fraction, Row]]:
        """The offers that count, each with the mass that counts, from the cheapest up."""
        assert scene.offer is not None
        mineral, form = scene.offer["mineral"], scene.offer["form"]
        wanted = self.requested(mineral)
        counted = []
        for offer in self.offers.values():
            tier = self.tier_of.get(offer["offer"])
            if tier is None or offer["offer"] in self.unseen or offer["mineral"] != mineral or offer["form"] != form:
                continue
            is_decoy = (offer["min_quantity"] or 0) > wanted or (offer["lot"] or 0) > wanted
            is_meant = tiers is None or tier in tiers
            if is_decoy or not is_meant or (responsive and not responds(offer, scene.request)):
                continue
            if self.compared(offer) is not None:
                counted.append((min(offer["quantity"], wanted), offer))
        return sorted(counted, key=self._cheapest)

    def _cheapest(self, counted: tuple[Fraction, Row]) -> tuple[Any, ...]:
        offer = counted[1]
        return (self.compared(offer), *null_last(offer["delivery"]), offer["offer"])

    def _of_market(self, name: str, market: list[tuple[Fraction, Row]], depth: Any, deep: bool) -> Any:
        if not market or (deep and depth is None):
            return None
        if deep:
            market = _cheapest_part(market, depth)
            if sum(mass for mass, _ in market) < depth:
                return None
        prices = [(mass, self.compared(offer)) for mass, offer in market]
        if name == "lowest":
            named = prices[-1 if deep else 0][1]
            return next(offer for _, offer in market if self.compared(offer) == named)
        if name == "best":
            return prices[-1 if deep else 0][1]
        if name == "vwap":
            return sum(mass * price for mass, price in prices) / sum(mass for mass, _ in prices)
        middle = len(prices) // 2
        high = prices[middle][1]
        return high if len(prices) % 2 else (prices[middle - 1][1] + high) / 2

    def _benchmark(self, given: tuple[ast.Expr, ...], scene: Scene) -> Any:
        assert scene.offer is not None
        index = next((value(one, scene) for one in given if not isinstance(one, ast.Within)), None)
        within = next((value(one.value, scene) for one in given if isinstance(one, ast.Within)), None)
        rows = [r for r in self.benchmarks if r["mineral"] == scene.offer["mineral"] and r["index"] == index]
        rows = [r for r in rows if r["form"] == scene.offer["form"]] or [r for r in rows if r["form"] is None]
        rows = sorted((r for r in rows if r["date"] <= self.as_of), key=lambda r: r["date"])
        if not rows or (within is not None and (self.as_of - rows[-1]["date"]).days > within):
            return None
        return rows[-1]["price"]


def _cheapest_part(market: list[tuple[Fraction, Row]], depth: Fraction) -> list[tuple[Fraction, Row]]:
    """The cheapest `depth` of a market, the last offer taken in part."""
    part, rest = [], depth
    for mass, offer in market:
        part.append((min(mass, rest) if depth > 0 else mass, offer))
        rest -= mass
        if rest <= 0:
            break
    return part


def responds(offer: Row, request: Row | None) -> bool:
    """Whether it meets the request's form, purity and need_by."""
    assert request is not None
    form, purity, need_by = request["form"], request["purity"], request["need_by"]
    return (
        (form is None or offer["form"] == form)
        and (purity is None or (offer["purity"] is not None and offer["purity"] >= purity))
        and (need_by is None or (offer["delivery"] is not None and offer["delivery"] <= need_by))
    )


def null_last(found: Any) -> tuple[Any, ...]:
    return (1,) if found is None else (0, found)


class Down:
    """Turns the order of what it holds round."""

    def __init__(self, held: Any) -> None:
        self.held = held

    def __lt__(self, other: Down) -> bool:
        return bool(other.held < self.held)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Down) and bool(self.held == other.held)

    __hash__ = None  # type: ignore[assignment]  # it only orders


def ordering(keys: tuple[ast.Key, ...], scene: Scene) -> tuple[Any, ...]:
    """One tuple a key: nulls last either way; tiers in order of declaration; text by code point."""
    return tuple(_key(one, scene) for one in keys)


def _key(key: ast.Key, scene: Scene) -> tuple[Any, ...]:
    found = value(key.value, scene)
    if isinstance(key.value, ast.Name) and key.value.name == "tier":
        names = [one.name.name for one in scene.world.rules.tiers if one.name]
        found = names.index(found) if names else 0
    return null_last(Down(found) if key.descending and found is not None else found)
