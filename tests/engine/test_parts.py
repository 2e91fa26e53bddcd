"""A book in parts gives the plan that it gives as one table."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest

import vault_rules as vr
from tests.differential import generator_book
from tests.differential.cases import random_case
from tests.support.parted_books import parted, tables_of, written
from vault_rules.domain import parts
from vault_rules.engine.parts import runs
from vault_rules.report.as_csv import csv_files
from vault_rules.report.as_json import plan_to_json
from vault_rules.report.tables import plan_to_text

SHIPPED = Path(__file__).resolve().parents[2] / "policies"
REJECTIONS = ("all", "summary", "none")


def shown(policy: vr.Policy, folder: Path, as_of: date, check: bool = True) -> Any:
    """All that is said of a plan, or why there is none."""
    try:
        plan = vr.evaluate(policy, vr.read_book(folder, check=check), as_of).rows
    except vr.BookError as why:
        return why.total
    except vr.EvaluationError as why:
        return str(why)
    texts = [make(plan, rejections=how) for how in REJECTIONS for make in (plan_to_json, plan_to_text)]
    return [*texts, csv_files(plan)]


def policy_of(text: str, folder: Path) -> vr.Policy:
    (folder / "p.vault").write_text(text)
    return vr.load_policy(folder / "p.vault")


def compared(seed: int, folder: Path) -> Any:
    """The generated case evaluated in memory, and the same in parts."""
    rng, case = Random(seed), random_case(seed)
    policy, tables = policy_of(case.text, folder), tables_of(case.book)
    whole = shown(policy, written(folder / "whole", tables), case.as_of)
    for count in (0, rng.randint(1, 4)):
        in_parts = shown(policy, parted(folder / f"{count}", tables, count, rng), case.as_of, rng.random() < 0.5)
        assert in_parts == whole, f"seed {seed}, {count} parts"
    return whole


@pytest.fixture
def few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of two rows, several minerals, and room for no market besides the one that is looked at."""
    monkeypatch.setattr(parts, "CHUNK", 2)
    monkeypatch.setattr(runs, "IN_MEMORY", 3)
    monkeypatch.setenv("VAULT_RULES_MEMORY", "1")
    monkeypatch.setattr(generator_book, "MINERALS", ["cobalt", "gallium"])


@pytest.mark.parametrize("seed", range(12))
def test_a_generated_policy_gives_the_same_bytes_in_parts(seed: int, tmp_path: Path, few_rows: None) -> None:
    compared(seed, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("start", range(100, 500, 20))
def test_many_generated_policies_give_the_same_bytes_in_parts(start: int, tmp_path: Path, few_rows: None) -> None:
    for seed in range(start, start + 20):
        (tmp_path / str(seed)).mkdir()
        compared(seed, tmp_path / str(seed))
