"""Why offers may not serve at all: what steps 3 and 4 say against many offers at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import attrs
import polars as pl

from vault_rules.domain.plan import Reason
from vault_rules.engine.eligibility import Standing, add_reason, missing
from vault_rules.engine.fast.alike import Alike, Listed, read_by, read_by_rule
from vault_rules.engine.fast.codes import unknown
from vault_rules.engine.fast.truths import is_true
from vault_rules.engine.fast.verdicts import NO_TIER
from vault_rules.semantics import typed

if TYPE_CHECKING:
    from vault_rules.engine.fast.serving import Serving
    from vault_rules.engine.fast.standing import Offers
    from vault_rules.engine.world import World

Reasons = list[Reason]


@attrs.frozen(eq=False)
class _Check:
    """Where something is said against offers, and what."""

    mask: pl.Expr
    says: Alike[Reasons]


class Barred:
    """The reasons of steps 3 and 4, in their order."""

    def __init__(self, serving: Serving, offers: Offers) -> None:
        self.serving = serving
        self.verdicts, self.asked = serving.verdicts, _Asked(offers, serving.world)
        self.checks = list(self._checks())
        """Made before the frame is looked at: conditions may add columns to it."""
        self._code = self.verdicts.tier_code

    def of(self, rows: pl.Series) -> tuple[list[Reasons], list[str], list[int]]:
        """For each of some rows of the book what is said against it, its mineral, and the place of its tier."""
        table = self.verdicts.table
        masks = [one.mask.alias(f"#held{at}") for at, one in enumerate(self.checks)]
        read = {name for one in self.checks for name in one.says.names}
        needed = read.union({"mineral"}, self._code.meta.root_names(), *(one.meta.root_names() for one in masks))
        frame = table.frame[[name for name in table.frame.columns if name in needed]][rows]
        held = frame.select(pl.col("mineral"), self._code.alias("#tier"), *masks)
        said: list[Reasons] = [[] for _ in range(len(rows))]
        for at, one in enumerate(self.checks):
            places = held[f"#held{at}"].arg_true()
            if len(places):
                self._say(one, frame, rows, places, said)
        minerals = self.serving.lanes.names
        return said, [minerals[code] for code in held["mineral"].to_list()], held["#tier"].to_list()

    def _say(self, one: _Check, frame: pl.DataFrame, rows: pl.Series, places: pl.Series, said: list[Reasons]) -> None:
        columns = Listed(frame[list(one.says.names)][places])
        for at, (place, row) in enumerate(zip(places.to_list(), rows[places].to_list(), strict=True)):
            for reason in one.says.of(columns, at, row):
                add_reason(said[place], reason)

    # ---- what may be said ------------------------------------------------------------------------------------------

    def _checks(self) -> Iterator[_Check]:
        verdicts, day, asked = self.verdicts, self.verdicts.day, self.asked
        for rule, here, _ in verdicts.judged:
            if here:
                passes = is_true(verdicts.within(here, verdicts.passes(rule)))
                yield self._check(~passes, read_by_rule(rule, day), partial(asked.judged, rule))
        compare = day.policy.compare
        if compare is not None:
            mask = unknown(verdicts.compared)
            yield self._check(mask, read_by(compare, day), partial(asked.missing, compare))
        if day.policy.tiers:
            code = verdicts.tier_code
            none = verdicts.eligible & ((code == NO_TIER) | (code == verdicts.unknown_tier))
            read = set().union(*(read_by_rule(rule, day) for rule in day.tiers))
            yield self._check(none, read, asked.without_tier)

    def _check(self, mask: pl.Expr, read: set[str], ask: Callable[[int], Reasons]) -> _Check:
        known = set(self.verdicts.table.frame.columns)
        return _Check(mask, Alike((read | {"mineral"}) & known, ask))


class _Asked:
    """What the reference says of single offers."""

    def __init__(self, offers: Offers, world: World) -> None:
        self.offers, self.world = offers, world

    def judged(self, rule: typed.Rule, row: int) -> Reasons:
        offer = self.offers.offer(row)
        return self.offers.eligibility.judge(rule, self.world.view(offer), offer)

    def missing(self, compare: typed.Expr, row: int) -> Reasons:
        return list(missing(compare, self.world.view(self.offers.offer(row)), compare.span, "compared"))

    def without_tier(self, row: int) -> Reasons:
        standing = Standing(self.offers.offer(row))
        self.offers.eligibility.find_tier(standing, self.world.view(standing.offer))
        return standing.reasons
