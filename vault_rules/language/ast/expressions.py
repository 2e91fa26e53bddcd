"""Values as they were written. Numbers are exact Fractions in the unit that was written."""

from __future__ import annotations

from datetime import date as Date
from fractions import Fraction

from vault_rules.language.ast.nodes import Identifier, Node
from vault_rules.source.alike import field, node


@node
class Expr(Node):
    """A value."""


@node
class Name(Expr):
    name: str


@node
class Number(Expr):
    """A plain number. `written` keeps the digits and multiplier as the author wrote them, as in every literal below."""

    value: Fraction
    written: str = field(eq=False)


@node
class Percent(Expr):
    value: Fraction
    """The ratio: 15% is 3/20."""
    written: str = field(eq=False)


@node
class Quantity(Expr):
    value: Fraction
    unit: str
    written: str = field(eq=False)


@node
class Money(Expr):
    value: Fraction
    currency: str
    written: str = field(eq=False)


@node
class Price(Expr):
    value: Fraction
    currency: str
    unit: str
    written: str = field(eq=False)


@node
class Duration(Expr):
    value: Fraction
    unit: str
    """day, week, month or year."""
    written: str = field(eq=False)


@node
class DateLiteral(Expr):
    value: Date


@node
class Text(Expr):
    value: str


@node
class Boolean(Expr):
    value: bool


@node
class Country(Expr):
    code: str


@node
class SetLiteral(Expr):
    items: tuple[Expr, ...]


@node
class Attribute(Expr):
    """`request.buyer`, `today.fiscal_year`, `spec[mineral].purity`, `lowest(domestic).origin`."""

    owner: Expr
    name: Identifier


@node
class Lookup(Expr):
    table: Identifier
    keys: tuple[Expr, ...]


@node
class Depth(Expr):
    value: Expr


@node
class Within(Expr):
    value: Expr


@node
class Responsive(Expr):
    pass


@node
class AllTiers(Expr):
    pass


@node
class Call(Expr):
    """A function or a reference; `arguments` may hold Depth, Within, Responsive and AllTiers."""

    function: Identifier
    arguments: tuple[Expr, ...]


@node
class Unary(Expr):
    """`not` or `-`."""

    operator: str
    operand: Expr


@node
class Binary(Expr):
    """`or and = != < <= > >= in "not in" + - & * / of`; `operator_span` is where the operator stands."""

    operator: str
    left: Expr
    right: Expr


@node
class IsMissing(Expr):
    operand: Expr


@node
class Conditional(Expr):
    condition: Expr
    then: Expr
    otherwise: Expr


@node
class Default(Expr):
    """`(value else fallback)`."""

    value: Expr
    fallback: Expr


@node
class Narrowed(Expr):
    """`(value where condition)`: a law's sum over a part of what it adds up."""

    value: Expr
    where: Expr
