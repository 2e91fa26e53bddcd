"""Awards noted as parts of a frame are those of its rows, however many."""

from __future__ import annotations

import polars as pl
from hypothesis import example, given
from hypothesis import strategies as st

from vault_rules.engine.fast.walk import Ledger

ROWS = 2000
FRAME = pl.DataFrame(
    {
        "quantity": pl.Series([3 * row + 1 for row in range(ROWS)], dtype=pl.Int64),
        "row": pl.Series([7 * row for row in range(ROWS)], dtype=pl.UInt32),
        "step": pl.Series([row % 3 + 1 for row in range(ROWS)], dtype=pl.Int64),
    }
)
PARTS = st.lists(st.tuples(st.integers(0, ROWS), st.one_of(st.integers(0, 5), st.integers(0, ROWS))), max_size=8)


@given(PARTS)
@example([])
@example([(0, 0)])
@example([(0, ROWS), (1, ROWS), (1990, 5), (0, 0), (500, 1000)])
def test_awards_noted_in_parts_of_a_frame_are_its_rows(parts: list[tuple[int, int]]) -> None:
    ledger, expected = Ledger(), []
    for walk, (start, most) in enumerate(parts):
        length = min(most, ROWS - start)
        ledger.add_slice(walk, FRAME, start, length)
        expected += [(walk, 7 * row, row % 3 + 1, 3 * row + 1) for row in range(start, start + length)]
    assert ledger.frame.rows() == expected
    assert ledger.frame.schema == {"walk": pl.UInt32, "row": pl.UInt32, "step": pl.Int64, "quantity": pl.Int64}
