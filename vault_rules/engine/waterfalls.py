"""Step 2: the one waterfall in force for a request, and what it was given before by it."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from vault_rules.domain.rows import PriorAward, Request
from vault_rules.engine.program import Clauses
from vault_rules.engine.world import World, stop
from vault_rules.semantics import typed

_APART = "let one of them end where the other begins, or narrow one with `for`"


class Waterfalls:
    """The waterfalls of one day, by mineral and buyer."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._found: dict[tuple[str, str], tuple[typed.Rule, Clauses]] = {}
        self._prior: dict[str, list[PriorAward]] = {}
        for award in world.before:
            if award.request is not None:
                self._prior.setdefault(award.request, []).append(award)

    def of(self, request: Request) -> tuple[typed.Rule, Clauses]:
        """The one waterfall in force for a request. Raises `EvaluationError` where there is none, or more than one."""
        key = (request.mineral, request.buyer)
        if key not in self._found:
            self._found[key] = self._one(request)
        return self._found[key]

    def _one(self, request: Request) -> tuple[typed.Rule, Clauses]:
        day = self.world.day
        found = []
        for rule in day.waterfalls:
            if rule.scope.holds(request.mineral, request.buyer):
                clauses = self.world.clauses(rule, request)
                if clauses is not None:
                    found.append((rule, clauses))
        if len(found) == 1:
            return found[0]
        who = f"{request.mineral} for {request.buyer} (request `{request.request}`) on {day.as_of.isoformat()}"
        if not found:
            known = day.policy.waterfalls
            span = known[0].name_span if known else day.policy.span
            raise stop(
                "V0501",
                f"no waterfall is in force for {who}",
                span,
                "let one begin earlier or end later, or evaluate as of another day"
                if known
                else "the policy has none: add a `waterfall`",
            )
        raise stop("V0502", f"{len(found)} waterfalls are in force for {who}", found[1][0].name_span, _APART)

    def has_prior(self, request: Request) -> bool:
        """Whether anything was awarded to a request before."""
        return request.request in self._prior

    def before(self, request: Request) -> Fraction:
        """What was awarded to a request before."""
        return sum((award.quantity for award in self._prior.get(request.request, ())), Fraction(0))

    def before_in(self, request: Request, waterfall: typed.Rule, step: typed.Step) -> Fraction:
        """What one step gave it before."""
        return _sum(one for one in self._prior.get(request.request, ()) if _names_step(one, waterfall, step))


def _sum(awards: Iterable[PriorAward]) -> Fraction:
    return sum((award.quantity for award in awards), Fraction(0))


def _names_step(award: PriorAward, waterfall: typed.Rule, step: typed.Step) -> bool:
    """Whether a prior award names this waterfall and this step, by number or label."""
    if award.waterfall != waterfall.name:
        return False
    return (
        award.step == step.number
        if award.step is not None
        else award.step_label is not None and award.step_label == step.label
    )
