"""Both engines' plans of a case, whole, and what differs between them."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from unittest.mock import patch

import attrs

from tests.differential.cases import Case, checked
from vault_rules.domain.columns import ColumnBook, TooWide, columns_of
from vault_rules.domain.plan import Plan
from vault_rules.engine.fast.evaluation import evaluate
from vault_rules.engine.fast.plan import later
from vault_rules.engine.fast.vectors import Wide
from vault_rules.engine.program import Program, compile_policy
from vault_rules.engine.reference import run
from vault_rules.engine.result import plan_of
from vault_rules.errors import EvaluationError
from vault_rules.report.as_json import plan_to_json

FAST = "vault_rules.engine.fast."
TINY = {
    FAST + "serving._FEW": 1,
    FAST + "serving.BLOCK": 4,
    FAST + "serving._MANY": 8,
    FAST + "lanes.BLOCK": 4,
    FAST + "lanes.SMALL": 8,
    FAST + "cheapest.SMALL": 4,
    FAST + "cheapest._SURE": 1,
    FAST + "cheapest.SAMPLE": 4,
    FAST + "vectors.FEW": 8,
    FAST + "table.DENSE": 4,
    "vault_rules.domain.columns.FEW": 2,
    "vault_rules.domain.read_column.FEW": 2,
    "vault_rules.domain.book.FEW_OFFERS": 0,
}
"""The sizes from which books are looked at in other ways, so low that small books are looked at in all of them."""
GONE_OVER = "too wide"
"""What the fast engine hands to the reference: 128 bits cannot hold it."""


@contextmanager
def tiny_sizes() -> Iterator[None]:
    """The fast engine with its sizes made tiny."""
    with ExitStack() as stack:
        for place, size in TINY.items():
            module, _, name = place.rpartition(".")
            stack.enter_context(patch.object(import_module(module), name, size))
        yield


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


def by_reference(case: Case) -> Plan | str:
    """The reference's plan, or the code for which it stops."""
    program = program_of(case)
    try:
        return plan_of(program, run(program, case.book, case.as_of))
    except EvaluationError as stopped:
        return str(stopped.diagnostic.code)


def by_fast(case: Case) -> Plan | str:
    """The fast engine's plan, the code for which it stops, or that the reference has to be asked.

    What is worked out later has to come without either: nobody would be there to ask the reference.
    """
    program = program_of(case)
    try:
        found = evaluate(program, column_book(case, program), case.as_of)
    except EvaluationError as stopped:
        return str(stopped.diagnostic.code)
    except (Wide, TooWide):
        return GONE_OVER
    return later(found)


def disagreement(case: Case) -> str:
    """What differs between the two plans, as lines of JSON; nothing where they agree."""
    fast = by_fast(case)
    if fast == GONE_OVER:
        return ""
    return differing(by_reference(case), fast)


def differing(reference: Plan | str, fast: Plan | str) -> str:
    one, other = _told(reference), _told(fast)
    if one != other:
        lines = difflib.unified_diff(one.splitlines(), other.splitlines(), "reference", "fast", n=4, lineterm="")
        return "\n".join(lines) or "they differ in how lines end"
    if isinstance(reference, str):
        return ""
    names = [field.name for field in attrs.fields(Plan)]
    return "\n".join(
        f"{name}: reference {getattr(reference, name)}\n  fast {getattr(fast, name)}"
        for name in names
        if getattr(reference, name) != getattr(fast, name)
    )


def _told(found: Plan | str) -> str:
    return f"stopped: {found}\n" if isinstance(found, str) else plan_to_json(found)
