"""The package's own JSON text is the standard library's."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault_rules.report.json_text import json_text

letters = st.text() | st.sampled_from(['"', "\\", "\n", "\x00\x1f\x7f", "é\u2028", "\U0001f600"])
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
leaves = st.none() | st.booleans() | numbers | letters
values: st.SearchStrategy[Any] = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(letters, inner, max_size=3), max_leaves=12
)


@given(values)
def test_a_value_is_written_as_the_standard_library_writes_it(value: Any) -> None:
    assert json_text(value) == json.dumps(value, indent=2, ensure_ascii=False)


@given(values)
def test_a_value_within_a_list_is_written_with_the_margin_of_its_place(value: Any) -> None:
    assert f"[\n  {json_text(value, chr(10) + '  ')}\n]" == json.dumps([value], indent=2, ensure_ascii=False)


@pytest.mark.parametrize("value", [float("inf"), float("nan"), {1, 2}, b"bytes"])
def test_what_json_does_not_have_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        json_text({"a": [value]})
