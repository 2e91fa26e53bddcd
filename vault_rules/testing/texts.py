"""Policies and books from texts within a test, and the texts that a failing test shows of them."""

from __future__ import annotations

from datetime import date
from textwrap import dedent
from typing import TYPE_CHECKING

from vault_rules.api import check_source, usable
from vault_rules.errors import PolicyError, UsageError
from vault_rules.language import ast, parser
from vault_rules.source.text import Source
from vault_rules.trials.draft import Draft, Table, drafted, table_of

if TYPE_CHECKING:
    from hypothesis.vendor.pretty import RepresentationPrinter

    from vault_rules.api import Policy
    from vault_rules.domain.book import Book
    from vault_rules.source.diagnostic import Diagnostic

NAME = "generated.vault"
"""What the file of a policy without one is called."""
_ANY_DAY = date(2000, 1, 1)


def policy_of(text: str) -> Policy:
    """A policy from its text, which uses no other file than shipped ones. Raises `PolicyError` with every mistake."""
    return usable(*check_text(text), {})


def check_text(text: str) -> tuple[Policy | None, tuple[Diagnostic, ...]]:
    """The same, and None where it has errors, with all that is said of it."""
    from vault_rules.policy_files import finder

    source = Source(NAME, text, NAME)
    return check_source(source, finder(source))


def draft_of(text: str) -> Draft:
    """A day and a book from the text of a `test` block.

    Raises `PolicyError` where it cannot be read, `UsageError` where it is no test or says no day.
    """
    (statement,) = _statements(text, "a `test` block")
    if not isinstance(statement, ast.Test):
        raise UsageError("a draft is made from the text of a `test` block")
    try:
        return drafted(statement)
    except ValueError as error:
        raise UsageError(str(error)) from None


def book_of(text: str) -> Book:
    """A book from the text of its tables, as they stand in a `test` block: `offers { | offer | … | }`.

    Raises `PolicyError` where it cannot be read. Its cells are judged when it is evaluated.
    """
    (statement,) = _statements(f"book shown {{{text}}}", "the tables of a book")
    assert isinstance(statement, ast.Book)
    tables = {one.table: table_of(one) for one in statement.items if isinstance(one, ast.TestTable)}
    return Draft(_ANY_DAY, {}, tables).book()


def _statements(text: str, what: str) -> tuple[ast.Statement, ...]:
    file, found = parser.parse(Source("a text", text, "a text"))
    if found:
        raise PolicyError(found)
    if len(file.statements) != 1:
        raise UsageError(f"this is not {what}")
    return file.statements


# ---- shown ---------------------------------------------------------------------------------------------------------


def book_text(book: Book) -> str:
    """The tables of a book, from which `book_of` makes one that says the same."""
    tables = {}
    for name in book.tables:
        sheet = book.sheet(name)
        assert sheet is not None  # it is one of its tables
        rows = sheet.frame.rows()
        tables[name] = Table(tuple(sheet.frame.columns), tuple(tuple(cell or "" for cell in row) for row in rows))
    lines = Draft(_ANY_DAY, {}, tables).as_test("shown").splitlines()
    return dedent("\n".join(lines[2:-1])) + "\n"


def show_policy(policy: Policy, printer: RepresentationPrinter, cycle: bool) -> None:
    """By its text; one that is made of several files by its name."""
    text, *others = policy.files.values()
    printer.text(repr(policy) if others else _call("policy_of", text))


def show_draft(draft: Draft, printer: RepresentationPrinter, cycle: bool) -> None:
    """As a `test` block that can be pasted into a policy."""
    printer.text(_call("draft_of", draft.as_test("an example")))


def show_book(book: Book, printer: RepresentationPrinter, cycle: bool) -> None:
    """As the tables of a `test` block."""
    printer.text(_call("book_of", book_text(book)))


def _call(function: str, text: str) -> str:
    """A call that can be pasted into a test."""
    if '"""' in text or "\\" in text:
        return f"{function}({text!r})"
    return f'{function}("""\\\n{text}""")'
