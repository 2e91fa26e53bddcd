"""What tells whether the parser's tables are those of a grammar."""

from __future__ import annotations

import hashlib


def fingerprint(grammar: str) -> str:
    """The same for the same grammar."""
    return hashlib.sha256(grammar.encode("utf-8")).hexdigest()
