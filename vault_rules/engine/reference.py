"""The meaning: section 5 of the language, step by step, in exact fractions. Slow and obvious on purpose.

Read it beside the page. Steps 3 and 4 are in `eligibility`, references in `markets`, who is a candidate in
`candidates`, caps in `limits`, storage in `placing`; the plan is put together in `result`. Another engine is right
exactly where it agrees with this one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

import attrs

from vault_rules.domain.exact import invoice
from vault_rules.domain.plan import Award, Plan, Reason, Shortfall
from vault_rules.domain.rows import BoundBook, Offer, Request
from vault_rules.engine.again import Again
from vault_rules.engine.candidates import Candidacy, Candidates
from vault_rules.engine.eligibility import Eligibility, Standing
from vault_rules.engine.limits import Caps, Group
from vault_rules.engine.markets import Markets
from vault_rules.engine.ordering import in_order, key_value
from vault_rules.engine.outcome import columns_missed, has
from vault_rules.engine.program import Clauses, Program, rule_ref
from vault_rules.engine.taking import allowed, taken
from vault_rules.engine.watching import Moment, Watch
from vault_rules.engine.waterfalls import Waterfalls
from vault_rules.engine.words import show
from vault_rules.engine.world import View, World
from vault_rules.semantics import typed
from vault_rules.semantics.meaning import value_of
from vault_rules.semantics.types import MASS, OFFER_COLUMNS, PRICE, RATIO, Type


def evaluate(program: Program, book: BoundBook, as_of: date) -> Plan:
    """Evaluate a program against a book, as of a date. Raises `EvaluationError` where no waterfall is in force."""
    from vault_rules.engine.result import plan_of

    return plan_of(program, run(program, book, as_of))


def run(program: Program, book: BoundBook, as_of: date, again: Again | None = None) -> Evaluation:
    """The evaluation itself, with all that it knows: what the plan and explanations are made of."""
    evaluation = Evaluation(program, book, as_of, again=again)
    evaluation.serve_all()
    return evaluation


@attrs.define
class Walk:
    """One request's walk down its waterfall."""

    request: Request
    waterfall: typed.Rule
    clauses: Clauses
    need: Fraction
    awarded: Fraction
    """All the request has been awarded, before and now."""
    in_step: dict[int, Fraction]
    """What each step has given, before and now."""
    because: set[str] = attrs.field(factory=set)


MarketsOf = Callable[[World], Markets]


