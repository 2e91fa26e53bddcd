"""A small market to carry plans out in: two traders, a warehouse with two halls, a cap, a request."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from pathlib import Path

import attrs

from tests.support.books import book
from tests.support.ledgers import RECEIPT, SNAPSHOT, new_ledger
from tests.support.policies import AS_OF, policy
from tests.support.scripted import Script, ScriptedStorage, ScriptedTrader, binding, counterparty
from vault_rules import api
from vault_rules.adapters.registration import ExecutedStep
from vault_rules.domain.entry import Kind
from vault_rules.domain.plan import Plan
from vault_rules.execution.carrying import Execution
from vault_rules.execution.desks import Desks, Unsettled
from vault_rules.execution.ledger.standing import Line
from vault_rules.execution.ledger.store import Ledger
from vault_rules.execution.market import Market
from vault_rules.execution.rounds import Rounds, stands
from vault_rules.execution.state import RunState

RUN = "run-1"
POLICY = """
waterfall w { take all premium <= 50% over best(all, depth 10 kg) if none reject }
cap one_country: share by origin <= 60% of requested per mineral
store s { place in owned by cost }
"""
OFFERS = """
offer | trader | mineral | price | quantity | origin
an-a1 | anna | cobalt | 10 | 100 | AU
an-a2 | anna | cobalt | 12 | 100 | CA
b1 | bert | cobalt | 11 | 100 | US
b2 | bert | cobalt | 13 | 100 | CL
"""
REQUESTS = "request | buyer | mineral | quantity\nr1 | gm | cobalt | 120"
FACILITIES = "facility | kind | capacity | cost\nx | owned | 50 | 1\ny | owned | 200 | 2"
SOLD = {"anna": {"a1": Fraction(100), "a2": Fraction(100)}, "bert": {"b1": Fraction(100), "b2": Fraction(100)}}
HALLS = {"x": Fraction(50), "y": Fraction(200)}
LIMIT = Fraction(72)
"""What the cap allows of one country."""


@cache
def market() -> Market:
    found = policy(POLICY)
    tables = book(offers=OFFERS, requests=REQUESTS, facilities=FACILITIES)
    return Market(
        found.program, api.eyes_of(found, AS_OF), tables, AS_OF, None,
        dict.fromkeys(HALLS, "house"), {"trader anna": "an-"},
    )  # fmt: skip


@cache
def first_plan() -> Plan:
    return market().evaluated().plan


LedgerOf = Callable[[Ledger], Ledger]


@attrs.define
class Scene:
    """The counterparties' books lie in a folder, the ledger at a URL. `scripts` names who has one."""

    folder: Path
    url: str
    run: str = RUN
    wrapped: LedgerOf = lambda ledger: ledger
    steps: list[ExecutedStep] = attrs.field(factory=list)

    def script(self, name: str) -> Script:
        return Script(self.folder / name)

    def trader(self, name: str) -> ScriptedTrader:
        return ScriptedTrader(self.folder / f"{name}.jsonl", self.script(name), SOLD[name])

    def storage(self) -> ScriptedStorage:
        return ScriptedStorage(self.folder / "house.jsonl", self.script("house"), HALLS)

    def desks(self) -> Desks:
        traders = [
            counterparty("trader", name, lambda name=name: self.trader(name))  # type: ignore[misc]
            for name in SOLD
        ]
        return Desks(traders, [counterparty("storage", "house", self.storage)])

    def begin(self) -> None:
        with new_ledger(self.url) as ledger:
            ledger.begin(self.run, RECEIPT, SNAPSHOT)

    def claim(self) -> None:
        """The first round, planned and claimed."""
        with new_ledger(self.url) as ledger:
            assert self.rounds(ledger).next(RunState(self.run))

    def rounds(self, ledger: Ledger) -> Rounds:
        return Rounds(self.run, ledger, market(), (first_plan(), stands([])))

    def go(self) -> RunState:
        """Begin or go on, until it is over or stops."""
        with new_ledger(self.url) as real:
            ledger = self.wrapped(real)
            desks = self.desks()
            most, at_once = 10, 1
            return Execution(
                self.run, ledger, market(), desks, self.rounds(ledger), most, at_once, self.steps.append
            ).go()

    def go_on(self) -> RunState:
        """Go on after each stop, as somebody would who resumes the run."""
        for _ in range(5):
            try:
                return self.go()
            except Unsettled:
                continue
        return self.go()

    # ---- what is true -----------------------------------------------------------------------------------------------

    def lines(self) -> tuple[Line, ...]:
        with new_ledger(self.url) as ledger:
            return ledger.standing().lines()

    def check(self, bought: Fraction | None = Fraction(120)) -> None:
        """Traders, storage and ledger say the same; nothing is bought twice, lost, or beyond a cap."""
        with new_ledger(self.url) as ledger:
            assert ledger.verify().is_whole
            lines = ledger.standing().lines()
            places = ledger.places()
            runs = {one.name: one.state for one in ledger.runs()}
            kinds = [entry.kind for entry in ledger.entries(run=self.run)]
        assert runs[self.run] == "done" and kinds.count(Kind.END) >= 1
        assert all(line.confirmed for line in lines)
        self._check_traders(lines)
        stored = {(key, place.facility): place.quantity for (_, key), ones in places.items() for place in ones}
        assert stored == _by_facility(self.storage())
        for line in lines:
            assert sum(quantity for (key, _), quantity in stored.items() if key == line.key) == line.award.quantity
        self._check_limits(lines, bought)

    def _check_traders(self, lines: tuple[Line, ...]) -> None:
        for name, offers in SOLD.items():
            trader = self.trader(name)
            mine = {line.key: line.award.quantity for line in lines if line.award.trader == name}
            assert binding(trader) == mine
            sold: dict[str, Fraction] = defaultdict(Fraction)
            for entry in trader.entries():
                sold[entry.subject] += entry.taken
            assert all(quantity <= offers.get(offer, 0) for offer, quantity in sold.items())

    def _check_limits(self, lines: tuple[Line, ...], bought: Fraction | None) -> None:
        by_country: dict[str | None, Fraction] = defaultdict(Fraction)
        for line in lines:
            by_country[line.award.origin] += line.award.quantity
            assert line.award.reference == 10  # whatever was refused
        assert max(by_country.values(), default=0) <= LIMIT
        assert bought is None or sum(by_country.values()) == bought


def _by_facility(storage: ScriptedStorage) -> dict[tuple[str, str], Fraction]:
    """What is binding in the storage, by award and facility."""
    kept = binding(storage)
    found: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for entry in storage.entries():
        if entry.key in kept:
            found[entry.key.rpartition("-")[0], entry.subject] += kept[entry.key]
    return dict(found)
