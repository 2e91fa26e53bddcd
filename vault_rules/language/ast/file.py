"""A whole file, with its comments."""

from __future__ import annotations

from vault_rules.language.ast.nodes import Node
from vault_rules.language.ast.statements import Statement
from vault_rules.source.alike import Alike, field, node
from vault_rules.source.text import Source


@node
class Comment(Node):
    """`# …`, with its mark; `alone` where nothing else stands on its line."""

    text: str
    alone: bool


@node
class PolicyFile(Alike):
    """One `.vault` file. `broken` names what a statement that could not be read was about to define."""

    source: Source = field(eq=False, repr=False)
    statements: tuple[Statement, ...]
    comments: tuple[Comment, ...] = field(eq=False, repr=False, default=())
    broken: frozenset[str] = field(eq=False, default=frozenset())
