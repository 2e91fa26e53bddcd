"""The fast evaluation as the plan asks it: awards, shortfalls, rejections, each worked out when it is asked for."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from fractions import Fraction
from functools import cached_property, partial
from itertools import accumulate
from typing import Any

import polars as pl

from vault_rules.domain.columns import ColumnBook
from vault_rules.domain.exact import invoice
from vault_rules.domain.plan import Award, Reason, Rejection, Shortfall
from vault_rules.domain.rows import BoundBook, Offer, Request
from vault_rules.engine.candidates import Candidacy
from vault_rules.engine.eligibility import add_reason, missing
from vault_rules.engine.fast import codes
from vault_rules.engine.fast.lanes import Queue, asks
from vault_rules.engine.fast.passed_over import PassedOver
from vault_rules.engine.fast.serving import Serving, serve
from vault_rules.engine.fast.walk import Blocked, Walk
from vault_rules.engine.fast.standing import GivenMarkets, Offers
from vault_rules.engine.fast.sight import Sight
from vault_rules.engine.fast.tallies import CapsThen, Places, Tally
from vault_rules.engine.fast.verdicts import expressions
from vault_rules.engine.limits import Caps, Entry, Group
from vault_rules.engine.ordering import key_value
from vault_rules.engine.outcome import columns_missed
from vault_rules.engine.placing import Storage
from vault_rules.engine.program import Clauses, Program, rule_ref
from vault_rules.engine.readings import parts
from vault_rules.engine.reference import Evaluation, award_of
from vault_rules.engine.taking import share_left, taken
from vault_rules.engine.waterfalls import Waterfalls
from vault_rules.engine.words import show
from vault_rules.engine.world import World
from vault_rules.errors import UsageError
from vault_rules.semantics import typed
from vault_rules.semantics.meaning import value_of
from vault_rules.semantics.types import MASS, RATIO


def evaluate(program: Program, book: ColumnBook, as_of: date) -> FastEvaluation:
    """Serve the requests; all else of the plan is worked out when it is asked for, unless that might stop."""
    found = FastEvaluation(serve(program, book, as_of))
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
        found = Evaluation(self.program, small, self.world.as_of, markets=lambda world: GivenMarkets(world, lanes))
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
        ledger = self.serving.ledger
        rows = zip(ledger.walks, ledger.rows, ledger.steps, ledger.quantities, strict=True)
        return [self._award(self.serving.walks[walk], row, step, quantity) for walk, row, step, quantity in rows]

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
        offer = view.offer
        assert isinstance(offer, Offer)
        for _ in self.serving.tallies.caps.allowances(offer, walk.request, view):
            pass

    @cached_property
    def _won(self) -> dict[str, int]:
        ids = self.book.offers.ids
        return {ids[row]: row for row in set(self.serving.ledger.rows)}

    def offer(self, name: str) -> Offer:
        return self.offers.standing(self._won[name]).offer

    # ---- shortfalls ------------------------------------------------------------------------------------------------

    @cached_property
    def shortfalls(self) -> list[Shortfall]:
        mass = self.serving.mass
        return [
            Shortfall(walk.request.request, walk.request.mineral, walk.need * mass, self._because(walk))
            for walk in self.serving.walks
            if walk.need > 0
        ]

    def _because(self, walk: Walk) -> tuple[str, ...]:
        """Every code for which an offer of the mineral with quantity left was passed over or cut short."""
        mineral = walk.request.mineral
        found = set(walk.cut) | self._ineligible.get(mineral, set())
        steps: tuple[typed.Step, ...] = walk.clauses["steps"]
        outside = self._outside(mineral, tuple(tier for step in steps for tier in step.tiers))
        if not outside <= self._sold(mineral, walk.begins[0]):
            found.add("not_in_waterfall")
        for step, begins in zip(steps, walk.begins, strict=True):
            sold = self._sold(mineral, begins)
            failing = self._failing(walk, step)
            found |= {code for code, (some, all) in failing.items() if some > len(sold) or not all() <= sold}
        for one in walk.blocked:
            found |= {reason.code for reason in self.blocked(walk, one)}
        return tuple(sorted(found)) or ("no_offers",)

    def _outside(self, mineral: str, tiers: tuple[str, ...]) -> set[int]:
        """The offers of a mineral whose tier is none of these, by row."""
        key = (mineral, tiers)
        if key not in self._others:
            lanes = self.serving.lanes
            rows = lanes.rows(lanes.sight(lanes.alive), mineral)
            self._others[key] = set(rows.filter(~codes.in_tiers(lanes.alive.column("tier"), tiers))["row"].to_list())
        return self._others[key]

    @cached_property
    def _others(self) -> dict[Any, set[int]]:
        return {}

    def _failing(self, walk: Walk, step: typed.Step) -> dict[str, tuple[int, Callable[[], set[int]]]]:
        """For each code how many offers of a step's tiers it keeps from the request, and which, by row."""
        lanes, request = self.serving.lanes, walk.request
        queue = self.serving.queue(walk, step).queue
        found = dict(self._fails(queue, None).get(request.mineral, {}))
        if any(one is not None for one in asks(request)):
            found |= self._fails(queue, request).get(request.mineral, {})
        sight = lanes.sight_of(queue)
        return {
            code: (count, partial(self._rows, lanes.rows(sight, request.mineral), masks))
            for code, (count, masks) in found.items()
        }

    def _fails(self, queue: Queue, request: Request | None) -> dict[str, dict[str, tuple[int, pl.Expr]]]:
        """For each mineral, how many offers each code keeps from a step, and where; or from what a request states."""
        lanes = self.serving.lanes
        key = (id(queue), None if request is None else (request.mineral, asks(request)))
        if key not in self._failed:
            here = codes.in_tiers(lanes.alive.column("tier"), queue.step.tiers)
            sight = lanes.sight_of(queue)
            found = codes.of_step(lanes, queue) if request is None else codes.of_terms(request, sight)
            masks = codes.together([(code, here & mask) for code, mask in found])
            rows = lanes.rows(sight, None if request is None else request.mineral)
            counts = codes.by_mineral(rows, masks, lanes.names)
            self._failed[key] = {
                mineral: {code: (count, masks[code]) for code, count in of.items()} for mineral, of in counts.items()
            }
        return self._failed[key]

    @cached_property
    def _failed(self) -> dict[Any, dict[str, dict[str, tuple[int, pl.Expr]]]]:
        return {}

    def _rows(self, rows: pl.DataFrame, mask: pl.Expr) -> set[int]:
        return set(rows.lazy().filter(mask).select("row").collect()["row"].to_list())

    def _sold(self, mineral: str, made: int) -> set[int]:
        """The offers of a mineral that were sold out when so many awards had been made, by row."""
        rows, times = self._sold_out.get(mineral, ([], []))
        return set(rows[: bisect_left(times, made)])

    @cached_property
    def _sold_out(self) -> dict[str, tuple[list[int], list[int]]]:
        """For each mineral the offers that were sold out, and by which award, in the order of these."""
        ledger, left = self.serving.ledger, self.serving.left
        last = {row: at for at, row in enumerate(ledger.rows)}
        found: dict[str, tuple[list[int], list[int]]] = {}
        for at, row in enumerate(ledger.rows):
            if last[row] == at and left[row] == 0:
                rows, times = found.setdefault(self.serving.walks[ledger.walks[at]].request.mineral, ([], []))
                rows.append(row)
                times.append(at)
        return found

    @cached_property
    def _standing_codes(self) -> dict[str, pl.Expr]:
        return codes.together(codes.of_standing(self.serving.verdicts))

    @cached_property
    def _ineligible(self) -> dict[str, set[str]]:
        """For each mineral the codes for which steps 3 and 4 rejected offers of it."""
        masks = self._standing_codes
        table = self.serving.table
        names = getattr(table.column("mineral"), "values", [])
        return {mineral: set(of) for mineral, of in codes.by_mineral(table.frame, masks, names).items()}

    # ---- rejections ------------------------------------------------------------------------------------------------

    def rejections(self) -> Iterator[Rejection]:
        """One for each offer that won nothing, by offer id."""
        ids = self.book.offers.ids
        won = set(self.serving.ledger.rows)
        passed = PassedOver(self)
        for row in ids.arg_sort().to_list():
            if row not in won:
                yield self._rejection(ids[row], row, passed)

    def _rejection(self, name: str, row: int, passed: PassedOver) -> Rejection:
        standing = self.offers.standing(row)
        if not standing.may_serve:
            return Rejection(name, None, tuple(standing.reasons))
        event = passed.last.get(row)
        if event is None:
            return Rejection(name, None, (self._not_needed(row),))
        walk, step, blocked = event
        if step is None:
            span = rule_ref(walk.waterfall.name_span)
            reason = Reason("not_in_waterfall", standing.tier, None, None, span)
            for_all = not passed.is_taken(standing.offer.mineral, standing.tier)
            return Rejection(name, None if for_all else walk.request.request, (reason,))
        if blocked is not None:
            return Rejection(name, walk.request.request, tuple(self.blocked(walk, blocked)))
        reasons = self.offers.ask(row, walk.request, step, walk.clauses).reasons
        return Rejection(name, walk.request.request, tuple(reasons))

    def _not_needed(self, row: int) -> Reason:
        """Met after the request was full: the last step that would have taken it says so."""
        offer = self.offers.standing(row)
        for walk in reversed(self.serving.walks):
            if walk.request.mineral == offer.offer.mineral:
                for step in reversed(walk.clauses["steps"]):
                    if offer.tier in step.tiers:
                        return Reason("not_needed", rule=rule_ref(walk.clauses.spans[step.number, "step"]))
        return Reason("not_needed")

    def blocked(self, walk: Walk, one: Blocked) -> list[Reason]:
        """Why an offer that was asked could give nothing."""
        key = (walk.number, one.step, one.row)
        if key not in self._said:
            self._said[key] = self._why_blocked(walk, one)
        return self._said[key]

    @cached_property
    def _said(self) -> dict[tuple[int, int, int], list[Reason]]:
        return {}

    def _why_blocked(self, walk: Walk, one: Blocked) -> list[Reason]:
        step, mass = step_of(walk, one.step), self.serving.mass
        candidacy = self.offers.ask(one.row, walk.request, step, walk.clauses)
        view = candidacy.view
        offer = self.offers.standing(one.row).offer
        allowed: list[tuple[Fraction, Reason]] = []
        unknown: list[Reason] = []
        share: typed.Share | None = walk.clauses[step.number, "share"]
        if share is not None:
            ratio, span = value_of(share.ratio, view), walk.clauses.spans[step.number, "share"]
            if ratio is None:
                unknown.extend(missing(share.ratio, view, span, "share"))
            else:
                given, awarded = (mass * total for total in self._given(walk, one))
                rest = share_left(ratio, share, walk.request.quantity, given, awarded)
                if rest is not None:
                    texts = show(given, MASS, ""), show(ratio, RATIO, "")
                    allowed.append((rest, Reason(f"share:{step.code}", *texts, None, rule_ref(span))))
        for allowance in CapsThen(self.serving.tallies, one.after).allowances(offer, walk.request, view):
            for reason in allowance.missing:
                add_reason(unknown, reason)
            allowed.append((allowance.quantity, allowance.reason))
        if unknown:
            return unknown
        need = walk.request.quantity - self._given(walk, one)[1] * mass
        wanted = min(need, one.has * mass)
        return taken(offer, wanted, allowed, self.serving.least_award)[1]

    def _given(self, walk: Walk, one: Blocked) -> tuple[int, int]:
        """What the step, and all steps, had given the request at a moment."""
        steps = [step.number for step in walk.clauses["steps"]]
        opened = walk.begins[steps.index(one.step)]
        quantities = self._sums
        in_step = quantities[one.after] - quantities[opened]
        return walk.before_in[one.step] + in_step, walk.before + quantities[one.after] - quantities[walk.begins[0]]

    @cached_property
    def _sums(self) -> list[int]:
        return [0, *accumulate(self.serving.ledger.quantities)]

    # ---- what totals and warnings ask ------------------------------------------------------------------------------

    @cached_property
    def caps(self) -> Caps:
        """The caps with all awards counted."""
        caps = Caps(self.world)
        for award in self.awards:
            request = self.world.requests[award.request]
            offer = self.offer(award.offer)
            caps.entries.append(Entry(offer, request, request.buyer, award.quantity, Fraction(award.cost)))
        return caps

    def offered(self) -> set[tuple[str, str, str | None, bool]]:
        table = self.serving.lanes.alive
        values = {name: getattr(table.column(name), "values", None) for name in ("mineral", "tier", "form")}
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
        here = (at for at, code in enumerate(columns["mineral"]) if code in among)
        return {group for at in here if isinstance(group := places.at(columns, at), tuple)}

    def missing_everywhere(self) -> list[str]:
        counts = set().union(*self._ineligible.values())
        offers, policy = self.book.offers, self.world.day.policy

        def is_there(name: str) -> bool:
            return name == "offer" or name in offers.columns or name in offers.fields

        return columns_missed(counts, policy, is_there)


def step_of(walk: Walk, number: int) -> typed.Step:
    steps: tuple[typed.Step, ...] = walk.clauses["steps"]
    return next(one for one in steps if one.number == number)

