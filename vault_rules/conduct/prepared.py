"""An execution before anything is done: everybody asked, the plan made, and whether those who won can be dealt with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import attrs

from vault_rules import api
from vault_rules.adapters.config import Config
from vault_rules.adapters.registration import Capability
from vault_rules.conduct.kept import kept_book
from vault_rules.conduct.prior import Prior, configured_awards, prior
from vault_rules.domain.book import Book
from vault_rules.domain.plan import Plan as PlanRows
from vault_rules.domain.receipt import Receipt
from vault_rules.domain.sheet import Sheet, part
from vault_rules.errors import AdapterError
from vault_rules.execution.ledger.store import Ledger
from vault_rules.execution.market import Market
from vault_rules.gathering import Gathered, gather

Tell = Callable[[tuple[str, ...]], None]


@attrs.frozen(eq=False)
class Prepared:
    """A plan that can be carried out."""

    config: Config
    policy: api.Policy
    as_of: date
    gathered: Gathered
    prior: Prior
    plan: api.Plan

    @property
    def market(self) -> Market:
        gathered = self.gathered
        return Market(
            self.policy.program,
            api.eyes_of(self.policy, self.as_of),
            gathered.book,
            self.as_of,
            _first(gathered.sheets.get("awards"), self.prior.configured),
            gathered.storages,
            gathered.prefixes,
        )

    @property
    def receipt(self) -> Receipt:
        return receipt(self.config, self.policy, self.plan.rows)


def prepare(
    config: Config,
    policy: api.Policy,
    requests: Sheet,
    as_of: date,
    ledger: Ledger | None,
    *,
    allow_missing: bool = False,
    tell: Tell = lambda waiting: None,
) -> Prepared:
    """Ask everybody and make the plan; prior awards are those that are configured and those of the ledger.

    Raises what `gather` and `evaluate` raise.
    """
    before = prior(configured_awards(config), ledger, policy, as_of)
    gathered = gather(policy, config, requests, as_of, awards=before.sheet, allow_missing=allow_missing, tell=tell)
    with gathered.naming():
        plan = api.evaluate(policy, gathered.book, as_of)
    return Prepared(config, policy, as_of, gathered, before, plan)


def receipt(config: Config, policy: api.Policy, plan: PlanRows) -> Receipt:
    """What a plan was made of."""
    adapters = {one.adapter.what.name: one.adapter.plugin.source for one in config.counterparties}
    return Receipt.of(plan, adapters=adapters, functions=dict(policy.functions))


def kept_market(folder: Path, policy: api.Policy, as_of: date, configured: int) -> Market:
    """The market of a run as it was kept."""
    book, said = kept_book(folder)
    return Market(
        policy.program,
        api.eyes_of(policy, as_of),
        book,
        as_of,
        _first(book.sheet("awards"), configured),
        said["storages"],
        said["prefixes"],
    )


def _first(sheet: Sheet | None, rows: int) -> Sheet | None:
    """The first rows of a sheet; None where these are none."""
    import polars as pl

    return None if sheet is None or not rows else part(sheet, pl.Series(range(rows), dtype=pl.UInt32))


# ---- who can be dealt with -------------------------------------------------------------------------------------------


def check_counterparties(config: Config, plan: PlanRows, storages: dict[str, str], book: Book) -> None:
    """Raise `AdapterError` where a plan names somebody whose adapter only shows what there is, or where an offer is of
    goods of which only the content counts: a trader's holds are of what is weighed.
    """
    problems = [*_unable(config, plan, storages), *_by_content(book)]
    if problems:
        raise AdapterError("\n".join(problems))


def _by_content(book: Book) -> Iterator[str]:
    rows = book.tables["offers"].rows
    names = sorted(row.texts["offer"] for row in rows if row.get("content") not in (None, 1))
    if names:
        said = ", ".join(f"`{name}`" for name in names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        yield f"offers with a `content` cannot be executed ({said}): let their traders quote what is contained"


def _unable(config: Config, plan: PlanRows, storages: dict[str, str]) -> Iterator[str]:
    for name in sorted({award.trader for award in plan.awards}):
        if Capability.TRADE not in config.traders[name].capabilities:
            yield f"trader {name} only shows what it offers: its adapter cannot reserve (no capability `trade`)"
    for name in sorted({storages[one.facility] for one in plan.placements}):
        if Capability.BOOK not in config.storages[name].capabilities:
            yield f"storage {name} only shows what it has: its adapter cannot book (no capability `book`)"
