"""What reports say of changes. Goldens are rewritten with REWRITE_GOLDENS=1 and read in the diff."""

from __future__ import annotations

import os
import re
from contextlib import chdir
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest

from tests.support.mutation import BUY, MINERALS, tried
from vault_rules import api
from vault_rules.report.as_json import dump
from vault_rules.trials.hunts import Hunt
from vault_rules.trials.mutation import as_json, text
from vault_rules.trials.mutation.minimum import lacking
from vault_rules.trials.mutation.mutant import KINDS
from vault_rules.trials.mutation.results import Mutation
from vault_rules.trials.mutation.running import measure
from vault_rules.trials.suites import Suite

GOLDEN = Path(__file__).parent / "golden"
PAGE = Path(__file__).resolve().parents[3] / "docs" / "testing.md"


@cache
def measured() -> Mutation:
    """What becomes of the changes of the golden policy, its file named as an author beside it would."""
    with chdir(GOLDEN):
        policy, _ = api.check_policy("metals.vault")
        assert policy is not None
        return measure(Suite("metals.vault", (0, 1), (0, 1)), policy, Hunt(20), jobs=1)


@pytest.fixture(scope="module")
def metals() -> Mutation:
    return measured()


def held_to(golden: str, said: str) -> None:
    file = GOLDEN / golden
    if os.environ.get("REWRITE_GOLDENS"):
        file.write_text(said, encoding="utf-8")
    assert said == file.read_text(encoding="utf-8")


def test_the_text_is_the_golden_one(metals: Mutation) -> None:
    held_to("metals.txt", text.render(metals))


def test_the_json_is_the_golden_one(metals: Mutation) -> None:
    held_to("metals.json", dump(as_json.fields([metals])))


def test_colour_adds_nothing_but_colour(metals: Mutation) -> None:
    coloured = text.render(metals, colour=True)
    assert coloured != text.render(metals)
    assert re.sub("\x1b\\[[0-9;]*m", "", coloured) == text.render(metals)


def test_every_survivor_is_told(metals: Mutation) -> None:
    said = text.render(metals)
    for one in metals.survivors:
        before, became, after = one.said.partition(" became ")
        assert (after if became else before) in said


def test_each_kind_has_its_figures_and_they_add_up(metals: Mutation) -> None:
    (fields,) = as_json.fields([metals])["policies"]
    assert list(fields["by_kind"]) == list(KINDS)
    for what in ("killed", "survived", "equivalent", "stillborn"):
        assert sum(one[what] for one in fields["by_kind"].values()) == fields[what]
    assert sum(fields[what] for what in ("killed", "survived", "equivalent", "stillborn")) == len(fields["changes"])


def test_a_change_in_json_can_be_made_by_a_program(metals: Mutation) -> None:
    (fields,) = as_json.fields([metals])["policies"]
    for said, (mutant, _) in zip(fields["changes"], metals.tried, strict=True):
        source = mutant.source.text
        assert source[: mutant.start] + said["to"] + source[mutant.start + len(said["from"]) :] == mutant.whole_text


def test_the_rows_of_a_table_are_counted_where_they_are_many() -> None:
    minerals = "".join(f"mineral m{number}\n" for number in range(1, 21))
    rows = "\n".join(f"| m{number} | {number} USD/kg |" for number in range(1, 21))
    table = f"table most {{\n| mineral | price |\n{rows}\n| otherwise | 9 USD/kg |\n}}\n"
    said = text.render(tried(minerals + table + BUY + "require cheap: price <= most[mineral].price\n"))
    assert "| m2 " in said and "| m3 " not in said
    assert "= and 37 more in its rows\n" in said


def test_where_everything_is_noticed_only_figures_are_told() -> None:
    nothing = tried(MINERALS)
    assert nothing.score == 1
    assert text.render(nothing).splitlines()[0] == "changes of p tried on 0 tests"
    assert text.render(nothing).endswith(
        "mutation score 100.0%: 0 of 0 changes noticed; 0 change nothing, 0 make no policy\n"
    )


def test_what_is_below_a_minimum_says_by_how_much(metals: Mutation) -> None:
    counted = len(metals.of("killed")) + len(metals.survivors)
    assert lacking(metals, metals.score) is None
    assert lacking(metals, metals.score + Fraction(1, 10**9)) is not None
    short = len(metals.survivors)
    assert str(lacking(metals, Fraction(1))).endswith(f"{short} more of {counted} changes must be noticed")


def test_minimums_stand_in_the_json_where_they_are_asked_for(metals: Mutation) -> None:
    (fields,) = as_json.fields([metals], [Fraction(0), Fraction(1)])["policies"]
    assert fields["minimums"] == [{"percent": "0.0%", "met": True}, {"percent": "100.0%", "met": False}]
    assert "minimums" not in as_json.fields([metals])["policies"][0]


def test_the_page_quotes_what_is_said() -> None:
    section = PAGE.read_text(encoding="utf-8").partition("## Mutation\n")[2]
    quoted = section.partition("```text\n")[2].partition("```")[0]
    assert quoted and quoted in text.render(measured())
