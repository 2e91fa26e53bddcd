"""Laws held against small books: of what they do not hold."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import attrs

from vault_rules import api
from vault_rules.domain.bind import bind
from vault_rules.semantics import typed
from vault_rules.semantics.meaning import value_of
from vault_rules.trials.draft import Draft, with_settings
from vault_rules.trials.laws.changes import Changed, Trial
from vault_rules.trials.laws.facts import LawFacts
from vault_rules.trials.laws.subjects import Subject, in_both, subjects
from vault_rules.trials.laws.violation import Violation, violation

_KEPT = 32
"""How many drafts are kept evaluated: several laws are asked of one, one after the other."""


def violations(policy: api.Policy, law: typed.Law, draft: Draft) -> tuple[Violation, ...]:
    """Of what a law of this policy does not hold in a draft; nothing where it holds.

    A part that compares two evaluations says what the first change shows that breaks it. Raises what an evaluation of
    the draft raises: `EvaluationError`, `BookError`, `PolicyError`, `UsageError`.
    """
    trial = _trial(policy, draft)
    return tuple(found for part in law.parts for found in _of_part(law, part, trial))


@lru_cache(maxsize=_KEPT)
def _trial(policy: api.Policy, draft: Draft) -> Trial:
    asked = with_settings(policy, draft.parameters)
    return Trial(asked.program, bind(draft.book(), **api.eyes_of(asked, draft.as_of)), draft.as_of)


def _of_part(law: typed.Law, part: typed.ForEach, trial: Trial) -> list[Violation]:
    if part.change is None:
        facts = (LawFacts(one) for one in _placed(part, subjects(part.subjects, trial.base)))
        return list(_broken(law, part, facts, trial, None))
    for changed in trial.changes(part.change):
        found = list(_broken(law, part, _pairs(part, changed), trial, changed.text))
        if found:
            return found
    return []


def _pairs(part: typed.ForEach, changed: Changed) -> Iterator[LawFacts]:
    for before, after in in_both(part.subjects, changed.before, changed.after):
        yield LawFacts(after, before)


def _broken(
    law: typed.Law, part: typed.ForEach, asked: Iterator[LawFacts], trial: Trial, change: str | None
) -> Iterator[Violation]:
    """A part says that where its `where` holds, its condition does: what is not known to be so breaks it."""
    for facts in asked:
        if part.where is not None and value_of(part.where, facts) is False:
            continue
        if value_of(part.condition, facts) is not True:
            yield violation(law, part, facts, trial.currency, change)


def _placed(part: typed.ForEach, found: Iterator[Subject]) -> Iterator[Subject]:
    """What is asked of the facility is asked of each place of an award."""
    asked = [one for one in (part.where, part.condition) if one is not None]
    if not any(isinstance(one, typed.Column) and one.owner == "facility" for expr in asked for one in typed.walk(expr)):
        yield from found
        return
    for subject in found:
        facilities = {one.facility: one for one in subject.situation.book.facilities}
        for place in subject.situation.places[subject.of("award")]:
            yield attrs.evolve(subject, facility=facilities[place.facility])
