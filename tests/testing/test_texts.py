"""Policies and books from texts, and the texts that failing tests show."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest
from hypothesis.vendor.pretty import pretty

import vault_rules as vr
from vault_rules.errors import PolicyError, UsageError
from vault_rules.testing import book_of, draft_of, policy_of

POLICY = "policy reserve {\n  currency USD\n}\n\nmineral cobalt\n\nwaterfall buying {\n  take all\n}\n"
TABLES = """
offers {
  | offer | trader | mineral | price     | quantity |
  | a     | one    | cobalt  | 10 USD/kg | 10 t     |
}
requests {
  | request | buyer | mineral | quantity |
  | r1      | gm    | cobalt  | 10 t     |
}
"""
AS_OF = date(2027, 8, 1)


def test_a_book_is_made_from_tables_as_a_test_has_them() -> None:
    plan = vr.evaluate(policy_of(POLICY), book_of(TABLES), AS_OF)
    assert plan.awards["quantity_kg"].to_list() == ["10000"]


def test_a_policy_may_use_what_is_shipped() -> None:
    policy = policy_of('use "lib/minerals.vault"\n' + POLICY.replace("mineral cobalt\n", ""))
    assert len(policy.typed.minerals) == 60
    assert pretty(policy) == "<Policy reserve>"


@pytest.mark.parametrize("make", [policy_of, book_of, draft_of])
def test_a_text_that_cannot_be_read_raises_all_that_is_said_of_it(make: object) -> None:
    with pytest.raises(PolicyError) as raised:
        make("what | is this")  # type: ignore[operator]
    assert raised.value.diagnostics


@pytest.mark.parametrize("text", ["mineral cobalt", "", 'test "x" { as of 2027-08-01 }\nmineral cobalt'])
def test_only_a_test_makes_a_draft(text: str) -> None:
    with pytest.raises(UsageError, match="`test` block"):
        draft_of(text)


def test_a_draft_has_a_day() -> None:
    with pytest.raises(UsageError, match="says 0 days"):
        draft_of('test "x" { }')


def test_what_is_shown_can_be_pasted() -> None:
    policy, book = policy_of(POLICY), book_of(TABLES)
    assert pretty(policy) == f'policy_of("""\\\n{POLICY}""")'
    assert pretty(book) == f'book_of("""\\{TABLES}""")'
    draft = draft_of(f'test "an example" {{ as of 2027-08-01 {TABLES} }}')
    shown = pretty(draft)
    assert shown.startswith('draft_of("""\\\ntest "an example" {\n  as of 2027-08-01\n  offers {\n')
    names = {"policy_of": policy_of, "book_of": book_of, "draft_of": draft_of}
    assert eval(shown, names) == draft
    assert eval(pretty(policy), names).typed == policy.typed
    assert eval(pretty(book), names).sha256 == book.sha256


def test_cells_with_quotation_marks_can_be_pasted_too() -> None:
    book = book_of(TABLES.replace("| one ", '| "a\\"b" '))
    assert book.sheet("offers").frame["trader"].to_list() == ['a"b']  # type: ignore[union-attr]
    assert eval(pretty(book), {"book_of": book_of}).sha256 == book.sha256


def test_importing_hypothesis_loads_no_strategies_no_polars_and_no_pytest() -> None:
    script = """
import sys
import hypothesis
heavy = {"lark", "openpyxl", "polars", "pytest", "click", "vault_rules.testing.strategies", "vault_rules.testing.texts"}
print(sorted(heavy & set(sys.modules)), "vault_rules.testing.registered" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("[] True\n", "")


def test_only_what_is_there_can_be_imported() -> None:
    from vault_rules import testing

    assert testing.__all__ == sorted(testing.__all__)
    assert [name for name in testing.__all__ if getattr(testing, name, None) is None] == []
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        testing.nothing  # noqa: B018
