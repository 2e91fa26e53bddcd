"""Rules that meet are found by their days: the same pairs as where each is compared with each."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from vault_rules.semantics.clashes import meeting
from vault_rules.semantics.meetings import ALWAYS, pairs
from vault_rules.semantics.typed import Scope, Window

days = (
    st.none() | st.sampled_from([date.min, date.max]) | st.integers(0, 9).map(lambda n: date(2027, 1, 1) + timedelta(n))
)
sets = st.none() | st.frozensets(st.sampled_from("abc"))
rules = st.lists(st.tuples(st.builds(Window, days, days), st.builds(Scope, sets, sets), st.integers(0, 3)), max_size=8)


@given(rules)
def test_the_pairs_of_two_branches_are_those_that_have_a_witness(found: list[tuple[Window, Scope, int]]) -> None:
    branches = [[at for at, one in enumerate(found) if one[2] == branch] for branch in range(4)]
    extents = [ALWAYS.within(window, scope) for window, scope, _ in found]
    expected = [
        (at, beside)
        for (at, one), (beside, other) in combinations(enumerate(found), 2)
        if one[2] != other[2] and meeting((one[0], other[0]), (one[1], other[1]), "abc")
    ]
    assert sorted(pairs(branches, extents)) == expected
