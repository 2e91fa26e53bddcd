"""From the parser's tree to rules: tiers, conditions, routes, waterfalls, caps, exceptions, stores."""

from __future__ import annotations

from typing import Any

from vault_rules.language import ast
from vault_rules.language.expressions import ExpressionReader
from vault_rules.language.trees import Token, Tree
from vault_rules.source.diagnostic import Label
from vault_rules.source.text import Span


class RuleTreeReader(ExpressionReader):
    """Reads rules and their clauses."""

    def _read_tier(self, tree: Tree) -> ast.Tier:
        name, when, modifiers = tree.children
        is_last = isinstance(when, Token)
        return ast.Tier(
            name=self.identifier(name),
            when=None if is_last else self.expr(when),
            modifiers=self.modifiers(modifiers),
            span=self.span(tree),
        )

    def _read_condition(self, tree: Tree) -> ast.Condition:
        advisory, (kind, name, condition, modifiers) = self._advisory(tree)
        return ast.Condition(
            name=self.identifier(name),
            kind=str(kind),
            condition=self.expr(condition),
            advisory=advisory,
            modifiers=self.modifiers(modifiers),
            span=self.span(tree),
        )

    @staticmethod
    def _advisory(tree: Tree) -> tuple[bool, list[Any]]:
        children: list[Any] = list(tree.children)
        if isinstance(children[0], Token) and children[0].type == "ADVISORY":
            return True, children[1:]
        return False, children

    def _read_route(self, tree: Tree) -> ast.Route:
        name, minerals, sellers, modifiers = tree.children
        return ast.Route(
            name=self.identifier(name),
            minerals=self.expr(minerals),
            sellers=self._sellers(sellers),
            modifiers=self.modifiers(modifiers),
            span=self.span(tree),
        )

    def _sellers(self, tree: Any) -> tuple[tuple[ast.Expr, ...], ...]:
        return tuple(self._members(child) for child in tree.children)

    def _members(self, tree: Any) -> tuple[ast.Expr, ...]:
        return tuple(self.expr(child) for child in tree.children)

    def _read_waterfall(self, tree: Tree) -> ast.Waterfall:
        name, modifiers, *steps = tree.children
        return ast.Waterfall(
            name=self.identifier(name),
            steps=tuple(self._step(child) for child in steps),
            modifiers=self.modifiers(modifiers),
            span=self.span(tree),
        )

    def _step(self, tree: Any) -> ast.Step:
        children = list(tree.children)
        label = self.identifier(children.pop(0)) if isinstance(children[0], Token) else None
        tiers, *clauses = children
        names = tuple(self.identifier(child) for child in tiers.children)
        is_all = len(names) == 1 and tiers.children[0].type == "ALL"
        return ast.Step(
            label=label, tiers=None if is_all else names, clauses=self._clauses(clauses, tree), span=self.span(tree)
        )

    def _clauses(self, trees: list[Any], whole: Any) -> ast.Clauses:
        found: dict[str, Any] = {}
        places: dict[str, Span] = {}
        for tree in trees:
            kind = str(tree.data).removesuffix("_clause").replace("by", "keys")
            if kind in found:
                self.report(
                    "V0109",
                    f"`{kind.replace('keys', 'by')}` is said twice",
                    self.span(tree),
                    labels=(Label(places[kind], "first here"),),
                    help="remove one of them",
                )
            places.setdefault(kind, self.span(tree))
            found[kind] = self._clause(kind, tree)
        return ast.Clauses(span=self.span(whole), **found)

    def _clause(self, kind: str, tree: Any) -> Any:
        if kind == "when":
            return self.expr(tree.children[0])
        if kind == "keys":
            return self.keys(tree.children[0])
        if kind == "share":
            ratio, of = self.split_of(tree.children[0], ("awarded", "requested"))
            return ast.Share(ratio=ratio, of_awarded=of is not None and str(of) == "awarded", span=self.span(tree))
        references: tuple[ast.Expr, ...] = ()
        if_none = None
        for child in tree.children[1:]:
            if child.data == "over_clause":
                references = tuple(self.expr(one) for one in child.children)
            else:
                if_none = str(child.children[0])
        return ast.Premium(
            ratio=self.expr(tree.children[0]), references=references, if_none=if_none, span=self.span(tree)
        )

    def _read_cap(self, tree: Tree) -> ast.Cap:
        advisory, (kind, name, body, modifiers) = self._advisory(tree)
        read = self._cap_body(body)
        wanted = "<=" if kind == "cap" else ">="
        if read.comparison != wanted:
            word = "a cap is an upper limit" if kind == "cap" else "a target is a floor"
            other = "a `target` is a floor: `>=`" if kind == "cap" else "a `cap` is an upper limit: `<=`"
            self.report(
                "V0110",
                f"{word}: it says `{wanted}`, not `{read.comparison}`",
                self.span(body),
                help=f"write `{wanted}`; {other}",
            )
        if advisory and kind == "target":
            self.report(
                "V0114",
                "a `target` is never `advisory`: it decides nothing anyway",
                self.span(tree),
                help="leave `advisory` out; it stands before `require`, `forbid` and `cap`",
            )
        return ast.Cap(
            name=self.identifier(name),
            kind=str(kind),
            body=read,
            advisory=advisory,
            modifiers=self.modifiers(modifiers),
            span=self.span(tree),
        )

    def _cap_body(self, tree: Any) -> ast.CapBody:
        by = by_span = where = None
        per: list[ast.Identifier] = []
        limit: Any = None
        comparison = ""
        for child in tree.children[1:]:
            if isinstance(child, Token):
                comparison = str(child)
            elif child.data == "cap_by":
                by, by_span = self.path(child.children[0]), self.span(child.children[0])
            elif child.data == "cap_per":
                per.append(ast.Identifier(self.path(child.children[0]), span=self.span(child.children[0])))
            elif child.data == "cap_where":
                where = self.expr(child.children[0])
            else:
                limit = child
        value, of = self.split_of(limit, ("requested", "demand", "stock", "purchased", "awarded"))
        return ast.CapBody(
            measure=" ".join(str(word) for word in tree.children[0].children),
            by=by,
            by_span=by_span,
            comparison=comparison,
            limit=value,
            of=None if of is None else str(of),
            of_span=None if of is None else self.token_span(of),
            per=tuple(per),
            where=where,
            span=self.span(tree),
        )

    def _read_exception(self, tree: Tree) -> ast.Exception_:
        name, target, modifiers, body = tree.children
        return ast.Exception_(
            name=self.identifier(name),
            target=self.identifier(target),
            change=self._change(body),
            modifiers=self.modifiers(modifiers),
            span=self.span(tree),
        )

    def _change(self, tree: Any) -> ast.Change:
        kind, children, span = str(tree.data), tree.children, self.span(tree)
        if kind == "waive":
            return ast.Waive(span=span)
        if kind == "new_value":
            return ast.NewValue(self.expr(children[0]), span=span)
        if kind == "new_condition":
            return ast.NewCondition(str(children[0]), self.expr(children[1]), span=span)
        if kind == "new_when":
            return ast.NewWhen(self.expr(children[0]), span=span)
        if kind == "new_cap":
            return ast.NewCap(self._cap_body(children[0]), span=span)
        if kind == "new_route":
            return ast.NewRoute(self._sellers(children[0]), span=span)
        if kind == "new_places":
            return ast.NewPlaces(tuple(self._place(child) for child in children), span=span)
        changes = tuple(
            ast.StepChange(
                self.identifier(child.children[0]), self._clauses(child.children[1:], child), span=self.span(child)
            )
            for child in children
        )
        return ast.NewSteps(changes, span=span)

    def _read_store(self, tree: Tree) -> ast.Store:
        name, modifiers, *places = tree.children
        return ast.Store(
            name=self.identifier(name),
            places=tuple(self._place(child) for child in places),
            modifiers=self.modifiers(modifiers),
            span=self.span(tree),
        )

    def _place(self, tree: Any) -> ast.Place:
        members, *clauses = tree.children
        found = self._clauses(clauses, tree)
        return ast.Place(kinds=self._members(members), when=found.when, keys=found.keys, span=self.span(tree))
