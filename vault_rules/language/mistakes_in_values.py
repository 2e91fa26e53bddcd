"""Mistakes in how a value is written: texts, numbers, dates, units, operators, characters."""

from __future__ import annotations

import re
import unicodedata

from vault_rules.domain.spelling import did_you_mean
from vault_rules.language.spot import ALL_WORDS, NEAR, Spot
from vault_rules.source.diagnostic import Diagnostic

UNITS = ("mg", "g", "kg", "t", "lb", "oz_t", "mtu")
UNIT_WORDS = {
    "kgs": "kg", "kilo": "kg", "kilos": "kg", "kilogram": "kg", "kilograms": "kg", "KG": "kg", "Kg": "kg",
    "ton": "t", "tons": "t", "tonne": "t", "tonnes": "t", "mt": "t", "MT": "t", "T": "t",
    "lbs": "lb", "pound": "lb", "pounds": "lb", "oz": "oz_t", "ozt": "oz_t", "ounce": "oz_t", "ounces": "oz_t",
    "gram": "g", "grams": "g", "million": "mn", "billion": "bn", "m": "mn", "M": "mn", "bil": "bn", "mil": "mn",
    "thousand": "k", "K": "k", "percent": "%", "pct": "%", "yr": "years", "yrs": "years",
}  # fmt: skip
_MULTIPLIERS = ("k", "mn", "bn")
_CURRENCIES = "USD EUR GBP JPY CNY AUD CAD CHF KRW".split()
_COMPARISONS = ("<=", ">=", "<", ">", "=", "!=")


def quote_not_closed(spot: Spot) -> Diagnostic | None:
    if spot.word.startswith('"') and (len(spot.word) == 1 or not spot.word.endswith('"')):
        return spot.error(
            "V0106",
            "this text is not closed",
            label="it begins here",
            help='a text ends with `"` on the line where it begins',
        )
    return None


# ---- numbers and dates -------------------------------------------------------------------------------------------

_DATE_FORMS = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?![\w-])|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}(?!\w)"
    r"|\d{1,2}\.? [A-Z][a-z]{2,8}\.? \d{4}(?!\w)"
)
_NUMBER_FORMS = re.compile(
    r"\d+(?:\.\d+){2,}|\d+(?:[,_ ']\d+)+(?:\.\d+)?|\d+(?:\.\d+)?[eE][+-]?\d+|(?<![\w.])\.\d+|\d+\.(?!\d)"
)
_SEPARATED = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?(?![\d,])")


def date_form(spot: Spot) -> Diagnostic | None:
    """A date in another form than year-month-day."""
    for found in _DATE_FORMS.finditer(spot.chunk.text, _line_start(spot), spot.at + NEAR):
        start, end = found.span()
        if start <= spot.at <= end and not re.fullmatch(r"\d{4}-\d\d-\d\d", found[0]):
            return spot.error(
                "V0103",
                f"`{found[0]}` is not how a date is written",
                span=spot.span(start, end),
                help="a date is year-month-day, with two digits for month and day: 2027-07-01",
            )
    return None


def _line_start(spot: Spot) -> int:
    return max(spot.before.rfind("\n") + 1, spot.at - NEAR)


def number_form(spot: Spot) -> Diagnostic | None:
    for found in _NUMBER_FORMS.finditer(spot.chunk.text, _line_start(spot), spot.at + NEAR):
        start, end = found.span()
        if not start <= spot.at <= end:
            continue
        written = found[0]
        span = spot.span(start, end)
        if "," in written and not _SEPARATED.fullmatch(written):
            point = written.replace(",", ".", 1)
            return spot.error(
                "V0107", f"`{written}` has a comma in it", span=span, help=f"the decimal sign is a point: `{point}`"
            )
        if re.search(r"[,_ ']", written):
            plain = re.sub(r"[,_ ']", "", written)
            return spot.error(
                "V0107", f"`{written}` has separators in it", span=span, help=f"write the digits together: `{plain}`"
            )
        return spot.error(
            "V0107",
            f"`{written}` is not how a number is written",
            span=span,
            help="write a plain decimal such as 0.5 or 1200",
        )
    return None


# ---- units -----------------------------------------------------------------------------------------------------------


