"""A draft made for a policy: a scene, its rows, and these as cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from vault_rules import api
from vault_rules.domain.rows import Benchmark, BoundBook, Facility, Holding, Request
from vault_rules.domain.tables import TABLES
from vault_rules.engine.world import World
from vault_rules.errors import UsageError
from vault_rules.semantics import typed
from vault_rules.trials.books import asking
from vault_rules.trials.books.choosing import Chooser
from vault_rules.trials.books.edges import Edges, edges_of
from vault_rules.trials.books.figures import written
from vault_rules.trials.books.nearing import nearer
from vault_rules.trials.books.offering import Offers, awarded, made, snap_request
from vault_rules.trials.books.regimes import all_rules, in_force_for, regimes_of
from vault_rules.trials.books.scene import Scene, Shared, names_of, staged
from vault_rules.trials.draft import Draft, Table

Row = dict[str, Any]
_SELDOM = {
    "form": 30,
    "purity": 15,
    "need_by": 20,
    "max_price": 15,
    "lot": 25,
    "min_quantity": 25,
    "awards": 25,
    "nulls": 25,
    "unfit": 35,
    "stock": 50,
    "money": 25,
    "boundaries": 60,
}
"""In how many of a hundred books there is a column or table that no rule need read, blank cells, offers that may not be
bought, stocks that are not empty, sizes that meet a limit of money, and figures moved to the boundary of a condition.
Each book has few of these, so that most books have awards, and what is there meets.
"""
_COUNTS = (2, 1, 3, 3, 4, 4, 5, 6)


class Maker:
    """Makes drafts for one policy. `more` are expressions of its laws, whose constants are edges too.

    `on` is the day of all drafts, where they shall have the same.
    """

    def __init__(self, policy: api.Policy, more: Sequence[typed.Expr] = (), on: date | None = None) -> None:
        self.policy, self.typed, self.more = policy, policy.typed, tuple(more)
        self.rules = all_rules(self.typed)
        self.regimes = regimes_of(self.typed, self.more, on)
        if not self.regimes:
            when = "ever in force" if on is None else f"in force on {on.isoformat()}"
            raise UsageError(f"no waterfall of this policy is {when}: no book can be tried with it")
        self._edges: dict[Any, Edges] = {}
        every = edges_of(self.typed, "", self.rules, self.more)
        self.shared = Shared(self.edges_for, names_of(self.typed, every.sets))

    def edges_for(self, mineral: str, day: date) -> Edges:
        """What the rules in force for a mineral on a day look for."""
        if (mineral, day) not in self._edges:
            rules = in_force_for(self.rules, mineral, day)
            key = (mineral, tuple(one.name for one in rules))
            if key not in self._edges:
                self._edges[key] = edges_of(self.typed, mineral, rules, self.more)
            self._edges[mineral, day] = self._edges[key]
        return self._edges[mineral, day]

    def make(self, choose: Chooser) -> Draft:
        """A draft; its cells are good, and a waterfall is in force for every request."""
        day, minerals = staged(choose, self.regimes)
        scene = Scene(self.typed, choose, day, minerals, self.shared)
        scene.has = frozenset(name for name, percent in _SELDOM.items() if choose.chance(percent))
        if scene.has & {"need_by"} or choose.chance(30):
            scene.has |= {"delivery"}
        rows = {"requests": asking.requests(scene), "holdings": asking.holdings(scene)}
        rows |= {"benchmarks": asking.benchmarks(scene), "facilities": asking.facilities(scene)}
        rates = dict.fromkeys(self._currencies(scene), choose.one((Fraction(11, 10), Fraction(1), Fraction(2))))
        world = World(self.policy.program.on(day), self._book(rows, rates))
        rows["offers"] = Offers(scene, world).make(choose.one(_COUNTS))
        if "boundaries" in scene.has and choose.chance(30):
            snap_request(rows["requests"][0], scene, world, rows["offers"])
        if "awards" in scene.has:
            rows["awards"] = asking.awards(scene, rows["requests"], rows["offers"][0])
        if choose.chance(40):
            nearer(rows, self._book(rows, rates), self.policy.program, day, choose)
        rows["fx"] = [{"currency": currency, "rate": rate} for currency, rate in rates.items()]
        return self._draft(day, rows)

    def _currencies(self, scene: Scene) -> Iterable[str]:
        return sorted({currency for edges in scene.all_edges for currency in edges.currencies})

    def _book(self, rows: Mapping[str, list[Row]], rates: Mapping[str, Fraction]) -> BoundBook:
        """The rows so far as the engine reads them."""
        return BoundBook(
            offers=tuple(made(row, self.typed) for row in rows.get("offers", ())),
            requests=tuple(Request(**row) for row in rows["requests"]),
            benchmarks=tuple(Benchmark(**row) for row in rows["benchmarks"]),
            facilities=tuple(Facility(**row) for row in rows["facilities"]),
            holdings=tuple(Holding(**row) for row in rows["holdings"]),
            awards=tuple(awarded(row, self.typed) for row in rows.get("awards", ())),
            fx={self.typed.currency: Fraction(1), **rates},
            sha256="",
        )

    def _draft(self, day: date, rows: Mapping[str, list[Row]]) -> Draft:
        tables = {name: self._table(name, rows[name]) for name in TABLES if rows.get(name)}
        return Draft(day, {}, tables)

    def _table(self, name: str, rows: Sequence[Row]) -> Table:
        """The rows as cells; a column in which nothing stands is left out."""
        columns = {column.name: column.kind for column in TABLES[name]}
        columns |= {field: one.type.kind for field, one in self.typed.fields.items()}
        kinds = {column: kind for column, kind in columns.items() if any(row.get(column) is not None for row in rows)}
        currency = self.typed.currency
        cells = (tuple(written(row.get(name), kind, currency) for name, kind in kinds.items()) for row in rows)
        return Table(tuple(kinds), tuple(cells))
