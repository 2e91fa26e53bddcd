"""What is refused is planned again: within the same caps, measured against the same references, beside other runs."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import attrs
import pytest

from tests.support.ledgers import COBALT, RECEIPT, SNAPSHOT, claimed, new_ledger
from tests.support.scene import LIMIT, Scene
from tests.support.scripted import Scripted, ScriptedTrader
from vault_rules.adapters import calling
from vault_rules.adapters.messages import State
from vault_rules.errors import LedgerError
from vault_rules.execution import desks
from vault_rules.execution.desks import Unsettled
from vault_rules.execution.ledger.drafts import released
from vault_rules.execution.rounds import Rounds
from vault_rules.execution.state import RunState


@pytest.fixture
def scene(tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setattr(desks, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(calling, "_FIRST_PAUSE", 0.001)
    made = Scene(tmp_path, url)
    made.begin()
    return made


def bought(scene: Scene) -> list[tuple[str, int]]:
    return [(line.award.offer, int(line.award.quantity)) for line in scene.lines()]


def test_without_trouble_the_plan_is_carried_out_in_one_round(scene: Scene) -> None:
    state = scene.go()
    scene.check()
    assert bought(scene) == [("an-a1", 72), ("b1", 48)] and state.round == 1
    assert [step.action for step in scene.steps if step.key == next(iter(state.awards))] == [
        "reserve", "book", "book", "confirm", "confirm_storage", "confirm_storage", "record",
    ]  # fmt: skip
    assert {step.outcome for step in scene.steps} == {"done"}


def test_a_run_that_is_over_is_left_as_it_is(scene: Scene) -> None:
    scene.go()
    before = scene.lines()
    assert scene.go().done
    assert scene.lines() == before


def test_what_is_refused_is_bought_elsewhere_within_the_cap(scene: Scene) -> None:
    """Of the cheapest nothing is to be had: its country's cap binds the next, and the third makes up the rest."""
    scene.script("anna").write({"reserve": "refusal"})
    state = scene.go()
    scene.check()
    assert sorted(bought(scene)) == [("an-a2", 48), ("b1", 24), ("b1", 48)] and state.round == 2


def test_what_others_bought_meanwhile_counts_in_caps(scene: Scene) -> None:
    """The plan was made before another run claimed 40 kg of the same country for another request."""
    other = attrs.evolve(COBALT, request="r1", origin="AU", quantity=Fraction(40), cost=COBALT.cost)
    with new_ledger(scene.url) as ledger:
        ledger.begin("other", RECEIPT, SNAPSHOT)
        ledger.append("other", [claimed("k", other)])
    scene.go()
    mine = [line for line in scene.lines() if line.run == scene.run]
    by_country: dict[str | None, int] = {}
    for line in mine:
        by_country[line.award.origin] = by_country.get(line.award.origin, 0) + int(line.award.quantity)
    assert by_country == {"AU": int(LIMIT) - 40, "US": 48}


def test_a_claim_is_planned_anew_where_another_came_first(scene: Scene) -> None:
    """The other run writes between the plan and its claim: what was planned is not claimed."""
    other = attrs.evolve(COBALT, request="r1", origin="AU", quantity=Fraction(40))
    with new_ledger(scene.url) as ledger, new_ledger(scene.url) as theirs:
        theirs.begin("other", RECEIPT, SNAPSHOT)
        rounds = scene.rounds(ledger)
        planned = Rounds._planned
        interrupted: list[int] = []

        def slowly(self: Rounds, *arguments: Any) -> Any:
            made = planned(self, *arguments)
            if not interrupted:
                theirs.append("other", [claimed("k", other)])
            interrupted.append(1)
            return made

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Rounds, "_planned", slowly)
            rounds.next(RunState(scene.run))
        lines = ledger.standing().lines(run=scene.run)
    assert len(interrupted) == 2
    assert [(line.award.offer, int(line.award.quantity)) for line in lines] == [("an-a1", 32), ("b1", 48)]


