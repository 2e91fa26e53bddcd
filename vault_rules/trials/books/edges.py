"""What a policy looks for in a book: constants, names and columns of all that is in force for a mineral on a day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import attrs

from vault_rules.semantics import typed
from vault_rules.semantics.reads import Reads

Column = tuple[str, str]
"""Whose column (offer, field, request, facility, award) and its name."""
FIGURES = ("mass", "money", "price", "ratio", "number", "days", "date")
_ORDERED = ("<", "<=", ">", ">=", "=", "!=")
_MOST = 24
"""So many alternatives of one value are looked at."""


@attrs.frozen
class Comparison:
    """Two figures that a rule compares, and what they read."""

    call: typed.Call
    columns: frozenset[Column]
    contexts: frozenset[str]


@attrs.frozen(kw_only=True)
class Edges:
    """What the rules in force for one mineral look for. Everything is sorted."""

    constants: Mapping[str, tuple[Any, ...]] = attrs.field(hash=False)
    """Constants by kind of value."""
    sets: Mapping[str, tuple[frozenset[str], ...]] = attrs.field(hash=False)
    """Sets of names by kind: those between which the policy makes a difference."""
    named: Mapping[Column, tuple[str, ...]] = attrs.field(hash=False)
    """The texts that a column is compared with."""
    limits: Mapping[Column, tuple[Any, ...]] = attrs.field(hash=False)
    """The figures that a column is compared with by itself."""
    columns: frozenset[Column]
    contexts: frozenset[str]
    comparisons: tuple[Comparison, ...]
    read_by: Mapping[str, tuple[str, ...]] = attrs.field(hash=False)
    """The offer's columns that each rule reads, also by exceptions to it."""
    indexes: tuple[str | None, ...]
    """The benchmarks that are read; None is the plain one."""
    currencies: tuple[str, ...]
    """Those besides the policy's, which need a rate."""
    periods: tuple[str, ...]
    stores: bool


def edges_of(policy: typed.TypedPolicy, mineral: str, rules: Iterable[Any], more: Iterable[typed.Expr] = ()) -> Edges:
    """The edges of some rules and exceptions, for one mineral; `more` are expressions of laws."""
    return _Gatherer(policy, mineral, tuple(rules)).edges(tuple(more))


def expressions(content: Any) -> Iterator[typed.Expr]:
    """Every expression that stands somewhere in a rule, its clauses, an exception or its changes."""
    for one in _leaves(content):
        if isinstance(one, typed.Expr):
            yield one


def _leaves(content: Any) -> Iterator[Any]:
    """Expressions and sets of names, wherever they stand."""
    match content:
        case typed.Expr() | frozenset():
            yield content
        case typed.Rule():
            yield from _leaves(content.clauses)
        case typed.TypedException():
            yield from _leaves((content.when, content.changes))
        case Mapping():
            yield from _leaves(tuple(content.values()))
        case tuple() | list():
            for one in content:
                yield from _leaves(one)
        case typed.Key() | typed.Share() | typed.Limit() | typed.Place() | typed.TypedField():
            yield from _leaves(tuple(getattr(content, one.name) for one in attrs.fields(type(content))))


