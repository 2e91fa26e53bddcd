"""The plan as flat tables: one place for the columns that frames, CSV files and the workbook share.

The names are those of the JSON. Every cell is text, a whole number, a flag, a tuple of names, or None; quantities and
prices are plain decimals, as in the JSON, and a rule is `file:line:column`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from fractions import Fraction

import attrs

from vault_rules.domain.exact import plain
from vault_rules.domain.plan import Award, Plan, RuleRef
from vault_rules.errors import UsageError

Cell = str | int | bool | tuple[str, ...] | None
Row = tuple[Cell, ...]


FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""How a text begins that a spreadsheet may take for a formula; the last four are the full-width forms."""


@attrs.frozen
class Column:
    """`kind`: text, whole, mass, price, money, ratio, date, flag, names (a list) or note (text not read back)."""

    name: str
    kind: str


@attrs.frozen
class Table:
    name: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


def columns(text: str) -> tuple[Column, ...]:
    """`"request quantity_kg:mass"` as columns; a kind that is not said is text."""
    parts = (word.partition(":") for word in text.split())
    return tuple(Column(name, kind or "text") for name, _, kind in parts)


AWARDS = columns(
    "request offer trader buyer mineral form origin processed_in melted_in delivery:date tier waterfall step:whole "
    "step_label quantity_kg:mass price_per_kg:price cost:money reference_per_kg:price premium:ratio "
    "exceptions:names rule:note"
)
READ_BACK = columns("currency date:date")
"""What `awards.csv` carries besides, so that it serves as a book's `awards`."""

_RESERVED = {column.name for column in (*AWARDS, *READ_BACK)} | {"received", "quantity", "unit", "price", "per"}


def reserved(carried: Iterable[str]) -> set[str]:
    """The names that a column of the policy's own cannot have in the awards."""
    return _RESERVED | set(carried)


def table(plan: Plan, name: str) -> Table:
    """One of the plan's tables by name. Raises `UsageError` for a name that is none of `TABLES`."""
    if name not in _MAKERS:
        raise UsageError(f"the plan has no table `{name}`: there are {', '.join(TABLES)}")
    return _MAKERS[name](plan)


# ---- cells ---------------------------------------------------------------------------------------------------------


def number(value: Fraction | None) -> str | None:
    """A mass, price or ratio as a plain decimal."""
    return None if value is None else plain(value)


def money(value: Decimal | None) -> str | None:
    """Money as invoiced, with its two decimals."""
    return None if value is None else f"{value:.2f}"


def place(rule: RuleRef | None) -> str | None:
    """Where a clause stands, as `file:line:column`."""
    return None if rule is None else f"{rule.file}:{rule.line}:{rule.column}"


def award_cells(award: Award) -> Row:
    """The cells of `AWARDS`, in order."""
    return (
        award.request,
        award.offer,
        award.trader,
        award.buyer,
        award.mineral,
        award.form,
        award.origin,
        award.processed_in,
        award.melted_in,
        None if award.delivery is None else award.delivery.isoformat(),
        award.tier,
        award.waterfall,
        award.step,
        award.step_label,
        plain(award.quantity),
        plain(award.price),
        money(award.cost),
        number(award.reference),
        number(award.premium),
        award.exceptions,
        place(award.rule),
    )


# ---- tables --------------------------------------------------------------------------------------------------------


def _awards(plan: Plan) -> Table:
    """The awards, with a column for everything that the policy shows."""
    shown = list(dict.fromkeys((*plan.shown, *(name for award in plan.awards for name in award.shown))))
    taken = reserved(_carried(plan))
    extra = tuple(Column(f"show_{name}" if name in taken else name, "note") for name in shown)
    rows = ((*award_cells(award), *(award.shown.get(name) for name in shown)) for award in plan.awards)
    return Table("awards", (*AWARDS, *extra), tuple(rows))


