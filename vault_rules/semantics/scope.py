"""All names of a policy, each once: what a word in an expression may stand for."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from vault_rules.domain.spelling import did_you_mean
from vault_rules.language import ast
from vault_rules.language.statements import BROKEN_USE, NAMELESS
from vault_rules.semantics.load import Loaded
from vault_rules.semantics.types import CONTEXT, FACILITY_COLUMNS, OFFER_COLUMNS
from vault_rules.source.diagnostic import ERROR, Diagnostic, Label

RESERVED = frozenset((*OFFER_COLUMNS, *CONTEXT, *FACILITY_COLUMNS, "request", "all", "none", "otherwise"))
_WORDS = frozenset("if then else and or not in is missing of true false depth within responsive none".split())
"""Words of the language inside a value: what bears such a name could never be said."""
_OF_EVERY_BOOK = ("unit", "per", "currency")
"""Columns that a book's rows have for themselves."""
_VALUES = (ast.Group, ast.Let, ast.Field, ast.Table, ast.Tier)
_RULES = (ast.Tier, ast.Let, ast.Condition, ast.Route, ast.Waterfall, ast.Cap, ast.Exception_, ast.Store)
_KINDS: dict[type[ast.Statement], str] = {
    ast.Group: "group", ast.Let: "let", ast.Field: "field", ast.Table: "table", ast.Tier: "tier", ast.Route: "route",
    ast.Waterfall: "waterfall", ast.Exception_: "exception", ast.Store: "store",
}  # fmt: skip


def kind_of(statement: ast.Statement) -> str:
    """The word that a statement begins with."""
    if isinstance(statement, ast.Declare | ast.Condition | ast.Cap):
        return statement.kind
    return _KINDS[type(statement)]


@attrs.define
class Names:
    """`values` are what expressions may say, `rules` what an exception may name; minerals, traders, buyers apart."""

    values: dict[str, ast.Statement] = attrs.field(factory=dict)
    rules: dict[str, ast.Statement] = attrs.field(factory=dict)
    minerals: dict[str, ast.Declare] = attrs.field(factory=dict)
    traders: dict[str, ast.Declare] = attrs.field(factory=dict)
    buyers: dict[str, ast.Declare] = attrs.field(factory=dict)
    books: dict[str, ast.Statement] = attrs.field(factory=dict)
    """Shared books of tests: nothing else names them."""
    tiers: list[str] = attrs.field(factory=list)
    broken: set[str] = attrs.field(factory=set)
    incomplete: bool = False
    """A used file was not found: an unknown name may well be its."""
    used: set[str] = attrs.field(factory=set)
    """Names that something read, for the warning about those that nothing reads."""
    used_books: set[str] = attrs.field(factory=set)

    def is_lost(self, name: str, near: str | None) -> bool:
        """Whether an unknown name was perhaps defined by what could not be read, and is no mistake of its own."""
        return name in self.broken or self.incomplete or (near is None and NAMELESS in self.broken)

    def declared(self, kind: str) -> dict[str, ast.Declare]:
        return {"mineral": self.minerals, "trader": self.traders, "buyer": self.buyers}.get(kind, {})

    def is_open(self, kind: str) -> bool:
        """Whether any name of this kind will do: traders and buyers until one is declared, kinds of facility always."""
        return kind in ("kind", "facility") or (kind in ("trader", "buyer") and not self.declared(kind))

    def suggestion(self, word: str, more: Iterable[str] = ()) -> str | None:
        known = {*self.values, *self.minerals, *self.traders, *self.buyers, *OFFER_COLUMNS, *CONTEXT, *more}
        return did_you_mean(word, sorted(known))


def collect(loaded: Loaded) -> tuple[Names, list[Diagnostic]]:
    """Every definition by name; a name defined twice is an error with both places."""
    names = Names(broken=set(loaded.broken), incomplete=loaded.incomplete or BROKEN_USE in loaded.broken)
    diagnostics: list[Diagnostic] = []
    for statement in loaded.statements:
        if statement.name is None or isinstance(statement, ast.Header):
            continue
        name, span = statement.name.name, statement.name.span
        is_field_of_all = isinstance(statement, ast.Field) and name in _OF_EVERY_BOOK
        if isinstance(statement, ast.Book):
            _define(names.books, statement, diagnostics)
            continue
        if name in _WORDS or is_field_of_all or (isinstance(statement, _VALUES) and name in RESERVED):
            diagnostics.append(
                Diagnostic(
                    "V0213", ERROR, f"`{name}` already has a meaning of its own", span, help="choose another name"
                )
            )
        if isinstance(statement, ast.Declare):
            _define(names.declared(statement.kind), statement, diagnostics)
            continue
        if isinstance(statement, _VALUES):
            first = names.values.get(name)
            if _define(names.values, statement, diagnostics) and isinstance(statement, ast.Tier):
                names.tiers.append(name)
            if first is not None:
                continue
        if isinstance(statement, _RULES):
            _define(names.rules, statement, diagnostics)
    orders = {id(statement): order for order, statement in enumerate(loaded.statements)}
    for kind in ("mineral", "trader", "buyer"):
        for name in sorted(names.declared(kind).keys() & names.values.keys()):
            declared, other = names.declared(kind)[name], names.values[name]
            if not isinstance(other, ast.Tier):  # beside `trader = glencore` a tier of that name is told apart
                del names.values[name]
                first, second = sorted((declared, other), key=lambda one: orders[id(one)])
                _twice(first, second, diagnostics)
    return names, diagnostics


def _define(
    table: dict[str, ast.Statement] | dict[str, ast.Declare], statement: ast.Statement, diagnostics: list[Diagnostic]
) -> bool:
    assert statement.name is not None
    name = statement.name
    first = table.get(name.name)
    if first is None:
        table[name.name] = statement  # type: ignore[assignment]  # one of the two kinds of table, filled with its own kind
        return True
    _twice(first, statement, diagnostics)
    return False


def _twice(first: ast.Statement, second: ast.Statement, diagnostics: list[Diagnostic]) -> None:
    assert first.name is not None and second.name is not None
    name = second.name.name
    labels = (Label(first.name.span, "first here"),)
    help = "give one of them another name"
    message = f"`{name}` is defined twice"
    diagnostics.append(Diagnostic("V0202", ERROR, message, second.name.span, "again here", labels, help))
