"""Order books, warehouses, and what is held of them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make all tables. Numbers are NUMERIC in PostgreSQL and text in SQLite, which has no decimals."""
    _order_book()
    _warehouse()
    _holds()


def _exact() -> sa.types.TypeEngine[Any]:
    return sa.Numeric().with_variant(sa.Text(), "sqlite")


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text()) for name in names]


def _order_book() -> None:
    op.create_table(
        "vault_rules_offers",
        sa.Column("trader", sa.Text(), primary_key=True),
        sa.Column("offer", sa.Text(), primary_key=True),
        sa.Column("mineral", sa.Text(), nullable=False),
        sa.Column("price", _exact(), nullable=False),
        *_texts("currency", "per"),
        sa.Column("quantity", _exact(), nullable=False),
        *_texts("unit", "form"),
        sa.Column("purity", _exact()),
        *_texts("origin", "processed_in", "melted_in", "producer"),
        sa.Column("lot", _exact()),
        sa.Column("min_quantity", _exact()),
        sa.Column("delivery", sa.Date()),
        sa.Column("valid_until", sa.Date()),
        *_texts("incoterm", "location", "hazard"),
    )


def _warehouse() -> None:
    op.create_table(
        "vault_rules_facilities",
        sa.Column("facility", sa.Text(), primary_key=True),
        sa.Column("kind", sa.Text(), nullable=False),
        *_texts("operator", "country"),
        sa.Column("capacity", _exact(), nullable=False),
        *_texts("unit", "cost", "currency", "accepts"),
    )
    op.create_table(
        "vault_rules_holdings",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("mineral", sa.Text(), nullable=False),
        sa.Column("quantity", _exact(), nullable=False),
        *_texts("unit", "facility", "form", "origin"),
        sa.Column("demand_per_year", _exact()),
    )
    op.create_index("vault_rules_holdings_by_facility", "vault_rules_holdings", ["facility"])


def _holds() -> None:
    op.create_table(
        "vault_rules_holds",
        *_keys("book", "desk", "key"),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("owner", "subject", "state", "content")),
        sa.Column("quantity", _exact()),
        sa.Column("price", _exact()),
        sa.Column("received", _exact(), nullable=False),
        sa.Column("why", sa.Text()),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("remaining", _exact()),
        sa.CheckConstraint(
            "state IN ('held', 'confirmed', 'received', 'refused', 'released')", name="vault_rules_holds_state"
        ),
    )
    op.create_index("vault_rules_holds_by_subject", "vault_rules_holds", ["book", "owner", "subject"])
    op.create_table(
        "vault_rules_deliveries",
        *_keys("book", "desk", "key", "delivery"),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("received", _exact(), nullable=False),
    )


def _keys(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), primary_key=True) for name in names]
