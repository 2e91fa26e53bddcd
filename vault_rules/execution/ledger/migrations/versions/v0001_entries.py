"""The entries, the head, and the triggers that refuse whatever is not an append."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

GENESIS = "0" * 64


def upgrade() -> None:
    """Make the tables, then what guards them."""
    whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "ledger_entries",
        sa.Column("sequence", whole, primary_key=True, autoincrement=False),
        sa.Column("run", sa.String(200), nullable=False),
        sa.Column("award", sa.String(200)),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.CheckConstraint(
            "kind IN ('run', 'claim', 'intent', 'outcome', 'award', 'release', 'placement', 'end')",
            name="ledger_entries_kind",
        ),
    )
    op.create_index("ledger_entries_by_run", "ledger_entries", ["run", "sequence"])
    op.create_index("ledger_entries_by_kind", "ledger_entries", ["kind", "sequence"])
    op.create_table(
        "ledger_head",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("entries", whole, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.CheckConstraint("id = 1", name="ledger_head_is_one"),
    )
    connection = op.get_bind()
    for statement in (FIRST_HEAD, *(SQLITE if connection.dialect.name == "sqlite" else POSTGRESQL)):
        connection.execute(sa.text(statement))


FIRST_HEAD = f"INSERT INTO ledger_head (id, entries, hash) VALUES (1, 0, '{GENESIS}')"  # noqa: S608 - a constant

# `INSERT OR REPLACE` deletes without a word to triggers on DELETE, so that inserting is guarded too
SQLITE = (
    """
    CREATE TRIGGER ledger_entries_no_update BEFORE UPDATE ON ledger_entries
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: UPDATE of ledger_entries is refused'); END
    """,
    """
    CREATE TRIGGER ledger_entries_no_delete BEFORE DELETE ON ledger_entries
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: DELETE from ledger_entries is refused'); END
    """,
    f"""
    CREATE TRIGGER ledger_entries_chain BEFORE INSERT ON ledger_entries
    WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM ledger_entries)
      OR NEW.previous IS NOT
        coalesce((SELECT hash FROM ledger_entries ORDER BY sequence DESC LIMIT 1), '{GENESIS}')
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: an entry stands behind the last and is chained to it'); END
    """,  # noqa: S608 - a constant
    """
    CREATE TRIGGER ledger_head_one BEFORE INSERT ON ledger_head
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: it has one head'); END
    """,
    """
    CREATE TRIGGER ledger_head_no_delete BEFORE DELETE ON ledger_head
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: DELETE from ledger_head is refused'); END
    """,
    """
    CREATE TRIGGER ledger_head_forward BEFORE UPDATE ON ledger_head
    WHEN NEW.id IS NOT 1 OR NEW.entries <= OLD.entries
      OR NEW.entries IS NOT (SELECT max(sequence) FROM ledger_entries)
      OR NEW.hash IS NOT (SELECT hash FROM ledger_entries WHERE sequence = NEW.entries)
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: its head is its last entry'); END
    """,
)

# the functions keep the schema in which they were made, whatever the caller's search path
POSTGRESQL = (
    """
    CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION 'the ledger is append-only: % of % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
    END $$
    """,
    f"""
    CREATE FUNCTION ledger_chain() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    DECLARE last record;
    BEGIN
      SELECT sequence, hash INTO last FROM ledger_entries ORDER BY sequence DESC LIMIT 1;
      IF NEW.sequence IS DISTINCT FROM coalesce(last.sequence, 0) + 1
        OR NEW.previous IS DISTINCT FROM coalesce(last.hash, '{GENESIS}') THEN
        RAISE EXCEPTION 'the ledger is append-only: an entry stands behind the last and is chained to it'
          USING ERRCODE = 'restrict_violation';
      END IF;
      RETURN NEW;
    END $$
    """,  # noqa: S608 - a constant
    """
    CREATE FUNCTION ledger_forward() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    DECLARE last record;
    BEGIN
      SELECT sequence, hash INTO last FROM ledger_entries ORDER BY sequence DESC LIMIT 1;
      IF NEW.id IS DISTINCT FROM 1 OR NEW.entries <= OLD.entries
        OR NEW.entries IS DISTINCT FROM last.sequence OR NEW.hash IS DISTINCT FROM last.hash THEN
        RAISE EXCEPTION 'the ledger is append-only: its head is its last entry'
          USING ERRCODE = 'restrict_violation';
      END IF;
      RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER ledger_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entries
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()
    """,
    """
    CREATE TRIGGER ledger_entries_chain BEFORE INSERT ON ledger_entries
    FOR EACH ROW EXECUTE FUNCTION ledger_chain()
    """,
    """
    CREATE TRIGGER ledger_head_stays BEFORE INSERT OR DELETE OR TRUNCATE ON ledger_head
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()
    """,
    """
    CREATE TRIGGER ledger_head_forward BEFORE UPDATE ON ledger_head
    FOR EACH ROW EXECUTE FUNCTION ledger_forward()
    """,
    # also in a session that plays the part of a replica, where other triggers are put off
    """
    ALTER TABLE ledger_entries
      ENABLE ALWAYS TRIGGER ledger_entries_append_only, ENABLE ALWAYS TRIGGER ledger_entries_chain
    """,
    """
    ALTER TABLE ledger_head
      ENABLE ALWAYS TRIGGER ledger_head_stays, ENABLE ALWAYS TRIGGER ledger_head_forward
    """,
)
