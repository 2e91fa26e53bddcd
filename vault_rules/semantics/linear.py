"""Whether an expression is `price * A + B` with A above zero, as far as the policy alone shows it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from vault_rules.semantics import typed


def is_linear_in_price(expr: typed.Expr, lets: Mapping[str, typed.Expr]) -> bool:
    """True where the price occurs, is never divided by or multiplied with itself, and not turned below zero."""
    return _degree(expr, lets) == 1


def _degree(expr: typed.Expr, lets: Mapping[str, typed.Expr]) -> int | None:
    """0: does not read the price. 1: the price times something positive, plus something. None: anything else."""
    match expr:
        case typed.Column(owner="offer", name="price"):
            return 1
        case typed.LetRef(name=name):
            return _degree(lets[name], lets)
        case typed.If(condition=condition, then=then, otherwise=otherwise):
            branches = {_degree(then, lets), _degree(otherwise, lets)}
            return branches.pop() if _degree(condition, lets) == 0 and len(branches) == 1 else None
        case typed.Call(operator=operator, arguments=arguments):
            degrees = [_degree(argument, lets) for argument in arguments]
            if all(degree == 0 for degree in degrees):
                return 0
            return None if None in degrees else _of_call(operator, arguments, [degree or 0 for degree in degrees])
    inside = [_degree(child, lets) for child in typed.children(expr)]
    return 0 if all(degree == 0 for degree in inside) else None


def _of_call(operator: str, arguments: tuple[typed.Expr, ...], degrees: list[int]) -> int | None:
    if operator == "+":
        return 1 if sum(degrees) >= 1 else None
    if operator == "-" and degrees == [1, 0]:
        return 1
    if operator in ("*", "of") and sum(degrees) == 1:
        factor = arguments[0] if degrees[0] == 0 else arguments[1]
        return 1 if _may_be_positive(factor) else None
    if operator == "/" and degrees == [1, 0]:
        return 1 if _may_be_positive(arguments[1]) else None
    return None


def _may_be_positive(expr: typed.Expr) -> bool:
    return not (isinstance(expr, typed.Const) and isinstance(expr.value, Fraction) and expr.value <= 0)
