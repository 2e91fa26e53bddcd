"""Drafts: what they are made of, what they evaluate to, and the tests that they are written as."""

from __future__ import annotations

from datetime import date

import pytest

from tests.support.policies import policy as policy_of
from vault_rules.domain.exact import plain
from vault_rules.errors import BookError
from vault_rules.trials import blocks
from vault_rules.trials.draft import Draft, Table, draft_of, evaluate_draft

POLICY = """
policy small "Small" { currency USD }
mineral cobalt
let cap = 20%
tier home when origin = US
tier other otherwise
waterfall buying {
  take home premium <= cap over best(other, depth 1 kg) if none allow
  take other
}
"""

TEST = """
test "one" {
  as of 2027-08-01
  set cap = 5%
  offers {
    | offer   | trader   | mineral | price        | quantity | origin | location      |
    | a       | glencore | cobalt  | 34.50 USD/kg | 10 t     | US     |               |
    | "b | 1" | glencore | cobalt  | 30 USD/kg    | 4 t      | AU     | "Pier 4, \\"N\\"" |
  }
  requests {
    | request | buyer | mineral | quantity |
    | r1      | gm    | cobalt  | 10 t     |
  }
  expect award 4 t
}
"""


def test_a_tests_tables_are_a_draft() -> None:
    policy = policy_of(POLICY + TEST)
    draft = draft_of(policy, blocks.tests_of(policy)[0])
    assert draft.as_of == date(2027, 8, 1)
    assert draft.parameters == {"cap": "5%"}
    assert list(draft.tables) == ["offers", "requests"]
    assert draft.tables["offers"].rows[1] == ("b | 1", "glencore", "cobalt", "30 USD/kg", "4 t", "AU", 'Pier 4, "N"')
    assert draft.tables["offers"].rows[0][-1] == ""


BOOKS = """
book market {
  as of 2027-08-01
  offers {
    | offer | trader   | mineral | price     | quantity |
    | a     | glencore | cobalt  | 30 USD/kg | 10 t     |
  }
}
book elsewhere {
  offers {
    | offer | trader | mineral | quantity | price     | origin |
    | b     | traxys | cobalt  | 4 t      | 20 USD/kg | AU     |
  }
}
test "both" {
  use book elsewhere
  use book market
  offers {
    | offer | trader | mineral | price     | quantity |
    | c     | gm     | cobalt  | 10 USD/kg | 1 t      |
  }
  expect no award
}
test "later" {
  use book market
  as of 2027-09-01
  expect no award
}
"""


def test_the_tables_of_shared_books_stand_before_a_tests_own_with_the_columns_of_all() -> None:
    policy = policy_of(POLICY + BOOKS)
    both, later = (draft_of(policy, test) for test in blocks.tests_of(policy))
    assert (both.as_of, later.as_of) == (date(2027, 8, 1), date(2027, 9, 1))
    assert both.tables["offers"] == Table(
        ("offer", "trader", "mineral", "quantity", "price", "origin"),
        (
            ("b", "traxys", "cobalt", "4 t", "20 USD/kg", "AU"),
            ("a", "glencore", "cobalt", "10 t", "30 USD/kg", ""),
            ("c", "gm", "cobalt", "1 t", "10 USD/kg", ""),
        ),
    )
    assert later.tables["offers"].columns == ("offer", "trader", "mineral", "price", "quantity")


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_a_draft_is_evaluated_with_its_parameters(engine: str) -> None:
    policy = policy_of(POLICY + TEST)
    draft = draft_of(policy, blocks.tests_of(policy)[0])
    awards = evaluate_draft(policy, draft, engine).rows.awards
    assert [(one.offer, plain(one.quantity)) for one in awards] == [("b | 1", "4000")]
    dearer = Draft(draft.as_of, {}, draft.tables)
    assert [one.offer for one in evaluate_draft(policy, dearer, engine).rows.awards] == ["a"]


def test_a_draft_without_tables_is_a_book_in_which_nothing_is_offered_or_wanted() -> None:
    plan = evaluate_draft(policy_of(POLICY), Draft(date(2027, 8, 1)))
    assert (plan.rows.awards, plan.rows.totals.requested) == ((), 0)


def test_a_bad_cell_names_its_table_and_row() -> None:
    offers = Table(("offer", "trader", "mineral", "price", "quantity"), (("a", "b", "cobalt", "-1", "1 kg"),))
    with pytest.raises(BookError, match=r"the test's `offers`, row 2"):
        evaluate_draft(policy_of(POLICY), Draft(date(2027, 8, 1), {}, {"offers": offers}))


def test_a_table_that_no_book_has_is_refused() -> None:
    with pytest.raises(ValueError, match="a book has no table `ofers`"):
        Draft(date(2027, 8, 1), {}, {"ofers": Table(("offer",))})


def test_drafts_that_say_the_same_are_equal_and_found_again() -> None:
    one = Draft(date(2027, 8, 1), {"a": "1", "b": "2"}, {"offers": Table(("offer",)), "requests": Table(("request",))})
    same = Draft(date(2027, 8, 1), {"b": "2", "a": "1"}, {"requests": Table(("request",)), "offers": Table(("offer",))})
    other = Draft(date(2027, 8, 2), one.parameters, one.tables)
    assert one == same and hash(one) == hash(same)
    assert one != other


def test_a_draft_written_as_a_test_is_in_the_one_layout() -> None:
    offers = Table(("offer", "price"), (("a", "34.50 USD/kg"), ("b | c", "")))
    written = Draft(date(2027, 8, 1), {"cap": "5%"}, {"offers": offers}).as_test("found", ["no award from a"])
    assert written == (
        'test "found" {\n'
        "  as of 2027-08-01\n"
        "  set cap = 5%\n"
        "  offers {\n"
        "    | offer   | price        |\n"
        "    | a       | 34.50 USD/kg |\n"
        '    | "b | c" |              |\n'
        "  }\n"
        "  expect no award from a\n"
        "}\n"
    )
