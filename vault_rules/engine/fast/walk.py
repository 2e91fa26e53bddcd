"""One request's walk down its waterfall, and the awards made: whole numbers only."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from vault_rules.domain.rows import Request
from vault_rules.engine.program import Clauses
from vault_rules.semantics import typed


@attrs.frozen(eq=False)
class Blocked:
    """An offer that was asked and could give nothing: what it had, and how many awards had been made."""

    step: int
    row: int
    has: int
    after: int


@attrs.define(eq=False)
class Walk:
    """One request's walk down its waterfall, in whole units of mass."""

    request: Request
    waterfall: typed.Rule
    clauses: Clauses
    need: int
    awarded: int
    in_step: dict[int, int]
    number: int
    wanted: int
    """What the request asks for in all."""
    begins: list[int] = attrs.field(factory=list)
    """How many awards had been made when each step opened."""
    cut: set[str] = attrs.field(factory=set)
    """Why awards of it were cut short."""
    before: int = 0
    """What it had been awarded before."""
    before_in: dict[int, int] = attrs.field(factory=dict)
    runs: list[tuple[int, list[int], list[int], list[int]]] = attrs.field(factory=list)
    """Offers that could give nothing: the step, and for each its row, what it had, and how many awards were made."""

    def run(self, step: int) -> tuple[int, list[int], list[int], list[int]]:
        """Where to note offers that could give nothing."""
        if not self.runs or self.runs[-1][0] != step:
            self.runs.append((step, [], [], []))
        return self.runs[-1]

    @property
    def blocked(self) -> Iterator[Blocked]:
        for step, rows, has, after in self.runs:
            for one in zip(rows, has, after, strict=True):
                yield Blocked(step, *one)


@attrs.define(eq=False)
class Ledger:
    """Every award in the order made: columns of whole numbers."""

    walks: list[int] = attrs.field(factory=list)
    rows: list[int] = attrs.field(factory=list)
    steps: list[int] = attrs.field(factory=list)
    quantities: list[int] = attrs.field(factory=list)
