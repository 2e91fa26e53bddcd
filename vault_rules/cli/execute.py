"""`vault-rules execute`: a plan carried out, and gone on with after whatever cut it off."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vault_rules.cli.evaluating import Day, load
from vault_rules.cli.gathered import requests_file, waiting
from vault_rules.cli.running import DONE, colour
from vault_rules.errors import BookError, PolicyError, UsageError

if TYPE_CHECKING:
    from vault_rules.adapters.config import Config
    from vault_rules.conduct.executing import Observers
    from vault_rules.conduct.prepared import Prepared
    from vault_rules.execution.ledger.store import Ledger
    from vault_rules.execution.state import RunState


@click.command("execute")
@click.argument("policy", type=click.Path(), required=False)
@click.option("--config", required=True, type=click.Path(path_type=Path), help="The vault.toml that names everybody.")
@click.option("--requests", type=click.Path(path_type=Path), help="The file of requests.")
@click.option("--as-of", type=Day(), help="The day to evaluate for, as in 2027-08-01.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Ask for offers and show the plan; reserve and record nothing.")
@click.option("--resume", metavar="RUN", help="Go on with a run that was cut off or stopped.")
@click.option("--run", metavar="NAME", help="The name of the run; else one is made.")
@click.option("--allow-missing", is_flag=True, help="A plan also where somebody does not answer.")
@click.option(
    "--set", "pairs", metavar="NAME=VALUE", multiple=True, help="Another value for a parameter; may be repeated."
)
def command(
    policy: str | None,
    config: Path,
    requests: Path | None,
    as_of: date | None,
    yes: bool,
    dry_run: bool,
    resume: str | None,
    run: str | None,
    allow_missing: bool,
    pairs: tuple[str, ...],
) -> int:
    """Carry a plan out: gather, evaluate, show, ask; then for every award reserve with the
    trader, book storage, confirm, confirm storage, record. What is refused is planned
    again on what is left.

    A run that was cut off, at whatever moment, goes on with --resume RUN.
    """
    from vault_rules.adapters.config import read_config
    from vault_rules.adapters.manager import installed

    read = read_config(config, installed().sound())
    if resume is not None:
        if dry_run or as_of or requests or run or pairs or allow_missing:
            raise click.UsageError("--resume goes with --config alone: all else is as it was when the run began.")
        return _resumed(read, resume)
    if policy is None or as_of is None:
        raise click.UsageError("Give POLICY and --as-of, or --resume RUN.")
    with _ledger(read, dry_run) as ledger:
        prepared = _prepared(read, ledger, policy, requests, as_of, pairs, allow_missing)
        return _executed(prepared, ledger, run, yes=yes, dry_run=dry_run)


@contextmanager
def _ledger(config: Config, dry_run: bool) -> Iterator[Ledger | None]:
    """The ledger, open for writing; for a dry run as it is, if there is one."""
    from vault_rules.conduct.prior import ledger_so_far
    from vault_rules.execution.ledger import open_ledger

    with ledger_so_far(config) if dry_run else open_ledger(config.ledger_url, lambda: datetime.now(UTC)) as ledger:
        yield ledger


def _prepared(
    config: Config,
    ledger: Ledger | None,
    policy: str,
    requests: Path | None,
    as_of: date,
    pairs: tuple[str, ...],
    allow_missing: bool,
) -> Prepared:
    from vault_rules.conduct.prepared import prepare
    from vault_rules.gathering import read_requests

    loaded = load(policy, pairs)
    wanted = read_requests(requests_file(requests, config), config.requests.defaults)
    with waiting() as tell:
        return prepare(config, loaded, wanted, as_of, ledger, allow_missing=allow_missing, tell=tell)


def _executed(prepared: Prepared, ledger: Ledger | None, run: str | None, *, yes: bool, dry_run: bool) -> int:
    from vault_rules.conduct.executing import begin, carry_out, new_name
    from vault_rules.conduct.prepared import check_counterparties
    from vault_rules.report.tables import plan_to_text

    plan = prepared.plan.rows
    click.echo(plan_to_text(plan, rejections="summary", colour=colour(sys.stdout)), nl=False)
    check_counterparties(prepared.config, plan, dict(prepared.gathered.storages), prepared.gathered.book)
    if dry_run or ledger is None:
        click.echo("dry run: nothing was reserved, nothing recorded", err=True)
        return DONE
    if not plan.awards:
        click.echo("nothing is awarded: there is nothing to do", err=True)
        return DONE
    if not yes and not click.confirm(_question(prepared), err=True):
        click.echo("nothing was reserved, nothing recorded", err=True)
        return DONE
    name = run or new_name(prepared.as_of)
    folder = begin(prepared, ledger, name)
    click.echo(f"run {name}: what it is made of is kept in {folder}", err=True)
    with _resumable(name):
        return _said(carry_out(prepared, ledger, name, _observers(), _warn))


def _resumed(config: Config, run: str) -> int:
    from vault_rules.conduct.executing import resume

    with _ledger(config, dry_run=False) as ledger, _resumable(run):
        assert ledger is not None
        return _said(resume(config, ledger, run, _observers(), _warn))


def _question(prepared: Prepared) -> str:
    plan = prepared.plan.rows
    traders = len({award.trader for award in plan.awards})
    whom = "1 trader" if traders == 1 else f"{traders:,} traders"
    return f"buy this ({len(plan.awards):,} awards, {plan.totals.cost:,} {plan.currency}, from {whom})?"


@contextmanager
def _resumable(run: str) -> Iterator[None]:
    """Where it does not come to its end, say how to go on."""
    try:
        yield
    except (BookError, PolicyError, UsageError):
        raise
    except BaseException:
        click.echo(f"the run is not over: vault-rules execute --config … --resume {run}", err=True)
        raise


def _said(state: RunState) -> int:
    from vault_rules.conduct.summary import summary

    for line in summary(state):
        click.echo(line)
    return DONE


def _observers() -> Observers:
    from vault_rules.adapters.manager import installed

    return installed().observers


def _warn(text: str) -> None:
    click.echo(f"warning: {text}", err=True)
