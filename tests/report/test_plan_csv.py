"""CSV: one file a table, data first, and no text that a spreadsheet takes for a formula outside what is read back."""

from __future__ import annotations

import csv
from fractions import Fraction
from pathlib import Path

import attrs
import pytest

from vault_rules.domain.plan import Finding, Plan, Shortfall
from vault_rules.report.as_csv import neutral, write_csv
from vault_rules.report.columns import TABLES


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_table_is_a_file_and_nothing_is_left_beside(plan: Plan, tmp_path: Path) -> None:
    write_csv(plan, tmp_path / "deep" / "out")
    assert sorted(one.name for one in (tmp_path / "deep" / "out").iterdir()) == sorted(f"{name}.csv" for name in TABLES)
    assert [one.name for one in (tmp_path / "deep").iterdir()] == ["out"]


def test_awards_can_be_read_back_as_a_books_awards(plan: Plan, tmp_path: Path) -> None:
    write_csv(plan, tmp_path / "out")
    first, second = rows(tmp_path / "out" / "awards.csv")
    assert (first["quantity_kg"], first["price_per_kg"], first["cost"]) == ("10000", "34.5", "345000.00")
    assert (first["currency"], first["date"], first["delivery"]) == ("USD", "2027-08-01", "2027-11-30")
    assert (first["waterfall"], first["step"], first["rule"]) == ("replenishment", "1", "project_vault.vault:33:3")
    assert second["exceptions"] == "gallium_premium;gallium_source"
    assert second["reference_per_kg"] == "" and second["form"] == ""


def test_other_files_of_the_folder_stay(plan: Plan, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "awards.csv").write_text("old")
    write_csv(plan, tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert len(rows(tmp_path / "awards.csv")) == 2
    assert len(list(tmp_path.iterdir())) == len(TABLES) + 1


def test_a_file_in_the_folders_place_is_an_error_and_stays(plan: Plan, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(OSError, match="out"):
        write_csv(plan, tmp_path / "out")
    assert (tmp_path / "out").read_text() == "mine" and len(list(tmp_path.iterdir())) == 1


def test_same_plan_same_bytes(plan: Plan, tmp_path: Path) -> None:
    write_csv(plan, tmp_path / "a")
    write_csv(plan, tmp_path / "b")
    for name in TABLES:
        assert (tmp_path / "a" / f"{name}.csv").read_bytes() == (tmp_path / "b" / f"{name}.csv").read_bytes()


def test_ids_stay_in_the_awards_and_formulas_are_disarmed_elsewhere(plan: Plan, tmp_path: Path) -> None:
    award = attrs.evolve(plan.awards[0], offer="=1+1", shown={"note": "@SUM(A1)"})
    short = Shortfall("=cmd()", "gallium", Fraction(5), ("lot",))
    finding = Finding("x", "target", "-2+3", "-5%", "+1", False)
    write_csv(attrs.evolve(plan, awards=(award,), shortfalls=(short,), findings=(finding,)), tmp_path / "out")
    assert rows(tmp_path / "out" / "awards.csv")[0]["offer"] == "=1+1"
    assert rows(tmp_path / "out" / "awards.csv")[0]["note"] == "'@SUM(A1)"
    assert rows(tmp_path / "out" / "shortfalls.csv")[0]["request"] == "'=cmd()"
    found = rows(tmp_path / "out" / "findings.csv")[0]
    assert (found["subject"], found["actual"], found["limit"], found["holds"]) == ("'-2+3", "-5%", "'+1", "false")


@pytest.mark.parametrize("text", ["=A1", "+1", "-x", "@f", "\tx", "\rx", "-1+1", "-1\n"])
def test_what_begins_like_a_formula_gets_an_apostrophe(text: str) -> None:
    assert neutral(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-1", "-1.5", "-1.5%", "a=b", "", "'x"])
def test_what_is_no_formula_stays(text: str) -> None:
    assert neutral(text) == text


def test_a_negative_premium_stays_a_number(plan: Plan, tmp_path: Path) -> None:
    write_csv(attrs.evolve(plan, awards=(attrs.evolve(plan.awards[0], premium=Fraction("-0.05")),)), tmp_path / "out")
    assert rows(tmp_path / "out" / "awards.csv")[0]["premium"] == "-0.05"


def test_a_shown_column_never_takes_a_name_that_is_read_back(plan: Plan, tmp_path: Path) -> None:
    award = attrs.evolve(plan.awards[0], shown={"date": "soon", "landed": "35 USD/kg"})
    write_csv(attrs.evolve(plan, awards=(award,)), tmp_path / "out")
    found = rows(tmp_path / "out" / "awards.csv")[0]
    assert (found["date"], found["show_date"], found["landed"]) == ("2027-08-01", "soon", "35 USD/kg")


def test_totals_say_what_is_split_by_what(plan: Plan, tmp_path: Path) -> None:
    write_csv(plan, tmp_path / "out")
    found = [tuple(row.values()) for row in rows(tmp_path / "out" / "totals.csv")]
    assert found[0] == ("requested", "", "11584.567891", "kg")
    assert ("cost", "", "372217.55", "USD") in found
    assert ("by_origin", "", "1234.567891", "kg") in found
