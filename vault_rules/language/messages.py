"""Syntax mistakes in the author's words. What the parser expected is translated, never printed."""

from __future__ import annotations

import re
from collections.abc import Callable

from lark.exceptions import UnexpectedEOF, UnexpectedInput, UnexpectedToken

from vault_rules.domain.spelling import did_you_mean
from vault_rules.language.statements import STATEMENT_WORDS, Chunk
from vault_rules.source.diagnostic import ERROR, Diagnostic, Label
from vault_rules.source.text import Source, Span

UNITS = ("mg", "g", "kg", "t", "lb", "oz_t", "mtu")
_UNIT_WORDS = {
    "kgs": "kg", "kilo": "kg", "kilos": "kg", "kilogram": "kg", "kilograms": "kg", "KG": "kg", "Kg": "kg",
    "ton": "t", "tons": "t", "tonne": "t", "tonnes": "t", "mt": "t", "MT": "t", "T": "t",
    "lbs": "lb", "pound": "lb", "pounds": "lb", "oz": "oz_t", "ozt": "oz_t", "ounce": "oz_t", "ounces": "oz_t",
    "gram": "g", "grams": "g", "million": "mn", "billion": "bn", "m": "mn", "M": "mn", "bil": "bn", "mil": "mn",
    "percent": "%", "pct": "%",
}  # fmt: skip

# what a place may hold, in words; terminals that share a phrase are said once
_PHRASES = {
    "NAME": "a name", "STRING": "a text in quotation marks", "LBRACE": "`{`", "RBRACE": "`}`",
    "LPAR": "`(`", "RPAR": "`)`", "COLON": "`:`", "COMMA": "`,`", "EQUALS": "`=`", "_LE": "`<=`", "DOT": "`.`",
    "COMPARISON": "a comparison such as `<=`", "DATE": "a date such as 2027-07-01",
    "MONTH_DAY": "a month and day such as 10-01",
    "CURRENCY_CODE": "a currency such as USD",
    "TABLE_ROW": "a table row `| … |`", "QUANTITY": "a quantity such as 10 t", "LSQB": "`[`", "RSQB": "`]`",
    "REASON": "a reason such as `not_needed`", "QUANTITY_WORD": "`quantity`",
    "TEST_TABLE": "a table such as `offers { … }`",
}  # fmt: skip
_VALUE_STARTS = {"NUMBER", "PERCENT", "MONEY", "PRICE", "DURATION", "TRUE", "COUNTRY"}
_ENDS = {"$END"}
_NEAR = 200
"""How far around a mistake its cause is looked for: on lines of megabytes a search may not start over at each place."""


class _Spot:
    """One syntax error: what stands there, what stood before, and what could have stood there."""

    def __init__(self, error: UnexpectedInput, source: Source, chunk: Chunk) -> None:
        self.source, self.chunk = source, chunk
        text = chunk.text
        at = error.pos_in_stream if error.pos_in_stream is not None and error.pos_in_stream >= 0 else len(text)
        if isinstance(error, UnexpectedEOF) or (isinstance(error, UnexpectedToken) and error.token.type == "$END"):
            at = len(text)
        self.at = at
        self.rest = text[at:]
        self.at_end = not re.sub(r"#[^\n]*", "", self.rest).strip()
        if self.at_end:
            self.at = _end_of_code(text)
        self.before = text[: self.at]
        found = re.match(r'"[^"\n]*"?|[A-Za-z_]\w*|\d[\w.,]*|[<>=!&|]+|.', self.rest, re.DOTALL)
        self.word = "" if self.at_end or found is None else found[0]
        expected = (
            getattr(error, "accepts", None) or getattr(error, "expected", None) or getattr(error, "allowed", None)
        )
        self.expected: set[str] = set(expected or ())

    @property
    def previous(self) -> str:
        found = re.search(r"([A-Za-z_]\w*|\d[\w.]*%?|[^\s\w])\s*\Z", re.sub(r"#[^\n]*", "", self.before[-_NEAR:]))
        return found[1] if found else ""

    def span(self, start: int | None = None, end: int | None = None) -> Span:
        at = self.at if start is None else start
        until = at + max(len(self.word), 1) if end is None else end
        base = self.chunk.start
        return Span(self.source, base + at, min(base + until, len(self.source.text)))

    def error(
        self,
        code: str,
        message: str,
        *,
        help: str | None = None,
        span: Span | None = None,
        label: str = "",
        labels: tuple[Label, ...] = (),
    ) -> Diagnostic:
        return Diagnostic(code, ERROR, message, span or self.span(), label, labels, help)


