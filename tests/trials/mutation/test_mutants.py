"""What is changed of each kind of statement, clause and value, in the words of reports."""

from __future__ import annotations

import pytest

from tests.support.mutation import BUY, MINERALS, change, changes, said
from tests.support.policies import HEADER, policy
from vault_rules.trials.mutation.mutant import KINDS, short
from vault_rules.trials.mutation.mutants import mutants

TIERS = "tier home when origin = US\ntier other otherwise\n"

CONDITIONS = {
    "delivery < today": ["`<` became `<=`", "`<` became `>=`"],
    "price <= 3 USD/kg": [
        "`<=` became `<`",
        "`<=` became `>`",
        "`3 USD/kg` became `2 USD/kg`",
        "`3 USD/kg` became `4 USD/kg`",
    ],
    "delivery > today": ["`>` became `>=`", "`>` became `<=`"],
    "delivery >= today": ["`>=` became `>`", "`>=` became `<`"],
    "origin = US": ["`=` became `!=`"],
    "origin != US": ["`!=` became `=`"],
    "delivery = 2027-01-01": [
        "`=` became `!=`",
        "`2027-01-01` became `2026-12-31`, a day earlier",
        "`2027-01-01` became `2027-01-02`, a day later",
    ],
    "origin in {US, CA}": [
        "`in` became `not in`",
        "`{US, CA}` also holds `AU`",
        "`US` was left out",
        "`CA` was left out",
    ],
    "origin not in friends": [
        "`not in` became `in`",
        "`friends` also holds `AD`",
        "`friends` no longer holds `AU`",
    ],
    "origin in friends + {US}": [
        "`in` became `not in`",
        "`friends +` was left out",
        "`friends + {US}` also holds `AD`",
        "`+ {US}` was left out",
    ],
    "origin in friends - {AU}": ["`in` became `not in`", "`friends - {AU}` also holds `AU`", "`- {AU}` was left out"],
    "form is missing": ["`form is missing` was turned round by `not`"],
    "not form is missing": ["`not` was left out"],
    "not price < delivery_price": ["`not` was left out", "`<` became `<=`"],
    "(flag else false)": [
        "`(flag else false)` was turned round by `not`",
        "`else false` was left out",
        "`false` became `true`",
    ],
    "origin = US and price < 3 USD/kg": [
        "`origin = US` was left out",
        "`=` became `!=`",
        "`and` became `or`",
        "`price < 3 USD/kg` was left out",
        "`<` became `<=`",
        "`<` became `>=`",
        "`3 USD/kg` became `2 USD/kg`",
        "`3 USD/kg` became `4 USD/kg`",
    ],
    "if origin = US then true else false": [
        "`if origin = US then true else false` became `true`",
        "`if origin = US then true else false` became `false`",
        "`=` became `!=`",
        "`true` became `false`",
        "`false` became `true`",
    ],
    "price <= delivery_price * 2 + 1 USD/kg": [
        "`<=` became `<`",
        "`<=` became `>`",
        "`*` became `/`",
        "`2` became `1`",
        "`2` became `3`",
        "`+` became `-`",
        "`1 USD/kg` became `0 USD/kg`",
        "`1 USD/kg` became `2 USD/kg`",
    ],
    "price <= min(delivery_price, 99 USD/kg)": [
        "`<=` became `<`",
        "`<=` became `>`",
        "`min` became `max`",
        "`99 USD/kg` became `98 USD/kg`",
        "`99 USD/kg` became `100 USD/kg`",
    ],
    "purity >= grade[mineral].purity": ["`>=` became `>`", "`>=` became `<`"],
    "today.year = 2027": ["`=` became `!=`", "`2027` became `2026`", "`2027` became `2028`"],
}  # fmt: skip
NAMES = """
group friends = {AU, CA}
field flag: boolean
let delivery_price = 5 USD/kg
table grade { | mineral | purity |
| otherwise | 99% | }
"""


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_condition_is_changed_at_each_of_its_parts(condition: str) -> None:
    found = said(MINERALS + NAMES + BUY + f"require x: {condition}\n", "x")
    assert found == ["the require `x` was left out", *CONDITIONS[condition]]


