"""Offers in parts: files of which not all need fit into memory. A part is read in chunks, and its rows by mineral."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property

import attrs
import polars as pl

from vault_rules.domain.heading import BadCells, Heading, heading
from vault_rules.domain.read_offers import other_columns
from vault_rules.domain.sheet import BadCell, Sheet
from vault_rules.domain.text_frame import WHITE, as_texts

CHUNK = 2**19
"""So many rows are read at once."""

OFFERS = "offers"


class Unread(Exception):
    """A part that cannot be read after all; `cell` says why."""

    def __init__(self, cell: BadCell) -> None:
        super().__init__(cell)
        self.cell = cell


@attrs.frozen(eq=False, slots=False)
class Part:
    """One file of offers: `words` are its header's, `read` gives some of its rows, of some of its columns (None: all).

    `read` raises `Unread`.
    """

    place: str
    height: int
    words: tuple[str, ...]
    read: Callable[[int, int, Sequence[str] | None], Sheet]

    def chunks(self) -> Iterator[Chunk]:
        """The part in pieces; one of no rows has a header all the same."""
        for start in range(0, max(self.height, 1), CHUNK):
            yield Chunk(self, start, min(CHUNK, self.height - start))

    @cached_property
    def heading(self) -> Heading | None:
        """What its header names."""
        frame = pl.DataFrame(schema=dict.fromkeys(self.words, pl.String))
        return heading(Sheet(OFFERS, self.place, frame), BadCells(self.place))


@attrs.frozen(eq=False)
class Chunk:
    """Some rows of a part that stand together."""

    part: Part
    start: int
    length: int

    def sheet(self) -> Sheet:
        """The rows as they stand."""
        return self.part.read(self.start, self.length, None)

    def columns(self, extra: AbstractSet[str] | None) -> pl.DataFrame:
        """The rows under the columns' own names; of columns that no book has those named, None: all."""
        found = self.part.heading
        assert found is not None  # else the survey would have said so
        words = [word for word, name in found.names.items() if word in found.known or extra is None or name in extra]
        sheet = self.part.read(self.start, self.length, words)
        narrow = attrs.evolve(found, names={word: found.names[word] for word in words})
        known = [sheet.given[word].alias(name) for word, name in found.known.items()]
        more = [cells.alias(name) for name, cells in other_columns(sheet, narrow).items()]
        return pl.DataFrame([*known, *more])

    def ids(self) -> pl.Series:
        """The cells that hold the offers' ids, stripped; null where there is none."""
        found = self.part.heading
        word = next((one for one, name in found.known.items() if name == "offer"), None) if found else None
        if word is None:
            return pl.Series([None], dtype=pl.String).new_from_index(0, self.length)
        return stripped(self.part.read(self.start, self.length, [word]).given[word])


def stripped(cells: pl.Series) -> pl.Series:
    """Cells as texts without white space around them; null where nothing is left."""
    texts = as_texts(cells).str.strip_chars(WHITE)
    return texts.set(texts == "", None)


# ---- one mineral -----------------------------------------------------------------------------------------------------


def offers_of(mineral: str | None, chunks: Iterable[Chunk], extra: AbstractSet[str] | None) -> Sheet:
    """All rows of a mineral (None: of all) as one sheet."""
    frames = []
    for chunk in chunks:
        frame = chunk.columns(extra)
        if mineral is not None:
            minerals = stripped(frame["mineral"])
            frame = frame if (minerals == mineral).all() else frame.filter((minerals == mineral).fill_null(False))
        frames.append(frame)
    return Sheet(OFFERS, OFFERS, joined(frames))


def joined(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Frames one below the other; columns that files hold in several types become texts."""
    names = dict.fromkeys(name for frame in frames for name in frame.columns)
    return pl.DataFrame([_joined(name, frames) for name in names])


def _joined(name: str, frames: Sequence[pl.DataFrame]) -> pl.Series:
    cells = [frame[name] if name in frame.columns else _blank(name, frame.height, pl.String()) for frame in frames]
    said = [one.dtype for one in cells if one.null_count() < len(one)]
    kind = said[0] if said else pl.String()
    if any(one != kind for one in said) or isinstance(kind, pl.Categorical | pl.Enum):
        kind = pl.String()
        cells = [one if one.null_count() == len(one) else as_texts(one) for one in cells]
    same = [one if one.dtype == kind else _blank(name, len(one), kind) for one in cells]
    return pl.concat(same, rechunk=True) if same else pl.Series(name, [], dtype=kind)


def _blank(name: str, height: int, kind: pl.DataType) -> pl.Series:
    return pl.Series(name, [None], dtype=kind).new_from_index(0, height)


# ---- ids that stand twice --------------------------------------------------------------------------------------------

AT_ONCE = 2**22
"""So many ids are held at once, each by a hash of 64 bits."""


def second_offers(parts: Sequence[Part], limit: int) -> Mapping[str, BadCells]:
    """By part, the offers whose id an earlier part has, or an earlier chunk of it; each chunk has told of its own."""
    chunks = [chunk for part in parts for chunk in part.chunks()]
    rounds = -(-sum(chunk.length for chunk in chunks) // AT_ONCE)
    found = {part.place: BadCells(part.place, limit) for part in parts}
    if len(chunks) > 1:
        for bucket in range(rounds):
            _note_seconds(chunks, _seen_twice(chunks, bucket, rounds), found)
    return found


def _hashes(chunk: Chunk) -> pl.DataFrame:
    """The chunk's ids, each once, with the row where it stands first."""
    try:
        ids = chunk.ids()
    except Unread:  # the survey says so
        return pl.DataFrame(schema={"row": pl.UInt32, "id": pl.String, "hash": pl.UInt64})
    frame = pl.DataFrame({"id": ids}).with_row_index("row").drop_nulls()
    return frame.unique("id", keep="first", maintain_order=True).with_columns(hash=pl.col("id").hash())


def _seen_twice(chunks: Sequence[Chunk], bucket: int, rounds: int) -> pl.Series:
    """The hashes, of those in a bucket, that stand in more than one chunk."""
    found = pl.concat([_hashes(one).select("hash").filter(pl.col("hash") % rounds == bucket) for one in chunks])
    return found.filter(pl.col("hash").is_duplicated())["hash"].unique()


def _note_seconds(chunks: Sequence[Chunk], twice: pl.Series, found: Mapping[str, BadCells]) -> None:
    if twice.is_empty():
        return
    first: dict[str, tuple[Part, int]] = {}
    for chunk in chunks:
        again = _hashes(chunk).filter(pl.col("hash").is_in(twice.implode()))
        for row, id in again.select("row", "id").iter_rows():
            number = chunk.start + row + 2
            if id not in first:
                first[id] = (chunk.part, number)
                continue
            part, before = first[id]
            where = f"row {before}" if part is chunk.part else f"{part.place}, row {before}"
            found[chunk.part.place].add(number, "offer", id, f"a second offer: the first is in {where}")


def minerals_of(sheet: Sheet, word: str) -> set[str]:
    """The minerals that a sheet's rows name."""
    return set(stripped(sheet.given[word].unique()).drop_nulls())
