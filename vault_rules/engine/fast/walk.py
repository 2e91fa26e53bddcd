"""One request's walk down its waterfall, and the awards made: whole numbers only."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING
from weakref import WeakMethod

import attrs
import polars as pl

from vault_rules.domain.columns import number_type
from vault_rules.domain.rows import Request
from vault_rules.engine.program import Clauses
from vault_rules.semantics import typed

if TYPE_CHECKING:
    from vault_rules.engine.fast.sifted import Sifted


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
    sifted: list[Sifted] = attrs.field(factory=list)
    """Offers that were looked at together: which of them were passed over is not in `runs` yet."""
    told: list[Sifted] = attrs.field(factory=list)
    """Those of them that `runs` says by now."""
    unsifted: WeakMethod[Callable[[Walk], None]] | None = None
    """Fills in `runs` with the offers of `sifted`: a method of what holds the walk."""
    untold: Callable[[Walk], None] | None = None
    """Fills in `cut` and `runs`, of a walk that was not walked offer by offer."""

    def tell(self) -> None:
        """Let `cut` and `runs` say all."""
        self.tell_but_sifted()
        if self.unsifted is not None:
            tell, self.unsifted = self.unsifted(), None
            assert tell is not None
            tell(self)

    def tell_but_sifted(self) -> None:
        """Let `cut` say all, and `runs` all but what `sifted` says."""
        if self.untold is not None:
            tell, self.untold = self.untold, None
            tell(self)

    def run(self, step: int) -> tuple[int, list[int], list[int], list[int]]:
        """Where to note offers that could give nothing."""
        if not self.runs or self.runs[-1][0] != step:
            self.runs.append((step, [], [], []))
        return self.runs[-1]

    @property
    def blocked(self) -> Iterator[Blocked]:
        """Offers that were asked, or passed over, and could give nothing."""
        self.tell()
        return self.blocked_but_sifted

    @property
    def blocked_but_sifted(self) -> Iterator[Blocked]:
        """Those that `runs` says."""
        for step, rows, has, after in self.runs:
            for one in zip(rows, has, after, strict=True):
                yield Blocked(step, *one)


class Ledger:
    """Every award in the order made: for each its walk, the offer's row, the step and the quantity."""

    def __init__(self, columns: Sequence[list[int]] = ((), (), (), ())) -> None:  # type: ignore[assignment]
        self._columns: tuple[list[int], ...] = tuple(list(one) for one in columns)
        """Awards that came as lists."""
        self._sliced: dict[int, tuple[pl.DataFrame, list[tuple[int, int, int]]]] = {}
        """Those that came as parts of a frame, by its identity."""
        self.made = len(self._columns[0])
        """How many there are."""
        self._order: list[list[int]] = [[_LISTS, self.made]]
        """Where they are, and how many of them came one after the other."""
        self._framed: tuple[int, pl.DataFrame] = (-1, pl.DataFrame())
        self._listed: tuple[int, tuple[list[int], ...]] = (-1, ())

    def add(self, walk: int, step: int, rows: list[int], quantities: list[int]) -> None:
        """Note awards to one request in one step."""
        many = len(rows)
        for column, more in zip(self._columns, ([walk] * many, rows, [step] * many, quantities), strict=True):
            column.extend(more)
        self._came(_LISTS, many)

    def add_slice(self, walk: int, frame: pl.DataFrame, start: int, length: int) -> None:
        """Note awards to one request: a part of a frame with columns `row`, `step` and `quantity`."""
        self._sliced.setdefault(id(frame), (frame, []))[1].append((walk, start, length))
        self._came(id(frame), length)

    def _came(self, where: int, many: int) -> None:
        self.made += many
        if self._order[-1][0] == where:
            self._order[-1][1] += many
        else:
            self._order.append([where, many])

    @property
    def frame(self) -> pl.DataFrame:
        """All of them, with columns `walk`, `row`, `step` and `quantity`."""
        if self._framed[0] != self.made:
            frames = {_LISTS: _frame(self._columns)}
            frames |= {where: _gathered(*one) for where, one in self._sliced.items()}
            starts = dict.fromkeys(frames, 0)
            parts = []
            for where, many in self._order:
                parts.append(frames[where].slice(starts[where], many))
                starts[where] += many
            self._framed = (self.made, pl.concat(parts, how="vertical_relaxed", rechunk=True))
        return self._framed[1]

    @property
    def walks(self) -> list[int]:
        return self._lists[0]

    @property
    def rows(self) -> list[int]:
        return self._lists[1]

    @property
    def steps(self) -> list[int]:
        return self._lists[2]

    @property
    def quantities(self) -> list[int]:
        return self._lists[3]

    @property
    def _lists(self) -> tuple[list[int], ...]:
        if not self._sliced:
            return self._columns
        if self._listed[0] != self.made:
            self._listed = (self.made, tuple(self.frame[name].to_list() for name in _COLUMNS))
        return self._listed[1]


_LISTS = 0
"""No frame has this identity."""
_COLUMNS = ("walk", "row", "step", "quantity")
_FEW = 4096
"""So many awards are gathered quicker than the query for it is planned."""


def _frame(columns: Sequence[list[int]]) -> pl.DataFrame:
    walks, rows, steps, quantities = columns
    return pl.DataFrame(
        {
            "walk": pl.Series(walks, dtype=pl.UInt32),
            "row": pl.Series(rows, dtype=pl.UInt32),
            "step": pl.Series(steps, dtype=pl.Int64),
            "quantity": pl.Series(quantities, dtype=number_type(max(quantities, default=0))),
        }
    )


def _gathered(frame: pl.DataFrame, slices: Sequence[tuple[int, int, int]]) -> pl.DataFrame:
    """The awards of several walks, each a part of a frame."""
    if sum(length for _, _, length in slices) <= _FEW:
        walk = pl.Series("walk", [one for one, _, length in slices for _ in range(length)], dtype=pl.UInt32)
        places = [place for _, start, length in slices for place in range(start, start + length)]
        at = pl.Series(places, dtype=pl.UInt32)
    else:
        walks = pl.DataFrame(slices, schema={"walk": pl.UInt32, "start": pl.Int64, "length": pl.Int64}, orient="row")
        parts = walks.lazy().with_columns(at=pl.int_ranges("start", pl.col("start") + pl.col("length"))).explode("at")
        walk, at = parts.select("walk", pl.col("at").cast(pl.UInt32)).collect().rechunk()
    return pl.DataFrame([walk, *(frame[name][at] for name in _COLUMNS[1:])])
