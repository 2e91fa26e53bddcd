"""What can be covered: a point is one thing that a place of a policy may be seen to do."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache

import attrs

from vault_rules.source.text import Span

RULES, EXCEPTIONS, ROWS = "rules", "exceptions", "rows"
CLAUSES, OUTCOMES, BOUNDARIES = "clauses", "outcomes", "boundaries"
KINDS = (RULES, EXCEPTIONS, ROWS, CLAUSES, OUTCOMES, BOUNDARIES)

DECIDES, LOOKED_UP, ACTIVE, INACTIVE = "decides", "looked_up", "active", "inactive"
OPENS, ORDERS, USED, DEFINED, IF_NONE = "opens", "orders", "used", "defined", "if_none"
TRUE, FALSE, UNDER, OVER, EXACTLY = "true", "false", "under", "over", "exactly"

Id = tuple[str, str, str, int, int]
"""A point by its kind, what it does, its file and its place there: the same whatever values parameters have."""


@lru_cache(maxsize=4096)
def head_of(span: Span) -> Span:
    """What a step takes, or a place is in, without the clauses that follow: what is marked of it."""
    found = _HEAD.match(span.source.text, span.start, span.end)
    assert found is not None  # it matches anything
    return Span(span.source, span.start, found.end())


_HEAD = re.compile(r'(?:"(?:\\.|[^"\\])*"|[^"])*?(?=\s+(?:when|premium|share|by)\b|\Z)')


def id_of(kind: str, what: str, span: Span) -> Id:
    """The id of what a place does."""
    return kind, what, span.source.role or span.source.name, span.start, span.end


@attrs.frozen
class Point:
    """One thing that a place of a policy may be seen to do. `missing` says in words that it was not seen."""

    kind: str
    what: str
    of: str
    """The rule or definition to which the place belongs, as a report names it."""
    span: Span
    missing: str

    @property
    def id(self) -> Id:
        return id_of(self.kind, self.what, self.span)

    @property
    def file(self) -> str:
        """Its file, relative to the policy's folder."""
        return self.span.source.role or self.span.source.name

    @property
    def is_headline(self) -> bool:
        """Whether it counts for rule coverage: a rule, step, row or exception that decides something."""
        return self.kind in (RULES, ROWS) or self.what == ACTIVE


@attrs.define
class Notes:
    """What was seen so far."""

    seen: set[Id] = attrs.field(factory=set)

    def add(self, kind: str, what: str, span: Span) -> None:
        self.seen.add(id_of(kind, what, span))

    def compared(self, actual: Fraction, limit: Fraction, span: Span) -> None:
        """That a value was held against a limit: under it, over it, or exactly at it."""
        if actual == limit:
            self.add(BOUNDARIES, EXACTLY, span)
        else:
            self.add(OUTCOMES, UNDER if actual < limit else OVER, span)
