"""What a typed expression means: exact values and Kleene logic, one function, whoever supplies the facts.

`None` is both unknown (a blank cell) and undefined (no offer to refer to): every operator passes it on, except `and`,
`or`, `(E else D)`, `is missing` and the branch of an `if` that is not taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any, Protocol

from vault_rules.errors import EvaluationError
from vault_rules.semantics.functions import result_of
from vault_rules.semantics.operators import Apply, fiscal_year
from vault_rules.semantics.typed import (
    Benchmark,
    Call,
    Column,
    Const,
    Context,
    Default,
    Expr,
    FiscalYear,
    Foreign,
    If,
    LetRef,
    Lookup,
    Market,
    Missing,
    Watched,
)  # fmt: skip
from vault_rules.source.diagnostic import ERROR, Diagnostic

MAX_BITS = 20_000
"""Exact values may grow with every product; one of six thousand digits is a mistake, or meant to stop the machine."""
_GROWS = frozenset(("*", "/", "of", "round"))


class Facts(Protocol):
    """Where the values of names come from."""

    @property
    def fiscal_start(self) -> tuple[int, int]: ...

    def column(self, expr: Column) -> Any: ...

    def context(self, expr: Context) -> Any: ...

    def let(self, name: str) -> Any: ...

    def let_expression(self, name: str) -> Expr:
        """What the let stands for here, after exceptions: only asked for the fields that are missing in it."""
        ...

    def foreign(self, expr: Foreign) -> Any: ...

    def table(self, expr: Lookup, keys: tuple[Any, ...]) -> Any: ...

    def market(self, expr: Market) -> Any: ...

    def benchmark(self, expr: Benchmark) -> Any: ...


def value_of(expr: Expr, facts: Facts) -> Any:
    """The value of an expression, exactly; None where it is unknown or undefined."""
    match expr:
        case Const():
            return expr.value
        case Column():
            return facts.column(expr)
        case Call():
            return _call(expr, facts)
        case LetRef():
            return facts.let(expr.name)
        case Context():
            return facts.context(expr)
        case Foreign():
            return facts.foreign(expr)
        case Lookup():
            keys = tuple(value_of(key, facts) for key in expr.keys)
            return None if None in keys else facts.table(expr, keys)
        case Market():
            return facts.market(expr)
        case Benchmark():
            return facts.benchmark(expr)
        case FiscalYear():
            day = value_of(expr.value, facts)
            return None if day is None else Fraction(fiscal_year(day, facts.fiscal_start))
        case If():
            held = value_of(expr.condition, facts)
            if held is None:
                return None
            return value_of(expr.then if held else expr.otherwise, facts)
        case Default():
            value = value_of(expr.value, facts)
            return value_of(expr.fallback, facts) if value is None else value
        case Missing():
            return value_of(expr.value, facts) is None
        case Watched():
            value = value_of(expr.value, facts)
            expr.tell(value, facts)
            return value
    raise AssertionError(f"no meaning for {type(expr).__name__}")


def _call(expr: Call, facts: Facts) -> Any:
    if expr.operator in ("and", "or"):
        return _kleene(expr, facts)
    return applied(expr, expr.row.apply, [value_of(argument, facts) for argument in expr.arguments])


def applied(expr: Call, apply: Apply, values: Sequence[Any]) -> Any:
    """What an operator other than `and` and `or` makes of its arguments: unknown where one of them is."""
    if any(value is None for value in values):
        return None
    result = apply(*values) if expr.own is None else result_of(expr.own, values, expr.span)
    if (expr.operator in _GROWS or expr.own is not None) and isinstance(result, Fraction):
        _bounded(result, expr)
    return result


def _bounded(value: Fraction, expr: Call) -> None:
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > MAX_BITS:
        message = "this value has more than six thousand digits"
        raise EvaluationError(
            Diagnostic("V0505", ERROR, message, expr.span, help="multiply fewer values by each other")
        )


def _kleene(expr: Call, facts: Facts) -> bool | None:
    """`false and unknown` is false; `true or unknown` is true."""
    left: bool | None = value_of(expr.arguments[0], facts)
    if left is (expr.operator == "or"):
        return left
    return kleene(expr.operator, left, value_of(expr.arguments[1], facts))


def kleene(operator: str, left: bool | None, right: bool | None) -> bool | None:
    """`and` and `or` of what may be unknown."""
    deciding = operator == "or"
    if left is deciding or right is deciding:
        return deciding
    return None if left is None or right is None else not deciding


def missing_fields(expr: Expr, facts: Facts, seen: set[str] | None = None) -> Iterator[str]:
    """For an unknown expression: every blank field in an operand that is itself unknown, in the order written."""
    seen = set() if seen is None else seen  # a let is asked once, however many read it
    if value_of(expr, facts) is not None:
        return
    match expr:
        case Column(owner="request"):
            yield f"request.{expr.name}"
        case Column():
            yield expr.name
        case Context():
            yield expr.name
        case LetRef():
            if expr.name not in seen:
                seen.add(expr.name)
                yield from missing_fields(facts.let_expression(expr.name), facts, seen)
        case Call():
            for argument in expr.arguments:
                yield from missing_fields(argument, facts, seen)
        case Lookup():
            for key in expr.keys:
                yield from missing_fields(key, facts, seen)
        case FiscalYear() | Watched():
            yield from missing_fields(expr.value, facts, seen)
        case If():
            held = value_of(expr.condition, facts)
            chosen = expr.condition if held is None else expr.then if held else expr.otherwise
            yield from missing_fields(chosen, facts, seen)
        case Default():
            yield from missing_fields(expr.value, facts, seen)
            yield from missing_fields(expr.fallback, facts, seen)
        case Market():
            yield expr.kind
        case Benchmark():
            yield "benchmark"
