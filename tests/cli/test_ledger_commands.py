"""`vault-rules ledger`: what it shows, exports and verifies, and with which exit code."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import attrs
import openpyxl
import pytest
from sqlalchemy import text

from tests.support.command import Done, vault_rules
from tests.support.ledgers import COPPER, PLACEMENT, RECEIPT, bare_hands, begun, bought, claimed, new_ledger
from vault_rules.domain.entry import Entry, hash_of
from vault_rules.execution.ledger.drafts import ended, placed, released
from vault_rules.execution.ledger.store import Ledger

ODD = attrs.evolve(COPPER, trader="=cmd|' /C calc'!A1", offer="@SUM(A1)", request="r3", form="-1+1")


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A ledger in the working directory: two runs, three traders, an award that was given up."""
    monkeypatch.chdir(tmp_path)
    made = "sqlite:///vault.ledger"
    with new_ledger(made) as ledger:
        begun(ledger, "run-1", "run-2")
        ledger.append("run-1", [*bought("k1"), placed("k1", PLACEMENT, "wms"), *bought("k2", COPPER), ended("done")])
        ledger.append("run-2", [*bought("k3", ODD), *bought("k4"), released("k4", "broken off"), claimed("k5")])
    return made


def ledger(*words: str) -> Done:
    return vault_rules("ledger", *words)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


# ---- which ledger --------------------------------------------------------------------------------------------------


