"""`evaluate --config`, `config check` and `plugins`, from the arguments to the exit code."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.conftest import Place
from tests.support.command import Done, vault_rules
from tests.support.plugins import Point, installed, plugin
from vault_rules.adapters.registration import Function, Observer, Reviewer

CONFIG = """
[traders.glencore]
adapter = "files"
path = "glencore"

[traders.traxys]
adapter = "files"
path = "traxys"
"""
HEADER = "offer,mineral,price,quantity\n"


@pytest.fixture
def asked(place: Place) -> Place:
    """The same book, but the offers are with two traders."""
    place.write("glencore/offers.csv", HEADER + "a,cobalt,34.50,10\n")
    place.write("traxys/offers.csv", HEADER + "b,cobalt,41,10\n")
    place.write("vault.toml", CONFIG)
    return place


def evaluate(place: Place, *more: str) -> Done:
    config = ("--config", str(place.folder / "vault.toml"), "--requests", f"{place.book}/requests.csv")
    return vault_rules("evaluate", place.policy, *config, "--as-of", "2027-08-01", *more)


# ---- evaluate --config ---------------------------------------------------------------------------------------------


def test_asking_traders_gives_the_plan_of_the_same_offers_in_a_book(asked: Place) -> None:
    by_book = vault_rules(*asked.arguments("evaluate", "--format", "json"))
    by_config = evaluate(asked, "--format", "json")
    assert (by_config.code, by_config.out) == (by_book.code, by_book.out)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_ledger_in_which_nothing_was_recorded_yet_holds_no_awards(
    kind: str, asked: Place, request: pytest.FixtureRequest
) -> None:
    without = evaluate(asked, "--format", "json")
    file = f"sqlite:///{asked.folder / 'vault.ledger'}"
    url = file if kind == "sqlite" else request.getfixturevalue("postgres").database()
    asked.write("vault.toml", CONFIG + f'[ledger]\nurl = "{url}"\n')
    done = evaluate(asked, "--format", "json")
    assert (done.code, done.out) == (0, without.out), done.err


def test_what_was_gathered_is_kept_and_gives_the_same_bytes(asked: Place) -> None:
    done = evaluate(asked, "--format", "json")
    (snapshot,) = (asked.folder / "snapshots").iterdir()
    assert f"what was gathered is kept in {snapshot}: --book reads it again" in done.err
    again = vault_rules("evaluate", asked.policy, "--book", str(snapshot), "--as-of", "2027-08-01", "--format", "json")
    assert again.out == done.out
    assert vault_rules(
        "explain", asked.policy, "--book", str(snapshot), "--as-of", "2027-08-01", "--offer", "b"
    ).code == 0  # fmt: skip


def test_the_snapshot_goes_where_it_is_told(asked: Place) -> None:
    evaluate(asked, "--snapshot", str(asked.folder / "kept"))
    assert (asked.folder / "kept" / "snapshot.json").is_file()
    assert not (asked.folder / "snapshots").exists()


def test_a_trader_that_does_not_answer_is_exit_code_4_and_no_plan(asked: Place) -> None:
    (asked.folder / "traxys" / "offers.csv").unlink()
    (asked.folder / "traxys").rmdir()
    done = evaluate(asked)
    assert (done.code, done.out) == (4, "")
    assert "error: trader traxys: " in done.err and "No such file or directory" in done.err
    assert not (asked.folder / "snapshots").exists()
    allowed = evaluate(asked, "--allow-missing", "--format", "json")
    assert allowed.code == 0
    assert [one["name"] for one in json.loads(allowed.out)["missing"]] == ["traxys"]
    assert "warning: the book is not whole, trader traxys is missing in it" in evaluate(asked, "--allow-missing").out


def test_a_bad_cell_of_a_trader_is_exit_code_3_and_names_the_trader(asked: Place) -> None:
    asked.write("traxys/offers.csv", HEADER + "b,cobalt,41,ten\n")
    done = evaluate(asked)
    assert (done.code, done.out) == (3, "")
    assert "error: trader traxys, offers, row 2, column quantity: `ten`" in done.err


def test_requests_may_be_named_in_the_configuration(asked: Place) -> None:
    asked.write("vault.toml", CONFIG + '[requests]\nfile = "book/requests.csv"\n')
    config = str(asked.folder / "vault.toml")
    done = vault_rules("evaluate", asked.policy, "--config", config, "--as-of", "2027-08-01")
    assert done.code == 0 and "Awards: 1" in done.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Give the book by --book, or those who are asked by --config: one of the two."),
        (("--book", "x", "--config", "y"), "one of the two"),
        (("--book", "x", "--allow-missing"), "go with --config"),
        (("--config", "vault.toml"), "give --requests"),
    ],
)
def test_options_that_do_not_go_together_are_a_usage_error(
    asked: Place, arguments: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(asked.folder)
    done = vault_rules("evaluate", asked.policy, "--as-of", "2027-08-01", *arguments)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_who_is_waited_for_is_said_after_a_second(asked: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from vault_rules.adapters.files_trader import FilesTrader

    quick = FilesTrader.offers

    def slow(trader: FilesTrader, query: object) -> object:
        time.sleep(1.3 if trader._tables.path.name == "traxys" else 0)
        return quick(trader, query)  # type: ignore[arg-type]

    monkeypatch.setattr(FilesTrader, "offers", slow)
    done = evaluate(asked)
    assert "waiting for trader traxys …" in done.err
    assert "glencore" not in done.err.replace(str(asked.folder), "")


# ---- config check --------------------------------------------------------------------------------------------------


def test_a_good_configuration_says_who_will_be_asked(asked: Place) -> None:
    done = vault_rules("config", "check", str(asked.folder / "vault.toml"))
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[0].startswith("trader glencore: files, of vault-rules ")


def test_all_mistakes_of_a_configuration_are_said_with_exit_code_2(asked: Place) -> None:
    wrong = CONFIG.replace('"files"', '"file"') + '[ledger]\nurl = "postgresql://me:hunter2@host/db"\n'
    done = vault_rules("config", "check", asked.write("vault.toml", wrong))
    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines()[-1] == "3 mistakes"
    assert "error: vault.toml:10: [ledger] `url` holds a password" in done.err
    assert "hunter2" not in done.err
    assert vault_rules("evaluate", asked.policy, "--config", str(asked.folder / "vault.toml"), "--as-of", "2027-08-01",
                       "--requests", "r.csv").code == 2  # fmt: skip


def test_there_must_be_a_configuration_to_check(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place.folder)
    done = vault_rules("config", "check")
    assert done.code == 2 and "there is no configuration vault.toml" in done.err


# ---- plugins -------------------------------------------------------------------------------------------------------

ACME = plugin(
    functions=[Function("duty", ("country",), "ratio", len, "a duty")],
    reviewers=[Reviewer("law", lambda plan: ())],
    observers=[Observer("log", print)],
)


def test_plugins_are_listed_with_what_they_offer() -> None:
    with installed(ACME):
        done = vault_rules("plugins")
    assert (done.code, done.err) == (0, "")
    for line in (
        "  traders: files (trade): an order book in CSV, Parquet or Excel",
        "acme  vault-rules-acme 1.0",
        "  function: duty(country) gives ratio: a duty",
        "  reviewers: law",
        "  observers: log",
    ):
        assert line in done.out.splitlines()


def test_plugins_are_listed_as_json() -> None:
    with installed(ACME):
        done = vault_rules("plugins", "--format", "json")
    builtin, acme = json.loads(done.out)["plugins"]
    assert builtin["storages"] == [
        {
            "name": "files",
            "capabilities": ["book", "receive"],
            "doc": "facilities and holdings in CSV, Parquet or Excel",
        }
    ]
    assert (acme["name"], acme["from"], acme["version"], acme["ok"]) == ("acme", "vault-rules-acme", "1.0", True)
    assert acme["functions"][0]["parameters"] == ["country"]


@pytest.mark.parametrize(
    "point",
    [Point("acme", lambda: 1 / 0), plugin(functions=[Function("max", ("price",), "price", max)])],
    ids=["one that fails", "one with a bad function"],
)
def test_a_plugin_that_cannot_be_used_is_exit_code_4(point: Point, place: Place) -> None:
    with installed(point):
        done = vault_rules("plugins")
        assert done.code == 4
        assert "plugin `acme` of vault-rules-acme 1.0" in done.out


def test_a_broken_plugin_stops_an_evaluation_with_its_name(place: Place) -> None:
    with installed(Point("acme", lambda: 1 / 0)):
        done = vault_rules(*place.arguments())
    assert (done.code, done.out) == (4, "")
    assert done.err == (
        "error: plugin `acme` of vault-rules-acme 1.0 cannot be imported: ZeroDivisionError: division by zero\n"
    )


def test_with_a_configuration_everybody_is_asked_whether_they_are_there(asked: Place) -> None:
    config = str(asked.folder / "vault.toml")
    done = vault_rules("plugins", "--config", config)
    assert done.code == 0 and "  glencore, 1 offers" in done.out.splitlines()
    (asked.folder / "traxys" / "offers.csv").unlink()
    done = vault_rules("plugins", "--config", config, "--format", "json")
    assert done.code == 4
    assert [one["ok"] for one in json.loads(done.out)["counterparties"]] == [True, False]


# ---- plugins new ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["trader", "storage"])
def test_a_new_plugin_keeps_its_contract_and_is_found_once_installed(kind: str, tmp_path: Path) -> None:
    folder = tmp_path / "plugin"
    done = vault_rules("plugins", "new", "acme-desk", f"--{kind}", "--output", str(folder))
    assert done.code == 0 and str(folder) in done.out
    script = "import os, sys, pytest; os.fsync = lambda handle: None\n"  # many calls are made, and no power is cut
    script += "sys.exit(pytest.main(['-q', '-p', 'no:cacheprovider']))"
    tests = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True)
    assert tests.returncode == 0, tests.stdout + tests.stderr
    assert "passed" in tests.stdout and "skipped" not in tests.stdout
    (folder / "src" / "vault_rules_acme_desk-0.1.0.dist-info").mkdir()
    information = folder / "src" / "vault_rules_acme_desk-0.1.0.dist-info"
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: vault-rules-acme-desk\nVersion: 0.1.0\n")
    (information / "entry_points.txt").write_text("[vault_rules]\nacme_desk = vault_rules_acme_desk.plugin\n")
    script = "import sys; sys.path.insert(0, 'src'); sys.argv[1:] = ['plugins']\n"
    script += "from vault_rules.cli.main import main; main()"
    listed = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True)
    assert listed.returncode == 0, listed.stderr
    assert "acme_desk  vault-rules-acme-desk 0.1.0" in listed.stdout
    assert 'acme_desk = "vault_rules_acme_desk.plugin"' in (folder / "pyproject.toml").read_text(encoding="utf-8")
    assert "[traders.somebody]" in (folder / "README.md").read_text(encoding="utf-8") or kind == "storage"


@pytest.mark.parametrize("name", ["Acme", "a/b", "..", "", "a--b", "a" * 50])
def test_a_new_plugin_has_a_name_of_small_letters(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = vault_rules("plugins", "new", name, "--trader")
    assert done.code == 2 and "is no name for a plugin" in done.err
    assert list(tmp_path.iterdir()) == []


def test_a_new_plugin_takes_nobodys_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "vault-rules-acme").mkdir()
    assert "is there already" in vault_rules("plugins", "new", "acme", "--trader").err
    assert "Say --trader or --storage" in vault_rules("plugins", "new", "acme").err
