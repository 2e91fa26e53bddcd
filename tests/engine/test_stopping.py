"""What stops an evaluation, as the fast engine says it: as the reference would, and asked only where it must be."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

import vault_rules as vr
from tests.support.books import book
from tests.support.policies import policy
from vault_rules.engine import engines

AS_OF = date(2027, 3, 1)
LATE = "waterfall later from 2028-01-01 {\n  take all\n}\n"
SOME = "mineral cobalt\nmineral gallium\nmineral tin\nwaterfall some for gallium {\n  take all\n}\n"
COMPARED = f'policy p "p" {{\n  currency USD\n  compare price * 2\n}}\n{LATE}'
FOREIGN = LATE + "advisory require cheap: price <= 5 EUR/kg\n"
TABLES = {
    "offers": "offer | trader | mineral | price | quantity\na | t | cobalt | 30 | 10\nb | t | gallium | 30 | 10",
    "requests": "request | buyer | mineral | quantity\nr2 | b | cobalt | 5\nr1 | b | gallium | 5\nr3 | c | tin | 5",
}


def stopped(text: str, engine: str) -> str:
    with pytest.raises(vr.EvaluationError) as found:
        vr.evaluate(policy(text), book(**TABLES), AS_OF, engine=engine)
    return str(found.value).partition(": ")[2]  # behind the name of a temporary file


@pytest.mark.parametrize(("text", "named"), [(LATE, "r1"), (SOME, "r2")], ids=["too early", "for others"])
def test_the_want_of_a_waterfall_is_told_without_the_reference_in_its_words(
    text: str, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = stopped(text, "reference")
    assert "V0501" in expected and f"request `{named}`" in expected

    def fails(*args: Any) -> None:
        raise AssertionError("the reference was asked")

    monkeypatch.setattr(engines, "by_reference", fails)
    assert stopped(text, "fast") == expected


@pytest.mark.parametrize("text", [COMPARED, FOREIGN], ids=["compared", "foreign"])
def test_where_an_offer_may_stop_it_first_the_reference_is_asked(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = stopped(text, "reference")
    asked: list[Any] = []
    by_reference = engines.by_reference

    def noted(*args: Any) -> Any:
        asked.append(args)
        return by_reference(*args)

    monkeypatch.setattr(engines, "by_reference", noted)
    assert stopped(text, "fast") == expected
    assert len(asked) == 1
