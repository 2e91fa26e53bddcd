"""Is the ledger as it was written? Every hash, every link, the head, and the guards of the database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

import attrs

from vault_rules.domain.entry import GENESIS, Entry, Head, hash_of

SHOWN = 100
"""How many findings are reported at most."""

_SEARCHES = 20  # entries whose first place is looked for in the whole ledger

ALTERED, REMOVED, MOVED, INSERTED, HEAD, GUARD = "altered", "removed", "moved", "inserted", "head", "guard"


@attrs.frozen
class Finding:
    """Something that is not as it was written, and the entry it is about: None where it is about none."""

    what: str
    sequence: int | None
    message: str


@attrs.frozen
class Verified:
    """What was found, and the head to note elsewhere. `findings` holds at most `SHOWN`."""

    entries: int
    head: Head | None
    findings: tuple[Finding, ...]

    @property
    def is_whole(self) -> bool:
        return not self.findings


def verified(entries: Iterable[Entry], head: Head | None, noted: Head | None, lost: Iterable[str]) -> Verified:
    """Go through all entries in their order. `noted`: a head that was noted once; `lost`: guards that are not there."""
    walk = _Walk(head, noted)
    found = tuple(islice(walk.findings(entries), SHOWN))
    guards = tuple(Finding(GUARD, None, f"the database's guard {name} is gone or put off") for name in lost)
    return Verified(walk.count, head, (*found, *guards))


class _Walk:
    """Once through the entries, remembering the two before."""

    def __init__(self, head: Head | None, noted: Head | None) -> None:
        self._head, self._noted = head, noted
        self.count = 0
        self._last: Entry | None = None
        self._before_last = GENESIS
        self._is_blamed = False  # whether something was said of the last entry
        self._shift = 0
        self._searches = 0

    def findings(self, entries: Iterable[Entry]) -> Iterator[Finding]:
        for entry in entries:
            found = list(self._entry(entry))
            yield from found
            self._before_last = GENESIS if self._last is None else self._last.hash
            self._last, self._is_blamed = entry, any(one.sequence == entry.sequence for one in found)
            self.count += 1
        yield from self._end()

    # ---- one entry -------------------------------------------------------------------------------------------------

    def _entry(self, entry: Entry) -> Iterator[Finding]:
        expected = 1 if self._last is None else self._last.sequence + 1
        if entry.sequence < expected:  # rows come in their order: only the first can
            yield Finding(INSERTED, entry.sequence, f"entry {entry.sequence} was put in: the first is entry 1")
        elif entry.sequence > expected:
            yield _gone(expected, entry.sequence - 1)
        else:
            yield from self._link(entry)
        if _hash(entry) != entry.hash:
            yield self._not_itself(entry)
        elif self._noted is not None and entry.sequence == self._noted.entries and entry.hash != self._noted.hash:
            yield Finding(ALTERED, entry.sequence, f"entry {entry.sequence} has another hash than was noted")

    def _link(self, entry: Entry) -> Iterator[Finding]:
        """Whether an entry is chained to the one before; if not, that one is not what it was."""
        last = self._last
        if entry.previous == (GENESIS if last is None else last.hash) or self._is_blamed:
            return
        if last is not None and entry.previous == self._before_last:
            yield Finding(INSERTED, last.sequence, f"entry {last.sequence} was put in: the next does not follow it")
        elif _hash(entry) != entry.hash:
            return  # that is said, and says more
        elif last is None:
            yield Finding(REMOVED, 1, "entry 1 is not the first that was written: what was before it is gone")
        else:
            message = f"entry {last.sequence} was altered, and its hash made anew: the next follows another"
            yield Finding(ALTERED, last.sequence, message)

    def _not_itself(self, entry: Entry) -> Finding:
        """An entry whose content does not give its hash: it stood elsewhere, or it was altered."""
        home = self._home(entry)
        if home is None:
            return Finding(ALTERED, entry.sequence, f"entry {entry.sequence} was altered: its content has another hash")
        self._shift = home - entry.sequence
        return Finding(MOVED, entry.sequence, f"entry {entry.sequence} was moved: it was entry {home}")

    def _home(self, entry: Entry) -> int | None:
        """The place in which an entry's content gives its hash."""
        near = entry.sequence + self._shift
        if self._shift and _hash(entry, near) == entry.hash:
            return near
        self._searches += 1
        if self._searches > _SEARCHES:
            return None
        most = max(entry.sequence, 0 if self._head is None else self._head.entries) + _SEARCHES
        return next((place for place in range(1, most + 1) if _hash(entry, place) == entry.hash), None)

    # ---- the end ---------------------------------------------------------------------------------------------------

    def _end(self) -> Iterator[Finding]:
        last = 0 if self._last is None else self._last.sequence
        noted = 0 if self._noted is None else self._noted.entries
        if self._head is None:
            yield Finding(HEAD, None, "the head is gone: whether the last entries are there cannot be told")
        elif last > self._head.entries:
            first = self._head.entries + 1
            yield Finding(INSERTED, first, f"{_which(first, last)} put in behind the last that the head knows")
        if last < max(noted, 0 if self._head is None else self._head.entries):
            yield _gone(max(last, 0) + 1, max(noted, 0 if self._head is None else self._head.entries))
        elif self._head is not None and last == self._head.entries and not self._is_blamed and not self._ends_well():
            yield Finding(ALTERED, last, f"entry {last} was altered, and its hash made anew: the head knows another")

    def _ends_well(self) -> bool:
        last = GENESIS if self._last is None else self._last.hash
        return self._head is not None and self._head.hash == last


def _hash(entry: Entry, sequence: int | None = None) -> str | None:
    """What the hash should be; None for cells of a kind that nobody wrote."""
    try:
        return hash_of(entry, sequence)
    except TypeError:
        return None


def _gone(first: int, last: int) -> Finding:
    return Finding(REMOVED, first, f"{_which(first, last)} removed")


def _which(first: int, last: int) -> str:
    return f"entry {first} was" if first == last else f"entries {first} to {last} were"
