"""`book`, `test` and `always` blocks: typed with the policy; running them is not this module's."""

from __future__ import annotations

from collections.abc import Mapping

from vault_rules.domain.spelling import did_you_mean
from vault_rules.language import ast
from vault_rules.semantics import typed
from vault_rules.semantics.elaborate import Elaborator
from vault_rules.semantics.example_tables import RowNames, check_table
from vault_rules.semantics.expectations import ExpectationReader
from vault_rules.semantics.fixtures import books_of, days_of
from vault_rules.semantics.load import Loaded
from vault_rules.semantics.reads import Reads
from vault_rules.source.diagnostic import WARNING, Diagnostic, Label
from vault_rules.source.text import Span

Books = Mapping[str, ast.Book]


def check(loaded: Loaded, of: Elaborator, known: Reads) -> tuple[typed.Law, ...]:
    """Type every example and law of the evaluated file, and every shared book; the laws."""
    from vault_rules.semantics.laws import read_law

    books = books_of(loaded.statements)
    for book in books.values():
        _each_once(book, of)
        _tables(book, RowNames(), of)
    expectations = ExpectationReader(loaded, of, books)
    laws = []
    for statement in loaded.root.statements:
        if isinstance(statement, ast.Test):
            before = len(of.diagnostics)
            _test(statement, books, of, known)
            expectations.check(statement)
            if len(of.diagnostics) == before and not any(isinstance(one, ast.Expectation) for one in statement.items):
                _expects_nothing(statement, of)
        elif isinstance(statement, ast.Always):
            laws.append(read_law(statement, of, known))
    return tuple(laws)


def _test(test: ast.Test, books: Books, of: Elaborator, known: Reads) -> None:
    _each_once(test, of)
    names = RowNames()
    for use in test.items:
        if isinstance(use, ast.UseBook):
            _use(use, books, names, of)
    _day(test, books, of)
    _tables(test, names, of)
    for item in test.items:
        if isinstance(item, ast.SetParameter):
            _set(item, of, known)


def _tables(holder: ast.Test | ast.Book, names: RowNames, of: Elaborator) -> None:
    for item in holder.items:
        if isinstance(item, ast.TestTable):
            check_table(item, names, of)


def _expects_nothing(test: ast.Test, of: Elaborator) -> None:
    message = f'the test "{test.title}" expects nothing'
    help = "say what the plan must hold, as in `expect award 10 t from a`"
    of.diagnostics.append(Diagnostic("V0407", WARNING, message, _heading(test), help=help))


def _heading(test: ast.Test) -> Span:
    """A test's first line."""
    end = test.span.source.text.find("\n", test.span.start, test.span.end)
    return test.span if end < 0 else Span(test.span.source, test.span.start, end)


def _day(test: ast.Test, books: Books, of: Elaborator) -> None:
    days = days_of(test, books)
    if len(days) > 1:
        message = f'the books of the test "{test.title}" are of different days'
        said = ", ".join(day.isoformat() for day in days)
        of.report("V0319", message, test.span, help=f"they say {said}: add the one that this test is of, by `as of`")
    elif not days and not _uses_the_unknown(test, books):
        message = f'the test "{test.title}" does not say on which day'
        of.report("V0319", message, test.span, help="add `as of 2027-08-01`")


def _uses_the_unknown(test: ast.Test, books: Books) -> bool:
    return any(isinstance(item, ast.UseBook) and item.name.name not in books for item in test.items)


def _use(use: ast.UseBook, books: Books, names: RowNames, of: Elaborator) -> None:
    name = use.name.name
    of.names.used_books.add(name)
    if name in books:
        names.add_book(use, books[name], of)
        return
    near = did_you_mean(name, sorted(books))
    if not of.names.is_lost(name, near):
        help = f"did you mean `{near}`?" if near else f"write it beside the tests: `book {name} {{ offers {{ … }} }}`"
        of.report("V0201", f"there is no book `{name}`", use.name.span, help=help)


def _each_once(holder: ast.Test | ast.Book, of: Elaborator) -> None:
    first: dict[str, Span] = {}
    for item in holder.items:
        match item:
            case ast.AsOf():
                word, help = "as of", "write another test"
            case ast.UseBook(name=name):
                word, help = f"use book {name.name}", "remove one of the two"
            case ast.TestTable(table=table):
                word, help = table, "join the two"
            case ast.SetParameter(name=name):
                word, help = f"set {name.name}", "join the two"
            case _:
                continue
        if word in first:
            of.report(
                "V0109", f"`{word}` is said twice", item.span, labels=(Label(first[word], "first here"),), help=help
            )
        first.setdefault(word, item.span)


def _set(item: ast.SetParameter, of: Elaborator, known: Reads) -> None:
    name = item.name.name
    value = of.lets.get(name)
    if value is None:
        near = did_you_mean(name, sorted(of.lets))
        if not of.names.is_lost(name, near):
            help = f"did you mean `{near}`?" if near else "a parameter is a `let` that reads no book"
            of.report("V0201", f"there is no parameter `{name}`", item.name.span, help=help)
    elif known.of(value):
        labels = (Label(value.span, "its value"),)
        help = "a parameter is a `let` that reads no book: give what this one reads a `let` of its own"
        of.report("V0319", f"`{name}` is no parameter: it reads the book", item.name.span, labels=labels, help=help)
    else:
        of.names.used.add(name)
        of.expect(item.value, value.type, f"`{name}`")
