"""Whatever goes wrong at whichever step, the run comes to an end at which all say the same.

The whole matrix is behind `-m slow`; one of each step and of each fault always runs.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.execution.faults import CALLS, CELLS, FEW, RECORD, Cell, play
from tests.support.scene import Scene
from tests.support.scripted import FAULTS
from vault_rules.execution import desks


def cells() -> list[object]:
    return [pytest.param(cell, id=str(cell), marks=[] if cell in FEW else [pytest.mark.slow]) for cell in CELLS]


@pytest.mark.parametrize("cell", cells())
def test_trader_storage_and_ledger_agree_in_the_end(
    cell: Cell, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desks, "FIRST_PAUSE", 0.001)
    scene = Scene(tmp_path, url)
    play(scene, cell)
    scene.check()
    happened = list(tmp_path.glob("*/*.happened"))
    assert cell.step in {one.stem for one in happened}


def test_each_step_and_each_fault_is_always_run() -> None:
    assert {cell.step for cell in FEW} == {*CALLS, RECORD}
    assert {cell.fault for cell in FEW} == set(FAULTS)
    assert set(CELLS) >= FEW