def test_three_joined_parts_are_changed_two_by_two() -> None:
    of = policy(BUY + 'require x: form = "a" and (form = "b" or form = "c") and # why\n form = "d"\n')
    texts = {one.said: one.whole_text.partition("require x: ")[2].strip() for one in mutants(of) if one.kind == "logic"}
    assert texts == {
        '`form = "a"` was left out': '(form = "b" or form = "c") and # why\n form = "d"',
        '`form = "b"` was left out': 'form = "a" and (form = "c") and # why\n form = "d"',
        '`form = "c"` was left out': 'form = "a" and (form = "b") and # why\n form = "d"',
        '`(form = "b" or form = "c")` was left out': 'form = "a" and # why\n form = "d"',
        '`form = "d"` was left out': 'form = "a" and (form = "b" or form = "c")',
        "`or` became `and`": 'form = "a" and (form = "b" and form = "c") and # why\n form = "d"',
        "`and` became `or`": 'form = "a" and ((form = "b" or form = "c") or # why\n form = "d")',
    }


@pytest.mark.parametrize(
    ("written", "less", "more"),
    [
        ("15%", "14%", "16%"),
        ("99.95%", "99.94%", "99.96%"),
        ("1.0%", "0.9%", "1.1%"),
        ("0.05%", "0.04%", "0.06%"),
        ("9%", "8%", "10%"),
        ("100%", "99%", "101%"),
        ("0%", None, "1%"),
        ("0.0%", None, "0.1%"),
    ],
)
def test_a_limit_moves_by_one_unit_of_its_last_digit_and_never_below_zero(
    written: str, less: str | None, more: str
) -> None:
    found = said(BUY + f"let most = {written}\nrequire x: purity >= most\n", "most")
    assert found == [f"`{written}` became `{one}`" for one in (less, more) if one is not None]


@pytest.mark.parametrize(
    ("written", "more"), [("1.2bn USD", "1.3bn USD"), ("34.50 USD/kg", "34.51 USD/kg"), ("24 months", "25 months")]
)
def test_units_and_multipliers_stay_as_they_are_written(written: str, more: str) -> None:
    assert f"`{written}` became `{more}`" in said(BUY + f"let most = {written}\n", "most")


STATEMENTS = {
    "cap x: share by origin <= 65% of requested per mineral where origin != US": [
        "the cap `x` was left out",
        "`by origin` was left out",
        "`65%` became `64%`",
        "`65%` became `66%`",
        "`requested` became `demand`",
        "`per mineral` was left out",
        "`where origin != US` was left out",
        "`!=` became `=`",
    ],
    "cap x: spend <= 1 USD per quarter": [
        "the cap `x` was left out",
        "`1 USD` became `0 USD`",
        "`1 USD` became `2 USD`",
        "`per quarter` was left out",
        "`quarter` became `year`",
    ],
    "advisory require x: price < today_price": [
        "`advisory` was left out",
        "the require `x` was left out",
        "`<` became `<=`",
        "`<` became `>=`",
    ],
    "route x: {cobalt} to glencore then traxys, mercuria": [
        "the route `x` was left out",
        "`{cobalt}` also holds `gallium`",
        "`glencore` was left out",
        "`glencore` and `traxys, mercuria` changed places",
        "`then` became `,`",
        "`traxys` was left out",
        "`traxys, mercuria` was left out",
        "`mercuria` was left out",
    ],
    "store x { place in owned, leased when country = US by cost\nplace in other by cost descending, kind }": [
        "the store `x` was left out",
        "`place in owned, leased` was left out",
        "`place in owned, leased` and `place in other` changed places",
        "`owned` was left out",
        "`leased` was left out",
        "`when country = US` was left out",
        "`=` became `!=`",
        "`by cost` was left out",
        "`cost` became `descending`",
        "`place in other` was left out",
        "`cost descending` was left out",
        "`cost descending` and `kind` changed places",
        "`cost` is no longer `descending`",
        "`kind` was left out",
        "`kind` became `descending`",
    ],
    "require x: form is missing for {gallium} from 2027-01-01 through last_day": [
        "the require `x` was left out",
        "`form is missing` was turned round by `not`",
        "`for {gallium}` was left out",
        "`{gallium}` also holds `cobalt`",
        "`from 2027-01-01` was left out",
        "`2027-01-01` became `2026-12-31`, a day earlier",
        "`2027-01-01` became `2027-01-02`, a day later",
        "`through last_day` was left out",
        "`last_day` became `2028-12-30`, a day earlier",
        "`last_day` became `2029-01-01`, a day later",
    ],
    'exception x to today_price for buyers {gm, ge} when stock < 3 t because "of it" { 6 USD/kg }': [
        "the exception `x` was left out",
        "`for buyers {gm, ge}` was left out",
        "`gm` was left out",
        "`ge` was left out",
        "`when stock < 3 t` was left out",
        "`<` became `<=`",
        "`<` became `>=`",
        "`3 t` became `2 t`",
        "`3 t` became `4 t`",
        "`6 USD/kg` became `5 USD/kg`",
        "`6 USD/kg` became `7 USD/kg`",
    ],
    "group x = {AU, CA} & friends": [
        "`{AU, CA} &` was left out",
        "`{AU, CA} & friends` also holds `AD`",
        "`AU` was left out",
        "`CA` was left out",
        "`& friends` was left out",
    ],
    "field x: ratio else 5%": ["`5%` became `4%`", "`5%` became `6%`"],
    "table x { | mineral | purity | depth |\n| cobalt | 99% | 2 t |\n| otherwise | 98% | no_depth | }": [
        "the row `cobalt` was left out",
        "`99%` became `100%`",
        "`2 t` became `3 t`",
        "the row `otherwise` was left out",
        "`98%` became `97%`",
    ],
}  # fmt: skip
READ = """
let today_price = 5 USD/kg
let last_day = 2028-12-31
let no_depth = 1 t
group friends = {AU, CA}
"""


