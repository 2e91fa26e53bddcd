"""Changes of policies typed out in a test, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tests.support.policies import policy
from vault_rules.api import Policy
from vault_rules.trials.blocks import tests_of
from vault_rules.trials.hunts import Hunt
from vault_rules.trials.mutation.changing import Changer
from vault_rules.trials.mutation.mutant import Mutant
from vault_rules.trials.mutation.mutants import mutants
from vault_rules.trials.mutation.normal import normal_form
from vault_rules.trials.mutation.results import Mutation
from vault_rules.trials.mutation.running import measure
from vault_rules.trials.suites import Suite

BUY = "waterfall w { take all }\n"
MINERALS = "mineral cobalt\nmineral gallium\n"


def said(text: str, of: str) -> list[str]:
    """What is changed in the statement of this name, in words."""
    return [one.said for one in changes(policy(text), of)]


def changes(of: Policy, name: str) -> list[Mutant]:
    """The changes in the statement of this name."""
    found = [one for one in mutants(of) if one.of.endswith(f" `{name}`") or one.of == name]
    assert found, f"nothing is changed in {name!r}"
    return found


def change(of: Policy, words: str) -> Mutant:
    """The one change that is said so; with `the last` before its words, the last of several."""
    plain = words.removeprefix("the last ")
    found = [one for one in mutants(of) if one.said == plain]
    assert found, f"{words!r} is none of {[one.said for one in mutants(of)]}"
    assert len(found) == 1 or plain != words, f"{words!r} is {len(found)} changes"
    return found[-1]


def becomes(text: str, words: str) -> Policy | None:
    """The policy that one change makes of a text; None where it makes none."""
    of = policy(text)
    return Changer(of).changed(change(of, words))[0]


def is_equivalent(text: str, words: str) -> bool:
    """Whether a change is proved to change nothing."""
    of = policy(text)
    changed = Changer(of).changed(change(of, words))[0]
    assert changed is not None, f"{words!r} makes no policy"
    return bool(normal_form(of.typed) == normal_form(changed.typed))


def tried(text: str, chosen: Iterable[int] | None = None, examples: int = 3) -> Mutation:
    """What becomes of all changes of a policy that lies in no file."""
    of = policy(text)
    tests, laws = range(len(tests_of(of))), range(len(of.typed.laws))
    suite = Suite("p.vault", tuple(tests if chosen is None else chosen), tuple(laws))
    return measure(suite, of, Hunt(examples), jobs=1)


def fates(mutation: Mutation, what: str) -> Sequence[str]:
    """The changes that became this, in words."""
    return [one.said for one in mutation.of(what)]
