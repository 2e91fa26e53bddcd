"""`vault-rules execute`: asking, carrying out, stopping, going on; and `ledger replay`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import Done, vault_rules
from tests.support.plugins import installed, plugin
from tests.support.reserve import write_reserve
from vault_rules.adapters.files_trader import FilesTrader
from vault_rules.adapters.registration import ExecutedStep, Observer, Reviewer
from vault_rules.domain.plan import Finding
from vault_rules.errors import TimedOut
from vault_rules.execution import desks

RUN = "2027-08"


@pytest.fixture
def reserve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(desks, "FIRST_PAUSE", 0.001)
    return write_reserve(tmp_path)


def execute(*more: str, as_of: str = "2027-08-01", stdin: str = "") -> Done:
    asked = ("--config", "vault.toml", "--requests", "requests.csv", "--as-of", as_of)
    return vault_rules("execute", "reserve.vault", *asked, *more, stdin=stdin)


def holds(folder: Path) -> list[dict[str, Any]]:
    """The last word about each key of a counterparty in files."""
    journal = folder / "holds.jsonl"
    lines = journal.read_text().splitlines() if journal.exists() else []
    return list({entry["key"]: entry for entry in map(json.loads, lines)}.values())


def confirmed(folder: Path) -> dict[str, str]:
    return {one["subject"]: one["quantity"] for one in holds(folder) if one["state"] == "confirmed"}


def test_a_plan_is_carried_out_and_recorded(reserve: Path) -> None:
    done = execute("--yes", "--run", RUN)
    assert done.code == 0
    assert "bought 9750 kg cobalt of gl-g1 from glencore for r1: 9000 kg in nola, 750 kg in ohio" in done.out
    assert "run 2027-08: 2 awards in 1 round" in done.out
    assert confirmed(reserve / "glencore") == {"g1": "9750"} and confirmed(reserve / "traxys") == {"t1": "5250"}
    assert vault_rules("ledger", "verify").code == 0
    sheet = vault_rules("ledger", "export", "--trader", "glencore").out
    assert "g1" in sheet and "traxys" not in sheet


def test_the_trader_is_told_its_own_price_in_its_own_unit(reserve: Path) -> None:
    """11.50 USD/lb has no end per kilogram."""
    execute("--yes")
    (told,) = holds(reserve / "glencore")
    assert json.loads(told["content"]) == {
        "currency": "USD", "mineral": "cobalt", "offer": "g1", "per": "lb", "price": "23/2", "quantity": "9750",
    }  # fmt: skip


def test_offers_of_which_only_the_content_counts_are_not_executed(reserve: Path) -> None:
    """A trader's holds are of what is weighed."""
    offers = reserve / "glencore" / "offers.csv"
    header, *rows = offers.read_text().splitlines()
    offers.write_text("\n".join([f"{header},content", *(f"{row},65%" for row in rows)]) + "\n")
    done = execute("--yes")
    assert done.code == 4
    assert "offers with a `content` cannot be executed (`gl-g1`" in done.err
    assert "let their traders quote what is contained" in done.err
    assert not holds(reserve / "glencore")


def test_nothing_happens_in_a_dry_run_or_where_the_answer_is_no(reserve: Path) -> None:
    dry = execute("--dry-run")
    assert dry.code == 0 and "gl-g1" in dry.out and "nothing was reserved" in dry.err
    no = execute(stdin="n\n")
    assert no.code == 0 and "buy this (2 awards" in no.err and "nothing was reserved" in no.err
    assert holds(reserve / "glencore") == [] and not (reserve / "snapshots").exists()
    assert execute(stdin="y\n").code == 0
    assert confirmed(reserve / "glencore") == {"g1": "9750"}


def test_a_second_run_counts_what_the_first_bought(reserve: Path) -> None:
    """The same requests are filled; others find 5 t left of the year's 20."""
    execute("--yes")
    assert "nothing is awarded" in execute("--yes").err
    (reserve / "requests.csv").write_text("request,buyer,mineral,quantity,unit\nr2,gm,cobalt,15,t\n")
    again = execute("--yes", as_of="2027-09-01")
    assert "bought 250 kg cobalt of gl-g1" in again.out and "bought 750 kg cobalt of t1" in again.out
    evaluated = vault_rules(
        "evaluate", "reserve.vault", "--config", "vault.toml", "--requests", "requests.csv", "--as-of", "2027-09-01"
    )
    assert "cap:a_year" in evaluated.out
    next_year = execute("--dry-run", as_of="2028-09-01")
    assert "cap:a_year" not in next_year.out


def test_prior_awards_of_before_the_ledger_count_too(reserve: Path) -> None:
    text = (reserve / "vault.toml").read_text() + '\n[execution]\nawards = "before.csv"\n'
    (reserve / "vault.toml").write_text(text)
    (reserve / "before.csv").write_text("mineral,quantity_kg,cost,date\ncobalt,12000,1,2027-02-01\n")
    done = execute("--yes", "--run", RUN)
    assert "bought 8000 kg cobalt" in done.out
    assert vault_rules("ledger", "replay", RUN).code == 0
    assert "nothing is awarded" in execute("--yes").err