class _Gatherer:
    def __init__(self, policy: typed.TypedPolicy, mineral: str, rules: tuple[Any, ...]) -> None:
        self.policy, self.mineral, self.rules = policy, mineral, rules
        exceptions = [one for one in rules if isinstance(one, typed.TypedException)]
        self.lets = {name: one.value for name, one in policy.lets.items()}
        self.reads = Reads(self.lets, exceptions, policy.tables)

    def edges(self, more: Sequence[typed.Expr]) -> Edges:
        policy = self.policy
        of_header = [*policy.serve, policy.least_award, policy.compare, *policy.fields.values()]
        roots = [one for content in (*self.rules, *of_header, *more) for one in expressions(content)]
        parts = list(self._parts(roots))
        contexts = {one.name for one in parts if isinstance(one, typed.Context)} | self._measured()
        return Edges(
            constants=self._constants(parts),
            sets=self._sets(parts),
            named=self._named(parts),
            limits=self._limits(parts),
            columns=frozenset((one.owner, one.name) for one in parts if isinstance(one, typed.Column)),
            contexts=frozenset(contexts),
            comparisons=tuple(self._comparisons(parts)),
            read_by=self._read_by(),
            indexes=tuple(sorted({one.index for one in parts if isinstance(one, typed.Benchmark)}, key=str)),
            currencies=tuple(sorted({one.currency for one in parts if isinstance(one, typed.Foreign)})),
            periods=tuple(sorted(self._periods())),
            stores=any(isinstance(one, typed.Rule) and one.kind == "store" for one in self.rules),
        )

    # ---- walking ----------------------------------------------------------------------------------------------------

    def _parts(self, roots: Iterable[typed.Expr]) -> Iterator[typed.Expr]:
        """All expressions that have a part in a value, by lets and by the tables' rows for the mineral."""
        seen: set[str] = set()
        queue = list(roots)
        for root in queue:
            for one in typed.walk(root):
                yield one
                if isinstance(one, typed.LetRef) and one.name not in seen:
                    seen.add(one.name)
                    queue += self.reads.parts(one.name)
                elif isinstance(one, typed.Lookup) and f"{one.table}.{one.column}" not in seen:
                    seen.add(f"{one.table}.{one.column}")
                    queue += self._cells(one)

    def _cells(self, lookup: typed.Lookup) -> list[typed.Expr]:
        """The cells of a table that this mineral may find."""
        rows = self.policy.tables[lookup.table].rows
        at = next(
            (at for at, key in enumerate(lookup.keys) if isinstance(key, typed.Column) and key.name == "mineral"), None
        )
        mine = [row for key, row in rows.items() if at is None or key is None or key[at] == self.mineral]
        own = [row for key, row in rows.items() if key is not None and at is not None and key[at] == self.mineral]
        chosen = own if own and len(lookup.keys) == 1 else mine
        return [row[lookup.column] for row in chosen if lookup.column in row]

    def _clauses(self) -> Iterator[Mapping[Any, Any]]:
        for one in self.rules:
            yield one.changes if isinstance(one, typed.TypedException) else one.clauses

    def _periods(self) -> set[str]:
        return {clauses["period"] for clauses in self._clauses() if clauses.get("period") is not None}

    def _measured(self) -> set[str]:
        """What caps and targets read of the book without naming it."""
        found: set[str] = set()
        for clauses in self._clauses():
            limit = clauses.get("limit")
            of = limit.of if isinstance(limit, typed.Limit) else None
            found |= {of} if of in ("stock", "demand") else set()
            found |= {"stock"} if clauses.get("measure") == "stock" else set()
        return found

    # ---- gathering --------------------------------------------------------------------------------------------------

    def _constants(self, parts: Iterable[typed.Expr]) -> dict[str, tuple[Any, ...]]:
        found: dict[str, set[Any]] = {}
        for one in parts:
            if isinstance(one, typed.Const) and one.type.kind in FIGURES:
                found.setdefault(one.type.kind, set()).add(one.value)
            elif isinstance(one, typed.Call) and one.type.kind in FIGURES:
                found.setdefault(one.type.kind, set()).update(self._alternatives(one))
        return {kind: tuple(sorted(values)) for kind, values in sorted(found.items())}

    def _sets(self, parts: Iterable[typed.Expr]) -> dict[str, tuple[frozenset[str], ...]]:
        found: dict[str, set[frozenset[str]]] = {}
        for one in parts:
            if isinstance(one, typed.Const) and one.type.is_set and one.type.element:
                found.setdefault(one.type.element, set()).add(one.value)
            elif isinstance(one, typed.Const) and isinstance(one.value, str):
                found.setdefault(one.type.kind, set()).add(frozenset((one.value,)))
        for rule in self.rules:
            for kind, names in self._names(rule):
                found.setdefault(kind, set()).add(names)
        return {kind: tuple(sorted(sets, key=sorted)) for kind, sets in sorted(found.items())}

    def _names(self, rule: Any) -> Iterator[tuple[str, frozenset[str]]]:
        if rule.scope.buyers is not None:
            yield "buyer", rule.scope.buyers
        kind = rule.target_kind if isinstance(rule, typed.TypedException) else rule.kind
        what = "kind" if kind == "store" else "trader"
        content = rule.changes if isinstance(rule, typed.TypedException) else rule.clauses
        for one in _leaves(content):
            if isinstance(one, frozenset):
                yield what, one

    def _named(self, parts: Iterable[typed.Expr]) -> dict[Column, tuple[str, ...]]:
        found: dict[Column, set[str]] = {}
        for one in parts:
            if isinstance(one, typed.Call) and one.operator in ("=", "!=", "in", "not in"):
                for column, other in (one.arguments, one.arguments[::-1]):
                    texts = {text for value in self._alternatives(other) for text in _texts(value)}
                    for owner_name in self._columns(column) if texts else ():
                        found.setdefault(owner_name, set()).update(texts)
        return {column: tuple(sorted(texts)) for column, texts in sorted(found.items())}

    def _limits(self, parts: Iterable[typed.Expr]) -> dict[Column, tuple[Any, ...]]:
        found: dict[Column, set[Any]] = {}
        for one in parts:
            if isinstance(one, typed.Call) and one.operator in _ORDERED:
                for side, other in (one.arguments, one.arguments[::-1]):
                    column = side.value if isinstance(side, typed.Default) else side
                    if isinstance(column, typed.Column) and column.type.kind in FIGURES:
                        found.setdefault((column.owner, column.name), set()).update(self._alternatives(other))
        return {column: tuple(sorted(values)) for column, values in sorted(found.items()) if values}

    def _read_by(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, set[str]] = {}
        target = {one.name: one.target for one in self.rules if isinstance(one, typed.TypedException)}
        for rule in self.rules:
            name = rule.name
            while name in target:
                name = target[name]
            columns = {column for expr in expressions(rule) for column in self._columns(expr)}
            mine = {name for owner, name in columns if owner in ("offer", "field")}
            found.setdefault(name, set()).update("price" if one == "compared" else one for one in mine)
        return {name: tuple(sorted(columns - {"mineral", "offer", "tier"})) for name, columns in found.items()}

    def _columns(self, expr: typed.Expr) -> set[Column]:
        return {(one.owner, one.name) for one in self._parts([expr]) if isinstance(one, typed.Column)}

    def _comparisons(self, parts: Iterable[typed.Expr]) -> Iterator[Comparison]:
        for one in parts:
            if isinstance(one, typed.Call) and one.operator in _ORDERED and one.arguments[0].type.kind in FIGURES:
                inside = list(self._parts([one]))
                columns = frozenset((two.owner, two.name) for two in inside if isinstance(two, typed.Column))
                contexts = frozenset(two.name for two in inside if isinstance(two, typed.Context))
                yield Comparison(one, columns, contexts)

    def _alternatives(self, expr: typed.Expr) -> set[Any]:
        """The values that an expression may have whatever the book, as far as they can be told without one."""
        match expr:
            case typed.Const(value=value):
                return {value}
            case typed.LetRef(name=name):
                return self._any(self.reads.parts(name))
            case typed.Lookup():
                return self._any(self._cells(expr))
            case typed.If(then=then, otherwise=otherwise):
                return self._any((then, otherwise))
            case typed.Default(value=value, fallback=fallback):
                return self._any((value, fallback))
            case typed.Call(own=None, operator=operator) if operator not in ("and", "or", "not", *_ORDERED):
                found = [sorted(self._alternatives(one), key=repr) for one in expr.arguments]
                chosen = list(product(*found))[:_MOST]
                return {value for values in chosen if (value := expr.row.apply(*values)) is not None}
        return set()

    def _any(self, exprs: Iterable[typed.Expr]) -> set[Any]:
        found = {value for one in exprs for value in self._alternatives(one)}
        return set(sorted(found, key=repr)[:_MOST])


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, frozenset):
        yield from (one for one in value if isinstance(one, str))


def groups(sets: Iterable[frozenset[str]], others: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Names in groups between whose members no set makes a difference; `others` may be in none of them."""
    found: dict[frozenset[int], list[str]] = {}
    sets = tuple(sets)
    for name in sorted({*others, *(one for names in sets for one in names)}):
        inside = frozenset(at for at, names in enumerate(sets) if name in names)
        found.setdefault(inside, []).append(name)
    return tuple(tuple(names) for names in found.values())


def positive(values: Iterable[Fraction]) -> list[Fraction]:
    """Those above zero, each once."""
    return list(dict.fromkeys(value for value in values if value > 0))
