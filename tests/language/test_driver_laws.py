"""Our walk over the tables gives what Lark gives: the same trees and places, of mistakes the same place and words."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lark import Lark
from lark import Token as LarkToken
from lark.exceptions import UnexpectedInput, UnexpectedToken

from tests.language.test_parse_laws import TOUR, WORDS
from vault_rules import resources
from vault_rules.language import make_tables, tables
from vault_rules.language.driver import SyntaxMistake, parse_tree
from vault_rules.language.trees import Token

LARK = Lark(
    resources.grammar_text(),
    parser="lalr",
    lexer="contextual",
    start=list(make_tables.STARTS),
    propagate_positions=True,
    maybe_placeholders=False,
)
GOLDEN = Path(__file__).parents[1] / "golden"
POLICIES = sorted((*GOLDEN.rglob("*.vault"), *resources.policies_folder().rglob("*.vault")))
few = settings(suppress_health_check=list(HealthCheck))


def of_lark(tree: Any) -> Any:
    if isinstance(tree, LarkToken):
        return tree.type, str(tree), tree.start_pos, tree.end_pos
    start, end = getattr(tree.meta, "start_pos", 0), getattr(tree.meta, "end_pos", 0)
    return str(tree.data), start, end, [of_lark(child) for child in tree.children]


def of_ours(tree: Any) -> Any:
    if isinstance(tree, Token):
        return tree.type, str(tree), tree.start, tree.end
    return tree.data, tree.inner_start, tree.inner_end, [of_ours(child) for child in tree.children]


def lark_says(text: str, start: str) -> Any:
    try:
        return of_lark(LARK.parse(text, start=start))
    except UnexpectedInput as error:
        at_end = isinstance(error, UnexpectedToken) and error.token.type == "$END"
        expected = getattr(error, "accepts", None) or getattr(error, "expected", None) or getattr(error, "allowed", ())
        return len(text) if at_end else error.pos_in_stream, at_end, set(expected or ())


def we_say(text: str, start: str) -> Any:
    try:
        return of_ours(parse_tree(text, start))
    except SyntaxMistake as mistake:
        return mistake.at, mistake.at_end, mistake.expected


def same(text: str, start: str = "file") -> None:
    assert we_say(text, start) == lark_says(text, start)


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_policy_in_the_house_is_read_as_lark_reads_it(path: Path) -> None:
    same(path.read_bytes().decode("utf-8", "replace"))


@few
@given(st.text(), st.sampled_from(make_tables.STARTS))
@example("\ufeff", "file")
@example("let a = ٣", "file")
@example("10-01", "cell")
def test_any_text_is_read_as_lark_reads_it(text: str, start: str) -> None:
    same(text, start)


@few
@given(st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join), st.sampled_from(make_tables.STARTS))
def test_any_words_of_the_language_are_read_as_lark_reads_them(text: str, start: str) -> None:
    same(text, start)


@few
@given(
    st.lists(st.tuples(st.integers(0, len(TOUR)), st.integers(0, 6), st.sampled_from(WORDS)), min_size=1, max_size=3)
)
def test_any_change_of_the_tour_is_read_as_lark_reads_it(edits: list[tuple[int, int, str]]) -> None:
    text = TOUR
    for at, length, word in edits:
        text = text[:at] + word + text[at + length :]
    same(text)


@few
@given(st.integers(0, len(TOUR)), st.text('{}()[]=<>|"#-+:.,/ \n0aAé_٣$~', max_size=4))
def test_any_piece_of_the_tour_is_read_as_lark_reads_it(end: int, more: str) -> None:
    same(TOUR[:end] + more)


# ---- the tables ----------------------------------------------------------------------------------------------------


def test_the_tables_that_ship_are_those_of_the_grammar() -> None:
    """After a change of the grammar: `python -m vault_rules.language.make_tables`."""
    made = make_tables.as_text(make_tables.make_tables(resources.grammar_text()))
    assert resources.grammar_tables_file().read_text(encoding="utf-8") == made


def test_tables_of_another_grammar_are_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "vault.tables.json"
    monkeypatch.setattr(resources, "grammar_tables_file", lambda: file)
    for text in (None, "{}", '{"grammar": "of yesterday"}'):
        if text is not None:
            file.write_text(text)
        assert tables.tables.__wrapped__().rules == tables.tables().rules


def test_a_pattern_never_matches_what_is_looked_up_as_a_word_before_it() -> None:
    """Words are looked up first: that is the order of the terminals only where no stronger pattern wants them."""
    stronger: list[re.Pattern[str]] = []
    for _, kind, value in tables.tables().terminals:
        if kind in ("whole", "pattern"):
            stronger.append(re.compile(value))
        elif kind == "words":
            assert not [word for word in value for pattern in stronger if pattern.match(word)]
