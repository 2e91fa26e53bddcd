"""The tables of the ledger as queries know them; `migrations/` makes them, and a test holds the two together."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, MetaData, String, Table, Text

VERSION_TABLE = "ledger_version"

metadata = MetaData()
_Whole = BigInteger().with_variant(Integer, "sqlite")

entries = Table(
    "ledger_entries",
    metadata,
    Column("sequence", _Whole, primary_key=True, autoincrement=False),
    Column("run", String(200), nullable=False),
    Column("award", String(200)),
    Column("kind", String(20), nullable=False),
    Column("at", String(40), nullable=False),
    Column("payload", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    CheckConstraint(
        "kind IN ('run', 'claim', 'intent', 'outcome', 'award', 'release', 'placement', 'end')",
        name="ledger_entries_kind",
    ),
    Index("ledger_entries_by_run", "run", "sequence"),
    Index("ledger_entries_by_kind", "kind", "sequence"),
)

head = Table(
    "ledger_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("entries", _Whole, nullable=False),
    Column("hash", String(64), nullable=False),
    CheckConstraint("id = 1", name="ledger_head_is_one"),
)

GUARDS = {
    "sqlite": (
        "ledger_entries_chain",
        "ledger_entries_no_delete",
        "ledger_entries_no_update",
        "ledger_head_forward",
        "ledger_head_no_delete",
        "ledger_head_one",
    ),
    "postgresql": ("ledger_entries_append_only", "ledger_entries_chain", "ledger_head_forward", "ledger_head_stays"),
}
"""The triggers that keep the tables as they should be."""
