"""Mistakes in how a statement is put together: its first word, its name, its signs and braces, where dates stand."""

from __future__ import annotations

import re

from vault_rules.domain.spelling import did_you_mean
from vault_rules.language.spot import ALL_WORDS, MODIFIER_WORDS, WORD, Spot
from vault_rules.language.statements import STATEMENT_WORDS
from vault_rules.source.diagnostic import Diagnostic, Label

_COMPARES = re.compile(r"<=|>=|!=|[<>=]|\bin\b|\bis\b")
_BRACKETS = re.compile(r'"[^"\\\n]*(?:\\[^\n][^"\\\n]*)*"|#[^\n]*|\|[^\n]*\||[(){}\[\]]')
_NAMED = ("require", "forbid", "cap", "target", "route")
_FORMS = {
    "require": "require NAME: CONDITION", "forbid": "forbid NAME: CONDITION",
    "cap": "cap NAME: share <= 20% of requested",
    "target": "target NAME: share >= 20% of purchased",
    "route": "route NAME: MINERALS to TRADERS",
}  # fmt: skip
_WINDOW_WORDS = ("for", "from", "before", "through", "because", "cites")


def until(spot: Spot) -> Diagnostic | None:
    if spot.word != "until":
        return None
    return spot.error(
        "V0105",
        "`until` could mean with or without its last day",
        help="say `before` (that day excluded) or `through` (that day included)",
    )


def no_name(spot: Spot) -> Diagnostic | None:
    """`require origin = US`, `require: …`, `require from 2027-01-01 home: …`."""
    if spot.head not in _NAMED or not spot.expected & {"COLON", "NAME"} or len(spot.expected) > 1:
        return None
    said = spot.before.split()
    said = said[1:] if said[:1] == ["advisory"] else said
    missing = spot.word == ":" and said == [spot.head]
    if len(said) == 2 and WORD.fullmatch(said[1]):
        missing = said[1] in _WINDOW_WORDS or (
            said[1] != "share" and spot.word == "=" and not _COMPARES.search(spot.line_after[1:])
        )
        missing |= spot.word in ("<=", ">=", "<", ">", "!=", "in", "not", "is", "by")
    if not missing:
        return None
    span = spot.span_of_previous()
    return spot.error("V0101", f"this `{spot.head}` has no name", span=span, help=f"say `{_FORMS[spot.head]}`")


def equals_or_colon(spot: Spot) -> Diagnostic | None:
    """`=` where a `:` belongs, the other way round, or neither."""
    if spot.word == "=" and "COLON" in spot.expected:
        return spot.error("V0101", f"a `{spot.head}` has `:` after its name, not `=`", help="write `:` here")
    if spot.word == ":" and "EQUALS" in spot.expected and spot.head in ("let", "group"):
        return spot.error("V0101", f"a `{spot.head}` has `=` after its name, not `:`", help="write `=` here")
    if spot.expected == {"COLON"} and spot.head in _NAMED and len(spot.before.split()) <= 3:
        return spot.error("V0101", "`:` is missing after the name", help=f"say `{_FORMS[spot.head]}`")
    return None


def limit_sign(spot: Spot) -> Diagnostic | None:
    """A premium or share with another sign than `<=`."""
    if spot.previous in ("<", ">", ">=") or not spot.expected & {"_LE"}:
        return None
    if spot.word in ("<", ">=", ">", "="):
        return spot.error(
            "V0101", f"`{spot.previous}` has an upper limit: it says `<=`, not `{spot.word}`", help="write `<=`"
        )
    return None


def unknown_statement(spot: Spot) -> Diagnostic | None:
    """A word at the start of a line that begins no statement."""
    begins = not spot.before.strip()
    if not begins and not ("$END" in spot.expected and spot.before.rstrip()[-1:] == "}"):
        return None
    if not spot.is_word or spot.word in STATEMENT_WORDS:
        return None
    meant = did_you_mean(spot.word.lower(), STATEMENT_WORDS)
    if meant is None and not begins:
        meant = did_you_mean(spot.word, MODIFIER_WORDS)
        if meant is None or meant == spot.word:
            return None
    if meant is None:
        words = ", ".join(f"`{word}`" for word in STATEMENT_WORDS)
        help = f"statements begin with {words}"
    else:
        help = f"did you mean `{meant}`?"
    is_statement = begins or meant in STATEMENT_WORDS
    message = f"`{spot.word}` does not begin a statement" if is_statement else f"`{spot.word}` has no meaning here"
    return spot.error("V0102", message, help=help)


def late_modifier(spot: Spot) -> Diagnostic | None:
    """`waterfall fill { … } from 2027-01-01`."""
    if spot.previous != "}" or spot.word not in _WINDOW_WORDS:
        return None
    return spot.error(
        "V0101",
        f"`{spot.word}` comes too late",
        help="dates, scopes and reasons stand before the `{` of a rule that has one",
    )


_EMPTY = {
    "exception": "restate the clause that changes, or drop the rule: `{ waive }`",
    "table": "a table has a row of names, and rows of values: `| mineral | purity |`",
    "always": "a law says `for each award: CONDITION`",
}


def nothing_in_braces(spot: Spot) -> Diagnostic | None:
    if spot.word != "}" or spot.previous != "{" or spot.head not in _EMPTY:
        return None
    opening = spot.span_of_previous()
    return spot.error(
        "V0101", "nothing stands between these braces", span=opening.to(spot.span()), help=_EMPTY[spot.head]
    )


