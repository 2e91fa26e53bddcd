"""By which caps the awards to a request are counted, and what each of these says to an offer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vault_rules.domain.exact import has_end
from vault_rules.domain.rows import Request
from vault_rules.engine.fast.tallies import UNKNOWN, Tallies, Tally, is_money, whole
from vault_rules.engine.program import Clauses
from vault_rules.engine.readings import parts
from vault_rules.semantics import typed
from vault_rules.semantics.meaning import value_of
from vault_rules.semantics.types import MASS


class Counting:
    """One cap for the offers of a mineral to a buyer: what it says is remembered for each combination of codes."""

    def __init__(self, tallies: Tallies, tally: Tally, clauses: Clauses | None, request: Request) -> None:
        self.tallies, self.tally, self.clauses, self.request = tallies, tally, clauses, request
        self.money, self.code = tally.money, tally.code
        self.known: dict[Any, Any] = {}
        self.places, self.names = tallies.seen[id(tally)]

    def at(self, columns: Mapping[str, list[Any]], at: int) -> Any:
        """What the cap says to an offer: a `Bound`, a `Room` where it only counts, None, or `UNKNOWN`."""
        names = self.names
        codes = columns[names[0]][at] if len(names) == 1 else tuple([columns[name][at] for name in names])
        try:
            return self.known[codes]
        except KeyError:
            found = self.known[codes] = self._asked(columns, at)
            return found

    def _asked(self, columns: Mapping[str, list[Any]], at: int) -> Any:
        place = self.place(columns, at)
        if place is None or place is UNKNOWN:
            return place
        if self.clauses is None:
            return self.tally.room(place)
        return self.tallies.bound(self.tally, self.clauses, place, self.request)

    def place(self, columns: Mapping[str, list[Any]], at: int) -> Any:
        """The group in which an offer counts, None, or `UNKNOWN` where that matters."""
        if self.places is not None:
            place = self.places.at(columns, at)
        else:
            place = self.tally.place(self.tallies.view(columns, at, self.request))
        return place if self.clauses is not None or isinstance(place, tuple) else None


class CountedBy:
    """The hard caps of an evaluation, as requests meet them."""

    def __init__(self, tallies: Tallies) -> None:
        self.tallies, self.hard = tallies, tallies.caps.hard
        self._found: dict[Any, list[Counting]] = {}

    def of(self, request: Request) -> list[Counting]:
        """The caps that may count awards to a request, with the clauses of those that bound them."""
        key = (request.mineral, request.buyer, request.request if self.tallies.asks else None)
        if key not in self._found:
            self._found[key] = [counting for rule in self.hard for counting in self._of_cap(rule, request)]
        return self._found[key]

    def _of_cap(self, rule: typed.Rule, request: Request) -> Iterator[Counting]:
        if not rule.scope.holds(request.mineral, request.buyer):
            return
        tallies = self.tallies
        clauses = tallies.world.clauses(rule, request)
        own = None
        if clauses is not None:
            own = tallies.tally(rule, clauses)
            self._foresee(clauses, request)
        for one in tallies.by_cap[rule.name]:
            yield Counting(tallies, one, clauses if one is own else None, request)

    def _foresee(self, clauses: Clauses, request: Request) -> None:
        """Raises `Finer` where a mass that has a part in a limit is not whole.

        What keeps offers back is told once all is served: then caps may be asked that nobody asked before.
        """
        limit: typed.Limit = clauses["limit"]
        if limit.of is not None or is_money(clauses):
            return
        view = self.tallies.world.view(None, request)
        for part in parts(limit.value, self.tallies.world.day):
            mass = value_of(part, view) if part.type.kind == MASS.kind else None
            if mass is not None and has_end(mass):
                whole(mass, self.tallies.mass)
