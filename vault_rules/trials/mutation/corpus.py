"""The small books on which laws are held against changed policies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from vault_rules.api import Policy
from vault_rules.trials.blocks import laws_of
from vault_rules.trials.coverage.law_books import law_books
from vault_rules.trials.coverage.measuring import Measuring
from vault_rules.trials.draft import Draft


def corpus(policy: Policy, laws: Sequence[int], drafts: Iterable[Draft], examples: int, seed: int) -> Iterator[Draft]:
    """These drafts, the books that broke a law before, and of so many books that are made for the laws those that show
    something of the policy that none before them shows.

    A change shows in a book only where what is changed decides something; many books that show the same are of no use.
    """
    from vault_rules.trials.books.kept import kept_for

    if not laws:
        return
    measuring = Measuring(policy)
    for draft in (*drafts, *kept_for(policy)):
        measuring.add(draft)
        yield draft
    all_laws = laws_of(policy)
    seen = len(measuring.coverage.covered)
    for draft in law_books(policy, [all_laws[at] for at in laws], examples, seed):
        measuring.add(draft)
        now = len(measuring.coverage.covered)
        if now > seen:
            seen = now
            yield draft