class Evaluation:
    """All state of one evaluation. `watch` keeps what happens to one offer."""

    def __init__(
        self,
        program: Program,
        book: BoundBook,
        as_of: date,
        watch: Watch | None = None,
        markets: MarketsOf | None = None,
        again: Again | None = None,
        known: Mapping[str, Standing] | None = None,
    ) -> None:
        """`markets`: references that were worked out elsewhere, for a book of which not all offers are here; `again`:
        what has become of the book since; `known`: standings of offers that are the same, under the same rules.
        """
        self.program, self.book, self.watch, self.markets = program, book, watch or Watch(), markets
        self.day = program.on(as_of)
        self.world = World(self.day, book, again)
        if markets is not None:
            self.world.markets = markets(self.world)
        self.eligibility = Eligibility(self.world)
        self.standings: dict[str, Standing] = self.eligibility.run(book.offers, known)
        self.candidates = Candidates(self.world, self.eligibility)
        self.caps = Caps(self.world)
        self.waterfalls = Waterfalls(self.world)
        self.left = {offer.offer: offer.quantity for offer in book.offers} | dict(again.left if again else {})
        self.awards: list[Award] = []
        self.shortfalls: list[Shortfall] = []
        self.passed_over: dict[str, tuple[str, list[Reason]]] = {}
        self.not_needed: dict[str, tuple[str, Reason]] = {}
        self.least_award = self._least_award()
        self._pool: dict[str, list[Standing]] = {}
        for standing in self.standings.values():
            self._pool.setdefault(standing.offer.mineral, []).append(standing)

    # ---- what the plan asks ---------------------------------------------------------------------------------------

    def offer(self, name: str) -> Offer:
        return self.standings[name].offer

    def offered(self) -> set[tuple[str, str, str | None, bool]]:
        """Mineral, tier and form of what may serve, and whether references see it."""
        return {
            (one.offer.mineral, one.tier, one.offer.form, one.passed)
            for one in self.standings.values()
            if one.may_serve and one.tier is not None
        }

    def groups_offered(self, rule: typed.Rule, clauses: Clauses) -> set[Group]:
        """The groups of a cap in which offers may count for requests."""
        found: set[Group] = set()
        for request in self.book.requests:
            for standing in (
                self._pool.get(request.mineral, ()) if rule.scope.holds(request.mineral, request.buyer) else ()
            ):
                if standing.may_serve:
                    view = self.world.view(standing.offer, request)
                    if clauses["where"] is None or value_of(clauses["where"], view) is True:
                        found.add(self.caps.group(clauses, view))
        return found

    def missing_everywhere(self) -> list[str]:
        """The columns that a rule missed and that no offer has, by name."""
        codes = {reason.code for one in self.standings.values() for reason in one.reasons}
        return columns_missed(codes, self.day.policy, lambda name: any(has(one, name) for one in self.book.offers))

    def _least_award(self) -> Fraction:
        expr = self.day.policy.least_award
        return Fraction(0) if expr is None else value_of(expr, self.world.view()) or Fraction(0)

    # ---- 6. serve -------------------------------------------------------------------------------------------------

    def serve_all(self) -> None:
        """All requests in order: the `serve` keys, nulls last, then the request's id."""
        requests = sorted(self.book.requests, key=lambda one: one.request)
        waterfalls = {request.request: self.waterfall_for(request) for request in requests}
        keys = [(self._request_key(key), key.descending) for key in self.day.policy.serve]
        for request in in_order(requests, keys):
            self._serve(request, *waterfalls[request.request])

    def _request_key(self, key: typed.Key) -> Callable[[Request], Any]:
        return lambda request: key_value(key, self.world.view(None, request))

    def waterfall_for(self, request: Request) -> tuple[typed.Rule, Clauses]:
        return self.waterfalls.of(request)

    def _serve(self, request: Request, waterfall: typed.Rule, clauses: Clauses) -> None:
        before = self.waterfalls.before(request)
        walk = Walk(request, waterfall, clauses, max(request.quantity - before, Fraction(0)), before, {})
        steps: tuple[typed.Step, ...] = clauses["steps"]
        for step in steps:
            walk.in_step[step.number] = self.waterfalls.before_in(request, waterfall, step)
        taken_tiers = {tier for step in steps for tier in step.tiers}
        for standing in self._pool.get(request.mineral, ()):
            self._before_steps(standing, walk, taken_tiers)
        for step in steps:
            self._step(step, walk)
        if walk.need > 0:
            because = tuple(sorted(walk.because)) or ("no_offers",)
            self.shortfalls.append(Shortfall(request.request, request.mineral, walk.need, because))

    def _before_steps(self, standing: Standing, walk: Walk, taken_tiers: set[str]) -> None:
        """What no step can change: an offer that is not eligible, or whose tier no step takes."""
        if not standing.may_serve:
            walk.because.update(reason.code for reason in standing.reasons)
        elif standing.tier not in taken_tiers and self.left[standing.offer.offer] > 0:
            reason = Reason("not_in_waterfall", standing.tier, None, None, rule_ref(walk.waterfall.name_span))
            self._pass_over(standing.offer, walk, [reason])

    def _pass_over(
        self, offer: Offer, walk: Walk, reasons: list[Reason], step: typed.Step | None = None, view: View | None = None
    ) -> None:
        self.watch.reasons(self._moment(offer, walk, step, view), reasons)
        self.passed_over[offer.offer] = (walk.request.request, reasons)
        walk.because.update(reason.code for reason in reasons)

    def _moment(
        self, offer: Offer, walk: Walk, step: typed.Step | None, view: View | None, clause: str = "step"
    ) -> Moment:
        """Now, for an offer in a walk; `clause` is the part of the step that decides."""
        span = walk.waterfall.name_span if step is None else walk.clauses.spans[step.number, clause]
        return Moment(offer, walk.request, "" if step is None else step.code, span, view)

    def _step(self, step: typed.Step, walk: Walk) -> None:
        candidates: list[tuple[Standing, Candidacy]] = []
        for standing in self._pool.get(walk.request.mineral, ()):
            if standing.may_serve and standing.tier in step.tiers and self.left[standing.offer.offer] > 0:
                candidacy = self.candidates.ask(standing, walk.request, step, walk.clauses)
                self._watch_premium(standing.offer, candidacy, step, walk)
                if candidacy.reasons:
                    self._pass_over(standing.offer, walk, candidacy.reasons, step, candidacy.view)
                else:
                    candidates.append((standing, candidacy))
        for standing, candidacy in self._ordered(candidates, step, walk):
            if walk.need <= 0:
                moment = self._moment(standing.offer, walk, step, candidacy.view)
                reason = Reason("not_needed", rule=rule_ref(moment.span))
                self.not_needed[standing.offer.offer] = (walk.request.request, reason)
                self.watch.reasons(moment, [reason])
            else:
                self._take(standing, candidacy, step, walk)

    def _ordered(
        self, candidates: list[tuple[Standing, Candidacy]], step: typed.Step, walk: Walk
    ) -> list[tuple[Standing, Candidacy]]:
        """Route group, the step's keys, compared price, delivery, offer id; nulls last either way."""
        keys: list[tuple[Callable[[tuple[Standing, Candidacy]], Any], bool]] = [
            (lambda one: self._route_group(one[0].offer), False),
            *((self._candidate_key(key), key.descending) for key in walk.clauses[step.number, "keys"] or ()),
            (lambda one: self.world.compared[one[0].offer.offer], False),
            (lambda one: one[0].offer.delivery, False),
        ]
        return in_order(sorted(candidates, key=lambda one: one[0].offer.offer), keys)

    def _candidate_key(self, key: typed.Key) -> Callable[[tuple[Standing, Candidacy]], Any]:
        return lambda one: key_value(key, one[1].view)

    def _route_group(self, offer: Offer) -> int:
        for rule in self.day.rules:
            if rule.kind == "route" and rule.scope.holds(offer.mineral, None):
                clauses = self.world.view(offer).clauses(rule)
                if clauses is not None:
                    return next((rank for rank, group in enumerate(clauses["sellers"]) if offer.trader in group), 0)
        return 0

    # ---- taking ---------------------------------------------------------------------------------------------------

    def _take(self, standing: Standing, candidacy: Candidacy, step: typed.Step, walk: Walk) -> None:
        """The least of need, what is left, the step's share and each cap; then whole lots; nothing below the minima."""
        offer = standing.offer
        wanted = min(walk.need, self.left[offer.offer])
        given = walk.in_step[step.number]
        limits, unknown = allowed(step, walk.clauses, candidacy.view, self.caps, given, walk.awarded)
        if unknown:
            self._pass_over(offer, walk, unknown, step, candidacy.view)
            return
        quantity, reasons = taken(offer, wanted, limits, self.least_award)
        if quantity > 0:
            walk.because.update(reason.code for reason in reasons)
            self._watch_award(candidacy, step, walk, quantity, reasons)
            self._award(standing, candidacy, step, walk, quantity)
        else:
            self._pass_over(offer, walk, reasons, step, candidacy.view)

    def _watch_premium(self, offer: Offer, candidacy: Candidacy, step: typed.Step, walk: Walk) -> None:
        """Tell who watches what the price was measured against, or that there was nothing to measure it against."""
        ratio_expr: typed.Expr | None = walk.clauses[step.number, "ratio"]
        if ratio_expr is None or not self.watch.sees(offer, walk.request):
            return
        moment = self._moment(offer, walk, step, candidacy.view, "ratio")
        currency, ratio = self.day.policy.currency, value_of(ratio_expr, candidacy.view)
        compared = show(self.world.compared[offer.offer], PRICE, currency)
        if candidacy.reference is None:
            if walk.clauses[step.number, "if_none"] == "allow":
                self.watch.holds(
                    moment, "holds", compared, "none: no reference is defined, and `if none allow` lets it pass"
                )
        elif ratio is not None:
            highest = candidacy.reference * (1 + ratio)
            verdict = "holds" if self.world.compared[offer.offer] <= highest else "fails"
            over = f"{show(ratio, RATIO, '')} over {show(candidacy.reference, PRICE, currency)}"
            limit = f"{show(highest, PRICE, currency)}: {over}"
            self.watch.holds(moment, verdict, compared, limit)

    def _watch_award(
        self, candidacy: Candidacy, step: typed.Step, walk: Walk, quantity: Fraction, reasons: list[Reason]
    ) -> None:
        """Tell who watches: what cut the award short, the award."""
        view = candidacy.view
        offer = view.offer
        assert isinstance(offer, Offer)
        if not self.watch.sees(offer, walk.request):
            return
        moment = self._moment(offer, walk, step, view)
        self.watch.reasons(moment, reasons)
        self.watch.holds(moment, "takes", show(quantity, MASS, ""), show(walk.need, MASS, ""))

    def _award(
        self, standing: Standing, candidacy: Candidacy, step: typed.Step, walk: Walk, quantity: Fraction
    ) -> None:
        offer, request = standing.offer, walk.request
        cost = invoice(quantity * offer.price)
        used = standing.exceptions | candidacy.view.used | set(walk.clauses.exceptions)
        place = rule_ref(walk.clauses.spans[step.number, "step"])
        assert place is not None and standing.tier is not None
        award = award_of(
            self.world,
            candidacy,
            request=request.request,
            buyer=request.buyer,
            tier=standing.tier,
            waterfall=walk.waterfall.name,
            step=step.number,
            step_label=step.label,
            quantity=quantity,
            cost=cost,
            exceptions=tuple(sorted(used)),
            rule=place,
        )
        self.awards.append(award)
        self.caps.award(offer, request, quantity, cost)
        self.left[offer.offer] -= quantity
        walk.need -= quantity
        walk.awarded += quantity
        walk.in_step[step.number] += quantity


