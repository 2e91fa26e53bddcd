"""Books as Hypothesis draws them."""

from __future__ import annotations

from hypothesis import Phase, find, given, settings

from tests.support.policies import policy
from vault_rules.trials.books.strategy import drafts
from vault_rules.trials.draft import Draft, evaluate_draft

POLICY = policy("""
mineral cobalt
tier home  when origin = US
tier other otherwise
require pure: purity >= 99.5%
waterfall w { take home premium <= 15% over best(other, depth 500 kg) if none allow take other share <= 20% }
cap cover: stock <= 180 days of demand per mineral
""")


@settings(max_examples=60)
@given(drafts(POLICY))
def test_every_book_that_is_drawn_can_be_evaluated(draft: Draft) -> None:
    plan = evaluate_draft(POLICY, draft).rows
    given = plan.totals.awarded + plan.totals.awarded_before + plan.totals.shortfall
    assert given == plan.totals.requested


def test_what_is_shrunk_is_small() -> None:
    found = find(
        drafts(POLICY),
        lambda draft: bool(evaluate_draft(POLICY, draft).rows.awards),
        settings=settings(max_examples=300, database=None, phases=(Phase.generate, Phase.shrink)),
    )
    assert len(found.tables["offers"].rows) <= 2
    assert len(found.tables["requests"].rows) == 1
