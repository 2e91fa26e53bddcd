"""Cases for the differential test: a policy as a list of statements, a book, a day; all from one random seed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import count
from random import Random

import attrs

from tests.differential.generator_book import random_book
from tests.differential.oracle import evaluate
from vault_rules.domain.rows import BoundBook
from vault_rules.semantics.check import check
from vault_rules.semantics.load import load
from vault_rules.semantics.typed import TypedPolicy
from vault_rules.source.text import Source
from vault_rules.testing.strategies.words import PLAIN
from vault_rules.testing.strategies.writer import Writer
from vault_rules.trials.books.choosing import Dice

DAYS = [date(2027, 7, 1), date(2027, 8, 1), date(2027, 8, 31)]
DAYS += [date(2027, 6, 30), date(2027, 9, 30), date(2027, 10, 1), date(2027, 12, 31)]


@attrs.frozen
class Case:
    """`statements` are the policy's, one text each, so that a reducer can leave some out."""

    statements: tuple[str, ...]
    book: BoundBook
    as_of: date

    @property
    def text(self) -> str:
        return "\n".join(self.statements) + "\n"


def checked(text: str) -> tuple[TypedPolicy | None, list[int]]:
    """The policy that the checker makes of a text, and the lines of its errors."""
    loaded, found = load(Source("p.vault", text, "p.vault"), lambda beside, path: None)
    typed, more = check(loaded)
    lines = [one.span.line for one in (*found, *more) if one.is_error]
    return (None if lines else typed), lines


class PlainWriter(Writer):
    """Writes with the words that both readings know, and nothing that the page does not settle."""

    all_definitions = True
    compared_of_prior_awards = False
    exceptions_to_advice = False


def random_case(seed: int) -> Case:
    """A case whose policy the checker accepts, and both readings know."""
    writer, statements = accepted(seed, lambda dice: PlainWriter(dice, words=PLAIN))
    return _bought(Random(seed), statements, writer.steps)


def accepted(seed: int, make: Callable[[Dice], Writer]) -> tuple[Writer, tuple[str, ...]]:
    """A policy that the checker accepts, by who wrote it: one of some thousands is refused, and another written."""
    for number in count():
        writer = make(Dice(seed, number))
        statements = tuple(writer.policy())
        if checked("\n".join(statements) + "\n")[0] is not None:
            return writer, statements
    raise AssertionError


def _bought(rng: Random, statements: tuple[str, ...], steps: dict[str, int]) -> Case:
    """The policy with a book of which several things are bought, if some tries find one."""
    for _ in range(6):
        case = Case(statements, random_book(rng, steps), rng.choice(DAYS))
        found = evaluate(case.text, case.book, case.as_of)
        if found is not None and len(found.awards) >= rng.choice([0, 1, 2, 3]):
            break
    return case