def test_who_is_always_outrun_plans_while_the_others_wait(scene: Scene) -> None:
    other = attrs.evolve(COBALT, request="r1", origin="CL", quantity=Fraction(1))
    with new_ledger(scene.url) as ledger, new_ledger(scene.url) as theirs:
        theirs.begin("other", RECEIPT, SNAPSHOT)
        standing, count = ledger.standing, iter(range(100))

        def outrun() -> Any:
            found = standing()
            theirs.append("other", [claimed(f"k{next(count)}", other)])
            return found

        ledger.standing = outrun  # type: ignore[method-assign]
        assert scene.rounds(ledger).next(RunState(scene.run))
        mine = standing().lines(run=scene.run)
    assert sum(int(line.award.quantity) for line in mine) == 120 - 5


def test_two_processes_on_one_run_do_not_both_go_on(scene: Scene) -> None:
    with new_ledger(scene.url) as ledger:
        state = RunState(scene.run)
        assert scene.rounds(ledger).next(state)
        with pytest.raises(LedgerError, match="another process"):
            scene.rounds(ledger).next(state)


class Stubborn(ScriptedTrader):
    """Believes to have sold more than was asked for, until it is told better."""

    def status(self, key: str) -> Any:
        found = super().status(key)
        if found.state is not State.CONFIRMED or (self.script.folder / "settled").exists():
            return found
        assert found.quantity is not None
        return attrs.evolve(found, quantity=found.quantity * 2)


def test_a_dispute_stops_the_run_and_what_is_settled_goes_on(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.support.scene.ScriptedTrader", Stubborn)
    with pytest.raises(Unsettled, match="144 kg are binding, where 72 kg were asked for"):
        scene.go()
    with new_ledger(scene.url) as ledger:
        assert ledger.run(scene.run).state == "stopped"
        assert [line.confirmed for line in ledger.standing().lines()] == [False, False]
    for name in ("anna", "bert"):
        scene.script(name).write({})
        (scene.folder / name / "settled").touch()
    scene.go()
    scene.check()


def test_a_counterparty_that_is_not_to_be_had_stops_the_run(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    from vault_rules.errors import Unavailable

    def gone(self: ScriptedTrader, key: str) -> Any:
        raise Unavailable("nobody answers")

    with monkeypatch.context() as patch:
        patch.setattr(ScriptedTrader, "status", gone)
        with pytest.raises(Unsettled, match="nobody answers"):
            scene.go()
    assert [step.outcome for step in scene.steps] == ["unknown"]
    scene.go()
    scene.check()


def test_a_claim_that_was_released_counts_no_more(scene: Scene) -> None:
    other = attrs.evolve(COBALT, request="r1", origin="AU", quantity=Fraction(40))
    with new_ledger(scene.url) as ledger:
        ledger.begin("other", RECEIPT, SNAPSHOT)
        ledger.append("other", [claimed("k", other)])
        ledger.append("other", [released("k", "given up")])
    scene.go()
    scene.check()
    assert bought(scene) == [("an-a1", 72), ("b1", 48)]


def test_the_keys_are_letters_that_every_counterparty_takes(scene: Scene) -> None:
    scene.go()
    keys = [entry.key for entry in (*scene.trader("anna").entries(), *scene.storage().entries())]
    assert len(keys) == 4 and all(len(key) <= 100 for key in keys)
    assert all(set(key) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") for key in keys)


def test_nothing_is_called_of_which_the_ledger_does_not_know(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the moment of each call its intent stands there, and of the call before the outcome."""
    seen: list[tuple[str, list[str]]] = []

    def looking(self: Scripted, action: str, key: str, do: Any) -> Any:
        award = key if key.count("-") == 1 else key.rpartition("-")[0]
        with new_ledger(scene.url) as ledger:
            about = [entry for entry in ledger.entries(run=scene.run, award=award) if "call" in entry.fields]
        said = [f"{entry.kind} {entry.fields['call']}" for entry in about]
        seen.append((action, said[-2:]))
        return do(Fraction(1))

    monkeypatch.setattr(Scripted, "act", looking)
    scene.go()
    assert [action for action, _ in seen][:5] == ["reserve", "book", "book", "confirm", "confirm_storage"]
    for action, (before, last) in seen:
        assert last == f"intent {action}" and (before.startswith("outcome") or action == "reserve")
