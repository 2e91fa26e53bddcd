"""Exceptions: which rule each changes, and which of its clauses, in the rule's own form."""

from __future__ import annotations

from typing import Any

import attrs

from vault_rules.domain.spelling import did_you_mean
from vault_rules.language import ast
from vault_rules.semantics import reads, typed
from vault_rules.semantics.elaborate import Elaborator
from vault_rules.semantics.reads import Duty
from vault_rules.semantics.rules import _BEFORE_REQUESTS, RuleReader, _clause_spans, edges, group_spans
from vault_rules.semantics.scope import kind_of
from vault_rules.semantics.types import BOOLEAN
from vault_rules.source.diagnostic import WARNING, Diagnostic, Label
from vault_rules.source.text import Span

_FORMS = {
    "let": "{ 60% }",
    "require": "{ require … }",
    "forbid": "{ forbid … }",
    "tier": "{ when … }",
    "route": "{ to … }",
    "waterfall": "{ domestic premium <= 60% }",
    "cap": "{ share by origin <= 95% of requested per mineral }",
    "target": "{ share >= 30% of purchased }",
    "store": "{ place in owned by cost }",
}
_MANY = {"require", "forbid", "let"}


class ExceptionReader(RuleReader):
    """Reads exceptions once all rules are read."""

    def __init__(self, of: Elaborator, orders: dict[int, int]) -> None:
        super().__init__(of, orders)
        self._circles: set[frozenset[str]] = set()
        self._bases: dict[str, ast.Statement] = {}
        """What each exception that was read changes in the end."""
        self._said: dict[str, ast.CapBody] = {}
        """What a cap says once each exception that was read restates it."""

    def exception(self, node: ast.Exception_, rules: dict[str, typed.Rule]) -> typed.TypedException | None:
        assert node.name is not None
        found = self.modifiers(node, "exception")
        self._because(node, found)
        before = len(self.diagnostics)
        scope = self.scope(found)
        window = self.window(found)
        if len(self.diagnostics) > before:
            self.suspects.add(node.name.name)
        base = self._base(node)
        if base is None:
            return None
        kind = kind_of(base)
        if kind in _BEFORE_REQUESTS and "for_buyers" in found:
            self.no_buyers(found, kind)
            scope = attrs.evolve(scope, buyers=None)
        when = self._when(found.get("when"), kind)
        changes, spans, waive = self._changes(node, base, kind, rules, scope)
        target = self.of.names.rules[node.target.name]
        return typed.TypedException(
            name=node.name.name,
            target=node.target.name,
            target_kind=kind_of(target),
            order=self.order(node),
            span=node.span,
            name_span=node.name.span,
            window=window,
            scope=scope,
            when=when,
            waive=waive,
            changes=changes,
            spans={**spans, **edges(found)},
        )

    def _because(self, node: ast.Exception_, found: dict[str, ast.Modifier]) -> None:
        assert node.name is not None
        if "because" not in found:
            self.of.report("V0306", "an exception says why", node.name.span, help='add `because "…"`')
        if "before" not in found and "through" not in found:
            self.diagnostics.append(
                Diagnostic(
                    "V0402",
                    WARNING,
                    f"the exception `{node.name.name}` has no end",
                    node.name.span,
                    help="add `through DATE`, or `before DATE`",
                )
            )

    def _base(self, node: ast.Exception_) -> ast.Statement | None:
        """The rule that the exception changes in the end: the target of the exception that it may be one to."""
        seen: dict[str, None] = {}
        target = node.target
        while target.name not in self._bases:
            found = self.of.names.rules.get(target.name)
            if found is None:
                self._no_target(target)
                return None
            if not isinstance(found, ast.Exception_):
                self.of.names.used.add(target.name)
                self._bases.update(dict.fromkeys(seen, found))
                return found
            if target.name in seen:
                way = list(seen)
                circle = frozenset(way[way.index(target.name) :])
                if circle not in self._circles:
                    self._circles.add(circle)
                    message = f"this exception is one to itself in the end: `{target.name}`"
                    help = "let one of them change the rule itself"
                    self.of.report("V0212", message, node.target.span, help=help)
                return None
            seen[target.name] = None
            target = found.target
        self._bases.update(dict.fromkeys(seen, self._bases[target.name]))
        return self._bases[target.name]

    def _no_target(self, target: ast.Identifier) -> None:
        near = did_you_mean(target.name, sorted(self.of.names.rules))
        if self.of.names.is_lost(target.name, near):
            return
        what = "there is no rule, `let` or exception"
        help = f"did you mean `{near}`?" if near else "an exception names the rule that it changes"
        if target.name in self.of.names.values:
            what = f"a {kind_of(self.of.names.values[target.name])} has no exceptions: there is no rule or `let`"
            help = "change the rule that reads it"
        self.of.report("V0307", f"{what} called `{target.name}`", target.span, help=help)

    def _when(self, modifier: ast.Modifier | None, kind: str) -> typed.Expr | None:
        if modifier is None or isinstance(modifier.value, str):
            return None
        read = self.of.expect(modifier.value, BOOLEAN, "the `when` of an exception")
        may_read = reads.OFFER if kind in _MANY else reads.CONTEXT
        self.duties.append(Duty(read, may_read, f"an exception to a `{kind}`"))
        return read

    def _changes(
        self, node: ast.Exception_, base: ast.Statement, kind: str, rules: dict[str, typed.Rule], scope: typed.Scope
    ) -> tuple[dict[Any, Any], dict[Any, Span], bool]:
        change = node.change
        match change:
            case ast.Waive() if kind != "let" or isinstance(self.of.names.rules.get(node.target.name), ast.Exception_):
                return {}, {"waive": node.span}, True
            case ast.NewValue() if isinstance(base, ast.Let):
                return self._value(change, base)
            case ast.NewCondition() if isinstance(base, ast.Condition) and change.kind == base.kind:
                return (
                    {"condition": self.rule_condition(kind, change.condition, scope)},
                    {"condition": change.span},
                    False,
                )
            case ast.NewWhen() if isinstance(base, ast.Tier):
                return {"when": self.tier_condition(change.condition)}, {"when": change.span}, False
            case ast.NewRoute() if isinstance(base, ast.Route):
                spans: dict[Any, Span] = {"sellers": change.span, **group_spans(change.sellers)}
                return {"sellers": self.sellers(change.sellers)}, spans, False
            case ast.NewCap() if isinstance(base, ast.Cap):
                return self._limit_change(change, base, self._said_before(node, base))
            case ast.NewSteps() if isinstance(base, ast.Waterfall):
                return self._step_changes(change, rules.get(base.name.name if base.name else ""))
            case ast.NewPlaces() if isinstance(base, ast.Store):
                return {"places": self.places(change.places)}, {"places": change.span}, False
        assert base.name is not None
        self.of.report(
            "V0307",
            f"this is not how a `{kind}` is changed",
            change.span,
            labels=(Label(base.name.span, f"`{base.name.name}` is a `{kind}`"),),
            help=f"restate its clauses in its own form: `{_FORMS.get(kind, '{ waive }')}`"
            + ("" if kind == "let" else "; or drop it: `{ waive }`"),
        )
        return {}, {}, False

    def _value(self, change: ast.NewValue, base: ast.Let) -> tuple[dict[Any, Any], dict[Any, Span], bool]:
        assert base.name is not None
        wanted = self.of.let_value(base.name.name, base.name.span).type
        read = self.of.expr(change.value, wanted)
        if wanted.kind != "error":
            read = self.of.coerce(read, wanted, f"`{base.name.name}`")
        return {"value": read}, {"value": change.span}, False

    def _said_before(self, node: ast.Exception_, base: ast.Cap) -> ast.CapBody:
        """What an exception to a cap changes: the cap as it is, or as the exception that it is one to restates it."""
        way: list[ast.Exception_] = []
        target = self.of.names.rules.get(node.target.name)
        while isinstance(target, ast.Exception_) and target.name is not None and target.name.name not in self._said:
            way.append(target)
            target = self.of.names.rules.get(target.target.name)
        said = base.body
        if isinstance(target, ast.Exception_) and target.name is not None:
            said = self._said[target.name.name]
        for one in reversed(way):
            assert one.name is not None
            said = self._said[one.name.name] = _restated(said, one.change)
        return said

    def _limit_change(
        self, change: ast.NewCap, base: ast.Cap, before: ast.CapBody
    ) -> tuple[dict[Any, Any], dict[Any, Span], bool]:
        body = change.body
        if body.measure != base.body.measure:
            self.of.report(
                "V0307",
                f"this {base.kind} limits `{base.body.measure}`, not `{body.measure}`",
                body.span,
                labels=(Label(base.body.span, "the rule says this"),),
                help=f"restate it as `{base.body.measure} …`",
            )
            return {}, {}, False
        sign = "<=" if base.kind == "cap" else ">="
        if body.comparison != sign:
            message = f"a {base.kind} says `{sign}`, not `{body.comparison}`"
            labels = (Label(base.body.span, "the rule says this"),)
            self.of.report("V0110", message, body.span, labels=labels, help=f"write `{sign}`")
            return {}, {}, False
        if body.of is None and "share" in body.measure:
            body = attrs.evolve(body, of=before.of)  # what is not restated stays
        if not body.per and before.per:
            body = attrs.evolve(body, per=before.per)
        clauses, spans = self.cap_clauses(body, base.kind, base.advisory, whole=False)
        clauses.pop("measure")
        return clauses, dict.fromkeys(spans, change.span), False

    def _step_changes(
        self, change: ast.NewSteps, waterfall: typed.Rule | None
    ) -> tuple[dict[Any, Any], dict[Any, Span], bool]:
        clauses: dict[Any, Any] = {}
        spans: dict[Any, Span] = {}
        places: dict[int, Span] = {}
        for one in change.changes:
            step = None if waterfall is None else self._step(one.step, waterfall)
            if step is not None and step.number in places:
                labels = (Label(places[step.number], "first here"),)
                help = "say all that changes in a step at once"
                self.of.report("V0109", "this step is changed twice", one.step.span, labels=labels, help=help)
                continue
            if step is not None:
                places[step.number] = one.step.span
            read = self.step_clauses(one.clauses, whole=False)
            if step is None or waterfall is None:
                continue
            if "ratio" in read and "references" not in read and not waterfall.clauses.get((step.number, "references")):
                self.of.report(
                    "V0316",
                    "this premium does not say over what",
                    one.span,
                    help="its step has no premium yet: add `over …`",
                )
                continue
            clauses.update({(step.number, key): value for key, value in read.items()})
            spans.update(
                {(step.number, key): one.span for key in _clause_spans(one.clauses, one.span) if key != "step"}
            )
        return clauses, spans, False

    def _step(self, name: ast.Identifier, waterfall: typed.Rule) -> typed.Step | None:
        steps: tuple[typed.Step, ...] = waterfall.clauses["steps"]
        labelled = [step for step in steps if step.label == name.name]
        alone = [step for step in steps if step.tiers == (name.name,)]
        if labelled:
            return labelled[0]
        if len(alone) == 1:
            self.of.names.used.add(name.name)
            return alone[0]
        known = sorted(
            {step.label for step in steps if step.label} | {step.tiers[0] for step in steps if len(step.tiers) == 1}
        )
        if len(alone) > 1:
            self.of.report(
                "V0318",
                f"{len(alone)} steps take `{name.name}`",
                name.span,
                help="give the step a label, and name that: `LABEL: take …`",
            )
            return None
        if any(not step.tiers for step in steps):
            return None  # a tier of one of them is unknown: said already
        near = did_you_mean(name.name, known)
        help = f"did you mean `{near}`?"
        if any(name.name in step.tiers for step in steps):
            help = f"the step that takes `{name.name}` takes other tiers too: give it a label, `LABEL: take …`"
        elif near is None:
            steps_named = ", ".join(f"`{one}`" for one in known) or "none yet: write `LABEL: take …`"
            help = f"a step is named by its label, or by its tier where it takes no other: {steps_named}"
        self.of.report(
            "V0318",
            f"`{waterfall.name}` has no step `{name.name}`",
            name.span,
            labels=(Label(waterfall.name_span, "the waterfall"),),
            help=help,
        )
        return None


def _restated(before: ast.CapBody, change: ast.Change) -> ast.CapBody:
    """What a cap says where an exception restates it: what is left out stays as it was."""
    if not isinstance(change, ast.NewCap):
        return before
    body = change.body
    of = before.of if body.of is None and "share" in body.measure else body.of
    return attrs.evolve(body, of=of, per=body.per or before.per)
