"""Values and clauses in a form that is the same for all that decide the same: what is constant is worked out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import attrs

from vault_rules.errors import EvaluationError
from vault_rules.semantics import typed
from vault_rules.semantics.constants import NoFacts, NotConstant
from vault_rules.semantics.meaning import applied

_COMPARISONS = ("=", "!=", "<", "<=", ">", ">=", "in", "not in")


class Constants(NoFacts):
    """What is known before any book is read. A `let` that an exception changes is not: it depends on whom it is for."""

    def __init__(self, policy: typed.TypedPolicy, excepted: frozenset[str]) -> None:
        super().__init__({name: one.value for name, one in policy.lets.items()}, policy.tables)
        self.fiscal_start = policy.fiscal_year
        self.excepted = excepted

    def let(self, name: str) -> Any:
        if name in self.excepted:
            raise NotConstant(self.lets[name].span)
        return super().let(name)

    def simple(self, expr: typed.Expr) -> typed.Expr:
        """An expression with all its constant parts worked out.

        `(E else D)` compared with a constant is the comparison of E, else that of D.
        """
        try:
            value = self.constant_or_none(expr)
        except EvaluationError:  # a value too large to be worked out
            return expr
        if value is not None:
            return typed.Const(expr.type, value, span=expr.span)
        rebuilt = with_children(expr, self.simple)
        match rebuilt:
            case typed.If(condition=typed.Const(value=True), then=branch):
                return branch
            case typed.If(condition=typed.Const(value=False), otherwise=branch):
                return branch
            case typed.Default(value=typed.Const() as known):
                return known
            case typed.Call(operator=operator, arguments=(typed.Default() as left, typed.Const())) if (
                operator in _COMPARISONS and isinstance(left.fallback, typed.Const)
            ):
                return self._compared_else(rebuilt, left)
        return rebuilt

    def _compared_else(self, expr: typed.Call, left: typed.Default) -> typed.Expr:
        right = expr.arguments[1]
        assert isinstance(left.fallback, typed.Const) and isinstance(right, typed.Const)
        fallback = applied(expr, expr.row.apply, [left.fallback.value, right.value])
        inner = attrs.evolve(expr, arguments=(left.value, right))
        return typed.Default(expr.type, inner, typed.Const(expr.type, fallback, span=left.span), span=expr.span)


def with_children(expr: typed.Expr, change: Callable[[typed.Expr], typed.Expr]) -> typed.Expr:
    """An expression with each expression directly inside it changed."""
    match expr:
        case typed.Call(arguments=arguments):
            return attrs.evolve(expr, arguments=tuple(change(one) for one in arguments))
        case typed.Lookup(keys=keys):
            return attrs.evolve(expr, keys=tuple(change(one) for one in keys))
        case typed.Market(depth=typed.Expr() as depth):
            return attrs.evolve(expr, depth=change(depth))
        case typed.Benchmark(within=typed.Expr() as within):
            return attrs.evolve(expr, within=change(within))
        case typed.FiscalYear(value=value) | typed.Missing(value=value):
            return attrs.evolve(expr, value=change(value))
        case typed.If(condition=condition, then=then, otherwise=otherwise):
            return attrs.evolve(expr, condition=change(condition), then=change(then), otherwise=change(otherwise))
        case typed.Default(value=value, fallback=fallback):
            return attrs.evolve(expr, value=change(value), fallback=change(fallback))
    return expr


def changed(content: Any, change: Callable[[typed.Expr], typed.Expr]) -> Any:
    """The content of a clause, or of several, with each expression in it changed."""
    match content:
        case typed.Expr():
            return change(content)
        case typed.Key() | typed.Limit():
            return attrs.evolve(content, value=change(content.value))
        case typed.Share():
            return attrs.evolve(content, ratio=change(content.ratio))
        case typed.Place():
            when = None if content.when is None else change(content.when)
            return attrs.evolve(content, when=when, keys=changed(content.keys, change))
        case tuple():
            return tuple(changed(one, change) for one in content)
        case Mapping():
            return {key: changed(one, change) for key, one in content.items()}
    return content


def expressions(content: Any) -> Iterator[typed.Expr]:
    """Every expression in the content of clauses, with all inside it."""
    found: list[typed.Expr] = []

    def note(expr: typed.Expr) -> typed.Expr:
        found.append(expr)
        return expr

    changed(content, note)
    for one in found:
        yield from typed.walk(one)
