"""One step of one request's walk (5.6): its candidates, their order, and what each gives."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs

from tests.differential.oracle_caps import Counted, cost_of
from tests.differential.oracle_values import Row, Scene, floor_mg, value
from tests.differential.oracle_world import null_last, ordering
from vault_rules.language import ast

if TYPE_CHECKING:
    from tests.differential.oracle import Walk

NOTHING = Fraction(0)
# what a request may state, which of the offer's columns answers it, and the code where it does not
ASKED = (
    ("form", "form", "spec"),
    ("purity", "purity", "spec"),
    ("need_by", "delivery", "late"),
    ("max_price", "price", "max_price"),
)


@attrs.frozen
class Award:
    request: str
    offer: str
    tier: str
    waterfall: str
    step: int
    quantity: Fraction
    price: Fraction
    cost: Fraction
    reference: Fraction | None
    premium: Fraction | None


class Step:
    """One step of one request's walk: its candidates, their order, and what each gives."""

    def __init__(
        self, walk: Walk, request: Row, waterfall: str, number: int, step: ast.Step, awarded: Fraction
    ) -> None:
        self.owner, self.world, self.rules = walk, walk.world, walk.rules
        self.request, self.waterfall, self.number, self.step = request, waterfall, number, step
        self.awarded, label = awarded, step.label.name if step.label else None
        self.took = walk.prior(request, waterfall, number, label)
        self.name = label or str(number)

    def walk(self) -> Fraction:
        """Take what this step may take; gives what the request has been awarded by then."""
        candidates = []
        for offer in self.world.offers.values():
            tier = self.world.tier_of.get(offer["offer"])
            is_meant = offer["mineral"] == self.request["mineral"] and tier in self.rules.tiers_of(self.step)
            if not is_meant or not self.owner.left[offer["offer"]]:
                continue
            scene = Scene(self.world, offer["mineral"], offer, tier, self.request)
            if codes := self.judge(scene):
                self.pass_over(offer, codes)
            else:
                candidates.append((self.place(scene), offer["offer"], scene))
        for _, _, scene in sorted(candidates, key=lambda one: one[:2]):
            if self.awarded < self.request["quantity"]:
                self.take(scene)
        return self.awarded

    def pass_over(self, offer: Row, codes: list[str]) -> None:
        self.owner.pass_over(offer["offer"], self.request["request"], self.name, codes)

    def place(self, scene: Scene) -> tuple[Any, ...]:
        """Route group, the step's keys, compared price, delivery, offer id; nulls last."""
        offer = scene.offer
        assert offer is not None
        routes = [one for one in self.rules.offer_rules if isinstance(one, ast.Route)]
        sellers = [found for one in routes if (found := self.owner.sellers(one, scene)) is not None]
        group = next((at for one in sellers for at, who in enumerate(one) if offer["trader"] in who), 0)
        keys = ordering(self.step.clauses.keys or (), attrs.evolve(scene, compares=True))
        return (group, *keys, null_last(self.world.compared(offer)), null_last(offer["delivery"]))

    # ---- every reason that holds ----------------------------------------------------------------------------------

    def judge(self, scene: Scene) -> list[str]:
        codes: list[str] = []
        for rule in self.rules.offer_rules:
            if isinstance(rule, ast.Condition) and not rule.advisory and self.rules.is_per_request(rule, scene.mineral):
                codes += self.owner.verdict(rule, scene)
        missing, failing = self.responds(scene)
        for more_missing, more_failing in (self.when(scene), self.premium(scene)):
            missing, failing = missing + more_missing, failing + more_failing
        return list(dict.fromkeys([*codes, *missing, *failing]))

    def responds(self, scene: Scene) -> tuple[list[str], list[str]]:
        offer, request = scene.offer, self.request
        assert offer is not None
        missing, failing = [], []
        for stated, own, code in ASKED:
            asked, has = request[stated], offer[own]
            if asked is None:
                continue
            if has is None:
                missing.append(f"missing:{own}")
            elif has != asked and (stated == "form" or (has < asked) is (stated == "purity")):
                failing.append(code)
        return missing, failing

    def when(self, scene: Scene) -> tuple[list[str], list[str]]:
        when = self.step.clauses.when
        holds = True if when is None else value(when, scene)
        if holds is None and when is not None:
            return self.rules.missing(when, scene), []
        return [], [] if holds else [f"when:{self.name}"]

    def reference(self, scene: Scene) -> Fraction | None:
        """The first defined reference."""
        premium = self.step.clauses.premium
        found = (value(one, scene) for one in premium.references) if premium else ()
        return next((one for one in found if one is not None), None)

    def premium(self, scene: Scene) -> tuple[list[str], list[str]]:
        premium = self.step.clauses.premium
        if premium is None:
            return [], []
        reference, ratio, compared = self.reference(scene), value(premium.ratio, scene), self.compared(scene)
        if reference is None:
            return [], [] if premium.if_none == "allow" else [f"no_reference:{self.name}"]
        missing = [] if ratio is not None else self.rules.missing(premium.ratio, scene)
        if compared is None:
            missing += self.rules.missing(self.rules.compare, scene)
        if missing or compared is None:
            return missing, []
        return [], [] if compared <= reference * (1 + ratio) else [f"premium:{self.name}"]

    def compared(self, scene: Scene) -> Fraction | None:
        assert scene.offer is not None
        found: Fraction | None = self.world.compared(scene.offer)
        return found

    # ---- the least of what is allowed -----------------------------------------------------------------------------

    def take(self, scene: Scene) -> None:
        offer = scene.offer
        assert offer is not None
        if unknown := self.unknown_limits(scene):
            self.pass_over(offer, unknown)
            return
        free = min(self.request["quantity"] - self.awarded, self.owner.left[offer["offer"]])
        limits = [*self.share(scene), *self.owner.caps.allowances(scene, offer["price"])]
        least = min([free, *(allowed for _, allowed in limits)])
        codes = [code for code, allowed in limits if allowed == least < free]
        lot = offer["lot"]
        mass = least // lot * lot if lot else least
        if mass < least:
            codes.append("lot")
        floor = max(offer["min_quantity"] or NOTHING, self.world.least_award)
        if NOTHING < mass < floor:
            codes.append("min_quantity")
            mass = NOTHING
        if mass:
            self.owner.because[self.request["request"]].update(codes)
            self.award(scene, mass)
        else:
            self.pass_over(offer, codes)

    def unknown_limits(self, scene: Scene) -> list[str]:
        share = self.step.clauses.share
        is_known = share is None or value(share.ratio, scene) is not None
        codes = [] if share is None or is_known else self.rules.missing(share.ratio, scene)
        return list(dict.fromkeys([*codes, *self.owner.caps.missing(scene)]))

    def share(self, scene: Scene) -> list[tuple[str, Fraction]]:
        share = self.step.clauses.share
        if share is None:
            return []
        ratio = value(share.ratio, scene)
        if not share.of_awarded:
            allowed = ratio * self.request["quantity"] - self.took
        elif ratio >= 1:
            return []
        else:
            allowed = (ratio * self.awarded - self.took) / (1 - ratio)
        return [(f"share:{self.name}", max(floor_mg(allowed), NOTHING))]

    def award(self, scene: Scene, mass: Fraction) -> None:
        offer, tier = scene.offer, scene.tier
        assert offer is not None
        assert tier is not None
        cost, reference = cost_of(mass, offer["price"]), self.reference(scene)
        compared = self.compared(scene)
        premium = None if reference is None or compared is None else compared / reference - 1
        place = (self.request["request"], offer["offer"], tier, self.waterfall, self.number)
        self.owner.awards.append(Award(*place, mass, offer["price"], cost, reference, premium))
        self.owner.caps.awarded.append(Counted("award", mass, cost, offer, tier, self.request, self.world.as_of))
        self.owner.left[offer["offer"]] -= mass
        self.awarded += mass
        self.took += mass
