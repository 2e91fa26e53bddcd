"""Laws judged on a small market, written as authors write it."""

from __future__ import annotations

from tests.support.policies import policy as policy_of
from vault_rules import api
from vault_rules.trials.blocks import laws_of, tests_of
from vault_rules.trials.draft import Draft, draft_of
from vault_rules.trials.laws import Violation, violations

POLICY = """
policy small "Small" { currency USD }
mineral cobalt
mineral gallium
group covered = {CN, RU}
let home_cap = 15%
field duty: ratio
tier home  when origin = US
tier other otherwise
require fresh: valid_until >= today or valid_until is missing
waterfall buying {
  take home   premium <= home_cap over best(other, depth 1 kg)  if none allow
  take other
}
cap country: share by origin <= 60% of requested per mineral where origin != US
cap money:   spend <= 400k USD
store sites {
  place in owned when country = US by cost
  place in rented by cost
}
"""

MARKET = """
test "market" {
  as of 2027-08-01
  offers {
    | offer | trader   | mineral | origin | processed_in | price      | quantity |
    | a     | glencore | cobalt  | US     | US           | 33 USD/kg  | 2 t      |
    | b     | glencore | cobalt  | AU     | CN           | 30 USD/kg  | 10 t     |
    | c     | traxys   | cobalt  | CN     | CN           | 31 USD/kg  | 10 t     |
    | g     | traxys   | gallium | JP     |              | 500 USD/kg | 100 kg   |
  }
  requests {
    | request | buyer | mineral | quantity |
    | r1      | gm    | cobalt  | 5 t      |
    | r2      | ge    | cobalt  | 5 t      |
    | r3      | gm    | gallium | 100 kg   |
  }
  facilities {
    | facility | kind   | country | capacity | cost        |
    | nola     | owned  | US      | 1 t      | 1 USD/t/day |
    | perth    | owned  | AU      | 50 t     | 1 USD/t/day |
    | rotter   | rented | NL      | 6 t      | 2 USD/t/day |
  }
}
"""
"""What comes of it: a 2 t to r1; b 3 t to r1 and 3 t to r2 (60% of cobalt); c 2 t to r2; g 60 kg to r3, 40 kg short."""


def laws(*parts: str) -> str:
    """An `always` of these parts."""
    return 'always "a law" {\n' + "".join(f"  {part}\n" for part in parts) + "}\n"


def with_laws(*parts: str, policy: str = POLICY, market: str = MARKET) -> tuple[api.Policy, Draft]:
    """A policy with one law of these parts, and the draft of its only test."""
    made = policy_of(policy + market + laws(*parts))
    return made, draft_of(made, tests_of(made)[0])


def broken_by(*parts: str, policy: str = POLICY, market: str = MARKET) -> tuple[Violation, ...]:
    """Of what a law of these parts does not hold."""
    made, draft = with_laws(*parts, policy=policy, market=market)
    return violations(made, laws_of(made)[0], draft)


def subjects_of(*parts: str, policy: str = POLICY, market: str = MARKET) -> list[str]:
    """The subjects of which it does not hold."""
    return [one.subject for one in broken_by(*parts, policy=policy, market=market)]
