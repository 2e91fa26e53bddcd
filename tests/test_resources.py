"""What ships beside the code is found, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest

from vault_rules import resources


def test_the_grammar_is_found() -> None:
    assert "policy" in resources.grammar_text()


def test_a_shipped_policy_is_found_by_its_name() -> None:
    file = resources.shipped_policy("lib/minerals.vault")
    assert file is not None
    assert file == resources.policies_folder() / "lib" / "minerals.vault"


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "/", "lib", "lib/nothing.vault", "a\0b", "a" * 5000),
        *("../pyproject.toml", "lib/../../LICENSE", "lib/../lib/minerals.vault", "..\\LICENSE"),
    ],
)
def test_nothing_else_is_a_shipped_policy(name: str) -> None:
    assert resources.shipped_policy(name) is None


def test_an_absolute_path_is_no_shipped_policy() -> None:
    assert resources.shipped_policy(str(resources.policies_folder() / "lib" / "minerals.vault")) is None


def test_a_link_out_of_the_policies_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_text("x")
    folder = tmp_path / "policies"
    folder.mkdir()
    (folder / "link.vault").symlink_to(tmp_path / "secret")
    monkeypatch.setattr(resources, "policies_folder", lambda: folder)
    assert resources.shipped_policy("link.vault") is None
