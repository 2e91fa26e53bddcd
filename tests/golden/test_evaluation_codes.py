"""The codes with which an evaluation stops: the examples of their pages, evaluated against a small book."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import attrs
import pytest

from vault_rules.domain.rows import BoundBook, Offer, Request
from vault_rules.engine.program import compile_policy
from vault_rules.engine.reference import run
from vault_rules.errors import EvaluationError
from vault_rules.semantics.check import check
from vault_rules.semantics.load import load
from vault_rules.semantics.typed import TypedPolicy
from vault_rules.source.codes import explain_page, read_page
from vault_rules.source.text import Source

AS_OF = date(2027, 3, 1)
OFFER = Offer("a", "glencore", "cobalt", Fraction(30), Fraction(1000), fields={"factor": None})
REQUEST = Request("r1", "gm", "cobalt", Fraction(500))
BOOK = BoundBook((OFFER,), (REQUEST,), (), (), (), (), {"USD": Fraction(1)}, "")


def policy_of(text: str) -> TypedPolicy:
    whole = text if "policy " in text else f'policy reserve "Reserve" {{ currency USD }}\n{text}'
    policy, found = check(load(Source("policy.vault", whole), lambda beside, path: None)[0])
    assert policy is not None, found
    return policy


@pytest.mark.parametrize("code", ["V0501", "V0503", "V0504"])
def test_what_a_page_calls_wrong_stops_the_evaluation(code: str) -> None:
    program = compile_policy(policy_of(read_page(explain_page(code) or "").wrong))
    with pytest.raises(EvaluationError) as stopped:
        run(program, BOOK, AS_OF)
    found = stopped.value.diagnostic
    assert found.code == code
    assert found.help
    assert found.span.text


@pytest.mark.parametrize("code", ["V0501", "V0502", "V0503", "V0504"])
def test_what_a_page_calls_right_is_evaluated(code: str) -> None:
    run(compile_policy(policy_of(read_page(explain_page(code) or "").right)), BOOK, AS_OF)


def test_two_waterfalls_that_no_check_has_seen_stop_the_evaluation() -> None:
    policy = policy_of(read_page(explain_page("V0502") or "").right)
    again = attrs.evolve(policy.waterfalls[0], name="again")
    with pytest.raises(EvaluationError) as stopped:
        run(compile_policy(attrs.evolve(policy, waterfalls=(*policy.waterfalls, again))), BOOK, AS_OF)
    assert stopped.value.diagnostic.code == "V0502"
