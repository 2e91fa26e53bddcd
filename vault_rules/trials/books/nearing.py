"""A book moved nearer to a boundary by what came of it: prices at which a verdict turns, quantities just as awarded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from vault_rules.domain.rows import BoundBook
from vault_rules.engine.program import Program
from vault_rules.engine.reference import Evaluation, run
from vault_rules.engine.result import rejections
from vault_rules.errors import EvaluationError
from vault_rules.trials.books.choosing import Chooser
from vault_rules.trials.books.figures import STEPS, floored

Row = dict[str, Any]
_ASKED = ("requests", "quantity")
Move = tuple[str, str, str, Fraction]
"""Table, row, column, and the value that it gets."""


def nearer(rows: Mapping[str, list[Row]], book: BoundBook, program: Program, as_of: date, choose: Chooser) -> None:
    """Change a figure of the book to what its own evaluation shows as a boundary, or to a step beside it."""
    try:
        moves = list(_moves(run(program, book, as_of)))
    except EvaluationError:
        return
    if moves:
        table, name, column, value = choose.grouped(moves)
        value += STEPS["price" if column == "price" else "mass"] * choose.one((0, 0, 1, -1))
        row = next(one for one in rows[table] if one[table.removesuffix("s")] == name)
        if value > _least(table, name, column, book):
            row[column] = value


def _least(table: str, name: str, column: str, book: BoundBook) -> Fraction:
    """What a figure must be above: a request asks for no less than it was given before."""
    given = [one.quantity for one in book.awards if one.request == name] if (table, column) == _ASKED else []
    return sum(given, Fraction(0)) - (STEPS["mass"] if given else 0)


def _moves(evaluation: Evaluation) -> Iterator[list[Move]]:
    """The moves by what they are about, so that each kind is as likely as another."""
    given: dict[tuple[str, str], Fraction] = {}
    for award in evaluation.awards:
        for key in (("offers", award.offer), ("requests", award.request)):
            given[key] = given.get(key, Fraction(0)) + award.quantity
    offers = [(name, quantity) for (table, name), quantity in given.items() if table == "offers"]
    before = evaluation.waterfalls.before
    requests = [
        (name, quantity + before(evaluation.world.requests[name]))
        for (table, name), quantity in given.items()
        if table == "requests"
    ]
    flips = {
        (one.offer, floored(reason.flip_price, "price"))
        for one in rejections(evaluation)
        for reason in one.reasons
        if reason.flip_price is not None
    }
    for found in (
        [("offers", name, "min_quantity", quantity) for name, quantity in offers],
        [("offers", name, "lot", quantity) for name, quantity in offers],
        [("offers", name, "quantity", quantity) for name, quantity in offers],
        [("requests", name, "quantity", quantity) for name, quantity in requests],
        [("offers", name, "price", price) for name, price in sorted(flips)],
    ):
        if found:
            yield found
