"""Each kind of expectation: when it is met, and what is said to be the case where it is not."""

from __future__ import annotations

import pytest

from tests.support.trials import reserve
from vault_rules.domain.plan import Plan
from vault_rules.language import ast
from vault_rules.trials import blocks
from vault_rules.trials.draft import draft_of, evaluate_draft
from vault_rules.trials.expects import MET, MOST_LINES, Unmet, few, judge

MET_BY_THE_PLAN = """
award 3 t from a to r1
award 3000 kg from a
award 6 t from b
award 8 t to r1
award 9 t
award 9000000 g
no award from c
no award from a to r2
no award from "d 4"
order a, b, b
order a, b for r1
order b for r2
reject c
reject c for r2
reject c because share:last
reject "d 4" because premium:1 unless price <= 34.50 USD/kg
reject dear for r1 because require:cheap unless price <= 90000 USD/t
reject dear unless price <= 90 USD/kg
shortfall 2 t for r1
shortfall 1 t for r2 because share:last, require:cheap, premium:1
shortfall 3 t because premium:1, require:cheap, share:last
place 3 t from a in nola
place 4 t in nola
place 3 t in reno
unplaced 2 t
unplaced 2000 kg from b
no unplaced from a
total cost 283500.00 USD
total cost 283500 USD
total awarded 9 t
total requested 12 t
total shortfall 3 t
total awarded 3 t by tier home
total awarded 6 t by origin AU
total awarded 0 t by origin CN
total awarded 9 t by trader glencore
total awarded 9 t by mineral cobalt
finding local fails
finding local fails for all
finding local holds for cobalt
"""

UNMET = {
    "award 4 t from a to r1": ("award 3 t from a to r1", "award 5 t from b to r1"),
    "award 1 t from c to r1": ("no award from c to r1", "award 3 t from a to r1", "award 5 t from b to r1"),
    "award 1 t from c": (
        "no award from c", "award 3 t from a to r1", "award 5 t from b to r1", "award 1 t from b to r2"
    ),
    "award 10 t": ("award 9 t", "award 3 t from a to r1", "award 5 t from b to r1", "award 1 t from b to r2"),
    "award 9.000000001 t to r2": ("award 1 t to r2",),
    "no award from b": ("award 5000 kg from b to r1", "award 1000 kg from b to r2"),
    "order b, a for r1": ("order a, b for r1",),
    "order a, b": ("order a, b, b",),
    "order a for r2": ("order b for r2",),
    "reject a": ("award 3000 kg from a to r1",),
    "reject c for r1": ("reject c for r2 because share:last",),
    "reject c because share:last, late": ("reject c for r2 because share:last",),
    "reject dear because late": ("reject dear because require:cheap",),
    'reject "d 4" unless price <= 34.499999999 USD/kg': (
        'reject "d 4" for r2 because premium:1 unless price <= 34.5 USD/kg',
    ),
    "reject dear unless price <= 1 USD/lb": (
        "reject dear because require:cheap unless price <= 40.8233133 USD/lb",
    ),
    "reject c unless price <= 20 USD/kg": ("reject c for r2 because share:last, whatever its price",),
    "shortfall 1 t for r1": ("shortfall 2 t for r1 because premium:1, require:cheap, share:last",),
    "shortfall 2 t for r1 because share:last": (
        "shortfall 2 t for r1 because premium:1, require:cheap, share:last",
    ),
    "no shortfall": (
        "shortfall 2000 kg for r1 because premium:1, require:cheap, share:last",
        "shortfall 1000 kg for r2 because premium:1, require:cheap, share:last",
    ),
    "no shortfall for r2": ("shortfall 1000 kg for r2 because premium:1, require:cheap, share:last",),
    "place 4 t from a in nola": ("place 3 t from a in nola",),
    "place 4 t from b in reno": (
        "place 1 t from b in nola", "place 3 t from b in reno", "unplaced 1 t from b", "unplaced 1 t from b"
    ),
    "place 4 t from c in reno": ("nothing is placed",),
    "unplaced 1 t from a": ("no unplaced from a",),
    "unplaced 1 t": ("unplaced 1 t from b", "unplaced 1 t from b"),
    "no unplaced": ("unplaced 1000 kg from b", "unplaced 1000 kg from b"),
    "total cost 283499.99 USD": ("total cost 283500.00 USD",),
    "total awarded 10 t": ("total awarded 9 t",),
    "total awarded 10 oz_t": ("total awarded 9000 kg",),
    "total requested 10 t": ("total requested 12 t",),
    "total awarded 4 t by tier home": ("total awarded 3 t by tier home", "total awarded 6 t by tier other"),
    "finding local holds": ("finding local fails for all: 33.333333333333%, limit 50%",),
    "finding local fails for cobalt": ("finding local holds: there is none that fails",),
    "error V0501": ("a plan: 3 awards, 2 shortfalls",),
}  # fmt: skip


def plan_and(text: str) -> tuple[Plan, ast.Expectation]:
    policy = reserve(text)
    (test,) = blocks.tests_of(policy)
    expectation = test.items[-1]
    assert isinstance(expectation, ast.Expectation)
    return evaluate_draft(policy, draft_of(policy, test)).rows, expectation


@pytest.mark.parametrize("text", MET_BY_THE_PLAN.strip().splitlines())
def test_what_is_so_is_met(text: str) -> None:
    plan, expectation = plan_and(text)
    assert judge(expectation, plan) is MET


@pytest.mark.parametrize("text", UNMET)
def test_what_is_not_so_is_told_in_the_same_words(text: str) -> None:
    plan, expectation = plan_and(text)
    judged = judge(expectation, plan)
    assert isinstance(judged, Unmet)
    assert judged.actual == UNMET[text]


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("award 1 t from c to r1", [("c", "r1")]),
        ("award 10 t to r2", [("c", "r2"), ("d 4", "r2"), ("dear", "r2")]),
        ("no award from b", [("b", "r1"), ("b", "r2")]),
        ("order b, a for r1", [("b", "r1"), ("a", "r1")]),
        ("order a, b", [("b", None)]),
        ("reject a", [("a", None)]),
        ("no shortfall for r1", [("c", "r1"), ("d 4", "r1"), ("dear", "r1")]),
        ("place 4 t from c in reno", []),
        ("unplaced 1 t", [("a", "r1"), ("b", "r1"), ("b", "r2")]),
        ("total awarded 10 t", []),
    ],
)
def test_it_is_explained_by_the_offers_that_it_is_about(text: str, about: list[tuple[str, str | None]]) -> None:
    plan, expectation = plan_and(text)
    judged = judge(expectation, plan)
    assert isinstance(judged, Unmet)
    assert list(judged.about) == about


def test_of_many_lines_the_last_are_counted() -> None:
    lines = tuple(map(str, range(MOST_LINES)))
    assert few(lines) == lines
    assert few((*lines, "8", "9")) == (*lines[:-1], "… and 3 more")
