"""Pages of a table. Whoever reads on gets the rest of the same answer, whatever is bought meanwhile."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from secrets import token_urlsafe
from threading import Lock
from typing import Any

from vault_rules.adapters.messages import Row
from vault_rules_rest.server.asked import Asked, Problem
from vault_rules_rest.writing import rows

KEPT = 16


class Pages:
    """The last answers that had more than one page, in memory."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Sequence[Row]] = OrderedDict()
        self._lock = Lock()

    def page(self, asked: Asked, answer: Iterable[Row]) -> dict[str, Any]:
        """A page of an answer, which is read only where this is its first. Raises `Problem`."""
        cursor, limit = asked.one("cursor"), asked.limit()
        if cursor is None:
            found = list(answer)
            return rows(found[:limit], self._keep(found, limit) if len(found) > limit else None)
        name, start = self._place(cursor)
        with self._lock:
            kept = self._kept.get(name)
        if kept is None:
            raise Problem(410, "this answer is no longer kept", "ask from the beginning")
        after = start + limit
        return rows(kept[start:after], f"{name}.{after}" if len(kept) > after else None)

    def _keep(self, found: Sequence[Row], after: int) -> str:
        name = token_urlsafe(12)
        with self._lock:
            self._kept[name] = found
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return f"{name}.{after}"

    def _place(self, cursor: str) -> tuple[str, int]:
        name, _, start = cursor.partition(".")
        if not (start.isascii() and start.isdigit() and len(start) < 10):
            raise Problem(400, "`cursor` is none of ours")
        return name, int(start)
