"""Whatever a plan is: what is said to be the case instead of an expectation would itself have been met."""

from __future__ import annotations

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.policies import policy
from tests.support.trials import RESERVE, parsed_test
from vault_rules.language import ast
from vault_rules.language.format_blocks import expectation_text
from vault_rules.trials.draft import Draft, Table, evaluate_draft
from vault_rules.trials.expects import MET, Unmet, judge

SMALL = policy(RESERVE)
_OFFERS = ("offer", "trader", "mineral", "price", "quantity", "origin")
_AMOUNTS = st.sampled_from(["1 kg", "1 t", "2.5 t", "10 t", "100 lb", "3 oz_t", "0.000001 kg"])


@st.composite
def drafts(draw: st.DrawFn) -> Draft:
    offers = tuple(
        (
            name,
            draw(st.sampled_from(["glencore", "traxys"])),
            "cobalt",
            draw(st.sampled_from(["30 USD/kg", "34.50 USD/kg", "34.51 USD/kg", "91 USD/kg"])),
            draw(_AMOUNTS),
            draw(st.sampled_from(["US", "AU", ""])),
        )
        for name in draw(st.lists(st.sampled_from(["a", "b 1", "c|d"]), unique=True))
    )
    requests = tuple(
        (name, "gm", "cobalt", draw(_AMOUNTS)) for name in draw(st.lists(st.sampled_from(["r1", "r 2"]), unique=True))
    )
    facilities = tuple((name, "owned", draw(_AMOUNTS)) for name in draw(st.lists(st.just("nola"), unique=True)))
    tables = {
        "offers": Table(_OFFERS, offers),
        "requests": Table(("request", "buyer", "mineral", "quantity"), requests),
        "facilities": Table(("facility", "kind", "capacity"), facilities),
    }
    return Draft(date(2027, 8, 1), {}, tables)


@st.composite
def expectations(draw: st.DrawFn) -> str:
    offer, request = draw(st.sampled_from(["a", '"b 1"'])), draw(st.sampled_from(["r1", '"r 2"']))
    amount = draw(_AMOUNTS)
    return draw(
        st.sampled_from(
            [
                f"award {amount} from {offer} to {request}", f"award {amount} to {request}", f"award {amount}",
                f"no award from {offer}", f"no award to {request}", f"order {offer}, \"c|d\" for {request}", "order a",
                f"reject {offer} because premium:1 unless price <= 33 USD/lb", f"reject {offer} for {request}",
                f"shortfall {amount} for {request} because share:last", f"no shortfall for {request}",
                f"place {amount} from {offer} in nola", f"unplaced {amount} from {offer}", "no unplaced",
                "total cost 1 USD", f"total awarded {amount}", f"total requested {amount}",
                f"total awarded {amount} by tier home", f"total shortfall {amount}",
            ]
        )
    )  # fmt: skip


def read(text: str) -> ast.Expectation:
    (item,) = parsed_test(f'test "t" {{ expect {text} }}').items
    assert isinstance(item, ast.Expectation)
    return item


def is_an_expectation(line: str) -> bool:
    """Not a count of more lines, a number that is cut, or something for which there are no words."""
    return "…" not in line and not line.startswith(("no offer", "nothing")) and "whatever" not in line


@settings(max_examples=60)
@given(drafts(), expectations())
def test_what_is_the_case_instead_would_have_been_met(draft: Draft, text: str) -> None:
    plan = evaluate_draft(SMALL, draft).rows
    item = read(text)
    assert expectation_text(read(expectation_text(item))) == expectation_text(item)
    judged = judge(item, plan)
    if judged is MET:
        return
    assert isinstance(judged, Unmet) and judged.actual
    lines = [line for line in judged.actual if is_an_expectation(line)]
    if item.kind in ("unplaced", "no_unplaced", "place"):
        lines = lines if len(set(lines)) == len(lines) == 1 else []  # several parts of one whole are told apart
    assert [line for line in lines if judge(read(line), plan) is not MET] == []
