"""Rules: their clauses typed, their dates and scope worked out, and what they may read written down as duties."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import attrs

from vault_rules.domain.spelling import did_you_mean
from vault_rules.language import ast
from vault_rules.semantics import reads, typed
from vault_rules.semantics.caps import CapReader
from vault_rules.semantics.reads import Duty
from vault_rules.semantics.types import BOOLEAN, DATE, PRICE, RATIO, Type
from vault_rules.source.diagnostic import Label
from vault_rules.source.text import Span

_BEFORE_REQUESTS = ("tier", "route")
_ALLOWED = {
    "rule": ("for", "for_buyers", "from", "before", "through", "because", "cites"),
    "definition": ("because", "cites"),
    "exception": ("for", "for_buyers", "from", "before", "through", "because", "cites", "when"),
}


class RuleReader(CapReader):
    """Types the clauses of rules; `duties` collects what each clause may read."""

    # ---- modifiers ------------------------------------------------------------------------------------------------

    def modifiers(self, statement: ast.Statement, family: str) -> dict[str, ast.Modifier]:
        found: dict[str, ast.Modifier] = {}
        for modifier in statement.modifiers:
            word = modifier.kind.replace("for_buyers", "for buyers")
            if modifier.kind not in _ALLOWED[family]:
                self._misplaced(modifier, family, word)
            elif modifier.kind in found:
                first = (Label(found[modifier.kind].span, "first here"),)
                self.of.report(
                    "V0109", f"`{word}` is said twice", modifier.span, labels=first, help="remove one of them"
                )
            found.setdefault(modifier.kind, modifier)
        if "before" in found and "through" in found:
            labels = (Label(found["before"].span, "one end here"),)
            self.of.report(
                "V0109",
                "this rule has two ends",
                found["through"].span,
                "another here",
                labels,
                "say `before` or `through`, not both",
            )
        return found

    def _misplaced(self, modifier: ast.Modifier, family: str, word: str) -> None:
        help = "a definition holds on every day and for everybody: put dates and scopes on a rule, or on an exception"
        if modifier.kind == "when":
            help = "join it to the condition with `and`; only an exception, a step, a tier and a place have `when`"
        self.of.report("V0114", f"`{word}` does not belong to this statement", modifier.span, help=help)

    def window(self, found: Mapping[str, ast.Modifier]) -> typed.Window:
        start = self._day(found.get("from"))
        end = self._day(found.get("before"))
        through = self._day(found.get("through"))
        if through is not None:
            end = through + timedelta(days=1) if through < date.max else None
        if start is not None and end is not None and start >= end:
            place = found.get("before") or found["through"]
            labels = (Label(found["from"].span, "it begins here"),)
            help = "`from` names the first day, `through` the last, `before` the day after the last"
            self.of.report("V0314", "these dates leave no day", place.span, "and has ended by then", labels, help)
            return typed.Window(start, None)
        return typed.Window(start, end)

    def _day(self, modifier: ast.Modifier | None) -> date | None:
        if modifier is None or isinstance(modifier.value, str):
            return None
        written = modifier.value
        if isinstance(written, ast.DateLiteral) and written.value.isoformat() != written.span.text:
            return None  # no day of the calendar: said when it was read
        value = self.of.constant(
            self.of.expect(
                modifier.value, DATE, f"what stands after `{modifier.kind}`", "a date is year-month-day: 2027-07-01"
            )
        )
        return value if isinstance(value, date) else None

    def scope(self, found: Mapping[str, ast.Modifier]) -> typed.Scope:
        return typed.Scope(self._members(found.get("for"), "mineral"), self._members(found.get("for_buyers"), "buyer"))

    def _members(self, modifier: ast.Modifier | None, element: str) -> frozenset[str] | None:
        if modifier is None or isinstance(modifier.value, str):
            return None
        return self.of.set_value(modifier.value, element, "what stands after `for`")

    # ---- rules ----------------------------------------------------------------------------------------------------

    def rule(
        self, statement: ast.Statement, kind: str, clauses: Mapping[Any, Any], spans: Mapping[Any, Span], **more: Any
    ) -> typed.Rule:
        assert statement.name is not None
        found = self.modifiers(statement, "rule")
        if kind in _BEFORE_REQUESTS:
            self.no_buyers(found, kind)
        before = len(self.diagnostics)
        scope = more.pop("scope", None) or self.scope(found)
        window = self.window(found)
        if len(self.diagnostics) > before:
            self.suspects.add(statement.name.name)
        return typed.Rule(
            name=statement.name.name,
            kind=kind,
            order=self.order(statement),
            span=statement.span,
            name_span=statement.name.span,
            window=window,
            scope=scope,
            clauses=clauses,
            spans={**spans, **edges(found)},
            **more,
        )

    def no_buyers(self, found: dict[str, ast.Modifier], kind: str) -> None:
        """Tiers and routes are decided before any request is looked at: they are the same for every buyer."""
        modifier = found.pop("for_buyers", None)
        if modifier is not None:
            help = "put it on a `require`, a `forbid`, a `cap` or a `waterfall`"
            message = f"a `{kind}` is the same for every buyer: it has no `for buyers`"
            self.of.report("V0114", message, modifier.span, help=help)

    def tier(self, node: ast.Tier) -> typed.Rule:
        condition = None if node.when is None else self.tier_condition(node.when)
        return self.rule(node, "tier", {"when": condition}, {"when": node.span})

    def tier_condition(self, node: ast.Expr) -> typed.Expr:
        read = self.of.expect(node, BOOLEAN, "what decides a tier")
        self.duties.append(Duty(read, reads.OFFER, "a `tier`"))
        return read

    def condition(self, node: ast.Condition) -> typed.Rule:
        found = self.scope({one.kind: one for one in node.modifiers if one.kind in ("for", "for_buyers")})
        read = self.rule_condition(node.kind, node.condition, found)
        return self.rule(
            node, node.kind, {"condition": read}, {"condition": node.span}, advisory=node.advisory, scope=found
        )

    def rule_condition(self, kind: str, node: ast.Expr, scope: typed.Scope) -> typed.Expr:
        read = self.of.expect(node, BOOLEAN, f"what a `{kind}` says")
        self.duties.append(Duty(read, reads.RULE, f"a `{kind}`", minerals=scope.minerals))
        return read

    def route(self, node: ast.Route) -> typed.Rule:
        minerals = self.of.set_value(node.minerals, "mineral", "what a route routes")
        spans: dict[Any, Span] = {"sellers": node.span, **group_spans(node.sellers)}
        rule = self.rule(node, "route", {"sellers": self.sellers(node.sellers)}, spans)
        within = minerals if rule.scope.minerals is None else minerals & rule.scope.minerals
        return attrs.evolve(rule, scope=typed.Scope(within, rule.scope.buyers))

    def sellers(self, groups: Iterable[tuple[ast.Expr, ...]]) -> tuple[frozenset[str], ...]:
        return tuple(self._union(group, "trader", "who may sell") for group in groups)

    def _union(self, members: tuple[ast.Expr, ...], element: str, what: str) -> frozenset[str]:
        found: frozenset[str] = frozenset()
        for member in members:
            found |= self.of.set_value(member, element, what)
        return found

    # ---- waterfalls -----------------------------------------------------------------------------------------------

    def waterfall(self, node: ast.Waterfall) -> typed.Rule:
        clauses: dict[Any, Any] = {}
        spans: dict[Any, Span] = {}
        steps = []
        labels: dict[str, Span] = {}
        for number, step in enumerate(node.steps, 1):
            if step.label is not None:
                if step.label.name in labels:
                    self.of.report(
                        "V0202",
                        f"two steps are called `{step.label.name}`",
                        step.label.span,
                        labels=(Label(labels[step.label.name], "the first"),),
                        help="give one of them another label",
                    )
                labels.setdefault(step.label.name, step.label.span)
            tiers = self.tiers(step.tiers)
            take = Span(step.span.source, step.span.start, step.span.end)
            steps.append(typed.Step(number, step.label.name if step.label else None, tiers, take))
            clauses.update({(number, key): value for key, value in self.step_clauses(step.clauses, whole=True).items()})
            spans.update({(number, key): span for key, span in _clause_spans(step.clauses, step.span).items()})
            spans[(number, "step")] = step.span
        if not node.steps and node.name is not None:
            message = f"the waterfall `{node.name.name}` has no step: nothing would ever be bought"
            self.of.report("V0320", message, node.name.span, help="say what to take: `take all`")
        clauses["steps"] = tuple(steps)
        return self.rule(node, "waterfall", clauses, spans)

    def tiers(self, names: tuple[ast.Identifier, ...] | None) -> tuple[str, ...]:
        known = self.of.names.tiers
        if names is None:
            return tuple(known) or ("all",)
        found = []
        for name in names:
            if name.name in known:
                self.of.names.used.add(name.name)
                found.append(name.name)
                continue
            near = did_you_mean(name.name, known)
            if not self.of.names.is_lost(name.name, near):
                help = f"did you mean `{near}`?" if near else "tiers are declared: `tier domestic when origin = US`"
                self.of.report("V0201", f"`{name.name}` is not a tier", name.span, help=help)
        return tuple(sorted(set(found), key=known.index))

    def step_clauses(self, node: ast.Clauses, *, whole: bool) -> dict[str, Any]:
        """The clauses that are said; `whole` (not in an exception) a premium must say over what."""
        found: dict[str, Any] = {}
        if node.when is not None:
            found["when"] = self._step_value(node.when, BOOLEAN, "the `when` of a step")
        if node.premium is not None:
            found.update(self._premium(node.premium, whole))
        if node.share is not None:
            ratio = self._share_ratio(node.share)
            found["share"] = typed.Share(ratio, node.share.of_awarded)
        if node.keys is not None:
            self.of.price_is_compared = True
            found["keys"] = self.keys(node.keys, reads.STEP, "the order of a step")
            self.of.price_is_compared = False
        return found

    def _step_value(
        self, node: ast.Expr, wanted: Type, place: str, help: str | None = None, defined: bool = True
    ) -> typed.Expr:
        read = self.of.expect(node, wanted, place, help)
        self.duties.append(Duty(read, reads.STEP, place, must_be_defined=defined))
        return read

    def _share_ratio(self, node: ast.Share) -> typed.Expr:
        match node.ratio:
            case ast.Binary(operator="of", right=ast.Name(name=name) as of) if name in ("purchased", "demand", "stock"):
                help = "a step's share is of the request, or `of awarded`; for anything else write a `cap`"
                self.of.report("V0310", f"the share of a step is never `of {name}`", of.span, help=help)
                return self.of.error(node.span)
        help = "a share is a percentage: `share <= 20%`"
        return self._step_value(node.ratio, RATIO, "the `share` of a step", help=help)

    def _premium(self, node: ast.Premium, whole: bool) -> dict[str, Any]:
        if whole and not node.references:
            help = "for instance `premium <= 15% over best(allied, depth 500 kg) if none reject`"
            self.of.report("V0316", "this premium does not say over what", node.span, help=help)
            return {"ratio": self.of.error(node.span), "references": (), "if_none": node.if_none}
        found: dict[str, Any] = {
            "ratio": self._step_value(
                node.ratio, RATIO, "a premium", help="a premium is a percentage: `premium <= 15% over …`"
            )
        }
        if node.references:
            help = "a premium stands over a price: `best(allied)`, `benchmark`, or `30 USD/kg`"
            references = tuple(
                self._step_value(one, PRICE, "what a premium stands over", help, defined=False)
                for one in node.references
            )
            found["references"] = references
            if node.if_none is None:
                self.ends.append((references[-1], node))
        if node.if_none is not None:
            found["if_none"] = node.if_none
        elif node.references:
            found["if_none"] = None
        return found

    def keys(self, nodes: tuple[ast.Key, ...], may_read: frozenset[str], place: str) -> tuple[typed.Key, ...]:
        found = []
        for key in nodes:
            read = self.of.expr(key.value)
            if read.type.is_set:
                help = "order by one value: `by price`; members of a set first: `by if origin in allies then 1 else 2`"
                message = f"{place} goes by single values, and this is {read.type.noun()}"
                self.of.report("V0204", message, read.span, help=help)
                continue
            self.duties.append(Duty(read, may_read, place))
            if read.type.kind != "error":
                found.append(typed.Key(read, key.descending))
        return tuple(found)

    # ---- storage ----------------------------------------------------------------------------------------------------

    def store(self, node: ast.Store) -> typed.Rule:
        if not node.places and node.name is not None:
            message = f"the store `{node.name.name}` names no place: nothing would ever be stored"
            self.of.report("V0320", message, node.name.span, help="say where: `place in owned by cost`")
        return self.rule(node, "store", {"places": self.places(node.places)}, {"places": node.span})

    def places(self, nodes: tuple[ast.Place, ...]) -> tuple[typed.Place, ...]:
        outer, self.of.extra = self.of.extra, self.facility_names()
        found = []
        for node in nodes:
            kinds = self._union(node.kinds, "kind", "where to place")
            when = None
            if node.when is not None:
                when = self.of.expect(node.when, BOOLEAN, "the `when` of a place")
                self.duties.append(Duty(when, reads.AWARD, "a place"))
            keys = self.keys(node.keys or (), reads.AWARD, "the order of places")
            found.append(typed.Place(kinds, when, keys, node.span))
        self.of.extra = outer
        return tuple(found)


def edges(found: Mapping[str, ast.Modifier]) -> dict[str, Span]:
    """Where a rule's dates stand."""
    return {word: found[word].span for word in ("from", "before", "through") if word in found}


def group_spans(groups: Iterable[tuple[ast.Expr, ...]]) -> dict[tuple[str, int], Span]:
    """Where each group of a route's sellers stands."""
    return {("group", rank): group[0].span.to(group[-1].span) for rank, group in enumerate(groups)}


def _clause_spans(node: ast.Clauses, whole: Span) -> dict[str, Span]:
    spans = {"step": whole}
    if node.when is not None:
        spans["when"] = node.when.span
    if node.premium is not None:
        spans["ratio"] = spans["references"] = spans["if_none"] = node.premium.span
    if node.share is not None:
        spans["share"] = node.share.span
    if node.keys:
        spans["keys"] = node.keys[0].span
    return spans
