"""Cases in which the engines are held against each other: more words and books than the second reading knows."""

from __future__ import annotations

from random import Random

from tests.differential.cases import DAYS, Case, accepted
from tests.differential.rich_book import rich_book
from vault_rules.testing.strategies.writer import Writer


class RichWriter(Writer):
    """Writes policies with more of everything, also what the page does not settle: both engines do the same."""

    all_definitions = True
    more_of_everything = True


def rich_case(seed: int) -> Case:
    """A case whose policy the checker accepts, and a book in one of several styles."""
    rng = Random(seed)
    writer, statements = accepted(seed, RichWriter)
    return Case(statements, rich_book(rng, writer.steps), rng.choice(DAYS))
