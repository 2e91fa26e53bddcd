"""Values as they were written. Numbers are exact Fractions in the unit that was written."""

from __future__ import annotations

from datetime import date as Date
from fractions import Fraction

import attrs

from vault_rules.language.ast.nodes import Identifier, Node


@attrs.frozen
class Expr(Node):
    """A value."""


@attrs.frozen
class Name(Expr):
    name: str


@attrs.frozen
class Number(Expr):
    """A plain number. `written` keeps the digits and multiplier as the author wrote them, as in every literal below."""

    value: Fraction
    written: str = attrs.field(eq=False)


@attrs.frozen
class Percent(Expr):
    value: Fraction
    """The ratio: 15% is 3/20."""
    written: str = attrs.field(eq=False)


@attrs.frozen
class Quantity(Expr):
    value: Fraction
    unit: str
    written: str = attrs.field(eq=False)


@attrs.frozen
class Money(Expr):
    value: Fraction
    currency: str
    written: str = attrs.field(eq=False)


@attrs.frozen
class Price(Expr):
    value: Fraction
    currency: str
    unit: str
    written: str = attrs.field(eq=False)


@attrs.frozen
class Duration(Expr):
    value: Fraction
    unit: str
    """day, week, month or year."""
    written: str = attrs.field(eq=False)


@attrs.frozen
class DateLiteral(Expr):
    value: Date


@attrs.frozen
class Text(Expr):
    value: str


@attrs.frozen
class Boolean(Expr):
    value: bool


@attrs.frozen
class Country(Expr):
    code: str


@attrs.frozen
class SetLiteral(Expr):
    items: tuple[Expr, ...]


@attrs.frozen
class Attribute(Expr):
    """`request.buyer`, `today.fiscal_year`, `spec[mineral].purity`, `lowest(domestic).origin`."""

    owner: Expr
    name: Identifier


@attrs.frozen
class Lookup(Expr):
    table: Identifier
    keys: tuple[Expr, ...]


@attrs.frozen
class Depth(Expr):
    value: Expr


@attrs.frozen
class Within(Expr):
    value: Expr


@attrs.frozen
class Responsive(Expr):
    pass


@attrs.frozen
class AllTiers(Expr):
    pass


@attrs.frozen
class Call(Expr):
    """A function or a reference; `arguments` may hold Depth, Within, Responsive and AllTiers."""

    function: Identifier
    arguments: tuple[Expr, ...]


@attrs.frozen
class Unary(Expr):
    """`not` or `-`."""

    operator: str
    operand: Expr


@attrs.frozen
class Binary(Expr):
    """`or and = != < <= > >= in "not in" + - & * / of`; `operator_span` is where the operator stands."""

    operator: str
    left: Expr
    right: Expr


@attrs.frozen
class IsMissing(Expr):
    operand: Expr


@attrs.frozen
class Conditional(Expr):
    condition: Expr
    then: Expr
    otherwise: Expr


@attrs.frozen
class Default(Expr):
    """`(value else fallback)`."""

    value: Expr
    fallback: Expr


@attrs.frozen
class Narrowed(Expr):
    """`(value where condition)`: a law's sum over a part of what it adds up."""

    value: Expr
    where: Expr
