"""What the names in a law are worth: columns and sums of its subject, now and before the change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from vault_rules.domain.rows import Request
from vault_rules.engine.world import View
from vault_rules.semantics import typed
from vault_rules.semantics.law_columns import SUMS, SUMS_OF_AWARDS
from vault_rules.semantics.meaning import missing_fields, value_of
from vault_rules.trials.laws.situation import Situation
from vault_rules.trials.laws.subjects import Subject, own_names

Sum = Callable[[Situation, list[int], list[Request]], Fraction | None]


class LawFacts:
    """The `Facts` of `semantics.meaning` for one subject; `before` is the same before the change, `outer` that whose
    sum is being narrowed.
    """

    def __init__(self, subject: Subject, before: Subject | None = None, outer: LawFacts | None = None) -> None:
        self.subject, self.before, self.outer = subject, before, outer
        self.view: View = subject.view()
        self.names = own_names(subject.kinds)

    @property
    def fiscal_start(self) -> tuple[int, int]:
        return self.view.fiscal_start

    def column(self, expr: typed.Column) -> Any:
        if isinstance(expr, typed.OfSubject):
            subject = self.before if expr.before else self.subject
            assert subject is not None  # the checker asks for a change
            return self._worth(subject, expr.name, expr.where)
        if expr.owner not in ("award", "field"):
            return self.view.column(expr)
        if expr.name in self.names:
            return self._worth(self.subject, expr.name, None)
        return self.view.column(expr) if self.outer is None or expr.owner == "field" else self.outer.column(expr)

    def sum(self, name: str) -> Fraction | None:
        """A sum of the subject, not narrowed."""
        found: Fraction | None = self._worth(self.subject, name, None)
        return found

    def _worth(self, subject: Subject, name: str, where: typed.Expr | None) -> Any:
        if name not in SUMS:
            return subject.column(name)
        if name == "awarded_before":
            return sum((one.quantity for one in subject.prior()), Fraction(0))
        numbers: list[int] | None = subject.numbers()
        requests: list[Request] | None = subject.requests()
        if where is not None:
            kept = self._narrowed(subject, name, where)
            if kept is None:
                return None
            numbers, requests = kept
        return _SUMS[name](subject.situation, numbers or [], requests or [])

    def _narrowed(self, subject: Subject, name: str, where: typed.Expr) -> tuple[list[int], list[Request]] | None:
        """The awards, or the requests, for which `where` holds; None where it is not known of one of them."""
        numbers, requests = [], []
        for counted in self.counted(subject, name):
            held = value_of(where, LawFacts(counted, None, self))
            if held is None:
                return None
            if held:
                numbers += [counted.of("award")] if counted.award is not None else []
                requests += [counted.request] if counted.award is None and counted.request is not None else []
        return (numbers, subject.requests()) if name in SUMS_OF_AWARDS else ([], requests)

    @staticmethod
    def counted(subject: Subject, name: str) -> Iterator[Subject]:
        """Each award, or each request, that a sum of a subject adds up."""
        if name in SUMS_OF_AWARDS:
            yield from (Subject(subject.situation, (("award", number),)) for number in subject.numbers())
        else:
            yield from (Subject(subject.situation, (("request", one.request),)) for one in subject.requests())

    def unknown_in(self, expr: typed.OfSubject) -> Iterator[str]:
        """Of whom it is not known whether a narrowed sum counts it, and for want of what."""
        subject = self.before if expr.before else self.subject
        if expr.where is None or subject is None:
            return
        for counted in self.counted(subject, expr.name):
            for name in missing_fields(expr.where, LawFacts(counted, None, self)):
                yield f"{name} of {counted.text}"

    # ---- what is not the subject's own ----------------------------------------------------------------------------

    def context(self, expr: typed.Context) -> Any:
        return self.view.context(expr)

    def let(self, name: str) -> Any:
        return self.view.let(name)

    def let_expression(self, name: str) -> typed.Expr:
        return self.view.let_expression(name)

    def foreign(self, expr: typed.Foreign) -> Any:
        return self.view.foreign(expr)

    def table(self, expr: typed.Lookup, keys: tuple[Any, ...]) -> Any:
        return self.view.table(expr, keys)

    def market(self, expr: typed.Market) -> Any:
        return self.view.market(expr)

    def benchmark(self, expr: typed.Benchmark) -> Any:
        return self.view.benchmark(expr)


# ---- the sums ------------------------------------------------------------------------------------------------------


def _awarded(situation: Situation, numbers: list[int], _: list[Request]) -> Fraction:
    return sum((situation.awards[one].quantity for one in numbers), Fraction(0))


def _cost(situation: Situation, numbers: list[int], _: list[Request]) -> Fraction:
    return sum((Fraction(situation.awards[one].cost) for one in numbers), Fraction(0))


def _unplaced(situation: Situation, numbers: list[int], _: list[Request]) -> Fraction:
    return sum(map(situation.unplaced, numbers), Fraction(0))


def _requested(_: Situation, __: list[int], requests: list[Request]) -> Fraction:
    return sum((one.quantity for one in requests), Fraction(0))


def _shortfall(situation: Situation, _: list[int], requests: list[Request]) -> Fraction:
    return sum((situation.short.get(one.request, Fraction(0)) for one in requests), Fraction(0))


def _share(situation: Situation, numbers: list[int], requests: list[Request]) -> Fraction:
    whole = _requested(situation, [], requests)
    return _awarded(situation, numbers, []) / whole if whole else Fraction(0)


def _premium(situation: Situation, numbers: list[int], _: list[Request]) -> Fraction | None:
    """What awards with a reference cost by their compared prices, over what the same mass costs at the references."""
    paid = at_reference = Fraction(0)
    for award in (situation.awards[one] for one in numbers):
        if award.reference is not None and award.premium is not None:
            at_reference += award.quantity * award.reference
            paid += award.quantity * award.reference * (1 + award.premium)
    return paid / at_reference - 1 if at_reference else None


_SUMS: Mapping[str, Sum] = {
    "awarded": _awarded,
    "share": _share,
    "cost": _cost,
    "premium": _premium,
    "unplaced": _unplaced,
    "requested": _requested,
    "shortfall": _shortfall,
}
