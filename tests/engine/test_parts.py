"""A book in parts gives the plan that it gives as one table."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest

import vault_rules as vr
from tests.differential import generator_book
from tests.differential.cases import random_case
from tests.differential.rich import rich_case
from tests.support.parted_books import parted, tables_of, written
from vault_rules.domain import parts
from vault_rules.engine.fast.tallies import Tallies
from vault_rules.engine.parts import runs, store
from vault_rules.engine.parts.store import couples
from vault_rules.report.as_csv import csv_files
from vault_rules.report.as_json import plan_to_json
from vault_rules.report.tables import plan_to_text

SHIPPED = Path(__file__).resolve().parents[2] / "policies"
AS_OF = date(2027, 8, 1)
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


@pytest.fixture(scope="module")
def flagship() -> tuple[vr.Policy, dict[str, pl.DataFrame], str]:
    """The shipped policy, the shipped book's tables, and the plan that they give in memory."""
    policy = vr.load_policy(SHIPPED / "project_vault.vault")
    home = SHIPPED / "books" / "vault_2026"
    tables = {path.stem: pl.read_csv(path, infer_schema=False) for path in home.glob("*.csv")}
    return policy, tables, vr.evaluate(policy, vr.read_book(home), AS_OF).to_json()


@pytest.mark.slow
@pytest.mark.parametrize("count", [0, 1, 5])
def test_the_shipped_book_gives_the_same_bytes_in_parts(
    flagship: tuple[vr.Policy, dict[str, pl.DataFrame], str], count: int, tmp_path: Path
) -> None:
    policy, tables, whole = flagship
    folder = parted(tmp_path / "book", tables, count, Random(count))
    assert vr.evaluate(policy, vr.read_book(folder), AS_OF).to_json() == whole


COUPLED = """
policy p {
  currency USD
}
mineral cobalt
mineral gallium
mineral tin
waterfall w {
  take all
}
cap traders: quantity by trader <= 40 kg PER
"""


def coupled(folder: Path, per: str) -> tuple[vr.Policy, dict[str, pl.DataFrame]]:
    """Requests of two minerals that take turns, each for more than a cap allows, and one that nobody offers."""
    minerals = ["cobalt", "gallium"]
    offers = [
        {"offer": f"{mineral}{at}", "trader": f"t{at % 2}", "mineral": mineral, "price": f"{at + 1}", "quantity": "15"}
        for mineral in minerals
        for at in range(6)
    ]
    requests = [
        {"request": f"r{at}", "buyer": "gm", "mineral": [*minerals, "tin"][at % 3], "quantity": "20"} for at in range(7)
    ]
    return policy_of(COUPLED.replace("PER", per), folder), {
        "offers": pl.DataFrame(offers),
        "requests": pl.DataFrame(requests),
    }


