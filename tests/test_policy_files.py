"""The files of a policy are found beside it or among the shipped ones, and a file is one however it is reached."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from vault_rules import api, resources

HEADER = 'policy p "p" {\n  currency USD\n}\n\n'


def test_a_shipped_library_is_one_file_beside_itself_and_among_the_shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Named relative to the working directory it has another name than the shipped file that it uses."""
    monkeypatch.chdir(resources.policies_folder())
    assert api.check_policy("lib/grades.vault")[1] == ()
    monkeypatch.chdir("lib")
    assert api.check_policy("grades.vault")[1] == ()


@pytest.mark.parametrize("other", ["groups.vault", "lib/../groups.vault", "linked.vault", "lib/inner.vault"])
def test_a_file_that_is_reached_twice_defines_its_names_once(other: str, tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "groups.vault").write_text("mineral cobalt\n\ngroup friends = {AU}\n", encoding="utf-8")
    (tmp_path / "linked.vault").symlink_to("groups.vault")
    (tmp_path / "lib" / "inner.vault").write_text('use "../groups.vault"\n', encoding="utf-8")
    policy = tmp_path / "p.vault"
    text = f'use "groups.vault"\nuse "{other}"\n\nrequire near: origin in friends\n\nwaterfall w {{\n  take all\n}}\n'
    policy.write_text(HEADER + text, encoding="utf-8")
    assert api.check_policy(policy)[1] == ()


def test_a_file_beside_the_policy_comes_before_the_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "minerals.vault").write_text("mineral unobtainium\n", encoding="utf-8")
    policy = tmp_path / "p.vault"
    policy.write_text(HEADER + 'use "lib/minerals.vault"\n\nwaterfall w {\n  take all\n}\n', encoding="utf-8")
    assert list(api.load_policy(policy).typed.minerals) == ["unobtainium"]


def test_a_policy_that_uses_itself_by_another_name_is_a_circle(tmp_path: Path) -> None:
    policy = tmp_path / "p.vault"
    policy.write_text(HEADER + 'use "other.vault"\n\nwaterfall w {\n  take all\n}\n', encoding="utf-8")
    (tmp_path / "other.vault").symlink_to("p.vault")
    assert [one.code for one in api.check_policy(policy)[1]] == ["V0211"]


def test_a_library_that_uses_another_is_found_whole_wherever_it_is_copied_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(resources.policies_folder(), tmp_path / "policies", ignore=shutil.ignore_patterns("books"))
    monkeypatch.chdir(tmp_path)
    assert api.check_policy("policies/project_vault.vault")[1] == ()


def test_a_shipped_file_has_its_place_among_the_shipped_ones_whoever_names_it(tmp_path: Path) -> None:
    policy = tmp_path / "p.vault"
    policy.write_text(HEADER + 'use "lib/grades.vault"\n\nwaterfall w {\n  take all\n}\n', encoding="utf-8")
    files = [one.role for one in api.load_policy(policy).typed.files]
    assert files == ["lib/grades.vault", "lib/minerals.vault", "p.vault"]