def _end_of_code(text: str) -> int:
    """Where the last thing that is neither space nor comment ends."""
    end = 0
    for found in re.finditer(r'"[^"\\\n]*(?:\\[^\n][^"\\\n]*)*"|#[^\n]*|\S', text):
        if not found[0].startswith("#"):
            end = found.end()
    return end


def explain_syntax(error: UnexpectedInput, source: Source, chunk: Chunk) -> Diagnostic:
    """The one diagnostic for a statement that could not be read."""
    spot = _Spot(error, source, chunk)
    for known in _KNOWN:
        found = known(spot)
        if found is not None:
            return found
    return _general(spot)


def _quote_not_closed(spot: _Spot) -> Diagnostic | None:
    if spot.word.startswith('"') and (len(spot.word) == 1 or not spot.word.endswith('"')):
        return spot.error(
            "V0106",
            "this text is not closed",
            label="it begins here",
            help='a text ends with `"` on the line where it begins',
        )
    return None


def _until(spot: _Spot) -> Diagnostic | None:
    if spot.word != "until":
        return None
    return spot.error(
        "V0105",
        "`until` could mean with or without its last day",
        help="say `before` (that day excluded) or `through` (that day included)",
    )


_NUMBER_FORMS = re.compile(
    r"\d+(?:\.\d+){2,}|\d+(?:[,_ ']\d+)+(?:\.\d+)?|\d+(?:\.\d+)?[eE][+-]?\d+|(?<![\w.])\.\d+|\d+\.(?!\d)"
)
_SEPARATED = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?(?![\d,])")


def _number_form(spot: _Spot) -> Diagnostic | None:
    line_start = max(spot.before.rfind("\n") + 1, spot.at - _NEAR)
    for found in _NUMBER_FORMS.finditer(spot.chunk.text, line_start, spot.at + _NEAR):
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


_OPERATORS = {
    "==": "`=` compares", "===": "`=` compares", "&&": "say `and`", "||": "say `or`", "!": "say `not`",
    "<>": "`!=` means unequal",
    "=<": "`<=` means at most", "=>": "`>=` means at least", "||=": "say `or`", "!==": "`!=` means unequal",
    "≤": "write `<=`", "≥": "write `>=`", "≠": "write `!=`", "×": "write `*`", "÷": "write `/`", "–": "write `-`",
    "−": "write `-`",
}  # fmt: skip


def _foreign_operator(spot: _Spot) -> Diagnostic | None:
    joined = spot.word
    start = spot.at
    if spot.previous and spot.before[-1:] in "<>=!&|" and joined[:1] in "<>=!&|":
        joined, start = spot.before[-1] + joined, spot.at - 1
    if joined not in _OPERATORS:
        return None
    span = spot.span(start, start + len(joined))
    return spot.error("V0113", f"`{joined}` is not an operator of this language", span=span, help=_OPERATORS[joined])


def _equals_in_definition(spot: _Spot) -> Diagnostic | None:
    head = spot.chunk.text.split(None, 1)[0] if spot.chunk.text.split() else ""
    if spot.word == "=" and "COLON" in spot.expected:
        return spot.error("V0101", f"a `{head}` has `:` after its name, not `=`", help="write `:` here")
    if spot.word == ":" and "EQUALS" in spot.expected:
        return spot.error("V0101", f"a `{head}` has `=` after its name, not `:`", help="write `=` here")
    return None


def _chained(spot: _Spot) -> Diagnostic | None:
    if spot.word not in ("<=", ">=", "<", ">", "=", "!="):
        return None
    clause = re.split(r"\band\b|\bor\b|[:({}]|\bif\b|\bthen\b|\belse\b|\bwhen\b|\bwhere\b", spot.before)[-1]
    if not re.search(r"<=|>=|!=|[<>=]", clause):
        return None
    return spot.error("V0112", "comparisons are not chained", help="write two, joined by `and`: `a <= x and x <= b`")


