"""Step 9: the plan put together from an evaluation: rejections, placements, findings, totals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction

from vault_rules.domain.exact import invoice, total
from vault_rules.domain.plan import Award, CapUse, Finding, Plan, Reason, Rejection, Totals
from vault_rules.engine.eligibility import Standing, judge_rule
from vault_rules.engine.findings import limit_rows
from vault_rules.engine.outcome import Outcome
from vault_rules.engine.placing import Storage
from vault_rules.engine.program import Program
from vault_rules.engine.readings import parts
from vault_rules.engine.reference import Evaluation, carried_columns
from vault_rules.semantics import typed


def plan_of(program: Program, evaluation: Evaluation) -> Plan:
    """The plan of an evaluation. Awards stand in the order made; placements follow the awards; the rest by id."""
    storage = stored(evaluation)
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
        findings=findings(evaluation, rows),
        totals=totals(evaluation, rows),
        warnings=warnings(evaluation),
        shown=tuple(name for name, _ in policy.show),
        carried=carried_columns(policy),
    )


def stored(evaluation: Outcome) -> Storage:
    """Every award in its place."""
    storage = Storage(evaluation.world, evaluation.offer)
    for award in evaluation.awards:
        storage.place(award)
    return storage


def findings(evaluation: Outcome, rows: Iterable[CapUse | Finding]) -> tuple[Finding, ...]:
    """What targets and advisory rules say, by rule and subject."""
    found = [*(row for row in rows if isinstance(row, Finding)), *_advice(evaluation)]
    return tuple(sorted(found, key=lambda one: (one.rule, one.subject)))


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


def _advice(evaluation: Outcome) -> list[Finding]:
    """What advisory `require` and `forbid` rules say of the offers that were awarded."""
    world = evaluation.world
    found: dict[tuple[str, str], Finding] = {}
    for rule in world.day.rules:
        if not rule.advisory:
            continue
        for award in evaluation.awards:
            view = world.view(evaluation.offer(award.offer), world.requests[award.request])
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


def totals(evaluation: Outcome, rows: Iterable[CapUse | Finding]) -> Totals:
    """What was requested, awarded and is short, in all and by name, and how much of each cap is used."""
    caps = [row for row in rows if isinstance(row, CapUse)]
    awards = evaluation.awards
    requested = total(one.quantity for one in evaluation.book.requests)
    awarded = total(one.quantity for one in awards)
    world = evaluation.world
    before = sum((one.quantity for one in world.before if one.request in world.requests), Fraction(0))
    return Totals(
        requested=requested,
        awarded=awarded,
        shortfall=total(one.quantity for one in evaluation.shortfalls),
        awarded_before=before,
        cost=invoice(total(Fraction(one.cost) for one in awards)),
        by_tier=_by(awards, lambda one: one.tier),
        by_origin=_by(awards, lambda one: one.origin or ""),
        by_mineral=_by(awards, lambda one: one.mineral),
        by_trader=_by(awards, lambda one: one.trader),
        caps=tuple(sorted(caps, key=lambda one: (one.rule, one.subject))),
    )


def _by(awards: Iterable[Award], name: Callable[[Award], str]) -> dict[str, Fraction]:
    found: dict[str, list[Fraction]] = {}
    for award in awards:
        found.setdefault(name(award), []).append(award.quantity)
    return {one: total(quantities) for one, quantities in sorted(found.items())}


def warnings(evaluation: Outcome) -> tuple[str, ...]:
    """What is probably not meant: columns and kinds that nothing has, markets that are empty only because of form."""
    texts = [*_nowhere(evaluation)]
    for mineral, form, tiers in sorted(empty_by_form(evaluation), key=str):
        what = f'form "{form}"' if form is not None else "a blank form"
        texts.append(f"{mineral} with {what} has no offer in {' or '.join(tiers)}: those there are of other forms")
    return tuple(texts)


def empty_by_form(evaluation: Outcome) -> set[tuple[str, str | None, tuple[str, ...]]]:
    """The markets that a premium looks at for some offer of a step, and that hold offers of other forms only."""
    forms: dict[tuple[str, str], set[str | None]] = {}
    seen: dict[tuple[str, str], set[str | None]] = {}
    for mineral, tier, form, passed in evaluation.offered():
        forms.setdefault((mineral, tier), set()).add(form)
        if passed:
            seen.setdefault((mineral, tier), set()).add(form)
    found = set()
    for mineral, step, tiers in _markets(evaluation):
        there: set[str | None] = set().union(*(seen.get((mineral, tier), ()) for tier in tiers))
        asked: set[str | None] = set().union(*(forms.get((mineral, tier), ()) for tier in step.tiers))
        found |= {(mineral, form, tiers) for form in asked - there if there}
    return found


def _markets(evaluation: Outcome) -> set[tuple[str, typed.Step, tuple[str, ...]]]:
    """The tiers that the premiums of each mineral's steps refer to."""
    found = set()
    day = evaluation.world.day
    markets_of: dict[int, list[typed.Market]] = {}
    for request in evaluation.book.requests:
        _, clauses = evaluation.waterfalls.of(request)
        for step in clauses["steps"]:
            for reference in clauses[step.number, "references"] or ():
                if id(reference) not in markets_of:
                    markets_of[id(reference)] = [one for one in parts(reference, day) if isinstance(one, typed.Market)]
                found |= {(request.mineral, step, one.tiers) for one in markets_of[id(reference)]}
    return found


def _nowhere(evaluation: Outcome) -> Iterator[str]:
    """Columns that rejected offers and that no offer has; kinds of a `store` that no facility has."""
    for name in evaluation.missing_everywhere():
        yield f"no offer has a `{name}`, which a rule needs: is the column missing, or called otherwise?"
    kinds = {facility.kind for facility in evaluation.book.facilities}
    named = {kind for rule in evaluation.world.day.stores for place in rule.clauses["places"] for kind in place.kinds}
    for kind in sorted(named - kinds) if kinds else ():
        yield f"no facility is of the kind `{kind}`, which a `store` names"
