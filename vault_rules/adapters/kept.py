"""Holds that last: the entries of a journal, and tables of files that are read again only when they have changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from vault_rules.adapters.files import read_some
from vault_rules.adapters.holds import Entry, Holds, entry_from_text, entry_to_text
from vault_rules.adapters.journal import Journal
from vault_rules.domain.reading import ReadTable, read_table
from vault_rules.errors import BookError, Unavailable, UsageError

_EMPTY = ReadTable("", "", (), (), (), 0)


class KeptHolds:
    """Holds whose entries stand in a journal, shared by all processes that use the file."""

    def __init__(self, path: Path) -> None:
        self.journal = Journal(path)
        self._holds = self._new()
        self._lock = Lock()

    def _new(self) -> Holds:
        return Holds(lambda entry: self.journal.append(entry_to_text(entry)))

    @contextmanager
    def open(self) -> Iterator[Holds]:
        """The holds as they are now; nobody else changes them until the block ends. Raises `Unavailable`."""
        with self._lock, self.journal.locked() as (anew, lines):
            if anew:
                self._holds = self._new()
            self._holds.learn(self._entries(lines))
            yield self._holds

    @contextmanager
    def seen(self) -> Iterator[Holds]:
        """The same for reading only: no file is made where there is none."""
        if not self.journal.exists():
            yield self._new()
            return
        with self.open() as holds:
            yield holds

    def _entries(self, lines: list[str]) -> Iterator[Entry]:
        first = self.journal.lines_read - len(lines) + 1
        for number, line in enumerate(lines, first):
            try:
                yield entry_from_text(line)
            except ValueError:
                self.journal.forget()
                raise Unavailable(
                    f"{self.journal.path.name}, line {number}: this is no entry; the file is written by the adapter "
                    "alone"
                ) from None


class Tables:
    """Some tables of a folder, a workbook or a file, as they are now."""

    def __init__(self, path: Path, tables: tuple[str, ...], required: tuple[str, ...]) -> None:
        self.path, self.tables, self.required = path, tables, required
        self._read: dict[str, ReadTable] = {}
        self._stamp: object = None

    def table(self, name: str) -> ReadTable:
        """A table's rows; one that is not there has none. Raises `BookError` for a file that is none of the trade's,
        `Unavailable` where nothing is there.
        """
        stamp = self._stamped()
        if stamp != self._stamp:
            self._read, self._stamp = self._all(), stamp
        return self._read.get(name, _EMPTY)

    def _stamped(self) -> object:
        """What changes when a file does."""
        try:
            files = sorted(self.path.iterdir()) if self.path.is_dir() else [self.path]
            found = [(one, one.stat()) for one in files if one.stem.casefold() in self.tables or one == self.path]
        except OSError as why:
            raise Unavailable(f"{self.path} cannot be read: {why.strerror}") from None
        return [(str(one), stat.st_mtime_ns, stat.st_size, stat.st_ino) for one, stat in found]

    def _all(self) -> dict[str, ReadTable]:
        try:
            sheets, bad = read_some(self.path, *self.tables, required=self.required)
        except UsageError as why:
            raise Unavailable(str(why)) from None
        unseen = [*bad, *(cell for sheet in sheets.values() for cell in sheet.bad)]
        tables = {name: read_table(sheet) for name, sheet in sheets.items()}
        for table in tables.values():
            # a trader's own book need not name the trader
            unseen += [one for one in table.bad if one.row is None and one.column != "trader" and one not in unseen]
        if unseen:
            raise BookError(unseen)
        return tables
