"""Which tests an expression chooses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault_rules.errors import UsageError
from vault_rules.trials.choosing import chosen

NAME = "policies/reserve.vault::Gallium may come late, and not dear"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (None, True),
        ("  ", True),
        ("gallium", True),
        ("reserve.vault", True),
        ("cobalt", False),
        ("gallium and late", True),
        ("gallium and cobalt", False),
        ("cobalt or late", True),
        ("not cobalt", True),
        ("not not late", True),
        ("not (gallium and late)", False),
        ("cobalt or gallium and cobalt", False),
        ("(cobalt or gallium) and late", True),
        ('"and not dear"', True),
        ('"come late" and gallium', True),
        ('"or not dear"', False),
    ],
)
def test_an_expression_chooses(expression: str | None, expected: bool) -> None:
    assert chosen(expression)(NAME) is expected


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("gallium late", "`late` stands where `and` or `or` belongs"),
        ("gallium and", "missing at the end"),
        ("or gallium", "missing before `or`"),
        ("(gallium", "`(` is not closed"),
        ("gallium)", "`)` stands where"),
        ('"gallium', "a quotation mark is not closed"),
        ("()", "missing before `)`"),
    ],
)
def test_an_expression_that_cannot_be_read_is_refused(expression: str, why: str) -> None:
    with pytest.raises(UsageError) as caught:
        chosen(expression)
    assert why in str(caught.value)


@given(st.lists(st.sampled_from([*"abc", "and", "or", "not", "(", ")"]), max_size=9), st.text("abc", max_size=3))
def test_an_expression_means_what_python_means_by_it(tokens: list[str], name: str) -> None:
    pythons = " ".join(f"({token in name})" if token in "abc" else token for token in tokens)
    try:
        expected = bool(eval(pythons))
        compile(pythons, "", "eval")
    except (SyntaxError, TypeError):
        return
    if "( )" not in pythons and tokens:
        assert chosen(" ".join(tokens))(name) is expected
