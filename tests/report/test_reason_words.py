"""Every reason code of the language's page has words."""

from __future__ import annotations

import pytest

from vault_rules.report.reasons import REASONS, in_words

CODES = (
    "require:fresh",
    "forbid:covered_magnets",
    "missing:purity",
    "not_routed",
    "no_tier",
    "spec",
    "late",
    "max_price",
    "when:2",
    "no_reference:2",
    "premium:last_resort",
    "share:last_resort",
    "cap:one_country",
    "lot",
    "min_quantity",
    "not_in_waterfall",
    "not_needed",
    "no_offers",
)


@pytest.mark.parametrize("code", CODES)
def test_a_code_is_said_in_words_that_name_what_it_names(code: str) -> None:
    words = in_words(code)
    assert words != code and " " in words and "{" not in words
    assert code.partition(":")[2] in words


def test_the_words_are_of_these_codes_and_no_others() -> None:
    assert sorted(REASONS) == sorted(code.partition(":")[0] for code in CODES)


def test_an_unknown_code_stays_as_it_is() -> None:
    assert in_words("plugin:review") == "plugin:review"
