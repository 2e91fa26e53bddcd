"""The worked example of docs/testing.md runs as it stands there, and what it names is what there is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest
from hypothesis import Phase, settings

from vault_rules import testing
from vault_rules.testing import Features, Names, draft_of
from vault_rules.trials.draft import Draft

pytest_plugins = ["pytester"]

PAGE = (Path(__file__).parents[2] / "docs" / "testing.md").read_text(encoding="utf-8")
PART = PAGE.partition("\n## For developers\n")[2].partition("\n## ")[0]


@pytest.fixture
def few_examples() -> Iterator[None]:
    """So that the example is quick: what it is about is that it runs."""
    kept = settings.get_current_profile_name()
    generated = settings(settings.get_profile(kept), max_examples=20, phases=[Phase.generate], database=None)
    settings.register_profile("guide", generated)
    settings.load_profile("guide")
    yield
    settings.load_profile(kept)


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PART, re.DOTALL | re.MULTILINE)


def test_the_worked_example_runs(pytester: pytest.Pytester, few_examples: None) -> None:
    (pytester.path / "reserve.vault").write_text(blocks("vault")[0], encoding="utf-8")
    pytester.makepyfile(test_orders=blocks("python")[0])
    pytester.makepyprojecttoml(blocks("toml")[0])
    pytester.runpytest().assert_outcomes(passed=3)


def test_the_example_finds_an_order_that_does_not_add_up(pytester: pytest.Pytester, few_examples: None) -> None:
    (pytester.path / "reserve.vault").write_text(blocks("vault")[0], encoding="utf-8")
    wrong = blocks("python")[0].replace("(kilograms + award.quantity,", "(award.quantity,")
    pytester.makepyfile(test_orders=wrong)
    result = pytester.runpytest("-k", "add_up_to_the_plan or two_awards")
    result.assert_outcomes(failed=2, deselected=1)
    result.stdout.fnmatch_lines(["*draft=draft_of(*", '*test "an example" {', "*offers {", "*requests {"])


def test_what_a_failing_test_shows_can_be_pasted() -> None:
    shown = blocks("text")[0].removeprefix("draft=")
    draft = eval(shown, {"draft_of": draft_of})
    assert isinstance(draft, Draft)
    assert draft.as_test("an example") == shown.removeprefix('draft_of("""\\\n').removesuffix('""")\n')


def test_every_name_has_its_row() -> None:
    rows = set(re.findall(r"`(\w+)\(", "\n".join(re.findall(r"^\| (.+?) \|", PART, re.MULTILINE))))
    others = {"Names", "Features", "TraderContract", "StorageContract"}
    assert rows | others == set(testing.__all__)
    assert [name for name in others if name not in PART] == []


@pytest.mark.parametrize("kind", [Names, Features])
def test_every_field_of_what_they_take_is_said(kind: type) -> None:
    prose = re.sub(r"^```.*?^```$", "", PART, flags=re.DOTALL | re.MULTILINE)
    said = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`]+)`", prose))))
    assert {one.name for one in attrs.fields(kind)} <= said


def test_the_options_that_it_says_are_the_plugins(pytester: pytest.Pytester) -> None:
    text = pytester.runpytest("--help").stdout.str()
    own = set(re.findall(r"--vault-\w+", text))
    assert own == set(re.findall(r"--vault-\w+", PART))
    settings = set(re.findall(r"^  (vault_\w+) \(", text, re.MULTILINE))
    assert settings == set(re.findall(r"^(vault_\w+) =", blocks("toml")[0], re.MULTILINE))
