"""What a change makes of a policy: only what it touches is read anew, and what comes of it is the same."""

from __future__ import annotations

import attrs

from tests.support.mutation import BUY, MINERALS, becomes, change
from tests.support.policies import policy
from vault_rules.semantics import typed
from vault_rules.trials.mutation.changing import Changer

RULES = MINERALS + BUY + "let most = 3 USD/kg\nrequire cheap: price <= most\nforbid far: origin = CL\n"


def test_a_changed_policy_says_what_its_text_says() -> None:
    changed = becomes(RULES, "`3 USD/kg` became `4 USD/kg`")
    assert changed is not None
    written = policy(RULES.replace("3 USD/kg", "4 USD/kg"))
    assert changed.typed.rules == written.typed.rules
    assert changed.typed.lets == written.typed.lets
    assert changed.typed.sha256 == written.typed.sha256
    assert changed.file.source.text == written.file.source.text


def test_what_is_left_out_is_gone() -> None:
    changed = becomes(RULES, "the forbid `far` was left out")
    assert changed is not None
    assert [one.name for one in changed.typed.rules] == ["cheap"]


def test_places_of_what_is_not_touched_stay_as_their_author_knows_them() -> None:
    of = policy(RULES)
    changed, _ = Changer(of).changed(change(of, "`<=` became `<`"))
    assert changed is not None
    assert [one.span.line for one in changed.typed.rules] == [one.span.line for one in of.typed.rules]


def test_a_change_that_is_a_mistake_makes_no_policy_and_says_why() -> None:
    of = policy(MINERALS + BUY.replace("w ", "w from 2027-01-01 ") + BUY.replace("w ", "v before 2027-01-01 "))
    changed, diagnostics = Changer(of).changed(change(of, "`from 2027-01-01` was left out"))
    assert changed is None
    assert [one.code for one in diagnostics if one.is_error] == ["V0301"]


def test_a_mistake_of_form_makes_no_policy_either() -> None:
    of = policy(RULES)
    broken = attrs.evolve(change(of, "`<=` became `<`"), text="<= <=")
    changed, diagnostics = Changer(of).changed(broken)
    assert changed is None and [one.code for one in diagnostics] == ["V0112"]


def test_used_files_are_read_once_and_shared() -> None:
    of = policy('use "lib/minerals.vault"\n' + BUY + "require cheap: price <= 3 USD/kg\n")
    changed, _ = Changer(of).changed(change(of, "`<=` became `<`"))
    assert changed is not None
    brought = [one for one in of._loaded.statements if id(one) not in of._loaded.own]
    assert brought and all(
        one is other
        for one, other in zip(
            brought, [one for one in changed._loaded.statements if id(one) not in changed._loaded.own], strict=True
        )
    )


def test_laws_are_checked_with_the_change_and_tests_left_to_who_runs_them() -> None:
    more = 'always "l" { for each award: price <= most }\ntest "t" { as of 2027-01-01 expect no award }\n'
    changed = becomes(RULES + more, "`3 USD/kg` became `4 USD/kg`")
    assert changed is not None
    (law,) = changed.typed.laws
    (part,) = law.parts
    assert [one.name for one in typed.walk(part.condition) if isinstance(one, typed.LetRef)] == ["most"]
    assert all(type(one).__name__ != "Test" for one in changed.file.statements)


def test_a_law_that_makes_no_sense_with_a_change_makes_it_no_policy() -> None:
    rules = (
        RULES
        + 'tier home when origin = US\ntier other otherwise\nalways "l" { for each award where tier = home: true }\n'
    )
    assert becomes(rules, "the tier `home` was left out") is None
