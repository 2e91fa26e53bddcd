"""Expressions: names resolved, types known. Input: syntax and the names of a policy. Output: typed expressions.

A mistake gives one diagnostic and an expression of type `error`, which every operator accepts in silence: one mistake, one
error. What an expression may read, and whether it may be undefined, is asked later (`reads.py`), when all lets are known.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from vault_rules.domain.places import COUNTRIES
from vault_rules.domain.spelling import did_you_mean
from vault_rules.domain.units import MASS_UNITS
from vault_rules.language import ast
from vault_rules.semantics import typed
from vault_rules.semantics.mismatch import mismatch
from vault_rules.semantics.operators import FUNCTIONS, REFERENCES, signature
from vault_rules.semantics.scope import Names
from vault_rules.semantics.types import (
    BOOLEAN,
    CONTEXT,
    COUNTRY,
    DATE,
    DATE_PARTS,
    DAYS,
    EMPTY_SET,
    ERROR,
    FIELD_TYPES,
    MASS,
    MONEY,
    MONTHS,
    NUMBER,
    OFFER_COLUMNS,
    PRICE,
    RATIO,
    REQUEST_COLUMNS,
    TEXT,
    Type,
    set_of,
)  # fmt: skip
from vault_rules.source.diagnostic import ERROR as SEVERITY_ERROR
from vault_rules.source.diagnostic import Diagnostic, Label
from vault_rules.source.text import Source, Span

_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "year": 12}
_NAME = Type("name")


class Elaborator:
    """Turns syntax into typed expressions. `extra` are the names that only one place knows (a store's facility columns)."""

    def __init__(self, names: Names, currency: str, diagnostics: list[Diagnostic]) -> None:
        self.names = names
        self.currency = currency
        self.diagnostics = diagnostics
        self.lets: dict[str, typed.Expr] = {}
        self.fields: dict[str, typed.TypedField] = {}
        self.tables: dict[str, typed.TypedTable] = {}
        self.groups: dict[str, tuple[Type, frozenset[Any]]] = {}
        self._open: list[str] = []
        self.let_values: Mapping[str, ast.Expr] = {}
        self.table_sources: Mapping[str, Source] = {}
        self.extra: Mapping[str, tuple[str, Type]] = {}
        self.price_is_compared = False

    # ---- saying what is wrong -----------------------------------------------------------------------------------

    def report(
        self,
        code: str,
        message: str,
        span: Span,
        label: str = "",
        labels: tuple[Label, ...] = (),
        help: str | None = None,
    ) -> None:
        self.diagnostics.append(Diagnostic(code, SEVERITY_ERROR, message, span, label, labels, help))

    def error(self, span: Span) -> typed.Expr:
        return typed.Const(ERROR, None, span=span)

    # ---- the entry points ---------------------------------------------------------------------------------------

    def expect(self, node: ast.Expr, wanted: Type, what: str, help: str | None = None) -> typed.Expr:
        """An expression that must have one type; `what` begins the sentence if it has not."""
        read = self.expr(node, wanted)
        return self.coerce(read, wanted, what, help)

    def coerce(self, read: typed.Expr, wanted: Type, what: str, help: str | None = None) -> typed.Expr:
        if read.type in (wanted, ERROR) or wanted == ERROR:
            return read
        adapted = self._adapt(read, wanted)
        if adapted is not None:
            return adapted
        self.report(
            "V0204",
            f"{what} is {wanted.noun()}, and this is {read.type.noun()}",
            read.span,
            f"this is {read.type.words(self.currency)}",
            help=help,
        )
        return self.error(read.span)

    def set_value(self, node: ast.Expr, element: str, what: str) -> frozenset[Any]:
        """A constant set of one kind; a single name stands for the set of it alone."""
        read = self.expr(node, set_of(element))
        if read.type.kind == element:
            read = typed.Const(set_of(element), frozenset((self.constant(read),)), span=read.span)
        read = self.coerce(read, set_of(element), what)
        value = self.constant(read)
        return value if isinstance(value, frozenset) else frozenset()

    def constant(self, read: typed.Expr) -> Any:
        """The value of an expression that reads nothing; None (after an error) where it reads something."""
        from vault_rules.semantics.constants import NotConstant, fold

        if read.type == ERROR:
            return None
        try:
            return fold(read, self.lets, self.tables)
        except NotConstant as found:
            self.report("V0216", "this is fixed when the policy is written: it cannot read the book", found.span)
            return None

    # ---- one function a kind of node ------------------------------------------------------------------------------

    def expr(self, node: ast.Expr, hint: Type | None = None) -> typed.Expr:
        match node:
            case ast.Name():
                return self._name(node, hint)
            case ast.Binary():
                return self._binary(node, hint)
            case ast.Number(value=value):
                return typed.Const(NUMBER, value, span=node.span)
            case ast.Percent(value=value):
                return typed.Const(RATIO, value, span=node.span)
            case ast.Quantity():
                return typed.Const(MASS, node.value * MASS_UNITS[node.unit], span=node.span)
            case ast.Money():
                return self._money(node.value, node.currency, MONEY, node.span)
            case ast.Price():
                return self._money(node.value / MASS_UNITS[node.unit], node.currency, PRICE, node.span)
            case ast.Duration():
                return self._duration(node)
            case ast.DateLiteral(value=day):
                return typed.Const(DATE, day, span=node.span)
            case ast.Text():
                return self._text(node, hint)
            case ast.Boolean(value=value):
                return typed.Const(BOOLEAN, value, span=node.span)
            case ast.Country():
                return self._country(node)
            case ast.SetLiteral():
                return self._set(node, hint)
            case ast.Unary():
                return self._unary(node, hint)
            case ast.IsMissing():
                return typed.Missing(BOOLEAN, self.expr(node.operand), span=node.span)
            case ast.Conditional():
                return self._conditional(node, hint)
            case ast.Default():
                value, fallback = self._same(node.value, node.fallback, hint, "`else`", node.span)
                return self._made(typed.Default, value, fallback, node.span)
            case ast.Attribute():
                return self._attribute(node)
            case ast.Lookup():
                return self._lookup(node, None)
            case ast.Call():
                return self._call(node)
            case ast.Depth() | ast.Within() | ast.Responsive() | ast.AllTiers():
                self.report("V0206", "this belongs inside a reference such as `best(…)`", node.span)
        return self.error(node.span)

    def _made(self, kind: Any, value: typed.Expr, fallback: typed.Expr, span: Span) -> typed.Expr:
        if ERROR in (value.type, fallback.type):
            return self.error(span)
        made: typed.Expr = kind(value.type, value, fallback, span=span)
        return made

    def _money(self, amount: Fraction, currency: str, kind: Type, span: Span) -> typed.Expr:
        if currency == self.currency:
            return typed.Const(kind, amount, span=span)
        return typed.Foreign(kind, amount, currency, span=span)

    def _duration(self, node: ast.Duration) -> typed.Expr:
        if node.unit in _DAYS:
            return typed.Const(DAYS, node.value * _DAYS[node.unit], span=node.span)
        if node.value.denominator != 1:
            self.report("V0107", "months and years are counted whole", node.span)
        return typed.Const(MONTHS, node.value * _MONTHS[node.unit], span=node.span)

    def _text(self, node: ast.Text, hint: Type | None) -> typed.Expr:
        kind = (hint.element if hint.is_set else hint.kind) if hint else None
        if kind in ("trader", "buyer", "kind", "facility"):
            if self.names.is_open(kind) or node.value in self.names.declared(kind):
                return typed.Const(Type(kind), node.value, span=node.span)
            self._unknown(node.value, node.span, kind)
            return self.error(node.span)
        return typed.Const(TEXT, node.value, span=node.span)

    def _country(self, node: ast.Country) -> typed.Expr:
        if node.code not in COUNTRIES:
            near = did_you_mean(node.code, sorted(COUNTRIES))
            help = (
                f"did you mean `{near}` ({COUNTRIES[near]})?"
                if near
                else "countries are ISO 3166 codes of two letters, such as US"
            )
            if node.code == "UK":
                help = "the United Kingdom is `GB`"
            self.report("V0205", f"`{node.code}` is not a country", node.span, help=help)
            return self.error(node.span)
        return typed.Const(COUNTRY, node.code, span=node.span)

    # ---- names ----------------------------------------------------------------------------------------------------

    def _name(self, node: ast.Name, hint: Type | None) -> typed.Expr:
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
        if name not in self.names.broken:
            self._unknown(name, span, element)
        return self.error(span)

    def _unknown(self, name: str, span: Span, kind: str | None) -> None:
        if self.names.incomplete:
            return
        declared = self.names.declared(kind or "")
        near = did_you_mean(name, sorted(declared)) if declared else None
        near = near or self.names.suggestion(name, self.extra)
        what = {"mineral": "mineral", "trader": "trader", "buyer": "buyer", "tier": "tier"}.get(kind or "")
        message = f"`{name}` is not a {what} that this policy knows" if what else f"nothing here is called `{name}`"
        help = f"did you mean `{near}`?" if near else None
        if kind == "mineral" and not self.names.minerals:
            help = 'minerals are declared: `mineral cobalt "Cobalt"`, or `use "lib/minerals.vault"`'
        self.report("V0201", message, span, help=help)

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
            kind, value = self.group(name)
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
        if name in self._open:
            circle = " → ".join([*self._open[self._open.index(name) :], name])
            self.report(
                "V0212",
                f"this value needs itself: {circle}",
                span,
                labels=(Label(statement.name.span, "it is defined here"),),
            )
            return self.error(span)
        self._open.append(name)
        outer, self.extra = self.extra, {}
        compared, self.price_is_compared = self.price_is_compared, False
        value = self.expr(self.let_values.get(name, statement.value))
        self.extra, self.price_is_compared = outer, compared
        self._open.pop()
        if value.type == _NAME:
            value = self.error(value.span)
        return self.lets.setdefault(name, value)

    def _field(self, name: str, span: Span) -> typed.Expr:
        field = self.fields.get(name)
        if field is None or field.type == ERROR:
            return self.error(span)
        column = typed.Column(field.type, "field", name, span=span)
        return column if field.default is None else typed.Default(field.type, column, field.default, span=span)

    def group(self, name: str) -> tuple[Type, frozenset[Any]]:
        """A group's kind of set and its members, worked out once."""
        if name in self.groups:
            return self.groups[name]
        statement = self.names.values[name]
        assert isinstance(statement, ast.Group)
        if name in self._open:
            self.report("V0212", f"this group needs itself: `{name}`", statement.span)
            return ERROR, frozenset()
        self._open.append(name)
        read = self.expr(statement.value, Type("set", "name"))
        self._open.pop()
        result: tuple[Type, frozenset[Any]] = (ERROR, frozenset())
        if read.type.is_set:
            value = self.constant(read)
            result = (read.type, value) if isinstance(value, frozenset) else result
        elif read.type != ERROR:
            self.report(
                "V0204",
                f"a group is a set, and this is {read.type.noun()}",
                read.span,
                help="a set stands in braces: `{US, CA}`",
            )
        return self.groups.setdefault(name, result)

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
        if name not in self.tables and isinstance(statement, ast.Table) and name not in self._open:
            source = self.table_sources.get(name)
            if statement.path is not None and source is None:
                return None
            self._open.append(name)
            self.tables[name] = build(self, statement, source)
            self._open.pop()
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

    # ---- operators --------------------------------------------------------------------------------------------------

    def _binary(self, node: ast.Binary, hint: Type | None) -> typed.Expr:
        operator = node.operator
        if operator in ("in", "not in"):
            left, right = self._member(node)
        elif operator in ("+", "-", "&"):
            left, right = self._pair(node.left, node.right, hint)
        else:
            left, right = self._pair(node.left, node.right, None)
        return self._apply(operator, (left, right), node.span)

    def _member(self, node: ast.Binary) -> tuple[typed.Expr, typed.Expr]:
        if isinstance(node.left, ast.Name) and self._is_loose(node.left):
            right = self.expr(node.right)
            element = right.type.element if right.type.is_set else None
            return self.expr(node.left, Type(element) if element else None), right
        left = self.expr(node.left)
        return left, self.expr(node.right, set_of(left.type.kind) if not left.type.is_set else None)

    def _pair(self, left: ast.Expr, right: ast.Expr, hint: Type | None) -> tuple[typed.Expr, typed.Expr]:
        """Both sides, each helped by the other's type where its own name says too little (`trader = glencore`)."""
        if self._is_loose(left) and not self._is_loose(right):
            second = self.expr(right, hint)
            return self.expr(left, second.type if second.type != ERROR else hint), second
        first = self.expr(left, hint)
        return first, self.expr(right, first.type if first.type not in (ERROR, EMPTY_SET) else hint)

    def _is_loose(self, node: ast.Expr) -> bool:
        """Whether a name's meaning depends on what it stands beside."""
        if isinstance(node, ast.Text):
            return True
        if isinstance(node, ast.SetLiteral):
            return all(self._is_loose(item) for item in node.items)
        if not isinstance(node, ast.Name) or node.name in self.extra or node.name in self.names.values:
            return False
        return node.name not in OFFER_COLUMNS and node.name not in CONTEXT

    def _adapt(self, read: typed.Expr, wanted: Type) -> typed.Expr | None:
        """A value whose kind was still open, read as the kind that is wanted; None where that cannot be."""
        if read.type == EMPTY_SET and wanted.is_set and isinstance(read, typed.Const):
            return typed.Const(wanted, frozenset(), span=read.span)
        loose = (_NAME, set_of("name"), TEXT, set_of("text"))
        element = wanted.element if wanted.is_set else wanted.kind
        if read.type not in loose or read.type.is_set != wanted.is_set or not isinstance(read, typed.Const):
            return None
        if element not in ("trader", "buyer", "kind", "facility"):
            return None
        values = read.value if wanted.is_set else {read.value}
        for value in sorted(values):
            if not self.names.is_open(element) and value not in self.names.declared(element):
                self._unknown(value, read.span, element)
                return self.error(read.span)
        return typed.Const(wanted, read.value, span=read.span)

    def _apply(self, operator: str, arguments: tuple[typed.Expr, ...], span: Span) -> typed.Expr:
        if any(argument.type == ERROR for argument in arguments):
            return self.error(span)
        arguments = self._level(operator, arguments)
        if any(argument.type == ERROR for argument in arguments):
            return self.error(span)
        types = tuple(argument.type for argument in arguments)
        row = signature(operator, types)
        if row is None:
            self.diagnostics.append(mismatch(operator, arguments, self.currency, span))
            return self.error(span)
        if operator == "/" and isinstance(arguments[1], typed.Const) and arguments[1].value == 0:
            self.report("V0220", "this divides by zero", arguments[1].span)
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
        if right.type != wanted_right and (adapted := self._adapt(right, wanted_right)) is not None:
            return left, adapted
        if left.type != wanted_left and (adapted := self._adapt(left, wanted_left)) is not None:
            return adapted, right
        return arguments

    def _unary(self, node: ast.Unary, hint: Type | None) -> typed.Expr:
        if node.operator == "not":
            return self._apply("not", (self.expr(node.operand, BOOLEAN),), node.span)
        read = self.expr(node.operand, hint)
        if isinstance(read, typed.Const) and isinstance(read.value, Fraction):
            return typed.Const(read.type, -read.value, span=node.span)
        return self._apply("neg", (read,), node.span)

    def _set(self, node: ast.SetLiteral, hint: Type | None) -> typed.Expr:
        element = hint.element if hint is not None and hint.is_set else None
        read: list[typed.Expr] = []
        kind: Type | None = None
        for item in node.items:
            wanted = kind or (Type(element) if element not in (None, "name") else None)
            if element == "name" and wanted is None and isinstance(item, ast.Name) and self._is_unknown(item):
                one: typed.Expr = typed.Const(_NAME, item.name, span=item.span)
            else:
                one = self.expr(item, wanted)
            if one.type == ERROR:
                return self.error(node.span)
            kind = kind or one.type
            if one.type != kind:
                one = self._adapt(one, kind) or one
            if one.type != kind or one.type.is_set:
                self.report(
                    "V0208", f"a set holds one kind of thing: here {kind.noun()} and {one.type.noun()}", one.span,
                    f"this is {one.type.words(self.currency)}", (Label(read[0].span, f"this is {kind.words(self.currency)}"),) if read else (),
                )  # fmt: skip
                return self.error(node.span)
            read.append(one)
        if kind is None:
            return typed.Const(EMPTY_SET if element in (None, "name") else set_of(element), frozenset(), span=node.span)
        values = [self.constant(one) for one in read]
        if None in values:
            return self.error(node.span)
        return typed.Const(set_of(kind.kind), frozenset(values), span=node.span)

    def _is_unknown(self, item: ast.Name) -> bool:
        known = (
            item.name in self.names.values
            or item.name in OFFER_COLUMNS
            or item.name in CONTEXT
            or item.name in self.names.broken
        )
        declared = any(item.name in self.names.declared(kind) for kind in ("mineral", "trader", "buyer"))
        near = did_you_mean(item.name, sorted(self.names.minerals))
        return not known and not declared and near is None

    def _conditional(self, node: ast.Conditional, hint: Type | None) -> typed.Expr:
        condition = self.expect(node.condition, BOOLEAN, "what stands after `if`")
        then, otherwise = self._same(node.then, node.otherwise, hint, "`if … then … else`", node.span)
        if ERROR in (condition.type, then.type, otherwise.type):
            return self.error(node.span)
        return typed.If(then.type, condition, then, otherwise, span=node.span)

    def _same(
        self, left: ast.Expr, right: ast.Expr, hint: Type | None, what: str, span: Span
    ) -> tuple[typed.Expr, typed.Expr]:
        """Two values that must be of one type."""
        first, second = self._pair(left, right, hint)
        if ERROR in (first.type, second.type) or first.type == second.type:
            return first, second
        first, second = self._level("=", (first, second))
        if first.type != second.type and ERROR not in (first.type, second.type):
            self.report(
                "V0203", f"both values of {what} must be of one kind: here {first.type.noun()} and {second.type.noun()}", second.span,
                f"this is {second.type.words(self.currency)}", (Label(first.span, f"this is {first.type.words(self.currency)}"),),
            )  # fmt: skip
            return first, self.error(span)
        return first, second

    # ---- attributes, tables, functions ------------------------------------------------------------------------------

    def _attribute(self, node: ast.Attribute) -> typed.Expr:
        name = node.name.name
        match node.owner:
            case ast.Name(name="request"):
                kind = REQUEST_COLUMNS.get(name)
                if kind is None:
                    return self._no_part("a request", name, node.name.span, REQUEST_COLUMNS)
                return typed.Column(kind, "request", name, span=node.span)
            case ast.Name(name="offer") if name in OFFER_COLUMNS:
                return typed.Column(OFFER_COLUMNS[name], "offer", name, span=node.span)
            case ast.Lookup():
                return self._lookup(node.owner, node.name)
            case ast.Call(function=function) if function.name == "lowest":
                from vault_rules.semantics.references import market

                return market(self, node.owner, node.name)
        owner = self.expr(node.owner)
        if owner.type == ERROR:
            return self.error(node.span)
        if owner.type != DATE or name not in DATE_PARTS:
            parts = DATE_PARTS if owner.type == DATE else ()
            return self._no_part(owner.type.noun(), name, node.name.span, parts)
        if name == "fiscal_year":
            return typed.FiscalYear(NUMBER, owner, span=node.span)
        return self._apply(name, (owner,), node.span)

    def _no_part(self, owner: str, name: str, span: Span, parts: Any) -> typed.Expr:
        near = did_you_mean(name, sorted(parts)) if parts else None
        help = (
            f"did you mean `{near}`?"
            if near
            else (f"it has {', '.join(f'`{one}`' for one in parts)}" if parts else None)
        )
        self.report("V0207", f"{owner} has no `{name}`", span, help=help)
        return self.error(span)

    def _lookup(self, node: ast.Lookup, column: ast.Identifier | None) -> typed.Expr:
        from vault_rules.semantics.tables import lookup

        return lookup(self, node, column)

    def _call(self, node: ast.Call) -> typed.Expr:
        name = node.function.name
        if name in REFERENCES:
            from vault_rules.semantics.references import benchmark, market

            return benchmark(self, node) if name == "benchmark" else market(self, node, None)
        if name not in FUNCTIONS:
            near = did_you_mean(name, sorted((*FUNCTIONS, *REFERENCES)))
            help = (
                f"did you mean `{near}`?"
                if near
                else "functions: " + ", ".join(f"`{one}`" for one in (*FUNCTIONS, *REFERENCES))
            )
            self.report("V0206", f"there is no function `{name}`", node.function.span, help=help)
            return self.error(node.span)
        count = len(node.arguments)
        wanted = {"abs": "one value", "round": "two values: what to round, and to what unit"}.get(
            name, "two values or more"
        )
        if (name == "abs" and count != 1) or (name == "round" and count != 2) or (name in ("min", "max") and count < 2):
            self.report("V0206", f"`{name}` takes {wanted}", node.span)
            return self.error(node.span)
        read = [self.expr(node.arguments[0])]
        read += [self.expr(one, read[0].type) for one in node.arguments[1:]]
        if name == "abs":
            return self._apply(name, (read[0],), node.span)
        folded = read[0]
        for one in read[1:]:
            folded = self._apply(name, (folded, one), node.span)
        return folded

    def field_type(self, identifier: ast.Identifier) -> Type:
        """The type that a `field` or a `let` names."""
        kind = FIELD_TYPES.get(identifier.name)
        if kind is None:
            near = did_you_mean(identifier.name, sorted(FIELD_TYPES))
            help = f"did you mean `{near}`?" if near else "types: " + ", ".join(f"`{one}`" for one in FIELD_TYPES)
            self.report("V0207", f"`{identifier.name}` is not a type of column", identifier.span, help=help)
            return ERROR
        return kind
