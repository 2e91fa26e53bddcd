"""What reports say of coverage. Goldens are rewritten with REWRITE_GOLDENS=1 and read in the diff."""

from __future__ import annotations

import json
import os
import re
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.support.coverage import coverage_of, covered, tried
from vault_rules import api
from vault_rules.trials.coverage import as_json, html, text
from vault_rules.trials.coverage.gaps import gaps
from vault_rules.trials.coverage.html_style import STYLE
from vault_rules.trials.coverage.measuring import Coverage
from vault_rules.trials.coverage.points import KINDS

GOLDEN = Path(__file__).parent / "golden"
BUY = "waterfall w { take all }\n"


@pytest.fixture
def reserve(monkeypatch: pytest.MonkeyPatch) -> Coverage:
    """The coverage of the golden policy, its files named as an author beside them would."""
    monkeypatch.chdir(GOLDEN)
    return coverage_of(api.load_policy("reserve.vault"))


def held_to(golden: str, said: str) -> None:
    file = GOLDEN / golden
    if os.environ.get("REWRITE_GOLDENS"):
        file.write_text(said, encoding="utf-8")
    assert said == file.read_text(encoding="utf-8")


# ---- text -------------------------------------------------------------------------------------------------------


def test_the_text_is_the_golden_one(reserve: Coverage) -> None:
    held_to("reserve.txt", text.render(reserve, "2 tests"))


def test_colour_adds_nothing_but_colour(reserve: Coverage) -> None:
    coloured = text.render(reserve, "2 tests", colour=True)
    assert coloured != text.render(reserve, "2 tests")
    assert re.sub("\x1b\\[[0-9;]*m", "", coloured) == text.render(reserve, "2 tests")


def test_where_nothing_is_missing_only_figures_are_told() -> None:
    full = text.render(covered(BUY + tried("2027-08-01", "a x cobalt US 9 1kg")), "1 test")
    assert full.startswith("coverage of p by 1 test\n")
    assert full.endswith("rule coverage 100.0%: 2 of 2 rules, steps, exceptions and table rows decided something\n")


def test_a_part_of_a_percent_that_is_missing_is_never_rounded_away() -> None:
    assert text.percent(Fraction(9999, 10000)) == "99.9%"
    assert text.percent(Fraction(1)) == "100.0%"
    assert text.percent(Fraction(2, 3)) == "66.6%"


def test_the_rows_of_a_table_are_told_as_one() -> None:
    rows = "\n".join(f"| m{number} | {number} USD/kg |" for number in range(1, 41))
    minerals = "\n".join(f"mineral m{number}" for number in range(1, 41))
    table = f"{minerals}\ntable most {{\n| mineral | price |\n{rows}\n}}\nrequire cheap: price <= most[mineral].price\n"
    coverage = covered(BUY + table + tried("2027-08-01", "a x m2 US 1 1kg", requests="r1 gm m2 1kg"))
    said = text.render(coverage, "1 test")
    assert "| m1 | 1 USD/kg |\n   | ^^^^^^^^^^^^^^^^^ never looked up, nor are 38 more rows\n" in said
    assert "| m3" not in said
    assert sum(one.of == "most" for one in gaps(coverage)) == 39


def test_what_follows_from_a_step_that_never_opened_is_not_said_besides() -> None:
    steps = "waterfall w { take home\ntake other when price > 3 USD/kg share <= 20% by price }\n"
    tiers = "tier home when origin = US\ntier other otherwise\n"
    coverage = covered(steps + tiers + tried("2027-08-01", "a x cobalt US 9 100kg"))
    assert [one.message for one in gaps(coverage) if one.of == "w"] == [
        "never opened",
        "never asked",
        "never asked",
        "never has two to put in order",
    ]


# ---- JSON -------------------------------------------------------------------------------------------------------


def test_the_json_is_the_golden_one(reserve: Coverage) -> None:
    said = as_json.render([reserve], "tests")
    held_to("reserve.json", re.sub(r'"sha256": "[0-9a-f]{64}"', '"sha256": "…"', said))


def test_the_figures_of_the_json_are_those_of_its_points(reserve: Coverage) -> None:
    (one,) = json.loads(as_json.render([reserve], "tests"))["policies"]
    points = [point for file in one["files"] for point in file["points"]]
    for kind in KINDS:
        of_kind = [point["covered"] for point in points if point["kind"] == kind]
        assert (one["by_kind"][kind]["covered"], one["by_kind"][kind]["points"]) == (sum(of_kind), len(of_kind))
    assert all((point["missing"] is None) is point["covered"] for point in points)


# ---- HTML -------------------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """Reads a page: every element is closed where it should be, and what stands in which."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.names: list[str] = []
        self.addresses: list[str] = []
        self.ids: list[str] = []
        self.marked: list[str] = []
        self.code: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        if tag not in ("meta", "link", "img", "br"):
            self.open.append(tag)
        for name, value in attrs:
            if name in ("href", "src"):
                self.addresses.append(value or "")
            if name == "id":
                self.ids.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "code" in self.open:
            self.code.append(data)
        if "mark" in self.open:
            self.marked.append(data)


def test_the_page_needs_nothing_from_elsewhere(reserve: Coverage) -> None:
    said = html.render([reserve], ["2 tests"])
    page = Page(said)
    assert all(one.startswith("#") and one[1:] in page.ids for one in page.addresses) and page.addresses
    assert not {"script", "link", "img", "iframe"} & set(page.names)
    assert "url(" not in said and "@import" not in said and "http" not in said


def test_the_page_can_be_read_in_the_dark_and_by_ear(reserve: Coverage) -> None:
    said = html.render([reserve], ["2 tests"])
    assert "prefers-color-scheme: dark" in said and '<html lang="en">' in said
    assert said.count("<h1") == 1 and 'scope="col"' in said and 'scope="row"' in said
    for word in ("covered", "in part", "not covered"):
        assert f'<span class="unseen">{word}</span>' in said


def test_the_page_shows_every_file_whole_and_marks_what_is_missing(reserve: Coverage) -> None:
    page = Page(html.render([reserve], ["2 tests"]))
    shown = "".join(page.code)
    for name in ("reserve.vault", "sanctions.vault"):
        assert (GOLDEN / name).read_text(encoding="utf-8").replace("\n", "") in shown
    assert "old_magnets" in page.marked and "pure" not in page.marked


def test_the_page_says_each_gap_under_its_line(reserve: Coverage) -> None:
    said = html.render([reserve], ["2 tests"])
    for gap in gaps(reserve):
        assert f"<li>{gap.message}</li>" in said.replace("&lt;", "<")


def test_what_a_policy_says_is_never_taken_for_a_part_of_the_page() -> None:
    text_of = BUY + 'require safe: form != "<script>alert(1)</script>&amp;"\n'
    said = html.render([covered(text_of)], ["0 tests"])
    assert "<script" not in said
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;" in said.replace("</mark>", "")


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.03928 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("shade", [0, 1])
def test_every_text_stands_out_from_what_is_behind_it_in_the_light_and_in_the_dark(shade: int) -> None:
    palettes = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    assert len(palettes) == 2
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", palettes[shade]))
    lines = ("page", "all", "some", "none")
    for text_colour, behind in {"ink": (*lines, "mark", "strong"), "quiet": lines, "said": lines}.items():
        for back in behind:
            pair = sorted((luminance(colours[text_colour]), luminance(colours[back])))
            assert (pair[1] + 0.05) / (pair[0] + 0.05) >= 4.5, (text_colour, back)
