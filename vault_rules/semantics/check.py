"""The checker: from loaded statements to a typed policy, and every mistake that can be seen without a book.

Input: `Loaded`, and values for parameters. Output: a `TypedPolicy` (None where there are errors) and all diagnostics
in file order. Nothing is evaluated; nothing is read from outside.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from typing import Any

from vault_rules.errors import EvaluationError
from vault_rules.language import ast
from vault_rules.semantics import clashes, lint, reads, typed
from vault_rules.semantics.circles import Circles
from vault_rules.semantics.depth import MAX_LET_DEPTH, depth
from vault_rules.semantics.elaborate import Elaborator
from vault_rules.semantics.exceptions import ExceptionReader
from vault_rules.semantics.header import HeaderReader
from vault_rules.semantics.load import Loaded
from vault_rules.semantics.operators import Functions
from vault_rules.semantics.reads import Duty
from vault_rules.semantics.scope import Names, collect
from vault_rules.semantics.types import ERROR
from vault_rules.source.diagnostic import ERROR as SEVERITY_ERROR
from vault_rules.source.diagnostic import Diagnostic, Label, has_errors, in_file_order
from vault_rules.source.text import Span

Rules = dict[str, list[typed.Rule]]


def check(
    loaded: Loaded, parameters: Mapping[str, ast.Expr] | None = None, functions: Functions | None = None
) -> tuple[typed.TypedPolicy | None, tuple[Diagnostic, ...]]:
    """Check a policy, with other values for some of its parameters; `functions` are those of plugins."""
    names, diagnostics = collect(loaded)
    checker = _Checker(loaded, names, diagnostics, parameters or {}, functions)
    policy: typed.TypedPolicy | None = None
    try:
        policy = checker.run()
    except EvaluationError as stopped:  # a constant that cannot be worked out
        checker.diagnostics.append(stopped.diagnostic)
    except RecursionError:
        message, help = "definitions here read each other too deep to follow", "let them read others a few dozen deep"
        start = Span(loaded.root.source, 0, 0)
        checker.diagnostics.append(Diagnostic("V0117", SEVERITY_ERROR, message, start, help=help))
    ordered = _once(in_file_order(checker.diagnostics), loaded)
    return (None if has_errors(ordered) else policy), ordered


def _once(found: tuple[Diagnostic, ...], loaded: Loaded) -> tuple[Diagnostic, ...]:
    """An unknown name is said once in each statement."""
    starts: dict[str, list[int]] = {}
    for statement in loaded.statements:
        starts.setdefault(statement.span.source.name, []).append(statement.span.start)
    for places in starts.values():
        places.sort()
    kept: dict[tuple[Any, ...], Diagnostic] = {}
    for one in found:
        name = one.span.source.name
        place: Any = (name, bisect_right(starts.get(name, ()), one.span.start)) if one.code == "V0201" else one
        kept.setdefault((one.code, one.message, place), one)
    return tuple(kept.values())


class _Checker:
    def __init__(
        self,
        loaded: Loaded,
        names: Names,
        diagnostics: list[Diagnostic],
        parameters: Mapping[str, ast.Expr],
        functions: Functions | None,
    ) -> None:
        self.loaded, self.names, self.diagnostics = loaded, names, diagnostics
        self.header = HeaderReader(loaded, diagnostics)
        self.of = Elaborator(names, self.header.currency, diagnostics, functions)
        self.of.let_values = parameters
        self.of.table_sources = loaded.tables
        orders = {id(statement): order for order, statement in enumerate(loaded.statements)}
        self.reader = ExceptionReader(self.of, orders)
        self.reads = reads.Reads({}, (), {})
        self.depths: dict[str, int] = {}

    def run(self) -> typed.TypedPolicy | None:
        self._definitions()
        rules = self._rules()
        by_name = {rule.name: rule for group in rules.values() for rule in group}
        exceptions = self._exceptions(by_name)
        self._fixed(exceptions)
        header = self.header.read(self.of, self.reader)
        self.reads = reads.Reads(self.of.lets, exceptions, self.of.tables)
        if self._circles():
            return None
        self._duties()
        laws = self._examples()
        self._analyses(rules, exceptions, by_name)
        return self._policy(rules, exceptions, header, laws)

    # ---- definitions ------------------------------------------------------------------------------------------

    def _definitions(self) -> None:
        own = [
            one
            for one in self.loaded.statements
            if isinstance(one, ast.Group | ast.Let | ast.Field | ast.Table | ast.Declare)
        ]
        for statement in own:
            self.reader.modifiers(statement, "definition")
        for statement in own:
            if isinstance(statement, ast.Field) and self._is_first(statement):
                self._field(statement)
        for statement in own:
            if statement.name is None or not self._is_first(statement):
                continue
            name = statement.name
            if isinstance(statement, ast.Group):
                self.of.group(name.name)
            elif isinstance(statement, ast.Table):
                self.of.table(name.name)
            elif isinstance(statement, ast.Let):
                self._let(name)

    def _let(self, name: ast.Identifier) -> None:
        try:
            self.of.let_value(name.name, name.span)
            deep = depth(name.name, self.of.lets, self.depths) > MAX_LET_DEPTH
        except RecursionError:
            deep = True
        if deep:
            help = "let values read others at most a few dozen deep: write some of them out"
            message = f"`{name.name}` reads values that read values, too deep to follow"
            raise EvaluationError(Diagnostic("V0117", SEVERITY_ERROR, message, name.span, help=help))
        self.of.facts.constant_or_none(self.of.lets[name.name])

    def _is_first(self, statement: ast.Statement) -> bool:
        return statement.name is not None and self.names.values.get(statement.name.name) is statement

    def _field(self, node: ast.Field) -> None:
        assert node.name is not None
        kind = self.of.field_type(node.type)
        default: typed.Expr | None = None
        if node.default is not None:
            default = self.of.expect(node.default, kind, "the value after `else`") if kind != ERROR else None
            if default is not None and default.type != ERROR:
                self.reader.duties.append(Duty(default, frozenset(), "the value of a field"))
        self.of.fields[node.name.name] = typed.TypedField(node.name.name, kind, default, node.span)

    # ---- rules ------------------------------------------------------------------------------------------

    def _rules(self) -> Rules:
        found: Rules = {"tier": [], "rule": [], "waterfall": [], "cap": [], "store": []}
        reader = self.reader
        for node in self.loaded.statements:
            if node.name is not None and self.names.rules.get(node.name.name) is not node:
                continue  # defined twice: said already
            match node:
                case ast.Tier():
                    found["tier"].append(reader.tier(node))
                case ast.Condition():
                    found["rule"].append(reader.condition(node))
                case ast.Route():
                    found["rule"].append(reader.route(node))
                case ast.Waterfall():
                    found["waterfall"].append(reader.waterfall(node))
                case ast.Cap():
                    found["cap"].append(reader.cap(node))
                case ast.Store():
                    found["store"].append(reader.store(node))
        return found

    def _exceptions(self, by_name: dict[str, typed.Rule]) -> list[typed.TypedException]:
        found = []
        for node in self.loaded.statements:
            if (
                isinstance(node, ast.Exception_)
                and node.name is not None
                and self.names.rules.get(node.name.name) is node
            ):
                read = self.reader.exception(node, by_name)
                if read is not None:
                    found.append(read)
        return found

    def _fixed(self, exceptions: list[typed.TypedException]) -> None:
        """A value that dates, groups or scopes read is the written one: no exception can change it."""
        by_name = {one.name: one for one in exceptions}
        for one in exceptions:
            root = one
            while root.target_kind == "exception" and root.target in by_name:
                root = by_name[root.target]
            place = self.of.fixed.get(root.target) if root.target_kind == "let" else None
            if place is not None:
                message = (
                    f"an exception cannot change `{root.target}`: what is fixed when the policy is written reads it"
                )
                labels = (Label(place, "this is read here"),)
                help = "give that place a value of its own, or change the rule itself by an exception"
                self.of.report("V0216", message, one.name_span, labels=labels, help=help)

    # ---- what may be read, and what may be undefined ------------------------------------------------------

    def _duties(self) -> None:
        for duty in self.reader.duties:
            self.diagnostics.extend(self.reads.check(duty))
        for reference, premium in self.reader.ends:
            if reference.type != ERROR and self.reads.undefined(reference) is not None:
                message = "this premium does not say what happens when there is nothing to compare with"
                help = "end it with `if none allow` or `if none reject`, or with a reference that is always known"
                self.of.report("V0215", message, premium.span, help=help)

    def _circles(self) -> bool:
        """Lets that need themselves; whether there are any."""
        found = list(Circles(self.reads, self.of.tables).find(self.of.lets))
        self.diagnostics.extend(found)
        return bool(found)

    def _examples(self) -> tuple[typed.Law, ...]:
        if not any(isinstance(one, _EXAMPLES) for one in (*self.loaded.root.statements, *self.loaded.statements)):
            return ()
        from vault_rules.semantics import examples  # many policies have none, and need not wait for what reads them

        return examples.check(self.loaded, self.of, self.reads)

    # ---- the whole ------------------------------------------------------------------------------------------

    def _analyses(self, rules: Rules, exceptions: list[typed.TypedException], by_name: dict[str, typed.Rule]) -> None:
        minerals = tuple(self.names.minerals)
        targets: dict[str, Any] = {**by_name, **{one.name: one for one in exceptions}}
        found = self.diagnostics
        lost = self.names.broken | self.reader.suspects
        sure = {kind: [rule for rule in group if rule.name not in lost] for kind, group in rules.items()}
        certain = [one for one in exceptions if one.name not in lost and one.target not in lost]
        found.extend(clashes.clashing_exceptions(certain, targets, minerals))
        found.extend(clashes.overlapping(sure["waterfall"], minerals))
        found.extend(clashes.overlapping([rule for rule in sure["rule"] if rule.kind == "route"], minerals))
        found.extend(clashes.overlapping(sure["store"], minerals))
        if not self.loaded.unread and sure["waterfall"] == rules["waterfall"]:
            found.extend(clashes.gaps(rules["waterfall"], minerals))
        found.extend(lint.unreachable_tiers(rules["tier"]))
        found.extend(lint.unreachable_steps(rules["waterfall"], exceptions))
        expressions = [duty.expr for duty in self.reader.duties] + list(self.of.lets.values())
        found.extend(lint.reference_warnings(expressions))
        found.extend(lint.own_tier_warnings(rules["waterfall"], self.of.lets))
        if self.loaded.header is not None and not self.loaded.unread and not has_errors(found):
            own = [one for one in self.loaded.statements if id(one) in self.loaded.own]
            found.extend(lint.unused(self.names, own))
            found.extend(lint.idle_tiers(self.names, rules["tier"], rules["waterfall"]))

    def _policy(
        self,
        rules: Rules,
        exceptions: list[typed.TypedException],
        header: Mapping[str, Any],
        laws: tuple[typed.Law, ...],
    ) -> typed.TypedPolicy:
        names = self.names
        lets = {}
        for name, statement in names.values.items():
            if isinstance(statement, ast.Let) and name in self.of.lets:
                value = self.of.lets[name]
                parameter = not any(isinstance(one, _READS) for one in typed.walk(value)) and not self.reads.of(value)
                lets[name] = typed.TypedLet(name, value, parameter, self.reader.order(statement), statement.span)
        root = self.loaded.root
        return typed.TypedPolicy(
            minerals={name: one.label for name, one in names.minerals.items()},
            traders=frozenset(names.traders) or None,
            buyers=frozenset(names.buyers) or None,
            groups={name: value for name, (_, value) in self.of.groups.items()},
            lets=lets,
            fields=self.of.fields,
            tables=self.of.tables,
            tiers=tuple(rules["tier"]),
            rules=tuple(rules["rule"]),
            waterfalls=tuple(rules["waterfall"]),
            caps=tuple(rules["cap"]),
            stores=tuple(rules["store"]),
            exceptions=tuple(exceptions),
            files=self.loaded.files,
            sha256=self.loaded.sha256,
            span=Span(root.source, 0, 0),
            functions=dict(sorted(self.of.called.items())),
            laws=laws,
            **header,
        )


_EXAMPLES = (ast.Book, ast.Test, ast.Always)
_READS = (typed.Column, typed.Context, typed.Market, typed.Benchmark)
