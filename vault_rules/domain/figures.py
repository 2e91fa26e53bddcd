"""Numbers out of columns of cells, exactly and many at once: digits, how many are decimals, and what follows them."""

from __future__ import annotations

from typing import cast

import attrs
import polars as pl

from vault_rules.domain.amounts import MAX_CHARACTERS
from vault_rules.domain.coding import Distinct, distinct_cells
from vault_rules.domain.columns import code_type
from vault_rules.domain.text_frame import WHITE, as_texts

_MOST_SUFFIXES = 1000


@attrs.frozen(eq=False)
class Figures:
    """Cells as `whole` (Int64 or Int128) / 10 ** `decimals`, followed by `suffix`, which nobody has looked at.

    `whole` is null where the cell is blank, and in the rows `odd`, whose cells are for another reader.
    """

    whole: pl.Series
    decimals: Distinct
    suffix: Distinct
    odd: pl.Series


_NO_ROWS = pl.Series(dtype=pl.UInt32)
_NO_SUFFIX = Distinct(None, [""])


def figures(cells: pl.Series) -> Figures:
    """The cells of any column as figures."""
    kind = cells.dtype
    if kind.is_integer():
        return Figures(narrow(cells), Distinct(None, [0]), _NO_SUFFIX, _NO_ROWS)
    if kind.is_decimal():
        return Figures(
            narrow(cells.to_physical()), Distinct(None, [cast(pl.Decimal, kind).scale]), _NO_SUFFIX, _NO_ROWS
        )
    return _of_texts(as_texts(cells))


def narrow(whole: pl.Series) -> pl.Series:
    """Whole numbers as Int64 where they fit, else as Int128."""
    if whole.dtype == pl.Int64:
        return whole
    short = whole.cast(pl.Int64, strict=False)
    return short if short.null_count() == whole.null_count() else whole.cast(pl.Int128)


# ---- texts -----------------------------------------------------------------------------------------------------------


def _of_texts(texts: pl.Series) -> Figures:
    """Plain decimals as they stand; all else once more, without white space around it and without a suffix."""
    whole, decimals = _plain(texts)
    again = (whole.is_null() & texts.is_not_null()).arg_true()
    if again.is_empty():
        return Figures(whole, _decimals(decimals), _NO_SUFFIX, again)
    rest = texts.gather(again).str.strip_chars(WHITE)
    again, rest = again.filter(rest != ""), rest.filter(rest != "")
    suffix = rest.str.strip_chars_start("+-.0123456789")
    coded = distinct_cells(suffix, _MOST_SUFFIXES)
    if coded is None or again.is_empty():
        return Figures(whole, _decimals(decimals), _NO_SUFFIX, again)
    inner, inner_decimals = _plain(rest.str.head(rest.str.len_chars() - suffix.str.len_chars()))
    inner = _without(inner, rest.str.len_bytes() > MAX_CHARACTERS)
    wide = pl.Int128 if pl.Int128 in (inner.dtype, whole.dtype) else pl.Int64
    return Figures(
        whole.cast(wide).scatter(again, inner.cast(wide)),
        _decimals(decimals.scatter(again, inner_decimals)),
        _of_all_rows(coded, again, len(texts)),
        again.filter(inner.is_null()),
    )


def _of_all_rows(suffixes: Distinct, rows: pl.Series, height: int) -> Distinct:
    """The suffixes of some rows as those of all: the others have none."""
    named = suffixes.mapped(lambda text: text or "")
    if len(rows) == height:
        return named
    values = ["", *named.values]
    codes = pl.zeros(height, code_type(len(values)), eager=True)
    codes = codes.scatter(rows, 1 if named.codes is None else named.codes.cast(codes.dtype) + 1)
    return Distinct(codes, values).mapped(lambda text: text)


def _plain(texts: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Plain decimals without their point, and how many digits stood behind it; null where a text is none.

    A text holds one point at most once the first is gone, or it is no whole number; what could still be wrong is a
    sign behind the point.
    """
    point = texts.str.find(".", literal=True)
    length = texts.str.len_bytes()
    if point.null_count() == len(point):
        whole, decimals = _whole(texts), pl.zeros(len(texts), pl.UInt8, eager=True)
    else:
        whole = _whole(texts.str.replace(".", "", literal=True))
        decimals = (length - point - 1).fill_null(0).clip(0, MAX_CHARACTERS).cast(pl.UInt8)
        if point.min() == 0:
            whole = _without(whole, texts.str.contains(r"^\.[+-]"))
    return _without(whole, length > MAX_CHARACTERS), decimals


def _without(whole: pl.Series, rows: pl.Series) -> pl.Series:
    return whole.set(rows, None) if rows.any() else whole


def _whole(texts: pl.Series) -> pl.Series:
    whole = texts.cast(pl.Int64, strict=False)
    if whole.null_count() == texts.null_count():
        return whole
    wide = texts.cast(pl.Int128, strict=False)
    return wide if wide.null_count() < whole.null_count() else whole


def _decimals(counts: pl.Series) -> Distinct:
    most = counts.max()
    assert isinstance(most, int | None)
    if not most or counts.min() == most:
        return Distinct(None, [most or 0])
    return Distinct(counts, range(most + 1))


def _suffixes(found: Distinct, rows: pl.Series | None, height: int) -> Distinct:
    """Suffixes of all rows, or of some of them: the others have none."""
    named = found.mapped(lambda text: text or "")
    if rows is None or named.codes is None:
        pass
    return named
