"""A policy twice as long takes twice the work to read and lay out: calls are counted, since clocks are noisy."""

from __future__ import annotations

import pytest

from benchmarks.policies_of_size import policy_text
from tests.support.shapes import SHAPES, shape
from tests.support.work import calls
from vault_rules.language.format import format_policy
from vault_rules.language.parser import parse
from vault_rules.source.text import Source


def read_and_lay_out(text: str) -> object:
    file, diagnostics = parse(Source("p.vault", text))
    assert not diagnostics, diagnostics[0]
    return format_policy(file)


def work(text: str) -> int:
    read_and_lay_out("let a = 1\n")  # what is worked out once, however many policies there are
    return calls(lambda: read_and_lay_out(text))


@pytest.mark.parametrize("name", SHAPES)
def test_twice_the_statements_are_twice_the_work_to_read_and_lay_out(name: str) -> None:
    assert work(shape(name, 120)) <= 2.2 * work(shape(name, 60))


def test_twice_the_rules_of_a_real_policy_are_twice_the_work_to_read_and_lay_out() -> None:
    assert work(policy_text(400)) <= 2.2 * work(policy_text(200))
