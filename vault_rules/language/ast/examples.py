"""Examples and laws: `test` and `always` blocks."""

from __future__ import annotations

from datetime import date as Date

import attrs

from vault_rules.language.ast.expressions import Expr, Quantity
from vault_rules.language.ast.nodes import Identifier, Node
from vault_rules.language.ast.statements import Row, Statement


@attrs.frozen
class AsOf(Node):
    value: Date


@attrs.frozen
class SetParameter(Node):
    name: Identifier
    value: Expr


@attrs.frozen
class TestTable(Node):
    """One table of a small book: raw cells, read as the book's own cells are. Without columns: it could not be read."""

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
class Opening(Node):
    """`when … :`, what a law compares two evaluations by, word for word."""

    words: tuple[Identifier, ...]


@attrs.frozen
class Law(Node):
    """`[when …:] for each SUBJECT [and SUBJECT]… [where …]: …`."""

    opening: Opening | None
    subjects: tuple[Identifier, ...]
    where: Expr | None
    condition: Expr


@attrs.frozen
class Always(Statement):
    title: str
    laws: tuple[Law, ...]
