"""What every part of elaboration shares: names known so far, where mistakes go, what is asked of an expression."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from vault_rules.language import ast
from vault_rules.semantics import typed
from vault_rules.semantics.constants import NoFacts, NotConstant
from vault_rules.semantics.law_columns import LawScope
from vault_rules.semantics.operators import Functions
from vault_rules.semantics.scope import Names
from vault_rules.semantics.types import ERROR, Type, set_of
from vault_rules.source.diagnostic import ERROR as SEVERITY_ERROR
from vault_rules.source.diagnostic import Diagnostic, Label
from vault_rules.source.text import Source, Span

NAME = Type("name")
"""A name of which it is not known yet what it names."""
OPEN = ("trader", "buyer", "kind", "facility")
_EXAMPLES = {
    "boolean": "a condition asks something: `origin = US`, `purity >= 99%`",
    "ratio": "a ratio is a percentage: `15%`",
    "mass": "a mass has its unit: `500 kg`",
    "price": "a price is money for a mass: `30 USD/kg`",
    "money": "money has its currency: `5mn USD`",
    "days": "say how many days: `30 days`",
    "date": "a date is year-month-day: 2027-07-01",
    "text": 'a text stands in quotation marks: `"metal"`',
    "country": "a country is two capitals: `US`",
    "mineral": "name a mineral: `cobalt`",
    "number": "a number has no unit: `3`",
}
_SETS = {
    "mineral": "name minerals, or a group of them: `{gallium, germanium}`",
    "buyer": "name buyers, or a group of them: `{gm, ge_vernova}`",
    "trader": "name traders, or a group of them: `hartree, traxys`",
    "kind": "name kinds of facility: `owned, leased`",
    "country": "name countries, or a group of them: `{US, CA}`",
}


def example_of(wanted: Type) -> str:
    """How a value of this type is written."""
    if wanted.is_set:
        return _SETS.get(wanted.element or "", "a set stands in braces: `{US, CA}`")
    return _EXAMPLES.get(wanted.kind, f"here stands {wanted.noun()}")


class Elaboration:
    """The state of elaboration. `extra` are names that only one place knows (a store's facility columns)."""

    def __init__(
        self, names: Names, currency: str, diagnostics: list[Diagnostic], functions: Functions | None = None
    ) -> None:
        self.names = names
        self.currency = currency
        self.diagnostics = diagnostics
        self.functions = {} if functions is None else functions  # whose truth would have plugins looked for
        self.called: dict[str, str] = {}
        """The functions of plugins that are called, and whose each is."""
        self.lets: dict[str, typed.Expr] = {}
        self.fields: dict[str, typed.TypedField] = {}
        self.tables: dict[str, typed.TypedTable] = {}
        self.groups: dict[str, tuple[Type, frozenset[Any]]] = {}
        self.totals: dict[tuple[str, str], str] = {}
        """What is known of whether the columns of tables have a value for every key."""
        self.facts = NoFacts(self.lets, self.tables)
        self.fixed: dict[str, Span] = {}
        """The lets that dates, groups, scopes and other fixed places read, each with one such place."""
        self.open: list[str] = []
        """The definitions that are being elaborated, outermost first."""
        self.let_values: Mapping[str, ast.Expr] = {}
        self.table_sources: Mapping[str, Source] = {}
        self.extra: Mapping[str, tuple[str, Type]] = {}
        self.law: LawScope | None = None
        """The law that is being read."""
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

    def is_of_law(self, before: ast.Name) -> bool:
        """Whether `before` is the evaluation before a change: a policy may give something of its own that name."""
        return (self.law is not None and self.law.compares) or before.name not in self.names.values

    # ---- what is asked of an expression ---------------------------------------------------------------------------

    @abstractmethod
    def expr(self, node: ast.Expr, hint: Type | None = None) -> typed.Expr:
        """The typed expression; `hint` is the type that its place would like."""

    def expect(self, node: ast.Expr, wanted: Type, what: str, help: str | None = None) -> typed.Expr:
        """An expression that must have one type; `what` begins the sentence if it has not."""
        return self.coerce(self.expr(node, wanted), wanted, what, help)

    def coerce(self, read: typed.Expr, wanted: Type, what: str, help: str | None = None) -> typed.Expr:
        if read.type in (wanted, ERROR) or wanted == ERROR:
            return read
        adapted = self.adapt(read, wanted)
        if adapted is not None:
            return adapted
        labels: tuple[Label, ...] = ()
        if isinstance(read, typed.LetRef) and read.name in self.lets:
            labels = (Label(self.lets[read.name].span, f"`{read.name}` has its value here"),)
        self.report(
            "V0204",
            f"{what} must be {wanted.noun()}, and this is {read.type.noun()}",
            read.span,
            f"this is {read.type.words(self.currency)}",
            labels,
            help or example_of(wanted),
        )
        return self.error(read.span)

    @abstractmethod
    def adapt(self, read: typed.Expr, wanted: Type) -> typed.Expr | None:
        """A value whose kind was still open, read as the kind that is wanted; None where that cannot be."""

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
        if read.type == ERROR:
            return None
        if isinstance(read, typed.Const):
            return read.value
        try:
            value = self.facts.constant(read)
            self._fix(read, read.span)
            return value
        except NotConstant as found:
            inside = read.span.source is found.span.source and read.span.start <= found.span.start < read.span.end
            labels = () if inside else (Label(found.span, "it reads this"),)
            help = "write the value itself, or the name of a `let` that reads no book"
            message = "this is fixed when the policy is written: it cannot read the book"
            self.report("V0216", message, found.span if inside else read.span, labels=labels, help=help)
            return None

    def _fix(self, read: typed.Expr, place: Span) -> None:
        for one in typed.walk(read):
            if isinstance(one, typed.LetRef) and one.name not in self.fixed:
                self.fixed[one.name] = place
                self._fix(self.lets[one.name], place)
