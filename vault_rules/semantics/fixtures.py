"""The tables and the day of a test: its own, with those of the shared books that it uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from vault_rules.language import ast


def books_of(statements: Iterable[ast.Statement]) -> dict[str, ast.Book]:
    """The shared books by name; of two of one name the first."""
    found: dict[str, ast.Book] = {}
    for one in statements:
        if isinstance(one, ast.Book) and one.name is not None:
            found.setdefault(one.name.name, one)
    return found


def used_by(test: ast.Test, books: Mapping[str, ast.Book]) -> tuple[ast.Book, ...]:
    """The books that a test uses and that there are, in the order in which it says so."""
    names = [item.name.name for item in test.items if isinstance(item, ast.UseBook)]
    return tuple(books[name] for name in dict.fromkeys(names) if name in books)


def tables_of(test: ast.Test, books: Mapping[str, ast.Book]) -> Iterator[ast.TestTable]:
    """All tables of a test: the books' first, then its own. Those of one name are one table in parts."""
    holders: tuple[ast.Test | ast.Book, ...] = (*used_by(test, books), test)
    for holder in holders:
        yield from (item for item in holder.items if isinstance(item, ast.TestTable))


def days_of(test: ast.Test, books: Mapping[str, ast.Book]) -> tuple[date, ...]:
    """The day of a test: its own, else those of its books; one, unless it says none or they differ."""
    own = _days(test)
    return own or tuple(dict.fromkeys(day for book in used_by(test, books) for day in _days(book)))


def _days(holder: ast.Test | ast.Book) -> tuple[date, ...]:
    return tuple(item.value for item in holder.items if isinstance(item, ast.AsOf))[:1]
