"""Files with tests and laws: found, checked, and run, in this process or in several."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache, partial
from itertools import groupby
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

import attrs

from vault_rules import api
from vault_rules.errors import PolicyError, UsageError
from vault_rules.language import ast, parser
from vault_rules.policy_files import finder, read_source
from vault_rules.semantics.load import load
from vault_rules.source.diagnostic import Diagnostic
from vault_rules.trials.blocks import laws_of, tests_of
from vault_rules.trials.choosing import Choice
from vault_rules.trials.hunts import Hunt, hunt_laws
from vault_rules.trials.results import FileResult, Ran
from vault_rules.trials.running import run_test

WORTH_A_PROCESS = 25
"""Fewer tests than this are run before another process has started."""

_BOOKS_LIKE_A_TEST = 10
"""So many books are made and evaluated, once and by the reference alone, in the time that a test takes."""


@attrs.frozen
class Suite:
    """A file, and which of its tests and laws are to be run, by their places among them; how many others it has."""

    file: str
    chosen: tuple[int, ...]
    laws: tuple[int, ...] = ()
    left_out: int = 0


def found(paths: Sequence[str | Path], choice: Choice) -> tuple[Suite, ...]:
    """The suites of these files and of all `.vault` files in these folders, in order, each once.

    In folders a file that is no policy and has neither tests nor laws is passed over: it is a library. Raises
    `UsageError` for a path that is not there.
    """
    suites: dict[str, Suite] = {}
    for path in paths:
        place = Path(path)
        if place.is_dir():
            for file in _in_folder(place):
                if file not in suites and not _is_library(_statements(file)):
                    suites[file] = _suite(file, choice)
        elif (name := _shown(place)) not in suites:
            if not place.exists() and not place.is_symlink():
                raise UsageError(f"there is no file or folder {name}")
            suites[name] = _suite(name, choice)
    return tuple(suites.values())


def _shown(path: Path) -> str:
    return str(path).replace("\\", "/")


def _in_folder(folder: Path) -> Iterator[str]:
    """Every `.vault` file below, by its name; folders whose names begin with a point are hidden."""
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(one for one in folders if not one.startswith("."))
        yield from (_shown(Path(root) / one) for one in sorted(files) if one.endswith(".vault"))


def _statements(file: str) -> tuple[ast.Statement, ...]:
    source, bad = read_source(file)
    return () if bad else parser.parse(source)[0].statements


def _is_library(statements: Iterable[ast.Statement]) -> bool:
    return not any(isinstance(one, ast.Header | ast.Test | ast.Always) for one in statements)


def _suite(file: str, choice: Choice) -> Suite:
    statements = _statements(file)
    tests = [one.title for one in statements if isinstance(one, ast.Test)]
    laws = [one.title for one in statements if isinstance(one, ast.Always)]
    picked, laws_picked = (
        tuple(at for at, title in enumerate(titles) if choice(f"{file}::{title}")) for titles in (tests, laws)
    )
    left_out = len(tests) + len(laws) - len(picked) - len(laws_picked)
    return Suite(file, picked, laws_picked, left_out)


def listed(paths: Sequence[str | Path]) -> tuple[str, ...]:
    """The files of these paths by name alone: quick enough to be asked again and again."""
    places = [Path(path) for path in paths]
    return tuple(name for place in places for name in (_in_folder(place) if place.is_dir() else (_shown(place),)))


def files_of(suite: Suite) -> tuple[str, ...]:
    """Every file that the policy is made of, whatever is wrong with it."""
    source, bad = read_source(suite.file)
    sources = () if bad else load(source, finder(source))[0].sources.values()
    return (suite.file, *sorted({one.name for one in sources} - {suite.file}))


# ---- running ---------------------------------------------------------------------------------------------------------


def run(suites: Sequence[Suite], jobs: int | None = None, hunt: Hunt | None = None) -> Ran:
    """Run every chosen test and law. What comes of it is the same for any number of processes, but for the time.

    `jobs` None: as many as there are processors, where that is worth their start.
    """
    began = perf_counter()
    hunt = hunt or Hunt()
    if not hunt.examples:
        suites = [attrs.evolve(one, laws=(), left_out=one.left_out + len(one.laws)) for one in suites]
    work = sum(len(one.chosen) + bool(one.laws) * hunt.examples // _BOOKS_LIKE_A_TEST for one in suites)
    workers = jobs or min(os.cpu_count() or 1, work // WORTH_A_PROCESS) or 1
    parts = run_parts(suites, hunt) if workers == 1 else _in_processes(suites, workers, hunt)
    return Ran(tuple(_joined(parts)), perf_counter() - began)


def run_parts(suites: Iterable[Suite], hunt: Hunt) -> Iterator[FileResult]:
    """Each suite after the other, in this process."""
    policy_of.cache_clear()  # files change between runs
    return map(partial(run_suite, hunt=hunt), suites)


def run_suite(suite: Suite, hunt: Hunt) -> FileResult:
    """The chosen tests and laws of a file; none where its check finds errors."""
    policy, diagnostics = policy_of(suite.file)
    if policy is None:
        return FileResult(suite.file, diagnostics, left_out=suite.left_out)
    tests, laws = tests_of(policy), laws_of(policy)
    results = tuple(run_test(policy, tests[at]) for at in suite.chosen if at < len(tests))
    began = perf_counter()
    wanted = [laws[at] for at in suite.laws if at < len(laws)]
    tried = hunt_laws(policy, wanted, hunt) if wanted else ()
    return FileResult(suite.file, diagnostics, results, tried, suite.left_out, perf_counter() - began if tried else 0.0)


@lru_cache(maxsize=4)
def policy_of(file: str) -> tuple[api.Policy | None, tuple[Diagnostic, ...]]:
    """A policy that can be evaluated; one that cannot has an error among its diagnostics."""
    policy, diagnostics = api.check_policy(file)
    if policy is None:
        return None, diagnostics
    try:
        return api.usable(policy, diagnostics, {}), diagnostics
    except PolicyError as error:
        return None, tuple(error.diagnostics)


def _in_processes(suites: Sequence[Suite], workers: int, hunt: Hunt) -> Iterator[FileResult]:
    tasks = list(_shares(suites, workers))
    # another way to start them would take over this process's threads, of which Polars has some
    with ProcessPoolExecutor(min(workers, len(tasks) or 1), get_context("spawn"), _heedless) as pool:
        try:
            yield from pool.map(partial(run_suite, hunt=hunt), tasks)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _heedless() -> None:
    """A worker leaves it to the process that started it to stop."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _shares(suites: Sequence[Suite], workers: int) -> Iterator[Suite]:
    """Each suite, one with many tests in several shares, its laws in one of their own: they share their books."""
    for suite in suites:
        size = max(WORTH_A_PROCESS, -(-len(suite.chosen) // workers))
        for start in range(0, len(suite.chosen), size):
            yield attrs.evolve(suite, chosen=suite.chosen[start : start + size], laws=())
        if suite.laws or not suite.chosen:
            yield attrs.evolve(suite, chosen=())


def _joined(parts: Iterable[FileResult]) -> Iterator[FileResult]:
    """The shares of a file as one."""
    for _, shares in groupby(parts, key=lambda one: one.file):
        all_shares = list(shares)
        tests = tuple(test for one in all_shares for test in one.tests)
        yield attrs.evolve(all_shares[-1], tests=tests)
