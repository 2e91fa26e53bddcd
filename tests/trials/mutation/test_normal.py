"""Which changes are proved to change nothing, and which are not, though they look alike."""

from __future__ import annotations

import pytest

from tests.support.mutation import BUY, MINERALS, is_equivalent

TIERS = "tier home when origin = US\ntier other otherwise\n"
TABLE = MINERALS + BUY + "require x: purity >= t[mineral].purity\ntable t { "
LIMIT = "let most = 3 USD/kg\nrequire cheap: price <= most\n"

SAME = {
    "a value that nothing reads": (BUY + "let most = 3 USD/kg\n", "`3 USD/kg` became `4 USD/kg`"),
    "a value read only by one that nothing reads": (
        BUY + "let one = 1 USD/kg\nlet two = one * 2\n",
        "`1 USD/kg` became `2 USD/kg`",
    ),
    "a group that nothing reads": (BUY + "group g = {US, CA}\n", "`US` was left out"),
    "a group whose member was in it already": (
        BUY + "group a = {AU}\ngroup g = a + {AU, CA}\nrequire x: origin in g\n",
        "`a +` was left out",
    ),
    "a column of a table that nothing reads": (
        TABLE + "| mineral | purity | depth |\n| otherwise | 99% | 2 t | }\n",
        "`2 t` became `3 t`",
    ),
    "a row that says what `otherwise` says": (
        TABLE + "| mineral | purity |\n| cobalt | 99% |\n| otherwise | 99% | }\n",
        "the row `cobalt` was left out",
    ),
    "a table nobody looks into": (
        MINERALS + BUY + "table t { | mineral | purity |\n| cobalt | 98% |\n| otherwise | 99% | }\n",
        "the row `cobalt` was left out",
    ),
    "an exception's days before its rule begins": (
        MINERALS
        + BUY
        + "require x: form is missing from 2027-01-01\n"
        + 'exception e to x for {cobalt} from 2026-06-01 through 2027-12-31 because "a" { waive }\n',
        "`2026-06-01` became `2026-05-31`, a day earlier",
    ),
    "an exception's days before what reads its value begins": (
        MINERALS
        + "waterfall v before 2027-01-01 { take all }\n"
        + "waterfall w from 2027-01-01 { take all premium <= most over 3 USD/kg }\nlet most = 5%\n"
        + 'exception e to most for {cobalt} from 2026-12-31 through 2027-12-31 because "a" { 9% }\n',
        "`from 2026-12-31` was left out",
    ),
    "an exception to what nothing reads": (
        MINERALS + BUY + 'let most = 5%\nexception e to most for {cobalt} before 2028-01-01 because "a" { 9% }\n',
        "the exception `e` was left out",
    ),
    "an exception for minerals that its rule does not touch": (
        MINERALS
        + BUY
        + "require x: form is missing for {cobalt}\n"
        + 'exception e to x for {gallium} before 2028-01-01 because "a" { waive }\n',
        "the exception `e` was left out",
    ),
    "an exception to one that never holds at the same time": (
        MINERALS
        + BUY
        + "let most = 5%\nrequire x: purity >= most\n"
        + 'exception e to most for {cobalt} before 2027-01-01 because "a" { 9% }\n'
        + 'exception f to e for {cobalt} from 2027-01-01 before 2028-01-01 because "a" { 8% }\n',
        "`8%` became `7%`",
    ),
    "a rule that every offer passes": (BUY + "require x: 1 t <= 2 t\n", "the require `x` was left out"),
    "a limit that is never reached": (BUY + "require x: 1 t <= 2 t\n", "`2 t` became `3 t`"),
    "what is assumed, on the same side of the limit": (
        BUY + "require x: (days_of_cover else 0 days) < 120 days\n",
        "`0 days` became `1 days`",
    ),
    "a branch never taken": (
        BUY + "let wide = false\nrequire x: price <= (if wide then 9 USD/kg else 3 USD/kg)\n",
        "`9 USD/kg` became `8 USD/kg`",
    ),
    "a key that decides ties anyway": ("waterfall w { take all by delivery, price }\n", "`price` was left out"),
    "the order that is meant without any": ("waterfall w { take all by price }\n", "`by price` was left out"),
    "a key behind one that leaves no ties": (
        "waterfall w { take all by offer, purity }\n",
        "`purity` became `descending`",
    ),
    "a key that is the same for all": (
        "waterfall w { take all by mineral, purity }\n",
        "`mineral` became `descending`",
    ),
    "the tier in a step that takes one": (
        TIERS + "waterfall w { take home by tier\ntake other }\n",
        "`tier` became `descending`",
    ),
    "a key of facilities that is the same for all": (
        BUY + "store s { place in owned by origin, cost }\n",
        "`origin` became `descending`",
    ),
    "requests in order of their ids": (
        'policy p "t" { currency USD serve by request, priority }\n' + BUY,
        "`priority` was left out",
    ),
    "what happens without a reference where there is always one": (
        "waterfall w { take all premium <= 5% over benchmark(within 3 days) else 3 USD/kg if none allow }\n",
        "`if none allow` became `if none reject`",
    ),
    "a seller named again in a later group": (
        MINERALS + BUY + "route r: {cobalt} to a then b, a\n",
        "the last `a` was left out",
    ),
    "a share of all that is awarded": (
        TIERS + "waterfall w { take home\ntake other share <= 100% of awarded }\n",
        "`100%` became `101%`",
    ),
    "a fiscal year that nothing goes by": (
        'policy p "t" { currency USD fiscal_year starts 10-01 }\n' + BUY + "cap c: spend <= 1 USD per year\n",
        "`10-01` became `10-02`, a day later",
    ),
    "no least award and one of nothing": (
        'policy p "t" { currency USD least_award 0 kg }\n' + BUY,
        "`least_award 0 kg` was left out",
    ),
    "a rule for all minerals": (
        MINERALS + BUY + "require x: form is missing for {cobalt, gallium}\n",
        "`for {cobalt, gallium}` was left out",
    ),
    "a step that is always open": ("waterfall w { take all when 1 t < 2 t }\n", "`when 1 t < 2 t` was left out"),
}  # fmt: skip

