"""The typed policy: names resolved, types known, sets expanded. What the checker makes and the engines run.

Equality ignores spans, so that two clauses are equal exactly when they mean the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from vault_rules.semantics.operators import Signature, signature
from vault_rules.semantics.reach import ALWAYS, EVERYBODY
from vault_rules.semantics.reach import Scope as Scope  # noqa: PLC0414 - part of the typed policy, wherever it stands
from vault_rules.semantics.reach import Window as Window  # noqa: PLC0414 - as above
from vault_rules.semantics.types import Type
from vault_rules.source.alike import Alike, field, node
from vault_rules.source.text import Span

_span = field(eq=False, repr=False, kw_only=True)


@node
class Expr(Alike):
    """A typed value and where it stands."""

    type: Type
    span: Span = field(eq=False, repr=False, kw_only=True)


@node
class Const(Expr):
    """An exact value: Fraction (kg, policy currency, days), date, text, bool, name, or frozenset."""

    value: Any


@node
class Foreign(Expr):
    """Money or a price (per kg) written in another currency than the policy's: `amount` of `currency`."""

    amount: Fraction
    currency: str


@node
class Column(Expr):
    """`owner`: offer, field, request or facility; `award` where it is a law's subject that has it."""

    owner: str
    name: str


@node
class OfSubject(Column):
    """What a law says `before.` of, or narrows by `where`: a column or a sum of its subject.

    `before`: in the evaluation before the change. `where`: over the awards (or requests) for which this holds.
    """

    before: bool = False
    where: Expr | None = None


@node
class Context(Expr):
    """today, stock, demand or days_of_cover."""

    name: str


@node
class LetRef(Expr):
    name: str


@node
class Lookup(Expr):
    table: str
    keys: tuple[Expr, ...]
    column: str
    total: bool = field(eq=False)


@node
class Market(Expr):
    """`kind`: best, vwap, median, lowest, supply or count; `field` only for lowest; `tiers` in order of declaration."""

    kind: str
    tiers: tuple[str, ...]
    depth: Expr | None
    responsive: bool
    field: str | None = None


@node
class Benchmark(Expr):
    index: str | None
    within: Expr | None


@node
class Call(Expr):
    """`operator` is one of the signature table; `parameters` are the types it was looked up with. `own` is the row of a
    plugin's function.
    """

    operator: str
    parameters: tuple[Type, ...]
    arguments: tuple[Expr, ...]
    own: Signature | None = None

    @property
    def row(self) -> Signature:
        """Its row in the signature table."""
        row = self.own or signature(self.operator, self.parameters)
        assert row is not None  # the checker looked it up
        return row


@node
class FiscalYear(Expr):
    value: Expr


@node
class If(Expr):
    condition: Expr
    then: Expr
    otherwise: Expr


@node
class Default(Expr):
    value: Expr
    fallback: Expr


@node
class Missing(Expr):
    value: Expr


@node
class Watched(Expr):
    """What `value` is, and `tell` is told it, with the facts it was worked out from.

    The checker makes none: who wants to see which parts of a policy decide puts them in, and nobody else pays for it.
    """

    value: Expr
    tell: Callable[[Any, Any], None] = field(eq=False, repr=False)


def unwatched(expr: Expr) -> Expr:
    """The expression itself, if it is watched."""
    while isinstance(expr, Watched):
        expr = expr.value
    return expr


_LEAVES = frozenset((Const, Foreign, Column, Context, LetRef))
"""Most expressions are one of these."""


def children(expr: Expr) -> tuple[Expr, ...]:
    """The expressions directly inside one, in the order written."""
    if type(expr) in _LEAVES:
        return ()
    match expr:
        case Call(arguments=arguments):
            return arguments
        case OfSubject(where=Expr() as where):
            return (where,)
        case Lookup(keys=keys):
            return keys
        case Market(depth=Expr() as depth):
            return (depth,)
        case Benchmark(within=Expr() as within):
            return (within,)
        case FiscalYear(value=value) | Missing(value=value) | Watched(value=value):
            return (value,)
        case If(condition=condition, then=then, otherwise=otherwise):
            return (condition, then, otherwise)
        case Default(value=value, fallback=fallback):
            return (value, fallback)
    return ()


def walk(expr: Expr) -> Iterator[Expr]:
    """The expression and all inside it, outermost first, in the order written."""
    stack = [expr]
    while stack:
        one = stack.pop()
        yield one
        if type(one) not in _LEAVES:
            stack.extend(reversed(children(one)))


# ---- rules ---------------------------------------------------------------------------------------------------------


@node(kw_only=True)
class Rule(Alike):
    """What every rule has. `clauses` maps a clause's key to its content: the part an exception may restate."""

    name: str
    kind: str
    """tier, require, forbid, route, waterfall, cap, target, store, let or exception."""
    order: int
    span: Span = field(eq=False, repr=False)
    name_span: Span = field(eq=False, repr=False)
    window: Window = ALWAYS
    scope: Scope = EVERYBODY
    advisory: bool = False
    clauses: Mapping[Any, Any] = field(factory=dict, hash=False)
    spans: Mapping[Any, Span] = field(factory=dict, hash=False, eq=False)
    """Where each clause stands, for the plan's `rule`; the groups of a route; `from`, and `before` or `through`."""