def not_closed(spot: Spot) -> Diagnostic | None:
    """The end, or the next statement, came inside brackets."""
    opened: list[tuple[str, int]] = []
    pairs = {")": "(", "}": "{", "]": "["}
    for found in _BRACKETS.finditer(spot.before):
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


def too_many_closed(spot: Spot) -> Diagnostic | None:
    if spot.word in (")", "}", "]") and "$END" in spot.expected:
        return spot.error("V0106", f"`{spot.word}` closes nothing", help="remove it, or open it earlier")
    return None


def keyword_as_name(spot: Spot) -> Diagnostic | None:
    """A word of the language, a quoted text or a number where a name belongs."""
    if spot.expected != {"NAME"}:
        return None
    if spot.word in ALL_WORDS | {"all", "otherwise"}:
        return spot.error(
            "V0101", f"`{spot.word}` is a word of the language and cannot be a name", help="choose another name"
        )
    if spot.word.startswith('"'):
        help = f'its label may follow in them: `{spot.head} NAME "…"`'
        return spot.error("V0101", "a name stands without quotation marks", help=help)
    if spot.word[:1].isdigit():
        return spot.error("V0101", f"`{spot.word}` is not a name", help="a name begins with a letter: `first_round`")
    return None


def hyphen_in_name(spot: Spot) -> Diagnostic | None:
    """`let last-resort = 5%`, `tier first_choice-home …`."""
    if spot.word != "-" or not re.match(r"-\w", spot.rest) or spot.before[-1:].isspace():
        return None
    if spot.head not in STATEMENT_WORDS or len(spot.before.split()) > 3:
        return None
    rest = re.match(r"[\w-]+", spot.rest)
    whole = spot.previous + (rest[0] if rest else "")
    span = spot.span(spot.at - len(spot.previous), spot.at + len(whole) - len(spot.previous))
    return spot.error(
        "V0101", f"`{whole}` is not a name: it has `-` in it", span=span, help=f"write `{whole.replace('-', '_')}`"
    )


def tier_with_colon(spot: Spot) -> Diagnostic | None:
    """`tier domestic: origin = US`; and braces, signs and so on where a word is expected."""
    if spot.head == "tier" and "_WHEN" in spot.expected and spot.word in (":", "="):
        return spot.error("V0101", f"a `tier` says `when`, not `{spot.word}`", help="`tier domestic when origin = US`")
    if spot.word == ":" and "LBRACE" in spot.expected:
        follows = spot.rest.lstrip().removeprefix(":").lstrip()
        help = "remove it" if follows.startswith("{") else f"what it says stands in braces: `{spot.head} … {{ … }}`"
        return spot.error("V0101", f"`{spot.head}` is written without a `:` before its `{{`", help=help)
    return None


def step_without_take(spot: Spot) -> Diagnostic | None:
    """`domestic premium <= …`; and what stands in a step but belongs to none of its clauses."""
    if spot.head != "waterfall":
        return None
    if re.search(r"\btake\s+(premium|share|when|by)\s*\Z", spot.near_before) and "NAME" in spot.expected:
        help = "name the tiers: `take domestic …`, or `take all …`"
        return spot.error("V0101", "`take` does not say what it takes", span=spot.span_of_previous(), help=help)
    if spot.expected not in ({"COLON"}, {"_TAKE"}):
        return None
    span = spot.span() if spot.expected == {"_TAKE"} else spot.span_of_previous()
    if spot.previous in ALL_WORDS:
        help = "a step is `take TIERS`, then `when …`, `premium <= … over … if none …`, `share <= …` or `by …`"
        return spot.error("V0101", f"`{spot.previous}` cannot stand here", span=span, help=help)
    return spot.error(
        "V0101", "a step says `take`", span=span, help="`take domestic …`, or with a label: `first: take domestic …`"
    )


def sets_without_braces(spot: Spot) -> Diagnostic | None:
    """`group allies = US, CA`, `[US, CA]`, `{US, CA,}`, `{cobalt} and {copper}`, `mineral cobalt, copper`."""
    if spot.word in ("}", ")") and spot.previous == ",":
        span = spot.span_of_previous()
        return spot.error("V0101", "after this `,` nothing follows", span=span, help="remove it")
    if spot.word == "[":
        return spot.error("V0101", "`[` cannot stand here", help="a set stands in braces: `{US, CA}`")
    if spot.word in ("and", "or") and spot.previous == "}" and "AMPERSAND" in spot.expected:
        help = "put all in one pair of braces, or join the sets with `+`"
        return spot.error("V0101", f"`{spot.word}` joins conditions, not sets", help=help)
    if spot.word != "," or "COMMA" in spot.expected:
        return None
    if spot.head in ("mineral", "trader", "buyer"):
        return spot.error("V0101", "`,` cannot stand here", help=f"declare each by itself: `{spot.head} NAME`")
    return spot.error("V0101", "`,` cannot stand here", help="several things stand in braces: `{US, CA}`")


def all_is_alone(spot: Spot) -> Diagnostic | None:
    if spot.previous == "all" and spot.word == ",":
        return spot.error("V0101", "`all` means every tier, and stands alone", help="say `take all`, or name the tiers")
    return None


def date_with_arithmetic(spot: Spot) -> Diagnostic | None:
    """`from today + 30 days`: after `from` stands one word."""
    found = re.search(r"\b(from|before|through)\s+[\w-]+\s*\Z", spot.near_before)
    if found is None or spot.word not in ("+", "-", "*", ".", "("):
        return None
    return spot.error(
        "V0101",
        f"after `{found[1]}` stands a date, or the name of one",
        help=f"name the value, and say the name: `let opening = 2027-07-01 + 30 days`, `{found[1]} opening`",
    )