@pytest.fixture
def elsewhere(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The ledger beside a configuration that names it, and another working directory: the configuration."""
    config = tmp_path / "vault.toml"
    config.write_text(f'[ledger]\nurl = "{url}"\n\n[traders.glencore]\nadapter = "files"\npath = "desk"\n')
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    return str(config)


@pytest.mark.parametrize("words", ["show", "verify", "runs", "export --trader traxys", "replay run-1"])
def test_the_configuration_says_which_ledger(words: str, elsewhere: str, tmp_path: Path) -> None:
    found = ledger(*words.split(), "--config", elsewhere)
    assert found == ledger(*words.split(), "--ledger", f"sqlite:///{tmp_path / 'vault.ledger'}")
    assert "there is no ledger" in ledger(*words.split()).err
    assert "there is no ledger" not in found.err


def test_a_ledger_is_named_once(elsewhere: str) -> None:
    done = ledger("show", "--ledger", "sqlite:///vault.ledger", "--config", elsewhere)
    assert (done.code, done.out) == (2, "")
    assert "--ledger and --config each name a ledger: give one of them" in done.err


def test_a_configuration_that_is_not_there_is_an_error(url: str) -> None:
    done = ledger("show", "--config", "none.toml")
    assert (done.code, done.err) == (2, "error: there is no configuration none.toml\n")


# ---- show ----------------------------------------------------------------------------------------------------------


def test_show_says_of_each_entry_what_it_is_about(url: str) -> None:
    done = ledger("show", "--run", "run-1")
    assert (done.code, done.err) == (0, "")
    said = [" ".join(line.split()[5:]) for line in done.out.splitlines()[2:]]
    assert done.out.splitlines()[0] == "entries: 11"
    assert "10000 kg cobalt from glencore for 345,000.00 USD" in said
    assert "reserve to glencore" in said and "reserve by glencore: done" in said
    assert "10000 kg in houston (wms): booked" in said


def test_show_as_json_holds_all_that_the_hashes_are_over(url: str) -> None:
    found = json.loads(ledger("show", "--format", "json").out)
    assert len(found) == 22 and found[0]["payload"]["receipt"] == RECEIPT.fields
    previous = "0" * 64
    for one in found:
        payload = json.dumps(one["payload"], sort_keys=True, separators=(",", ":"))
        assert one["previous"] == previous
        previous = hash_of(Entry(**{**one, "payload": payload}))
        assert one["hash"] == previous


def test_show_for_a_trader_shows_what_is_about_its_awards(url: str) -> None:
    found = json.loads(ledger("show", "--trader", "traxys", "--format", "json").out)
    assert {one["award"] for one in found} == {"k2"} and len(found) == 4
    assert ledger("show", "--trader", "nobody").out == "entries: none\n"


@pytest.mark.parametrize("command", ["show", "runs", "verify"])
def test_every_form_can_be_written(url: str, command: str, tmp_path: Path) -> None:
    for form in ("table", "json", "csv"):
        done = ledger(command, "--format", form)
        assert done.code == 0 and done.out
        assert ledger(command, "--format", form, "--output", "out").out == ""
        assert (tmp_path / "out").read_text(encoding="utf-8") == done.out
    assert ledger(command, "--format", "xlsx").code == 2
    assert ledger(command, "--format", "xlsx", "--output", "out.xlsx").code == 0
    assert openpyxl.load_workbook("out.xlsx").sheetnames == [
        {"show": "entries", "verify": "findings"}.get(command, command)
    ]


# ---- runs ----------------------------------------------------------------------------------------------------------


def test_runs_say_how_far_each_came(url: str) -> None:
    first, second = json.loads(ledger("runs", "--format", "json").out)
    assert (first["run"], first["state"], first["claimed"], first["confirmed"]) == ("run-1", "done", 0, 2)
    assert (second["run"], second["state"], second["claimed"], second["confirmed"]) == ("run-2", "open", 1, 1)
    assert first["receipt_sha256"] == RECEIPT.sha256 and second["ended"] is None
    assert "run-2" not in ledger("runs", "--run", "run-1").out


# ---- export --------------------------------------------------------------------------------------------------------


def test_a_sheet_holds_the_awards_of_its_trader_and_of_nobody_else(url: str) -> None:
    done = ledger("export", "--trader", "glencore")
    (row,) = rows(done.out)
    assert (row["award"], row["quantity_kg"], row["price_per_kg"], row["cost"]) == ("k1", "10000", "34.5", "345000.00")
    assert (row["facilities"], row["purity"], row["delivery"]) == ("houston", "99.8", "2027-11-30")
    for secret in ("traxys", "k2", "0.15", "domestic", "replenishment", "secret", "trial", "k4", "k5"):
        assert secret not in done.out
    assert not {"premium", "reference_per_kg", "tier", "step", "waterfall", "request", "rule"} & set(row)


@pytest.mark.parametrize("form", ["csv", "xlsx", "json", "table"])
def test_each_trader_has_a_file_of_its_own(url: str, tmp_path: Path, form: str) -> None:
    done = ledger("export", "--format", form, "--output", "sheets")
    files = sorted(file.name for file in (tmp_path / "sheets").iterdir())
    ending = "txt" if form == "table" else form
    assert files[0] == f"glencore.{ending}" and files[2] == f"traxys.{ending}"
    assert files[1].startswith("trader-") and len(files) == 3
    assert (done.code, done.out, len(done.err.splitlines())) == (0, "", 3)


def test_no_cell_becomes_a_formula(url: str, tmp_path: Path) -> None:
    (row,) = rows(ledger("export", "--trader", ODD.trader).out)
    assert (row["offer"], row["form"]) == ("'@SUM(A1)", "'-1+1")
    assert ledger("export", "--trader", ODD.trader, "--format", "xlsx", "--output", "one.xlsx").code == 0
    sheet = openpyxl.load_workbook("one.xlsx").worksheets[0]
    cells = [cell for line in sheet.iter_rows(min_row=2) for cell in line if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert all(cell.quotePrefix for cell in cells if str(cell.value).startswith(("=", "+", "-", "@")))


def test_the_same_sheet_has_the_same_bytes(url: str, tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        ledger("export", "--trader", "traxys", "--format", "xlsx", "--output", name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_export_is_of_one_run_where_one_is_named(url: str, tmp_path: Path) -> None:
    ledger("export", "--run", "run-2", "--output", "sheets")
    assert [file.name.split("-")[0] for file in (tmp_path / "sheets").iterdir()] == ["trader"]


def test_export_without_a_place_and_for_nobody_are_usage_errors(url: str) -> None:
    assert "needs --output" in ledger("export").err
    assert ledger("export", "--trader", "nobody").code == 2
    for command in ("show", "export", "runs"):
        done = ledger(command, "--run", "none", "--output", "out")
        assert (done.code, "has no run none" in done.err) == (2, True)


def test_nothing_bought_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    new_ledger("sqlite:///vault.ledger").close()
    done = ledger("export", "--output", "sheets")
    assert (done.code, done.err) == (0, "nothing was bought\n") and not (tmp_path / "sheets").exists()
    for command in ("show", "runs", "verify"):
        assert ledger(command).code == 0


# ---- verify --------------------------------------------------------------------------------------------------------


def opened() -> Ledger:
    return new_ledger("sqlite:///vault.ledger")


def test_verify_gives_the_head_to_note_and_takes_it_back(url: str) -> None:
    done = ledger("verify")
    assert done.code == 0 and "22 entries, all as written; head 22:" in done.err
    head = done.err.split("head ")[1].strip()
    with opened() as more:
        more.append("run-2", [ended("stopped")])
    assert ledger("verify", "--head", head).code == 0
    assert ledger("verify", "--head", "22:" + "0" * 64).code == 4
    assert ledger("verify", "--head", "22").code == 2


def test_verify_names_the_row_and_exits_with_four(url: str) -> None:
    with opened() as open, bare_hands(open) as connection:
        connection.execute(text("UPDATE ledger_entries SET payload = '{}' WHERE sequence = 7"))
    done = ledger("verify", "--format", "json")
    assert done.code == 4 and "not all as written: entry 7 was altered" in done.err
    assert json.loads(done.out)[0]["entry"] == 7


def test_a_payload_that_is_none_does_not_keep_the_rest_from_being_shown(url: str) -> None:
    with opened() as open, bare_hands(open) as connection:
        connection.execute(text("UPDATE ledger_entries SET payload = 'x' WHERE sequence = 3"))
    for command in ("show", "runs"):
        done = ledger(command)
        assert done.code == 4 and "ledger verify" in done.err
    assert ledger("show", "--format", "csv").code == 0


# ---- failures ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [("show",), ("runs",), ("verify",), ("export", "--output", "sheets")])
def test_a_ledger_that_fails_gives_four(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert ledger(*command).err == "error: there is no ledger at sqlite:///vault.ledger\n"
    assert ledger(*command).code == 4
    assert ledger(*command, "--ledger", "postgresql://u@127.0.0.1:1/d").code == 4
    (tmp_path / "vault.ledger").write_text("garbage" * 100)
    assert ledger(*command).code == 4
    assert ledger(*command, "--ledger", "garbage").code == 2


def test_a_command_of_the_ledgers_that_is_misspelt_is_a_usage_error_with_the_nearest() -> None:
    assert "Did you mean 'export'?" in ledger("exprot").err
    assert ledger("--help").out.startswith("Usage: vault-rules ledger")