def test_a_trader_that_does_not_answer_stops_the_run_and_it_goes_on(
    reserve: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(self: FilesTrader, key: str) -> Any:
        raise TimedOut("no answer")

    with monkeypatch.context() as patch:
        patch.setattr(FilesTrader, "confirm", silent)
        stopped = execute("--yes", "--run", RUN)
    assert stopped.code == 4
    assert "has not answered within 30 seconds" in stopped.err
    assert f"--resume {RUN}" in stopped.err and "Traceback" not in stopped.err
    assert "stopped" in vault_rules("ledger", "runs").out
    done = vault_rules("execute", "--config", "vault.toml", "--resume", RUN)
    assert done.code == 0 and "2 awards in 1 round" in done.out
    assert confirmed(reserve / "glencore") == {"g1": "9750"} and confirmed(reserve / "traxys") == {"t1": "5250"}
    assert vault_rules("execute", "--config", "vault.toml", "--resume", RUN).code == 0  # over: nothing more is done


def test_a_run_goes_on_with_the_policy_as_it_was(reserve: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(FilesTrader, "reserve", lambda *given: 1 / 0)
        assert execute("--yes", "--run", RUN).code == 4
    (reserve / "reserve.vault").write_text("nonsense")
    assert "bought 9750 kg" in vault_rules("execute", "--config", "vault.toml", "--resume", RUN).out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--resume", "nobody"), "has no run nobody"),
        (("--resume", "nobody", "--as-of", "2027-08-01"), "--resume goes with --config alone"),
        ((), "Give POLICY and --as-of"),
    ],
)
def test_what_makes_no_sense_is_said(reserve: Path, words: tuple[str, ...], said: str) -> None:
    done = vault_rules("execute", "--config", "vault.toml", *words)
    assert done.code == 2 and said in done.err


def test_a_name_that_is_taken_is_refused(reserve: Path) -> None:
    execute("--yes", "--run", RUN)
    (reserve / "requests.csv").write_text("request,buyer,mineral,quantity,unit\nr2,gm,cobalt,1,t\n")
    done = execute("--yes", "--run", RUN)
    assert done.code == 2 and f"a run {RUN} already" in done.err


def test_reviewers_are_heard_before_the_question_and_observers_after_each_step(reserve: Path) -> None:
    seen: list[ExecutedStep] = []

    def observe(step: ExecutedStep) -> None:
        seen.append(step)
        raise RuntimeError("no")

    finding = Finding("desk", "review", "glencore", "too much", None, False)
    point = plugin(reviewers=[Reviewer("desk", lambda plan: [finding])], observers=[Observer("log", observe)])
    with installed(point):
        done = execute("--yes", "--run", RUN)
    assert done.code == 0 and "too much" in done.out
    assert "observer `log` of vault-rules-acme 1.0 fails: RuntimeError: no" in done.err
    assert {step.action for step in seen} == {"reserve", "book", "confirm", "confirm_storage", "record"}
    assert {(step.run, step.outcome) for step in seen} == {(RUN, "done")}


# ---- made again --------------------------------------------------------------------------------------------------


def test_a_plan_made_again_is_the_same_byte_for_byte(reserve: Path) -> None:
    execute("--yes", "--run", RUN)
    done = vault_rules("ledger", "replay", RUN, "--output", "again.json")
    assert done.code == 0 and "byte for byte" in done.err
    kept = reserve / "snapshots" / RUN / "plan.json"
    assert kept.read_bytes() == (reserve / "again.json").read_bytes()


def test_a_policy_that_was_altered_is_found_out(reserve: Path) -> None:
    execute("--yes", "--run", RUN)
    file = reserve / "snapshots" / RUN / "policy.json"
    file.write_text(file.read_text().replace("65%", "50%"))
    done = vault_rules("ledger", "replay", RUN)
    assert done.code == 4
    assert "policy: " in done.out and 'plan.awards[0].quantity_kg: "9750" then, "7500" now' in done.out


def test_a_book_that_was_altered_is_not_read(reserve: Path) -> None:
    execute("--yes", "--run", RUN)
    (reserve / "snapshots" / RUN / "offers.parquet").write_bytes(b"PAR1")
    done = vault_rules("ledger", "replay", RUN)
    assert done.code == 3 and "offers.parquet" in done.err


def test_what_is_not_there_any_more_is_said(reserve: Path) -> None:
    execute("--yes", "--run", RUN)
    moved = (reserve / "snapshots" / RUN).rename(reserve / "elsewhere")
    done = vault_rules("ledger", "replay", RUN)
    assert done.code == 2 and "not there any more" in done.err
    assert vault_rules("ledger", "replay", RUN, "--snapshot", str(moved)).code == 0
