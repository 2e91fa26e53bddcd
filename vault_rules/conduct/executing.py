"""Beginning a run, and going on with one: the same from there on."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import date
from itertools import chain, count
from pathlib import Path

from vault_rules.adapters.config import Config
from vault_rules.adapters.manager import Offered
from vault_rules.adapters.registration import ExecutedStep, Observer
from vault_rules.conduct.kept import keep, kept_plan, kept_policy
from vault_rules.conduct.prepared import Prepared, kept_market
from vault_rules.domain.canonical import sha256_of
from vault_rules.errors import UsageError
from vault_rules.execution.carrying import Execution
from vault_rules.execution.desks import Desks
from vault_rules.execution.ledger.drafts import Draft, Snapshot, intent
from vault_rules.execution.ledger.store import Ledger
from vault_rules.execution.progress import PLAN
from vault_rules.execution.rounds import Rounds, stands
from vault_rules.execution.state import RunState

Warn = Callable[[str], None]
Observers = Mapping[str, Offered[Observer]]


def new_name(as_of: date) -> str:
    """The name of a run that nobody has named."""
    return f"{as_of.isoformat()}-{secrets.token_hex(4)}"


def begin(prepared: Prepared, ledger: Ledger, run: str) -> Path:
    """Keep what the plan is made of, and begin the run: its folder."""
    config = prepared.config
    text = prepared.plan.to_json()
    if any(True for _ in ledger.entries(run=run)):
        raise UsageError(f"the ledger has a run {run} already")
    folder = _new_folder((config.folder / config.snapshots.folder / run).absolute())
    keep(folder, prepared.gathered, prepared.policy, text, prepared.prior.configured)
    ledger.begin(run, prepared.receipt, Snapshot(folder.as_posix(), prepared.gathered.sha256))
    ledger.append(run, [_plan(text)])
    return folder


def _new_folder(folder: Path) -> Path:
    """A folder that is not there yet: one may be left of a run that was ended before it began."""
    names = chain((folder,), (folder.with_name(f"{folder.name}-{at}") for at in count(2)))
    return next(one for one in names if not one.exists())


def _plan(text: str) -> Draft:
    """What the ledger knows of the plan that was shown."""
    return intent(None, PLAN, "ledger", plan_sha256=sha256_of(text))


def carry_out(prepared: Prepared, ledger: Ledger, run: str, observers: Observers, warn: Warn) -> RunState:
    """Carry out a run that has begun. Raises what `Execution.go` raises."""
    rounds = Rounds(run, ledger, prepared.market)
    if prepared.prior.counted:
        rounds.first = (prepared.plan.rows, stands(prepared.prior.lines))
    return _go(prepared.config, rounds, observers, warn)


def resume(config: Config, ledger: Ledger, run: str, observers: Observers, warn: Warn) -> RunState:
    """Go on with a run, whatever ended it, with the book and the policy as they were when it began.

    Raises `UsageError` for a run that the ledger does not have, or of which what was kept is gone or altered.
    """
    known = ledger.run(run)
    folder = Path(known.snapshot.path)
    policy, prior_awards = kept_policy(folder, known.receipt.parameters)
    market = kept_market(folder, policy, known.receipt.as_of, prior_awards)
    made_of = (known.receipt.policy_sha256, known.receipt.book_sha256)
    if (policy.typed.sha256, market.book.sha256) != made_of:
        raise UsageError(f"what the run {run} was made of was altered: {folder}")
    if not RunState.of(run, ledger.entries(run=run)).plan:  # it was ended between its first two words
        ledger.append(run, [_plan(kept_plan(folder))])
    return _go(config, Rounds(run, ledger, market), observers, warn)


def _go(config: Config, rounds: Rounds, observers: Observers, warn: Warn) -> RunState:
    with closing(Desks(config.traders.values(), config.storages.values())) as desks:
        execution = Execution(
            rounds.run,
            rounds.ledger,
            rounds.market,
            desks,
            rounds,
            config.execution.rounds,
            config.execution.at_once,
            lambda step: tell(observers, step, warn),
        )
        return execution.go()


def tell(observers: Observers, step: ExecutedStep, warn: Warn) -> None:
    """Tell all observers of a step. What one of them raises is reported, and stops nothing."""
    for name, one in observers.items():
        try:
            one.what.observe(step)
        except Exception as why:  # whatever somebody else's observer raises
            warn(f"observer `{name}` of {one.plugin.source} fails: {type(why).__name__}: {why}")
