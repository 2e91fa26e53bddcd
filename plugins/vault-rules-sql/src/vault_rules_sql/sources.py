"""A table of a counterparty's as a table of a book: which of its columns stands for what, and its rows as cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import attrs
from sqlalchemy import ColumnElement, Dialect, TableClause, Text, cast, func, literal, null, or_, select
from sqlalchemy.engine import Connection

from vault_rules.domain.heading import column_name
from vault_rules.domain.spelling import did_you_mean
from vault_rules.domain.tables import named
from vault_rules.errors import Unavailable
from vault_rules_sql.catalog import Found, look_up
from vault_rules_sql.cells import as_text
from vault_rules_sql.config import meant
from vault_rules_sql.databases import Database
from vault_rules_sql.tables import metadata

Cells = Mapping[str, str | None]
_AT_ONCE = 1000
_TEXTS = ("text", "varchar", "bpchar", "name")
_WHOLE = ("int2", "int4", "int8")


@attrs.frozen(eq=False, slots=False)
class Source:
    """`book` is the table's one name; `words` the column for each name of a book's, `constants` what is the same in
    every row.
    """

    book: str
    table: TableClause
    words: Mapping[str, str]
    kinds: Mapping[str, str]
    constants: Mapping[str, str]
    dialect: Dialect

    def column(self, name: str) -> ColumnElement[Any]:
        """A column in the database's own type; null where it has none."""
        if name in self.constants:
            return literal(self.constants[name], Text)
        return self.table.c[self.words[name]] if name in self.words else null()

    def trimmed(self, name: str) -> ColumnElement[Any]:
        """A column as text without blanks around it, as a book reads it."""
        return func.trim(cast(self.column(name), Text), type_=Text())

    def rows(self, connection: Connection, *where: ColumnElement[bool]) -> Iterator[Cells]:
        """The rows as cells, of a large table some at a time."""
        asked = self._all.where(*where)
        with connection.execute(asked, execution_options={"yield_per": _AT_ONCE}) as found:
            for row in found:
                yield dict(zip(self._names, row, strict=True))

    def locked(self, connection: Connection, name: str, value: str, *where: ColumnElement[bool]) -> list[Cells]:
        """The rows in which a column is a text, locked until the transaction ends, and read as they then are."""
        for condition in self._equal(name, value):
            asked = self._all.where(condition, *where).limit(2).with_for_update()
            rows: list[Cells] = [dict(zip(self._names, row, strict=True)) for row in connection.execute(asked)]
            # a database may take other letters for the same
            rows = [row for row in rows if (row[name] or "").strip() == value]
            if rows:
                return rows
        return []

    @property
    def _names(self) -> tuple[str, ...]:
        return (*self.words, *self.constants)

    @cached_property
    def _all(self) -> Any:
        texts = [as_text(word, self.kinds[word], self.dialect) for word in self.words.values()]
        return select(*texts, *(literal(one, Text) for one in self.constants.values())).select_from(self.table)

    def _equal(self, name: str, value: str) -> Iterator[ColumnElement[bool]]:
        """Ways to compare, first the one that an index helps."""
        kind, column = self.kinds.get(self.words.get(name, ""), ""), self.column(name)
        if self.dialect.name == "sqlite" or kind in _TEXTS:
            yield column == value
        elif kind in _WHOLE and value.isascii() and value.isdecimal():
            yield column == int(value)
        yield self.trimmed(name) == value


def find(connection: Connection, database: Database, table: str, name: str, columns: tuple[str, ...]) -> Source:
    """The table of a configuration as a book's `table`. Raises `Unavailable` that says what is missing."""
    found = look_up(connection, name)
    if found is None:
        own = name in metadata.tables
        help = ": `vault-rules-sql upgrade` makes it" if own else ""
        raise Unavailable(f"the database {database} has no table `{name}`{help}")
    reading = _Reading(found, f"the table `{name}` in {database}")
    words, constants = reading.said(columns)
    words |= reading.named_alike(table, {*words, *constants})
    missing = [
        one.name for one in named(table).values() if _needed(table, one) and one.name not in {*words, *constants}
    ]
    if missing:
        raise Unavailable(f"{reading} has no {_list(missing)}: {_help(table, missing[0], found)}")
    kinds = {word: kind for word, kind in found.columns.items() if word in words.values()}
    return Source(found.full_name, found.clause, words, kinds, constants, connection.dialect)


def of_minerals(source: Source, minerals: tuple[str, ...]) -> ColumnElement[bool]:
    """The rows of some minerals."""
    return source.trimmed("mineral").in_(minerals)


def of_trader(source: Source, trader: str) -> list[ColumnElement[bool]]:
    """The rows of a trader, where the table says whose they are: a row of nobody's is everybody's."""
    if "trader" not in source.words:
        return []
    name = source.trimmed("trader")
    return [or_(name == trader, name == "", name.is_(None))]


# ---- which column is what ------------------------------------------------------------------------------------------


@attrs.frozen
class _Reading:
    found: Found
    what: str

    def __str__(self) -> str:
        return self.what

    def said(self, columns: tuple[str, ...]) -> tuple[dict[str, str], dict[str, str]]:
        """What a configuration says: columns and constants by the book's name."""
        ones = [meant(text) for text in columns]
        constants = {one.name: one.constant for one in ones if one.constant is not None}
        return {one.name: self._word(one.column, one.name) for one in ones if one.column is not None}, constants

    def _word(self, column: str, name: str) -> str:
        """The table's own word for a column, exactly or but for capitals and blanks."""
        if column in self.found.columns:
            return column
        alike = [word for word in self.found.columns if column_name(word) == column_name(column)]
        if len(alike) == 1:
            return alike[0]
        for_what = "" if column == name else f", which is to be `{name}`"
        near = did_you_mean(column, self.found.columns)
        there = f"did you mean `{near}`?" if near else f"there is {_list(list(self.found.columns))}"
        raise Unavailable(f"{self} has no column `{column}`{for_what}: {there}")

    def named_alike(self, table: str, known: set[str]) -> dict[str, str]:
        """The columns that are called as in a book, and of which nothing was said."""
        words: dict[str, str] = {}
        for word in self.found.columns:
            name = column_name(word)
            if name not in named(table) or name in known:
                continue
            if name in words:
                raise Unavailable(f'{self} has both `{words[name]}` and `{word}`: say which is meant, as "{name} = …"')
            words[name] = word
        return words


def _needed(table: str, column: Any) -> bool:
    return bool(column.required) and column.name != "trader"


def _help(table: str, name: str, found: Found) -> str:
    key = {"offers": "columns", "facilities": "facility_columns", "holdings": "holding_columns"}[table]
    there = _list(list(found.columns))
    return f'say which column it is, as in {key} = ["{name} = their_{name}"]; there is {there}'


def _list(words: list[str]) -> str:
    shown = [f"`{word[:60]}`" for word in words[:30]]
    return ", ".join(shown) + (", …" if len(words) > 30 else "")