@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_statement_is_changed_at_each_of_its_parts(statement: str) -> None:
    assert said(MINERALS + READ + BUY + statement + "\n", "x") == STATEMENTS[statement]


def test_steps_are_changed_clause_by_clause() -> None:
    step = "take home, other when stock < 3 t premium <= 5% over benchmark(within 30 days) else 2 USD/kg"
    text = TIERS + f"waterfall w {{ {step} share <= 20% by tier\nlast: take other share <= 10% of awarded }}\n"
    assert said(text, "w") == [
        "the waterfall `w` was left out",
        "the step `take home, other` was left out",
        "`take home, other` and `last: take other` changed places",
        "`home` was left out",
        "`other` was left out",
        "`when stock < 3 t` was left out",
        "`<` became `<=`",
        "`<` became `>=`",
        "`3 t` became `2 t`",
        "`3 t` became `4 t`",
        "`premium <= 5% over benchmark(within 30 days) else 2 USD/kg` was left out",
        "`5%` became `4%`",
        "`5%` became `6%`",
        "`benchmark(within 30 days)` was left out",
        "`within 30 days` was left out",
        "`30 days` became `29 days`",
        "`30 days` became `31 days`",
        "`2 USD/kg` became `1 USD/kg`",
        "`2 USD/kg` became `3 USD/kg`",
        "`2 USD/kg` was left out",
        "`share <= 20%` was left out",
        "the share became one `of awarded`",
        "`20%` became `19%`",
        "`20%` became `21%`",
        "`by tier` was left out",
        "`tier` became `descending`",
        "the step `last: take other` was left out",
        "`share <= 10% of awarded` was left out",
        "`10%` became `9%`",
        "`10%` became `11%`",
        "`of awarded` was left out",
    ]


def test_references_lose_what_they_say_and_change_their_kind() -> None:
    text = (
        TIERS + "waterfall w { take all premium <= 5% over best({home, other}, depth 1 t, responsive) if none allow }\n"
    )
    assert [one.said for one in changes(policy(text), "w") if one.kind == "references"] == [
        "`best` became `median`",
        "`home` was left out",
        "`other` was left out",
        "`depth 1 t` was left out",
        "`responsive` was left out",
    ]
    assert "`if none allow` became `if none reject`" in said(text, "w")


