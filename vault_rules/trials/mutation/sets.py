"""What the sets of a policy hold: to take something out of one, and to put something into it that it does not hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import cached_property
from typing import Any

import attrs

from vault_rules.api import Policy
from vault_rules.domain.places import COUNTRIES
from vault_rules.language import ast
from vault_rules.language.format_expressions import quote
from vault_rules.semantics.constants import fold_or_none


class Known:
    """What a policy defines, as far as changes need to know it."""

    def __init__(self, policy: Policy) -> None:
        self.typed = policy.typed
        self.statements = policy.file.statements
        self.exceptions = [one for one in self.statements if isinstance(one, ast.Exception_)]

    def day(self, expr: ast.Expr) -> date | None:
        """The day that a date says, or a `let` of the policy."""
        if isinstance(expr, ast.DateLiteral):
            return expr.value
        if not isinstance(expr, ast.Name) or expr.name not in self.typed.lets:
            return None
        lets = {name: one.value for name, one in self.typed.lets.items()}
        value = fold_or_none(lets[expr.name], lets, self.typed.tables)
        return value if isinstance(value, date) else None

    def members(self, expr: ast.Expr) -> frozenset[str] | None:
        """What a set holds; None where its text does not say."""
        match expr:
            case ast.Name(name=name) if name in self.typed.groups:
                return frozenset(self.typed.groups[name])
            case ast.Name(name=name) if name in self.typed.tables:
                return frozenset(row[0] for row in self.typed.tables[name].rows if row is not None)
            case ast.SetLiteral(items=items):
                found = [_member(item) for item in items]
                return None if None in found else frozenset(one for one in found if one is not None)
            case ast.Binary(operator="+" | "-" | "&" as operator, left=left, right=right):
                first, second = self.members(left), self.members(right)
                if first is None or second is None:
                    return None
                return first | second if operator == "+" else first - second if operator == "-" else first & second
        return None

    def another(self, members: frozenset[str], but: frozenset[str] = frozenset()) -> str | None:
        """Something of the same kind that a set does not hold, as a policy writes it, but none of these.

        What the policy's own file names comes before the rest, since its rules treat that apart.
        """
        for everything in (self.typed.minerals, self.typed.traders, self.typed.buyers, COUNTRIES):
            if everything is not None and members and members <= set(everything):
                rest = set(everything) - members - but
                return written(min(rest & self._named or rest)) if rest else None
        return None

    @cached_property
    def routed(self) -> frozenset[str]:
        """The minerals that have a route: another for one of them would be a mistake."""
        routes = (one.scope.minerals or frozenset() for one in self.typed.rules if one.kind == "route")
        return frozenset().union(*routes)

    @cached_property
    def _named(self) -> frozenset[str]:
        """What stands in the policy's own sets."""
        own = (one for one in self.statements if not isinstance(one, ast.Test | ast.Always | ast.Book | ast.Table))
        return frozenset(
            member
            for node in _nodes(own)
            if isinstance(node, ast.SetLiteral)
            for item in node.items
            if (member := _member(item)) is not None
        )


def written(member: str) -> str:
    """A member as a policy writes it."""
    return member if member.isidentifier() and member.isascii() else quote(member)


def _member(item: ast.Expr) -> str | None:
    match item:
        case ast.Country(code=name) | ast.Name(name=name) | ast.Text(value=name):
            return name
    return None


def _nodes(of: Iterable[Any]) -> Iterator[Any]:
    """All syntax below."""
    stack = list(of)
    while stack:
        one = stack.pop()
        if isinstance(one, tuple):
            stack.extend(one)
        elif isinstance(one, ast.Node):
            yield one
            stack.extend(getattr(one, field.name) for field in attrs.fields(type(one)) if field.name != "span")
