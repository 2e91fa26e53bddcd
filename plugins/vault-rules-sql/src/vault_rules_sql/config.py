"""What the adapters `sql` are told in `vault.toml`: where the database is, and which tables and columns are meant."""

from __future__ import annotations

import re
from typing import Any

import attrs

from vault_rules.adapters.registration import Secret

OFFERS, FACILITIES, HOLDINGS = "vault_rules_offers", "vault_rules_facilities", "vault_rules_holdings"
"""The plugin's own tables, which `vault-rules-sql upgrade` makes."""

DRIVERS = {
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
    "sqlite": "sqlite+pysqlite",
    "sqlite+pysqlite": "sqlite+pysqlite",
}
_FORMS = "`sqlite:///book.db` or `postgresql://user@host/database`"
_FROM_ENVIRONMENT = 'take it from the environment, as in `password = {env = "BOOK_PASSWORD"}`'
_SECRETS = ("password", "sslpassword")
_MEANT = re.compile(r"\s*(?P<name>[a-z][a-z0-9_]*)\s*(?:=\s*(?:'(?P<constant>[^']*)'|(?P<column>\S.*?))\s*)?")


def _is_url(instance: object, attribute: attrs.Attribute[Any], value: str | Secret) -> None:
    """The URL of a database of ours, without a password unless it is from the environment. Never shows it."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(value.reveal() if isinstance(value, Secret) else value)
    except (ArgumentError, ValueError):
        raise ValueError(f"`{attribute.name}` is the URL of a database: {_FORMS}") from None
    if url.drivername not in DRIVERS:
        raise ValueError(f"`{attribute.name}` is that of a database in SQLite or PostgreSQL: {_FORMS}")
    if url.drivername.startswith("sqlite") and (url.database or ":").startswith((":", "file:")):
        raise ValueError(f"`{attribute.name}` names no file: {_FORMS}")
    if isinstance(value, str) and (url.password is not None or any(name in url.query for name in _SECRETS)):
        raise ValueError(f"`{attribute.name}` holds a password: {_FROM_ENVIRONMENT}")


def _are_columns(instance: object, attribute: attrs.Attribute[Any], value: tuple[str, ...]) -> None:
    names = [meant(text).name for text in value]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"`{attribute.name}` says twice what `{name}` is")


@attrs.frozen
class Meant:
    """What stands for a column of a book: a column of the table, or the same text in every row."""

    name: str
    column: str | None
    constant: str | None = None


def meant(text: str) -> Meant:
    """`price = unit_price`, `currency = 'USD'`, or `recycled`, a column of the policy's own under its own name.

    Raises `ValueError` for what is none of these.
    """
    found = _MEANT.fullmatch(text)
    if found is None:
        raise ValueError(f"`{text}` says no column: write `price = unit_price`, `currency = 'USD'` or `recycled`")
    if found["constant"] is not None:
        return Meant(found["name"], None, found["constant"])
    return Meant(found["name"], found["column"] or found["name"])


_columns: Any = attrs.field(default=(), validator=_are_columns)
_table: Any = attrs.validators.min_len(1)


@attrs.frozen
class Place:
    """`url`: where the database is; a relative path of SQLite's starts at `vault.toml`. `password`: of the user in it,
    where the server asks for one.
    """

    url: str | Secret = attrs.field(validator=_is_url, repr=False)
    password: Secret | None = None


@attrs.frozen
class TraderConfig(Place):
    """`offers`: the table or view of offers; `columns`: what is called otherwise in it than in a book. `trader`: the
    name in its column `trader` where it holds offers of several; else that of the section in `vault.toml`.
    """

    offers: str = attrs.field(default=OFFERS, validator=_table)
    columns: tuple[str, ...] = _columns
    trader: str | None = None


@attrs.frozen
class StorageConfig(Place):
    """`facilities`, `holdings`: the tables or views; `facility_columns`, `holding_columns`: what is called otherwise in
    them than in a book.
    """

    facilities: str = attrs.field(default=FACILITIES, validator=_table)
    holdings: str = attrs.field(default=HOLDINGS, validator=_table)
    facility_columns: tuple[str, ...] = _columns
    holding_columns: tuple[str, ...] = _columns
