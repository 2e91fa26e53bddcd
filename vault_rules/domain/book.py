"""A book: offers, requests and what else an evaluation reads, as it was given and before any policy is known."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from vault_rules.domain.reading import ReadTable, read_table
from vault_rules.domain.sheet import BadCell, Sheet, part
from vault_rules.domain.spelling import did_you_mean
from vault_rules.domain.tables import TABLES
from vault_rules.errors import BookError, UsageError

if TYPE_CHECKING:
    from vault_rules.domain.plan import Missing
    from vault_rules.domain.read_offers import ReadOffers

SHOWN_BAD_CELLS = 200
FEW_OFFERS = 300
"""Fewer offers than this are read by rows even where columns are wanted."""


class Book:
    """The tables of a book by name. Each cell is read once, exactly; `bad` are those that no policy could use."""

    def __init__(self, sheets: Mapping[str, Sheet], bad: Iterable[BadCell] = ()) -> None:
        self._sheets = {name: sheets[name] for name in TABLES if name in sheets}
        self.bad_files = tuple(bad)
        """What is bad about whole files."""
        self.missing: tuple[Missing, ...] = ()
        """Who did not answer, where the book was gathered without them."""
        self.bound: dict[Any, Any] = {}
        """What `bind_columns` made of the book, by what it was asked."""

    @classmethod
    def from_frames(cls, **tables: Any) -> Book:
        """A book of frames that speak the Arrow PyCapsule interface (Polars, pandas, PyArrow, DuckDB).

        Numbers are integers, decimals or text; a binary floating-point column is refused, so that no price is rounded
        on its way in. Raises `BookError` with every bad cell; `UsageError` for what is no frame or no table of a book.
        """
        from vault_rules.domain.text_frame import text_frame

        sheets: dict[str, Sheet] = {}
        for name, frame in tables.items():
            if name not in TABLES:
                near = did_you_mean(name, TABLES)
                known = f"did you mean `{near}`?" if near else f"there are {', '.join(TABLES)}"
                raise UsageError(f"a book has no table `{name}`: {known}")
            if frame is not None:
                sheets[name] = text_frame(_polars(name, frame), name, name)
        missing = [
            BadCell("the book", None, None, None, f"has no table `{name}`") for name in _REQUIRED if name not in sheets
        ]
        book = cls(sheets, missing)
        book.check()
        return book

    def __repr__(self) -> str:
        return f"<Book of {', '.join(self._sheets)}>"

    @property
    def height(self) -> int:
        """How many offers there are, as rows of their table."""
        sheet = self._sheets.get("offers")
        return 0 if sheet is None else sheet.given.height

    @cached_property
    def tables(self) -> Mapping[str, ReadTable]:
        """Each table's rows; reading them takes a while, so it is done once and when first asked for."""
        return _Tables(self._sheets)

    @cached_property
    def offers(self) -> ReadOffers | None:
        """The offers as columns; None where the book has no such table, or one so small that rows are quicker."""
        from vault_rules.domain.read_offers import read_offers

        sheet = self._sheets.get("offers")
        return None if sheet is None or sheet.given.height < FEW_OFFERS else read_offers(sheet)

    def judged(self, table: str) -> ReadTable | ReadOffers:
        """What is bad about a table; of offers no rows are made for this."""
        return self.offers if table == "offers" and self.offers is not None else self.tables[table]

    @property
    def bad(self) -> tuple[BadCell, ...]:
        """Every bad cell that was kept, by table and row."""
        cells = [*self.bad_files]
        for name in self.tables:
            cells += sorted(self.judged(name).bad, key=lambda cell: (cell.row is not None, cell.row or 0))
        return tuple(cells)

    @property
    def total_bad(self) -> int:
        """How many bad cells there are, kept or not."""
        return len(self.bad_files) + sum(self.judged(name).total_bad for name in self.tables)

    def check(self) -> None:
        """Raise `BookError` where a cell is bad whatever the policy."""
        if self.total_bad:
            raise BookError(self.bad[:SHOWN_BAD_CELLS], self.total_bad)

    @cached_property
    def said(self) -> Said:
        """What the book says, for what is made of it and kept here: that must not keep the book."""
        return Said(self.tables, self.offers)

    @cached_property
    def sha256(self) -> str:
        """A hash of what the book says: the same in any order of rows and columns, units and format of file."""
        return self.said.sha256

    def narrowed(self, offers: Collection[str]) -> Book:
        """The same book with only these offers: of the others nothing is read."""
        import polars as pl

        from vault_rules.domain.heading import column_name
        from vault_rules.domain.text_frame import as_texts

        sheet = self._sheets["offers"]
        word = next(word for word in sheet.given.columns if column_name(word) == "offer")
        texts = as_texts(sheet.given[word]).str.strip_chars()
        mine = pl.Series(sorted(offers), dtype=pl.String)
        return self.replaced(offers=part(sheet, texts.is_in(mine.implode()).fill_null(False).arg_true()))

    def sheet(self, table: str) -> Sheet | None:
        """A table as it was given; None where the book has none."""
        return self._sheets.get(table)

    def replaced(self, **sheets: Sheet) -> Book:
        """The same book with other tables in the place of some."""
        return Book({**self._sheets, **sheets})


