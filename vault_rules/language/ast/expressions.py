"""Values as they were written. Numbers are exact Fractions in the unit that was written."""

from __future__ import annotations

from datetime import date as Date
from fractions import Fraction

import attrs

from vault_rules.language.ast.nodes import Identifier, Node


@attrs.frozen(eq=False, repr=False)
class Expr(Node):
    """A value."""


@attrs.frozen(eq=False, repr=False)
class Name(Expr):
    name: str


@attrs.frozen(eq=False, repr=False)
class Number(Expr):
    """A plain number. `written` keeps the digits and multiplier as the author wrote them, as in every literal below."""

    value: Fraction
    written: str = attrs.field(eq=False)


@attrs.frozen(eq=False, repr=False)
class Percent(Expr):
    value: Fraction
    """The ratio: 15% is 3/20."""
    written: str = attrs.field(eq=False)


@attrs.frozen(eq=False, repr=False)
class Quantity(Expr):
    value: Fraction
    unit: str
    written: str = attrs.field(eq=False)


@attrs.frozen(eq=False, repr=False)
class Money(Expr):
    value: Fraction
    currency: str
    written: str = attrs.field(eq=False)


@attrs.frozen(eq=False, repr=False)
class Price(Expr):
    value: Fraction
    currency: str
    unit: str
    written: str = attrs.field(eq=False)


@attrs.frozen(eq=False, repr=False)
class Duration(Expr):
    value: Fraction
    unit: str
    """day, week, month or year."""
    written: str = attrs.field(eq=False)


@attrs.frozen(eq=False, repr=False)
class DateLiteral(Expr):
    value: Date


@attrs.frozen(eq=False, repr=False)
class Text(Expr):
    value: str


@attrs.frozen(eq=False, repr=False)
class Boolean(Expr):
    value: bool


@attrs.frozen(eq=False, repr=False)
class Country(Expr):
    code: str


@attrs.frozen(eq=False, repr=False)
class SetLiteral(Expr):
    items: tuple[Expr, ...]


@attrs.frozen(eq=False, repr=False)
class Attribute(Expr):
    """`request.buyer`, `today.fiscal_year`, `spec[mineral].purity`, `lowest(domestic).origin`."""

    owner: Expr
    name: Identifier


@attrs.frozen(eq=False, repr=False)
class Lookup(Expr):
    table: Identifier
    keys: tuple[Expr, ...]


@attrs.frozen(eq=False, repr=False)
class Depth(Expr):
    value: Expr


@attrs.frozen(eq=False, repr=False)
class Within(Expr):
    value: Expr


@attrs.frozen(eq=False, repr=False)
class Responsive(Expr):
    pass


@attrs.frozen(eq=False, repr=False)
class AllTiers(Expr):
    pass


@attrs.frozen(eq=False, repr=False)
class Call(Expr):
    """A function or a reference; `arguments` may hold Depth, Within, Responsive and AllTiers."""

    function: Identifier
    arguments: tuple[Expr, ...]


@attrs.frozen(eq=False, repr=False)
class Unary(Expr):
    """`not` or `-`."""

    operator: str
    operand: Expr


@attrs.frozen(eq=False, repr=False)
class Binary(Expr):
    """`or and = != < <= > >= in "not in" + - & * / of`; `operator_span` is where the operator stands."""

    operator: str
    left: Expr
    right: Expr


@attrs.frozen(eq=False, repr=False)
class IsMissing(Expr):
    operand: Expr


@attrs.frozen(eq=False, repr=False)
class Conditional(Expr):
    condition: Expr
    then: Expr
    otherwise: Expr


@attrs.frozen(eq=False, repr=False)
class Default(Expr):
    """`(value else fallback)`."""

    value: Expr
    fallback: Expr


@attrs.frozen(eq=False, repr=False)
class Narrowed(Expr):
    """`(value where condition)`: a law's sum over a part of what it adds up."""

    value: Expr
    where: Expr
