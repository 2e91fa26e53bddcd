"""Syntax mistakes in the author's words. What the parser expected is translated, never printed.

Known mistakes come first, each recognised by what stands there (`mistakes_of_form`, `mistakes_in_values`); for all
others it is said what may stand at the place.
"""

from __future__ import annotations

from vault_rules.domain.spelling import did_you_mean
from vault_rules.language import mistakes_in_values as values
from vault_rules.language import mistakes_of_form as form
from vault_rules.language.driver import SyntaxMistake
from vault_rules.language.spot import Spot
from vault_rules.language.statements import Chunk
from vault_rules.source.diagnostic import Diagnostic
from vault_rules.source.text import Source

# what a place may hold, in words; names that share a phrase are said once
_PHRASES = {
    "NAME": "a name", "STRING": "a text in quotation marks", "LBRACE": "`{`", "RBRACE": "`}`",
    "LPAR": "`(`", "RPAR": "`)`", "COLON": "`:`", "COMMA": "`,`", "EQUALS": "`=`", "_LE": "`<=`", "DOT": "`.`",
    "COMPARISON": "a comparison such as `<=`", "DATE": "a date such as 2027-07-01",
    "MONTH_DAY": "a month and day such as 10-01",
    "CURRENCY_CODE": "a currency such as USD",
    "TABLE_ROW": "a table row `| … |`", "QUANTITY": "a quantity such as 10 t", "LSQB": "`[`", "RSQB": "`]`",
    "REASON": "a reason such as `not_needed`", "QUANTITY_WORD": "`quantity`", "VALUE": "`value share`",
    "PRICE": "a price such as 30 USD/kg", "MONEY": "an amount of money such as 5mn USD",
    "TEST_TABLE": "a table such as `offers { … }`",
}  # fmt: skip
_VALUE_STARTS = {"NUMBER", "PERCENT", "MONEY", "PRICE", "DURATION", "TRUE", "COUNTRY"}
_ALSO_VALUES = {"NAME", "STRING", "LPAR", "LBRACE", "DATE", "QUANTITY", "MINUS", "FALSE", "_IF", "_NOT"}
_MARKS = {"$END", "PLUS", "MINUS", "AMPERSAND", "STAR", "SLASH", "COMMENT"}
_MOST = 9

_KNOWN = (
    values.quote_not_closed,
    form.until,
    values.date_form,
    values.number_form,
    values.comment_mark,
    values.foreign_operator,
    form.no_name,
    form.equals_or_colon,
    values.currency_of_the_policy,
    form.limit_sign,
    values.value_left_out,
    values.is_something,
    values.chained,
    values.money_the_other_way,
    form.keyword_as_name,
    values.unit,
    form.unknown_statement,
    form.late_modifier,
    form.nothing_in_braces,
    form.not_closed,
    form.too_many_closed,
    form.hyphen_in_name,
    form.tier_with_colon,
    form.step_without_take,
    form.all_is_alone,
    form.sets_without_braces,
    form.date_with_arithmetic,
    values.bare_else,
    values.bare_where,
    values.bare_if,
    values.bars_of_a_row,
    values.strange_character,
)


def explain_syntax(error: SyntaxMistake, source: Source, chunk: Chunk) -> Diagnostic:
    """The one diagnostic for a statement that could not be read."""
    spot = Spot(error, source, chunk)
    for known in _KNOWN:
        found = known(spot)
        if found is not None:
            return found
    return _general(spot)


def _general(spot: Spot) -> Diagnostic:
    wanted = expected_in_words(spot.expected)
    help = (
        f"here may stand {wanted}" if wanted else "look at what stands before: something there is missing, or too much"
    )
    if spot.at_end:
        start = max(spot.at - 1, 0)
        return spot.error("V0101", "this statement stops too early", span=spot.span(start, spot.at), help=help)
    if spot.is_word:
        meant = did_you_mean(spot.word, sorted(_words_of(spot.expected)))
        if meant and meant != spot.word:
            return spot.error("V0101", f"`{spot.word}` has no meaning here", help=f"did you mean `{meant}`?")
    return spot.error("V0101", f"`{spot.word}` cannot stand here", help=help)


def _words_of(expected: set[str]) -> set[str]:
    """The language's own words among what is expected."""
    named = expected - _PHRASES.keys() - _VALUE_STARTS - _MARKS
    return {name.lstrip("_").lower() for name in named if name.replace("_", "").isalpha()}


def expected_in_words(expected: set[str]) -> str:
    """A few phrases for what may stand at a place; empty where nearly anything may."""
    phrases: list[str] = []
    is_value = len(expected & _VALUE_STARTS) >= 4
    if is_value:
        phrases.append("a value")
        expected = expected - _VALUE_STARTS - _ALSO_VALUES
    expected = expected - {"DOT"} or expected
    for name in sorted(expected & _PHRASES.keys()):
        if _PHRASES[name] not in phrases:
            phrases.append(_PHRASES[name])
    words = sorted(f"`{word}`" for word in _words_of(expected))
    if len(phrases) + len(words) <= _MOST:
        phrases += words
    if not phrases or len(phrases) > _MOST:
        return ""
    return phrases[0] if len(phrases) == 1 else ", ".join(phrases[:-1]) + " or " + phrases[-1]
