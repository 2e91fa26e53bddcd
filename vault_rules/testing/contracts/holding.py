"""What traders and storages have in common: something is held under a key, confirmed, or given back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from fractions import Fraction
from functools import lru_cache
from typing import Any

import pytest

from vault_rules.adapters.messages import Refusal, Row, State, Why
from vault_rules.adapters.registration import Capability
from vault_rules.adapters.rows import read_rows, sheet_of
from vault_rules.domain.reading import Row as ReadRow
from vault_rules.domain.reading import read_table
from vault_rules.domain.tables import IDS
from vault_rules.testing.contracts.machine import HoldingMachine, run_machine

Make = Callable[[Mapping[str, Sequence[Row]]], Callable[[], Any]]
"""The fixture: given the tables that the counterparty has at first, it prepares a new one and gives `open`. Each call
of `open()` gives an adapter on that same counterparty, as a restarted program would have it.
"""

ONE, OTHER = "run-1:award-1", "run-1:award-2"


class HoldingContract:
    """Tests of both kits. `capabilities` are those that the adapter declares; `examples` how many orders of calls are
    tried, each of so many `steps`: fewer where each call is slow. `shrink` looks for the shortest order that fails,
    which may take minutes.
    """

    capabilities: frozenset[Capability]
    examples = 25
    steps = 25
    shrink = False
    machine: type[HoldingMachine] = HoldingMachine
    tables: Mapping[str, Sequence[Row]]
    free_at_first: Mapping[str, Fraction]
    confirms_quantities = False

    @pytest.fixture
    def counterparty(self) -> Make:
        """Override this one."""
        raise NotImplementedError("give the kit a fixture `counterparty`: see docs/plugins.md")

    # ---- what a kit says of its protocol ---------------------------------------------------------------------------
    # TraderContract and StorageContract say it; an abstract class would not be collected by pytest

    def held(self, at: int) -> tuple[Any, str, Fraction, bool]:
        """A message, its subject, its quantity, and whether the counterparty takes it on these terms."""
        raise NotImplementedError

    def hold(self, adapter: Any, message: Any, key: str) -> Any:
        raise NotImplementedError

    def to_confirm(self, quantity: Fraction, part: int) -> Fraction | None:
        raise NotImplementedError

    def confirm(self, adapter: Any, key: str, quantity: Fraction | None) -> Any:
        raise NotImplementedError

    def release(self, adapter: Any, key: str) -> Any:
        raise NotImplementedError

    def free(self, adapter: Any) -> Mapping[str, Fraction]:
        """What is free of each subject, as the adapter shows it."""
        raise NotImplementedError

    # ---- tests -------------------------------------------------------------------------------------------------------

    def test_a_key_that_was_never_used_is_unknown(self, counterparty: Make) -> None:
        with closing(counterparty(self.tables)()) as adapter:
            assert adapter.status(ONE).state is State.UNKNOWN
            refused = self.confirm(adapter, ONE, self.to_confirm(Fraction(1), 1))
            assert isinstance(refused, Refusal) and refused.why is Why.UNKNOWN
            assert adapter.status(ONE).state is State.UNKNOWN, "asking must not change anything"

    def test_what_is_held_is_no_longer_free(self, counterparty: Make) -> None:
        message, subject, quantity, _ = self.held(0)
        with closing(counterparty(self.tables)()) as adapter:
            answer = self.hold(adapter, message, ONE)
            assert not isinstance(answer, Refusal), answer
            assert (answer.key, answer.quantity) == (ONE, quantity)
            assert adapter.status(ONE).state is State.HELD
            assert self.free(adapter)[subject] == self.free_at_first[subject] - quantity

    def test_what_is_asked_twice_is_held_once(self, counterparty: Make) -> None:
        message, subject, quantity, _ = self.held(0)
        with closing(counterparty(self.tables)()) as adapter:
            assert self.hold(adapter, message, ONE) == self.hold(adapter, message, ONE)
            assert self.free(adapter)[subject] == self.free_at_first[subject] - quantity

    def test_two_keys_are_two_holds(self, counterparty: Make) -> None:
        message, subject, quantity, _ = self.held(0)
        with closing(counterparty(self.tables)()) as adapter:
            for key in (ONE, OTHER):
                assert not isinstance(self.hold(adapter, message, key), Refusal)
            assert self.free(adapter)[subject] == self.free_at_first[subject] - 2 * quantity

    def test_a_key_is_not_used_for_something_else(self, counterparty: Make) -> None:
        with closing(counterparty(self.tables)()) as adapter:
            self.hold(adapter, self.held(0)[0], ONE)
            refused = self.hold(adapter, self.held(3)[0], ONE)
            assert isinstance(refused, Refusal) and refused.why is Why.REUSED
            assert adapter.status(ONE).quantity == self.held(0)[2], "what the key stood for must stay"

    def test_too_much_is_refused_and_nothing_is_held(self, counterparty: Make) -> None:
        first, subject, quantity, _ = self.held(0)
        with closing(counterparty(self.tables)()) as adapter:
            self.hold(adapter, first, ONE)
            refused = self.hold(adapter, self.held(1)[0], OTHER)
            assert isinstance(refused, Refusal), "more was held than there is"
            assert adapter.status(OTHER).state is State.REFUSED
            assert self.free(adapter)[subject] == self.free_at_first[subject] - quantity
            assert isinstance(self.hold(adapter, self.held(1)[0], OTHER), Refusal), "a refusal is repeated"

    def test_other_terms_are_refused(self, counterparty: Make) -> None:
        with closing(counterparty(self.tables)()) as adapter:
            for at, key in ((5, ONE), (6, OTHER)):
                assert isinstance(self.hold(adapter, self.held(at)[0], key), Refusal)
                assert adapter.status(key).state is State.REFUSED

    def test_a_milligram_is_not_lost(self, counterparty: Make) -> None:
        message, subject, quantity, _ = self.held(4)
        with closing(counterparty(self.tables)()) as adapter:
            assert self.free(adapter)[subject] == quantity == Fraction("250.000001")
            answer = self.hold(adapter, message, ONE)
            assert not isinstance(answer, Refusal) and answer.quantity == quantity
            assert self.free(adapter).get(subject, Fraction(0)) == 0

    def test_what_is_given_back_is_free_again(self, counterparty: Make) -> None:
        message, subject, _, _ = self.held(0)
        with closing(counterparty(self.tables)()) as adapter:
            self.hold(adapter, message, ONE)
            for _ in range(2):
                assert not isinstance(self.release(adapter, ONE), Refusal)
            assert adapter.status(ONE).state is State.RELEASED
            assert self.free(adapter)[subject] == self.free_at_first[subject]
            refused = self.confirm(adapter, ONE, self.to_confirm(Fraction(1), 1))
            assert isinstance(refused, Refusal) and refused.why is Why.RELEASED

    def test_a_call_that_comes_after_its_release_is_refused(self, counterparty: Make) -> None:
        message, subject, _, _ = self.held(0)
        with closing(counterparty(self.tables)()) as adapter:
            assert not isinstance(self.release(adapter, ONE), Refusal)
            late = self.hold(adapter, message, ONE)
            assert isinstance(late, Refusal) and late.why is Why.RELEASED
            assert self.free(adapter)[subject] == self.free_at_first[subject]

    def test_what_is_confirmed_stays(self, counterparty: Make) -> None:
        message, _, quantity, _ = self.held(0)
        with closing(counterparty(self.tables)()) as adapter:
            self.hold(adapter, message, ONE)
            first = self.confirm(adapter, ONE, self.to_confirm(quantity, 1))
            assert not isinstance(first, Refusal) and first.quantity <= quantity
            assert self.confirm(adapter, ONE, self.to_confirm(quantity, 1)) == first
            refused = self.release(adapter, ONE)
            assert isinstance(refused, Refusal) and refused.why is Why.CONFIRMED
            status = adapter.status(ONE)
            assert (status.state, status.quantity) == (State.CONFIRMED, first.quantity)

    def test_a_restart_forgets_nothing(self, counterparty: Make) -> None:
        message, subject, quantity, _ = self.held(0)
        open = counterparty(self.tables)
        with closing(open()) as adapter:
            held = self.hold(adapter, message, ONE)
            self.hold(adapter, self.held(1)[0], OTHER)
        with closing(open()) as adapter:
            assert [adapter.status(key).state for key in (ONE, OTHER)] == [State.HELD, State.REFUSED]
            assert self.hold(adapter, message, ONE) == held
            assert self.free(adapter)[subject] == self.free_at_first[subject] - quantity

    def test_many_at_once_do_not_take_more_than_there_is(self, counterparty: Make) -> None:
        message, subject, quantity, _ = self.held(0)
        open = counterparty(self.tables)
        desks = [open() for _ in range(6)]
        with ThreadPoolExecutor(len(desks)) as pool:
            calls = [pool.submit(self.hold, desk, message, f"run-1:{at}") for at, desk in enumerate(desks)]
            yes = sum(not isinstance(call.result(timeout=60), Refusal) for call in calls)
        assert yes == self.free_at_first[subject] // quantity
        assert self.free(desks[0])[subject] == self.free_at_first[subject] - yes * quantity
        for desk in desks:
            desk.close()

    def test_it_may_be_closed_twice(self, counterparty: Make) -> None:
        adapter = counterparty(self.tables)()
        assert adapter.health()
        adapter.close()
        adapter.close()

    def test_any_order_of_calls_repeats_lost_answers_and_restarts(self, counterparty: Make) -> None:
        run_machine(self.machine, self, lambda: counterparty(self.tables))


def read(rows: Any, table: str) -> list[ReadRow]:
    """Rows as a book reads them; a bad cell fails the test."""
    found = [_read_one(table, tuple(row.cells.items())) for row in read_rows(rows, table)]
    ids = [row.get(IDS[table]) for row in found] if table in IDS else []
    assert len(set(ids)) == len(ids), f"an id stands twice in {ids}"
    return found


@lru_cache(maxsize=4096)
def _read_one(table: str, cells: tuple[tuple[str, str | None], ...]) -> ReadRow:
    """A row; many orders of calls show the same ones again and again."""
    row = dict(cells)
    if table == "offers":  # the gatherer fills in the trader's name
        row["trader"] = row.get("trader") or "the_trader"
    found = read_table(sheet_of([Row(row)], table, table))
    assert not found.bad, f"a book could not use this row: {'; '.join(map(str, found.bad))}"
    return found.rows[0]
