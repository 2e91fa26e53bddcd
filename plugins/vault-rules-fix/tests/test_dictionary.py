"""The data dictionary, the fields that the program names, and the tables of the README say the same."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import quickfix as fix

from vault_rules_fix import tags
from vault_rules_fix.engine import DICTIONARY

README = Path(__file__).parents[1] / "README.md"
NUMBERS = {value for name, value in vars(tags).items() if name.isupper() and isinstance(value, int)}
USED = NUMBERS | set(tags.COLUMNS.values())


def _fields() -> dict[int, str]:
    return {int(one.attrib["number"]): one.attrib["name"] for one in ElementTree.parse(DICTIONARY).iter("field")
            if "number" in one.attrib}  # fmt: skip


def test_the_engine_reads_it() -> None:
    assert fix.DataDictionary(str(DICTIONARY)).getVersion() == "FIX.4.4"


def test_every_field_that_is_used_is_in_it() -> None:
    assert _fields().keys() >= USED


def test_no_field_is_listed_that_no_message_has() -> None:
    tree = ElementTree.parse(DICTIONARY)
    named = {one.attrib["name"] for kind in ("field", "group") for one in tree.iter(kind) if "number" not in one.attrib}
    assert set(_fields().values()) == named


def test_every_type_of_message_is_in_it() -> None:
    kinds = {one.attrib["msgtype"] for one in ElementTree.parse(DICTIONARY).iter("message")}
    assert kinds >= {value for name, value in vars(tags.Kind).items() if name.isupper()}


def test_our_own_fields_are_in_the_readme_under_their_names() -> None:
    listed = dict(re.findall(r"^\| (5\d{3}) \| `(\w+)` \|", README.read_text("utf-8"), re.MULTILINE))
    assert listed == {str(number): name for number, name in _fields().items() if number >= 5000}


def test_every_column_of_an_offer_is_in_the_readme() -> None:
    text = README.read_text("utf-8")
    for column, tag in tags.COLUMNS.items():
        assert re.search(rf"^\| (`{tag}`|{tag}) .*`{column}`", text, re.MULTILINE), f"{column} is not listed with {tag}"
