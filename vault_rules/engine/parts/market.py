"""One mineral's market: a fast evaluation that shares its awards, walks and caps with those of other minerals.

What is numbered by awards (when a step opened, what a cap had counted) is numbered by the awards of all markets.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any

import attrs

from vault_rules.domain.columns import ColumnBook
from vault_rules.domain.plan import Rejection
from vault_rules.domain.rows import Request
from vault_rules.engine.fast.blocking import Blocking
from vault_rules.engine.fast.causes import Causes
from vault_rules.engine.fast.evaluation import FastEvaluation
from vault_rules.engine.fast.rooms import History
from vault_rules.engine.fast.serving import Serving
from vault_rules.engine.fast.tallies import Finer, Tallies, Tally
from vault_rules.engine.fast.walk import Ledger, Walk
from vault_rules.engine.limits import Group
from vault_rules.engine.program import Clauses, Program
from vault_rules.engine.readings import columns_read
from vault_rules.semantics import typed
from vault_rules.semantics.meaning import value_of

_KEPT = 10_000
"""Of so many offers what is known is kept."""


@attrs.define(eq=False)
class Shared:
    """What the markets of one evaluation have in common."""

    finer: tuple[Fraction, ...]
    mass: Fraction
    tallies: dict[str, list[Tally]]
    history: History
    enough: dict[str, dict[str, int]]
    ledger: Ledger = attrs.field(factory=Ledger)
    walks: list[Walk] = attrs.field(factory=list)
    left: dict[str, dict[int, int]] = attrs.field(factory=dict)
    made: dict[str, list[int]] = attrs.field(factory=dict)
    """The places in the ledger of each mineral's awards."""
    walked: dict[str, list[Walk]] = attrs.field(factory=dict)
    """Each mineral's walks."""
    _sums: list[int] = attrs.field(factory=lambda: [0])

    def sums(self) -> list[int]:
        """What had been awarded in all after each award."""
        for quantity in self.ledger.quantities[len(self._sums) - 1 :]:
            self._sums.append(self._sums[-1] + quantity)
        return self._sums


class Market(Serving):
    """A mineral's offers, and the requests for it. It may be made anew at any time: what was awarded is shared."""

    def __init__(self, program: Program, book: ColumnBook, as_of: date, shared: Shared, mineral: str) -> None:
        self.shared, self.mineral = shared, mineral
        super().__init__(program, book, as_of, shared.finer)
        self.ledger, self.walks = shared.ledger, shared.walks
        self.left = shared.left.setdefault(mineral, {})
        self._enough = shared.enough
        self._began = self.ledger.made
        """How many awards had been made before the walk that is being walked."""

    def _tallied(self) -> Tallies:
        """What all markets count together, seen with this one's codes."""
        if self.mass != self.shared.mass:
            raise Finer(self.mass)
        found = Tallies(self.world, self.mass, self.price_unit)
        found.by_cap, found.history = self.shared.tallies, self.shared.history
        return found

    def serve(self, request: Any) -> None:
        """Serve one request for the mineral."""
        before = self._began = self.shared.ledger.made
        walk = self._opened(request)
        self._walk(walk)
        walk.tell()
        walk.told = []  # it holds the columns of the market
        walk.runs = [(step, *map(_packed, columns)) for step, *columns in walk.runs]  # type: ignore[misc]
        self.shared.walked.setdefault(self.mineral, []).append(walk)
        self.shared.made.setdefault(self.mineral, []).extend(range(before, self.shared.ledger.made))

    def _awards_since(self, number: int) -> Iterator[tuple[int, int, int]]:
        """Those of this mineral, and of the walk that is not noted yet."""
        made, ledger = self.shared.made.get(self.mineral, []), self.ledger
        numbers = [*made[bisect_left(made, number) :], *range(max(self._began, number), ledger.made)]
        return ((at, ledger.rows[at], ledger.quantities[at]) for at in numbers)


def _packed(numbers: list[int]) -> Sequence[int]:
    """The same numbers in a fifth of the memory: a walk may pass over as many offers as there are."""
    try:
        return array("q", numbers)
    except OverflowError:
        return numbers


class MarketEvaluation(FastEvaluation):
    """What a plan says of one mineral's offers and requests, once all of its requests are served."""

    def __init__(self, market: Market) -> None:
        shared = market.shared
        self.shared, self.made = shared, shared.made.get(market.mineral, [])
        market.walks = shared.walked.get(market.mineral, [])
        places = {walk.number: at for at, walk in enumerate(market.walks)}
        of = shared.ledger
        market.ledger = Ledger(
            (
                [places[of.walks[at]] for at in self.made],
                *([column[at] for at in self.made] for column in (of.rows, of.steps, of.quantities)),
            )
        )
        super().__init__(market)

    @cached_property
    def causes(self) -> Causes:
        return Causes(self.serving, self.blocking, self.made, self.lost)

    @cached_property
    def blocking(self) -> Blocking:
        return Blocking(self.serving, self.offers, self.shared.sums)

    def groups_offered(self, rule: typed.Rule, clauses: Clauses) -> set[Group]:
        """One offer stands for all that a cap cannot tell apart."""
        columns = [*(clauses["per"] or ()), *([clauses["by"]] if clauses["by"] is not None else [])]
        exprs = [*columns, *([clauses["where"]] if clauses["where"] is not None else [])]
        lanes, day, caps = self.serving.lanes, self.world.day, self.serving.tallies.caps
        frame = lanes.alive.frame
        read = sorted(set().union(*(columns_read(one, day) for one in exprs)) & set(frame.columns))
        rows = frame.unique(subset=read or ["mineral"], keep="any")["row"].to_list()
        found: set[Group] = set()
        for request in self.requests:
            if rule.scope.holds(request.mineral, request.buyer):
                for row in rows:
                    view = self.world.view(self.offers.standing(row).offer, request)
                    if clauses["where"] is None or value_of(clauses["where"], view) is True:
                        found.add(caps.group(clauses, view))
        return found

    @property
    def requests(self) -> list[Request]:
        """The requests for the mineral."""
        return [walk.request for walk in self.serving.walks]

    def rejections_once(self) -> Iterator[Rejection]:
        """As `rejections`, of which each is asked for only once."""
        for one in self.rejections():
            yield one
            if len(self.offers._standings) >= _KEPT:
                for row in list(self.offers._standings):
                    self.forget(row)

    def forget(self, row: int) -> None:
        """Do without what is known of an offer: of a million, each is looked at once."""
        standing = self.offers._standings.pop(row, None)
        if standing is not None and not self.listed:
            self.world.compared.pop(standing.offer.offer, None)
            self.world.tier_of.pop(standing.offer.offer, None)

    @property
    def listed(self) -> bool:
        """Whether references look at offers one by one."""
        return bool(self.world.markets.offers)
