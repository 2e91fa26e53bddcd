"""All changes of a policy tried, in this process or in several: what comes of it is the same for any number."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import groupby
from multiprocessing import get_context

from vault_rules.api import Policy
from vault_rules.trials.hunts import Hunt
from vault_rules.trials.mutation.corpus import corpus
from vault_rules.trials.mutation.killing import Example, Hunter, Trial, examples, trials
from vault_rules.trials.mutation.mutant import Mutant
from vault_rules.trials.mutation.mutants import mutants
from vault_rules.trials.mutation.results import Fate, Mutation
from vault_rules.trials.suites import Suite, policy_of

TOGETHER = 12
"""So many changes of one statement are tried one after the other: what noticed one is asked first about the next."""
WORTH_A_PROCESS = 100
"""Fewer changes than this are tried before another process has started."""

Tell = Callable[[int, int], None]
"""Told how many changes are tried, and of how many."""


def measure(
    suite: Suite, policy: Policy, hunt: Hunt | None = None, *, jobs: int | None = None, tell: Tell | None = None
) -> Mutation:
    """Try every change of a policy on those of its tests and laws that are chosen.

    Laws are asked about books that are made as a hunt makes them. `jobs` None: as many processes as there are
    processors, where that is worth their start. Raises `UsageError` where kept books cannot be read.
    """
    hunt = hunt or Hunt()
    found = mutants(policy)
    asked = examples(policy, suite.chosen)
    laws = suite.laws if hunt.examples else ()
    drafts = corpus(policy, laws, [one.draft for one in asked], hunt.examples, hunt.seed)
    books = trials(policy, laws, drafts)
    workers = jobs or min(os.cpu_count() or 1, len(found) // WORTH_A_PROCESS) or 1
    shares = list(_shares(found))
    fates: list[Fate] = []
    results = _here(policy, asked, books, shares) if workers == 1 else _there(suite.file, asked, books, shares, workers)
    for some in results:
        fates += some
        if tell is not None:
            tell(len(fates), len(found))
    tried = tuple(zip(found, fates, strict=True))
    return Mutation(policy, tried, len(asked), len(laws), len(books))


def _shares(found: Sequence[Mutant]) -> Iterator[range]:
    """The changes in small shares, each of one statement."""
    start = 0
    for _, group in groupby(found, key=lambda one: one.of):
        end = start + sum(1 for _ in group)
        yield from (range(at, min(at + TOGETHER, end)) for at in range(start, end, TOGETHER))
        start = end


def _here(
    policy: Policy, asked: Sequence[Example], books: Sequence[Trial], shares: Sequence[range]
) -> Iterator[list[Fate]]:
    hunter, found = Hunter(policy, asked, books), mutants(policy)
    for share in shares:
        yield list(hunter.fates(found[at] for at in share))


def _there(
    file: str, asked: Sequence[Example], books: Sequence[Trial], shares: Sequence[range], workers: int
) -> Iterator[list[Fate]]:
    # another way to start them would take over this process's threads, of which Polars has some
    pool = ProcessPoolExecutor(
        min(workers, len(shares) or 1), get_context("spawn"), _begin, (file, tuple(asked), tuple(books))
    )
    with pool:
        try:
            yield from pool.map(_share, shares)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


_work: list[tuple[Hunter, tuple[Mutant, ...]]] = []
"""What a process that was started for it works on."""


def _begin(file: str, asked: Sequence[Example], books: Sequence[Trial]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started it stops it
    policy, _ = policy_of(file)
    assert policy is not None  # who started it has checked it
    _work.append((Hunter(policy, asked, books), mutants(policy)))


def _share(share: range) -> list[Fate]:
    hunter, found = _work[0]
    return list(hunter.fates(found[at] for at in share))
