"""Step 9: the plan put together from an evaluation: rejections, placements, findings, totals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction

from vault_rules.domain.exact import invoice
from vault_rules.domain.plan import Award, CapUse, Finding, Plan, Reason, Rejection, Totals
from vault_rules.domain.rows import Offer
from vault_rules.engine.eligibility import Standing, judge_rule
from vault_rules.engine.findings import limit_rows
from vault_rules.engine.placing import Storage
from vault_rules.engine.program import Program
from vault_rules.engine.reference import Evaluation, carried_columns
from vault_rules.semantics.types import OFFER_COLUMNS


def plan_of(program: Program, evaluation: Evaluation) -> Plan:
    """The plan of an evaluation. Awards stand in the order made; placements follow the awards; the rest by id."""
    storage = Storage(evaluation.world)
    for award in evaluation.awards:
        storage.place(award)
    rows = list(limit_rows(evaluation))
    policy = program.policy
    found = rejections(evaluation)
    return Plan(
        policy=policy.name,
        title=policy.title,
        version=policy.version,
        policy_sha256=policy.sha256,
        parameters=program.parameters,
        book_sha256=evaluation.book.sha256,
        as_of=evaluation.day.as_of,
        currency=policy.currency,
        awards=tuple(evaluation.awards),
        rejections=found,
        shortfalls=tuple(sorted(evaluation.shortfalls, key=lambda one: one.request)),
        placements=tuple(storage.placements),
        unplaced=tuple(storage.unplaced),
        findings=tuple(
            sorted(
                [*(row for row in rows if isinstance(row, Finding)), *_advice(evaluation)],
                key=lambda one: (one.rule, one.subject),
            )
        ),
        totals=_totals(evaluation, [row for row in rows if isinstance(row, CapUse)]),
        warnings=_warnings(evaluation),
        shown=tuple(name for name, _ in policy.show),
        carried=carried_columns(policy),
    )


def rejections(evaluation: Evaluation) -> tuple[Rejection, ...]:
    """One for each offer that won nothing, by offer id."""
    won = {award.offer for award in evaluation.awards}
    standings = sorted(evaluation.standings.items())
    return tuple(_rejection(evaluation, standing) for name, standing in standings if name not in won)


def _rejection(evaluation: Evaluation, standing: Standing) -> Rejection:
    """`request` is None where it fails whoever asks; else the last request whose walk passed the offer over."""
    offer = standing.offer
    if not standing.may_serve:
        return Rejection(offer.offer, None, tuple(standing.reasons))
    if offer.offer in evaluation.passed_over:
        request, reasons = evaluation.passed_over[offer.offer]
        for_all = reasons[0].code == "not_in_waterfall" and not _taken_by_some(evaluation, standing)
        return Rejection(offer.offer, None if for_all else request, tuple(reasons))
    _, reason = evaluation.not_needed.get(offer.offer, ("", Reason("not_needed")))
    return Rejection(offer.offer, None, (reason,))


def _taken_by_some(evaluation: Evaluation, standing: Standing) -> bool:
    for request in evaluation.book.requests:
        if request.mineral == standing.offer.mineral:
            _, clauses = evaluation.waterfall_for(request)
            if any(standing.tier in step.tiers for step in clauses["steps"]):
                return True
    return False


def _advice(evaluation: Evaluation) -> list[Finding]:
    """What advisory `require` and `forbid` rules say of the offers that were awarded."""
    world = evaluation.world
    offers = {offer.offer: offer for offer in evaluation.book.offers}
    found: dict[tuple[str, str], Finding] = {}
    for rule in world.day.rules:
        if not rule.advisory:
            continue
        for award in evaluation.awards:
            view = world.view(offers[award.offer], world.requests[award.request])
            if rule.scope.holds(award.mineral, award.buyer):
                for reason in judge_rule(rule, view):
                    subject = (
                        f"{award.offer}/{award.request}"
                        if world.day.is_per_request(rule, award.mineral)
                        else award.offer
                    )
                    found.setdefault(
                        (rule.name, subject),
                        Finding(rule.name, rule.kind, subject, reason.actual or reason.code, reason.limit, False),
                    )
    return list(found.values())


def _totals(evaluation: Evaluation, caps: list[CapUse]) -> Totals:
    awards = evaluation.awards
    requested = sum((one.quantity for one in evaluation.book.requests), Fraction(0))
    awarded = sum((one.quantity for one in awards), Fraction(0))
    before = sum(
        (one.quantity for one in evaluation.book.awards if one.request in evaluation.world.requests), Fraction(0)
    )
    return Totals(
        requested=requested,
        awarded=awarded,
        shortfall=sum((one.quantity for one in evaluation.shortfalls), Fraction(0)),
        awarded_before=before,
        cost=invoice(sum((Fraction(one.cost) for one in awards), Fraction(0))),
        by_tier=_by(awards, lambda one: one.tier),
        by_origin=_by(awards, lambda one: one.origin or ""),
        by_mineral=_by(awards, lambda one: one.mineral),
        by_trader=_by(awards, lambda one: one.trader),
        caps=tuple(sorted(caps, key=lambda one: (one.rule, one.subject))),
    )


def _by(awards: Iterable[Award], name: Callable[[Award], str]) -> dict[str, Fraction]:
    found: dict[str, Fraction] = {}
    for award in awards:
        found[name(award)] = found.get(name(award), Fraction(0)) + award.quantity
    return dict(sorted(found.items()))


def _warnings(evaluation: Evaluation) -> tuple[str, ...]:
    """What is probably not meant: columns and kinds that nothing has, markets that are empty only because of form."""
    texts = [*_nowhere(evaluation)]
    for mineral, form, tiers in sorted(evaluation.world.markets.empty_by_form, key=str):
        what = f'form "{form}"' if form is not None else "a blank form"
        texts.append(f"{mineral} with {what} has no offer in {' or '.join(tiers)}: those there are of other forms")
    return tuple(texts)


def _nowhere(evaluation: Evaluation) -> Iterator[str]:
    """Columns that rejected offers and that no offer has; kinds of a `store` that no facility has."""
    codes = {reason.code for one in evaluation.standings.values() for reason in one.reasons}
    for name in sorted(code.removeprefix("missing:") for code in codes if code.startswith("missing:")):
        known = name in OFFER_COLUMNS or name in evaluation.program.policy.fields
        if known and all(_cell(offer, name) is None for offer in evaluation.book.offers):
            yield f"no offer has a `{name}`, which a rule needs: is the column missing, or called otherwise?"
    kinds = {facility.kind for facility in evaluation.book.facilities}
    named = {kind for rule in evaluation.day.stores for place in rule.clauses["places"] for kind in place.kinds}
    for kind in sorted(named - kinds) if kinds else ():
        yield f"no facility is of the kind `{kind}`, which a `store` names"


def _cell(offer: Offer, name: str) -> object:
    return getattr(offer, name, None) if name in OFFER_COLUMNS else offer.fields.get(name)
