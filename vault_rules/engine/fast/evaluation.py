"""The fast evaluation as the plan asks it: awards, shortfalls, rejections, each worked out when it is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import cached_property
from itertools import accumulate
from typing import Any

import polars as pl

from vault_rules.domain.award_columns import AwardColumns
from vault_rules.domain.columns import ColumnBook, Numbers
from vault_rules.domain.exact import invoice
from vault_rules.domain.plan import Award, Rejection, Shortfall
from vault_rules.domain.rows import BoundBook, Offer, Request
from vault_rules.engine.again import Again
from vault_rules.engine.candidates import Candidacy
from vault_rules.engine.fast.award_columns import award_columns
from vault_rules.engine.fast.award_rows import award_rows
from vault_rules.engine.fast.blocking import Blocking, step_of
from vault_rules.engine.fast.causes import Causes
from vault_rules.engine.fast.dependence import expressions
from vault_rules.engine.fast.lost import Lost
from vault_rules.engine.fast.passed_over import PassedOver
from vault_rules.engine.fast.rejecting import Rejecting
from vault_rules.engine.fast.serving import Serving, serve
from vault_rules.engine.fast.sight import Sight
from vault_rules.engine.fast.standing import GivenMarkets, Offers
from vault_rules.engine.fast.tallies import Places, Tally
from vault_rules.engine.fast.walk import Walk
from vault_rules.engine.limits import Caps, Entry, Group
from vault_rules.engine.ordering import key_value
from vault_rules.engine.outcome import columns_missed
from vault_rules.engine.placing import Storage
from vault_rules.engine.program import Clauses, Program, rule_ref
from vault_rules.engine.readings import columns_read, parts
from vault_rules.engine.reference import Evaluation, award_of
from vault_rules.engine.waterfalls import Waterfalls
from vault_rules.engine.world import World
from vault_rules.errors import UsageError
from vault_rules.semantics import typed
from vault_rules.semantics.meaning import value_of


def evaluate(program: Program, book: ColumnBook, as_of: date, again: Again | None = None) -> FastEvaluation:
    """Serve the requests; all else of the plan is worked out when it is asked for, unless that might stop."""
    found = FastEvaluation(serve(program, book, as_of, again))
    found.check()
    return found


class FastEvaluation:
    """An `Outcome`, and what only plans of this engine need."""

    def __init__(self, serving: Serving) -> None:
        self.serving, self.program = serving, serving.program
        self.world: World = serving.world
        self.book: ColumnBook = serving.book
        self.waterfalls: Waterfalls = serving.waterfalls
        self.offers = Offers(serving)
        self._passed_over: PassedOver | None = None

    def with_only(self, offer: str) -> Evaluation:
        """The same evaluation by the reference, with the offers that were awarded and one more.

        No other offer has a part in it but by the references, and these are known.
        """
        ids, book = self.book.offers.ids, self.book
        row = ids.index_of(offer)
        if row is None:
            raise UsageError(f"the book has no offer `{offer}`")
        rows = sorted({row, *self.serving.ledger.rows}, key=lambda one: str(ids[one]))
        small = BoundBook(
            tuple(book.offers.offer(one) for one in rows), book.requests, book.benchmarks, book.facilities,
            book.holdings, book.awards, book.fx, "",
        )  # fmt: skip
        lanes = self.serving.lanes
        found = Evaluation(
            self.program, small, self.world.as_of,
            markets=lambda world: GivenMarkets(world, lanes), again=self.world.again,
        )  # fmt: skip
        found.serve_all()
        return found

    def check(self) -> None:
        """Raise what would stop evaluation later: two stores in force, a rate that the book does not have."""
        day = self.world.day
        shown = [expr for _, expr in day.policy.show]
        stores = [dict(rule.clauses) for rule in day.stores]
        limits = [dict(rule.clauses) for rule in day.caps]
        asked = (part for expr in expressions([shown, stores, limits]) for part in parts(expr, day))
        if len(day.stores) > 1 or any(isinstance(one, typed.Foreign) for one in asked):
            storage = Storage(self.world, self.offer)
            for award in self.awards:
                storage.place(award)

    # ---- awards ----------------------------------------------------------------------------------------------------

    @cached_property
    def awards(self) -> list[Award]:
        columns = self.award_columns
        if columns is None:
            return [self.award(at) for at in range(self.serving.ledger.made)]
        return list(award_rows(self, columns))

    @cached_property
    def award_columns(self) -> AwardColumns | None:
        """The awards as columns, where codes tell all of them."""
        return award_columns(self)

    def award(self, at: int) -> Award:
        """One award, by its place in the order made."""
        if at not in self._awards:
            ledger = self.serving.ledger
            walk = self.serving.walks[ledger.walks[at]]
            self._awards[at] = self._award(walk, ledger.rows[at], ledger.steps[at], ledger.quantities[at])
        return self._awards[at]

    @cached_property
    def _awards(self) -> dict[int, Award]:
        return {}

    def _award(self, walk: Walk, row: int, number: int, whole: int) -> Award:
        step = step_of(walk, number)
        candidacy = self.offers.ask(row, walk.request, step, walk.clauses)
        standing = self.offers.standing(row)
        quantity = whole * self.serving.mass
        place = rule_ref(walk.clauses.spans[number, "step"])
        assert place is not None and standing.tier is not None
        self._touch(candidacy, walk, step)
        used = standing.exceptions | candidacy.view.used | set(walk.clauses.exceptions)
        return award_of(
            self.world,
            candidacy,
            request=walk.request.request,
            buyer=walk.request.buyer,
            tier=standing.tier,
            waterfall=walk.waterfall.name,
            step=number,
            step_label=step.label,
            quantity=quantity,
            cost=invoice(quantity * standing.offer.price),
            exceptions=tuple(sorted(used)),
            rule=place,
        )

    def _touch(self, candidacy: Candidacy, walk: Walk, step: typed.Step) -> None:
        """Ask all that had a part in the award, so that the view knows which exceptions had."""
        if not self.world.day.exceptions:
            return
        view = candidacy.view
        for key in walk.clauses[step.number, "keys"] or ():
            key_value(key, view)
        share = walk.clauses[step.number, "share"]
        if share is not None:
            value_of(share.ratio, view)
        self.serving.tallies.caps.touch(walk.request, view)

    @cached_property
    def _won(self) -> dict[str, int]:
        ids = self.book.offers.ids
        return {ids[row]: row for row in set(self.serving.ledger.rows)}

    def offer(self, name: str) -> Offer:
        row = self._won.get(name)
        if row is None:
            row = self.book.offers.ids.index_of(name)
        assert row is not None
        return self.offers.standing(row).offer

    # ---- shortfalls ------------------------------------------------------------------------------------------------

    @cached_property
    def causes(self) -> Causes:
        return Causes(self.serving, self.blocking, lost=self.lost)

    @cached_property
    def blocking(self) -> Blocking:
        ledger = self.serving.ledger
        return Blocking(self.serving, self.offers, lambda: [0, *accumulate(ledger.quantities)])

    @cached_property
    def lost(self) -> Lost | None:
        """What keeps offers from steps and requests, where there are few offers."""
        return Lost.of(self.serving.lanes)

    @property
    def passed_over(self) -> PassedOver:
        """What passed offers over last; of many offers it is not kept."""
        if self.lost is None:
            return PassedOver(self)
        if self._passed_over is None:
            self._passed_over = PassedOver(self)
        return self._passed_over

    @cached_property
    def shortfalls(self) -> list[Shortfall]:
        mass = self.serving.mass
        return [
            Shortfall(walk.request.request, walk.request.mineral, walk.need * mass, self.causes.because(walk))
            for walk in self.serving.walks
            if walk.need > 0
        ]

    # ---- rejections ------------------------------------------------------------------------------------------------

    def rejections(self) -> Iterator[Rejection]:
        """One for each offer that won nothing, by offer id."""
        yield from Rejecting(self).all()

    # ---- what totals and warnings ask ------------------------------------------------------------------------------

    @cached_property
    def caps(self) -> Caps:
        """The caps with all awards counted: those that no cap can tell apart as one."""
        caps = Caps(self.world)
        ledger, alive = self.serving.ledger, self.serving.lanes.alive
        read = set().union(*(columns_read(one, self.world.day) for one in self._of_caps()))
        names = sorted((read | {"mineral"}) & set(alive.frame.columns))
        awards = ledger.frame.select("row", "walk", at=pl.int_range(pl.len(), dtype=pl.UInt32)).join(
            alive.frame.select("row", *names), on="row", how="left", maintain_order="left"
        )
        alike = awards.group_by("walk", *names, maintain_order=True).agg("row", "at")
        prices, invoiced, given = self._prices, self.serving.tallies, ledger.quantities
        for walk, rows, places in alike.select("walk", "row", "at").iter_rows():
            request = self.serving.walks[walk].request
            quantities = [given[at] for at in places]
            cost = sum(invoiced.invoice(one, prices[row]) for one, row in zip(quantities, rows, strict=True))
            offer = self.offers.standing(rows[0]).offer
            quantity = sum(quantities) * self.serving.mass
            caps.entries.append(Entry(offer, request, request.buyer, quantity, cost * invoiced.cash))
        return caps

    def _of_caps(self) -> Iterator[typed.Expr]:
        clauses = [dict(rule.clauses) for rule in self.world.day.caps]
        changes = [dict(one.changes) for one in self.world.day.exceptions]
        whens = [one.when for one in self.world.day.exceptions if one.when is not None]
        return expressions([*clauses, *changes, *whens])

    @cached_property
    def _prices(self) -> dict[int, int]:
        """The price of each offer that was awarded, in units of price."""
        rows = list(dict.fromkeys(self.serving.ledger.rows))
        price = self.book.offers.columns["price"]
        assert isinstance(price, Numbers)
        return dict(zip(rows, price.whole.gather(rows).to_list(), strict=True))

    def offered(self) -> set[tuple[str, str, str | None, bool]]:
        table = self.serving.lanes.alive
        values: dict[str, Any] = {
            name: getattr(table.column(name), "values", ()) for name in ("mineral", "tier", "form")
        }
        names = [name for name in ("mineral", "tier", "form", "seen") if name in table.frame.columns]
        found = set()
        for row in table.frame.select(names).unique().iter_rows(named=True):
            mineral, tier = values["mineral"][row["mineral"]], values["tier"][row["tier"]]
            form = values["form"][row["form"]] if "form" in row else None
            found.add((mineral, tier, form, row.get("seen", True)))
        return found

    def groups_offered(self, rule: typed.Rule, clauses: Clauses) -> set[Group]:
        found: set[Group] = set()
        caps = self.serving.tallies.caps
        lanes = self.serving.lanes
        sight = lanes.sight(lanes.alive)
        places = Tally(caps, rule, clauses, None).keyed(sight)
        asking: dict[str, list[Request]] = {}
        for request in self.book.requests:
            if rule.scope.holds(request.mineral, request.buyer):
                asking.setdefault(request.mineral, []).append(request)
        if places is not None:
            return self._groups_of(places, sight, asking)
        for mineral, requests in asking.items():
            for row in lanes.rows(sight, mineral)["row"]:
                for request in requests:
                    view = self.world.view(self.offers.standing(row).offer, request)
                    if clauses["where"] is None or value_of(clauses["where"], view) is True:
                        found.add(caps.group(clauses, view))
        return found

    def _groups_of(self, places: Places, sight: Sight, minerals: Iterable[str]) -> set[Group]:
        """The groups of a cap that codes alone tell."""
        names = [name for name in places.names if name != "mineral"]
        different = sight.table.frame.lazy().select("mineral", *names).unique().collect()
        columns = {column.name: column.to_list() for column in different.iter_columns()}
        among = {self.serving.lanes.codes[mineral] for mineral in minerals if mineral in self.serving.lanes.codes}
        groups = zip(columns["mineral"], places.of(columns, different.height), strict=True)
        return {group for code, group in groups if code in among and isinstance(group, tuple)}

    def missing_everywhere(self) -> list[str]:
        counts = set().union(*self.causes.ineligible.values())
        offers, policy = self.book.offers, self.world.day.policy

        def is_there(name: str) -> bool:
            return name == "offer" or name in offers.columns or name in offers.fields

        return columns_missed(counts, policy, is_there)