OTHER = {
    "a value that a rule reads": (BUY + LIMIT, "`3 USD/kg` became `4 USD/kg`"),
    "a value that only an exception to it changes": (
        MINERALS + BUY + LIMIT + 'exception e to most for {cobalt} before 2028-01-01 because "a" { 9 USD/kg }\n',
        "`9 USD/kg` became `8 USD/kg`",
    ),
    "a condition that an exception makes another": (
        MINERALS
        + BUY
        + "let most = 2 t\nrequire x: 1 t <= most\n"
        + 'exception e to most for {cobalt} before 2028-01-01 because "a" { 0 t }\n',
        "the require `x` was left out",
    ),
    "a rule that lets everything pass, but for an exception": (
        MINERALS
        + BUY
        + "require x: 1 t <= 2 t\n"
        + 'exception e to x for {cobalt} before 2028-01-01 because "a" { require form is missing }\n',
        "the require `x` was left out with the exception to it",
    ),
    "an exception's days while its rule holds": (
        MINERALS
        + BUY
        + "require x: form is missing before 2028-01-01\n"
        + 'exception e to x for {cobalt} from 2026-06-01 through 2027-12-30 because "a" { waive }\n',
        "`2027-12-30` became `2027-12-31`, a day later",
    ),
    "an exception's days while one of two readers holds": (
        MINERALS
        + "waterfall v before 2027-01-01 { take all premium <= most over 3 USD/kg }\n"
        + "waterfall w from 2027-01-01 { take all premium <= most over 3 USD/kg }\nlet most = 5%\n"
        + 'exception e to most for {cobalt} from 2026-12-31 through 2027-12-31 because "a" { 9% }\n',
        "`from 2026-12-31` was left out",
    ),
    "a value read through another": (
        BUY + "let one = 1 USD/kg\nlet two = one * 2\nrequire x: price <= two\n",
        "`1 USD/kg` became `2 USD/kg`",
    ),
    "a row unlike `otherwise`": (
        TABLE + "| mineral | purity |\n| cobalt | 98% |\n| otherwise | 99% | }\n",
        "the row `cobalt` was left out",
    ),
    "what is assumed, on the other side of the limit": (
        BUY + "require x: (days_of_cover else 1 days) < 2 days\n",
        "`1 days` became `2 days`",
    ),
    "a key that comes before the price": ("waterfall w { take all by delivery, price }\n", "`delivery` was left out"),
    "a key that turns the order round": ("waterfall w { take all by price }\n", "`price` became `descending`"),
    "the tier in a step that takes two": (TIERS + "waterfall w { take all by tier }\n", "`tier` became `descending`"),
    "what happens without a reference": (
        "waterfall w { take all premium <= 5% over benchmark(within 3 days) if none allow }\n",
        "`if none allow` became `if none reject`",
    ),
    "a share of the whole request, of less than a milligram": (
        TIERS + "waterfall w { take home\ntake other share <= 100% }\n",
        "`100%` became `101%`",
    ),
    "a fiscal year that a cap goes by": (
        'policy p "t" { currency USD fiscal_year starts 10-01 }\n' + BUY + "cap c: spend <= 1 USD per fiscal_year\n",
        "`10-01` became `10-02`, a day later",
    ),
    "a fiscal year that a rule reads": (
        'policy p "t" { currency USD fiscal_year starts 10-01 }\n' + BUY + "require x: today.fiscal_year <= 2027\n",
        "`10-01` became `10-02`, a day later",
    ),
    "an advisory rule, of which a plan tells that it holds": (
        BUY + "advisory require x: 1 t <= 2 t\n",
        "the require `x` was left out",
    ),
    "the names that reasons have": (
        TIERS + "waterfall w { take home\ntake other }\n",
        "the step `take home` was left out",
    ),
    "boundaries": (BUY + "require x: price <= 3 USD/kg\n", "`<=` became `<`"),
}  # fmt: skip


@pytest.mark.parametrize("case", SAME)
def test_nothing_is_changed_by(case: str) -> None:
    assert is_equivalent(*SAME[case])


@pytest.mark.parametrize("case", OTHER)
def test_something_may_be_changed_by(case: str) -> None:
    assert not is_equivalent(*OTHER[case])
