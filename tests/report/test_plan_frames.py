"""Frames: the JSON's names, exact texts, the same columns with and without rows."""

from __future__ import annotations

import subprocess
import sys

import polars as pl
import pytest

from vault_rules.domain.plan import Plan
from vault_rules.errors import UsageError
from vault_rules.report.columns import TABLES
from vault_rules.report.frames import frame, frames


def test_awards_hold_texts_whole_numbers_and_lists(plan: Plan) -> None:
    awards = frame(plan, "awards")
    assert awards["quantity_kg"].to_list() == ["10000", "1234.567891"]
    assert awards["step"].to_list() == [1, 3]
    assert awards["exceptions"].to_list() == [[], ["gallium_premium", "gallium_source"]]
    assert awards["rule"].to_list()[0] == "project_vault.vault:33:3"
    assert awards["premium"].to_list() == ["0.15", None]


def test_a_rejection_has_a_row_for_each_reason(plan: Plan) -> None:
    rejections = frame(plan, "rejections")
    assert rejections["offer"].to_list() == ["b", "c", "c", "d"]
    assert rejections["code"].to_list() == ["not_needed", "premium:1", "cap:one_country", "require:fresh"]


def test_without_rows_the_columns_are_the_same(plan: Plan, empty_plan: Plan) -> None:
    full, empty = frames(plan), frames(empty_plan)
    for name in TABLES:
        assert full[name].schema == empty[name].schema
    assert empty["awards"].height == 0


def test_no_column_holds_binary_fractions(plan: Plan) -> None:
    allowed = {pl.String(), pl.Int64(), pl.Boolean(), pl.List(pl.String())}
    assert {kind for one in frames(plan).values() for kind in one.dtypes} <= allowed


def test_an_unknown_table_says_which_there_are(plan: Plan) -> None:
    with pytest.raises(UsageError, match="awards, rejections"):
        frame(plan, "prices")


def test_text_and_json_load_neither_polars_nor_openpyxl() -> None:
    program = (
        "import sys; import vault_rules.report.tables, vault_rules.report.as_json, vault_rules.report.as_csv, "
        "vault_rules.report.traces; print(sorted({'polars', 'openpyxl'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