def _unit(spot: _Spot) -> Diagnostic | None:
    number = re.search(r"(\d+(?:\.\d+)?(?:k|mn|bn)?)([ \t]*)\Z", spot.before[-_NEAR:])
    if number is not None and re.fullmatch(r"[A-Za-z_]\w*", spot.word):
        written, start = spot.word, spot.at
    else:
        glued = re.match(r"(\d+(?:\.\d+)?)([A-Za-z_]\w*)", spot.rest)
        if glued is None:
            return None
        written, start = glued[2], spot.at + len(glued[1])
    span = spot.span(start, start + len(written))
    if written in _UNIT_WORDS or (len(written) <= 6 and did_you_mean(written, [*UNITS, "days", "months", "years"])):
        meant = _UNIT_WORDS.get(written) or did_you_mean(written, [*UNITS, "days", "months", "years"])
        return spot.error("V0108", f"`{written}` is not a unit", span=span, help=f"did you mean `{meant}`?")
    if re.fullmatch(r"[a-z]{3}", written) and written.upper() in (
        "USD",
        "EUR",
        "GBP",
        "JPY",
        "CNY",
        "AUD",
        "CAD",
        "CHF",
        "KRW",
    ):
        return spot.error(
            "V0108",
            f"`{written}` is not a unit",
            span=span,
            help=f"a currency is written in capitals: `{written.upper()}`",
        )
    if start == spot.at and any(one in spot.expected for one in ("NAME",)):
        return None
    if written in _ALL_WORDS:
        return None
    return spot.error(
        "V0108",
        f"`{written}` is not a unit",
        span=span,
        help="units are mg, g, kg, t, lb, oz_t, mtu; days, months; %; and currencies such as USD",
    )


def _currency_case(spot: _Spot) -> Diagnostic | None:
    if "CURRENCY_CODE" not in spot.expected:
        return None
    return spot.error(
        "V0219", f"`{spot.word}` is not a currency", help="a currency is three capitals, as in `currency USD`"
    )


def _unknown_statement(spot: _Spot) -> Diagnostic | None:
    if spot.before.strip() and not _only_statement_expected(spot):
        return None
    if not re.fullmatch(r"[A-Za-z_]\w*", spot.word) or spot.word in STATEMENT_WORDS:
        return None
    meant = did_you_mean(spot.word.lower(), STATEMENT_WORDS)
    if meant is None and spot.before.strip() and "$END" in spot.expected:
        meant = did_you_mean(spot.word, _MODIFIER_WORDS)
        if meant is None:
            return None
    help = (
        f"did you mean `{meant}`?"
        if meant
        else "statements begin with " + ", ".join(f"`{word}`" for word in STATEMENT_WORDS)
    )
    return spot.error(
        "V0102",
        f"`{spot.word}` does not begin a statement"
        if not spot.before.strip() or meant in STATEMENT_WORDS
        else f"`{spot.word}` has no meaning here",
        help=help,
    )


_MODIFIER_WORDS = (
    "for",
    "from",
    "before",
    "through",
    "because",
    "cites",
    "where",
    "when",
    "premium",
    "share",
    "by",
    "per",
    "of",
)
_ALL_WORDS = frozenset(
    (
        *STATEMENT_WORDS,
        *_MODIFIER_WORDS,
        *"and or not in is then else over depth within take place descending to as if none allow reject".split(),
    )
)


def _only_statement_expected(spot: _Spot) -> bool:
    return "$END" in spot.expected and spot.before.rstrip()[-1:] in "}"


def _not_closed(spot: _Spot) -> Diagnostic | None:
    """The end, or the next statement, came inside brackets."""
    opened: list[tuple[str, int]] = []
    pairs = {")": "(", "}": "{", "]": "["}
    for found in re.finditer(r'"[^"\\\n]*(?:\\[^\n][^"\\\n]*)*"|#[^\n]*|\|[^\n]*\||[(){}\[\]]', spot.before):
        mark = found[0]
        if mark in "({[":
            opened.append((mark, found.start()))
        elif mark in pairs and opened and opened[-1][0] == pairs[mark]:
            opened.pop()
    if not opened or not (spot.at_end or spot.word in "})]"):
        return None
    mark, start = opened[-1]
    closing = {"(": ")", "{": "}", "[": "]"}[mark]
    if spot.word == closing:
        return None
    opening = Label(spot.span(start, start + 1), "it is opened here")
    return spot.error(
        "V0106", f"`{mark}` is not closed: `{closing}` is missing", labels=(opening,), help=f"close it with `{closing}`"
    )


