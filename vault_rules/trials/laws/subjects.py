"""What a law is about: each award, request, offer, mineral, trader, country, or several of these together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache, cached_property
from itertools import product
from typing import Any

import attrs

from vault_rules.domain.plan import Award
from vault_rules.domain.rows import Facility, Offer, PriorAward, Request
from vault_rules.engine.words import show
from vault_rules.engine.world import View
from vault_rules.semantics import typed
from vault_rules.semantics.law_columns import SUBJECTS, columns_of
from vault_rules.semantics.types import MASS, OFFER_COLUMNS
from vault_rules.trials.laws.situation import Situation

Key = tuple[tuple[str, Any], ...]
"""Each word after `for each` with the name of what it stands for; of an award its place among the awards."""


@attrs.frozen(eq=False, slots=False)
class Subject:
    """One of what a law is about, in one evaluation; `facility` where the law asks it of each place of an award."""

    situation: Situation
    key: Key
    facility: Facility | None = None

    def of(self, kind: str) -> Any:
        """The name of its request, offer, mineral, trader or country; None where it is of no single one."""
        return dict(self.key).get(kind)

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        return tuple(kind for kind, _ in self.key)

    @cached_property
    def award(self) -> Award | None:
        number = self.of("award")
        return None if number is None else self.situation.awards[number]

    @cached_property
    def request(self) -> Request | None:
        return self.situation.world.requests.get(self.award.request if self.award else self.of("request"))

    @cached_property
    def offer(self) -> Offer | None:
        return self.situation.offers.get(self.award.offer if self.award else self.of("offer"))

    @cached_property
    def mineral(self) -> str | None:
        row = self.offer or self.request
        return row.mineral if row else self.of("mineral")

    @property
    def text(self) -> str:
        """How it is named in what is said of a violation."""
        if self.award is not None:
            quantity = show(self.award.quantity, MASS, "")
            where = "" if self.facility is None else f" in {self.facility.facility}"
            return f"the award of {quantity} from {self.award.offer} to {self.award.request}{where}"
        return ", ".join(f"{kind} {name}" for kind, name in self.key)

    # ---- what it is made of ---------------------------------------------------------------------------------------

    def numbers(self) -> list[int]:
        """The awards that are its own, by their place among the awards."""
        return [number for number, one in enumerate(self.situation.awards) if self._has(number, one)]

    def _has(self, number: int, award: Award) -> bool:
        return all((number if kind == "award" else _AWARD[kind](award)) == name for kind, name in self.key)

    def requests(self) -> list[Request]:
        """The requests that its sums are over: its own, or those for its mineral; all where it has neither."""
        if self.request is not None:
            return [self.request]
        mineral = self.mineral
        return [one for one in self.situation.book.requests if mineral is None or one.mineral == mineral]

    def prior(self) -> list[PriorAward]:
        """The prior awards for requests of this book that are its own."""
        if self.award is None:
            key: Sequence[tuple[str, Any]] = self.key
        else:
            key = (("request", self.award.request), ("offer", self.award.offer))
        return [one for one in self.situation.before if all(_AWARD[kind](one) == name for kind, name in key)]

    def view(self) -> View:
        """What an expression sees of it beside its own columns."""
        return self.situation.world.view(self.offer, self.request, facility=self.facility, mineral=self.mineral)

    # ---- its columns ----------------------------------------------------------------------------------------------

    def column(self, name: str) -> Any:
        """A column of its own, no sum; None where it is blank."""
        award, situation = self.award, self.situation
        if award is not None and name in _OF_AWARDS:
            return _OF_AWARDS[name](award)
        if name in ("mineral", "trader", "country") and name in self.kinds:
            return self.of(name)
        if "request" in self.kinds and name in SUBJECTS["request"]:
            request = self.request
            assert request is not None
            return situation.causes.get(request.request, frozenset()) if name == "reasons" else getattr(request, name)
        offer = self.offer
        assert offer is not None
        if name == "reasons":
            return situation.rejected.get(offer.offer, frozenset())
        if name == "eligible":
            return situation.evaluation.standings[offer.offer].may_serve
        return self.view().column(_offer_column(name))


_AWARD: Mapping[str, Callable[[Any], Any]] = {
    "request": lambda one: one.request,
    "offer": lambda one: one.offer,
    "mineral": lambda one: one.mineral,
    "trader": lambda one: one.trader,
    "country": lambda one: one.origin,
}
"""By which column of an award, made now or before, it belongs to a subject."""
_OF_AWARDS: Mapping[str, Callable[[Award], Any]] = {
    "tier": lambda one: one.tier,
    "reference": lambda one: one.reference,
    "buyer": lambda one: one.buyer,
    "waterfall": lambda one: one.waterfall,
    "step": lambda one: Fraction(one.step),
}


@cache
def _offer_column(name: str) -> typed.Column:
    from vault_rules.source.text import Source, Span

    return typed.Column(OFFER_COLUMNS[name], "offer", name, span=Span(Source("", "", ""), 0, 0))


@cache
def own_names(kinds: tuple[str, ...]) -> frozenset[str]:
    """The names of what subjects have of their own, sums too."""
    return frozenset(name for name, (owner, _) in columns_of(kinds).items() if owner != "facility")


# ---- which there are ---------------------------------------------------------------------------------------------


def subjects(kinds: tuple[str, ...], situation: Situation) -> Iterator[Subject]:
    """Every subject of these kinds, in order of name; awards in the order made."""
    for names in product(*(_names(kind, situation) for kind in kinds)):
        yield Subject(situation, tuple(zip(kinds, names, strict=True)))


def _names(kind: str, situation: Situation) -> list[Any]:
    """All of a kind that the book has."""
    book = situation.book
    match kind:
        case "award":
            return list(range(len(situation.awards)))
        case "request":
            return [one.request for one in book.requests]
        case "offer":
            return [one.offer for one in book.offers]
        case "mineral":
            return sorted({one.mineral for one in book.requests} | {one.mineral for one in book.offers})
        case "trader":
            return sorted({one.trader for one in book.offers})
    return sorted({one.origin for one in book.offers if one.origin is not None})


def in_both(kinds: tuple[str, ...], before: Situation, after: Situation) -> Iterator[tuple[Subject, Subject]]:
    """The subjects of two evaluations, before and after: requests and offers that both have; of minerals, traders and
    countries those that either has, since where nothing is there nothing is awarded.
    """
    found = []
    for kind in kinds:
        first, second = _names(kind, before), _names(kind, after)
        both = set(first) & set(second) if kind in ("request", "offer") else set(first) | set(second)
        found.append(sorted(both))
    for names in product(*found):
        key = tuple(zip(kinds, names, strict=True))
        yield Subject(before, key), Subject(after, key)
