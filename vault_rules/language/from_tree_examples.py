"""From the parser's tree to examples and laws: `test` and `always` blocks."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from vault_rules.language import ast
from vault_rules.language.from_tree_rules import RuleTreeReader
from vault_rules.language.trees import Token, Tree

_WORD = re.compile(r'"[^"\\\n]*(?:\\[^\n][^"\\\n]*)*"|#[^\n]*|(\w+)')
_ROLES = {"from": "offer", "reject": "offer", "to": "request", "for": "request", "in": "facility"}


class ExampleTreeReader(RuleTreeReader):
    """Reads tests and laws."""

    def _read_test(self, tree: Tree) -> ast.Test:
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

    def _read_always(self, tree: Tree) -> ast.Always:
        title, *laws = tree.children
        return ast.Always(
            name=None, title=self.string(title), laws=tuple(self._law(child) for child in laws), span=self.span(tree)
        )

    def _law(self, tree: Any) -> ast.Law:
        first, *rest = tree.children
        opening = None
        if first.data == "opening":
            opening = ast.Opening(self.names(first), span=self.span(first))
            first, *rest = rest
        *where, condition = [self.expr(child) for child in rest]
        subjects = self.names(first)
        return ast.Law(opening, subjects, where[0] if where else None, condition, span=self.span(tree))
