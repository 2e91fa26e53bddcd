"""Step 8: where awards are stored."""

from __future__ import annotations

from typing import Any

from tests.support.policies import plan
from vault_rules.api import Plan

OFFERS = "offer | trader | mineral | price | quantity"
REQUESTS = "request | buyer | mineral | quantity"
FACILITIES = "facility | kind | operator | country | capacity | cost | accepts"
POLICY = """
waterfall w { take all }
store early before 2028-01-01 {
  place in trader_network when operator = trader by cost
  place in owned, leased when country = US by capacity descending
}
"""


def stored(rows: str, need: str = "10", **tables: Any) -> Plan:
    return plan(
        POLICY,
        offers=f"{OFFERS}\na | hartree | cobalt | 1 | {need}",
        requests=f"{REQUESTS}\nr | b | cobalt | {need}",
        facilities=f"{FACILITIES}\n{rows}",
        **tables,
    )


def places(made: Plan) -> list[tuple[str, int]]:
    return [(one.facility, int(one.quantity)) for one in made.rows.placements]


def test_steps_then_keys_then_ids_and_an_award_is_split_as_facilities_fill() -> None:
    rows = "\n".join(
        [
            "z | trader_network | hartree | NL | 3 | 1 |",
            "a | trader_network | hartree | NL | 3 | 2 |",
            "n | trader_network | hartree | NL | 1 | |",
            "m | trader_network | traxys | NL | 99 | 1 |",
            "o | owned | | US | 1 | 1 |",
            "l | leased | | US | 2 | 1 |",
        ]
    )
    made = stored(rows, need="12")
    assert places(made) == [("z", 3), ("a", 3), ("n", 1), ("l", 2), ("o", 1)]
    assert [(one.offer, one.quantity) for one in made.rows.unplaced] == [("a", 2)]
    assert made.rows.totals.awarded == 12  # what fits nowhere is still awarded


def test_what_a_facility_accepts_and_what_it_holds_are_respected() -> None:
    rows = "a | owned | | US | 9 | 1 | copper\nb | owned | | US | 9 | 1 | cobalt;copper"
    made = stored(rows, holdings="mineral | quantity | facility\ncopper | 4 | b")
    assert places(made) == [("b", 5)]


def test_the_cost_of_a_month_is_shown_where_it_is_known() -> None:
    made = stored("a | owned | | US | 9 | 0.48 USD/t/day |\nb | leased | | US | 5 | |", need="10")
    assert [(one.facility, str(one.cost_per_month)) for one in made.rows.placements] == [("a", "0.13"), ("b", "None")]


def test_without_a_store_in_force_everything_is_unplaced() -> None:
    made = plan(POLICY.replace("before 2028-01-01", "before 2027-01-01"))
    assert made.rows.placements == ()
    assert [one.offer for one in made.rows.unplaced] == ["a"]


def test_a_kind_that_no_facility_has_and_a_column_that_no_offer_has_are_warned_of() -> None:
    made = stored("a | Owned | | US | 9 | 1 |")
    assert "no facility is of the kind `owned`, which a `store` names" in made.rows.warnings
    made = plan("require pure: purity >= 99%\n" + POLICY)
    assert made.rows.warnings == (
        "no offer has a `purity`, which a rule needs: is the column missing, or called otherwise?",
    )
