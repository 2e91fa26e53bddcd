"""What every node has: a place in a source."""

from __future__ import annotations

from vault_rules.source.alike import Alike, field, node
from vault_rules.source.text import Span


@node
class Node(Alike):
    """Anything that stands somewhere in a source."""

    span: Span = field(eq=False, repr=False, kw_only=True)


@node
class Identifier(Node):
    """A name where it is used or given; `quoted` where it was written as text ("Glencore AG")."""

    name: str
    quoted: bool = False
