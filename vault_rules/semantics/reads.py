"""What an expression reads, and whether it may be undefined: asked when all lets and exceptions are known.

Stages: constant → context → offer → tier → reference → request → award. A place may read some of them; reading another
is an error in words. A part that may be undefined must stand under `else`, `is missing` or `if none`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import attrs

from vault_rules.semantics import typed
from vault_rules.semantics.operators import Signature, signature
from vault_rules.source.alike import Alike, node
from vault_rules.source.diagnostic import ERROR, Diagnostic, Label

CONTEXT = frozenset(("context",))
OFFER = CONTEXT | {"offer"}
RULE = OFFER | {"request"}
STEP = RULE | {"tier", "reference"}
CAP_WHERE = RULE | {"tier"}
AWARD = STEP | {"facility", "award"}
SERVE = CONTEXT | {"request"}

_WHEN_KNOWN = {
    "context": "the book's totals",
    "offer": "the offer",
    "tier": "the tier",
    "reference": "the market",
    "request": "the request",
    "facility": "the facility",
    "award": "the award",
}


_READING = (typed.Column, typed.Context, typed.Benchmark, typed.Market, typed.LetRef)


@node
class Duty(Alike):
    """A place that reads an expression: what it may read, in what words it is named, and whether it must be defined."""

    expr: typed.Expr
    may_read: frozenset[str]
    place: str
    must_be_defined: bool = True
    minerals: frozenset[str] | None = None
    """The minerals the rule is for, where it says so: a table that covers them is total here."""
    columns: frozenset[str] = frozenset()
    """Columns that may be read although their stage is not (the `per` keys of a cap)."""
    help: str | None = None


class Reads:
    """Knows the lets with all exceptions to them."""

    def __init__(
        self,
        lets: Mapping[str, typed.Expr],
        exceptions: Iterable[typed.TypedException],
        tables: Mapping[str, typed.TypedTable],
    ) -> None:
        self.lets, self.tables = lets, tables
        self.exceptions: dict[str, list[typed.TypedException]] = {}
        by_name = {one.name: one for one in exceptions}
        for one in by_name.values():
            target = one
            while target.target_kind == "exception" and target.target in by_name:
                target = by_name[target.target]
            if target.target_kind == "let":
                self.exceptions.setdefault(target.target, []).append(one)
        self._let_reads: dict[str, frozenset[str]] = {}
        self._undefined: dict[tuple[str, frozenset[str] | None], bool] = {}

    def parts(self, name: str) -> list[typed.Expr]:
        """Everything that decides a let's value: its own expression, and each exception's value and `when`."""
        found = [self.lets[name]] if name in self.lets else []
        for exception in self.exceptions.get(name, ()):
            found += [one for one in (exception.when, exception.changes.get("value")) if one is not None]
        return found

    def of_let(self, name: str) -> frozenset[str]:
        if name not in self._let_reads:
            self._let_reads[name] = frozenset()  # a circle is reported elsewhere
            reads: set[str] = set()
            for part in self.parts(name):
                reads |= self.of(part)
            for exception in self.exceptions.get(name, ()):
                reads |= {"context"} if exception.scope.minerals is not None else set()
                reads |= {"request"} if exception.scope.buyers is not None else set()
            self._let_reads[name] = frozenset(reads)
        return self._let_reads[name]

    def of(self, expr: typed.Expr) -> set[str]:
        """The stages an expression reads."""
        found: set[str] = set()
        for one in typed.walk(expr):
            if isinstance(one, _READING):
                found |= self._direct(one)
        return found

    def _direct(self, one: typed.Expr) -> frozenset[str] | set[str]:
        match one:
            case typed.Column(owner="offer", name="tier"):
                return {"tier"}
            case typed.Column(owner="offer" | "field"):
                return {"offer"}
            case typed.Column(owner=owner):
                return {owner}
            case typed.Context() | typed.Benchmark():
                return {"context"}
            case typed.Market(responsive=responsive):
                return {"reference", "request"} if responsive else {"reference"}
            case typed.LetRef(name=name):
                return self.of_let(name)
        return frozenset()

    def too_high(self, duty: Duty) -> typed.Expr | None:
        """The first part of an expression that its place may not read."""
        for one in typed.walk(duty.expr):
            if isinstance(one, _READING) and self._beyond(one, duty, set()):
                return one
        return None

    def _beyond(self, one: typed.Expr, duty: Duty, seen: set[str]) -> frozenset[str]:
        """The stages that a part of an expression reads although its place may not; a `let` may read the columns that
        the place may.
        """
        beyond = frozenset(self._direct(one)) - duty.may_read
        if isinstance(one, typed.Column) and one.name in duty.columns:
            return frozenset()
        if not beyond or not duty.columns or not isinstance(one, typed.LetRef):
            return beyond
        if one.name in seen:
            return frozenset()
        seen.add(one.name)
        of_buyers = any(rule.scope.buyers is not None for rule in self.exceptions.get(one.name, ()))
        inside = (part for expr in self.parts(one.name) for part in typed.walk(expr))
        found = [frozenset(("request",)) - duty.may_read] if of_buyers else []
        return frozenset().union(*found, *(self._beyond(part, duty, seen) for part in inside))

    def undefined(self, expr: typed.Expr, minerals: frozenset[str] | None = None) -> typed.Expr | None:
        """The first part that may be undefined, or None."""
        match expr:
            case typed.Const():
                return None
            case typed.Column(owner="field"):
                return expr
            case typed.LetRef(name=name):
                return expr if self._let_undefined(name, minerals) else None
            case typed.Lookup():
                if not expr.total and not self._covers(expr, minerals):
                    return expr
            case typed.Market(kind=kind) if kind not in ("supply", "count"):
                return expr
            case typed.Benchmark():
                return expr
            case typed.Default(fallback=fallback):
                return self.undefined(fallback, minerals)
            case typed.Missing():
                return None
            case typed.Call(own=Signature(may_be_undefined=True)):
                return expr
            case typed.Call(operator=operator, parameters=parameters, arguments=arguments):
                row = signature(operator, parameters)
                divisor = arguments[-1]
                if (
                    row is not None
                    and row.may_be_undefined
                    and not (isinstance(divisor, typed.Const) and divisor.value > 0)
                ):
                    return divisor if not isinstance(divisor, typed.Const) else expr
        for child in typed.children(expr):
            if not isinstance(child, typed.Const):
                found = self.undefined(child, minerals)
                if found is not None:
                    return found
        return None

    def _let_undefined(self, name: str, minerals: frozenset[str] | None) -> bool:
        key = (name, minerals)
        if key not in self._undefined:
            self._undefined[key] = False  # a circle is reported elsewhere
            self._undefined[key] = any(self.undefined(part, minerals) is not None for part in self.parts(name))
        return self._undefined[key]

    def _covers(self, expr: typed.Lookup, minerals: frozenset[str] | None) -> bool:
        key = expr.keys[0]
        if minerals is None or len(expr.keys) != 1 or not (isinstance(key, typed.Column) and key.name == "mineral"):
            return False
        rows = self.tables[expr.table].rows
        return all(expr.column in rows.get((mineral,), ()) for mineral in minerals)

    def check(self, duty: Duty) -> Iterator[Diagnostic]:
        """At most one mistake of stage, else at most one of definedness."""
        if duty.expr.type.kind == "error":
            return
        high = self.too_high(duty)
        if high is not None:
            yield self._stage_error(high, duty)
            return
        part = self.undefined(duty.expr, duty.minerals) if duty.must_be_defined else None
        if part is not None:
            yield self._undefined_error(part, duty.minerals)

    def _undefined_error(self, part: typed.Expr, minerals: frozenset[str] | None) -> Diagnostic:
        found = _undefined_error(part)
        if isinstance(part, typed.LetRef):
            inner = next(filter(None, (self.undefined(one, minerals) for one in self.parts(part.name))), None)
            if inner is not None:
                return attrs.evolve(found, labels=(Label(inner.span, "because of this"),))
        return found

    def _stage_error(self, high: typed.Expr, duty: Duty) -> Diagnostic:
        name = _name(high)
        stage = min(self._beyond(high, duty, set()))
        message = f"`{name}` is not known yet when {duty.place} is decided"
        if not duty.may_read:
            message = f"{duty.place} is fixed when the policy is written: it cannot read {_WHEN_KNOWN[stage]}"
        labels: tuple[Label, ...] = ()
        if isinstance(high, typed.LetRef) and high.name in self.lets:
            labels = (Label(self.lets[high.name].span, f"`{high.name}` reads {_WHEN_KNOWN[stage]}"),)
        known = ", ".join(
            _WHEN_KNOWN[one] for one in ("context", "offer", "tier", "reference", "request") if one in duty.may_read
        )
        help = duty.help or (f"here one may read {known}" if known else None)
        return Diagnostic("V0216", ERROR, message, high.span, labels=labels, help=help)


def _name(expr: typed.Expr) -> str:
    match expr:
        case typed.Market(kind=kind):
            return kind
        case typed.Benchmark():
            return "benchmark"
        case typed.Column(owner="request", name=name):
            return f"request.{name}"
        case typed.Column(name=name) | typed.Context(name=name) | typed.LetRef(name=name):
            return name
    return expr.span.text


_OF_AWARDS = ("premium", "reference")


def _undefined_error(part: typed.Expr) -> Diagnostic:
    name = _name(part)
    text = part.span.text if len(part.span.text) <= 40 and "\n" not in part.span.text else name
    match part:
        case typed.Column(owner="field"):
            why, help = (
                "may be blank in an offer"
                if name not in _OF_AWARDS
                else "may be unknown: not every award has a reference",
                f"write `({text if isinstance(part, typed.OfSubject) else name} else …)`"
                + (f", or give it a value: `field {name}: … else …`" if name not in _OF_AWARDS else ""),
            )
        case typed.Lookup():
            why, help = (
                "may have no row for this key",
                f"write `({text} else …)`, or end the table with a row `otherwise`",
            )
        case typed.Benchmark():
            why, help = (
                "may be missing from the book",
                f"write `({text} else …)`; in a premium, end with `if none allow` or `if none reject`",
            )
        case typed.Market():
            why, help = (
                "may find no offer",
                f"write `({text} else …)`; in a premium, end with `if none allow` or `if none reject`",
            )
        case typed.LetRef():
            why, help = "may be undefined", f"write `({name} else …)` here, or `else` where it is defined"
        case _:
            why, help = (
                "may be zero, and nothing is divided by zero",
                "put the division under `else`: `(a / b else 0%)`",
            )
    return Diagnostic("V0215", ERROR, f"`{text}` {why}", part.span, help=help)