def unit(spot: Spot) -> Diagnostic | None:
    """A word behind a number that is no unit."""
    number = re.search(r"(\d+(?:\.\d+)?(?:k|mn|bn)?)([ \t]*)\Z", spot.before[-NEAR:])
    if number is not None and spot.is_word:
        written, start = spot.word, spot.at
    else:
        glued = re.match(r"(\d+(?:\.\d+)?)([A-Za-z_]\w*)", spot.rest)
        if glued is None:
            return None
        written, start = glued[2], spot.at + len(glued[1])
    span = spot.span(start, start + len(written))
    message = f"`{written}` is not a unit"
    if written in _MULTIPLIERS and number is not None:
        joined = f"{number[1]}{written}"
        return spot.error(
            "V0108", f"`{written}` stands right behind its number", span=span, help=f"write `{joined} USD`"
        )
    help = _unit_help(written)
    if help is not None:
        return spot.error("V0108", message, span=span, help=help)
    if (start == spot.at and "NAME" in spot.expected) or written in ALL_WORDS:
        return None
    return spot.error("V0108", message, span=span, help=ALL_UNITS)


ALL_UNITS = "units are mg, g, kg, t, lb, oz_t, mtu; days, months; %; and currencies such as USD"


def _unit_help(written: str) -> str | None:
    """What a word that is no unit probably meant."""
    meant = UNIT_WORDS.get(written)
    if meant is None and len(written) <= 6:
        meant = did_you_mean(written, [*UNITS, "days", "months", "years"])
    if meant is not None:
        written_with = {"mn": "`5mn USD`", "bn": "`5bn USD`", "k": "`5k USD`"}.get(meant)
        return f"write it right behind the number: {written_with}" if written_with else f"did you mean `{meant}`?"
    if re.fullmatch(r"[a-z]{3}", written) and written.upper() in _CURRENCIES:
        return f"a currency is written in capitals: `{written.upper()}`"
    return None


def unit_help(written: str) -> str:
    """The help for a unit that is none."""
    return _unit_help(written) or ALL_UNITS


def money_the_other_way(spot: Spot) -> Diagnostic | None:
    """`USD 30`, `30 USD per kg`."""
    if spot.word[:1].isdigit() and re.fullmatch(r"[A-Z]{3}", spot.previous):
        span = spot.span_of_previous()
        return spot.error(
            "V0101", "a currency stands behind its amount", span=span, help=f"write `{spot.word} {spot.previous}`"
        )
    if spot.word == "per" and re.search(r"\d\w* [A-Z]{3}\s*\Z", spot.near_before):
        return spot.error("V0101", "`per` cannot stand here", help="a price is written with a stroke: `30 USD/kg`")
    return None


def currency_of_the_policy(spot: Spot) -> Diagnostic | None:
    if "CURRENCY_CODE" not in spot.expected:
        return None
    return spot.error(
        "V0219", f"`{spot.word}` is not a currency", help="a currency is three capitals, as in `currency USD`"
    )


# ---- operators -------------------------------------------------------------------------------------------------------

_OPERATORS = {
    "==": "`=` compares", "===": "`=` compares", "&&": "say `and`", "||": "say `or`", "!": "say `not`",
    "<>": "`!=` means unequal",
    "=<": "`<=` means at most", "=>": "`>=` means at least", "||=": "say `or`", "!==": "`!=` means unequal",
    "≤": "write `<=`", "≥": "write `>=`", "≠": "write `!=`", "×": "write `*`", "÷": "write `/`", "–": "write `-`",
    "−": "write `-`", "∈": "write `in`", "^": "there are no powers", "**": "there are no powers",
}  # fmt: skip


def comment_mark(spot: Spot) -> Diagnostic | None:
    """`// …`, `-- …`, `/* … */`."""
    found = re.match(r"//|--|/\*", spot.rest)
    start = spot.at
    if found is None and spot.word == "/" and spot.before.endswith("/"):
        start, found = spot.at - 1, re.match(r"/", spot.rest)
    if found is None:
        return None
    span = spot.span(start, spot.at + len(found[0]))
    return spot.error("V0115", f"`{span.text}` has no meaning here", span=span, help="a comment begins with `#`")


def foreign_operator(spot: Spot) -> Diagnostic | None:
    joined = spot.word
    start = spot.at
    if spot.previous and spot.before[-1:] in "<>=!&|*" and joined[:1] in "<>=!&|*":
        joined, start = spot.before[-1] + joined, spot.at - 1
    if joined not in _OPERATORS:
        return None
    span = spot.span(start, start + len(joined))
    return spot.error("V0113", f"`{joined}` is not an operator of this language", span=span, help=_OPERATORS[joined])