def test_tiers_change_places_with_the_next() -> None:
    of = policy("tier home when origin = US\ntier near when origin = CA\ntier other otherwise\n" + BUY)
    found = changes(of, "the tiers")
    assert [one.said for one in found] == ["`home` and `near` changed places", "`near` and `other` changed places"]
    assert found[0].whole_text.startswith(HEADER + "tier near when origin = CA\ntier home when origin = US\n")


def test_the_header_is_changed_where_it_decides() -> None:
    header = """policy p "title" { currency USD version "1" fiscal_year starts 10-01
    serve by priority, need_by descending least_award 2 kg compare price * 1.5 show cover = days_of_cover }
    """
    assert said(header + BUY, "p") == [
        "`10-01` became `09-30`, a day earlier",
        "`10-01` became `10-02`, a day later",
        "`priority` was left out",
        "`priority` and `need_by descending` changed places",
        "`priority` became `descending`",
        "`need_by descending` was left out",
        "`need_by` is no longer `descending`",
        "`least_award 2 kg` was left out",
        "`2 kg` became `1 kg`",
        "`2 kg` became `3 kg`",
        "`compare price * 1.5` was left out",
        "`*` became `/`",
        "`1.5` became `1.4`",
        "`1.5` became `1.6`",
    ]


@pytest.mark.parametrize(("day", "before", "after"), [("01-01", "12-31", "01-02"), ("03-01", "02-28", "03-02")])
def test_a_fiscal_year_begins_a_day_of_the_calendar_earlier_or_later(day: str, before: str, after: str) -> None:
    header = f'policy p "title" {{ currency USD fiscal_year starts {day} }}\n'
    assert said(header + BUY, "p") == [
        f"`{day}` became `{before}`, a day earlier",
        f"`{day}` became `{after}`, a day later",
    ]


def test_with_a_rule_go_the_exceptions_to_it() -> None:
    rest = (
        'exception e to x for {cobalt} because "a" { waive }\nlet kept = 1 t\nexception f to e because "b" { waive }\n'
    )
    of = policy(MINERALS + BUY + "require x: form is missing\n" + rest)
    found = change(of, "the require `x` was left out with the exceptions to it")
    assert found.whole_text == HEADER + MINERALS + BUY + "\n\nlet kept = 1 t\n\n"
    assert found.span.text == "require x"


def test_with_a_step_go_the_exceptions_to_it_alone() -> None:
    rest = 'exception e to w for {cobalt} because "a" { last share <= 9% }\n'
    of = policy(MINERALS + TIERS + "waterfall w { take home\nlast: take other share <= 5% }\n" + rest)
    found = change(of, "the step `last: take other` was left out with the exception to it")
    assert found.whole_text == HEADER + MINERALS + TIERS + "waterfall w { take home\n }\n\n"


def test_no_route_is_widened_to_a_mineral_that_another_routes() -> None:
    text = MINERALS + "mineral tin\n" + BUY + "route x: {gallium} to a\nroute y: {cobalt} to b\n"
    assert "`{gallium}` also holds `tin`" in said(text, "x")


def test_what_a_set_lacks_is_looked_for_first_among_what_the_policy_names() -> None:
    of = policy(BUY + "require x: origin in {US}\nrequire y: origin in {CA, NL}\n")
    assert "`{US}` also holds `CA`" in [one.said for one in mutants(of)]


def test_tests_laws_and_what_others_bring_are_not_changed() -> None:
    text = BUY + 'use "lib/jurisdictions.vault" only covered_nations\nrequire x: origin in covered_nations\n'
    law = 'always "l" { for each award: price <= 3 USD/kg }\n'
    test = 'test "t" { as of 2027-01-01 expect error V0501 }\nbook b { as of 2027-01-01 }\n'
    assert {one.of for one in mutants(policy(text + law + test))} == {"the waterfall `w`", "the require `x`"}


def test_every_change_is_of_a_kind_that_reports_count() -> None:
    found = {one.kind for text in STATEMENTS for one in mutants(policy(MINERALS + READ + BUY + text))}
    assert found <= set(KINDS)
    assert len(set(KINDS)) == len(KINDS)


def test_a_long_text_is_cut_and_stands_on_one_line_without_its_comments() -> None:
    assert short('a # it is\n  b "c # d"') == 'a b "c # d"'
    assert short("a " * 100) == ("a " * 100)[:59].rstrip() + "…"
