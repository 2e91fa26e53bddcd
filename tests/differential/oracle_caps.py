"""Caps (5.7): what each still allows a candidate, and what targets and advisory caps find in the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from fractions import Fraction
from typing import Any

import attrs

from tests.differential.oracle_rules import EVERYBODY, name_of
from tests.differential.oracle_values import Months, Row, Scene, date_part, floor_mg, value
from tests.differential.oracle_world import World
from vault_rules.domain.exact import invoice
from vault_rules.language import ast

PERIODS = ("month", "quarter", "year", "fiscal_year")


@attrs.frozen
class Counted:
    """Mass that a cap may count. `kind`: award, prior or holding."""

    kind: str
    mass: Fraction
    cost: Fraction
    row: Row
    tier: str | None
    request: Row | None
    date: date | None


def cost_of(mass: Fraction, price: Fraction) -> Fraction:
    return Fraction(invoice(mass * price))


def affordable(money: Fraction, price: Fraction) -> Fraction:
    """floor(money left / price); where that would be invoiced above the money, what its whole cents buy."""
    mass = floor_mg(money / price)
    return mass if cost_of(mass, price) <= money else floor_mg(Fraction(money * 100 // 1, 100) / price)


@attrs.frozen
class Caps:
    """`awarded` grows as awards are made."""

    world: World
    awarded: list[Counted] = attrs.field(factory=list)

    def hard(self, scene: Scene) -> Iterator[tuple[ast.Cap, ast.CapBody]]:
        """The caps in force for this offer and request, as exceptions leave them."""
        rules = self.world.rules
        for cap in rules.caps:
            if cap.kind != "cap" or cap.advisory or not rules.is_dated_now(cap):
                continue
            if rules.covers(cap, scene.mineral, scene.buyer) and not rules.is_waived(cap, scene):
                yield cap, rules.cap_body(cap, scene)

    def missing(self, scene: Scene) -> list[str]:
        """Why a cap cannot be judged for this offer and request."""
        codes: list[str] = []
        for cap, body in self.hard(scene):
            counts = True if body.where is None else value(body.where, scene)
            if counts is False:
                continue
            if counts is None and body.where is not None:
                codes += self.world.rules.missing(body.where, scene)
                continue
            split = [*(one.name for one in body.per if one.name not in PERIODS), *([body.by] if body.by else [])]
            gone = [name for name in split if self.of_scene(name, scene) is None]
            codes += [f"missing:{name}" for name in gone]
            if not gone:
                codes += self._unlimited(cap, body, self._subject(body, lambda name: self.of_scene(name, scene)))
        return list(dict.fromkeys(codes))

    def _unlimited(self, cap: ast.Cap, body: ast.CapBody, subject: Row) -> list[str]:
        scene = self._limit_scene(subject)
        if value(body.limit, scene) is None:
            return self.world.rules.missing(body.limit, scene)
        return ["missing:demand"] if self.limit(cap, body, subject) is None else []

    def allowances(self, scene: Scene, price: Fraction) -> list[tuple[str, Fraction]]:
        """What each cap that counts this award still allows, in file order."""
        found = []
        for cap, body in self.hard(scene):
            if body.where is not None and value(body.where, scene) is not True:
                continue
            subject = self._subject(body, lambda name: self.of_scene(name, scene))
            by = self.of_scene(body.by, scene) if body.by else None
            limit = self.limit(cap, body, subject)
            assert limit is not None
            left = limit - self.used(cap, body, subject, by)
            if body.measure == "spend":
                left = affordable(left, price)
            elif body.of is not None:
                left = floor_mg(left)
            found.append((f"cap:{name_of(cap)}", max(left, Fraction(0))))
        return found

    # ---- both sides -----------------------------------------------------------------------------------------------

    def _limit_scene(self, subject: Row) -> Scene:
        return Scene(self.world, mineral=subject.get("mineral"), subject=subject)

    def limit(self, cap: ast.Cap, body: ast.CapBody, subject: Row) -> Fraction | None:
        """The limit in kilograms or money."""
        bare = value(body.limit, self._limit_scene(subject))
        if bare is None or body.of is None:
            return None if bare is None else Fraction(bare)
        whole = self.denominator(cap, body, subject)
        if whole is None:
            return None
        if isinstance(bare, Months):
            bare = bare.count / 12
        elif body.measure in ("quantity", "stock") and self._is_days(body.limit):
            bare = bare / 365
        return Fraction(bare * whole)

    def _is_days(self, limit: ast.Expr) -> bool:
        """Whether a plain number stands for days: the generator writes such limits as literals or lets of literals."""
        if isinstance(limit, ast.Name) and limit.name in self.world.rules.lets:
            limit = self.world.rules.lets[limit.name].value
        return isinstance(limit, ast.Duration)

    def denominator(self, cap: ast.Cap, body: ast.CapBody, subject: Row) -> Fraction | None:
        requests = [one for one in self.world.requests.values() if self._is_of(one, cap, subject)]
        if body.of == "requested":
            return sum((one["quantity"] for one in requests), Fraction(0))
        if body.of == "stock":
            covers = self.world.rules.covers  # what is held is of no buyer: `for buyers` leaves it out on both sides
            held = [one for one in self.world.holdings if self._is_of(one, cap, subject)]
            held = [one for one in held if covers(cap, one["mineral"], None)]
            return sum((one["quantity"] for one in (*held, *requests)), Fraction(0))
        if body.of == "demand":
            minerals = sorted({one["mineral"] for one in self.world.holdings if self._is_of(one, cap, subject)})
            known = [self.world.context(one)["demand"] for one in minerals]
            known = [one for one in known if one is not None]
            return sum(known, Fraction(0)) if known else None
        bought = [one for one in self.items(cap, body, subject) if one.kind != "holding"]
        return sum((one.cost if body.measure == "value share" else one.mass for one in bought), Fraction(0))

    def _is_of(self, row: Row, cap: ast.Cap, subject: Row) -> bool:
        """Whether a request or a holding is within `for` and of this subject."""
        buyer = row.get("buyer")
        if not self.world.rules.covers(cap, row["mineral"], buyer or EVERYBODY):
            return False
        own = {"mineral": row["mineral"], "buyer": buyer, "request.buyer": buyer, "request.mineral": row["mineral"]}
        return all(own[name] == found for name, found in subject.items() if name in own)

    def items(self, cap: ast.Cap, body: ast.CapBody, subject: Row) -> list[Counted]:
        """Everything within `for` and of this subject; `by` and `where` are asked later."""
        found = []
        for one in (*self._before(body), *self.awarded):
            buyer = one.request["buyer"] if one.request else one.row.get("buyer")
            if self.world.rules.covers(cap, one.row["mineral"], buyer) and all(
                self.of_item(name, one) == wanted for name, wanted in subject.items()
            ):
                found.append(one)
        return found

    def _before(self, body: ast.CapBody) -> Iterator[Counted]:
        """What prior awards and holdings count, before the first award."""
        if body.measure == "stock" or body.of == "stock":
            for row in self.world.holdings:
                yield Counted("holding", row["quantity"], Fraction(0), row, None, None, None)
        periods = [one.name for one in body.per if one.name in PERIODS]
        for row in self.world.prior:
            request = self.world.requests.get(row["request"])
            if body.measure == "stock":
                counts = self.world.is_on_order(row)
            elif periods:
                counts = all(self._period(row["date"], one) == self._period(self.world.as_of, one) for one in periods)
            else:
                counts = body.of is None or request is not None
            if counts:
                yield Counted("prior", row["quantity"], row["cost"], row, row["tier"], request, row["date"])

    def _period(self, day: date, period: str) -> tuple[Any, ...]:
        if period == "fiscal_year":
            return (date_part(day, period, self.world.fiscal_start),)
        return (day.year, *([] if period == "year" else [date_part(day, period, (1, 1))]))

    def used(self, cap: ast.Cap, body: ast.CapBody, subject: Row, by: Any) -> Fraction:
        used = Fraction(0)
        for one in self.items(cap, body, subject):
            if self.counts(body, one) and (body.by is None or self.of_item(body.by, one) == by):
                used += one.cost if body.measure in ("spend", "value share") else one.mass
        return used

    def counts(self, body: ast.CapBody, one: Counted) -> bool:
        """Holdings and prior awards with an unknown `where` are not counted."""
        return body.where is None or value(body.where, self._item_scene(one)) is True

    def _item_scene(self, one: Counted) -> Scene:
        row = dict.fromkeys(_OFFER_COLUMNS) | self.world.defaults | one.row
        return Scene(self.world, row["mineral"], row, one.tier, one.request or _unknown_request(row["buyer"]))

    # ---- columns --------------------------------------------------------------------------------------------------

    def _subject(self, body: ast.CapBody, column: Callable[[str], Any]) -> Row:
        return {one.name: column(one.name) for one in body.per if one.name not in PERIODS}

    def of_scene(self, name: str, scene: Scene) -> Any:
        assert scene.offer is not None
        assert scene.request is not None
        return _column(name, scene.offer, scene.tier, scene.request)

    def of_item(self, name: str, one: Counted) -> Any:
        return _column(name, one.row, one.tier, one.request or _unknown_request(one.row.get("buyer")))


def _unknown_request(buyer: str | None) -> Row:
    """What is known of the request behind a row that carries none of this book: who bought."""
    return dict.fromkeys(_REQUEST_COLUMNS) | {"buyer": buyer}


def _column(name: str, offer: Row, tier: str | None, request: Row) -> Any:
    if name.startswith("request."):
        return request.get(name.removeprefix("request."))
    if name == "tier":
        return tier
    return request.get("buyer") if name == "buyer" else offer.get(name)


_OFFER_COLUMNS = (
    "offer trader producer mineral form purity origin processed_in melted_in price quantity lot min_quantity "
    "delivery valid_until incoterm location hazard buyer"
).split()
_REQUEST_COLUMNS = "request mineral quantity form purity need_by max_price priority".split()
