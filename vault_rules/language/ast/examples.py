"""Examples and laws: `book`, `test` and `always` blocks."""

from __future__ import annotations

from datetime import date as Date

from vault_rules.language.ast.expressions import Expr, Money, Price, Quantity
from vault_rules.language.ast.nodes import Identifier, Node
from vault_rules.language.ast.statements import Row, Statement
from vault_rules.source.alike import node


@node
class AsOf(Node):
    value: Date


@node
class SetParameter(Node):
    name: Identifier
    value: Expr


@node
class TestTable(Node):
    """One table of a small book: raw cells, read as the book's own cells are. Without columns: it could not be read."""

    table: str
    columns: tuple[Identifier, ...]
    rows: tuple[Row, ...]


@node
class UseBook(Node):
    """`use book NAME`: that book's tables, and its day where the test does not say its own."""

    name: Identifier


@node
class Expectation(Node):
    """`kind`: award, no_award, order, reject, shortfall, no_shortfall, place, unplaced, no_unplaced, total, finding or
    error.
    """

    kind: str
    quantity: Quantity | None = None
    offer: Identifier | None = None
    request: Identifier | None = None
    facility: Identifier | None = None
    because: tuple[str, ...] = ()
    flip: Price | None = None
    """The highest price at which nothing in the price stands against a rejected offer any more."""
    order: tuple[Identifier, ...] = ()
    name: Identifier | None = None
    """Which total, or the rule of a finding."""
    amount: Quantity | Money | None = None
    by: Identifier | None = None
    """The kind of part that a total is of: tier, origin, mineral or trader."""
    subject: Identifier | None = None
    """Whose part a total is, or whom a finding is about."""
    holds: bool | None = None
    code: str | None = None


TestItem = AsOf | UseBook | SetParameter | TestTable | Expectation


@node
class Book(Statement):
    """Tables that several tests use, and perhaps a day."""

    items: tuple[AsOf | TestTable, ...]


@node
class Test(Statement):
    title: str
    items: tuple[TestItem, ...]


@node
class Opening(Node):
    """`when … :`, what a law compares two evaluations by, word for word."""

    words: tuple[Identifier, ...]


@node
class Law(Node):
    """`[when …:] for each SUBJECT [and SUBJECT]… [where …]: …`."""

    opening: Opening | None
    subjects: tuple[Identifier, ...]
    where: Expr | None
    condition: Expr


@node
class Always(Statement):
    title: str
    laws: tuple[Law, ...]
