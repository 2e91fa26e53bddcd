"""The books of laws: those that a hunt tries, whether or not it would stop at one of them."""

from __future__ import annotations

from tests.support.policies import policy
from vault_rules.trials.blocks import laws_of
from vault_rules.trials.books.hunting import hunt
from vault_rules.trials.coverage.law_books import law_books
from vault_rules.trials.coverage.measuring import measure

POLICY = """
tier home when origin = US
tier other otherwise
require cheap: price <= 10 USD/kg
waterfall w { take home premium <= 10% over best(other, depth 1 kg) if none allow
take other share <= 50% by price }
always "cheap" { for each award: price <= 10 USD/kg }
always "never any" { for each award: price > 10 USD/kg }
"""


def test_they_are_as_many_as_are_asked_for_and_the_same_from_the_same_seed() -> None:
    subject = policy(POLICY)
    books = list(law_books(subject, laws_of(subject), 20, 7))
    assert len(books) == 20
    assert books == list(law_books(subject, laws_of(subject), 20, 7))
    assert books[:5] == list(law_books(subject, laws_of(subject), 5, 7))
    assert books != list(law_books(subject, laws_of(subject), 20, 8))


def test_a_law_that_is_broken_ends_nothing() -> None:
    subject = policy(POLICY)
    broken = laws_of(subject)[1]
    assert hunt(subject, broken, examples=20).needed
    assert len(list(law_books(subject, [broken], 20, 0))) == 20


def test_without_laws_or_without_a_waterfall_in_force_there_are_none() -> None:
    subject = policy(POLICY)
    assert list(law_books(subject, (), 20, 0)) == []
    without = policy('tier home otherwise\nalways "l" { for each award: price > 10 USD/kg }\n')
    assert list(law_books(without, laws_of(without), 20, 0)) == []


def test_the_books_made_for_a_small_policy_meet_all_of_it() -> None:
    subject = policy(POLICY)
    coverage = measure(subject, law_books(subject, laws_of(subject), 200, 0))
    assert [(one.of, one.missing) for one in coverage.missing] == []
