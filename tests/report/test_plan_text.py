"""The text that an analyst reads. The golden is rewritten with REWRITE_GOLDENS=1 and read in the diff."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path

import attrs
import pytest

from vault_rules.domain.plan import CapUse, Plan
from vault_rules.report.layout import amount, clean, fit, measured, percent
from vault_rules.report.tables import plan_to_text

GOLDEN = Path(__file__).parent / "golden"


def agrees(name: str, text: str) -> None:
    file = GOLDEN / name
    if os.environ.get("REWRITE_GOLDENS"):
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(text.encode())
    assert text == file.read_bytes().decode()


def test_a_plan_at_eighty_columns_reads_as_the_golden(plan: Plan) -> None:
    agrees("plan_80.txt", plan_to_text(plan))


def test_every_rejection_reads_as_the_golden(plan: Plan) -> None:
    agrees("plan_80_all.txt", plan_to_text(plan, rejections="all"))


def test_one_request_reads_as_the_golden(plan: Plan) -> None:
    agrees("plan_80_request.txt", plan_to_text(plan, request="r1"))


def test_an_empty_plan_says_that_there_is_nothing(empty_plan: Plan) -> None:
    agrees("plan_80_empty.txt", plan_to_text(empty_plan))


def test_long_lists_are_cut_in_the_summary_and_only_there(plan: Plan) -> None:
    long = attrs.evolve(plan, awards=plan.awards[:1] * 118)
    assert "  … and 88 more (--format csv has all)\n" in plan_to_text(long)
    assert plan_to_text(long, limit=None).count("glencore") == 118
    assert plan_to_text(long, rejections="all").count("glencore") == 118
    assert "Awards: 118\n" in plan_to_text(long)


def test_rejections_can_be_left_out(plan: Plan) -> None:
    assert "Rejections" not in plan_to_text(plan, rejections="none")


def test_colour_changes_nothing_but_the_colour(plan: Plan) -> None:
    lit = plan_to_text(plan, colour=True)
    for code in ("\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[31m"):
        lit = lit.replace(code, "")
    assert lit == plan_to_text(plan)
    assert "\x1b" not in plan_to_text(plan)


def test_the_fullest_caps_stand_first_and_unused_ones_not_at_all(plan: Plan) -> None:
    caps = (
        CapUse("a", "all", "1 kg", "10 kg", None),
        CapUse("b", "all", "5 kg", "0 kg", None),
        CapUse("c", "all", "10 kg", "10 kg", None),
        CapUse("d", "all", "0 kg", "10 kg", None),
        CapUse("e", "all", "9%", "180 days", None),
    )
    text = plan_to_text(attrs.evolve(plan, totals=attrs.evolve(plan.totals, caps=caps)))
    section = text.partition("Caps in use, the most used first: 4\n")[2].partition("\n\n")[0].splitlines()[1:]
    assert [line.split()[0] for line in section] == ["b", "c", "a", "e"]
    assert [line.split()[-1] for line in section] == ["over", "100.0%", "10.0%", "-"]


def test_a_hostile_id_speaks_neither_to_the_terminal_nor_to_the_layout(plan: Plan) -> None:
    award = attrs.evolve(plan.awards[0], offer="a\x1b[2J\nb\u202ec\x85d")
    text = plan_to_text(attrs.evolve(plan, awards=(award,)))
    assert not {"\x1b", "\u202e", "\x85"} & set(text)
    assert "a\N{REPLACEMENT CHARACTER}[2J\N{REPLACEMENT CHARACTER}b" in text


@pytest.mark.parametrize(
    ("value", "shown"),
    [("12500", "12,500"), ("-1234.5", "-1,234.5"), ("0.5", "0.5"), ("1.0000001", "1.000000…"), ("-0.25", "-0.25")],
)
def test_amounts_are_grouped_and_cut_but_never_rounded(value: str, shown: str) -> None:
    assert amount(value) == shown


def test_just_above_a_limit_never_looks_like_the_limit() -> None:
    assert percent(Fraction("0.15")) == "15%"
    assert percent(Fraction("0.1500000001")) == "15.00…%"


def test_measured_texts_keep_what_they_do_not_know() -> None:
    assert measured("1200000000 USD") == "1,200,000,000 USD"
    assert measured("33.333333333333%") == "33.33…%"
    assert measured("2027-08-01") == "2027-08-01"
    assert measured("{AU, CA}") == "{AU, CA}"
    assert measured("30 days") == "30 days"
    assert measured(None) == "-"


def test_broad_characters_take_two_columns() -> None:
    assert fit("钴钴钴", 6) == "钴钴钴"
    assert fit("钴钴钴", 5) == "钴钴…"
    assert fit("cobalt", 4) == "cob…"
    assert clean("钴") == "钴"
