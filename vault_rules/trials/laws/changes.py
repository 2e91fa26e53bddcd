"""What laws compare by: two evaluations of one draft, between which one thing is changed.

Which cap, by how much, which offer and to what price is drawn from the draft alone, in a fixed order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any

import attrs

from vault_rules.domain.rows import BoundBook, Offer
from vault_rules.engine.program import Program
from vault_rules.engine.words import show
from vault_rules.semantics import typed
from vault_rules.semantics.types import PRICE
from vault_rules.trials.laws.caps import RAISES, raised
from vault_rules.trials.laws.prices import fallen, risen
from vault_rules.trials.laws.situation import Situation


@attrs.frozen(eq=False)
class Changed:
    """Two evaluations, and what was changed between them."""

    text: str
    before: Situation
    after: Situation


class Trial:
    """A draft under a policy, evaluated, and evaluated again with one thing changed, each when it is asked for.

    `base` is the evaluation of the draft itself. Raises `EvaluationError` where an evaluation stops.
    """

    def __init__(self, program: Program, book: BoundBook, as_of: date) -> None:
        self.program, self.book, self.as_of = program, book, as_of
        self._kept: dict[tuple[str, str | None], list[Changed]] = {}
        self._without: dict[tuple[str, str], Situation] = {}

    @property
    def currency(self) -> str:
        return self.program.policy.currency

    @cached_property
    def base(self) -> Situation:
        return Situation(self.program, self.book, self.as_of)

    def changes(self, change: typed.Change) -> Iterator[Changed]:
        """Every change of a kind, in order; what was evaluated once is kept."""
        key = change.kind, change.cap
        kept = self._kept.get(key)
        if kept is not None:
            yield from kept
            return
        found = []
        for one in _CHANGES[change.kind](self, change.cap):
            found.append(one)
            yield one
        self._kept[key] = found

    # ---- each kind of change --------------------------------------------------------------------------------------

    def caps_raised(self, only: str | None) -> Iterator[Changed]:
        """Each cap that allowed something less than it could have had, by several sizes; another changes nothing."""
        for name in sorted(self.base.binding):
            if only in (None, name):
                for words, add in RAISES:
                    program = raised(self.program, name, add)
                    yield Changed(f"cap {name} is raised {words}", self.base, self._with(self.book, program))

    def offers_added(self, _: str | None) -> Iterator[Changed]:
        for one in self.book.offers:
            yield Changed(f"offer {one.offer} is added", self._without_row("offers", one.offer), self.base)

    def offers_withdrawn(self, _: str | None) -> Iterator[Changed]:
        for one in self.book.offers:
            yield Changed(f"offer {one.offer} is withdrawn", self.base, self._without_row("offers", one.offer))

    def requests_added(self, _: str | None) -> Iterator[Changed]:
        for one in self.book.requests:
            yield Changed(f"request {one.request} is added", self._without_row("requests", one.request), self.base)

    def prices_rise(self, _: str | None) -> Iterator[Changed]:
        yield from self._priced("rises", risen)

    def prices_fall(self, _: str | None) -> Iterator[Changed]:
        yield from self._priced("falls", fallen)

    def _priced(self, verb: str, prices: Callable[[Offer, Situation], list[Fraction]]) -> Iterator[Changed]:
        for one in self.book.offers:
            for price in prices(one, self.base):
                offers = tuple(attrs.evolve(it, price=price) if it is one else it for it in self.book.offers)
                was, now = (show(amount, PRICE, self.currency) for amount in (one.price, price))
                text = f"the price of offer {one.offer} {verb} from {was} to {now}"
                yield Changed(text, self.base, self._with(attrs.evolve(self.book, offers=offers), self.program))

    def _with(self, book: BoundBook, program: Program) -> Situation:
        return Situation(program, book, self.as_of, self.base)

    def _without_row(self, table: str, name: str) -> Situation:
        """The evaluation of the draft without one offer, or one request."""
        key = table, name
        if key not in self._without:
            column = table.removesuffix("s")
            rows = tuple(one for one in getattr(self.book, table) if getattr(one, column) != name)
            changes: dict[str, Any] = {table: rows}
            self._without[key] = self._with(attrs.evolve(self.book, **changes), self.program)
        return self._without[key]


_CHANGES: Mapping[str, Callable[[Trial, str | None], Iterator[Changed]]] = {
    "cap_raised": Trial.caps_raised,
    "offer_added": Trial.offers_added,
    "offer_withdrawn": Trial.offers_withdrawn,
    "request_added": Trial.requests_added,
    "price_rises": Trial.prices_rise,
    "price_falls": Trial.prices_fall,
}
