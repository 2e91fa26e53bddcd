"""The awards of a fast evaluation one by one, from their columns: far quicker than to ask the reference of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any

import polars as pl

from vault_rules.domain.award_columns import AwardColumns
from vault_rules.domain.columns import Coded, Column, Numbers
from vault_rules.domain.plain_columns import coarse, cost_texts
from vault_rules.domain.plan import Award, RuleRef
from vault_rules.engine.reference import carried_kinds
from vault_rules.engine.words import show
from vault_rules.semantics.types import Type

if TYPE_CHECKING:
    from vault_rules.engine.fast.evaluation import FastEvaluation

_AS_THEY_STAND = (
    *("request", "offer", "trader", "buyer", "mineral", "form", "origin", "processed_in", "melted_in"),
    *("tier", "waterfall", "step_label"),
)


def award_rows(evaluation: FastEvaluation, columns: AwardColumns) -> Iterator[Award]:
    """Each award as the reference makes it, in the order made."""
    texts = columns.texts
    listed: dict[str, list[Any]] = {name: texts[name].to_list() for name in _AS_THEY_STAND}
    listed |= {
        "delivery": [_day(one) for one in texts["delivery"].to_list()],
        "step": columns.step.to_list(),
        "quantity": _exact(columns.quantity),
        "price": _exact(columns.price),
        "cost": list(map(Decimal, cost_texts(coarse(columns.quantity), coarse(columns.price)).to_list())),
        "reference": [columns.reference.values[code] for code in columns.reference.codes.to_list()],
        "exceptions": list(map(tuple, columns.exceptions.to_list())),
        "rule": [_place(one) for one in texts["rule"].to_list()],
        "shown": _mappings({name: one.to_list() for name, one in columns.shown.items()}, len(columns), blank=True),
        "carried": _mappings(_carried(evaluation), len(columns), blank=False),
    }
    listed["premium"] = _premiums(_exact(columns.compared), listed["reference"])
    names = list(listed)
    for values in zip(*listed.values(), strict=True):
        yield Award(**dict(zip(names, values, strict=True)))


def _exact(numbers: Numbers) -> list[Fraction]:
    """Whole numbers of a unit as they are; each different one is made once."""
    up, down = numbers.unit.numerator, numbers.unit.denominator
    known: dict[int, Fraction] = {}
    found = []
    for whole in numbers.whole.to_list():
        one = known.get(whole)
        if one is None:
            one = known[whole] = Fraction(whole * up, down)
        found.append(one)
    return found


def _premiums(compared: list[Fraction], references: list[Fraction | None]) -> list[Fraction | None]:
    return [one / reference - 1 if reference else None for one, reference in zip(compared, references, strict=True)]


@cache
def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


@cache
def _place(text: str) -> RuleRef:
    file, line, column = text.rsplit(":", 2)
    return RuleRef(file, int(line), int(column))


def _mappings(columns: Mapping[str, list[Any]], many: int, *, blank: bool) -> list[dict[str, Any]]:
    """Columns as a mapping for each row; without what is blank, or with it."""
    if not columns:
        return [{} for _ in range(many)]
    rows = zip(*columns.values(), strict=True)
    return [{name: one for name, one in zip(columns, row, strict=True) if blank or one is not None} for row in rows]


# ---- what awards carry of their offers -----------------------------------------------------------------------------


def _carried(evaluation: FastEvaluation) -> dict[str, list[str | None]]:
    policy, offers = evaluation.world.day.policy, evaluation.book.offers
    rows = evaluation.serving.ledger.frame["row"]
    found: dict[str, list[str | None]] = {}
    for name, kind in carried_kinds(policy).items():
        column = offers.fields.get(name) if name in policy.fields else offers.columns.get(name)
        if column is not None:
            found[name] = _shown(column, rows, kind, policy.currency)
    return found


def _shown(column: Column, rows: pl.Series, kind: Type, currency: str) -> list[str | None]:
    """What some rows hold, as text."""

    def text(value: Any) -> str | None:
        return None if value is None else show(value, kind, currency)

    if isinstance(column, Coded):
        return pl.Series([text(one) for one in column.values], dtype=pl.String)[column.codes[rows]].to_list()
    if isinstance(column, Numbers):
        return _each_once(column.whole[rows].to_list(), lambda one: text(one * column.unit))
    return column.texts[rows].to_list()


def _each_once(values: list[Any], text: Callable[[Any], str | None]) -> list[str | None]:
    known: dict[Any, str | None] = {None: None}
    for one in values:
        if one not in known:
            known[one] = text(one)
    return [known[one] for one in values]
