"""Books made for the shipped policy: good, varied, and the same again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.policies import policy
from vault_rules import api
from vault_rules.domain.plan import Plan
from vault_rules.errors import UsageError
from vault_rules.resources import shipped_policy
from vault_rules.trials.books.choosing import Dice
from vault_rules.trials.books.making import Maker
from vault_rules.trials.draft import Draft, evaluate_draft

BOOKS = 250


@pytest.fixture(scope="module")
def shipped() -> api.Policy:
    file = shipped_policy("project_vault.vault")
    assert file is not None
    return api.load_policy(file)


@pytest.fixture(scope="module")
def made(shipped: api.Policy) -> list[Draft]:
    maker = Maker(shipped)
    return [maker.make(Dice(11, number)) for number in range(BOOKS)]


@pytest.fixture(scope="module")
def plans(shipped: api.Policy, made: list[Draft]) -> list[Plan]:
    """Made without an error, each of them: that is a test too."""
    return [evaluate_draft(shipped, one).rows for one in made]


def codes(plan: Plan) -> Iterator[str]:
    yield from (reason.code for rejection in plan.rejections for reason in rejection.reasons)
    yield from (code for shortfall in plan.shortfalls for code in shortfall.because)


def test_most_books_have_awards_in_every_tier(plans: list[Plan]) -> None:
    assert sum(bool(plan.awards) for plan in plans) > BOOKS // 2
    tiers = Counter(award.tier for plan in plans for award in plan.awards)
    assert min(tiers[name] for name in ("domestic", "allied", "other")) >= 10


def test_every_kind_of_reason_is_met(plans: list[Plan]) -> None:
    met = {code.split(":")[0] for plan in plans for code in codes(plan)}
    wanted = "require missing not_routed spec late max_price when premium share cap lot min_quantity not_needed"
    assert set(wanted.split()) <= met


def test_caps_are_met(plans: list[Plan]) -> None:
    met = {code for plan in plans for code in codes(plan) if code.startswith("cap:")}
    assert {"cap:one_country", "cap:concern", "cap:cover", "cap:material"} <= met


def test_books_are_small(made: list[Draft]) -> None:
    assert all(1 <= len(one.tables["offers"].rows) <= 6 and 1 <= len(one.tables["requests"].rows) <= 3 for one in made)


def test_every_day_on_which_rules_change_is_tried(made: list[Draft]) -> None:
    days = {one.as_of.isoformat() for one in made}
    assert {"2026-12-31", "2027-01-01", "2027-06-30", "2027-07-01", "2027-12-31", "2028-01-01", "2028-12-31"} <= days


def test_the_same_dice_make_the_same_book_whatever_was_made_before(shipped: api.Policy, made: list[Draft]) -> None:
    maker = Maker(shipped)
    assert [maker.make(Dice(11, number)) for number in (42, 7, 3)] == [made[42], made[7], made[3]]


def test_a_policy_that_never_buys_has_no_books() -> None:
    with pytest.raises(UsageError, match="no waterfall of this policy is ever in force"):
        Maker(policy("forbid a: origin = CN"))


RARE = """
policy p "a policy" {
  currency USD
  compare  price * (if origin = US then 100% else 108%) + freight
  serve    by request.quantity descending
}
buyer gm
buyer ge
field freight: price else 0 USD/kg
field grade:   number
field local:   boolean else false
field packed:  date
tier home  when local
tier other otherwise
require graded: (grade else 0) >= 3   for buyers {gm}
forbid  stale:  (packed else today) < today - 30 days
forbid  dear:   compared > 60 EUR/kg
waterfall w for buyers {gm} { take all by freight descending }
waterfall v for buyers {ge} { take home take other when supply(home) < 1 t  share <= 50% of awarded }
cap a: share by freight <= 60% of demand per mineral
cap b: spend <= 5k USD per month
store s { place in owned when country = US by cost }
"""


def test_policies_of_many_kinds_have_good_books(tmp_path: Path) -> None:
    found = policy(RARE)
    maker = Maker(found)
    plans = [evaluate_draft(found, maker.make(Dice(5, number))).rows for number in range(120)]
    met = {code for plan in plans for code in codes(plan)}
    assert {"require:graded", "forbid:stale", "forbid:dear", "cap:a", "cap:b"} <= met
    assert any(plan.placements for plan in plans)
    assert {award.waterfall for plan in plans for award in plan.awards} == {"v", "w"}