def awards_to_read_back(plan: Plan) -> Table:
    """The awards as a book's `awards`: with the currency, the day they were made, and all that caps may count."""
    awards, carried = _awards(plan), _carried(plan)
    cut, today = len(AWARDS), plan.as_of.isoformat()
    rows = tuple(
        (*row[:cut], plan.currency, today, *(award.carried.get(name) for name in carried), *row[cut:])
        for row, award in zip(awards.rows, plan.awards, strict=True)
    )
    more = tuple(Column(name, "text") for name in carried)
    return Table("awards", (*AWARDS, *READ_BACK, *more, *awards.columns[cut:]), rows)


def _carried(plan: Plan) -> list[str]:
    """The offers' other columns that some award carries, in the order in which a policy has them."""
    return list(dict.fromkeys((*plan.carried, *(name for award in plan.awards for name in award.carried))))


def _rejections(plan: Plan) -> Table:
    """One row for each reason."""
    rows = (
        (
            one.offer,
            one.request,
            reason.code,
            reason.actual,
            reason.limit,
            number(reason.flip_price),
            place(reason.rule),
        )
        for one in plan.rejections
        for reason in one.reasons
    )
    return Table(
        "rejections", columns("offer request code actual limit flip_price_per_kg:price rule:note"), tuple(rows)
    )


def _shortfalls(plan: Plan) -> Table:
    rows = ((one.request, one.mineral, plain(one.quantity), one.because) for one in plan.shortfalls)
    return Table("shortfalls", columns("request mineral quantity_kg:mass because:names"), tuple(rows))


def _placements(plan: Plan) -> Table:
    rows = (
        (one.request, one.offer, one.facility, one.store, plain(one.quantity), money(one.cost_per_month))
        for one in plan.placements
    )
    return Table(
        "placements", columns("request offer facility store quantity_kg:mass cost_per_month:money"), tuple(rows)
    )


def _unplaced(plan: Plan) -> Table:
    rows = ((one.request, one.offer, plain(one.quantity)) for one in plan.unplaced)
    return Table("unplaced", columns("request offer quantity_kg:mass"), tuple(rows))


def _findings(plan: Plan) -> Table:
    rows = ((one.rule, one.kind, one.subject, one.actual, one.limit, one.holds) for one in plan.findings)
    return Table("findings", columns("rule kind subject actual limit holds:flag"), tuple(rows))


def _caps(plan: Plan) -> Table:
    rows = ((one.rule, one.subject, one.used, one.limit, one.of_purchased) for one in plan.totals.caps)
    return Table("caps", columns("rule subject used limit of_purchased"), tuple(rows))


def _totals(plan: Plan) -> Table:
    """The totals as rows: what, the name it is split by, the amount, its unit."""
    return Table("totals", columns("total name amount:mass unit"), tuple(_total_rows(plan)))


def _total_rows(plan: Plan) -> Iterator[Row]:
    totals = plan.totals
    wholes = (
        ("requested", totals.requested),
        ("awarded_before", totals.awarded_before),
        ("awarded", totals.awarded),
        ("shortfall", totals.shortfall),
    )
    for what, quantity in wholes:
        yield (what, None, plain(quantity), "kg")
    yield ("cost", None, money(totals.cost), plan.currency)
    splits = (
        ("tier", totals.by_tier),
        ("origin", totals.by_origin),
        ("mineral", totals.by_mineral),
        ("trader", totals.by_trader),
    )
    for what, split in splits:
        for name, quantity in sorted(split.items()):
            yield (f"by_{what}", name, plain(quantity), "kg")


_MAKERS: dict[str, Callable[[Plan], Table]] = {
    "awards": _awards,
    "rejections": _rejections,
    "shortfalls": _shortfalls,
    "placements": _placements,
    "unplaced": _unplaced,
    "findings": _findings,
    "caps": _caps,
    "totals": _totals,
}
TABLES = tuple(_MAKERS)
