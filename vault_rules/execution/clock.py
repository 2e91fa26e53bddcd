"""The clock of whoever carries out a plan: handed in, never read by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from vault_rules.errors import UsageError

Clock = Callable[[], datetime]
"""Gives the time, in any time zone."""


def moment(clock: Clock) -> str:
    """The time now as ISO 8601 in UTC, to the microsecond. Raises `UsageError` for a clock without a time zone."""
    now = clock()
    if now.tzinfo is None:
        raise UsageError("the clock gives a time without a time zone")
    return now.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
