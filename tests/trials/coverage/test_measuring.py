"""What tests cover, construct by construct: what is noted, and what is not although it was worked out on the way."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.support.coverage import coverage_of, covered, missing, said, tried
from tests.support.policies import policy
from vault_rules import api
from vault_rules.trials.coverage.measuring import measure
from vault_rules.trials.coverage.points import BOUNDARIES, KINDS, OUTCOMES, ROWS, RULES
from vault_rules.trials.draft import Draft, Table

DAY = "2027-08-01"
BUY = "waterfall w { take all }\n"
CHEAP = BUY + "require cheap: price <= 10 USD/kg\n"
HOME = "tier home when origin = US\ntier other otherwise\n"


# ---- conditions -------------------------------------------------------------------------------------------------


def test_a_comparison_is_true_false_and_exactly_met() -> None:
    place = "price <= 10 USD/kg"
    assert missing(CHEAP, place) == ["never exactly 10 USD/kg", "never false", "never true"]
    assert missing(CHEAP + tried(DAY, "a x cobalt US 9 1kg"), place) == ["never exactly 10 USD/kg", "never false"]
    assert missing(CHEAP + tried(DAY, "a x cobalt US 10 1kg"), place) == ["never false"]
    assert missing(CHEAP + tried(DAY, "a x cobalt US 10 1kg", "b x cobalt US 11 1kg"), place) == []


@pytest.mark.parametrize(("sign", "equal"), [("<", "never true"), (">", "never true"), (">=", "never false")])
def test_equal_sides_are_the_boundary_whichever_way_it_goes(sign: str, equal: str) -> None:
    place = f"price {sign} 10 USD/kg"
    text = BUY + f"require bound: {place}\n" + tried(DAY, "a x cobalt US 10 1kg")
    assert missing(text, place) == [equal]


def test_a_boundary_is_exact_in_any_unit_and_to_the_last_digit() -> None:
    place = "price <= 10 USD/kg"
    text = CHEAP + tried(DAY, "a x cobalt US 4.5359237USD/lb 1kg")
    assert missing(text, place) == ["never false"]
    close = CHEAP + tried(DAY, "a x cobalt US 9.999999999999999999999 1kg")
    assert "never exactly 10 USD/kg" in missing(close, place)


def test_a_price_that_is_only_supposed_covers_nothing() -> None:
    """A rejection says at which price it would fall away: that price is tried, exactly at the limit."""
    text = CHEAP + tried(DAY, "a x cobalt US 11 1kg")
    assert missing(text, "price <= 10 USD/kg") == ["never exactly 10 USD/kg", "never true"]


def test_what_is_not_ordered_has_no_boundary() -> None:
    text = BUY + "require here: origin = US\nforbid there: origin in {CN, RU}\n"
    assert missing(text, "origin = US") == missing(text, "origin in {CN, RU}") == ["never false", "never true"]


def test_a_blank_decides_neither_way() -> None:
    text = BUY + "require here: origin = US\n"
    offers = "offers {\n| offer | trader | mineral | price | quantity |\n| a | x | cobalt | 1 | 1 kg |\n}\n"
    blank = f'test "t" {{ as of {DAY}\n{offers} }}\n'
    assert missing(text + blank, "origin = US") == ["never false", "never true"]


def test_a_condition_of_parts_is_covered_as_a_whole_and_in_each_part() -> None:
    text = BUY + "require both: origin = US and price <= 10 USD/kg\n"
    text += tried(DAY, "a x cobalt US 11 1kg", "b x cobalt AU 9 1kg")
    assert missing(text, "origin = US and price <= 10 USD/kg") == ["never true"]
    assert missing(text, "price <= 10 USD/kg") == ["never exactly 10 USD/kg", "never true"]
    assert missing(text, "origin = US") == []


def test_a_part_that_is_never_reached_is_covered_by_nothing() -> None:
    text = BUY + "require both: origin = US and price <= 10 USD/kg\n" + tried(DAY, "b x cobalt AU 9 1kg")
    assert len(missing(text, "price <= 10 USD/kg")) == 3


def test_a_let_is_covered_where_it_stands_and_only_if_a_rule_reads_it() -> None:
    lets = "let small = price <= 10 USD/kg\nlet idle = price <= 20 USD/kg\n"
    text = BUY + lets + "require cheap: small\n" + tried(DAY, "a x cobalt US 10 1kg")
    assert missing(text, "price <= 10 USD/kg") == ["never false"]
    assert all(one.of != "idle" for one in covered(text).points)


def test_both_branches_of_an_if_and_both_values_of_an_else() -> None:
    text = BUY + "require fine: price <= (if origin = US then 20 USD/kg else 10 USD/kg)\n"
    assert missing(text + tried(DAY, "a x cobalt US 9 1kg"), "20 USD/kg") == []
    assert missing(text + tried(DAY, "a x cobalt US 9 1kg"), "10 USD/kg") == ["this branch is never taken"]
    cover = BUY + "require scarce: (days_of_cover else 0 days) < 30 days\n"
    unknown = tried(DAY, "a x cobalt US 9 1kg")
    known = tried(
        DAY,
        "a x cobalt US 9 1kg",
        more="holdings {\n| mineral | quantity | demand_per_year |\n| cobalt | 1 t | 1 t |\n}",
    )
    assert missing(cover + unknown, "0 days") == []
    assert missing(cover + unknown, "days_of_cover") == ["never known: its `else` is always taken"]
    assert missing(cover + known, "0 days") == ["this `else` is never needed"]


# ---- rules ------------------------------------------------------------------------------------------------------


def test_a_rule_decides_where_it_rejects() -> None:
    assert missing(CHEAP + tried(DAY, "a x cobalt US 9 1kg"), "cheap") == ["never rejects an offer"]
    assert missing(CHEAP + tried(DAY, "a x cobalt US 11 1kg"), "cheap") == []


def test_a_rule_that_reads_the_request_decides_where_it_turns_an_offer_away() -> None:
    text = BUY + "require enough: quantity >= request.quantity\n"
    assert missing(text + tried(DAY, "a x cobalt US 9 1kg"), "enough") == []
    assert missing(text + tried(DAY, "a x cobalt US 9 100kg"), "enough") == ["never rejects an offer"]


def test_advice_and_targets_are_covered_by_what_they_report() -> None:
    text = BUY + "advisory require here: origin = US\ntarget some: share >= 50% of purchased where origin = US\n"
    home = text + tried(DAY, "a x cobalt US 9 1kg")
    assert missing(home, "here") == ["never reported"] and missing(home, "some") == []
    assert missing(home, "50%") == ["never exactly at the limit (50%)", "never missed"]
    half = home + tried(DAY, "a x cobalt US 9 1kg", "b x cobalt AU 9 1kg")
    assert missing(half, "50%") == ["never missed"] and missing(half, "here") == []


def test_an_advisory_cap_is_kept_exceeded_and_exactly_met() -> None:
    text = BUY + "advisory cap much: quantity <= 10 kg\n"
    amounts = [text + tried(DAY, f"a x cobalt US 9 {mass}kg") for mass in (9, 10, 11)]
    under, exactly, over = "never kept", "never exactly at the limit (10 kg)", "never exceeded"
    assert [missing(one, "10 kg") for one in amounts] == [[exactly, over], [over, under], [exactly, under]]


def test_a_route_keeps_out_and_lets_in() -> None:
    text = "mineral cobalt\n" + BUY + "route desk: {cobalt} to anna then bert, carl\n"
    first = text + tried(DAY, "a anna cobalt US 9 1kg")
    assert missing(first, "desk") == ["never keeps a seller out"] and missing(first, "anna") == []
    assert missing(first, "bert, carl") == ["none of these is ever a candidate"]
    both = text + tried(DAY, "a carl cobalt US 9 1kg", "b dora cobalt US 9 1kg")
    assert missing(both, "desk") == missing(both, "bert, carl") == []


def test_a_tier_is_covered_by_an_offer_in_it() -> None:
    text = BUY + HOME + tried(DAY, "a x cobalt US 9 1kg")
    assert missing(text, "home") == [] and missing(text, "other") == ["no offer is ever in this tier"]


def test_a_step_opens_and_awards() -> None:
    text = "waterfall w { take home\nspare: take other by price }\n" + HOME
    full = text + tried(DAY, "a x cobalt US 9 100kg", "b x cobalt AU 9 100kg")
    assert missing(full, "take home") == []
    assert missing(full, "spare: take other") == ["never opened", "never awards anything"]
    opened = text + tried(DAY, "a x cobalt US 9 10kg")
    assert missing(opened, "spare: take other") == ["never awards anything"]
    assert missing(opened, "price") == ["never has two to put in order"]
    two = text + tried(DAY, "a x cobalt CA 9 10kg", "b x cobalt AU 9 10kg")
    assert missing(two, "spare: take other") == missing(two, "price") == []


def test_a_premium_is_under_over_and_at_its_limit() -> None:
    text = "waterfall w { take home premium <= 10% over best(other, depth 1 kg) if none allow\ntake other }\n" + HOME
    at = [text + tried(DAY, f"a x cobalt US {price} 1kg", "b x cobalt AU 10 1kg") for price in (10, 11, "11.0001")]
    under, exactly, over = "never under the limit", "never exactly at the limit (10%)", "never over the limit"
    assert [missing(one, "10%") for one in at] == [[exactly, over], [over, under], [exactly, under]]


def test_every_reference_and_if_none_have_their_turn() -> None:
    chain = "best(other, depth 1 kg) else benchmark(within 30 days)"
    text = f"waterfall w {{ take home premium <= 10% over {chain} if none reject\ntake other }}\n" + HOME
    first = text + tried(DAY, "a x cobalt US 9 1kg", "b x cobalt AU 10 1kg")
    never = "never what the price is compared with"
    none = "never undefined: `if none reject` is never tried"
    assert missing(first, "best(other, depth 1 kg)") == []
    assert missing(first, "benchmark(within 30 days)") == [none, never]
    nothing = first + tried(DAY, "a x cobalt US 9 1kg")
    assert missing(nothing, "benchmark(within 30 days)") == [never]


@pytest.mark.parametrize(
    ("mass", "left"),
    [(10, ["never exactly at the limit (20%)", "never binding"]), (20, ["never binding", "never under the limit"])],
)
def test_a_share_that_does_not_bind(mass: int, left: list[str]) -> None:
    text = "waterfall w { take all share <= 20% }\n" + tried(DAY, f"a x cobalt US 9 {mass}kg")
    assert missing(text, "20%") == left


def test_a_cap_decides_where_it_cuts() -> None:
    text = BUY + "cap country: share by origin <= 20% of requested\n"
    cut = text + tried(DAY, "a x cobalt US 9 21kg")
    assert missing(cut, "country") == []
    assert missing(cut, "20%") == ["never exactly at the limit (20%)", "never under the limit"]
    met = text + tried(DAY, "a x cobalt US 9 20kg")
    assert missing(met, "country") == ["never cuts an award short"]


def test_a_cap_that_another_one_forestalls_decides_nothing() -> None:
    text = BUY + "cap wide: quantity <= 50 kg\ncap tight: quantity <= 20 kg\n" + tried(DAY, "a x cobalt US 9 90kg")
    assert missing(text, "wide") == ["never cuts an award short"] and missing(text, "tight") == []


def test_the_least_award_is_a_limit() -> None:
    header = 'policy p "p" { currency USD\nleast_award 5 kg }\n'
    at = [header + BUY + tried(DAY, f"a x cobalt US 9 {mass}kg") for mass in (4, 5, 6)]
    small, exactly, enough = "never too little", "never exactly at the limit (5 kg)", "never enough"
    assert [missing(one, "5 kg") for one in at] == [[exactly, enough], [enough, small], [exactly, small]]


def test_a_store_and_its_places_are_covered_by_what_they_take() -> None:
    text = BUY + "store s { place in owned when country = US by cost\nplace in leased by cost }\n"
    sites = "facilities {\n| facility | kind | country | capacity | cost |\n| x | owned | US | 1 t | 1 |\n}"
    here = text + tried(DAY, "a x cobalt US 9 1kg", more=sites)
    assert missing(here, "s") == missing(here, "place in owned") == []
    assert missing(here, "place in leased") == ["nothing is ever placed here"]
    assert missing(here, "country = US") == ["never false"]


# ---- exceptions -------------------------------------------------------------------------------------------------

EXCEPTED = (
    CHEAP + 'exception dear to cheap for {cobalt} through 2027-12-31 because "x" { require price <= 20 USD/kg }\n'
)


def test_an_exception_is_active_and_inactive() -> None:
    text = "mineral cobalt\nmineral gallium\n" + EXCEPTED
    assert missing(text + tried(DAY, "a x cobalt US 15 1kg"), "dear") == ["never inactive"]
    assert missing(text + tried(DAY, "a x gallium US 15 1kg"), "dear") == ["never active"]
    assert missing(text + tried("2028-01-01", "a x cobalt US 15 1kg"), "dear") == ["never active"]
    assert missing(text, "dear") == ["never active", "never inactive"]


def test_what_an_exception_restates_is_covered_apart() -> None:
    text = "mineral cobalt\n" + EXCEPTED + tried(DAY, "a x cobalt US 20 1kg")
    assert missing(text, "price <= 20 USD/kg") == ["never false"]
    assert len(missing(text, "price <= 10 USD/kg")) == 3


def test_a_rule_that_is_waived_is_not_asked() -> None:
    text = CHEAP + 'exception any to cheap before 2028-01-01 because "x" { waive }\n'
    waived = text + tried(DAY, "a x cobalt US 15 1kg")
    assert missing(waived, "any") == ["never inactive"] and len(missing(waived, "price <= 10 USD/kg")) == 3
    assert missing(text + tried("2028-01-01", "a x cobalt US 15 1kg"), "any") == ["never waives `cheap`"]


def test_an_exception_to_a_waiver_is_one_of_its_own() -> None:
    text = CHEAP + 'exception any to cheap before 2029-01-01 because "x" { waive }\n'
    text += 'exception yet to any before 2028-01-01 because "x" { require price <= 20 USD/kg }\n'
    assert missing(text + tried(DAY, "a x cobalt US 15 1kg"), "yet") == ["never inactive"]
    assert missing(text + tried("2028-06-01", "a x cobalt US 15 1kg"), "yet") == ["never active"]


@pytest.mark.parametrize(
    ("word", "day", "left"),
    [
        ("from 2027-08-01", "2027-07-31", ["never exactly on 2027-08-01", "never tried once it began"]),
        ("from 2027-08-01", "2027-08-01", ["never tried before it begins"]),
        ("before 2027-08-01", "2027-07-31", ["never exactly on 2027-08-01", "never tried after its end"]),
        ("before 2027-08-01", "2027-08-01", ["never tried before its end"]),
        ("through 2027-08-01", "2027-08-01", ["never tried after its end"]),
        ("through 2027-08-01", "2027-08-02", ["never exactly on 2027-08-01", "never tried before its end"]),
    ],
)
def test_dates_are_limits_on_the_day(word: str, day: str, left: list[str]) -> None:
    text = BUY + f"require here: origin = US {word}\n" + tried(day, "a x cobalt US 9 1kg")
    assert missing(text, word) == left


def test_a_day_says_nothing_of_rules_for_other_minerals() -> None:
    text = "mineral cobalt\nmineral gallium\n" + BUY + "require here: origin = US for {gallium} from 2027-08-01\n"
    assert len(missing(text + tried(DAY, "a x cobalt US 9 1kg"), "from 2027-08-01")) == 3


# ---- tables, files, parameters ----------------------------------------------------------------------------------

SPEC = """mineral cobalt
mineral gallium
table most {
  | mineral | price |
  | cobalt | 10 USD/kg |
  | otherwise | 20 USD/kg |
}
require cheap: price <= most[mineral].price
"""


def test_each_row_of_a_table_is_looked_up() -> None:
    text = BUY + SPEC
    assert missing(text + tried(DAY, "a x cobalt US 9 1kg"), "| cobalt | 10 USD/kg |") == []
    assert missing(text + tried(DAY, "a x cobalt US 9 1kg"), "| otherwise | 20 USD/kg |") == ["never looked up"]
    assert missing(text + tried(DAY, "a x gallium US 9 1kg"), "| otherwise | 20 USD/kg |") == []


def test_a_table_that_only_names_a_set_has_no_rows_to_cover() -> None:
    text = BUY + SPEC.replace("price <= most[mineral].price", "mineral in most")
    assert covered(text).figure(ROWS).points == 0


def loaded(folder: Path, **files: str) -> api.Policy:
    for name, text in files.items():
        (folder / f"{name}.vault").write_text(text, encoding="utf-8")
    return api.load_policy(folder / "root.vault")


def test_rules_of_used_files_count_and_their_tables_count_as_one(tmp_path: Path) -> None:
    root = 'policy p "p" { currency USD }\nuse "pack.vault"\n' + BUY + tried(DAY, "a x cobalt US 11 1kg")
    coverage = coverage_of(loaded(tmp_path, root=root, pack=SPEC + "let idle = 3\n"))
    assert coverage.files == ("root.vault", "pack.vault")
    assert said(coverage, "cheap") == []
    assert (coverage.figure(ROWS).covered, coverage.figure(ROWS).points) == (1, 1)
    assert coverage.figure(file="pack.vault").points == 2


def test_a_table_out_of_a_file_of_data_counts_as_one(tmp_path: Path) -> None:
    (tmp_path / "most.csv").write_text("mineral,price\ncobalt,10 USD/kg\notherwise,20 USD/kg\n", encoding="utf-8")
    rule = 'table most from "most.csv"\nrequire cheap: price <= most[mineral].price\n'
    root = 'policy p "p" { currency USD }\nmineral cobalt\n' + BUY + rule
    coverage = coverage_of(loaded(tmp_path, root=root))
    assert coverage.figure(ROWS).points == 1
    coverage = coverage_of(loaded(tmp_path, root=root + tried(DAY, "a x cobalt US 11 1kg")))
    assert coverage.figure(ROWS).covered == 1


def test_other_values_of_parameters_cover_the_same_places() -> None:
    text = BUY + "let most = 10 USD/kg\nrequire cheap: price <= most\n"
    text += tried(DAY, "a x cobalt US 9 1kg", "b x cobalt US 12 1kg", more="set most = 9 USD/kg")
    assert missing(text, "price <= most") == []


# ---- the whole --------------------------------------------------------------------------------------------------


def test_an_evaluation_that_stops_covers_what_came_before() -> None:
    text = "waterfall w before 2027-08-01 { take all }\nrequire cheap: price <= 10 USD/kg\n"
    coverage = covered(text + tried(DAY, "a x cobalt US 11 1kg"))
    assert said(coverage, "cheap") == [] and said(coverage, "w") == ["never serves a request"]


def test_a_book_that_is_bad_covers_nothing_and_is_counted() -> None:
    offers = Table(("offer", "trader", "mineral", "price", "quantity"), (("a", "x", "cobalt", "-1", "1 kg"),))
    coverage = measure(policy(CHEAP), [Draft(date(2027, 8, 1), {}, {"offers": offers})])
    assert coverage.drafts == 1 and coverage.covered == frozenset()


def test_figures_count_points_by_kind_and_rule_coverage_over_what_decides() -> None:
    coverage = covered(CHEAP + tried(DAY, "a x cobalt US 9 1kg"))
    assert (coverage.figure(RULES).covered, coverage.figure(RULES).points) == (2, 3)
    assert (coverage.figure(OUTCOMES).covered, coverage.figure(BOUNDARIES).covered) == (1, 0)
    assert coverage.figure() == coverage.figure(RULES)
    assert sum(coverage.figure(kind).points for kind in KINDS) == len(coverage.points)


def test_nothing_to_cover_is_covered_in_full() -> None:
    assert covered(BUY).figure(BOUNDARIES).ratio == 1


def test_coverage_of_two_policies_is_not_put_together() -> None:
    with pytest.raises(ValueError, match="of two policies"):
        _ = covered(BUY) | covered(CHEAP)
