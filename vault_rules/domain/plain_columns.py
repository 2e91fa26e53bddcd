"""Exact numbers of whole columns as plain decimals: the same texts as `exact.plain`, made at once."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import polars as pl

from vault_rules.domain.columns import INT64_MAX, INT128_MAX, Coded, Numbers
from vault_rules.domain.exact import SHOWN_DECIMALS, has_end, invoice, plain

_FIRST = 100
"""Most columns are told by so many of their first numbers not to be in thousands."""
_LISTED = 4
"""So many decimals have a table of their texts."""
_SCALE = 10**SHOWN_DECIMALS


def _kind(largest: int) -> pl.DataType:
    """The narrower type for whole numbers up to `largest`: arithmetic on 128 bits is several times slower."""
    return pl.Int64() if largest <= INT64_MAX else pl.Int128()


def coarse(numbers: Numbers) -> Numbers:
    """The same numbers in thousands as far as all are whole thousands."""
    whole, unit = numbers.whole.alias("n"), numbers.unit
    thousand = pl.lit(1000, dtype=whole.dtype)
    in_thousands = (pl.col("n") % thousand == 0).all()
    while _largest(whole) >= 1000 and all(
        some.to_frame().select(in_thousands).item() for some in (whole.head(_FIRST), whole)
    ):
        whole, unit = whole.to_frame().select(pl.col("n") // thousand)["n"], unit * 1000
    whole = whole.alias(numbers.whole.name)
    largest = _largest(whole)
    return Numbers(whole.cast(_kind(largest)) if largest else whole, unit)


def plain_texts(numbers: Numbers) -> pl.Series:
    """Numbers of zero or more as plain decimals."""
    numbers = coarse(numbers)
    places = decimals(numbers.unit)
    whole = numbers.whole
    factor = 0 if places is None else int(numbers.unit * 10**places)
    largest = max(_largest(whole) * factor, 10 ** (places or 0))
    if places is None or largest > INT128_MAX:
        return each(whole, numbers.unit)
    kind = _kind(largest)
    value = pl.col(whole.name).cast(kind) * pl.lit(factor, dtype=kind)
    return whole.to_frame().select(_pointed(value, places, kind)).to_series().rename(whole.name)


def _pointed(value: pl.Expr, places: int, kind: pl.DataType) -> pl.Expr:
    if not places:
        return value.cast(pl.String)
    down = pl.lit(10**places, dtype=kind)
    if places <= _LISTED:
        return pl.concat_str((value // down).cast(pl.String), _ending(value % down, endings(places)))
    rest = (value % down).cast(pl.String).str.zfill(places)
    text = pl.concat_str((value // down).cast(pl.String), pl.lit("."), rest)
    return text.str.strip_chars_end("0").str.strip_chars_end(".")


def _ending(rest: pl.Expr, texts: pl.Series) -> pl.Expr:
    return pl.lit(texts).gather(rest.cast(pl.UInt32))


@cache
def endings(places: int) -> pl.Series:
    """What stands behind the whole part, for each number of the smallest decimals: to be looked up is quicker."""
    digits = (f".{rest:0{places}}".rstrip("0").rstrip(".") for rest in range(10**places))
    return pl.Series(digits, dtype=pl.String)


def each(whole: pl.Series, unit: Fraction) -> pl.Series:
    """What has no end, or is too large, one by one."""
    texts = [None if one is None else plain(one * unit) for one in whole.to_list()]
    return pl.Series(whole.name, texts, dtype=pl.String)


def decimals(unit: Fraction) -> int | None:
    """How many decimals a unit has; None where they do not end."""
    if not has_end(unit):
        return None
    places = 0
    while (unit * 10**places).denominator != 1:
        places += 1
    return places


def _largest(whole: pl.Series) -> int:
    largest = whole.max()
    return int(largest) if isinstance(largest, int) else 0


def cost_texts(quantity: Numbers, price: Numbers) -> pl.Series:
    """What each quantity costs, with two decimals: rounded once, half to even."""
    quantity, price = coarse(quantity), coarse(price)
    each_cent = quantity.unit * price.unit * 100
    largest = _largest(quantity.whole) * _largest(price.whole) * each_cent.numerator
    if max(largest, each_cent.denominator) * 2 > INT128_MAX:
        pairs = zip(quantity.whole.to_list(), price.whole.to_list(), strict=True)
        each = (invoice(q * quantity.unit * p * price.unit) for q, p in pairs)
        return pl.Series("cost", [f"{one:f}" for one in each], dtype=pl.String)
    return _money_texts(_cents(quantity, price, each_cent))


def _cents(quantity: Numbers, price: Numbers, each_cent: Fraction) -> pl.Series:
    up, down = each_cent.numerator, each_cent.denominator
    kind = _kind(max(_largest(quantity.whole) * _largest(price.whole) * up, down) * 2)
    by, two = pl.lit(down, dtype=kind), pl.lit(2, dtype=kind)
    product = pl.col("q").cast(kind) * pl.col("p").cast(kind) * pl.lit(up, dtype=kind)
    frame = pl.DataFrame([quantity.whole.rename("q"), price.whole.rename("p")]).select(n=product)
    if down == 1:
        return frame["n"].rename("cost")
    cents_of, twice = pl.col("n") // by, pl.col("n") % by * two
    up_one = (twice > by) | ((twice == by) & (cents_of % two == 1))
    return frame.select(cost=cents_of + up_one.cast(kind)).to_series()


def _money_texts(cents: pl.Series) -> pl.Series:
    """Cents as money with two decimals."""
    kind = _kind(_largest(cents))
    value, hundred = pl.col(cents.name), pl.lit(100, dtype=kind)
    cents_of = pl.Series([f".{rest:02}" for rest in range(100)], dtype=pl.String)
    text = pl.concat_str((value // hundred).cast(pl.String), _ending(value % hundred, cents_of))
    return cents.cast(kind).to_frame().select(text).to_series().rename(cents.name)


def premium_texts(compared: Numbers, reference: Coded) -> pl.Series:
    """Compared price / reference - 1 as plain decimals; null where there is no reference."""
    if not any(reference.values):
        return pl.Series("premium", [None], dtype=pl.String).new_from_index(0, len(compared.whole))
    ratios = [None if not one else compared.unit / one for one in reference.values]
    ups = [None if one is None else one.numerator for one in ratios]
    downs = [None if one is None else one.denominator for one in ratios]
    highest = max((one for one in (*ups, *downs) if one is not None), default=0)
    largest = highest * max(_largest(compared.whole), _SCALE) * 4
    if largest > INT128_MAX:
        return _premiums_each(compared, ratios, reference)
    kind = _kind(largest)
    odds = [None if one is None else _without(one) for one in downs]
    table = [pl.Series(name, one, dtype=kind) for name, one in (("up", ups), ("down", downs), ("odd", odds))]
    code, scale = pl.col("code"), pl.lit(_SCALE, dtype=kind)
    frame = pl.DataFrame([reference.codes.rename("code"), compared.whole.cast(kind).rename("c")]).select(
        "c", *(pl.lit(one).gather(code).alias(one.name) for one in table)
    )
    over = pl.col("c") * pl.col("up") - pl.col("down")
    frame = frame.with_columns(over=over).with_columns(size=pl.col("over").abs())
    rest = pl.col("size") % pl.col("down") * scale
    frame = frame.with_columns(
        whole=pl.col("size") // pl.col("down"),
        part=rest // pl.col("down"),
        longer=(rest % pl.col("down") != 0) & (pl.col("over") % pl.col("odd") == 0),
    )
    digits = pl.col("part").cast(pl.String).str.zfill(SHOWN_DECIMALS)
    text = pl.concat_str(pl.col("whole").cast(pl.String), pl.lit("."), digits)
    text = text.str.strip_chars_end("0").str.strip_chars_end(".")
    below = (pl.col("over") < 0) & ((pl.col("whole") > 0) | (pl.col("part") > 0))
    shown = frame.select(pl.when(below).then(pl.concat_str(pl.lit("-"), text)).otherwise(text).alias("premium"))
    return _with_longer(shown.to_series(), frame)


def _with_longer(texts: pl.Series, frame: pl.DataFrame) -> pl.Series:
    """Those that end, but only behind the twelfth decimal, in full."""
    rows = frame["longer"].fill_null(False).arg_true()
    if not len(rows):
        return texts
    pairs = zip(frame["over"].gather(rows).to_list(), frame["down"].gather(rows).to_list(), strict=True)
    full = [plain(Fraction(over, down)) for over, down in pairs]
    return texts.clone().scatter(rows, full)


def _premiums_each(compared: Numbers, ratios: list[Fraction | None], reference: Coded) -> pl.Series:
    pairs = zip(compared.whole.to_list(), reference.codes.to_list(), strict=True)
    texts = [None if (ratio := ratios[code]) is None else plain(whole * ratio - 1) for whole, code in pairs]
    return pl.Series("premium", texts, dtype=pl.String)


def _without(number: int) -> int:
    """A number without its factors of 2 and 5: a fraction ends where this divides it."""
    for factor in (2, 5):
        while number % factor == 0:
            number //= factor
    return number