@node
class Key(Alike):
    value: Expr
    descending: bool


@node
class Limit(Alike):
    """A cap's or target's limit. `of`: requested, demand, stock, purchased or None (an absolute limit)."""

    value: Expr
    of: str | None


@node
class Share(Alike):
    ratio: Expr
    of_awarded: bool


@node
class Step(Alike):
    """A step's fixed part; its clauses stand in the waterfall's `clauses` under `(number, …)`."""

    number: int
    label: str | None
    tiers: tuple[str, ...]
    span: Span = field(eq=False, repr=False)

    @property
    def code(self) -> str:
        """The step's name in reason codes: its label, else its number from 1."""
        return self.label or str(self.number)


@node
class Place(Alike):
    kinds: frozenset[str]
    when: Expr | None
    keys: tuple[Key, ...]
    span: Span = field(eq=False, repr=False)


@node(kw_only=True)
class TypedException(Alike):
    """`target_kind` is the target's `Rule.kind`; `changes` maps clause keys to new content, or `waive` is set."""

    name: str
    target: str
    target_kind: str
    order: int
    span: Span = field(eq=False, repr=False)
    name_span: Span = field(eq=False, repr=False)
    window: Window
    scope: Scope
    when: Expr | None
    waive: bool
    changes: Mapping[Any, Any] = field(hash=False)
    spans: Mapping[Any, Span] = field(hash=False, eq=False)


@node
class TypedTable(Alike):
    """`rows` maps a tuple of keys (or `otherwise` as None) to the values by column."""

    name: str
    keys: tuple[str, ...]
    columns: tuple[str, ...]
    types: Mapping[str, Type] = field(hash=False)
    rows: Mapping[tuple[Any, ...] | None, Mapping[str, Expr]] = field(hash=False)
    span: Span = field(eq=False, repr=False)
    places: Mapping[tuple[Any, ...] | None, Span] = field(factory=dict, hash=False, eq=False, repr=False)
    """Where each row stands."""


@node
class TypedLet(Alike):
    """`is_parameter`: its own expression reads no book, so a run may set it."""

    name: str
    value: Expr
    is_parameter: bool
    order: int
    span: Span = field(eq=False, repr=False)


@node
class TypedField(Alike):
    name: str
    type: Type
    default: Expr | None
    span: Span = field(eq=False, repr=False)


@node
class Change(Alike):
    """What a law compares two evaluations by. `kind`: one of `openings.OPENINGS`; `cap` where it names one."""

    kind: str
    cap: str | None
    span: Span = field(eq=False, repr=False)


@node
class ForEach(Alike):
    """`[when …:] for each SUBJECT [and SUBJECT]… [where …]: …`; `subjects` are words of `law_columns.SUBJECTS`."""

    change: Change | None
    subjects: tuple[str, ...]
    where: Expr | None
    condition: Expr
    span: Span = field(eq=False, repr=False)


@node
class Law(Alike):
    """An `always` block."""

    title: str
    parts: tuple[ForEach, ...]
    span: Span = field(eq=False, repr=False)


@node
class SourceFile(Alike):
    """A file the policy used: its place relative to the policy's folder, and its bytes' hash."""

    role: str
    sha256: str


@node(kw_only=True)
class TypedPolicy(Alike):
    """A checked policy. Rules stand in file order; a used file's rules stand where it is used."""

    name: str
    title: str | None
    version: str | None
    currency: str
    fiscal_year: tuple[int, int]
    serve: tuple[Key, ...]
    least_award: Expr | None
    compare: Expr | None
    show: tuple[tuple[str, Expr], ...]
    minerals: Mapping[str, str | None]
    traders: frozenset[str] | None
    buyers: frozenset[str] | None
    groups: Mapping[str, frozenset[Any]]
    lets: Mapping[str, TypedLet]
    fields: Mapping[str, TypedField]
    tables: Mapping[str, TypedTable]
    tiers: tuple[Rule, ...]
    rules: tuple[Rule, ...]
    """require, forbid and route, in file order."""
    waterfalls: tuple[Rule, ...]
    caps: tuple[Rule, ...]
    stores: tuple[Rule, ...]
    exceptions: tuple[TypedException, ...]
    files: tuple[SourceFile, ...]
    sha256: str
    span: Span = field(eq=False, repr=False)
    has_header: bool = True
    functions: Mapping[str, str] = field(factory=dict)
    """The functions of plugins that it calls, each with whose it is and its version."""
    laws: tuple[Law, ...] = ()
    """The `always` blocks of the file itself, in file order."""

    @property
    def parameters(self) -> Mapping[str, TypedLet]:
        return {name: one for name, one in self.lets.items() if one.is_parameter}
