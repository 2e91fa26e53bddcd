"""The plan's tables as Polars frames: texts, whole numbers, flags and lists of texts, so that no value is rounded."""

from __future__ import annotations

import polars as pl

from vault_rules.domain.plan import Plan
from vault_rules.report.columns import TABLES, Column, table


def frame(plan: Plan, name: str) -> pl.DataFrame:
    """One table of the plan; its columns are there also without rows. Raises `UsageError` for an unknown name."""
    in_columns = getattr(plan, "award_columns", None) if name == "awards" else None
    if in_columns is not None:
        from vault_rules.report.award_frame import award_frame

        return award_frame(in_columns, plan.carried)
    found = table(plan, name)
    schema = {column.name: _type(column) for column in found.columns}
    data = {column.name: [_value(row[index]) for row in found.rows] for index, column in enumerate(found.columns)}
    return pl.DataFrame(data, schema=schema, strict=True)


def frames(plan: Plan) -> dict[str, pl.DataFrame]:
    """Every table by its name."""
    return {name: frame(plan, name) for name in TABLES}


def _value(cell: object) -> object:
    return list(cell) if isinstance(cell, tuple) else cell


def _type(column: Column) -> pl.DataType:
    match column.kind:
        case "whole":
            return pl.Int64()
        case "flag":
            return pl.Boolean()
        case "names":
            return pl.List(pl.String())
        case _:
            return pl.String()
