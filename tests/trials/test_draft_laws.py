"""Whatever a draft's cells hold, the test that it is written as gives it back."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from tests.support.trials import parsed_test
from vault_rules.domain.tables import TABLES
from vault_rules.trials.draft import Draft, Table, drafted

# what no editor writes and no source holds: lone surrogates, and the line ends that a source makes one of
_CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('|"#\\\n\t {}'), max_size=12)
_DAYS = st.dates(date(1900, 1, 1), date(2999, 12, 31))


@st.composite
def tables(draw: st.DrawFn, name: str) -> Table:
    columns = draw(st.lists(st.sampled_from([one.name for one in TABLES[name]]), min_size=1, max_size=4, unique=True))
    cells = st.tuples(*[_CELLS for _ in columns])
    return Table(tuple(columns), tuple(draw(st.lists(cells, max_size=3))))


_DRAFTS = st.builds(
    Draft,
    _DAYS,
    st.dictionaries(st.sampled_from(["cap", "floor"]), st.sampled_from(["15%", "10 kg", "30 USD/kg", "2027-01-01"])),
    st.fixed_dictionaries({}, optional={name: tables(name) for name in TABLES}),
)


@given(_DRAFTS, st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20))
def test_a_draft_survives_being_written_as_a_test(draft: Draft, title: str) -> None:
    test = parsed_test(draft.as_test(title))
    assert test.title == title
    assert drafted(test) == draft
