"""The awards of a large plan as a frame: the same cells as `columns.award_cells`, a column at a time."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from vault_rules.domain.at_once import at_once
from vault_rules.domain.award_columns import AwardColumns
from vault_rules.domain.plain_columns import coarse, cost_texts, plain_texts
from vault_rules.domain.premium_columns import premium_texts
from vault_rules.report.columns import AWARDS, number, reserved


def award_frame(awards: AwardColumns, carried: tuple[str, ...]) -> pl.DataFrame:
    """One row for each award, in the order made."""
    quantity, price = coarse(awards.quantity), coarse(awards.price)
    references = pl.Series([number(one) for one in awards.reference.values], dtype=pl.String)
    texts: dict[str, Callable[[], pl.Series]] = {
        "premium": lambda: premium_texts(awards.compared, awards.reference),
        "cost": lambda: cost_texts(quantity, price),
        "quantity_kg": lambda: plain_texts(quantity),
        "price_per_kg": lambda: plain_texts(price),
        "reference_per_kg": lambda: references[awards.reference.codes],
    }
    made = at_once(lambda name: texts[name](), texts, len(awards))
    columns = {
        **awards.texts,
        "step": awards.step,
        **dict(zip(texts, made, strict=True)),
        "exceptions": awards.exceptions,
    }
    taken = reserved(carried)
    shown = {f"show_{name}" if name in taken else name: texts for name, texts in awards.shown.items()}
    ordered = {column.name: columns[column.name] for column in AWARDS} | shown
    return pl.DataFrame([texts.alias(name) for name, texts in ordered.items()])
