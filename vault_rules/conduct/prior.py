"""The prior awards of a gathered book: those of a file, of before there was a ledger, and those of the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from vault_rules.adapters.config import Config
from vault_rules.api import Policy
from vault_rules.domain.heading import column_name
from vault_rules.domain.sheet import Sheet
from vault_rules.errors import BookError, NoLedgerError
from vault_rules.execution.ledger.prior import prior_awards
from vault_rules.execution.ledger.standing import Line

if TYPE_CHECKING:
    import polars as pl

    from vault_rules.execution.ledger.store import Ledger


def configured_awards(config: Config) -> Sheet | None:
    """The prior awards that the section `execution` names. Raises `BookError` for a file that is none."""
    from vault_rules.adapters.files import read_some

    if config.execution.awards is None:
        return None
    sheets, bad = read_some(config.folder / config.execution.awards, "awards", required=("awards",))
    if bad or "awards" not in sheets:
        raise BookError(bad)
    return sheets["awards"]


@attrs.frozen(eq=False)
class Prior:
    """Prior awards as a sheet, the configured ones first. `counted`: all that stands in the ledger and concerns the
    policy is in it; what is dated after the day is not.
    """

    sheet: Sheet | None
    configured: int
    lines: tuple[Line, ...]
    counted: bool


def prior(configured: Sheet | None, ledger: Ledger | None, policy: Policy, as_of: date) -> Prior:
    """The prior awards as of a day. Of the ledger those of minerals that the policy knows: others do not concern it."""
    lines = () if ledger is None else ledger.standing().lines()
    places = {} if ledger is None else ledger.places()
    minerals = policy.typed.minerals
    known = [line for line in lines if not minerals or line.award.mineral in minerals]
    mine = [line for line in known if line.day <= as_of]
    first = 0 if configured is None else configured.given.height
    counted = len(mine) == len(known)
    sheet = together(configured, prior_awards(mine, places, as_of)) if mine else configured
    return Prior(sheet, first, lines, counted)


def together(configured: Sheet | None, ledgers: pl.DataFrame) -> Sheet:
    """One sheet of both; each row keeps its number in its file, and those of the ledger follow."""
    import polars as pl

    if configured is None:
        return Sheet("awards", "the ledger", ledgers)
    own = {column_name(word): word for word in configured.frame.columns}
    own |= {plain: own[kg] for kg, plain in (("quantity_kg", "quantity"), ("price_per_kg", "price")) if kg in own}
    ledgers = ledgers.rename({name: own[name] for name in ledgers.columns if name in own})
    given = pl.concat([configured.frame, ledgers], how="diagonal")
    numbers = [configured.row_number(at) for at in range(configured.given.height)]
    after = max(numbers, default=1)
    rows = [*numbers, *range(after + 1, after + 1 + ledgers.height)]
    return Sheet("awards", f"{configured.place} and the ledger", given, rows, configured.bad)


@contextmanager
def ledger_so_far(config: Config) -> Iterator[Ledger | None]:
    """The ledger, open for reading; None where nothing was recorded yet: there is no file, or no table of a ledger."""
    with ExitStack() as opened:
        yield _read(config, opened)


def _read(config: Config, opened: ExitStack) -> Ledger | None:
    scheme, slashes, path = config.ledger_url.partition(":///")
    is_file = bool(slashes) and scheme.partition("+")[0] == "sqlite"
    if not (Path(path).exists() if is_file else config.ledger is not None):
        return None  # without the ledger's libraries, which are an extra
    from vault_rules.execution.ledger import open_ledger

    try:
        return opened.enter_context(open_ledger(config.ledger_url))
    except NoLedgerError:
        return None