def _too_many_closed(spot: _Spot) -> Diagnostic | None:
    if spot.word in (")", "}", "]") and "$END" in spot.expected:
        return spot.error("V0106", f"`{spot.word}` closes nothing", help="remove it, or open it earlier")
    return None


def _keyword_as_name(spot: _Spot) -> Diagnostic | None:
    if spot.expected and spot.expected <= {"NAME"} and spot.word in _ALL_WORDS | {"all", "otherwise"}:
        return spot.error(
            "V0101", f"`{spot.word}` is a word of the language and cannot be a name", help="choose another name"
        )
    return None


def _limit_keyword(spot: _Spot) -> Diagnostic | None:
    if spot.previous in ("<", ">", ">=") or not spot.expected & {"_LE"}:
        return None
    if spot.word in ("<", ">=", ">", "="):
        return spot.error(
            "V0101", f"`{spot.previous}` has an upper limit: it says `<=`, not `{spot.word}`", help="write `<=`"
        )
    return None


def _strange_character(spot: _Spot) -> Diagnostic | None:
    character = spot.word[:1]
    if not character or character.isalnum() or character in '_"|{}()[]<>=!+-*/&.,:#%':
        return None
    shown = character if character.isprintable() else f"U+{ord(character):04X}"
    if character in "“”„«»‘’'`":
        return spot.error(
            "V0115",
            f"`{shown}` is not a quotation mark here",
            help='texts stand between straight quotation marks: "text"',
        )
    if character == ";":
        return spot.error(
            "V0115",
            "`;` has no meaning here",
            help="statements need no mark at their end: begin the next on a new line",
        )
    return spot.error("V0115", f"`{shown}` has no meaning here", help="remove it")


_KNOWN: tuple[Callable[[_Spot], Diagnostic | None], ...] = (
    _quote_not_closed,
    _until,
    _number_form,
    _foreign_operator,
    _equals_in_definition,
    _currency_case,
    _limit_keyword,
    _chained,
    _unit,
    _unknown_statement,
    _not_closed,
    _too_many_closed,
    _keyword_as_name,
    _strange_character,
)


def _general(spot: _Spot) -> Diagnostic:
    wanted = expected_in_words(spot.expected)
    help = f"here may stand {wanted}" if wanted else None
    if spot.at_end:
        start = max(spot.at - 1, 0)
        return spot.error("V0101", "this statement stops too early", span=spot.span(start, spot.at), help=help)
    shown = spot.word
    if re.fullmatch(r"[A-Za-z_]\w*", shown):
        meant = did_you_mean(shown, sorted(_words_of(spot.expected)))
        if meant and meant != shown:
            return spot.error("V0101", f"`{shown}` has no meaning here", help=f"did you mean `{meant}`?")
    return spot.error("V0101", f"`{shown}` cannot stand here", help=help)


def _words_of(expected: set[str]) -> set[str]:
    known = {name.lstrip("_").lower() for name in expected if name not in _PHRASES and name not in _VALUE_STARTS}
    return {
        word
        for word in known
        if word in _ALL_WORDS or word in ("waive", "all", "otherwise", "then", "starts", "only", "missing")
    }


def expected_in_words(expected: set[str]) -> str:
    """At most four phrases for what may stand at a place; empty where nearly anything may."""
    phrases: list[str] = []
    is_value = len(expected & _VALUE_STARTS) >= 4
    if is_value:
        phrases.append("a value")
    for name in sorted(expected):
        if is_value and name in (
            *_VALUE_STARTS,
            "NAME",
            "STRING",
            "LPAR",
            "LBRACE",
            "DATE",
            "QUANTITY",
            "MINUS",
            "FALSE",
            "_IF",
            "_NOT",
        ):
            continue
        phrase = _PHRASES.get(name)
        if phrase is not None and phrase not in phrases:
            phrases.append(phrase)
    words = sorted(f"`{word}`" for word in _words_of(expected))
    if len(phrases) + len(words) <= 6:
        phrases += words
    if not phrases or len(phrases) > 6:
        return ""
    return phrases[0] if len(phrases) == 1 else ", ".join(phrases[:-1]) + " or " + phrases[-1]
