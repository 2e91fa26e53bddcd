"""A plan's awards as columns: what is shown of a million of them without making a million rows."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import polars as pl

from vault_rules.domain.columns import Coded, Numbers


@attrs.frozen(eq=False)
class AwardColumns:
    """The awards in the order made.

    `texts` are the columns that are text as they stand; `quantity` is in kg, `price` and `compared` in the policy's
    currency per kg; `reference` is what each price was measured by.
    """

    texts: Mapping[str, pl.Series]
    step: pl.Series
    quantity: Numbers
    price: Numbers
    compared: Numbers
    reference: Coded
    exceptions: pl.Series
    """The names of those that had a part, a list each."""
    shown: Mapping[str, pl.Series]

    def __len__(self) -> int:
        return len(self.step)
