"""The oracle: section 5 of the language's page, read literally and slowly, apart from the engine.

Input: a policy's text, a `BoundBook`, the as-of date. Output: an `Outcome` of plain tuples and dictionaries.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from fractions import Fraction
from typing import Any

import attrs

from tests.differential.oracle_caps import Caps
from tests.differential.oracle_findings import find_all
from tests.differential.oracle_rules import name_of
from tests.differential.oracle_step import Award, Step
from tests.differential.oracle_store import place_all
from tests.differential.oracle_values import Row, Scene, value
from tests.differential.oracle_world import World, ordering
from vault_rules.domain.rows import BoundBook
from vault_rules.language import ast
from vault_rules.language.parser import parse
from vault_rules.source.text import Source

NOTHING = Fraction(0)


class Stopped(Exception):
    """No waterfall, or more than one, for a mineral and buyer with requests; or two stores."""


@attrs.frozen
class Outcome:
    """`rejections`: offer to (request, codes). `shortfalls`: request to (mass, because). The rest are rows."""

    awards: list[Award]
    shortfalls: dict[str, tuple[Fraction, tuple[str, ...]]]
    rejections: dict[str, tuple[str | None, tuple[str, ...]]]
    placements: list[tuple[Any, ...]]
    unplaced: list[tuple[Any, ...]]
    findings: list[tuple[str, str, bool]]


def evaluate(text: str, book: BoundBook, as_of: date) -> Outcome | None:
    """The whole of section 5; None where the evaluation stops."""
    file, diagnostics = parse(Source("p.vault", text, "p.vault"))
    assert not diagnostics, diagnostics
    try:
        return Walk(World(file, book, as_of)).outcome()
    except Stopped:
        return None


class Walk:
    """Steps 2 to 9, in that order."""

    def __init__(self, world: World) -> None:
        self.world, self.rules, self.caps = world, world.rules, Caps(world)
        self.left = {name: offer["quantity"] for name, offer in world.offers.items()}
        self.awards: list[Award] = []
        self.failed: dict[str, list[str]] = {}
        self.passed_over: dict[str, list[tuple[str, str, list[str]]]] = defaultdict(list)
        self.because: dict[str, set[str]] = defaultdict(set)
        self.shortfalls: dict[str, tuple[Fraction, tuple[str, ...]]] = {}

    def outcome(self) -> Outcome:
        for request in self.world.requests.values():
            self.waterfall(request)
        for name, offer in self.world.offers.items():
            if failed := self.eligibility(offer):
                self.failed[name] = failed
        for request in self.served():
            self.serve(request)
        placements, unplaced = place_all(self.world, self.awards)
        findings = find_all(self)
        return Outcome(self.awards, self.shortfalls, self.rejections(), placements, unplaced, findings)

    # ---- 2. rules in force ----------------------------------------------------------------------------------------

    def waterfall(self, request: Row) -> ast.Waterfall:
        scene = Scene(self.world, request["mineral"], request=request)
        found = [
            one
            for one in self.rules.waterfalls
            if self.rules.is_dated_now(one)
            and self.rules.covers(one, request["mineral"], request["buyer"])
            and not self.rules.is_waived(one, scene)
        ]
        if len(found) != 1:
            raise Stopped
        return found[0]

    # ---- 3 and 4. eligibility and tier ----------------------------------------------------------------------------

    def eligibility(self, offer: Row) -> list[str]:
        codes: list[str] = []
        scene = Scene(self.world, offer["mineral"], offer)
        for rule in self.rules.offer_rules:
            if isinstance(rule, ast.Route):
                codes += [] if self.is_permitted(rule, scene) else ["not_routed"]
            elif not rule.advisory and not self.rules.is_per_request(rule, scene.mineral, for_all=True):
                failed = self.verdict(rule, scene)
                if failed and self.rules.is_per_request(rule, scene.mineral):
                    self.world.unseen.add(offer["offer"])
                else:
                    codes += failed
        if self.world.compared(offer) is None:
            codes += self.rules.missing(self.rules.compare, scene)
        if not codes:
            codes = self.give_tier(scene)
        return list(dict.fromkeys(codes))

    def verdict(self, rule: ast.Condition, scene: Scene) -> list[str]:
        """The codes of one `require` or `forbid`; none where it is satisfied or does not apply."""
        if not self.rules.is_dated_now(rule) or not self.rules.covers(rule, scene.mineral, scene.buyer):
            return []
        if self.rules.is_waived(rule, scene):
            return []
        condition = self.rules.condition(rule, scene)
        holds = value(condition, scene)
        if holds is None:
            return self.rules.missing(condition, scene)
        return [] if holds is (rule.kind == "require") else [f"{rule.kind}:{name_of(rule)}"]

    def sellers(self, route: ast.Route, scene: Scene) -> list[frozenset[str]] | None:
        """Who may sell, group by group; None where this route is not in force for the mineral."""
        minerals = value(route.minerals, scene)
        is_meant = scene.mineral in (minerals if isinstance(minerals, frozenset) else {minerals})
        if not is_meant or not self.rules.is_dated_now(route) or self.rules.is_waived(route, scene):
            return None
        return self.rules.sellers(route, scene) if self.rules.covers(route, scene.mineral, scene.buyer) else None

    def is_permitted(self, route: ast.Route, scene: Scene) -> bool:
        sellers = self.sellers(route, scene)
        assert scene.offer is not None
        return sellers is None or any(scene.offer["trader"] in group for group in sellers)

    def give_tier(self, scene: Scene) -> list[str]:
        assert scene.offer is not None
        for tier in self.rules.tiers:
            is_meant = self.rules.is_dated_now(tier) and self.rules.covers(tier, scene.mineral, None)
            if not is_meant or self.rules.is_waived(tier, scene):
                continue
            when = self.rules.tier_when(tier, scene)
            holds = True if when is None else value(when, scene)
            if holds is None and when is not None:
                return self.rules.missing(when, scene)
            if holds:
                self.world.tier_of[scene.offer["offer"]] = name_of(tier)
                return []
        if self.rules.tiers:
            return ["no_tier"]
        self.world.tier_of[scene.offer["offer"]] = "all"
        return []

    # ---- 6. serve -------------------------------------------------------------------------------------------------

    def served(self) -> list[Row]:
        by_default = tuple(ast.Key(ast.Name(n, span=_NO), False, span=_NO) for n in ("priority", "need_by"))
        keys = self.rules.entries.get("serve", by_default)

        def place(request: Row) -> tuple[Any, ...]:
            return (*ordering(keys, Scene(self.world, request["mineral"], request=request)), request["request"])

        return sorted(self.world.requests.values(), key=place)

    def prior(self, request: Row, waterfall: str | None = None, number: int = 0, label: str | None = None) -> Fraction:
        """What prior awards gave this request: in all, or in one step of one waterfall, named by number or label."""
        rows = [one for one in self.world.prior if one["request"] == request["request"]]
        if waterfall is not None:
            rows = [one for one in rows if one["waterfall"] == waterfall]
            rows = [
                one for one in rows if (one["step_label"] if one["step"] is None else one["step"]) in (label, number)
            ]
            rows = [one for one in rows if one["step"] is not None or one["step_label"] is not None]
        return sum((one["quantity"] for one in rows), NOTHING)

    def serve(self, request: Row) -> None:
        name, mineral = request["request"], request["mineral"]
        waterfall = self.waterfall(request)
        awarded = self.prior(request)
        steps = self.rules.steps(waterfall, Scene(self.world, mineral, request=request))
        for failed, codes in self.failed.items():
            if self.world.offers[failed]["mineral"] == mineral:
                self.because[name].update(codes)
        for number, step in enumerate(steps, 1):
            awarded = Step(self, request, name_of(waterfall), number, step, awarded).walk()
        taken = {tier for step in steps for tier in self.rules.tiers_of(step)}
        for offer, tier in self.world.tier_of.items():
            if self.world.offers[offer]["mineral"] == mineral and tier not in taken and self.left[offer]:
                self.pass_over(offer, name, "", ["not_in_waterfall"])
        if awarded < request["quantity"]:
            because = tuple(sorted(self.because[name])) or ("no_offers",)
            self.shortfalls[name] = (request["quantity"] - awarded, because)

    def pass_over(self, offer: str, request: str, step: str, codes: list[str]) -> None:
        self.passed_over[offer].append((request, step, codes))
        self.because[request].update(codes)

    # ---- reasons --------------------------------------------------------------------------------------------------

    def rejections(self) -> dict[str, tuple[str | None, tuple[str, ...]]]:
        won = {one.offer for one in self.awards}
        return {name: self.rejection(name) for name in sorted(self.world.offers) if name not in won}

    def rejection(self, name: str) -> tuple[str | None, tuple[str, ...]]:
        if name in self.failed:
            return None, tuple(self.failed[name])
        met = self.passed_over[name]
        if not met:
            return None, ("not_needed",)
        request, _, codes = met[-1]
        if all(codes == ["not_in_waterfall"] for _, _, codes in met) and self.is_untaken(name):
            return None, ("not_in_waterfall",)
        return request, tuple(codes)

    def is_untaken(self, name: str) -> bool:
        """Whether no requester's waterfall takes the offer's tier."""
        mineral, tier = self.world.offers[name]["mineral"], self.world.tier_of[name]
        for request in self.world.requests.values():
            if request["mineral"] == mineral and any(
                tier in self.rules.tiers_of(step) for step in self.waterfall(request).steps
            ):
                return False
        return True


_NO: Any = None
