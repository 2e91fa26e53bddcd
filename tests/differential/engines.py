"""Both engines' plans of a case, whole, and what differs between them."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pkgutil import iter_modules
from random import Random
from types import ModuleType
from unittest.mock import patch

import attrs

from tests.differential.cases import Case, checked
from vault_rules.domain.columns import ColumnBook, TooWide, columns_of
from vault_rules.domain.plan import Plan
from vault_rules.engine import fast
from vault_rules.engine.again import Again
from vault_rules.engine.fast.evaluation import evaluate
from vault_rules.engine.fast.plan import later
from vault_rules.engine.fast.vectors import Wide
from vault_rules.engine.program import Program, compile_policy
from vault_rules.engine.reference import run
from vault_rules.engine.result import plan_of
from vault_rules.errors import EvaluationError
from vault_rules.report.as_json import plan_to_json

FAST: dict[str, tuple[int, ...]] = {
    "CHAINED": (0, 1),
    "SHORT": (0, 3, 256),
    "_FEW": (1, 3, 48, 2048),
    "_PATIENCE": (1, 2, 48),
    "GROUPS": (3, 4096),
    "SOLD": (1, 3, 512),
    "MOMENTS": (2, 12, 2**18),
    "ASKED": (1, 256),
    "BLOCK": (4, 2, 1024),
    "RUN": (1, 2, 256),
    "_KEPT": (1, 256),
    "SMALL": (4, 8, 100_000),
    "_SURE": (1, 2),
    "SAMPLE": (4, 9),
    "MANY": (2, 50_000),
    "FEW_ROWS": (0, 50_000),
    "SEVERAL": (0, 40_000),
    "_FIRST": (1, 64),
    "_MOST": (2, 65_536),
    "FEW_OFFERS_LEFT": (-1, 50_000),
    "DENSE": (4, 40),
    "PLACES": (8, 2**16),
    "_DENSE": (2**20, 8),
    "FEW": (8, 2, 2048),
}
BOOKS: dict[str, tuple[int, ...]] = {"FEW": (2, 4, 4096), "FEW_OFFERS": (0,)}
"""The sizes from which books are looked at in other ways: so low that small books are looked at in all of them."""
GONE_OVER = "too wide"
"""What the fast engine hands to the reference: 128 bits cannot hold it."""


@contextmanager
def tiny_sizes(seed: int | None = None) -> Iterator[None]:
    """The fast engine with its sizes made tiny; with a seed, each of them small or not."""
    rng = None if seed is None else Random(seed)
    with ExitStack() as stack:
        for modules, sizes in ((_of_engine(), FAST), (_of_books(), BOOKS)):
            for name, choices in sizes.items():
                places = [module for module in modules if hasattr(module, name)]
                assert places, f"no module has a size {name}: what is it called now?"
                size = choices[0] if rng is None else rng.choice(choices)
                for module in places:
                    stack.enter_context(patch.object(module, name, size))
        yield


def _of_engine() -> list[ModuleType]:
    return [import_module(f"{fast.__name__}.{one.name}") for one in iter_modules(fast.__path__)]


def _of_books() -> list[ModuleType]:
    return [import_module(f"vault_rules.domain.{name}") for name in ("columns", "read_column", "book")]


def program_of(case: Case) -> Program:
    typed, lines = checked(case.text)
    assert typed is not None, f"the checker refuses lines {lines}"
    return compile_policy(typed)


def column_book(case: Case, program: Program) -> ColumnBook:
    """The case's book with its offers in columns. Raises `TooWide`."""
    book = case.book
    offers = columns_of(book.offers, list(program.policy.fields))
    others = {one.name: getattr(book, one.name) for one in attrs.fields(type(book))}
    del others["offers"], others["sha256"]
    return ColumnBook(offers=offers, book=book, **others)


def by_reference(case: Case, again: Again | None = None) -> Plan | str:
    """The reference's plan, or the code for which it stops."""
    program = program_of(case)
    try:
        return plan_of(program, run(program, case.book, case.as_of, again))
    except EvaluationError as stopped:
        return str(stopped.diagnostic.code)


def by_fast(case: Case, again: Again | None = None) -> Plan | str:
    """The fast engine's plan, the code for which it stops, or that the reference has to be asked.

    What is worked out later has to come without either: nobody would be there to ask the reference.
    """
    program = program_of(case)
    try:
        found = evaluate(program, column_book(case, program), case.as_of, again)
    except EvaluationError as stopped:
        return str(stopped.diagnostic.code)
    except (Wide, TooWide):
        return GONE_OVER
    return later(found)


def disagreement(case: Case, reference: Plan | str | None = None) -> str:
    """What differs between the two plans, as lines of JSON; nothing where they agree."""
    found = by_fast(case)
    return "" if found == GONE_OVER else differing(by_reference(case) if reference is None else reference, found)


def differing(reference: Plan | str, other: Plan | str) -> str:
    first, second = _told(reference), _told(other)
    if first != second:
        lines = difflib.unified_diff(first.splitlines(), second.splitlines(), "reference", "fast", n=4, lineterm="")
        return "\n".join(lines) or "they differ in how lines end"
    if isinstance(reference, str):
        return ""
    names = [field.name for field in attrs.fields(Plan)]
    return "\n".join(
        f"{name}: reference {getattr(reference, name)}\n  fast {getattr(other, name)}"
        for name in names
        if getattr(reference, name) != getattr(other, name)
    )


def _told(found: Plan | str) -> str:
    return f"stopped: {found}\n" if isinstance(found, str) else plan_to_json(found)
