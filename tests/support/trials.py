"""The tests of policies, and a policy on which every expectation has something to say."""

from __future__ import annotations

from tests.support.policies import policy as policy_of
from vault_rules import api
from vault_rules.language import ast, parser
from vault_rules.source.text import Source

RESERVE = """
policy small "Small" { currency USD }
mineral cobalt
let most = 15%
tier home when origin = US
tier other otherwise
require cheap: price <= 90 USD/kg
target local: share >= 50% of purchased where origin = US
waterfall buying from 2027-01-01 {
  take home premium <= most over best(other, depth 1 kg) if none allow
  last: take other share <= 50%
}
cap traxys_only: quantity <= 2 t where trader = "traxys"
store sites { place in owned by cost }
"""

TABLES = """
  as of 2027-08-01
  offers {
    | offer | trader   | mineral | price        | quantity | origin |
    | a     | glencore | cobalt  | 34.50 USD/kg | 3 t      | US     |
    | b     | glencore | cobalt  | 30 USD/kg    | 10 t     | AU     |
    | c     | traxys   | cobalt  | 31 USD/kg    | 5 t      | AU     |
    | "d 4" | traxys   | cobalt  | 35 USD/kg    | 5 t      | US     |
    | dear  | traxys   | cobalt  | 91 USD/kg    | 5 t      | US     |
  }
  requests {
    | request | buyer | mineral | quantity |
    | r1      | gm    | cobalt  | 10 t     |
    | r2      | ford  | cobalt  | 2 t      |
  }
  facilities {
    | facility | kind  | operator | capacity | cost |
    | nola     | owned | us       | 4 t      | 1    |
    | reno     | owned | us       | 3 t      | 2    |
  }
"""


def reserve(*expectations: str, tables: str = TABLES, more: str = "") -> api.Policy:
    """The small reserve with one test that expects this."""
    lines = "".join(f"  expect {one}\n" for one in expectations)
    return policy_of(f'{RESERVE}\ntest "t" {{\n{tables}\n{more}\n{lines}}}\n')


def parsed_test(text: str) -> ast.Test:
    """The only test of a text that need not be a policy."""
    file, found = parser.parse(Source("written.vault", text, "written.vault"))
    assert not found, "\n".join(map(str, found))
    (test,) = file.statements
    assert isinstance(test, ast.Test)
    return test
