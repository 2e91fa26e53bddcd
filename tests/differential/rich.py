"""Cases in which the engines are held against each other: more words and books than the second reading knows."""

from __future__ import annotations

from random import Random

from tests.differential import rich_words
from tests.differential.cases import DAYS, Case, accepted
from tests.differential.generator import Writer
from tests.differential.rich_book import rich_book


class RichWriter(Writer):
    """Writes policies with more of everything, also what the page does not settle: both engines do the same."""

    words = rich_words
    compared_of_prior_awards = True
    exceptions_to_advice = True

    def shown(self) -> list[str]:
        count = self.rng.choice([0, 0, 1, 2])
        return [f"show shown{at} = {self.pick(rich_words.SHOWS)}" for at in range(count)]

    def policy(self) -> list[str]:
        """More caps, findings and exceptions, so that they meet each other."""
        found = super().policy()
        more = [self.cap() for _ in range(self.rng.choice([0, 0, 1, 2]))]
        more += [self.found() for _ in range(self.rng.choice([0, 0, 1]))]
        exceptions = [self.exception() for _ in range(self.rng.choice([0, 0, 2, 4])) if self.rules]
        return [*found, *more, *exceptions]

    def exception(self) -> str:
        """To any kind of target as often as to another."""
        kinds = sorted(set(self.rules.values()))
        kind = self.rng.choice(kinds)
        kept, self.rules = self.rules, {name: one for name, one in self.rules.items() if one == kind}
        try:
            return super().exception()
        finally:
            self.rules = kept | self.rules


def rich_case(seed: int) -> Case:
    """A case whose policy the checker accepts, and a book in one of several styles."""
    rng = Random(seed)
    writer, statements = accepted(rng, RichWriter)
    return Case(tuple(statements), rich_book(rng, writer.steps), rng.choice(DAYS))