@pytest.mark.parametrize("per", ["", "per mineral"])
def test_requests_of_minerals_that_a_cap_couples_are_served_in_turn(
    per: str, tmp_path: Path, few_rows: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy, tables = coupled(tmp_path, per)
    found: list[bool] = []

    def asked(tallies: Tallies, minerals: list[str]) -> bool:
        found.append(couples(tallies, minerals))
        return found[-1]

    monkeypatch.setattr(store, "couples", asked)
    whole = shown(policy, written(tmp_path / "whole", tables), AS_OF)
    for count in (0, 1, 3):
        assert shown(policy, parted(tmp_path / f"{count}", tables, count, Random(count)), AS_OF) == whole
    assert found == [per == ""] * 3


def test_offers_in_parts_are_explained_as_those_of_one_table(tmp_path: Path, few_rows: None) -> None:
    policy, tables = coupled(tmp_path, "")
    books = [written(tmp_path / "whole", tables), parted(tmp_path / "parts", tables, 0, Random(1))]
    plans = [vr.evaluate(policy, vr.read_book(book), AS_OF) for book in books]
    for offer in ("cobalt0", "cobalt5", "gallium0", "gallium3"):
        assert vr.explain(plans[0], offer) == vr.explain(plans[1], offer)
    with pytest.raises(vr.UsageError, match="the book has no offer `tin1`"):
        vr.explain(plans[1], "tin1")


def explained(plan: vr.Plan, offers: list[str], requests: list[str | None]) -> list[vr.Trace]:
    return [vr.explain(plan, offer, request) for offer in offers for request in requests]


def test_a_reference_as_deep_as_each_offer_is_another_for_each_in_parts_too(tmp_path: Path, few_rows: None) -> None:
    policy = policy_of(
        'policy p "p" {\n  currency USD\n}\n'
        "waterfall w { take all premium <= 10% over best(all, depth quantity) if none allow }\n",
        tmp_path,
    )
    offers = pl.DataFrame(
        {
            "offer": [f"{mineral}{at}" for mineral in ("cobalt", "gallium") for at in range(4)],
            "trader": "t",
            "mineral": [mineral for mineral in ("cobalt", "gallium") for _ in range(4)],
            "price": [f"{10 + 2 * at} USD/kg" for at in (*range(4), *range(4))],
            "quantity": [f"{5 * at + 5} kg" for at in (*range(4), *range(4))],
        }
    )
    requests = pl.DataFrame({"request": ["r"], "buyer": ["b"], "mineral": ["cobalt"], "quantity": ["100 kg"]})
    requests = pl.concat([requests, requests.with_columns(request=pl.lit("s"), mineral=pl.lit("gallium"))])
    tables = {"offers": offers, "requests": requests}
    books = [written(tmp_path / "whole", tables), parted(tmp_path / "parts", tables, 0, Random(1))]
    whole, in_parts = (
        explained(vr.evaluate(policy, vr.read_book(book), AS_OF), offers["offer"].to_list(), [None]) for book in books
    )
    assert in_parts == whole
    limits = {one.limit for trace in whole for one in trace.entries if one.stage == "step"}
    assert len(limits) > 2


@pytest.mark.parametrize(("make", "seed"), [(rich_case, 9135), *((random_case, at) for at in range(6))])
def test_generated_offers_in_parts_are_explained_as_those_of_one_table(
    make: Any, seed: int, tmp_path: Path, few_rows: None
) -> None:
    case = make(seed)
    policy, tables = policy_of(case.text, tmp_path), tables_of(case.book)
    books = [written(tmp_path / "whole", tables), parted(tmp_path / "parts", tables, 2, Random(seed))]
    try:
        whole, in_parts = (vr.evaluate(policy, vr.read_book(book), case.as_of) for book in books)
    except (vr.BookError, vr.EvaluationError):
        return  # no plan, nothing to explain
    offers = [one.offer for one in case.book.offers]
    requests: list[str | None] = [None, *(one.request for one in case.book.requests[:2])]
    assert explained(in_parts, offers, requests) == explained(whole, offers, requests)


def test_an_offer_that_nobody_asks_for_may_stop_the_evaluation(tmp_path: Path, few_rows: None) -> None:
    policy, tables = coupled(tmp_path, "")
    text = (tmp_path / "p.vault").read_text()
    falls = text.replace("USD\n", "USD\n  compare price * factor\n").replace("cap", "field factor: number else 0\ncap")
    policy = policy_of(falls, tmp_path)
    asked = {**tables, "requests": tables["requests"].filter(mineral="tin")}
    whole = shown(policy, written(tmp_path / "whole", asked), AS_OF)
    assert "does not rise" in whole
    assert shown(policy, parted(tmp_path / "parts", asked, 0, Random(1)), AS_OF) == whole


def test_the_reference_takes_a_book_in_parts_as_one_table(tmp_path: Path) -> None:
    policy, tables = coupled(tmp_path, "")
    book = vr.read_book(parted(tmp_path / "parts", tables, 2, Random(1)))
    plans = [vr.evaluate(policy, book, AS_OF, engine=engine) for engine in ("fast", "reference")]
    assert plans[0].to_json() == plans[1].to_json()
