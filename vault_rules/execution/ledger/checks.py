"""What a run may say: names that any database holds, and nothing about an award that it never claimed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

from vault_rules.domain.entry import Kind
from vault_rules.errors import UsageError
from vault_rules.execution.ledger.drafts import Draft
from vault_rules.execution.ledger.standing import COUNTED, Standing

_NAME = re.compile(r"[!-~]{1,200}\Z")


def check(run: str, drafts: Sequence[Draft], standing: Standing, claimed: AbstractSet[tuple[str, str]]) -> None:
    """Whether each draft can follow what stands and the drafts before it; `claimed` are the keys that ever were.

    Raises `UsageError` where it cannot: a key is claimed once at a time, and before anything comes of it.
    """
    keys = {key for key in _keys(drafts) if named(key, "award")}
    stand = {key for key in keys if standing.line(run, key) is not None}
    ever = {key for key in keys if (run, key) in claimed}
    for one in drafts:
        if one.kind not in COUNTED:
            continue
        if one.award is None:
            raise UsageError(f"a {one.kind} is about an award: it needs the award's key")
        if one.kind == Kind.CLAIM and one.award in stand:
            raise UsageError(f"the award {one.award} of run {run} is claimed already")
        if one.kind != Kind.CLAIM and one.award not in ever:
            raise UsageError(f"the award {one.award} of run {run} was never claimed")
        (stand.discard if one.kind == Kind.RELEASE else stand.add)(one.award)
        ever.add(one.award)


def named(name: str, what: str) -> str:
    """The name, if it is one. Raises `UsageError` where it is not."""
    if not _NAME.match(name):
        raise UsageError(f"the name of this {what} is none: 1 to 200 letters, digits or marks of ASCII, without blanks")
    return name


def _keys(drafts: Iterable[Draft]) -> list[str]:
    return [one.award for one in drafts if one.award is not None]
