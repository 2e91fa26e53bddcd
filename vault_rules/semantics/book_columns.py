"""The tables of a book: each with its required columns, and the others."""

from __future__ import annotations

TABLE_COLUMNS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "offers": (
        ("offer", "trader", "mineral", "price", "quantity"),
        (
            "currency",
            "per",
            "unit",
            "form",
            "purity",
            "origin",
            "processed_in",
            "melted_in",
            "producer",
            "lot",
            "min_quantity",
            "delivery",
            "valid_until",
            "incoterm",
            "location",
            "hazard",
        ),
    ),
    "requests": (
        ("request", "buyer", "mineral", "quantity"),
        ("unit", "form", "purity", "need_by", "max_price", "currency", "per", "priority"),
    ),
    "benchmarks": (("mineral", "price", "date"), ("currency", "per", "form", "index")),
    "facilities": (("facility", "kind", "capacity"), ("operator", "country", "unit", "cost", "currency", "accepts")),
    "holdings": (("mineral", "quantity"), ("unit", "facility", "form", "origin", "demand_per_year")),
    "awards": (
        ("mineral", "quantity", "cost", "date"),
        (
            "unit",
            "currency",
            "received",
            "request",
            "offer",
            "trader",
            "buyer",
            "form",
            "origin",
            "processed_in",
            "melted_in",
            "producer",
            "purity",
            "delivery",
            "tier",
            "waterfall",
            "step",
            "step_label",
            "price",
            "per",
            "incoterm",
            "location",
            "hazard",
        ),
    ),
    "fx": (("currency", "rate"), ("date",)),
}
"""Each table of a book: its required columns, and the others."""
