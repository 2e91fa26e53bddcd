"""The plugin's own tables as queries know them; `migrations/` makes them, and a test holds the two together."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Date, Index, Integer, MetaData, Table, Text

from vault_rules_sql.config import FACILITIES, HOLDINGS, OFFERS
from vault_rules_sql.exact import Exact

VERSION_TABLE = "vault_rules_sql_version"
HOLDS, DELIVERIES = "vault_rules_holds", "vault_rules_deliveries"

metadata = MetaData()

offers = Table(
    OFFERS,
    metadata,
    Column("trader", Text, primary_key=True),
    Column("offer", Text, primary_key=True),
    Column("mineral", Text, nullable=False),
    Column("price", Exact, nullable=False),
    Column("currency", Text),
    Column("per", Text),
    Column("quantity", Exact, nullable=False),
    Column("unit", Text),
    Column("form", Text),
    Column("purity", Exact),
    Column("origin", Text),
    Column("processed_in", Text),
    Column("melted_in", Text),
    Column("producer", Text),
    Column("lot", Exact),
    Column("min_quantity", Exact),
    Column("delivery", Date),
    Column("valid_until", Date),
    Column("incoterm", Text),
    Column("location", Text),
    Column("hazard", Text),
)

facilities = Table(
    FACILITIES,
    metadata,
    Column("facility", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("operator", Text),
    Column("country", Text),
    Column("capacity", Exact, nullable=False),
    Column("unit", Text),
    Column("cost", Text),
    Column("currency", Text),
    Column("accepts", Text),
)

holdings = Table(
    HOLDINGS,
    metadata,
    Column("id", Integer, primary_key=True),
    Column("mineral", Text, nullable=False),
    Column("quantity", Exact, nullable=False),
    Column("unit", Text),
    Column("facility", Text),
    Column("form", Text),
    Column("origin", Text),
    Column("demand_per_year", Exact),
    Index("vault_rules_holdings_by_facility", "facility"),
)

holds = Table(
    HOLDS,
    metadata,
    Column("book", Text, primary_key=True),
    Column("desk", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("quantity", Exact),
    Column("price", Exact),
    Column("received", Exact, nullable=False),
    Column("why", Text),
    Column("words", Text, nullable=False),
    Column("remaining", Exact),
    CheckConstraint(
        "state IN ('held', 'confirmed', 'received', 'refused', 'released')", name="vault_rules_holds_state"
    ),
    Index("vault_rules_holds_by_subject", "book", "owner", "subject"),
)
"""What keys stand for. `book` is the table whose rows are held, `desk` who is asked (a key is known to one desk only),
`owner` the trader of the row, where the table says it. `subject` is the offer or the facility. In kilograms.
"""

deliveries = Table(
    DELIVERIES,
    metadata,
    Column("book", Text, primary_key=True),
    Column("desk", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("delivery", Text, primary_key=True),
    Column("content", Text, nullable=False),
    Column("received", Exact, nullable=False),
)
"""What has arrived under a key: `received` is all that had come up to it."""
