"""The waterfall as one query of window functions, over a native table of codes."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from benchmarks import data, policies
from benchmarks.column_peers import duckdb_table, sql_eligible, sql_tier


def work(book: data.Offers, requests: pl.DataFrame, *, capped: bool) -> Callable[[], pl.DataFrame]:
    connection, text = duckdb_table(book), query(capped=capped)
    minerals = {name: code for code, name in enumerate(data.MINERALS)}
    mineral = pl.col("mineral").cast(pl.String).replace_strict(minerals, return_dtype=pl.UInt8)
    connection.register("given", requests.select("request", mineral, "quantity", "priority"))
    connection.execute("CREATE TABLE requests AS SELECT * FROM given")
    connection.unregister("given")
    return lambda: connection.sql(text).pl()


_ORDER = "ORDER BY place ROWS UNBOUNDED PRECEDING"
_CAPPED = f"""
  SELECT mineral, place, offer, CASE WHEN origin = 0 THEN quantity ELSE
    least(quantity, greatest(0, whole * {policies.CAP} // 100 + quantity
      - (sum(quantity) OVER (PARTITION BY mineral, origin {_ORDER}))::BIGINT)) END AS quantity
  FROM candidates JOIN wholes USING (mineral)"""


def query(*, capped: bool) -> str:
    """`place` packs step, price, delivery and row into one integer: one key to sort by."""
    return f"""
WITH passed AS (
  SELECT offer, mineral, origin, price, quantity, {sql_tier()} AS tier,
    ((({sql_tier()})::BIGINT * 4194304 + price) * 512 + delivery - {data.TODAY}) * 16777216 + rowid AS place
  FROM offers WHERE {sql_eligible()}
), best AS (
  SELECT mineral, min(price) AS best FROM passed WHERE tier = 1 GROUP BY mineral
), candidates AS (
  SELECT passed.* FROM passed LEFT JOIN best USING (mineral) WHERE tier = 1 OR best IS NULL
    OR price * 100 <= best * CASE tier WHEN 0 THEN {100 + policies.PREMIUM} ELSE {100 + policies.LAST_PREMIUM} END
), wholes AS (
  SELECT mineral, sum(quantity)::BIGINT AS whole FROM requests GROUP BY mineral
), giving AS (
  {_CAPPED if capped else "SELECT mineral, place, offer, quantity FROM candidates"}
), sellers AS (
  SELECT *, (sum(quantity) OVER (PARTITION BY mineral {_ORDER}))::BIGINT AS till FROM giving
), buyers AS (
  SELECT request, mineral, quantity,
    (sum(quantity) OVER (PARTITION BY mineral ORDER BY priority, request ROWS UNBOUNDED PRECEDING))::BIGINT AS till
  FROM requests
), reached AS (
  SELECT sellers.* FROM sellers JOIN wholes USING (mineral) WHERE till - quantity < whole AND quantity > 0
)
SELECT offer, request, least(s.till, b.till) - greatest(s.till - s.quantity, b.till - b.quantity) AS quantity
FROM reached s JOIN buyers b USING (mineral) WHERE s.till - s.quantity < b.till AND b.till - b.quantity < s.till
"""
