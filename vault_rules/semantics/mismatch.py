"""Two kinds of value that do not go together, said in the author's words."""

from __future__ import annotations

from vault_rules.semantics.typed import Expr
from vault_rules.semantics.types import PLURALS, Type
from vault_rules.source.diagnostic import ERROR, Diagnostic, Label
from vault_rules.source.text import Span

_VERBS = {
    "=": "compare",
    "!=": "compare",
    "<": "compare",
    "<=": "compare",
    ">": "compare",
    ">=": "compare",
    "+": "add",
    "-": "subtract",
    "*": "multiply",
    "/": "divide",
    "min": "compare",
    "max": "compare",
}


def mismatch(operator: str, arguments: tuple[Expr, ...], currency: str, span: Span) -> Diagnostic:
    """The diagnostic for an operator that does not take these types."""
    if len(arguments) == 1:
        return _one(operator, arguments[0], currency)
    left, right = arguments
    code = "V0209" if {left.type.kind, right.type.kind} == {"days", "months"} else "V0203"
    return Diagnostic(
        code,
        ERROR,
        _message(operator, left.type, right.type),
        right.span,
        f"this is {right.type.words(currency)}",
        (Label(left.span, f"this is {left.type.words(currency)}"),),
        help_with(operator, left, right, currency),
    )


def _one(operator: str, argument: Expr, currency: str) -> Diagnostic:
    what = {"not": "`not` turns a condition around", "neg": "`-` needs a value that can be below zero"}.get(
        operator, f"`{operator}` does not work on this"
    )
    return Diagnostic(
        "V0203",
        ERROR,
        f"{what}, and this is {argument.type.noun()}",
        argument.span,
        f"this is {argument.type.words(currency)}",
        help=_ALONE.get(operator, "it takes a value with an amount: a mass, a price, a ratio, a number"),
    )


def _message(operator: str, left: Type, right: Type) -> str:
    a, b = left.noun(), right.noun()
    if operator in ("and", "or"):
        wrong = b if left.kind == "boolean" else a
        return f"`{operator}` joins conditions, and one side is {wrong}"
    if operator in ("in", "not in"):
        return f"cannot look for {a} in {b}" if right.is_set else f"`{operator}` looks in a set, and this is {b}"
    if operator == "of":
        return (
            f"there is no part of {b}" if left.kind == "ratio" else f"`of` takes a ratio of something, and this is {a}"
        )
    if left == right and operator in ("<", "<=", ">", ">=", "min", "max"):
        return f"{PLURALS.get(left.kind, 'sets')} have no order: they can only be the same or not"
    if operator == "round":
        return f"cannot round {a} to {b}"
    join = {"+": "and", "-": "from", "*": "by", "/": "by"}.get(operator, "with")
    if operator == "-":
        return f"cannot subtract {b} from {a}"
    return f"cannot {_VERBS.get(operator, operator)} {a} {join} {b}"


def help_with(operator: str, left: Expr, right: Expr, currency: str) -> str:
    """What to write instead."""
    kinds = {left.type.kind, right.type.kind}
    texts = (one.span.text.strip() for one in (right, left) if one.type.kind in ("ratio", "number"))
    # a name with a unit behind it would be no help
    bare = next((text for text in texts if text[:1].isdigit()), "15%").rstrip("%").strip()
    if operator in ("and", "or"):
        return "write both sides as conditions: `origin = US or origin = CA`; for one of several, `origin in {US, CA}`"
    if operator in ("in", "not in"):
        if not right.type.is_set:
            return "a set stands in braces: `origin in {US, CA}`"
        return f"look for it in a set of {PLURALS.get(left.type.kind, 'values of its kind')}"
    if operator == "of":
        return "a part is a percentage of an amount: `20% of quantity`"
    if operator == "round":
        return "what is rounded and the unit are of one kind: `round(price, 0.01 USD/kg)`"
    if operator in ("+", "-", "&") and left.type.is_set and right.type.is_set:
        return "sets that are joined hold one kind of thing"
    if left.type == right.type and operator in ("<", "<=", ">", ">="):
        return "compare with `=` or `!=`, or say `in`"
    if kinds == {"date", "days"} or kinds == {"date", "months"}:
        return "say from which day on: `today + 90 days`"
    if kinds == {"date", "number"}:
        return "a date is year-month-day, with two digits for month and day: 2027-07-01"
    if kinds == {"days", "months"}:
        return "a month has no fixed number of days: use days on both sides, or months on both"
    if kinds == {"price", "ratio"}:
        return f"a limit on the price is a price: `price <= {bare} {currency}/kg`"
    if kinds == {"price", "number"}:
        return f"say of what: `{bare} {currency}/kg`"
    if kinds == {"ratio", "number"}:
        return "`15%` and `0.15` are not interchangeable: write both as percentages, or both as numbers"
    if kinds == {"mass", "number"}:
        return f"say of what: `{bare} kg`"
    if kinds == {"mass", "ratio"}:
        return "say a part of what: `20% of quantity`"
    if kinds == {"price", "money"}:
        return f"a price is money for a mass: `{currency}/kg`; multiply it by a mass to get money"
    if kinds == {"money", "number"}:
        return f"say in what currency: `{bare} {currency}`"
    if kinds == {"date", "text"}:
        return "a date stands without quotation marks: 2027-07-01"
    if kinds == {"days", "number"}:
        return f"say of what: `{bare} days`"
    if kinds == {"country", "text"}:
        return "a country stands without quotation marks, as its ISO code: `US`"
    if "text" in kinds and kinds & {"mineral", "tier"}:
        return "a name of this policy stands without quotation marks"
    if left.type.is_set or right.type.is_set:
        return "to ask whether something is in a set, say `in`"
    if operator in ("*", "/", "+", "-"):
        return "amounts of one kind are added; an amount is multiplied by a ratio or a number, a mass by a price"
    return "both sides must be values of one kind"


_ALONE = {
    "not": "a condition asks something: `not (purity >= 99%)`",
    "neg": "only amounts, numbers and ratios can be below zero",
}
