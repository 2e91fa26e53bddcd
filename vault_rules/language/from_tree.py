"""From the parser's tree to the abstract syntax, one function a grammar rule.

Input: a Lark tree of `file` or `cell`. Output: nodes of `ast`, and the mistakes that only the whole shape shows
(`and` beside `or`, a cap written with `>=`). Invariant: every node's span lies inside its statement's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from lark import Token, Tree

from vault_rules.language import ast
from vault_rules.language.expressions import MAX_DEPTH, ExpressionReader, is_deep, too_deep
from vault_rules.language.statements import defined_names
from vault_rules.source.diagnostic import Label
from vault_rules.source.text import Span

_WORD = re.compile(r'"[^"\\\n]*(?:\\[^\n][^"\\\n]*)*"|#[^\n]*|(\w+)')
_ROLES = {"from": "offer", "reject": "offer", "to": "request", "for": "request", "in": "facility"}


class StatementReader(ExpressionReader):
    """Reads statements; `diagnostics` collects what is wrong with their shape."""

    def statements(self, tree: Tree[Token]) -> tuple[ast.Statement, ...]:
        """Every statement of the tree, but those that are nested too deeply: what reads the result may recurse."""
        return tuple(self._whole(child) for child in self.trees(tree) if not self._report_if_deep(child))

    def _whole(self, tree: Tree[Token]) -> ast.Statement:
        """A statement; one with a mistake in it is not to be trusted, and its name is noted."""
        before = len(self.diagnostics)
        statement = self._statement(tree)
        if len(self.diagnostics) > before and statement.name is not None:
            self.broken.add(statement.name.name)
        return statement

    def _report_if_deep(self, tree: Tree[Token]) -> bool:
        span = self.span(tree)
        if span.end - span.start < MAX_DEPTH or not is_deep(tree):
            return False
        message, place, help = too_deep(span)
        self.report("V0117", message, place, help=help)
        self.broken.update(defined_names(span.text))
        return True

    def _statement(self, tree: Tree[Token]) -> ast.Statement:
        read: Callable[[Tree[Token]], ast.Statement] = getattr(self, f"_read_{tree.data}")
        return read(tree)

    # ---- header and definitions --------------------------------------------------------------------------------

    def _read_header(self, tree: Tree[Token]) -> ast.Header:
        name, *rest = tree.children
        title = self.string(rest.pop(0)) if rest and isinstance(rest[0], Token) else None
        entries = tuple(self._header_entry(child) for child in rest if isinstance(child, Tree))
        return ast.Header(name=self.identifier(name), title=title, entries=entries, span=self.span(tree))

    def _header_entry(self, tree: Tree[Token]) -> ast.HeaderEntry:
        kind, children, span = str(tree.data), tree.children, self.span(tree)
        if kind == "show":
            return ast.HeaderEntry(
                kind=kind, name=self.identifier(children[0]), value=self.expr(children[-1]), span=span
            )
        if kind == "serve":
            return ast.HeaderEntry(kind=kind, value=self.keys(children[0]), span=span)
        if kind in ("least_award", "compare"):
            return ast.HeaderEntry(kind=kind, value=self.expr(children[0]), span=span)
        text = str(children[0]) if kind != "version" else self.string(children[0])
        return ast.HeaderEntry(kind=kind, value=text, span=span)

    def _read_use(self, tree: Tree[Token]) -> ast.Use:
        path, *names = tree.children
        only = self.names(names[0]) if names else None
        return ast.Use(name=None, path=self.string(path), only=only, span=self.span(tree))

    def _read_declare(self, tree: Tree[Token]) -> ast.Declare:
        kind, name, *rest = tree.children
        label = self.string(rest[0]) if isinstance(rest[0], Token) else None
        return ast.Declare(
            name=self.identifier(name),
            kind=str(kind),
            label=label,
            modifiers=self.modifiers(rest[-1]),
            span=self.span(tree),
        )

    def _read_group(self, tree: Tree[Token]) -> ast.Group:
        name, value, modifiers = self._without_equals(tree)
        return ast.Group(
            name=self.identifier(name),
            value=self.expr(value),
            modifiers=self.modifiers(modifiers),
            span=self.span(tree),
        )

    def _read_let(self, tree: Tree[Token]) -> ast.Let:
        name, value, modifiers = self._without_equals(tree)
        return ast.Let(
            name=self.identifier(name),
            value=self.expr(value),
            modifiers=self.modifiers(modifiers),
            span=self.span(tree),
        )

    @staticmethod
    def _without_equals(tree: Tree[Token]) -> list[Any]:
        return [child for child in tree.children if not (isinstance(child, Token) and child.type == "EQUALS")]

    def _read_field(self, tree: Tree[Token]) -> ast.Field:
        name, kind, *rest = tree.children
        default = self.expr(rest[0]) if len(rest) > 1 else None
        return ast.Field(
            name=self.identifier(name),
            type=self.identifier(kind),
            default=default,
            modifiers=self.modifiers(rest[-1]),
            span=self.span(tree),
        )

    def _read_table(self, tree: Tree[Token]) -> ast.Table:
        name, *rest, modifiers = tree.children
        keys: tuple[ast.Identifier, ...] | None = None
        columns: tuple[ast.Identifier, ...] = ()
        rows: tuple[ast.Row, ...] = ()
        path: str | None = None
        for child in rest:
            if isinstance(child, Token):
                path = self.string(child)
            elif child.data == "names":
                keys = self.names(child)
            else:
                columns, rows = self.rows(child, parse=True)
        return ast.Table(
            name=self.identifier(name),
            keys=keys,
            columns=columns,
            rows=rows,
            path=path,
            modifiers=self.modifiers(modifiers),
            span=self.span(tree),
        )

    # ---- rules ------------------------------------------------------------------------------------------------

    def _read_tier(self, tree: Tree[Token]) -> ast.Tier:
        name, when, modifiers = tree.children
        is_last = isinstance(when, Token)
        return ast.Tier(
            name=self.identifier(name),
            when=None if is_last else self.expr(when),
            modifiers=self.modifiers(modifiers),
            span=self.span(tree),
        )

    def _read_condition(self, tree: Tree[Token]) -> ast.Condition:
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
    def _advisory(tree: Tree[Token]) -> tuple[bool, list[Any]]:
        children: list[Any] = list(tree.children)
        if isinstance(children[0], Token) and children[0].type == "ADVISORY":
            return True, children[1:]
        return False, children

    def _read_route(self, tree: Tree[Token]) -> ast.Route:
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

    def _read_waterfall(self, tree: Tree[Token]) -> ast.Waterfall:
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

    def _read_cap(self, tree: Tree[Token]) -> ast.Cap:
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

    def _read_exception(self, tree: Tree[Token]) -> ast.Exception_:
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

    def _read_store(self, tree: Tree[Token]) -> ast.Store:
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

    # ---- examples and laws --------------------------------------------------------------------------------------

    def _read_test(self, tree: Tree[Token]) -> ast.Test:
        title, *items = tree.children
        read = tuple(self._test_item(child) for child in items)
        return ast.Test(name=None, title=self.string(title), items=read, span=self.span(tree))

    def _test_item(self, tree: Any) -> ast.TestItem:
        kind, children, span = str(tree.data), tree.children, self.span(tree)
        if kind == "as_of":
            return ast.AsOf(self.day(children[0]) or date.min, span=span)
        if kind == "set_parameter":
            return ast.SetParameter(self.identifier(children[0]), self.expr(children[-1]), span=span)
        if kind == "test_table":
            before = len(self.diagnostics)
            columns, rows = self.rows(children[1], parse=False)
            if len(self.diagnostics) > before:
                columns, rows = (), ()
            return ast.TestTable(str(children[0]), columns, rows, span=span)
        return self._expectation(children[0], span)

    def _expectation(self, tree: Any, span: Any) -> ast.Expectation:
        kind = str(tree.data).removeprefix("expect_")
        found: dict[str, Any] = {}
        idents = []
        for child in tree.children:
            if isinstance(child, Tree):
                found["because"] = tuple(str(token) for token in child.children)
            elif child.type == "QUANTITY":
                found["quantity"] = self.quantity(child)
            else:
                idents.append(child)
        if kind == "error":
            return ast.Expectation(kind=kind, code=str(idents[0]), span=span)
        for ident in idents:
            found[self._role(ident, span.start)] = self.identifier(ident)
        return ast.Expectation(kind=kind, span=span, **found)

    def _role(self, ident: Token, start: int) -> str:
        """Which place of the expectation an identifier fills, by the word that stands before it."""
        before = self.source.text[start : self.token_span(ident).start]
        words = [word for word in _WORD.findall(before) if word]
        return _ROLES[words[-1]]

    def _read_always(self, tree: Tree[Token]) -> ast.Always:
        title, *laws = tree.children
        return ast.Always(
            name=None, title=self.string(title), laws=tuple(self._law(child) for child in laws), span=self.span(tree)
        )

    def _law(self, tree: Any) -> ast.Law:
        subject, *expressions = tree.children
        read = [self.expr(child) for child in expressions]
        return ast.Law(self.identifier(subject), read[0] if len(read) == 2 else None, read[-1], span=self.span(tree))
