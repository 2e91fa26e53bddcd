"""What a policy looks for in a book: for one mineral, of what is in force on a day."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from tests.support.policies import policy
from vault_rules.trials.books.edges import Edges, edges_of, groups
from vault_rules.trials.books.regimes import all_rules, in_force_for

RULES = """
mineral cobalt
mineral gallium
group covered = {CN, RU}
let dear = 15%
table spec {
  | mineral   | purity | depth  |
  | gallium   | 99.99% | 50 kg  |
  | cobalt    | 99.8%  | 500 kg |
}
field recycled: ratio else 0%
tier home  when origin = US
tier other otherwise
require pure:  purity >= spec[mineral].purity
require fresh: valid_until >= today + 10 days
forbid  old:   recycled < 5%   for {cobalt} before 2028-01-01
forbid  rods:  form in {"rod", "bar"}
route desk: {cobalt} to anna then bert
waterfall buying {
  take home  premium <= dear over best(other, depth spec[mineral].depth) else benchmark("usgs", within 30 days)
             else 30 EUR/kg
  take other
}
exception rare to dear for {gallium} through 2028-12-31 because "rare" { 60% }
cap cover: stock <= 180 days of demand per mineral
cap budget: spend <= 2mn USD per quarter
store sheds { place in owned when country = US by cost }
"""


def edges(mineral: str, day: date = date(2027, 8, 1)) -> Edges:
    typed = policy(RULES).typed
    return edges_of(typed, mineral, in_force_for(all_rules(typed), mineral, day))


def test_constants_are_those_that_a_mineral_may_meet() -> None:
    assert edges("cobalt").constants["mass"] == (Fraction(500),)
    assert edges("gallium").constants["mass"] == (Fraction(50),)
    assert edges("cobalt").constants["money"] == (Fraction(2_000_000),)
    assert edges("cobalt").constants["days"] == (Fraction(10), Fraction(30), Fraction(180))


def test_what_an_exception_says_is_an_edge_beside_what_it_changes() -> None:
    assert {Fraction("0.15"), Fraction("0.6")} <= set(edges("gallium").constants["ratio"])
    assert Fraction("0.6") not in edges("cobalt").constants["ratio"]


def test_rules_that_are_over_have_no_edges() -> None:
    assert ("field", "recycled") in edges("cobalt").columns
    assert ("field", "recycled") not in edges("cobalt", date(2028, 1, 1)).columns
    assert ("field", "recycled") not in edges("gallium").columns


def test_columns_know_what_they_are_compared_with() -> None:
    found = edges("cobalt")
    assert found.limits["offer", "purity"] == (Fraction("0.998"),)
    assert found.limits["field", "recycled"] == (Fraction("0.05"),)
    assert found.named["offer", "form"] == ("bar", "rod")


def test_benchmarks_currencies_periods_and_totals_are_found_where_they_are_read() -> None:
    found = edges("cobalt")
    assert found.indexes == ("usgs",)
    assert found.currencies == ("EUR",)
    assert found.periods == ("quarter",)
    assert {"stock", "demand"} <= found.contexts
    assert found.stores


def test_each_rule_says_which_columns_it_reads() -> None:
    found = edges("cobalt").read_by
    assert (found["pure"], found["fresh"], found["home"]) == (("purity",), ("valid_until",), ("origin",))


def test_names_in_one_group_are_not_told_apart() -> None:
    sets = [frozenset(("CN", "RU")), frozenset(("US",))]
    assert groups(sets, ("BR", "CL", "CN")) == (("BR", "CL"), ("CN", "RU"), ("US",))
    sellers = edges("cobalt").sets["trader"]
    assert set(sellers) == {frozenset(("anna",)), frozenset(("bert",))}
