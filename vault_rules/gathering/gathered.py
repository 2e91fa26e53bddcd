"""What was gathered: a book, where each of its rows came from, and the snapshot that is kept of it."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import attrs

from vault_rules.adapters.snapshot import MANIFEST, SCHEMA, manifest_hash, manifest_text
from vault_rules.domain.book import Book
from vault_rules.domain.plan import Missing
from vault_rules.domain.sheet import BadCell, Sheet
from vault_rules.errors import BookError

Origins = Mapping[str, Sequence[tuple[str, int]]]
"""For each table, who said each of its rows, and under which number."""


@contextmanager
def naming(origins: Origins) -> Iterator[None]:
    """Within it, a bad cell is said to be of whoever sent it."""
    try:
        yield
    except BookError as error:
        raise BookError([_named(cell, origins) for cell in error.bad_cells], error.total) from None


def _named(cell: BadCell, origins: Origins) -> BadCell:
    rows = origins.get(cell.place)
    if rows is None or cell.row is None:
        return cell
    who, number = rows[cell.row - 1]
    return attrs.evolve(cell, place=f"{who}, {cell.place}", row=number)


@attrs.frozen(eq=False, slots=False)
class Gathered:
    """A gathered book. `storages` says of each facility whose it is; `asked` which minerals each trader was asked for,
    `prefixes` what stands before a counterparty's own ids in the book.
    """

    book: Book
    as_of: date
    sheets: Mapping[str, Sheet] = attrs.field(repr=False)
    origins: Origins = attrs.field(repr=False)
    missing: tuple[Missing, ...]
    storages: Mapping[str, str]
    asked: Mapping[str, tuple[str, ...]]
    prefixes: Mapping[str, str]

    def naming(self) -> AbstractContextManager[None]:
        """Within it, a bad cell is said to be of whoever sent it."""
        return naming(self.origins)

    def keep(self, folder: Path) -> Path:
        """Write the snapshot into a folder; `read_book` reads it again, and gives the same plan. A snapshot of the same
        content is left as it is.
        """
        from vault_rules.report.whole_files import write_folder

        text = manifest_text(self._said)
        there = folder / MANIFEST
        if not there.is_file() or there.read_text(encoding="utf-8") != text:
            write_folder(folder, {**self._files, MANIFEST: text.encode("utf-8")})
        return folder

    def keep_beside(self, folder: Path) -> Path:
        """The same in a folder of snapshots, under the day and the beginning of the snapshot's hash."""
        return self.keep(folder / f"{self.as_of.isoformat()}-{self.sha256[:12]}")

    @cached_property
    def sha256(self) -> str:
        """The snapshot's hash: of its tables, who was missing and who was asked for what."""
        return manifest_hash(self._said)

    @cached_property
    def _files(self) -> Mapping[str, bytes]:
        return {f"{name}.parquet": _parquet(sheet) for name, sheet in sorted(self.sheets.items())}

    @cached_property
    def _said(self) -> dict[str, Any]:
        from hashlib import sha256

        return {
            "schema": SCHEMA,
            "as_of": self.as_of.isoformat(),
            "book": {"sha256": self.book.sha256},
            "files": {name: sha256(content).hexdigest() for name, content in self._files.items()},
            "missing": [attrs.asdict(one) for one in self.missing],
            "asked": {name: list(minerals) for name, minerals in sorted(self.asked.items())},
            "storages": dict(sorted(self.storages.items())),
            "prefixes": dict(sorted(self.prefixes.items())),
        }


def _parquet(sheet: Sheet) -> bytes:
    out = io.BytesIO()
    sheet.given.write_parquet(out, compression="zstd", statistics=False)
    return out.getvalue()
