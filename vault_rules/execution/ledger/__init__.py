"""The ledger: what runs meant to do, did and got, append-only, each entry chained to the one before by its hash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vault_rules.errors import UsageError

if TYPE_CHECKING:
    from vault_rules.execution.clock import Clock
    from vault_rules.execution.ledger.store import Ledger

WAIT = 30.0
"""How many seconds a writer waits for the one before it."""


def open_ledger(url: str, clock: Clock | None = None, *, wait: float = WAIT) -> Ledger:
    """The ledger at a URL: `sqlite:///vault.ledger`, or `postgresql://user@host/database`.

    With a `clock`, which gives the time in any time zone, it is opened for writing, and made where there is none;
    without, for reading. Its schema is brought up to date. `wait`: seconds until a writer gives up waiting for
    another.

    Raises `LedgerError` where there is none, it cannot be reached, or its schema is newer than this program;
    `UsageError` for a URL that names none, or where the libraries for it are not installed.
    """
    try:
        from vault_rules.execution.ledger.store import Ledger
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in ("sqlalchemy", "alembic"):
            raise
        raise UsageError("the ledger needs SQLAlchemy and Alembic: pip install 'vault-rules[ledger]'") from error
    return Ledger.open(url, clock, wait=wait)
