"""A plan from those who are named in `vault.toml`: asked, kept as a snapshot, evaluated."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import click

from vault_rules.cli.evaluating import load
from vault_rules.cli.running import progress

if TYPE_CHECKING:
    from vault_rules.adapters.config import Config
    from vault_rules.api import Plan, Policy
    from vault_rules.domain.sheet import Sheet


@attrs.frozen
class Asked:
    """What the command line says of gathering."""

    config: Path
    requests: Path | None
    allow_missing: bool = False
    snapshot: Path | None = None


def make_gathered_plan(policy: str, asked: Asked, as_of: date, pairs: tuple[str, ...], *, engine: str) -> Plan:
    """Load, ask, keep, evaluate. Where the snapshot lies is said on stderr."""
    from vault_rules import api
    from vault_rules.adapters.config import read_config
    from vault_rules.adapters.manager import installed
    from vault_rules.gathering import gather, read_requests

    config = read_config(asked.config, installed().sound())
    loaded = load(policy, pairs)
    requests = read_requests(requests_file(asked.requests, config), config.requests.defaults)
    before = _prior(config, loaded, as_of)
    with waiting() as tell:
        gathered = gather(loaded, config, requests, as_of, awards=before, allow_missing=asked.allow_missing, tell=tell)
    with gathered.naming():
        with progress("evaluating"):
            plan = api.evaluate(loaded, gathered.book, as_of, engine=engine)
        folder = config.folder / config.snapshots.folder
        kept = gathered.keep_beside(folder) if asked.snapshot is None else gathered.keep(asked.snapshot)
    click.echo(f"what was gathered is kept in {kept}: --book reads it again", err=True)
    return plan


def _prior(config: Config, policy: Policy, as_of: date) -> Sheet | None:
    """The prior awards: those that are configured, and those of the ledger where there is one."""
    from vault_rules.conduct.prior import configured_awards, ledger_so_far, prior

    with progress("reading the ledger"), ledger_so_far(config) as ledger:
        return prior(configured_awards(config), ledger, policy, as_of).sheet


def requests_file(given: Path | None, config: Config) -> Path:
    """The file of requests: as the command says, else as the configuration does."""
    if given is not None:
        return given
    if config.requests.file is None:
        raise click.UsageError("With --config give --requests, or say `file` in the section [requests].")
    return config.folder / config.requests.file


@contextmanager
def waiting() -> Iterator[Callable[[tuple[str, ...]], None]]:
    """Say on stderr who is waited for, once it takes longer than a second, and again each time that changes."""
    late = threading.Event()
    waiting: list[tuple[str, ...]] = [()]

    def say() -> None:
        if late.is_set() and waiting[0]:
            click.echo(f"waiting for {', '.join(waiting[0])} …", err=True)

    def tell(names: tuple[str, ...]) -> None:
        waiting[0] = names
        say()

    def begin() -> None:
        late.set()
        say()

    timer = threading.Timer(1.0, begin)
    timer.daemon = True
    timer.start()
    try:
        yield tell
    finally:
        timer.cancel()
        late.clear()
