"""What becomes of a change: noticed by a test, by a law, proved to be none, no policy at all, or a survivor."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tests.support.coverage import tried as trial_of
from tests.support.mutation import BUY, change, fates, tried
from tests.support.policies import policy
from vault_rules.trials.blocks import tests_of
from vault_rules.trials.draft import draft_of
from vault_rules.trials.mutation.killing import Hunter, examples, trials
from vault_rules.trials.mutation.results import EQUIVALENT, KILLED, STILLBORN, SURVIVED, Fate, score_of

RULES = BUY + "let unread = 1 t\nrequire cheap: price <= 10 USD/kg\n"


def expects(title: str, offer: str, *expectations: str) -> str:
    """A test of one offer."""
    lines = "".join(f"expect {one}\n" for one in expectations)
    return trial_of("2027-08-01", offer).replace('"t"', f'"{title}"').replace("} }\n", "}\n" + lines + "}\n")


AT_LIMIT = expects("at the limit", "a x cobalt US 10 100kg", "award 100 kg from a")
ABOVE = expects("above it", "a x cobalt US 10.01 100kg", "reject a because require:cheap")
NEVER_DEAR = 'always "never dear" { for each award: price <= 10 USD/kg }\n'


def fate(text: str, words: str) -> Fate:
    of = policy(text)
    chosen = range(len(tests_of(of)))
    asked = examples(of, chosen)
    books = trials(of, range(len(of.typed.laws)), [draft_of(of, one) for one in tests_of(of)])
    (found,) = Hunter(of, asked, books).fates([change(of, words)])
    return found


def test_a_test_that_fails_with_a_change_notices_it() -> None:
    assert fate(RULES + AT_LIMIT, "`<=` became `<`") == Fate(KILLED, 'test "at the limit"')
    assert fate(RULES + ABOVE + AT_LIMIT, "`10 USD/kg` became `9 USD/kg`") == Fate(KILLED, 'test "at the limit"')


def test_what_no_test_notices_survives() -> None:
    assert fate(RULES + AT_LIMIT, "`10 USD/kg` became `11 USD/kg`") == Fate(SURVIVED)
    assert fate(RULES, "`<=` became `<`") == Fate(SURVIVED)


def test_a_law_notices_what_tests_do_not() -> None:
    more = expects("far above", "a x cobalt US 10.5 100kg", "total requested 100 kg")
    assert fate(RULES + more, "`10 USD/kg` became `11 USD/kg`") == Fate(SURVIVED)
    assert fate(RULES + more + NEVER_DEAR, "`10 USD/kg` became `11 USD/kg`") == Fate(KILLED, 'always "never dear"')


def test_what_is_proved_to_change_nothing_is_no_survivor() -> None:
    assert fate(RULES + AT_LIMIT, "`1 t` became `2 t`") == Fate(EQUIVALENT)


def test_what_makes_no_policy_is_told_by_its_mistake() -> None:
    two = "waterfall v before 2027-01-01 { take all }\nwaterfall w from 2027-01-01 { take all }\n"
    assert fate(two, "`before 2027-01-01` was left out") == Fate(STILLBORN, "V0301")


def test_a_test_that_fails_anyway_notices_nothing() -> None:
    wrong = expects("wrong", "a x cobalt US 10 100kg", "no award from a")
    assert tried(RULES + wrong).tests == 0
    assert tried(RULES + wrong + AT_LIMIT).tests == 1


def test_an_expected_error_is_noticed_to_be_gone() -> None:
    early = BUY.replace("w {", "w from 2027-08-02 {")
    stops = expects("too early", "a x cobalt US 1 1kg", "error V0501")
    assert fate(early + stops, "`2027-08-02` became `2027-08-01`, a day earlier") == Fate(KILLED, 'test "too early"')


def test_parameters_that_a_test_sets_are_set_with_the_change_too() -> None:
    text = BUY + "let most = 10 USD/kg\nrequire cheap: price <= most\n"
    test = trial_of("2027-08-01", "a x cobalt US 20 100kg", more="set most = 20 USD/kg")
    test = test.replace("} }\n", "}\nexpect award 100 kg\n}\n")
    assert fate(text + test, "`<=` became `<`").what == KILLED
    assert fate(text + test, "`10 USD/kg` became `9 USD/kg`").what == SURVIVED


def test_a_law_that_does_not_hold_anyway_notices_nothing() -> None:
    broken = 'always "never bought" { for each award: false }\n'
    of = policy(RULES + AT_LIMIT + broken + NEVER_DEAR)
    (book,) = trials(of, [0, 1], [draft_of(of, tests_of(of)[0])])
    assert [of.typed.laws[at].title for at in book.laws] == ["never dear"]


def test_books_of_which_no_plan_comes_are_no_trial_of_laws() -> None:
    early = BUY.replace("w {", "w from 2027-08-02 {")
    of = policy(early + NEVER_DEAR + expects("too early", "a x cobalt US 1 1kg", "error V0501"))
    assert trials(of, [0], [draft_of(of, tests_of(of)[0])]) == ()


def test_only_the_chosen_tests_are_asked() -> None:
    whole = tried(RULES + AT_LIMIT + ABOVE)
    first = tried(RULES + AT_LIMIT + ABOVE, chosen=[0])
    assert set(fates(first, KILLED)) < set(fates(whole, KILLED))
    assert whole.tests == 2 and first.tests == 1


def test_the_score_counts_what_can_be_noticed() -> None:
    found = tried(RULES + AT_LIMIT + ABOVE)
    killed, survived = len(found.of(KILLED)), len(found.survivors)
    assert found.score == Fraction(killed, killed + survived)
    assert fates(found, EQUIVALENT) == ["`1 t` became `0 t`", "`1 t` became `2 t`"]


@pytest.mark.parametrize(
    ("whats", "score"),
    [
        ([KILLED, SURVIVED, EQUIVALENT, STILLBORN], Fraction(1, 2)),
        ([KILLED, KILLED, SURVIVED], Fraction(2, 3)),
        ([EQUIVALENT, STILLBORN], Fraction(1)),
        ([], Fraction(1)),
    ],
)
def test_what_changes_nothing_or_makes_no_policy_does_not_count(whats: list[str], score: Fraction) -> None:
    assert score_of(map(Fate, whats)) == score