class Said:
    """What a book says."""

    def __init__(self, tables: Mapping[str, ReadTable], offers: ReadOffers | None) -> None:
        self.tables, self.offers = tables, offers

    @cached_property
    def sha256(self) -> str:
        """A hash of it."""
        from vault_rules.domain.saying import hash_of_book

        return hash_of_book(self.hashes())

    def hashes(self) -> dict[str, bytes]:
        """The hash of each table."""
        from vault_rules.domain.saying import hash_of_columns, hash_of_rows

        found = {}
        for name in self.tables:
            offers = self.offers if name == "offers" else None
            in_columns = None if offers is None or offers.columns is None else offers
            found[name] = hash_of_rows(self.tables[name]) if in_columns is None else hash_of_columns(in_columns)
        return found


class _Tables(Mapping[str, ReadTable]):
    """The tables' rows, each table read when it is asked for."""

    def __init__(self, sheets: Mapping[str, Sheet]) -> None:
        self._sheets = sheets
        self._read: dict[str, ReadTable] = {}

    def __getitem__(self, name: str) -> ReadTable:
        if name not in self._read:
            self._read[name] = read_table(self._sheets[name])
        return self._read[name]

    def __contains__(self, name: object) -> bool:
        return name in self._sheets

    def __iter__(self) -> Iterator[str]:
        return iter(self._sheets)

    def __len__(self) -> int:
        return len(self._sheets)


_REQUIRED = ("offers", "requests")


def _polars(name: str, frame: Any) -> Any:
    import polars as pl

    if isinstance(frame, pl.LazyFrame):
        frame = frame.collect()
    if not hasattr(frame, "__arrow_c_stream__"):
        raise UsageError(f"`{name}` is no frame that speaks Arrow: give one of Polars, pandas, PyArrow or DuckDB")
    try:
        return frame if isinstance(frame, pl.DataFrame) else pl.DataFrame(frame)
    except Exception as error:  # whatever the other library raises while it converts
        column = _unconvertible(frame)
        which = "a column" if column is None else f"column `{column}`"
        help = "give it as text (`read_book` reads workbooks itself)"
        raise UsageError(f"`{name}` cannot be converted: {which} holds values of several kinds: {help}") from error


def _unconvertible(frame: Any) -> str | None:
    """The first column of a frame that Arrow cannot hold, if it can be told."""
    import polars as pl

    for column in getattr(frame, "columns", ()):
        try:
            pl.DataFrame(frame[[column]])
        except Exception:  # as above
            return str(column)
    return None
