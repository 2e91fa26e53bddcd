"""Expressions: names resolved, types known. Input: syntax and the names of a policy. Output: typed expressions.

A mistake gives one diagnostic and an expression of type `error`, which every operator accepts in silence: one mistake,
one error. What an expression may read, and whether it may be undefined, is asked later (`reads.py`), when all lets are
known.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from vault_rules.domain.places import COUNTRIES
from vault_rules.domain.spelling import did_you_mean
from vault_rules.domain.units import MASS_UNITS
from vault_rules.language import ast
from vault_rules.semantics import typed
from vault_rules.semantics.combining import OperatorReader
from vault_rules.semantics.currencies import unknown_currency
from vault_rules.semantics.elaboration import OPEN
from vault_rules.semantics.operators import FUNCTIONS, REFERENCES, Signature
from vault_rules.semantics.types import (
    BOOLEAN,
    COUNTRY,
    DATE,
    DATE_PARTS,
    DAYS,
    ERROR,
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
)
from vault_rules.source.text import Span

_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "year": 12}
_ARGUMENTS = {
    "abs": "one value: `abs(price - 30 USD/kg)`",
    "round": "two values, what to round and to what unit: `round(price, 0.01 USD/kg)`",
    "min": "two values or more: `min(price, 30 USD/kg)`",
    "max": "two values or more: `max(purity, 99%)`",
}


class Elaborator(OperatorReader):
    """Turns syntax into typed expressions."""

    def expr(self, node: ast.Expr, hint: Type | None = None) -> typed.Expr:
        match node:
            case ast.Name():
                return self.name(node, hint)
            case ast.Binary():
                return self.binary(node, hint)
            case ast.Country():
                return self._country(node)
            case ast.SetLiteral():
                return self.set_literal(node, hint)
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
            case ast.Unary():
                return self.unary(node, hint)
            case ast.IsMissing():
                return typed.Missing(BOOLEAN, self.expr(node.operand), span=node.span)
            case ast.Conditional():
                return self.conditional(node, hint)
            case ast.Default():
                return self._default(node, hint)
            case ast.Narrowed():
                return self._narrowed(node)
            case ast.Attribute():
                return self._attribute(node)
            case ast.Lookup():
                return self._lookup(node, None)
            case ast.Call():
                return self._call(node)
            case ast.Depth() | ast.Within() | ast.Responsive() | ast.AllTiers():
                self.report(
                    "V0206",
                    "this belongs inside a reference",
                    node.span,
                    help="for instance `best(domestic, depth 500 kg)`, `benchmark(within 30 days)`",
                )
        return self.error(node.span)

    def _default(self, node: ast.Default, hint: Type | None) -> typed.Expr:
        value, fallback = self.same(node.value, node.fallback, hint, "`else`", node.span)
        if ERROR in (value.type, fallback.type):
            return self.error(node.span)
        return typed.Default(value.type, value, fallback, span=node.span)

    def _money(self, amount: Fraction, currency: str, kind: Type, span: Span) -> typed.Expr:
        if currency == self.currency:
            return typed.Const(kind, amount, span=span)
        why = unknown_currency(currency)
        if why is not None:
            self.report("V0219", f"`{currency}` is not a currency", span, help=why)
            return self.error(span)
        return typed.Foreign(kind, amount, currency, span=span)

    def _duration(self, node: ast.Duration) -> typed.Expr:
        if node.unit in _DAYS:
            return typed.Const(DAYS, node.value * _DAYS[node.unit], span=node.span)
        if node.value.denominator != 1:
            help = "say it in days, or in whole months"
            self.report("V0107", "months and years are counted whole", node.span, help=help)
        return typed.Const(MONTHS, node.value * _MONTHS[node.unit], span=node.span)

    def _text(self, node: ast.Text, hint: Type | None) -> typed.Expr:
        kind = (hint.element if hint.is_set else hint.kind) if hint else None
        if kind in OPEN:
            if self.names.is_open(kind) or node.value in self.names.declared(kind):
                return typed.Const(Type(kind), node.value, span=node.span)
            self.unknown(node.value, node.span, kind)
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

    # ---- attributes, tables, functions ------------------------------------------------------------------------------

    def _attribute(self, node: ast.Attribute) -> typed.Expr:
        name = node.name.name
        match node.owner:
            case ast.Name(name="request"):
                kind = REQUEST_COLUMNS.get(name)
                if kind is None:
                    return self._no_part("a request", name, node.name.span, REQUEST_COLUMNS)
                return typed.Column(kind, "request", name, span=node.span)
            case ast.Name(name="before") if self.is_of_law(node.owner):
                from vault_rules.semantics.laws import before

                return before(self, node)
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
        return self.apply(name, (owner,), node.span)

    def _no_part(self, owner: str, name: str, span: Span, parts: Iterable[str]) -> typed.Expr:
        known = tuple(parts)
        near = did_you_mean(name, sorted(known))
        help = "only requests, offers, dates and rows of tables have parts, named after a point"
        if known:
            help = f"did you mean `{near}`?" if near else f"it has {', '.join(f'`{one}`' for one in known)}"
        self.report("V0207", f"{owner} has no `{name}`", span, help=help)
        return self.error(span)

    def _narrowed(self, node: ast.Narrowed) -> typed.Expr:
        from vault_rules.semantics.laws import narrowed

        return narrowed(self, node)

    def _lookup(self, node: ast.Lookup, column: ast.Identifier | None) -> typed.Expr:
        from vault_rules.semantics.tables import lookup

        return lookup(self, node, column)

    def _call(self, node: ast.Call) -> typed.Expr:
        name = node.function.name
        if name in REFERENCES:
            from vault_rules.semantics.references import benchmark, market

            return benchmark(self, node) if name == "benchmark" else market(self, node, None)
        if name not in FUNCTIONS and name in self.functions:
            return self._of_plugin(node, self.functions[name])
        if name not in FUNCTIONS:
            known = (*FUNCTIONS, *REFERENCES, *self.functions)
            near = did_you_mean(name, sorted(known))
            help = f"did you mean `{near}`?" if near else "functions: " + ", ".join(f"`{one}`" for one in known)
            self.report("V0206", f"there is no function `{name}`", node.function.span, help=help)
            return self.error(node.span)
        count = len(node.arguments)
        if (name == "abs" and count != 1) or (name == "round" and count != 2) or (name in ("min", "max") and count < 2):
            wanted, _, example = _ARGUMENTS[name].partition(": ")
            self.report("V0206", f"`{name}` takes {wanted}", node.span, help=f"for instance {example}")
            return self.error(node.span)
        read = [self.expr(node.arguments[0])]
        read += [self.expr(one, read[0].type) for one in node.arguments[1:]]
        if name == "abs":
            return self.apply(name, (read[0],), node.span)
        folded = read[0]
        for one in read[1:]:
            folded = self.apply(name, (folded, one), node.span)
        return folded

    def _of_plugin(self, node: ast.Call, row: Signature) -> typed.Expr:
        """A call of a plugin's function: its arguments are of the kinds that it declares."""
        name, kinds = row.operator, row.parameters
        if len(node.arguments) != len(kinds):
            takes = " and ".join(kind.noun() for kind in kinds)
            self.report("V0206", f"`{name}` takes {takes}", node.span, help=f"it is a function of {row.plugin}")
            return self.error(node.span)
        read = tuple(
            self.expect(one, kind, f"value {number} of `{name}`")
            for number, (one, kind) in enumerate(zip(node.arguments, kinds, strict=True), 1)
        )
        if any(one.type == ERROR for one in read):
            return self.error(node.span)
        self.called[name] = row.plugin
        return typed.Call(row.result, name, kinds, read, row, span=node.span)
