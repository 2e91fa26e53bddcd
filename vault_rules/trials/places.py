"""Where tests and laws stand."""

from __future__ import annotations

import re

from vault_rules.language import ast
from vault_rules.semantics import typed
from vault_rules.source.text import Span

_HEADING = re.compile(r'\w+\s*"[^"\\\n]*(?:\\[^\n][^"\\\n]*)*"')


def heading(block: ast.Test | typed.Law) -> Span:
    """A block's first words: `test "title"`."""
    found = _HEADING.match(block.span.source.text, block.span.start, block.span.end)
    return block.span if found is None else Span(block.span.source, found.start(), found.end())
