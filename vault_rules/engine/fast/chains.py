"""Which requests are served by running sums instead of walks: those of minerals whose offers need no second look.

A mineral is served so where all of its requests have the same candidates in the same order, every offer may be taken in
any quantity, and no share or cap has to be asked at each award: at most one cap, on a mass, that counts the mineral by
itself. What such a walk passed over is told when somebody asks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING, Any

import polars as pl

from vault_rules.engine.fast.alike import Columns
from vault_rules.engine.fast.bulk import kept, present
from vault_rules.engine.fast.candidates import Candidates
from vault_rules.engine.fast.chain import Chain
from vault_rules.engine.fast.counted_by import Counting
from vault_rules.engine.fast.lanes import ASKS_NOTHING, asks
from vault_rules.engine.fast.overlap import Line, TooLong
from vault_rules.engine.fast.table import columns_of_codes, index_of
from vault_rules.engine.fast.tallies import Tallies, Tally
from vault_rules.engine.fast.walk import Walk
from vault_rules.engine.limits import Group
from vault_rules.engine.program import Clauses
from vault_rules.semantics import typed

if TYPE_CHECKING:
    from vault_rules.engine.fast.serving import Serving

CHAINED = 1
"""Tests make it 0, so that walks are looked at as well."""
_DENSE = 2**20
Kind = tuple[tuple[Candidates, ...], tuple[str, ...]]
"""The candidates of each step; the cap that counts, and the columns of offers that say where."""


class _Apart(Exception):
    """These minerals have to be walked."""


def chained(serving: Serving, walks: Sequence[Walk]) -> dict[int, Chain]:
    """The chain of each walk that is in one, by its number."""
    if not CHAINED or serving.least_whole > 1 or serving.tallies.asks or serving.left:
        return {}
    families: dict[Kind, dict[str, list[Walk]]] = {}
    kinds = _Kinds(serving)
    for mineral, of in _by_mineral(walks).items():
        kind = kinds.of(of)
        if kind is not None:
            families.setdefault(kind, {})[mineral] = of
    found: dict[int, Chain] = {}
    for (candidates, _), minerals in families.items():
        chain = _chain(serving, candidates, minerals)
        if chain is not None:
            found |= {walk.number: chain for of in minerals.values() for walk in of}
    return found


def _by_mineral(walks: Sequence[Walk]) -> dict[str, list[Walk]]:
    found: dict[str, list[Walk]] = {}
    for walk in walks:
        found.setdefault(walk.request.mineral, []).append(walk)
    return found


class _Kinds:
    """What the requests of each mineral have in common. What rules say by themselves is asked once for all minerals."""

    def __init__(self, serving: Serving) -> None:
        self.serving = serving
        self._shapes: dict[int, tuple[bool, bool]] = {}
        self._apart: dict[int, bool] = {}

    def of(self, walks: Sequence[Walk]) -> Kind | None:
        """What all walks of a mineral have in common; None where they have to be walked."""
        serving, first = self.serving, walks[0]
        if serving.depends.alone[first.waterfall.name] or any(asks(walk.request) != ASKS_NOTHING for walk in walks):
            return None
        buyers = [*{walk.request.buyer: walk for walk in walks}.values()]  # what else queues and caps ask is the same
        queues = serving.queues(first)
        if any(serving.queues(walk) is not queues for walk in buyers[1:]):
            return None
        shares, again = self._shape(first.clauses)
        caps = None if shares else self._caps(buyers)
        if caps is None or (caps and again):
            return None
        return tuple(queues.values()), (caps[0].code, *caps[0].names) if caps else ()

    def _shape(self, clauses: Clauses) -> tuple[bool, bool]:
        """Whether some step of a waterfall has a share, and whether some take the same tier."""
        if id(clauses) not in self._shapes:
            steps: tuple[typed.Step, ...] = clauses["steps"]
            tiers = [tier for step in steps for tier in step.tiers]
            shares = any(clauses[step.number, "share"] is not None for step in steps)
            self._shapes[id(clauses)] = (shares, len(set(tiers)) < len(tiers))
        return self._shapes[id(clauses)]

    def _caps(self, buyers: Collection[Walk]) -> list[Counting] | None:
        """The one cap that counts, as each buyer of a mineral meets it; None where there is more to ask."""
        if not self.serving.tallies.caps.hard:
            return []
        found = [self.serving.counted_by.of(walk.request) for walk in buyers]
        caps = [cap for of in found for cap in of]
        if max(map(len, found)) > 1 or 0 < len(caps) < len(found):
            return None
        for cap in caps:
            if cap.tally is not caps[0].tally or not self._by_itself(cap):
                return None
        return caps

    def _by_itself(self, cap: Counting) -> bool:
        """Whether a cap counts a mineral apart from all others, by mass, by codes."""
        key = id(cap.tally)
        if key not in self._apart:
            places, scope = cap.places, cap.tally.rule.scope.minerals
            alone = (scope is not None and len(scope) == 1) or "mineral" in {one.name for one in cap.tally.grouping}
            self._apart[key] = (
                alone
                and not cap.money
                and places is not None
                and prod(places.names[name] for name in cap.names) <= _DENSE
            )
        return self._apart[key]


# ---- one chain -----------------------------------------------------------------------------------------------------


def _chain(serving: Serving, candidates: Sequence[Candidates], minerals: Mapping[str, list[Walk]]) -> Chain | None:
    codes = serving.lanes.codes
    needs = {
        codes[mineral]: [(walk.number, walk.need) for walk in walks if walk.need > 0]
        for mineral, walks in minerals.items()
        if mineral in codes
    }
    try:
        line = Line({code: of for code, of in needs.items() if of})
        rooms = _Rooms(
            serving, line, {codes[mineral]: walks for mineral, walks in minerals.items() if mineral in codes}
        )
        _lay(line, candidates, rooms)
    except (_Apart, TooLong):
        return None
    code = next((cap.tally.code for caps in rooms.caps.values() for cap in caps), "")
    chain = Chain(serving.ledger, codes, line, rooms.groups, code)
    if rooms.groups:  # nobody else counts in these, so that what they have used is told with the rest of the past
        serving.tallies.history.later(chain.past)
    return chain


def _lay(line: Line, candidates: Sequence[Candidates], rooms: _Rooms) -> None:
    """Lay the offers of each step on the line, as far as they are needed."""
    before: list[pl.Series] = []
    tiers: set[str] = set()
    for one in candidates:
        again = not tiers.isdisjoint(one.queue.step.tiers)
        tiers.update(one.queue.step.tiers)
        for frame in _frames(line, one):
            if not one.in_any_quantity(frame):
                raise _Apart
            taken = pl.col("row").is_in(pl.concat(before).implode()) if again and before else pl.lit(False)
            line.step(one.queue.step.number, rooms.counted(frame.filter(~taken) if again else frame))
            before.append(frame["row"])


def _frames(line: Line, candidates: Candidates) -> Iterator[pl.DataFrame]:
    """The first candidates of all minerals that still need some, then the rest of those to which that is too little."""
    wanted = line.open
    if not wanted:
        return
    frame, more = candidates.ordered
    codes = candidates.lanes.codes
    every = all(codes[mineral] in wanted for mineral in candidates.queue.minerals if mineral in codes)
    if not every:
        still = pl.Series([code in wanted for code in range(len(candidates.lanes.names))], dtype=pl.Boolean)
        frame = kept(frame, still[frame["#group"]])
    yield frame
    rest = [code for code in line.open if code in more]
    if rest:
        names = candidates.lanes.names
        yield pl.concat([candidates.behind(str(names[code])) for code in rest])


class _Rooms:
    """The groups in which a cap counts awards."""

    def __init__(self, serving: Serving, line: Line, walks: Mapping[int, list[Walk]]) -> None:
        self.serving, self.line = serving, line
        self.caps: dict[int, list[_Cap]] = {}
        for code, of in walks.items() if serving.tallies.caps.hard else ():
            buyers = {walk.request.buyer: walk.request for walk in of}.values()
            caps = {self._means(cap): cap for request in buyers for cap in serving.counted_by.of(request)}
            if caps:
                self.caps[code] = [_Cap(serving.tallies, cap) for cap in caps.values()]
        self.groups: list[tuple[Tally, Group] | None] = []
        self._numbers: dict[tuple[Tally, Group] | None, int] = {}
        self._table: list[int] = []
        """The number of each place in a table of what the cap counts by, where it is known."""
        self._known: set[int] = set()
        self._index: pl.Series | None = None
        """The place of each offer that may serve in that table."""

    def _means(self, cap: Counting) -> Any:
        """What caps of one mineral have in common that say the same to every buyer."""
        if cap.clauses is None:
            return None
        asks = self.serving.depends.caps_ask[cap.tally.rule.name]
        return id(cap) if asks else cap.clauses.exceptions

    def counted(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The same candidates with the number of the group in which each counts."""
        if not self.caps:
            return frame
        cap = next(iter(self.caps.values()))[0]
        names = ("mineral", *cap.names)
        lanes = self.serving.lanes
        sizes = (len(lanes.names), *(cap.places.names[name] for name in cap.names))
        many = prod(sizes)
        if many > _DENSE:
            raise _Apart
        if self._index is None:
            index = lanes.alive.frame.select(index_of(names, sizes).cast(pl.UInt32)).to_series()
            self._index = index.rechunk()  # gathering from one piece is several times as quick
            self._table = [0] * many
        index = self._index[frame["#place"]]
        new = [place for place in present(index, many) if place not in self._known]
        columns = dict(zip(names, columns_of_codes(new, sizes), strict=True))
        for place, number in zip(new, self._number(columns, len(new)), strict=True):
            self._table[place] = number
        self._known.update(new)
        return frame.hstack([pl.Series("#room", self._table, dtype=pl.UInt32)[index]])

    def _number(self, columns: Columns, many: int) -> Iterator[int]:
        """The number of the group in which each of so many counts that has these codes."""
        told: dict[Tally, list[Group | str | None]] = {}
        for at, mineral in enumerate(columns["mineral"]):
            caps = self.caps[mineral]
            for cap in caps:
                if cap.tally not in told:
                    told[cap.tally] = cap.places.of(columns, many)
            first = caps[0]
            group, left = first.said(told[first.tally][at])
            if len(caps) > 1 and any(one.said(told[one.tally][at]) != (group, left) for one in caps[1:]):
                raise _Apart
            counted = None if group is None else (first.tally, group)
            number = self._numbers.get(counted)
            if number is None:
                number = self._numbers[counted] = self.line.add_room(left)
                self.groups.append(counted)
            yield number


