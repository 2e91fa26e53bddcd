"""What stands at the top of a file: the header, definitions and rules."""

from __future__ import annotations

from vault_rules.language.ast.expressions import Expr
from vault_rules.language.ast.nodes import Identifier, Node
from vault_rules.source.alike import field, node
from vault_rules.source.text import Span


@node
class Modifier(Node):
    """`kind`: for, for_buyers, from, before, through, because, cites or when. `value`: an Expr, or text."""

    kind: str
    value: Expr | str


@node
class Statement(Node):
    """Something at the top of a file. `name` is None where a statement has none (`use`)."""

    name: Identifier | None
    modifiers: tuple[Modifier, ...] = field(default=(), kw_only=True)


@node
class Key(Node):
    """One key of an ordering."""

    value: Expr
    descending: bool


@node
class HeaderEntry(Node):
    """`kind`: currency, version, fiscal_year, serve, least_award, compare or show.

    `value`: text (currency, version, fiscal_year as MM-DD), an Expr, or keys; `name` only for `show`.
    """

    kind: str
    value: str | Expr | tuple[Key, ...]
    name: Identifier | None = None


@node
class Header(Statement):
    title: str | None
    entries: tuple[HeaderEntry, ...]


@node
class Use(Statement):
    path: str
    only: tuple[Identifier, ...] | None


@node
class Declare(Statement):
    """`kind`: mineral, trader or buyer."""

    kind: str
    label: str | None


@node
class Group(Statement):
    value: Expr


@node
class Let(Statement):
    value: Expr


@node
class Field(Statement):
    type: Identifier
    default: Expr | None


@node
class Cell(Node):
    """A table's cell: its value, or None for `otherwise` and for a blank key beside it. Raw `text` for test tables."""

    value: Expr | None
    text: str = field(eq=False)


@node
class Row(Node):
    cells: tuple[Cell, ...]


@node
class Table(Statement):
    """`keys` None means the first column; `columns` and `rows` are empty where it is read `from` a file."""

    keys: tuple[Identifier, ...] | None
    columns: tuple[Identifier, ...]
    rows: tuple[Row, ...]
    path: str | None


@node
class Tier(Statement):
    when: Expr | None
    """None is `otherwise`."""


@node
class Condition(Statement):
    """`kind`: require or forbid."""

    kind: str
    condition: Expr
    advisory: bool


@node
class Route(Statement):
    minerals: Expr
    sellers: tuple[tuple[Expr, ...], ...]


@node
class Premium(Node):
    """`premium <= ratio over REF [else REF]… [if none allow|reject]`; in an exception the references may be absent."""

    ratio: Expr
    references: tuple[Expr, ...]
    if_none: str | None


@node
class Share(Node):
    ratio: Expr
    of_awarded: bool


@node
class Clauses(Node):
    """The clauses of a step; None where it has none of that kind."""

    when: Expr | None = None
    premium: Premium | None = None
    share: Share | None = None
    keys: tuple[Key, ...] | None = None


@node
class Step(Node):
    """`tiers` None means `all`."""

    label: Identifier | None
    tiers: tuple[Identifier, ...] | None
    clauses: Clauses


@node
class Waterfall(Statement):
    steps: tuple[Step, ...]


@node
class CapBody(Node):
    """`measure`: share, value share, quantity, spend or stock. `of`: requested, demand, stock, purchased or None."""

    measure: str
    by: str | None
    comparison: str
    limit: Expr
    of: str | None
    per: tuple[Identifier, ...]
    where: Expr | None
    by_span: Span | None = field(default=None, eq=False, repr=False)
    of_span: Span | None = field(default=None, eq=False, repr=False)


@node
class Cap(Statement):
    """`kind`: cap or target."""

    kind: str
    body: CapBody
    advisory: bool


@node
class Place(Node):
    kinds: tuple[Expr, ...]
    when: Expr | None
    keys: tuple[Key, ...] | None


@node
class Store(Statement):
    places: tuple[Place, ...]
