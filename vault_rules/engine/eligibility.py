"""Steps 3 and 4: which offers may be bought at all, and in which tier each is. Every failing rule is reported."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

import attrs

from vault_rules.domain.plan import Reason
from vault_rules.domain.rows import Offer, Request
from vault_rules.engine.judge import comparison_texts, flip_of_condition
from vault_rules.engine.program import Clauses, rule_ref
from vault_rules.engine.world import View, World, stop
from vault_rules.semantics import typed
from vault_rules.semantics.meaning import missing_fields, value_of
from vault_rules.source.text import Span


@attrs.define
class Standing:
    """What steps 3 and 4 found of an offer. `unseen`: only buyers with an exception may have it."""

    offer: Offer
    reasons: list[Reason] = attrs.field(factory=list)
    tier: str | None = None
    unseen: bool = False
    exceptions: set[str] = attrs.field(factory=set)

    @property
    def passed(self) -> bool:
        """Whether references see it."""
        return self.may_serve and not self.unseen

    @property
    def may_serve(self) -> bool:
        """Whether it is worth asking at each step."""
        return not self.reasons and self.tier is not None


def add_reason(reasons: list[Reason], reason: Reason) -> None:
    """Each code once: the first that says it."""
    if all(one.code != reason.code for one in reasons):
        reasons.append(reason)


def missing(expr: typed.Expr, view: View, span: Span | None, fallback: str) -> Iterator[Reason]:
    """`missing:FIELD` for every blank field in an operand that is itself unknown."""
    fields = list(dict.fromkeys(missing_fields(expr, view)))
    for field in fields or [fallback]:
        yield Reason(f"missing:{field}", rule=rule_ref(span))


def judge_rule(rule: typed.Rule, view: View) -> list[Reason]:
    """What a `require` or `forbid` says against an offer, after exceptions: nothing, its code, or what is missing."""
    clauses = view.clauses(rule)
    if clauses is None:
        return []
    condition: typed.Expr = clauses["condition"]
    held = value_of(condition, view)
    span = clauses.spans["condition"]
    if held is None:
        return list(missing(condition, view, span, rule.name))
    if held is (rule.kind == "require"):
        return []
    actual, limit = comparison_texts(condition, view)
    flip = flip_of_condition(condition, view, rule.kind == "require")
    return [Reason(f"{rule.kind}:{rule.name}", actual, limit, flip, rule_ref(span))]


class Eligibility:
    """Steps 3 and 4 for every offer of a book."""

    def __init__(self, world: World) -> None:
        self.world = world

    def rules_for(self, mineral: str) -> tuple[list[typed.Rule], list[typed.Rule]]:
        """The rules for offers of a mineral, in file order: those judged here, and those judged for each request.

        One that depends on the buyer is judged in both places.
        """
        return self.world.day.rules_for(mineral)

    def run(self, offers: Iterable[Offer], known: Mapping[str, Standing] | None = None) -> dict[str, Standing]:
        """The standing of every offer by id; opens the markets with those that passed.

        `known` are standings under the same rules and totals: of the same offers they are not worked out again.
        """
        found = {}
        for offer in offers:
            self._compare(offer)
            before = None if known is None else known.get(offer.offer)
            if before is None or before.offer is not offer:
                found[offer.offer] = self.stand(offer)
                continue
            found[offer.offer] = before
            if before.tier is not None:
                self.world.tier_of[offer.offer] = before.tier
        self.world.markets.open(one.offer for one in found.values() if one.passed)
        return found

    def _compare(self, offer: Offer) -> None:
        """The compared price, where it is known; a price that does not rise with the offered one stops everything."""
        compare = self.world.day.policy.compare
        if compare is None:
            self.world.compared[offer.offer] = offer.price
            return
        value = value_of(compare, self.world.view(offer))
        if value is None:
            return
        if slope(self.world, offer)[0] <= 0:
            raise stop(
                "V0503",
                f"the compared price of offer `{offer.offer}` does not rise with its price",
                compare.span,
                "the factor A of `price * A + B` is above zero",
            )
        self.world.compared[offer.offer] = value

    def stand(self, offer: Offer) -> Standing:
        """The standing of one offer whose compared price is known, if it can be."""
        standing = Standing(offer)
        view = self.world.view(offer)
        here, each = self.rules_for(offer.mineral)
        for rule in here:
            for reason in self.judge(rule, view, offer):
                if rule in each:
                    standing.unseen = True
                else:
                    add_reason(standing.reasons, reason)
        compare = self.world.day.policy.compare
        if compare is not None and offer.offer not in self.world.compared:
            for reason in missing(compare, view, compare.span, "compared"):
                add_reason(standing.reasons, reason)
        if not standing.reasons:
            self.find_tier(standing, view)
        standing.exceptions = set(view.used)
        return standing

    def judge(self, rule: typed.Rule, view: View, offer: Offer) -> list[Reason]:
        """What a rule says against an offer; a route, of its trader."""
        if rule.kind != "route":
            return judge_rule(rule, view)
        clauses = view.clauses(rule)
        if clauses is None or any(offer.trader in group for group in clauses["sellers"]):
            return []
        sellers = ", ".join(sorted(set().union(*clauses["sellers"])))
        return [Reason("not_routed", offer.trader, sellers, None, rule_ref(clauses.spans["sellers"]))]

    def find_tier(self, standing: Standing, view: View) -> None:
        """The first tier that holds; an unknown condition rejects, and later tiers are not tried."""
        if not self.world.day.policy.tiers:
            standing.tier = "all"
        offer = standing.offer
        clauses: Clauses | None = None
        for rule in self.world.day.tiers:
            if not rule.scope.holds(offer.mineral, None):
                continue
            clauses = view.clauses(rule)
            if clauses is None:
                continue
            condition: typed.Expr | None = clauses["when"]
            held = True if condition is None else value_of(condition, view)
            if held is None and condition is not None:
                standing.reasons.extend(missing(condition, view, clauses.spans["when"], rule.name))
                return
            if held:
                standing.tier = rule.name
                self.world.tier_of[offer.offer] = rule.name
                return
        if standing.tier is None:
            standing.reasons.append(Reason("no_tier"))
        else:
            self.world.tier_of[offer.offer] = standing.tier

    def for_request(self, standing: Standing, request: Request, view: View) -> list[Reason]:
        """What the rules that are judged for each request say: those that read it, and those for some buyers."""
        reasons: list[Reason] = []
        for rule in self.rules_for(standing.offer.mineral)[1]:
            if rule.scope.holds(request.mineral, request.buyer):
                for reason in judge_rule(rule, view):
                    add_reason(reasons, reason)
        return reasons


def slope(world: World, offer: Offer) -> tuple[Fraction, Fraction]:
    """A and B of the compared price `price * A + B` of an offer."""
    compare = world.day.policy.compare
    if compare is None:
        return Fraction(1), Fraction(0)
    at = [value_of(compare, world.view(offer, price=Fraction(price))) for price in (0, 1)]
    return at[1] - at[0], at[0]
