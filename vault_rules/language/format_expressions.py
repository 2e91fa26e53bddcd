"""Values on one line, with the fewest parentheses that keep their meaning."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import singledispatch

from vault_rules.language import ast

ANY, OR, AND, NOT, COMPARISON, SUM, PRODUCT, UNARY, POSTFIX = range(9)
LEVELS = {
    "or": OR, "and": AND, "=": COMPARISON, "!=": COMPARISON, "<": COMPARISON, "<=": COMPARISON, ">": COMPARISON,
    ">=": COMPARISON, "in": COMPARISON, "not in": COMPARISON, "+": SUM, "-": SUM, "&": SUM, "*": PRODUCT, "/": PRODUCT,
    "of": PRODUCT,
}  # fmt: skip
_MEASURED = (ast.Number, ast.Percent, ast.Quantity, ast.Money, ast.Price, ast.Duration)
ARGUMENT_WORDS = frozenset(("depth", "within", "responsive", "all"))
_FIRST_WORD = re.compile(r"[A-Za-z_]\w*")


def quote(text: str) -> str:
    """A text between quotation marks, as `unescape` reads it."""
    for plain, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t")):
        text = text.replace(plain, escaped)
    return f'"{text}"'


def identifier(name: ast.Identifier) -> str:
    """A name as it was written: a quoted one stays quoted."""
    return quote(name.name) if name.quoted else name.name


def guarded(text: str, words: Iterable[str]) -> str:
    """Put a value in parentheses where its first word would be read as a word of the clause it stands in."""
    found = _FIRST_WORD.match(text)
    return f"({text})" if found is not None and found[0] in words else text


def level_of(node: ast.Expr) -> int:
    """How loosely a value binds."""
    if isinstance(node, ast.Binary):
        return LEVELS[node.operator]
    if isinstance(node, ast.Conditional):
        return ANY
    if isinstance(node, ast.IsMissing):
        return COMPARISON
    if isinstance(node, ast.Unary):
        return NOT if node.operator == "not" else UNARY
    return POSTFIX


def flat(node: ast.Expr, level: int = ANY) -> str:
    """A value on one line, in parentheses where it binds more loosely than `level`."""
    text = _flat(node)
    return f"({text})" if level_of(node) < level else text


@singledispatch
def _flat(node: ast.Expr) -> str:
    raise TypeError(node)  # pragma: no cover  # every kind of value is registered below


_flat.register(ast.Name, lambda node: node.name)
_flat.register(ast.Number, lambda node: node.written)
_flat.register(ast.Percent, lambda node: f"{node.written}%")
_flat.register(ast.Quantity, lambda node: f"{node.written} {node.unit}")
_flat.register(ast.Money, lambda node: f"{node.written} {node.currency}")
_flat.register(ast.Price, lambda node: f"{node.written} {node.currency}/{node.unit}")
_flat.register(ast.Duration, lambda node: f"{node.written} {node.unit}{'' if node.value == 1 else 's'}")
_flat.register(ast.DateLiteral, lambda node: node.value.isoformat())
_flat.register(ast.Text, lambda node: quote(node.value))
_flat.register(ast.Boolean, lambda node: "true" if node.value else "false")
_flat.register(ast.Country, lambda node: node.code)
_flat.register(ast.Responsive, lambda node: "responsive")
_flat.register(ast.AllTiers, lambda node: "all")
_flat.register(ast.Depth, lambda node: f"depth {flat(node.value, SUM)}")
_flat.register(ast.Within, lambda node: f"within {flat(node.value, SUM)}")
_flat.register(ast.IsMissing, lambda node: f"{flat(node.operand, SUM)} is missing")
_flat.register(ast.Default, lambda node: f"({flat(node.value, OR)} else {flat(node.fallback, OR)})")

_flat.register(ast.Narrowed, lambda node: f"({flat(node.value, OR)} where {flat(node.where, OR)})")


@_flat.register
def _(node: ast.SetLiteral) -> str:
    return "{" + ", ".join([flat(item, SUM) for item in node.items]) + "}"


@_flat.register
def _(node: ast.Attribute) -> str:
    owner = f"({flat(node.owner)})" if isinstance(node.owner, _MEASURED) else flat(node.owner, POSTFIX)
    return f"{owner}.{node.name.name}"


@_flat.register
def _(node: ast.Lookup) -> str:
    return f"{node.table.name}[{', '.join([flat(key, SUM) for key in node.keys])}]"


@_flat.register
def _(node: ast.Call) -> str:
    return f"{node.function.name}({', '.join([_argument(one) for one in node.arguments])})"


def _argument(node: ast.Expr) -> str:
    if isinstance(node, ast.Depth | ast.Within | ast.Responsive | ast.AllTiers):
        return _flat(node)
    return guarded(flat(node), ARGUMENT_WORDS)


@_flat.register
def _(node: ast.Unary) -> str:
    if node.operator == "not":
        return f"not {flat(node.operand, NOT)}"
    return f"-{flat(node.operand, UNARY)}"


@_flat.register
def _(node: ast.Conditional) -> str:
    return f"if {flat(node.condition, OR)} then {flat(node.then, OR)} else {flat(node.otherwise)}"


@_flat.register
def _(node: ast.Binary) -> str:
    operands = chain(node)
    first = flat(operands[0][1], operands[0][2])
    return " ".join([first, *(f"{operator} {flat(operand, level)}" for operator, operand, level in operands[1:])])


def chain(node: ast.Binary) -> list[tuple[str, ast.Expr, int]]:
    """A run of operators that bind alike, each with its right operand and the level that one needs."""
    level = LEVELS[node.operator]
    right = {OR: NOT, AND: NOT, COMPARISON: SUM, SUM: PRODUCT, PRODUCT: UNARY}[level]
    found: list[tuple[str, ast.Expr, int]] = []
    at: ast.Expr = node
    while isinstance(at, ast.Binary) and LEVELS[at.operator] == level and (level != COMPARISON or at is node):
        found.append((at.operator, at.right, right))
        at = at.left
    found.append(("", at, NOT if level in (OR, AND) else SUM if level == COMPARISON else right))
    return found[::-1]
