"""Rejections of many markets as one sequence by offer id, on disk where there are many."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from itertools import islice
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import overload
from weakref import finalize

from vault_rules.domain.plan import Rejection

IN_MEMORY = 50_000
"""So many rejections are kept in memory, of all markets."""
_BATCH = 2_000


class Runs(Sequence[Rejection]):
    """Each market's rejections in order, merged whenever they are read."""

    def __init__(self) -> None:
        self._runs: list[list[Rejection] | Path] = []
        self._length = 0
        self._held = 0
        self._folder: Path | None = None

    def add(self, rejections: Iterable[Rejection]) -> None:
        """One market's, by offer id."""
        rest = iter(rejections)
        first = list(islice(rest, max(IN_MEMORY - self._held, 0)))
        self._length += len(first)
        more = list(islice(rest, 1))
        if not more:
            self._held += len(first)
            self._runs.append(first)
            return
        self._runs.append(self._written(len(self._runs), [first, more], rest))

    def _written(self, number: int, begun: list[list[Rejection]], rest: Iterator[Rejection]) -> Path:
        if self._folder is None:
            self._folder = Path(mkdtemp(prefix="vault-rules-"))
            finalize(self, rmtree, self._folder, ignore_errors=True)
        path = self._folder / str(number)
        self._length += len(begun[1])
        with path.open("wb") as file:
            for batch in begun:
                pickle.dump(batch, file)
            while batch := list(islice(rest, _BATCH)):
                self._length += len(batch)
                pickle.dump(batch, file)
        return path

    def __iter__(self) -> Iterator[Rejection]:
        return merge(*(_read(run) for run in self._runs), key=lambda one: one.offer)

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, at: int) -> Rejection: ...

    @overload
    def __getitem__(self, at: slice) -> tuple[Rejection, ...]: ...

    def __getitem__(self, at: int | slice) -> Rejection | tuple[Rejection, ...]:
        if isinstance(at, slice):
            return tuple(islice(self, *at.indices(self._length)))
        place = at + self._length if at < 0 else at
        for one in islice(self, max(place, 0), place + 1):
            return one
        raise IndexError(at)


def _read(run: list[Rejection] | Path) -> Iterator[Rejection]:
    if isinstance(run, list):
        yield from run
        return
    with run.open("rb") as file:
        while True:
            try:
                yield from pickle.load(file)  # noqa: S301  # written above, in a folder of this process
            except EOFError:
                return
