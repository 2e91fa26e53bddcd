"""The table of codes and the pages are held together."""

from __future__ import annotations

import pytest

from vault_rules import resources
from vault_rules.source.codes import CODES, explain_page, read_page

GOOD = """\
# V0999: a title

Severity: error

## What it means

It.

## Wrong

```vault
a
```

## Right

```vault
b
```
"""


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    assert sorted(CODES) == sorted(resources.code_pages())


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_page_says_of_its_code_what_the_table_says(code: str) -> None:
    text = explain_page(code)
    assert text is not None
    page = read_page(text)
    assert (page.code, page.title, page.severity) == (code, CODES[code].title, CODES[code].severity)
    assert page.wrong != page.right
    assert CODES[code].code == code


def test_a_code_that_does_not_exist_has_no_page() -> None:
    assert explain_page("V9999") is None
    assert explain_page("../codes") is None


def test_a_page_is_taken_apart() -> None:
    page = read_page(GOOD)
    assert (page.code, page.title, page.severity, page.meaning) == ("V0999", "a title", "error", "It.")
    assert (page.wrong, page.right) == ("a\n", "b\n")


@pytest.mark.parametrize("piece", ["Severity: error\n\n", "## Wrong", "```vault\nb\n```\n", "# V0999: "])
def test_a_page_that_lacks_a_part_is_refused(piece: str) -> None:
    with pytest.raises(ValueError, match="is not laid out as a page"):
        read_page(GOOD.replace(piece, ""))
