"""The laws of the shipped policy hold of its own examples, and are broken where one of its rules is taken away."""

from __future__ import annotations

from functools import cache

import pytest

from vault_rules import api, resources
from vault_rules.policy_files import finder
from vault_rules.source.text import Source
from vault_rules.trials.blocks import laws_of, tests_of
from vault_rules.trials.draft import draft_of
from vault_rules.trials.laws import violations


@cache
def shipped(*taken: str) -> api.Policy:
    """The policy, with these words in the place of others."""
    path = resources.shipped_policy("project_vault.vault")
    assert path is not None
    text = path.read_text(encoding="utf-8")
    for words in taken:
        old, _, new = words.partition(" -> ")
        assert old in text
        text = text.replace(old, new, 1)
    source = Source(str(path), text, path.name)
    policy, found = api.check_source(source, finder(source))
    assert policy is not None, found
    return policy


def broken(policy: api.Policy) -> set[str]:
    """The titles of the laws that one of the policy's examples breaks."""
    drafts = [draft_of(policy, one) for one in tests_of(policy)]
    return {law.title for law in laws_of(policy) if any(violations(policy, law, draft) for draft in drafts)}


def test_the_laws_hold_of_every_example() -> None:
    assert len(laws_of(shipped())) >= 9
    assert broken(shipped()) == set()


@pytest.mark.parametrize(
    ("taken", "law"),
    [
        ("valid_until >= today -> today = today", "nothing is bought after its offer has ended, or below its grade"),
        (
            "covered_magnets: mineral in magnet_metals -> covered_magnets: mineral = tantalum",
            "no magnet and no tantalum metal in which a covered nation had a hand",
        ),
        (
            "cap one_country: share by origin <= 65% -> cap one_country: share by origin <= 100%",
            "once replenishment has begun no foreign country has more than 65% of a mineral",
        ),
        ("last_resort share <= 50% -> last_resort share <= 90%", "the last resort gives at most half of a request"),
    ],
)
def test_a_law_is_broken_where_its_rule_says_something_else(taken: str, law: str) -> None:
    assert law in broken(shipped(taken))
