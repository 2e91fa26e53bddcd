"""Laws as the checker makes them: of what they are, what they compare by, and the kinds of what they read."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from tests.support.policies import policy
from vault_rules.api import load_policy
from vault_rules.semantics import typed
from vault_rules.semantics.law_columns import SUBJECTS, SUMS, UNDEFINED, columns_of, has, may_join
from vault_rules.semantics.openings import OPENINGS

CAP = "cap one_country: share by origin <= 65% of requested per mineral\n"
_OF_KIND = {
    "mass": "1 kg",
    "ratio": "1%",
    "money": "1 USD",
    "price": "1 USD/kg",
    "number": "1",
    "date": "2027-01-01",
    "text": '"x"',
    "boolean": "true",
    "country": "US",
    "trader": "glencore",
    "buyer": "gm",
    "mineral": "cobalt",
    "tier": "home",
}


def law(*parts: str, before: str = "") -> typed.Law:
    """The only law of a policy that is otherwise empty."""
    block = 'always "a law" {\n' + "\n".join(parts) + "\n}\n"
    (found,) = policy(f"{before}mineral cobalt\ntier home when origin = US\n{block}").typed.laws
    return found


def test_a_law_has_its_title_and_its_parts_in_the_order_written() -> None:
    found = law("for each award: origin = US", "for each country and mineral where country = CN: share <= 20%")
    assert found.title == "a law"
    assert [one.subjects for one in found.parts] == [("award",), ("country", "mineral")]
    assert [one.where is None for one in found.parts] == [True, False]
    assert found.span.text.startswith("always")


@pytest.mark.parametrize("words", OPENINGS)
def test_a_part_says_what_it_compares_by(words: str) -> None:
    (part,) = law(f"when {words}: for each request: awarded >= before.awarded", before=CAP).parts
    assert part.change is not None
    assert (part.change.kind, part.change.cap) == (OPENINGS[words], None)
    assert part.change.span.text == f"when {words}:"


def test_a_cap_may_be_named() -> None:
    (part,) = law("when cap one_country is raised: for each request: awarded >= before.awarded", before=CAP).parts
    assert part.change is not None
    assert (part.change.kind, part.change.cap) == ("cap_raised", "one_country")


def test_what_was_before_and_what_is_narrowed_are_told_apart_from_what_is() -> None:
    said = "(before.awarded where tier = home) <= (awarded where tier = home) and awarded = before.awarded"
    (part,) = law(f"when price falls: for each mineral: {said}").parts
    found = [one for one in typed.walk(part.condition) if isinstance(one, typed.Column) and one.name == "awarded"]
    marks = [(isinstance(one, typed.OfSubject), getattr(one, "before", False)) for one in found]
    assert marks == [(True, True), (True, False), (False, False), (True, True)]
    assert [getattr(one, "where", None) is not None for one in found] == [True, True, False, False]


@pytest.mark.parametrize(("subject", "name"), [(one, name) for one in SUBJECTS for name in columns_of((one,))])
def test_every_column_of_a_subject_can_be_read_as_what_it_is(subject: str, name: str) -> None:
    kind = columns_of((subject,))[name][1]
    value = f"({name} else {_OF_KIND.get(kind.kind, '')})" if name in UNDEFINED else name
    says = f"{value} = {_OF_KIND[kind.kind]}" if kind.kind in _OF_KIND else f"{name} is missing"
    (part,) = law(f"for each {subject}: {says}").parts
    assert part.condition.type.kind == "boolean"


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_subject_has_every_sum(subject: str) -> None:
    assert SUMS.keys() <= columns_of((subject,)).keys()


def test_only_what_has_its_own_name_beside_another_may_be_joined() -> None:
    joined = {(one, other) for one, other in product(SUBJECTS, SUBJECTS) if may_join(one, [other])}
    groups = {("country", "mineral"), ("country", "trader"), ("mineral", "trader")}
    of_requests = {("request", "trader"), ("country", "request")}
    assert {tuple(sorted(one)) for one in joined} == groups | of_requests
    assert has(("country", "mineral")) == {"mineral"}


def test_a_value_of_the_policy_may_be_called_before_where_nothing_is_compared() -> None:
    (part,) = law("for each award: today.year >= before.year", before="let before = 2027-01-01\n").parts
    assert any(isinstance(one, typed.LetRef) for one in typed.walk(part.condition))
    (part,) = law("when price rises: for each offer: price >= before.price", before="let before = 2027-01-01\n").parts
    assert not any(isinstance(one, typed.LetRef) for one in typed.walk(part.condition))


def test_laws_that_say_the_same_are_equal_wherever_they_stand() -> None:
    said = "for each mineral: (share where origin = CN) <= 20%"
    assert law(said) == law(said, before="\n\n# further down\n")
    assert law(said) != law(said.replace("CN", "RU"))


def test_laws_of_a_file_that_is_used_stay_with_it(tmp_path: Path) -> None:
    block = 'always "{}" {{\n  for each award: true\n}}\n'
    (tmp_path / "used.vault").write_text(block.format("theirs"), encoding="utf-8")
    own = 'policy p "a policy" { currency USD }\nuse "used.vault"\n' + block.format("own")
    (tmp_path / "own.vault").write_text(own, encoding="utf-8")
    assert [one.title for one in load_policy(tmp_path / "own.vault").typed.laws] == ["own"]
