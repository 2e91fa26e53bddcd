"""The abstract syntax of a policy: what the author wrote, free of the parser that read it.

Every node carries its `span`, which takes no part in equality: two texts that differ only in layout and comments have
equal trees. Numbers are exact Fractions in the unit that was written.
"""

from __future__ import annotations

from datetime import date as Date
from fractions import Fraction

import attrs

from vault_rules.source.text import Source, Span


@attrs.frozen
class Node:
    """Anything that stands somewhere in a source."""

    span: Span = attrs.field(eq=False, repr=False, kw_only=True)


@attrs.frozen
class Identifier(Node):
    """A name where it is used or given; `quoted` where it was written as text ("Glencore AG")."""

    name: str
    quoted: bool = False


# ---- expressions ----------------------------------------------------------------------------------------------------


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


# ---- statements ----------------------------------------------------------------------------------------------------


@attrs.frozen
class Modifier(Node):
    """`kind`: for, for_buyers, from, before, through, because, cites or when. `value`: an Expr, or text."""

    kind: str
    value: Expr | str


@attrs.frozen
class Statement(Node):
    """Something at the top of a file. `name` is None where a statement has none (`use`)."""

    name: Identifier | None
    modifiers: tuple[Modifier, ...] = attrs.field(default=(), kw_only=True)


@attrs.frozen
class Key(Node):
    """One key of an ordering."""

    value: Expr
    descending: bool


@attrs.frozen
class HeaderEntry(Node):
    """`kind`: currency, version, fiscal_year, serve, least_award, compare or show.

    `value`: text (currency, version, fiscal_year as MM-DD), an Expr, or keys; `name` only for `show`.
    """

    kind: str
    value: str | Expr | tuple[Key, ...]
    name: Identifier | None = None


@attrs.frozen
class Header(Statement):
    title: str | None
    entries: tuple[HeaderEntry, ...]


@attrs.frozen
class Use(Statement):
    path: str
    only: tuple[Identifier, ...] | None


@attrs.frozen
class Declare(Statement):
    """`kind`: mineral, trader or buyer."""

    kind: str
    label: str | None


@attrs.frozen
class Group(Statement):
    value: Expr


@attrs.frozen
class Let(Statement):
    value: Expr


@attrs.frozen
class Field(Statement):
    type: Identifier
    default: Expr | None


@attrs.frozen
class Cell(Node):
    """A table's cell: its value, or None for `otherwise` and for a blank key beside it. Raw `text` for test tables."""

    value: Expr | None
    text: str = attrs.field(eq=False)


@attrs.frozen
class Row(Node):
    cells: tuple[Cell, ...]


@attrs.frozen
class Table(Statement):
    """`keys` None means the first column; `columns` and `rows` are empty where it is read `from` a file."""

    keys: tuple[Identifier, ...] | None
    columns: tuple[Identifier, ...]
    rows: tuple[Row, ...]
    path: str | None


@attrs.frozen
class Tier(Statement):
    when: Expr | None
    """None is `otherwise`."""


@attrs.frozen
class Condition(Statement):
    """`kind`: require or forbid."""

    kind: str
    condition: Expr
    advisory: bool


@attrs.frozen
class Route(Statement):
    minerals: Expr
    sellers: tuple[tuple[Expr, ...], ...]


@attrs.frozen
class Premium(Node):
    """`premium <= ratio over REF [else REF]… [if none allow|reject]`; in an exception the references may be absent."""

    ratio: Expr
    references: tuple[Expr, ...]
    if_none: str | None


@attrs.frozen
class Share(Node):
    ratio: Expr
    of_awarded: bool


@attrs.frozen
class Clauses(Node):
    """The clauses of a step; None where it has none of that kind."""

    when: Expr | None = None
    premium: Premium | None = None
    share: Share | None = None
    keys: tuple[Key, ...] | None = None


@attrs.frozen
class Step(Node):
    """`tiers` None means `all`."""

    label: Identifier | None
    tiers: tuple[Identifier, ...] | None
    clauses: Clauses


@attrs.frozen
class Waterfall(Statement):
    steps: tuple[Step, ...]


@attrs.frozen
class CapBody(Node):
    """`measure`: share, value share, quantity, spend or stock. `of`: requested, demand, stock, purchased or None."""

    measure: str
    by: str | None
    comparison: str
    limit: Expr
    of: str | None
    per: tuple[Identifier, ...]
    where: Expr | None
    by_span: Span | None = attrs.field(default=None, eq=False, repr=False)
    of_span: Span | None = attrs.field(default=None, eq=False, repr=False)


@attrs.frozen
class Cap(Statement):
    """`kind`: cap or target."""

    kind: str
    body: CapBody
    advisory: bool


@attrs.frozen
class Place(Node):
    kinds: tuple[Expr, ...]
    when: Expr | None
    keys: tuple[Key, ...] | None


@attrs.frozen
class Store(Statement):
    places: tuple[Place, ...]


@attrs.frozen
class Waive(Node):
    """`{ waive }`."""


@attrs.frozen
class NewValue(Node):
    value: Expr


@attrs.frozen
class NewCondition(Node):
    kind: str
    condition: Expr


@attrs.frozen
class NewWhen(Node):
    condition: Expr


@attrs.frozen
class NewCap(Node):
    body: CapBody


@attrs.frozen
class NewRoute(Node):
    sellers: tuple[tuple[Expr, ...], ...]


@attrs.frozen
class StepChange(Node):
    step: Identifier
    clauses: Clauses


@attrs.frozen
class NewSteps(Node):
    changes: tuple[StepChange, ...]


@attrs.frozen
class NewPlaces(Node):
    places: tuple[Place, ...]


Change = Waive | NewValue | NewCondition | NewWhen | NewCap | NewRoute | NewSteps | NewPlaces


@attrs.frozen
class Exception_(Statement):
    target: Identifier
    change: Change


# ---- examples and laws -----------------------------------------------------------------------------------------------


@attrs.frozen
class AsOf(Node):
    value: Date


@attrs.frozen
class SetParameter(Node):
    name: Identifier
    value: Expr


@attrs.frozen
class TestTable(Node):
    """One table of a small book: raw cells, read as the book's own cells are."""

    table: str
    columns: tuple[Identifier, ...]
    rows: tuple[Row, ...]


@attrs.frozen
class Expectation(Node):
    """`kind`: award, no_award, reject, shortfall, place, unplaced or error."""

    kind: str
    quantity: Quantity | None = None
    offer: Identifier | None = None
    request: Identifier | None = None
    facility: Identifier | None = None
    because: tuple[str, ...] = ()
    code: str | None = None


TestItem = AsOf | SetParameter | TestTable | Expectation


@attrs.frozen
class Test(Statement):
    title: str
    items: tuple[TestItem, ...]


@attrs.frozen
class Law(Node):
    """`for each SUBJECT [where …]: …`."""

    subject: Identifier
    where: Expr | None
    condition: Expr


@attrs.frozen
class Always(Statement):
    title: str
    laws: tuple[Law, ...]


# ---- the file -------------------------------------------------------------------------------------------------------


@attrs.frozen
class Comment(Node):
    """`# …`, with its mark; `alone` where nothing else stands on its line."""

    text: str
    alone: bool


@attrs.frozen
class PolicyFile:
    """One `.vault` file. `broken` names what a statement that could not be read was about to define."""

    source: Source = attrs.field(eq=False, repr=False)
    statements: tuple[Statement, ...]
    comments: tuple[Comment, ...] = attrs.field(eq=False, repr=False, default=())
    broken: frozenset[str] = attrs.field(eq=False, default=frozenset())
