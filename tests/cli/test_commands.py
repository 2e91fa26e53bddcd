"""The commands: what goes to stdout, what to stderr, and with which exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import vault_rules
from tests.support.shipped import demo, with_a_small_book
from vault_rules.cli.main import COMMANDS

Place = Any
WRONG = 'policy p "p" { currency USD }\nrequire dear: price <= 15%\nwaterfall w { take all }\n'


# ---- help ----------------------------------------------------------------------------------------------------------


def test_help_names_every_command_and_every_exit_code() -> None:
    done = vault_rules("--help")
    assert done.code == 0
    assert all(f"\n  {name} " in done.out for name in COMMANDS)
    assert all(f"\n    {code}  " in done.out for code in range(6))
    assert max(map(len, done.out.splitlines())) <= 80


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_has_help_by_two_names(command: str) -> None:
    assert vault_rules(command, "-h").out == vault_rules(command, "--help").out
    assert vault_rules(command, "-h").out.startswith(f"Usage: vault-rules {command}")


def test_the_version_is_the_packages() -> None:
    import vault_rules as package

    assert vault_rules("--version").out == f"vault-rules, version {package.__version__}\n"


def test_help_does_not_import_what_is_heavy() -> None:
    script = "import sys; sys.argv = ['vault-rules', '--help']\nfrom vault_rules.cli.main import main\n"
    script += (
        "try: main()\nexcept SystemExit: pass\nprint([n for n in ('polars', 'lark', 'openpyxl') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_misspelt_command_is_a_usage_error_with_the_nearest() -> None:
    done = vault_rules("evalute")
    assert (done.code, done.out) == (2, "")
    assert "Did you mean 'evaluate'?" in done.err


def test_the_shell_completes_commands() -> None:
    environment = os.environ | {
        "_VAULT_RULES_COMPLETE": "bash_complete",
        "COMP_WORDS": "vault-rules ev",
        "COMP_CWORD": "1",
    }
    done = subprocess.run([sys.executable, "-m", "vault_rules"], env=environment, capture_output=True, text=True)
    assert "evaluate" in done.stdout


# ---- check ---------------------------------------------------------------------------------------------------------


def test_a_policy_without_mistakes_says_so(place: Place) -> None:
    done = vault_rules("check", place.policy)
    assert (done.code, done.out, done.err) == (0, "1 policy checked, no mistakes\n", "")


def test_mistakes_go_to_stdout_since_they_are_the_result_and_the_exit_code_is_one(place: Place) -> None:
    done = vault_rules("check", place.write("wrong.vault", WRONG), place.policy)
    assert done.code == 1
    assert "error[V0203]" in done.out
    assert ":2:24" in done.out or ":2:15" in done.out


def test_check_as_json_has_the_promised_keys(place: Place) -> None:
    done = vault_rules("check", place.write("wrong.vault", WRONG), "--format", "json")
    (found,) = json.loads(done.out)
    assert (found["code"], found["severity"], found["line"]) == ("V0203", "error", 2)
    expected = {"code", "severity", "message", "file", "line", "column", "end_line", "end_column", "help", "labels"}
    assert expected <= set(found)
    assert json.loads(vault_rules("check", place.policy, "--format", "json").out) == []


@pytest.mark.parametrize("form", ["json", "github", "sarif", "text"])
def test_check_writes_every_format_to_a_file(place: Place, form: str) -> None:
    output = place.folder / "out" / "report"
    done = vault_rules("check", place.write("wrong.vault", WRONG), "--format", form, "--output", str(output))
    assert (done.code, done.out) == (1, "")
    assert "V0203" in output.read_text(encoding="utf-8")


def test_a_file_that_is_not_there_is_a_usage_error(place: Place) -> None:
    done = vault_rules("check", str(place.folder / "none.vault"))
    assert done.code == 2
    assert "there is no file" in done.err


def test_a_folder_in_place_of_a_policy_is_said_to_be_one_and_its_first_policy_is_named(tmp_path: Path) -> None:
    done = vault_rules("check", str(tmp_path))
    assert (done.code, done.err) == (2, f"error: {tmp_path.as_posix()} is a folder: there is no policy in it\n")
    for name in ("b.vault", "a.vault", "a.csv"):
        (tmp_path / name).touch()
    done = vault_rules("evaluate", f"{tmp_path}/", "--book", str(tmp_path), "--as-of", "2027-08-01")
    assert done.code == 2
    assert f"is a folder: name a policy in it, as in {tmp_path.as_posix()}/a.vault" in done.err


def test_what_is_no_file_is_said_to_be_none(tmp_path: Path) -> None:
    link, pipe = tmp_path / "link.vault", tmp_path / "pipe.vault"
    link.symlink_to("gone.vault")
    os.mkfifo(pipe)
    said = {link: "is a link to a file that is not there", pipe: "is no file but a pipe, a socket or a device"}
    for path, what in said.items():
        done = vault_rules("check", str(path))
        assert (done.code, done.err) == (2, f"error: {path.as_posix()} {what}\n")
    assert vault_rules("check", "").err == "error: the name of the file is blank\n"
    assert "link.vault is a link to a file that is not there" in vault_rules("test", str(link)).err


# ---- fmt -----------------------------------------------------------------------------------------------------------

LOOSE = 'policy p "p" {currency USD}\n\n\n\nwaterfall w {take all}  # all\n'


def test_fmt_brings_a_file_into_the_one_layout_and_a_second_time_changes_nothing(place: Place) -> None:
    file = place.write("loose.vault", LOOSE)
    assert vault_rules("fmt", file).code == 0
    once = Path(file).read_text(encoding="utf-8")
    assert once != LOOSE
    assert "# all" in once
    assert vault_rules("fmt", file, "--check").code == 0
    vault_rules("fmt", file)
    assert Path(file).read_text(encoding="utf-8") == once


def test_fmt_check_and_diff_write_nothing(place: Place) -> None:
    file = place.write("loose.vault", LOOSE)
    checked, shown = vault_rules("fmt", file, "--check"), vault_rules("fmt", file, "--diff")
    assert (checked.code, shown.code) == (1, 0)
    assert "+waterfall w {" in shown.out
    assert Path(file).read_text(encoding="utf-8") == LOOSE
    assert vault_rules("fmt", file, "--check", "--diff").code == 2


def test_fmt_leaves_what_it_cannot_read_as_it_is(place: Place) -> None:
    broken = 'policy p "p" {currency USD}\nwaterfall w {take'
    file = place.write("broken.vault", broken)
    done = vault_rules("fmt", file)
    assert (done.code, done.out) == (1, "")
    assert "error[V01" in done.err
    assert Path(file).read_text(encoding="utf-8") == broken


def test_fmt_reads_stdin(place: Place) -> None:
    done = vault_rules("fmt", "-", stdin=LOOSE)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith('policy p "p" {\n')


# ---- evaluate ------------------------------------------------------------------------------------------------------


def test_evaluate_prints_the_plan_in_at_most_eighty_columns(place: Place) -> None:
    done = vault_rules(*place.arguments())
    assert (done.code, done.err) == (0, "")
    assert "Awards: 1" in done.out
    assert max(map(len, done.out.splitlines())) <= 80


def test_the_plan_as_json_is_the_same_bytes_every_time(place: Place) -> None:
    first = vault_rules(*place.arguments("evaluate", "--format", "json"))
    plan = json.loads(first.out)
    assert plan["schema"] == "vault-rules/plan/1"
    assert [one["offer"] for one in plan["awards"]] == ["a"]
    assert plan["awards"][0]["rule"] == {"file": "small.vault", "line": 14, "column": 3}
    assert vault_rules(*place.arguments("evaluate", "--format", "json")).out == first.out


def test_the_order_of_rows_changes_no_byte(place: Place) -> None:
    before = vault_rules(*place.arguments("evaluate", "--format", "json")).out
    for name in ("offers", "requests"):
        header, *rows = (place.folder / "book" / f"{name}.csv").read_text(encoding="utf-8").splitlines()
        place.write(f"book/{name}.csv", "\n".join([header, *reversed(rows)]) + "\n")
    assert vault_rules(*place.arguments("evaluate", "--format", "json")).out == before


def test_a_shortfall_fails_only_where_that_is_asked_for(place: Place) -> None:
    assert vault_rules(*place.arguments()).code == 0
    assert vault_rules(*place.arguments("evaluate", "--fail-on-shortfall")).code == 5
    place.write("book/requests.csv", "request,buyer,mineral,quantity\nr1,gm,cobalt,10\n")
    assert vault_rules(*place.arguments("evaluate", "--fail-on-shortfall")).code == 0


def test_set_changes_a_parameter_and_the_plan_says_so(place: Place) -> None:
    done = vault_rules(*place.arguments("evaluate", "--set", "most=50 USD/kg", "--format", "json"))
    plan = json.loads(done.out)
    assert plan["parameters"] == {"most": "50 USD/kg"}
    assert plan["rejections"][0]["reasons"][0]["code"] == "not_needed"


@pytest.mark.parametrize(
    ("pair", "code", "said"),
    [
        ("mots=1 USD/kg", 2, "did you mean `most`?"),
        ("most", 2, "is not NAME=VALUE"),
        ("most=", 2, "is not NAME=VALUE"),
        ("most=15 %%", 2, "is not a value for `most`"),
        ("most=15%", 1, "V02"),
    ],
)
def test_a_parameter_that_cannot_be_set_is_told_why(place: Place, pair: str, code: int, said: str) -> None:
    done = vault_rules(*place.arguments("evaluate", "--set", pair))
    assert (done.code, done.out) == (code, "")
    assert said in done.err


def test_request_and_rejections_choose_what_is_shown(place: Place) -> None:
    done = vault_rules(*place.arguments("evaluate", "--request", "r2"))
    assert "r2" in done.out and "Awards: none" in done.out
    assert vault_rules(*place.arguments("evaluate", "--request", "r9")).code == 2
    plan = json.loads(vault_rules(*place.arguments("evaluate", "--format", "json", "--rejections", "none")).out)
    assert plan["rejections"] == []


def test_csv_and_xlsx_need_a_place_and_are_written_whole(place: Place) -> None:
    for form in ("csv", "xlsx"):
        assert vault_rules(*place.arguments("evaluate", "--format", form)).code == 2
    folder, file = place.folder / "out" / "tables", place.folder / "out" / "plan.xlsx"
    assert vault_rules(*place.arguments("evaluate", "--format", "csv", "--output", str(folder))).code == 0
    assert vault_rules(*place.arguments("evaluate", "--format", "xlsx", "--output", str(file))).code == 0
    assert "awards.csv" in {one.name for one in folder.iterdir()}
    assert file.read_bytes().startswith(b"PK")


def test_a_plans_awards_are_read_back_as_the_books_prior_awards(place: Place) -> None:
    folder = place.folder / "tables"
    vault_rules(*place.arguments("evaluate", "--format", "csv", "--output", str(folder)))
    (folder / "awards.csv").rename(place.folder / "book" / "awards.csv")
    plan = json.loads(vault_rules(*place.arguments("evaluate", "--format", "json")).out)
    assert plan["awards"] == []
    assert [one["request"] for one in plan["shortfalls"]] == ["r2"]
    assert plan["totals"]["awarded_before_kg"] == "10"


def test_policy_errors_are_one_and_bad_books_three_and_stdout_stays_empty(place: Place) -> None:
    wrong = place.write("wrong.vault", WRONG)
    done = vault_rules("evaluate", wrong, "--book", place.book, "--as-of", "2027-08-01")
    assert (done.code, done.out) == (1, "")
    assert "error[V0203]" in done.err
    place.write("book/offers.csv", "offer,trader,mineral,price,quantity\na,t,coblt,34.50,0\n")
    done = vault_rules(*place.arguments())
    assert (done.code, done.out) == (3, "")
    assert "offers.csv, row 2, column quantity: `0`" in done.err
    assert "did you mean `cobalt`?" in done.err
    assert done.err.endswith("2 bad cells: nothing was evaluated\n")


def test_before_the_first_waterfall_evaluation_stops_with_a_code_and_exit_one(place: Place) -> None:
    text = (
        (place.folder / "small.vault").read_text(encoding="utf-8").replace("waterfall w", "waterfall w from 2030-01-01")
    )
    place.write("small.vault", text)
    done = vault_rules(*place.arguments())
    assert (done.code, done.out) == (1, "")
    assert "error[V0501]: no waterfall is in force for cobalt" in done.err


@pytest.mark.parametrize("day", ["2027-8-1", "2027-02-30", "today", "20270801", "2027-W31-7"])
def test_a_day_is_written_in_one_way(place: Place, day: str) -> None:
    done = vault_rules("evaluate", place.policy, "--book", place.book, "--as-of", day)
    assert done.code == 2
    assert "is not a date" in done.err


def test_a_book_that_is_not_there_is_a_usage_error(place: Place) -> None:
    done = vault_rules("evaluate", place.policy, "--book", place.book + "s", "--as-of", "2027-08-01")
    assert done.code == 2
    assert "there is no book" in done.err


def test_what_cannot_be_written_is_said_plainly(place: Place) -> None:
    done = vault_rules(*place.arguments("evaluate", "--format", "json", "--output", str(place.folder)))
    assert done.code == 2
    assert "cannot read or write" in done.err


# ---- explain -------------------------------------------------------------------------------------------------------


def test_explain_shows_the_clause_its_values_and_the_flip_price(place: Place) -> None:
    done = vault_rules(*place.arguments("explain", "--offer", "b"))
    assert done.code == 0
    for part in ("require cheap", "actual 41 USD/kg", "limit 40 USD/kg", "small.vault:11"):
        assert part in done.out
    (entry,) = [
        one
        for one in json.loads(vault_rules(*place.arguments("explain", "--offer", "b", "--format", "json")).out)[
            "entries"
        ]
        if one["code"]
    ]
    assert (entry["code"], entry["flip_price_per_kg"]) == ("require:cheap", "40")


def test_explain_needs_an_offer_and_a_request_of_the_book(place: Place) -> None:
    assert vault_rules(*place.arguments("explain")).code == 2
    assert vault_rules(*place.arguments("explain", "--offer", "zz")).code == 2
    assert vault_rules(*place.arguments("explain", "--offer", "a", "--request", "zz")).code == 2


def test_explain_prints_the_page_of_a_code() -> None:
    assert vault_rules("explain", "v0203").out.startswith("# V0203: ")
    assert vault_rules("explain", "V9999").code == 2


# ---- demo ----------------------------------------------------------------------------------------------------------


def test_the_demo_prints_awards_shortfalls_with_causes_and_totals_in_five_seconds() -> None:
    assert demo().seconds < 10  # five on a quiet machine, whatever else the machine does
    assert demo().done.code == 0
    for part in (
        "Totals",
        "Awards: ",
        "Shortfalls: ",
        "because",
        "Awarded by tier",
        "Awarded by origin",
        "What to try next",
    ):
        assert part in demo().done.out


def test_what_the_demo_says_to_try_next_works(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lines = [line.strip() for line in demo().done.out.splitlines() if line.startswith("  vault-rules ")]
    with_a_small_book(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert len(lines) >= 4
    for line in lines:
        arguments = line.split()[1:]
        if "--output" in arguments:
            arguments[arguments.index("--output") + 1] = str(tmp_path / "plan.xlsx")
        assert vault_rules(*arguments).code == 0, line
