"""A plan made again from what was kept of it: the same bytes, or what differs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs

from vault_rules import api
from vault_rules.adapters.snapshot import manifest_hash
from vault_rules.conduct.kept import kept_book, kept_plan, kept_policy
from vault_rules.domain.canonical import sha256_of
from vault_rules.domain.receipt import Receipt
from vault_rules.errors import UsageError
from vault_rules.execution.ledger.runs import Run
from vault_rules.execution.ledger.store import Ledger
from vault_rules.execution.state import RunState

_SHOWN = 5


@attrs.frozen
class Replayed:
    """The plan as it is now, and what is other than it was; nothing where it is the same, byte for byte."""

    plan: str
    differences: tuple[str, ...]


def replay(ledger: Ledger, run: str, folder: Path | None = None) -> Replayed:
    """Evaluate again what a run was made of. `folder`: where it is kept now, if it was moved.

    Raises `UsageError` where it is not there, `BookError` where the book was altered.
    """
    known = ledger.run(run)
    place = folder or Path(known.snapshot.path)
    policy, _ = kept_policy(place, known.receipt.parameters)
    book, said = kept_book(place)
    plan = api.evaluate(policy, book, known.receipt.as_of)
    receipt = Receipt.of(plan.rows, adapters=known.receipt.adapters, functions=dict(policy.functions))
    text = plan.to_json()
    found = list(_of_receipts(known, receipt))
    if manifest_hash(said) != known.snapshot.sha256:
        found.append("the snapshot is another")
    hash = RunState.of(run, ledger.entries(run=run)).plan.get("plan_sha256")
    if hash is None:
        raise UsageError(f"the run {run} was ended before its plan was recorded: resume it")
    if sha256_of(text) != hash:
        found += _of_plans(place, hash, text)
        return Replayed(text, tuple(found))
    return Replayed(text, tuple(one for one in found if not one.startswith("program")))


def _of_receipts(known: Run, now: Receipt) -> Iterator[str]:
    before, after = known.receipt.fields, now.fields
    for name in before:
        if before[name] != after[name]:
            yield f"{name}: {_short(before[name])} then, {_short(after[name])} now"


def _of_plans(folder: Path, hash: str, text: str) -> Iterator[str]:
    """Where two plans differ, if the first is still there."""
    kept = kept_plan(folder)
    if sha256_of(kept) != hash:
        yield f"the plan is another, and {folder / 'plan.json'} is not as it was written"
        return
    yield from _of_values("plan", json.loads(kept), json.loads(text))


def _of_values(where: str, then: Any, now: Any) -> Iterator[str]:
    if then == now:
        return
    if isinstance(then, Mapping) and isinstance(now, Mapping):
        for name in dict.fromkeys((*then, *now)):
            yield from _of_values(f"{where}.{name}", then.get(name), now.get(name))
    elif isinstance(then, list) and isinstance(now, list):
        if len(then) != len(now):
            yield f"{where}: {len(then):,} then, {len(now):,} now"
        pairs = [(at, a, b) for at, (a, b) in enumerate(zip(then, now, strict=False)) if a != b]
        for at, a, b in pairs[:_SHOWN]:
            yield from _of_values(f"{where}[{at}]", a, b)
        if len(pairs) > _SHOWN:
            yield f"{where}: {len(pairs) - _SHOWN:,} more differ"
    else:
        yield f"{where}: {_short(then)} then, {_short(now)} now"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:77]}…"
