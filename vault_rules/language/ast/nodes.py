"""What every node has: a place in a source."""

from __future__ import annotations

import attrs

from vault_rules.source.alike import Alike
from vault_rules.source.text import Span


@attrs.frozen(eq=False, repr=False)
class Node(Alike):
    """Anything that stands somewhere in a source."""

    span: Span = attrs.field(eq=False, repr=False, kw_only=True)


@attrs.frozen(eq=False, repr=False)
class Identifier(Node):
    """A name where it is used or given; `quoted` where it was written as text ("Glencore AG")."""

    name: str
    quoted: bool = False
