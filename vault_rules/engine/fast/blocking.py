"""Why offers that were asked could give nothing, in the reference's words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

from vault_rules.domain.plan import Reason
from vault_rules.engine.fast.serving import Serving
from vault_rules.engine.fast.standing import Offers
from vault_rules.engine.fast.tallies import CapsThen
from vault_rules.engine.fast.walk import Blocked, Walk
from vault_rules.engine.taking import allowed, taken
from vault_rules.semantics import typed


class Blocking:
    """What kept them back at the moment when they were asked."""

    def __init__(self, serving: Serving, offers: Offers, sums: Callable[[], Sequence[int]]) -> None:
        """`sums`: what had been awarded in all after each award, where that is asked."""
        self.serving, self.offers, self.sums = serving, offers, sums
        self._said: dict[tuple[int, int, int], list[Reason]] = {}

    def reasons(self, walk: Walk, one: Blocked) -> list[Reason]:
        """Why an offer that was asked could give nothing."""
        key = (walk.number, one.step, one.row)
        if key not in self._said:
            self._said[key] = self._why_blocked(walk, one)
        return self._said[key]

    def _why_blocked(self, walk: Walk, one: Blocked) -> list[Reason]:
        step, mass = step_of(walk, one.step), self.serving.mass
        offer = self.offers.standing(one.row).offer
        view = self.serving.world.view(offer, walk.request)
        given, awarded = (mass * total for total in self.given(walk, one))
        caps = CapsThen(self.serving.tallies, one.after)
        limits, unknown = allowed(step, walk.clauses, view, caps, given, awarded)
        if unknown:
            return unknown
        wanted = min(walk.request.quantity - awarded, one.has * mass)
        return taken(offer, wanted, limits, self.serving.least_award)[1]

    def given(self, walk: Walk, one: Blocked) -> tuple[int, int]:
        """What the step, and all steps, had given the request at a moment."""
        walk.tell_but_sifted()
        steps = [step.number for step in walk.clauses["steps"]]
        opened = walk.begins[steps.index(one.step)]
        quantities = self._quantities
        in_step = quantities[one.after] - quantities[opened]
        return walk.before_in[one.step] + in_step, walk.before + quantities[one.after] - quantities[walk.begins[0]]

    @cached_property
    def _quantities(self) -> Sequence[int]:
        return self.sums()


def step_of(walk: Walk, number: int) -> typed.Step:
    steps: tuple[typed.Step, ...] = walk.clauses["steps"]
    return next(one for one in steps if one.number == number)
