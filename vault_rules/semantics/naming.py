"""What a name in an expression stands for: a definition, a column, a mineral, a trader or a buyer."""

from __future__ import annotations

import re
from typing import Any

from vault_rules.domain.spelling import did_you_mean
from vault_rules.language import ast
from vault_rules.semantics import typed
from vault_rules.semantics.elaboration import NAME, Elaboration
from vault_rules.semantics.law_columns import SUMS, UNDEFINED
from vault_rules.semantics.types import (
    CONTEXT,
    ERROR,
    FACILITY_COLUMNS,
    FIELD_TYPES,
    OFFER_COLUMNS,
    PRICE,
    REQUEST_COLUMNS,
    Type,
    set_of,
)
from vault_rules.source.diagnostic import Label
from vault_rules.source.text import Span

_KNOWN_LATER = frozenset((*SUMS, *UNDEFINED, "purchased", "spend"))
_GROUPED = ("country", "mineral", "trader", "buyer", "kind", "facility", "name", "text", None)
"""What a group may hold; names and texts where it is left open what they name."""


class NameReader(Elaboration):
    """Resolves names, and elaborates each definition once, when it is first read."""

    def name(self, node: ast.Name, hint: Type | None) -> typed.Expr:
        name, span = node.name, node.span
        if name in self.extra:
            owner, kind = self.extra[name]
            return typed.Column(kind, owner, name, span=span)
        element = (hint.element if hint.is_set else hint.kind) if hint else None
        if element in ("mineral", "trader", "buyer") and name in self.names.declared(element):
            self.names.used.add(name)
            return typed.Const(Type(element), name, span=span)
        if element == "tier" and name in self.names.tiers:
            self.names.used.add(name)
            return typed.Const(Type("tier"), name, span=span)
        found = self._defined(name, span) or self._column(name, span) or self._declared(name, span)
        if found is not None:
            return found
        if element is not None and self.names.is_open(element):
            return typed.Const(Type(element), name, span=span)
        self.unknown(name, span, element)
        return self.error(span)

    def unknown(self, name: str, span: Span, kind: str | None) -> None:
        """Say that nothing has this name, and what was probably meant."""
        declared = self.names.declared(kind or "")
        near = did_you_mean(name, sorted(declared)) if declared else None
        near = near or self.names.suggestion(name, self.extra)
        if self.names.is_lost(name, near):
            return
        what = kind if kind in ("mineral", "trader", "buyer", "tier") else None
        message = f"`{name}` is not a {what} that this policy knows" if what else f"nothing here is called `{name}`"
        self.report("V0201", message, span, help=self._help_with(name, kind, near))

    def _help_with(self, name: str, kind: str | None, near: str | None) -> str:
        if kind == "mineral" and not self.names.minerals:
            return 'minerals are declared: `mineral cobalt "Cobalt"`, or `use "lib/minerals.vault"`'
        if name in REQUEST_COLUMNS:
            return f"it is a column of requests: say `request.{name}`"
        if name in FACILITY_COLUMNS:
            return f"`{name}` is a column of facilities: only a `store`, and a law about each `award`, know it"
        if name == "otherwise":
            return "`otherwise` stands without `when`: `tier other otherwise`"
        if near is not None:
            return f"did you mean `{near}`?"
        if kind == "country":
            return "a country is two capitals: `US`"
        if kind == "text":
            return f'a text stands in quotation marks: `"{name}"`'
        if kind in ("mineral", "trader", "buyer") and not re.fullmatch(r"\w+", name, re.ASCII):
            return f"a declared {kind}'s name is one word: use one here and in the book, or declare no {kind}s"
        if kind in ("mineral", "trader", "buyer"):
            return f'declare it: `{kind} {name} "…"`'
        if name == "before" and self.law is not None:
            return "say what it was before the change: `before.awarded`"
        if name in _KNOWN_LATER:
            return f"`{name}` is known only when awards have been made: an `always` may read it, a rule may not"
        if self.extra:
            return "here one may say " + ", ".join(f"`{one}`" for one in self.extra)
        return "a name is defined with `let`, `group`, `table` or `field`; a text stands in quotation marks"

    def _defined(self, name: str, span: Span) -> typed.Expr | None:
        statement = self.names.values.get(name)
        if statement is None:
            return None
        self.names.used.add(name)
        if isinstance(statement, ast.Let):
            return self._let(name, span)
        if isinstance(statement, ast.Field):
            return self._field(name, span)
        if isinstance(statement, ast.Group):
            kind, value = self.group(name, span)
            return self.error(span) if kind == ERROR else typed.Const(kind, value, span=span)
        if isinstance(statement, ast.Table):
            return self._table_as_set(name, span)
        return typed.Const(Type("tier"), name, span=span)

    def _let(self, name: str, span: Span) -> typed.Expr:
        value = self.let_value(name, span)
        return self.error(span) if value.type == ERROR else typed.LetRef(value.type, name, span=span)

    def let_value(self, name: str, span: Span) -> typed.Expr:
        """The typed value of a let, elaborated once; a circle of lets is an error with the place that closes it."""
        if name in self.lets:
            return self.lets[name]
        statement = self.names.values[name]
        assert isinstance(statement, ast.Let) and statement.name is not None
        if name in self.open:
            circle = " → ".join([*self.open[self.open.index(name) :], name])
            self.report(
                "V0212",
                f"this value needs itself: {circle}",
                span,
                labels=(Label(statement.name.span, "it is defined here"),),
                help="give one of them a value of its own",
            )
            return self.error(span)
        self.open.append(name)
        outer, self.extra = self.extra, {}
        law, self.law = self.law, None
        compared, self.price_is_compared = self.price_is_compared, False
        value = self.expr(statement.value)
        if name in self.let_values:  # another value for this run, of the same kind
            value = self.coerce(self.expr(self.let_values[name], value.type), value.type, f"`{name}`")
        self.extra, self.price_is_compared, self.law = outer, compared, law
        self.open.pop()
        if value.type == NAME:
            value = self.error(value.span)
        return self.lets.setdefault(name, value)

    def _field(self, name: str, span: Span) -> typed.Expr:
        field = self.fields.get(name)
        if field is None or field.type == ERROR:
            return self.error(span)
        column = typed.Column(field.type, "field", name, span=span)
        return column if field.default is None else typed.Default(field.type, column, field.default, span=span)

    def group(self, name: str, span: Span | None = None) -> tuple[Type, frozenset[Any]]:
        """A group's kind of set and its members, worked out once; `span` is where it is read."""
        if name in self.groups:
            return self.groups[name]
        statement = self.names.values[name]
        assert isinstance(statement, ast.Group) and statement.name is not None
        if name in self.open:
            circle = " → ".join([*self.open[self.open.index(name) :], name])
            self.report(
                "V0212",
                f"this group needs itself: {circle}",
                span or statement.name.span,
                labels=(Label(statement.name.span, "it is defined here"),),
                help="list the members of one of them",
            )
            return ERROR, frozenset()
        self.open.append(name)
        read = self.expr(statement.value, Type("set", "name"))
        self.open.pop()
        return self.groups.setdefault(name, self._group_of(read))

    def _group_of(self, read: typed.Expr) -> tuple[Type, frozenset[Any]]:
        if read.type.is_set and read.type.element not in _GROUPED:
            help = "a group is of countries, minerals, traders, buyers or kinds of facility; a limit is a `let`"
            self.report("V0208", f"a group cannot hold {read.type.words()[9:]}", read.span, help=help)
        elif read.type.is_set:
            value = self.constant(read)
            return (read.type, value) if isinstance(value, frozenset) else (ERROR, frozenset())
        elif read.type != ERROR:
            help = "a set stands in braces: `{US, CA}`"
            self.report("V0204", f"a group is a set, and this is {read.type.noun()}", read.span, help=help)
        return ERROR, frozenset()

    def _table_as_set(self, name: str, span: Span) -> typed.Expr:
        table = self.table(name)
        if table is None or not table.keys:
            return self.error(span)
        kind = table.types[table.keys[0]]
        if kind == ERROR:
            return self.error(span)
        keys = frozenset(row[0] for row in table.rows if row is not None)
        return typed.Const(set_of(kind.kind), keys, span=span)

    def table(self, name: str) -> typed.TypedTable | None:
        """A table with its cells typed, built once; None while it is being built, or where it is none."""
        from vault_rules.semantics.tables import build

        statement = self.names.values.get(name)
        if name not in self.tables and isinstance(statement, ast.Table) and name not in self.open:
            source = self.table_sources.get(name)
            if statement.path is not None and source is None:
                return None
            self.open.append(name)
            self.tables[name] = build(self, statement, source)
            self.open.pop()
        return self.tables.get(name)

    def _column(self, name: str, span: Span) -> typed.Expr | None:
        if name == "price" and self.price_is_compared:
            return typed.Column(PRICE, "offer", "compared", span=span)
        if name in OFFER_COLUMNS:
            return typed.Column(OFFER_COLUMNS[name], "offer", name, span=span)
        if name == "benchmark":
            return typed.Benchmark(PRICE, None, None, span=span)
        if name in CONTEXT:
            return typed.Context(CONTEXT[name], name, span=span)
        return None

    def _declared(self, name: str, span: Span) -> typed.Expr | None:
        for kind in ("mineral", "trader", "buyer"):
            if name in self.names.declared(kind):
                self.names.used.add(name)
                return typed.Const(Type(kind), name, span=span)
        return None

    def is_loose(self, node: ast.Expr) -> bool:
        """Whether a name's meaning depends on what it stands beside."""
        if isinstance(node, ast.Text):
            return True
        if isinstance(node, ast.SetLiteral):
            return all(self.is_loose(item) for item in node.items)
        if not isinstance(node, ast.Name) or node.name in self.extra or node.name in self.names.values:
            return False
        return node.name not in OFFER_COLUMNS and node.name not in CONTEXT

    def is_unknown(self, item: ast.Name) -> bool:
        """Whether nothing has this name."""
        known = (
            item.name in self.names.values
            or item.name in OFFER_COLUMNS
            or item.name in CONTEXT
            or item.name in self.names.broken
        )
        declared = any(item.name in self.names.declared(kind) for kind in ("mineral", "trader", "buyer"))
        return not known and not declared

    def is_like_a_mineral(self, name: str) -> bool:
        return did_you_mean(name, sorted(self.names.minerals)) is not None

    def field_type(self, identifier: ast.Identifier) -> Type:
        """The type that a `field` or a `let` names."""
        kind = FIELD_TYPES.get(identifier.name)
        if kind is None:
            near = did_you_mean(identifier.name, sorted(FIELD_TYPES))
            help = f"did you mean `{near}`?" if near else "types: " + ", ".join(f"`{one}`" for one in FIELD_TYPES)
            self.report("V0207", f"`{identifier.name}` is not a type of column", identifier.span, help=help)
            return ERROR
        return kind
