"""The one layout, by example."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from vault_rules.language.format import format_policy
from vault_rules.language.parser import parse
from vault_rules.source.text import Source

TOUR = Path(__file__).parents[1] / "golden" / "tour.vault"


def laid_out(text: str) -> str:
    file, diagnostics = parse(Source("p.vault", text))
    assert not diagnostics, [str(one) for one in diagnostics]
    once = format_policy(file)
    again, diagnostics = parse(Source("p.vault", once))
    assert not diagnostics
    assert again == file
    assert format_policy(again) == once
    return once


def test_the_tour_is_laid_out_as_it_stands() -> None:
    tour = TOUR.read_text(encoding="utf-8")
    assert laid_out(tour) == tour


def test_the_tour_without_its_columns_reads_the_same() -> None:
    file, _ = parse(Source("tour.vault", TOUR.read_text(encoding="utf-8")))
    squeezed = "\n".join(" ".join(line.split()) for line in TOUR.read_text(encoding="utf-8").split("\n"))
    again, diagnostics = parse(Source("tour.vault", squeezed))
    assert not diagnostics
    assert again == file
    laid_out(squeezed)


# each already laid out: a statement of each kind, in the forms it has
STANDING = [
    'policy p "title" {\n  currency    USD\n'
    "  fiscal_year starts 10-01\n  serve       by priority descending, need_by\n}\n",
    "policy p {\n  least_award 1 kg\n  compare     price * 1.05 + 2 USD/kg\n  show        duty = price * 5%\n}\n",
    'use "lib/minerals.vault" only rare_earths, magnet_metals\n',
    'mineral gallium   "Gallium"\nmineral germanium "Germanium"\n',
    'trader glencore "Glencore AG"\nbuyer  gm\n',
    "group allies = qualifying_countries + {KR} - (allies & covered)\n",
    "field score: ratio else 0%\nfield note:  text\n",
    'table amp by mineral, year from "amp.csv"\n',
    "table spec {\n  | mineral | purity |\n  | gallium | 99.99% |\n}\n",
    "tier domestic when origin = US\ntier other    otherwise\n",
    "advisory require known: not origin is missing and (a or b)\n",
    "route a: {cobalt, copper} to glencore, traxys then hartree\n",
    "waterfall w for {gallium} from 2027-01-01 {\n  take all\n}\n",
    "waterfall w {\n  last:\n"
    "  take a, b  share <= 50% of awarded  by if tier = a then 1 else price descending, tier\n}\n",
    "cap    a: value share by request.buyer <= 65% of requested per mineral per quarter where origin != US\n"
    "target b: stock >= 180 days of demand per mineral\n",
    'exception e to r because "why" { waive }\n',
    'exception e to r because "why" { require purity >= 99% }\n',
    'exception e to c because "why" { share by origin <= 95% of requested per mineral }\n',
    'exception e to d because "why" { to traxys }\n',
    'exception e to w because "why" { when days_of_cover < 30 days }\n',
    'exception e to w because "why" {\n  a share <= 50%\n  b premium <= 5%\n}\n',
    "store s { place in owned when country = US by cost }\n",
    'test "t" {\n  as of 2027-01-01\n  set x = 5%\n  expect no award from a\n'
    "  expect reject a for r because cap:x, premium:1\n"
    '  expect shortfall 1 t for r because no_offers\n  expect place 5 t from "a b" in f\n'
    "  expect unplaced 5 t\n  expect error E\n}\n",
    "book b {\n  as of 2027-01-01\n  offers {\n    | offer | price |\n    | a     | 1     |\n  }\n}\n\n"
    'test "t" {\n  use book b\n  expect order a, "b, c" for r\n  expect no shortfall for r\n'
    "  expect no unplaced from a\n"
    "  expect reject a because premium:1 unless price <= 34.50 USD/kg\n  expect total cost 1.2bn USD\n"
    "  expect total awarded 5 t by origin AU\n  expect finding f holds\n"
    '  expect finding f fails for "cobalt/AU"\n}\n',
    'always "l" {\n  for each award where tier = a: purity >= 99%\n}\n',
]


@pytest.mark.parametrize("text", STANDING)
def test_a_policy_in_the_one_layout_stays_as_it_is(text: str) -> None:
    assert laid_out(text) == text


CHANGED = {
    "spaces and tabs": ("let  a\t=\t1+2*3", "let a = 1 + 2 * 3\n"),
    "windows line ends": ("let a = 1\r\n\r\n\r\nlet b = 2\r\n", "let a = 1\n\nlet b = 2\n"),
    "needless parentheses": ("let a = ((1) + (2 * 3)) - (4 - 5)", "let a = 1 + 2 * 3 - (4 - 5)\n"),
    "the parentheses of and beside or": ("require a: (b and c) or d", "require a: (b and c) or d\n"),
    "the parentheses of a default": ("let a = (b else (c))", "let a = (b else c)\n"),
    "numbers stay as written": ("let a = 1.2bn   USD", "let a = 1.2bn USD\n"),
    "units stand apart": ("let a = 10t", "let a = 10 t\n"),
    "a single day": ("let a = 1 days", "let a = 1 day\n"),
    "escapes": (r'test "a \"b\" \\ \q" { }', 'test "a \\"b\\" \\\\ \\\\q" {\n}\n'),
    "kinds are set apart": ("let a = 1\ngroup g = {US}", "let a = 1\n\ngroup g = {US}\n"),
    "blocks are set apart": ("store a { }\nstore b { }", "store a {\n}\n\nstore b {\n}\n"),
    "columns": ("tier a when b\ntier longer otherwise", "tier a      when b\ntier longer otherwise\n"),
    "an empty line ends a run": ("let a = 1\n\nlet longer = 2", "let a = 1\n\nlet longer = 2\n"),
    "definitions that are nearly aligned": ("let a  = 1\nlet bbc = 2", "let a  = 1\nlet bbc = 2\n"),
    "definitions that are not": ("let a = 1\nlet bbcc = 2", "let a    = 1\nlet bbcc = 2\n"),
    "modifiers": ('let a = 1 from 2027-01-01 for {x} cites "c"', 'let a = 1   from 2027-01-01 for {x}  cites "c"\n'),
    "modifiers the author set below": ('require a: b\ncites "c"', 'require a: b\n        cites "c"\n'),
    "a value that begins like a clause": (
        'exception e to l because "w" { (share) * 2 }',
        'exception e to l because "w" { (share * 2) }\n',
    ),
    "buyers as a name": ("let a = 1 for (buyers)", "let a = 1   for (buyers)\n"),
}


@pytest.mark.parametrize("name", CHANGED)
def test_layout_brings_into_order(name: str) -> None:
    before, after = CHANGED[name]
    assert laid_out(before) == after


def test_an_empty_policy_is_an_empty_text() -> None:
    assert laid_out(" \n\n") == ""


def test_long_conditions_are_broken_before_and_under_where_they_begin() -> None:
    terms = " and ".join(f"column_{index} = other_{index}" for index in range(6))
    assert laid_out(f"require a: {terms}").splitlines() == [
        "require a: column_0 = other_0 and column_1 = other_1 and column_2 = other_2 and column_3 = other_3",
        "           and column_4 = other_4 and column_5 = other_5",
    ]


def test_a_condition_stays_broken_where_the_author_broke_it() -> None:
    assert laid_out("require a: b\nand c") == "require a: b\n           and c\n"


def test_long_sets_are_broken_after_commas() -> None:
    text = laid_out("group g = {" + ", ".join(f"mineral_{index}" for index in range(30)) + "}")
    assert all(len(line) <= 100 for line in text.splitlines())
    assert text.splitlines()[1].startswith(" " * len("group g = {") + "mineral_")


def test_modifiers_that_do_not_fit_go_below() -> None:
    reason = "x" * 100
    assert laid_out(f'require a: b from 2027-01-01 because "{reason}"').splitlines() == [
        "require a: b   from 2027-01-01",
        f'        because "{reason}"',
    ]


COMMENTS = {
    "on lines of their own": ("# a\n\n#b\nlet a = 1\n# c\n", "# a\n\n#b\nlet a = 1\n# c\n"),
    "at the end of lines, in one column": ("let a = 1 # b\nlet c = 22 # d", "let a = 1   # b\nlet c = 22  # d\n"),
    "in the author's column": ("let a = 1          # b", "let a = 1          # b\n"),
    "inside a value": ("let a = 1 + # b\n  2 # c", "# b\nlet a = 1\n        + 2  # c\n"),
    "in blocks": (
        "waterfall w { # a\n# b\ntake x # c\n\n\n# d\n}",
        "waterfall w {  # a\n  # b\n  take x  # c\n\n  # d\n}\n",
    ),
    "beside rows": (
        "table t {\n| a | b | # c\n# d\n| 1 | 2 | # e\n}",
        "table t {\n  | a | b |  # c\n  # d\n  | 1 | 2 |  # e\n}\n",
    ),
    "between modifiers": (
        'exception e to r\n  from 2027-01-01 # a\n  # b\n  because "c" # d\n{ 60% } # e',
        'exception e to r\n  from 2027-01-01  # a\n  # b\n  because "c"  # d\n{ 60% }        # e\n',
    ),
    "after a label": ("waterfall w {\n last: # a\n take x\n}", "waterfall w {\n  last:  # a\n  take x\n}\n"),
    "and nothing else": ("# a\n\n\n# b", "# a\n\n# b\n"),
    "that hold quotation marks": ('let a = "#" # "b', 'let a = "#"  # "b\n'),
}


@pytest.mark.parametrize("name", COMMENTS)
def test_comments_are_kept(name: str) -> None:
    before, after = COMMENTS[name]
    assert laid_out(before) == after


def test_two_thousand_rules_are_laid_out_at_once() -> None:
    text = "".join(
        f"require rule_{index}: purity >= {index % 50}% and origin in {{US, CA}}\n" for index in range(2_000)
    )
    file, _ = parse(Source("p.vault", text))
    start = time.process_time()
    format_policy(file)
    assert time.process_time() - start < 2  # a tenth of that, on a machine that does nothing else