class _Cap:
    """A cap as some buyers meet it: what is left of its limit in each of its groups, before anything is awarded."""

    def __init__(self, tallies: Tallies, cap: Counting) -> None:
        assert cap.places is not None
        self.tallies, self.cap, self.tally, self.places, self.names = tallies, cap, cap.tally, cap.places, cap.names
        self.binds = cap.clauses is not None
        self._per = len(cap.clauses["per"] or ()) if cap.clauses is not None else 0
        self._limits: dict[Group, int] = {}

    def said(self, group: Group | str | None) -> tuple[Group | None, int | None]:
        """The group in which it counts, and what is left there; None where it does not count or does not bind."""
        if isinstance(group, tuple):
            return group, self._left(group) if self.binds else None
        if group is not None and self.binds:
            raise _Apart
        return None, None

    def _left(self, group: Group) -> int:
        part = group[: self._per]
        limit = self._limits.get(part)
        if limit is None:
            limit = self._limits[part] = self._limit(group)
        room = self.tally.rooms.get(group)
        return limit if room is None else max(limit - room.used, 0)

    def _limit(self, group: Group) -> int:
        assert self.cap.clauses is not None
        limit = self.tallies.limit(self.tally, self.cap.clauses, group, self.cap.request)
        if limit is None or not (limit.exact or self.tallies.milligram == 1):
            raise _Apart
        return max(limit.whole, 0)
