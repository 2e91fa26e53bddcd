"""Changed policies put before tests and laws, until one notices.

Tests come first, then laws on small books. What noticed a change is asked first about the next: changes that lie close
together are mostly noticed by the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import attrs

from vault_rules.api import Policy
from vault_rules.errors import VaultRulesError
from vault_rules.language import ast
from vault_rules.trials.blocks import tests_of
from vault_rules.trials.draft import Draft, draft_of
from vault_rules.trials.expects import MET
from vault_rules.trials.laws import violations
from vault_rules.trials.mutation.changing import Changer
from vault_rules.trials.mutation.mutant import Mutant
from vault_rules.trials.mutation.normal import normal_form
from vault_rules.trials.mutation.reach import EVERYWHERE, is_within, minerals_of, reach, same_laws
from vault_rules.trials.mutation.results import EQUIVALENT, KILLED, STILLBORN, SURVIVED, Fate
from vault_rules.trials.running import judge_outcome, outcome_of

ENGINE = "reference"
"""Of so few offers it makes a plan in half the time that the other takes; the tests hold both to be the same."""


@attrs.frozen
class Example:
    """A test: its book, and what it expects."""

    title: str
    draft: Draft
    expectations: tuple[ast.Expectation, ...]
    minerals: frozenset[str]

    def holds(self, policy: Policy) -> bool:
        outcome = outcome_of(policy, self.draft, ENGINE)
        return all(judge_outcome(one, outcome) is MET for one in self.expectations)


@attrs.frozen
class Trial:
    """A small book, and the laws that hold in it, by their place among the policy's."""

    draft: Draft
    laws: tuple[int, ...]
    minerals: frozenset[str]

    def broken(self, policy: Policy) -> str | None:
        """The title of a law that does not hold in it under another policy; None where all do, or there is no plan."""
        for at in self.laws:
            law = policy.typed.laws[at]
            try:
                if violations(policy, law, self.draft):
                    return law.title
            except VaultRulesError:  # a law is about plans, and here is none
                return None
        return None


def examples(policy: Policy, chosen: Iterable[int]) -> tuple[Example, ...]:
    """The chosen tests of a policy that hold: one that fails anyway notices nothing."""
    tests = tests_of(policy)
    found = []
    for at in chosen:
        items = [one for one in tests[at].items if isinstance(one, ast.Expectation)]
        draft = draft_of(policy, tests[at])
        example = Example(tests[at].title, draft, tuple(items), minerals_of(draft))
        if items and example.holds(policy):
            found.append(example)
    return tuple(found)


def trials(policy: Policy, laws: Sequence[int], drafts: Iterable[Draft]) -> tuple[Trial, ...]:
    """Small books, each with those of some laws of a policy that hold in it; without those of which no plan comes."""
    found = []
    for draft in dict.fromkeys(drafts):
        try:
            holding = [at for at in laws if not violations(policy, policy.typed.laws[at], draft)]
        except VaultRulesError:
            continue
        if holding:
            found.append(Trial(draft, tuple(holding), minerals_of(draft)))
    return tuple(found)


class Hunter:
    """Finds out what becomes of the changes of one policy."""

    def __init__(self, policy: Policy, asked: Sequence[Example], books: Sequence[Trial]) -> None:
        self.asked, self.books = asked, books
        self.changer = Changer(policy)
        self.form = normal_form(policy.typed)

    def fates(self, mutants: Iterable[Mutant]) -> Iterator[Fate]:
        """What becomes of some changes, in order. It depends on nothing that was asked before."""
        tests, books = list(self.asked), list(self.books)
        for mutant in mutants:
            yield self._fate(mutant, tests, books)

    def _fate(self, mutant: Mutant, tests: list[Example], books: list[Trial]) -> Fate:
        policy, diagnostics = self.changer.changed(mutant)
        if policy is None:
            return Fate(STILLBORN, next(one.code for one in diagnostics if one.is_error))
        form = normal_form(policy.typed)
        spread = reach(self.form, form)
        for at, example in enumerate(tests):
            if is_within(spread, example.draft, example.minerals) and not example.holds(policy):
                tests.insert(0, tests.pop(at))
                return Fate(KILLED, f'test "{example.title}"')
        if form == self.form:
            return Fate(EQUIVALENT)
        if not same_laws(self.form, form):
            spread = EVERYWHERE
        for at, book in enumerate(books):
            law = book.broken(policy) if is_within(spread, book.draft, book.minerals) else None
            if law is not None:
                books.insert(0, books.pop(at))
                return Fate(KILLED, f'always "{law}"')
        return Fate(SURVIVED)
