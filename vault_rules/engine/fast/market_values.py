"""What a reference is worth in each market, a market being a mineral and a form."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from math import prod
from typing import Any

import attrs

from vault_rules.engine.fast.table import Table
from vault_rules.engine.fast.vectors import Keyed

DENSE = 2**16
"""For so many pairs of a mineral and a form, or as many as there are offers, a table has a place whether any offer has
the pair or not; of more only those that some offer has are looked at."""


@attrs.frozen(eq=False, slots=False)
class Found:
    """What a reference is in each market. `base` and `sizes` are those of a `Keyed`, `markets` has its places."""

    base: tuple[str, ...]
    sizes: tuple[int, ...]
    never: frozenset[str]
    markets: dict[int, Any]
    empty: Any
    dense: bool

    def of(self, codes: Mapping[str, int | None]) -> Any:
        """In one market, from the code of its mineral and its form; None is a code that no offer has."""
        place = 0
        for name, size in zip(self.base, self.sizes, strict=True):
            code = codes[name]
            if code is None:
                return self.empty
            place = place * size + code
        return self.markets.get(place, self.empty)

    def seen_by(self, table: Table) -> Keyed:
        """For the rows of a table."""
        if self.dense:
            return self._in_all
        pairs = table.merged(self.base, self.sizes)
        values = [self.of(dict(zip(self.base, codes, strict=True))) for codes in pairs.values]
        return Keyed(pairs.base, pairs.sizes, values)

    @cached_property
    def _in_all(self) -> Keyed:
        values = [self.empty] * prod(self.sizes)
        for place, value in self.markets.items():
            values[place] = value
        return Keyed(self.base, self.sizes, values, self.never)
