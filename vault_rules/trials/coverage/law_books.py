"""The books on which laws are tried, so that it can be seen how much of a policy they reach."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vault_rules import api
from vault_rules.errors import UsageError
from vault_rules.semantics import typed
from vault_rules.trials.draft import Draft
from vault_rules.trials.laws import Violation


def law_books(policy: api.Policy, laws: Sequence[typed.Law], examples: int, seed: int) -> Iterator[Draft]:
    """So many books as a hunt for these laws tries from this seed, where none of them is broken.

    None without laws, or for a policy that never has a waterfall.
    """
    from vault_rules.trials.books.hunting import hunt_all

    books: dict[Draft, None] = {}

    def keep(policy: api.Policy, law: typed.Law, draft: Draft) -> Sequence[Violation]:
        books[draft] = None
        return ()

    try:
        hunt_all(policy, laws, examples=examples, seed=seed, find=keep)
    except UsageError:
        return
    yield from books
