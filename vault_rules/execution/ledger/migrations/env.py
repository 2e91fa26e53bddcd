"""Run by Alembic: the migrations, on the connection and inside the transaction that `schema.upgrade` opened."""

from __future__ import annotations

from alembic import context

from vault_rules.execution.ledger.tables import VERSION_TABLE

context.configure(connection=context.config.attributes["connection"], version_table=VERSION_TABLE)
context.run_migrations()