def award_of(world: World, candidacy: Candidacy, **more: Any) -> Award:
    """An award of an offer: what it says of the offer, of the reference it was measured by, and of the policy's own."""
    view, policy, reference = candidacy.view, world.day.policy, candidacy.reference
    offer = view.offer
    assert isinstance(offer, Offer)
    return Award(
        offer=offer.offer,
        trader=offer.trader,
        mineral=offer.mineral,
        form=offer.form,
        origin=offer.origin,
        processed_in=offer.processed_in,
        melted_in=offer.melted_in,
        delivery=offer.delivery,
        price=offer.price,
        reference=reference,
        premium=world.compared[offer.offer] / reference - 1 if reference else None,
        shown={name: _shown(expr, view) for name, expr in policy.show},
        carried=carried(offer, policy),
        **more,
    )


def _shown(expr: typed.Expr, view: View) -> str | None:
    value = value_of(expr, view)
    return None if value is None else show(value, expr.type, view.world.day.policy.currency)


_CARRIED = ("producer", "purity", "incoterm", "location", "hazard")


def carried_columns(policy: typed.TypedPolicy) -> tuple[str, ...]:
    """The columns of an offer that an award carries besides its own, and the policy's fields."""
    return (*_CARRIED, *sorted(policy.fields))


def carried_kinds(policy: typed.TypedPolicy) -> dict[str, Type]:
    """Those columns, and the kind of value that each holds."""
    fields, names = policy.fields, carried_columns(policy)
    return {name: fields[name].type if name in fields else OFFER_COLUMNS[name] for name in names}


def carried(offer: Offer, policy: typed.TypedPolicy) -> dict[str, str]:
    """What an award keeps of its offer in those columns, as text that a book reads back."""
    fields, names = policy.fields, carried_columns(policy)
    found = {name: offer.fields.get(name) if name in fields else getattr(offer, name) for name in names}
    kinds = carried_kinds(policy)
    return {name: show(value, kinds[name], policy.currency) for name, value in found.items() if value is not None}