def chained(spot: Spot) -> Diagnostic | None:
    """A comparison of a comparison."""
    if spot.word not in (*_COMPARISONS, "is", "in", "not"):
        return None
    clause = re.split(r"\band\b|\bor\b|[:({}]|\bif\b|\bthen\b|\belse\b|\bwhen\b|\bwhere\b", spot.before)[-1]
    if not re.search(r"<=|>=|!=|[<>=]|\bin\b|\bis\b", clause):
        return None
    return spot.error("V0112", "comparisons are not chained", help="write two, joined by `and`: `a <= x and x <= b`")


def value_left_out(spot: Spot) -> Diagnostic | None:
    """`quantity > 10 t and < 20 t`."""
    if spot.previous not in ("and", "or") or spot.word not in _COMPARISONS:
        return None
    return spot.error(
        "V0101",
        f"`{spot.word}` compares nothing: on its left a value is missing",
        help=f"say again what is compared: `quantity >= 10 t {spot.previous} quantity {spot.word} 20 t`",
    )


def bare_else(spot: Spot) -> Diagnostic | None:
    if spot.word != "else":
        return None
    return spot.error(
        "V0101",
        "`else` stands in parentheses, together with what it replaces",
        help="write `(benchmark else 30 USD/kg)`, or `if … then … else …`",
    )


def bare_where(spot: Spot) -> Diagnostic | None:
    """`for each mineral: share where origin in covered <= 20%`."""
    if spot.word != "where" or spot.head != "always":
        return None
    return spot.error(
        "V0101",
        "`where` stands in parentheses, together with the sum that it narrows",
        help="write `(share where origin = US) <= 20%`; or before the colon: `for each award where …:`",
    )


def bare_if(spot: Spot) -> Diagnostic | None:
    """`price <= if origin = US then …`."""
    if spot.previous != "if" or not re.search(r"\bthen\b", spot.line_after):
        return None
    return spot.error(
        "V0101",
        "`if` inside a comparison needs parentheses",
        span=spot.span_of_previous(),
        help="write `price <= (if … then … else …)`",
    )


def is_something(spot: Spot) -> Diagnostic | None:
    """`is not missing`, `origin is US`."""
    if spot.previous != "is":
        return None
    if spot.word == "not":
        return spot.error("V0101", "`is not` is not said", help="write `not (x is missing)`, or `x != y`")
    return spot.error("V0101", "`is` asks only whether something `is missing`", help="to compare two values, write `=`")


def bars_of_a_row(spot: Spot) -> Diagnostic | None:
    """A table's row without its last bar."""
    start = spot.before.rfind("\n") + 1
    line = (spot.before[start:] + spot.line_after).strip()
    if "TABLE_ROW" not in spot.expected or not line.startswith("|") or line.endswith("|"):
        return None
    span = spot.span(
        start + len(spot.before[start:]) - len(spot.before[start:].lstrip()), spot.at + len(spot.line_after)
    )
    return spot.error(
        "V0111", "this row is not closed", span=span, help="a row begins and ends with `|`: `| cobalt | 99.8% |`"
    )


def strange_character(spot: Spot) -> Diagnostic | None:
    character = spot.word[:1]
    if not character or (character.isalnum() and character.isascii()) or character in '_"|{}()[]<>=!+-*/&.,:#%':
        return None
    if character in "“”„«»‘’'`":
        return spot.error(
            "V0115",
            f"`{character}` is not a quotation mark here",
            help='texts stand between straight quotation marks: "text"',
        )
    if character == ";":
        return spot.error(
            "V0115",
            "`;` has no meaning here",
            help="statements need no mark at their end: begin the next on a new line",
        )
    if unicodedata.category(character) == "Sc":
        return spot.error(
            "V0115",
            f"`{character}` has no meaning here",
            help="money has its currency behind it: `30 USD`, `30 USD/kg`",
        )
    if character.isalpha():
        span = spot.span(spot.at, spot.at + len(re.match(r"\w+", spot.rest)[0]))  # type: ignore[index]  # a letter
        return spot.error(
            "V0115", f"`{character}` cannot begin a name", span=span, help="a name begins with a letter from a to z"
        )
    if character.isprintable():
        return spot.error("V0115", f"`{character}` has no meaning here", help="remove it")
    name = unicodedata.name(character, "a control character").lower()
    return spot.error(
        "V0115",
        f"an invisible character stands here: {name}, `U+{ord(character):04X}`",
        help="remove it, or type a space",
    )
