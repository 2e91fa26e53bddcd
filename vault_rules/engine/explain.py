"""Explaining a verdict: every clause that was asked about an offer, what it said, and what would have changed it.

Steps 3 and 4 are asked again, clause by clause. What happened in the walk is not asked again (what is left of an offer
or a cap changes with every award) but recorded while it happens, by an evaluation that watches one offer.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from vault_rules.domain.exact import plain
from vault_rules.domain.plan import Award, Plan, Reason
from vault_rules.domain.trace import Trace, TraceEntry
from vault_rules.engine.eligibility import Standing, judge_rule, missing
from vault_rules.engine.judge import comparison_texts
from vault_rules.engine.program import rule_ref
from vault_rules.engine.reference import Evaluation
from vault_rules.engine.watching import Event, Watch
from vault_rules.errors import UsageError
from vault_rules.semantics import typed
from vault_rules.semantics.meaning import value_of
from vault_rules.source.text import Span

_VERDICTS = {"share": "limits", "cap": "limits", "lot": "limits", "min_quantity": "limits", "missing": "unknown"}


def explain(evaluation: Evaluation, plan: Plan, offer: str, request: str | None) -> Trace:
    """The chain for an offer; `request` None explains the request that its verdict names."""
    standing = evaluation.standings.get(offer)
    if standing is None:
        raise UsageError(f"the book has no offer `{offer}`")
    if request is not None and request not in evaluation.world.requests:
        raise UsageError(f"the book has no request `{request}`")
    chosen = request if request is not None else _decisive(evaluation, plan, offer)
    entries = [*_eligibility(evaluation, standing)]
    if standing.may_serve and chosen is not None:
        watch, day = Watch(offer, chosen), evaluation.day.as_of
        watched = Evaluation(evaluation.program, evaluation.book, day, watch, evaluation.markets)
        watched.serve_all()
        entries.extend(_walk(event, evaluation) for event in watched.watch.events)
    entries.extend(_placements(plan, offer, chosen))
    return Trace(
        offer, chosen, standing.offer.mineral, _outcome(plan, standing, offer, chosen, request), tuple(entries)
    )


def _decisive(evaluation: Evaluation, plan: Plan, offer: str) -> str | None:
    """The request that an explanation is about: the last that bought, that passed it over, that was full."""
    won = [award.request for award in plan.awards if award.offer == offer]
    if won:
        return won[-1]
    named = next((one.request for one in plan.rejections if one.offer == offer), None)
    return named or evaluation.not_needed.get(offer, (None,))[0]


def _text(span: Span | None) -> str:
    """The clause as written, on one line."""
    return "" if span is None else " ".join(span.text.split())


# ---- steps 3 and 4 -----------------------------------------------------------------------------------------------


def _eligibility(evaluation: Evaluation, standing: Standing) -> Iterator[TraceEntry]:
    offer = standing.offer
    here, each = evaluation.eligibility.rules_for(offer.mineral)
    for rule in [one for one in here if one not in each]:
        if rule.kind == "route":
            yield _route(evaluation, standing, rule)
        else:
            yield _condition(evaluation, standing, rule)
    compare = evaluation.day.policy.compare
    if compare is not None and offer.offer not in evaluation.world.compared:
        codes = ", ".join(one.code for one in missing(compare, evaluation.world.view(offer), compare.span, "compared"))
        text, place = _text(compare.span), rule_ref(compare.span)
        yield TraceEntry("compare", "", "unknown", codes, text, None, None, None, (), place)
    if standing.reasons and not any(one.code == "no_tier" for one in standing.reasons):
        return
    yield from _tiers(evaluation, standing)


def _route(evaluation: Evaluation, standing: Standing, rule: typed.Rule) -> TraceEntry:
    reason = next((one for one in standing.reasons if one.code == "not_routed"), None)
    view = evaluation.world.view(standing.offer)
    clauses = view.clauses(rule)
    span = rule.span if clauses is None else clauses.spans["sellers"]
    verdict = "waived" if clauses is None else "holds" if reason is None else "fails"
    code, limit = (None, None) if reason is None else (reason.code, reason.limit)
    used = clauses.exceptions if clauses is not None else tuple(sorted(view.used))
    return TraceEntry(
        "route", rule.name, verdict, code, _text(span), standing.offer.trader, limit, None, used, rule_ref(span)
    )


def _condition(evaluation: Evaluation, standing: Standing, rule: typed.Rule) -> TraceEntry:
    view = evaluation.world.view(standing.offer)
    clauses = view.clauses(rule)
    if clauses is None:
        used = tuple(sorted(view.used))
        text, place = _text(rule.span), rule_ref(rule.span)
        return TraceEntry(rule.kind, rule.name, "waived", None, text, None, None, None, used, place)
    condition: typed.Expr = clauses["condition"]
    span = clauses.spans["condition"]
    reasons = judge_rule(rule, view)
    actual, limit = comparison_texts(condition, view)
    verdict = "holds" if not reasons else "unknown" if value_of(condition, view) is None else "fails"
    code = ", ".join(one.code for one in reasons) or None
    flip = reasons[0].flip_price if reasons else None
    return TraceEntry(
        rule.kind, rule.name, verdict, code, _text(span), actual, limit, flip, tuple(sorted(view.used)), rule_ref(span)
    )


def _tiers(evaluation: Evaluation, standing: Standing) -> Iterator[TraceEntry]:
    """The tiers tried, up to the one that holds."""
    view = evaluation.world.view(standing.offer)
    for rule in evaluation.day.tiers:
        clauses = view.clauses(rule) if rule.scope.holds(standing.offer.mineral, None) else None
        if clauses is None:
            continue
        condition: typed.Expr | None = clauses["when"]
        held = True if condition is None else value_of(condition, view)
        verdict = "unknown" if held is None else "holds" if held else "fails"
        span = clauses.spans["when"]
        yield TraceEntry(
            "tier", rule.name, verdict, None, _text(span), None, None, None, clauses.exceptions, rule_ref(span)
        )
        if held is not False:
            return


# ---- the walk ----------------------------------------------------------------------------------------------------


_STAGES = {"share": "step", "when": "step", "premium": "step", "no_reference": "step", "cap": "cap", "lot": "lot",
           "min_quantity": "lot", "not_needed": "step", "require": "require", "forbid": "forbid"}  # fmt: skip


def _walk(event: Event, evaluation: Evaluation) -> TraceEntry:
    """One thing that happened to the offer at a step."""
    reason, span = event.reason, event.span
    used = tuple(sorted(event.exceptions))
    if reason is None:
        text, place = _text(span), rule_ref(span)
        return TraceEntry("step", event.name, event.verdict, None, text, event.actual, event.limit, None, used, place)
    family, _, named = reason.code.partition(":")
    stage = _STAGES.get(family, "request")
    rule = evaluation.program.rule(named) if stage in ("cap", "require", "forbid") else None
    asked = stage == "request" and reason.rule is None
    return TraceEntry(
        stage,
        event.name if stage in ("step", "request") else named or event.name,
        _VERDICTS.get(family, "fails"),
        reason.code,
        "what the request asks for" if asked else _text(span if rule is None else rule.span),
        reason.actual,
        reason.limit,
        reason.flip_price,
        used,
        None if asked else reason.rule or rule_ref(span),
    )


def _placements(plan: Plan, offer: str, request: str | None) -> Iterator[TraceEntry]:
    for one in plan.placements:
        if one.offer == offer and one.request == request:
            yield _placed(one.facility, "takes", f"store {one.store}", one.quantity)
    for left in plan.unplaced:
        if left.offer == offer and left.request == request:
            yield _placed("nowhere", "fails", "no facility takes it", left.quantity)


def _placed(where: str, verdict: str, text: str, quantity: Fraction) -> TraceEntry:
    return TraceEntry("placement", where, verdict, None, text, f"{plain(quantity)} kg", None, None, (), None)


def _outcome(plan: Plan, standing: Standing, offer: str, request: str | None, asked: str | None) -> str:
    won = [award for award in plan.awards if award.offer == offer and (asked is None or award.request == asked)]
    if won:
        return " ".join(_won(award) for award in won)
    rejection = next((one for one in plan.rejections if one.offer == offer), None)
    if rejection is None:
        return f"Offer {offer} won nothing for request {asked}; it was awarded to another."
    codes = ", ".join(_code(reason) for reason in rejection.reasons)
    if rejection.request is not None:
        return f"Offer {offer} won nothing, at request {rejection.request}: {codes}."
    if codes == "not_needed":
        return f"Offer {offer} won nothing, since it was not needed: the requests were full, or nobody asked."
    return f"Offer {offer} won nothing, whoever asks: {codes}."


def _won(award: Award) -> str:
    step = award.step_label or str(award.step)
    what = f"{plain(award.quantity)} kg of {award.mineral}"
    return f"Offer {award.offer} won {what} for request {award.request}, at step {step} of {award.waterfall}."


def _code(reason: Reason) -> str:
    if reason.flip_price is None:
        return reason.code
    return f"{reason.code} (falls away at {plain(reason.flip_price)} per kg)"
