"""Waiting for a change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from vault_rules.trials.watching import state_of, until_changed


def change(file: Path) -> None:
    file.write_text("another text", encoding="utf-8")


def new(file: Path) -> None:
    file.with_name("b.vault").touch()


@pytest.mark.parametrize("happens", [change, new, Path.unlink])
def test_it_ends_when_a_file_changes_comes_or_goes(tmp_path: Path, happens: Callable[[Path], None]) -> None:
    file = tmp_path / "a.vault"
    file.write_text("a text", encoding="utf-8")
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            happens(file)

    def files() -> list[str]:
        return [str(file), *map(str, tmp_path.glob("b*"))]

    before = state_of(files())
    after = until_changed(files, before, wait)
    assert len(waits) == 3
    assert after != before and after == state_of(files())
