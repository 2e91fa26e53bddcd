"""Operators, sets and choices: values put together, their types looked up in the one signature table."""

from __future__ import annotations

from fractions import Fraction

from vault_rules.domain.units import MASS_UNITS
from vault_rules.language import ast
from vault_rules.language.mistakes_in_values import unit_help
from vault_rules.semantics import typed
from vault_rules.semantics.currencies import CURRENCIES
from vault_rules.semantics.elaboration import NAME, OPEN
from vault_rules.semantics.mismatch import help_with, mismatch
from vault_rules.semantics.naming import NameReader
from vault_rules.semantics.operators import signature
from vault_rules.semantics.types import BOOLEAN, EMPTY_SET, ERROR, TEXT, Type, set_of
from vault_rules.source.diagnostic import Label
from vault_rules.source.text import Span


class OperatorReader(NameReader):
    """Elaborates what is put together from other values."""

    def binary(self, node: ast.Binary, hint: Type | None) -> typed.Expr:
        operator = node.operator
        if self._is_price_per_unknown(node):
            return self.error(node.span)
        if operator in ("in", "not in"):
            left, right = self._member(node)
        elif operator in ("+", "-", "&"):
            left, right = self._pair(node.left, node.right, hint)
        else:
            left, right = self._pair(node.left, node.right, None)
        return self.apply(operator, (left, right), node.span)

    def _is_price_per_unknown(self, node: ast.Binary) -> bool:
        """`30 USD/pound`: a price by a unit that is none; `USD/kg`: a price without its amount."""
        match node:
            case ast.Binary(operator="/", left=ast.Money(), right=ast.Name() as name) if self.is_unknown(name):
                self.report("V0108", f"`{name.name}` is not a unit", name.span, help=unit_help(name.name))
                return True
            case ast.Binary(operator="/", left=ast.Name() as left, right=ast.Name() as right) if (
                left.name in CURRENCIES and right.name in MASS_UNITS and self.is_unknown(left)
            ):
                help = f"write `30 {left.name}/{right.name}`"
                self.report("V0201", f"an amount is missing before `{left.name}/{right.name}`", node.span, help=help)
                return True
        return False

    def _member(self, node: ast.Binary) -> tuple[typed.Expr, typed.Expr]:
        if isinstance(node.left, ast.Name) and self.is_loose(node.left):
            right = self.expr(node.right)
            element = right.type.element if right.type.is_set else None
            return self.expr(node.left, Type(element) if element else None), right
        left = self.expr(node.left)
        return left, self.expr(node.right, set_of(left.type.kind) if not left.type.is_set else None)

    def _pair(self, left: ast.Expr, right: ast.Expr, hint: Type | None) -> tuple[typed.Expr, typed.Expr]:
        """Both sides, each helped by the other's type where its own name says too little (`trader = glencore`)."""
        if self.is_loose(left) and not self.is_loose(right):
            second = self.expr(right, hint)
            return self.expr(left, second.type if second.type != ERROR else hint), second
        first = self.expr(left, hint)
        return first, self.expr(right, first.type if first.type not in (ERROR, EMPTY_SET) else hint)

    def adapt(self, read: typed.Expr, wanted: Type) -> typed.Expr | None:
        """A value whose kind was still open, read as the kind that is wanted; None where that cannot be."""
        if read.type == EMPTY_SET and wanted.is_set and isinstance(read, typed.Const):
            return typed.Const(wanted, frozenset(), span=read.span)
        loose = (NAME, set_of("name"), TEXT, set_of("text"))
        element = wanted.element if wanted.is_set else wanted.kind
        if read.type not in loose or read.type.is_set != wanted.is_set or not isinstance(read, typed.Const):
            return None
        if element not in OPEN:
            return None
        values = read.value if wanted.is_set else {read.value}
        for value in sorted(values):
            if not self.names.is_open(element) and value not in self.names.declared(element):
                self.unknown(value, read.span, element)
                return self.error(read.span)
        return typed.Const(wanted, read.value, span=read.span)

    def apply(self, operator: str, arguments: tuple[typed.Expr, ...], span: Span) -> typed.Expr:
        if ERROR in [argument.type for argument in arguments]:
            return self.error(span)
        arguments = self._level(operator, arguments)
        types = tuple([argument.type for argument in arguments])
        if ERROR in types:
            return self.error(span)
        row = signature(operator, types)
        if row is None:
            self.diagnostics.append(mismatch(operator, arguments, self.currency, span))
            return self.error(span)
        if operator == "/" and isinstance(arguments[1], typed.Const) and arguments[1].value == 0:
            self.report(
                "V0220",
                "this divides by zero",
                arguments[1].span,
                help="nothing is divided by zero: write another number, or leave the division out",
            )
            return self.error(span)
        return typed.Call(row.result, operator, types, arguments, span=span)

    def _level(self, operator: str, arguments: tuple[typed.Expr, ...]) -> tuple[typed.Expr, ...]:
        """Open kinds (an empty set, undeclared names) take the kind of the other side."""
        if len(arguments) != 2:
            return arguments
        left, right = arguments
        member = operator in ("in", "not in")
        wanted_right = set_of(left.type.kind) if member and not left.type.is_set else left.type
        wanted_left = (
            (Type(right.type.element or "error") if member else right.type)
            if right.type.is_set or not member
            else left.type
        )
        if right.type != wanted_right and (adapted := self.adapt(right, wanted_right)) is not None:
            return left, adapted
        if left.type != wanted_left and (adapted := self.adapt(left, wanted_left)) is not None:
            return adapted, right
        return arguments

    def unary(self, node: ast.Unary, hint: Type | None) -> typed.Expr:
        if node.operator == "not":
            return self.apply("not", (self.expr(node.operand, BOOLEAN),), node.span)
        read = self.expr(node.operand, hint)
        if isinstance(read, typed.Const) and isinstance(read.value, Fraction):
            return typed.Const(read.type, -read.value, span=node.span)
        return self.apply("neg", (read,), node.span)

    def _is_free(self, item: ast.Name, whole: ast.SetLiteral) -> bool:
        """Whether a name in a group is a kind of facility, a trader or a buyer, and not a misspelt mineral."""
        if not self.is_unknown(item):
            return False
        names = [one for one in whole.items if isinstance(one, ast.Name) and self.is_unknown(one)]
        return not all(self.is_like_a_mineral(one.name) for one in names)

    def set_literal(self, node: ast.SetLiteral, hint: Type | None) -> typed.Expr:
        element = hint.element if hint is not None and hint.is_set else None
        read: list[typed.Expr] = []
        kind: Type | None = None
        for item in node.items:
            wanted: Type | None = kind or (Type(element) if element not in (None, "name") else None)
            if (
                element == "name"
                and wanted in (None, NAME)
                and isinstance(item, ast.Name)
                and self._is_free(item, node)
            ):
                one: typed.Expr = typed.Const(NAME, item.name, span=item.span)
            else:
                one = self.expr(item, wanted)
            if one.type == ERROR:
                return self.error(node.span)
            kind = kind or one.type
            if one.type != kind:
                one = self.adapt(one, kind) or one
            if one.type != kind or one.type.is_set:
                self.report(
                    "V0208",
                    f"a set holds one kind of thing: here {kind.noun()} and {one.type.noun()}",
                    one.span,
                    f"this is {one.type.words(self.currency)}",
                    (Label(read[0].span, f"this is {kind.words(self.currency)}"),) if read else (),
                    "make two sets of it",
                )
                return self.error(node.span)
            read.append(one)
        if kind is None:
            return typed.Const(EMPTY_SET if element in (None, "name") else set_of(element), frozenset(), span=node.span)
        values = [self.constant(one) for one in read]
        if None in values:
            return self.error(node.span)
        return typed.Const(set_of(kind.kind), frozenset(values), span=node.span)

    def conditional(self, node: ast.Conditional, hint: Type | None) -> typed.Expr:
        condition = self.expect(node.condition, BOOLEAN, "what stands after `if`")
        then, otherwise = self.same(node.then, node.otherwise, hint, "`if … then … else`", node.span)
        if ERROR in (condition.type, then.type, otherwise.type):
            return self.error(node.span)
        return typed.If(then.type, condition, then, otherwise, span=node.span)

    def same(
        self, left: ast.Expr, right: ast.Expr, hint: Type | None, what: str, span: Span
    ) -> tuple[typed.Expr, typed.Expr]:
        """Two values that must be of one type."""
        first, second = self._pair(left, right, hint)
        if ERROR in (first.type, second.type) or first.type == second.type:
            return first, second
        first, second = self._level("=", (first, second))
        if first.type != second.type and ERROR not in (first.type, second.type):
            self.report(
                "V0203",
                f"both values of {what} must be of one kind: here {first.type.noun()} and {second.type.noun()}",
                second.span,
                f"this is {second.type.words(self.currency)}",
                (Label(first.span, f"this is {first.type.words(self.currency)}"),),
                help_with("=", first, second, self.currency),
            )
            return first, self.error(span)
        return first, second
