"""The cells of the fault matrix, and how each is played."""

from __future__ import annotations

import os
import signal
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import attrs
import sqlalchemy as sa

from tests.support.scene import Scene
from tests.support.scripted import FAULTS, die
from vault_rules.domain.entry import Entry, Kind
from vault_rules.errors import LedgerError
from vault_rules.execution.ledger.drafts import Draft
from vault_rules.execution.ledger.store import Ledger

CALLS = ("reserve", "book", "confirm", "confirm_storage", "release", "cancel")
UNDOING = ("release", "cancel")
RECORD = "record"
NO_SUCH = {
    **{(step, "lie: more"): "nothing is said that could be more" for step in UNDOING},
    **{(RECORD, fault): "a database that lies about a commit cannot be told" for fault in ("lie: more", "lie: less")},
}
"""Cells that mean nothing. For `release` and `cancel` a partial answer is said and not done; for `record` it is a kill
between the writing and its commit.
"""


@attrs.frozen
class Cell:
    step: str
    fault: str

    def __str__(self) -> str:
        return f"{self.step}: {self.fault}"

    @property
    def kills(self) -> bool:
        return self.fault.startswith("killed") or (self.step, self.fault) == (RECORD, "partial")


CELLS = tuple(Cell(step, fault) for step in (*CALLS, RECORD) for fault in FAULTS if (step, fault) not in NO_SUCH)
FEW = frozenset(Cell(step, fault) for step, fault in zip((*CALLS, RECORD, *CALLS), FAULTS, strict=False)) | {
    Cell("reserve", "killed after"),
    Cell("confirm", "killed after"),
    Cell("confirm_storage", "partial"),
    Cell(RECORD, "killed before"),
}
"""One of each step and of each fault, and the moments that matter most."""


def play(scene: Scene, cell: Cell) -> None:
    """Carry out a run in which this goes wrong, to its end."""
    write_script(scene, cell)
    scene.begin()
    scene.claim()
    if cell.step == RECORD:
        scene.wrapped = lambda ledger: FaultyLedger(ledger, scene, cell.fault)  # type: ignore[assignment, return-value]
    if cell.kills:
        killed(scene.go_on)
    try:
        scene.go_on()
    except LedgerError:  # the ledger was not to be had: somebody resumes the run
        scene.go_on()


def write_script(scene: Scene, cell: Cell) -> None:
    """The fault, at whoever makes the step; and what brings a release or a cancellation about."""
    house = {"short": "once"} if cell.step in UNDOING else {}
    if cell.step in ("book", "confirm_storage", "cancel"):
        house |= {cell.step: cell.fault}
    else:
        scene.script("anna").write({cell.step: cell.fault})
    scene.script("house").write(house)


def killed(work: Callable[[], Any]) -> None:
    """Do something in a process of its own, which is killed before it ends."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forks: the child calls no library with threads
        child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:  # whatever it is, this process must not go on as a second pytest
            traceback.print_exc()
        finally:
            os._exit(3)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, status


class FaultyLedger:
    """A ledger to which something happens while an award is recorded, once."""

    def __init__(self, ledger: Ledger, scene: Scene, fault: str) -> None:
        self._ledger, self._scene, self._fault = ledger, scene, fault

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)

    def append(self, run: str, drafts: Sequence[Draft]) -> tuple[Entry, ...]:
        is_record = any(draft.kind == Kind.AWARD for draft in drafts)
        fault = self._scene.script("anna").fires(RECORD) if is_record else None
        if fault in ("exception before", "time-out, then it arrives", "refusal"):
            raise LedgerError("the ledger is not to be had")
        if fault == "killed before":
            die()
        if fault == "slow answer":
            time.sleep(0.05)
        if fault == "partial":
            sa.event.listen(self._ledger.database.engine, "commit", lambda connection: die())
        made = self._ledger.append(run, drafts)
        if fault == "duplicate":
            made = self._ledger.append(run, drafts)
        if fault in ("exception after", "time-out, but it was done"):
            raise LedgerError("the ledger is not to be had")
        if fault == "killed after":
            die()
        return made


def by_kind() -> Iterator[tuple[Cell, bool]]:
    """All cells, and whether each is one of the few."""
    yield from ((cell, cell in FEW) for cell in CELLS)
