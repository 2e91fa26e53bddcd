"""What the documentation says is so, and nothing that it should say is left out.

With REWRITE_GOLDENS=1 the examples are laid out and the answers to wrong ones rewritten, to be read in the diff.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from types import ModuleType

import attrs
import click
import polars as pl
import pytest

from tests.support.plugins import Point
from vault_rules import api, resources
from vault_rules.adapters.config import SECTIONS, read_config
from vault_rules.adapters.hookspecs import PREFIX
from vault_rules.adapters.manager import discover
from vault_rules.adapters.plugin_checks import HOOKS
from vault_rules.adapters.protocols import ReferencePrices, Storage, Trader
from vault_rules.adapters.registration import Capability
from vault_rules.cli.main import COMMANDS, cli
from vault_rules.domain.book import Book
from vault_rules.domain.cells import READERS
from vault_rules.domain.sheet import BadCell, Sheet
from vault_rules.domain.tables import TABLES
from vault_rules.domain.units import MASS_UNITS
from vault_rules.engine.reference import _CARRIED
from vault_rules.errors import BookError
from vault_rules.language.statements import STATEMENT_WORDS
from vault_rules.report import columns as plan_columns
from vault_rules.report.reasons import REASONS
from vault_rules.report.traces import trace_to_json
from vault_rules.report.workbook import SHEETS
from vault_rules.semantics.operators import FUNCTIONS, REFERENCES, SIGNATURES
from vault_rules.semantics.types import (
    CONTEXT,
    DATE_PARTS,
    FACILITY_COLUMNS,
    FIELD_TYPES,
    OFFER_COLUMNS,
    REQUEST_COLUMNS,
)
from vault_rules.source.diagnostic import Diagnostic

CHECKOUT = Path(__file__).resolve().parent.parent
DOCS = CHECKOUT / "docs"
AS_OF = date(2027, 8, 1)
NAMES = (
    "language", "testing", "coverage", "evaluation", "books", "plan", "plugins", "execution", "ledger", "commands",
    "operators",
)  # fmt: skip
OTHERS = (
    "README.md",
    "CONTRIBUTING.md",
    "grammar/README.md",
    "plugins/README.md",
    "policies/README.md",
    "docs/performance.md",
)
PAGES = (*(f"docs/{name}.md" for name in NAMES), *OTHERS)


@cache
def page(name: str) -> str:
    """A page of the documentation; of none, nothing."""
    file = DOCS / f"{name}.md"
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def everything() -> str:
    return "\n".join(page(name) for name in NAMES)


# ---- blocks --------------------------------------------------------------------------------------------------------


@attrs.frozen
class Block:
    """A fenced block of a page: what stands behind its fence, its text, and the block that follows at once."""

    page: str
    line: int
    info: str
    text: str
    following: str = ""

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


_BLOCK = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_ANSWER = re.compile(r"\n\n```text\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(name: str, text: str, kind: str) -> list[Block]:
    """The blocks of a page whose fence says `kind` first."""
    found = []
    for match in _BLOCK.finditer(text):
        if match[1].split()[:1] == [kind]:
            answer = _ANSWER.match(text, match.end())
            line = text.count("\n", 0, match.start()) + 1
            found.append(Block(name, line, match[1], match[2], answer[1] if answer else ""))
    return found


VAULT = [
    *(one for name in NAMES for one in blocks(f"docs/{name}.md", page(name), "vault")),
    *blocks("README.md", (CHECKOUT / "README.md").read_text(encoding="utf-8"), "vault"),
]
WRONG = [one for one in VAULT if one.info == "vault wrong"]
RIGHT = [one for one in VAULT if one.info == "vault"]

HEADER = 'policy docs "The documentation" {\n  currency USD\n}\n'
KNOWN = {
    "mineral": {name: f"mineral {name}\n" for name in ("cobalt", "copper", "gallium", "germanium")},
    "tier": {
        "domestic": "tier domestic when origin = US\n",
        "allied": "tier allied when origin in {AU, CA}\n",
        "other": "tier other otherwise\n",
    },
    "let": {"domestic_cap": "let domestic_cap = 15%\n"},
    "require": {"pure": "require pure: purity >= 99.8%\n"},
    "waterfall": {
        "replenishment": "waterfall replenishment {\n  take domestic premium <= domestic_cap over 40 USD/kg\n"
        "  last_resort: take allied, other share <= 20%\n}\n"
    },
}
"""What an example may take as given, by kind and name, in the order in which it is put before the example."""


def whole(block: str) -> str:
    """An example as a policy: with a header, and with what it mentions and does not define."""
    header = "" if re.search(r"^policy ", block, re.MULTILINE) else HEADER
    given: dict[str, str] = {}
    text = block
    while True:
        missing = {
            name: definition
            for kind, names in KNOWN.items()
            for name, definition in names.items()
            if name not in given and not _defines(block, kind, name) and re.search(rf"\b{name}\b", text)
        }
        if not missing:
            break
        given |= missing
        text = "".join(given.values()) + block
    if not re.search(r"^mineral |minerals\.vault", block, re.MULTILINE):
        given |= KNOWN["mineral"]
    order = [name for names in KNOWN.values() for name in names if name in given]
    return header + "".join(given[name] for name in order) + block


def _defines(block: str, kind: str, name: str) -> bool:
    any_of_kind = rf"^{kind} " if kind in ("mineral", "tier") else rf"^{kind}\s+{name}\b"
    return re.search(any_of_kind, block, re.MULTILINE) is not None


def checked(text: str, folder: Path) -> tuple[Diagnostic, ...]:
    file = folder / "docs.vault"
    file.write_text(text, encoding="utf-8")
    return api.check_policy(file)[1]


@pytest.mark.parametrize("block", RIGHT, ids=str)
def test_every_example_checks_without_an_error(block: Block, tmp_path: Path) -> None:
    assert [str(one) for one in checked(whole(block.text), tmp_path) if one.is_error] == []


@pytest.mark.parametrize("block", RIGHT, ids=str)
def test_every_example_is_laid_out(block: Block) -> None:
    text, laid_out = api.format_text(block.text)
    if os.environ.get("REWRITE_GOLDENS"):
        _rewrite(block.page, text, laid_out)
    assert laid_out == text


@pytest.mark.parametrize("block", WRONG, ids=str)
def test_every_wrong_example_gives_the_one_error_that_is_shown(block: Block, tmp_path: Path) -> None:
    errors = [one for one in checked(whole(block.text), tmp_path) if one.is_error]
    said = "".join(f"error[{one.code}]: {one.message}\n" for one in errors)
    if "\nhelp: " in block.following:
        said += "".join(f"help: {one.help}\n" for one in errors)
    if os.environ.get("REWRITE_GOLDENS"):
        middle = "```\n\n```text\n"
        _rewrite(block.page, block.text + middle + block.following, block.text + middle + said)
    assert len(errors) == 1
    assert said == block.following


def _rewrite(name: str, old: str, new: str) -> None:
    file = CHECKOUT / name
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, name
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_the_first_policy_has_not_even_a_warning(tmp_path: Path) -> None:
    first = RIGHT[0]
    assert first.page == "docs/language.md"
    assert 35 <= len(first.text.splitlines()) <= 45
    assert checked(first.text, tmp_path) == ()


def test_blocks_are_marked_as_the_tests_know_them() -> None:
    assert [str(one) for one in VAULT if one not in (*WRONG, *RIGHT)] == []
    assert len(WRONG) > 20 and len(RIGHT) > 20


# ---- nothing is left out -------------------------------------------------------------------------------------------


def code_in(text: str) -> str:
    """What stands between backticks, outside of blocks."""
    return " ".join(re.findall(r"`([^`]+)`", _BLOCK.sub("", text)))


def unsaid(words: Iterable[str], text: str) -> list[str]:
    """The words that a text does not hold between backticks, alone or with others."""
    return sorted(set(words) - set(re.findall(r"\w+", code_in(text))))


def sections(name: str) -> set[str]:
    return set(re.findall(r"^#+ (.+)$", page(name), re.MULTILINE))


def test_every_statement_has_its_section() -> None:
    headings = " ".join(sections("language"))
    assert unsaid(set(STATEMENT_WORDS) - {"advisory"}, headings) == []
    assert "`advisory`" in page("language")


def test_every_statement_has_a_right_and_a_wrong_example() -> None:
    parts = re.split(
        r"^### ", page("language").partition("\n## Statements\n")[2].partition("\n## ")[0], flags=re.MULTILINE
    )
    wanting = [part.splitlines()[0] for part in parts[1:] if "```vault\n" not in part or "```vault wrong\n" not in part]
    assert wanting == []


def test_every_word_of_the_grammar_is_said() -> None:
    words = set(re.findall(r"^_?[A-Z]+\.3: /(\w+)\(", resources.grammar_text(), re.MULTILINE))
    assert len(words) > 70
    said = set(re.findall(r"\w+", page("language")))
    assert sorted(words - said) == []


def test_every_name_that_an_expression_may_read_is_said() -> None:
    names = {*OFFER_COLUMNS, *FACILITY_COLUMNS, *CONTEXT, *FIELD_TYPES, *REFERENCES, *FUNCTIONS}
    text = page("language")
    assert unsaid(names, text) == []
    assert [name for name in REQUEST_COLUMNS if f"request.{name}" not in text] == []
    assert [part for part in DATE_PARTS if f".{part}" not in text] == []
    assert unsaid(MASS_UNITS, text) == []


def test_every_reason_has_its_row() -> None:
    rows = set(re.findall(r"^\| `([a-z_]+)(?::[A-Z]+)?` \|", page("evaluation"), re.MULTILINE))
    assert rows == set(REASONS)


def test_every_table_of_a_book_and_every_column_has_its_row() -> None:
    text = page("books").partition("\n## The tables\n")[2].partition("\n## ")[0]
    parts = {part.split("\n", 1)[0]: part for part in re.split(r"^### ", text, flags=re.MULTILINE)[1:]}
    assert set(parts) == set(TABLES)
    for name, columns in TABLES.items():
        cells = re.findall(r"^\| (.+?) \|", parts[name], re.MULTILINE)
        starred = {one for cell in cells for one in re.findall(r"`(\w+)`\*", cell)}
        said = {one for cell in cells for one in re.findall(r"`(\w+)`", cell)} - {"field"}
        assert said == {column.name for column in columns}, name
        assert starred == {column.name for column in columns if column.required}, name


def test_every_unit_of_a_book_is_said() -> None:
    assert unsaid(MASS_UNITS, page("books")) == []


def _commands() -> Iterator[tuple[str, str, click.Command]]:
    """Each command with its section; of a group, the commands in it."""
    for name in COMMANDS:
        part = page("commands").partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        if not isinstance(command, click.Group):
            yield name, part, command
            continue
        inner = click.Context(command)
        for one in command.list_commands(inner):
            found = command.get_command(inner, one)
            assert found is not None
            yield f"{name} {one}", part.partition(f"\n### {name} {one}\n")[2].partition("\n### ")[0], found


_FLAG = re.compile(r"(?<![\w-])--?[a-z][\w-]*")


def test_every_command_and_option_is_said() -> None:
    assert {one for one in sections("commands") if one in COMMANDS} == set(COMMANDS)
    for name, part, command in _commands():
        options = [one for one in command.params if isinstance(one, click.Option)]
        flags = {flag for option in options for flag in (*option.opts, *option.secondary_opts)}
        assert sorted(flags - set(_FLAG.findall(part))) == [], name
        assert set(_FLAG.findall("\n".join(re.findall(r"^\| `(.+?) \|", part, re.MULTILINE)))) <= flags, name


def test_every_table_of_a_plan_and_every_column_has_its_row() -> None:
    rows = dict(re.findall(r"^\| `(\w+)\.csv` \| `([^`]+)`", page("plan"), re.MULTILINE))
    read_back = (*plan_columns.AWARDS, *plan_columns.READ_BACK)
    plan = example_plan().rows
    wanted = {name: plan_columns.table(plan, name).names for name in plan_columns.TABLES}
    wanted["awards"] = (*(column.name for column in read_back), *_CARRIED)
    assert {name: tuple(row.split()) for name, row in rows.items()} == wanted
    assert unsaid(SHEETS, page("plan").partition("\n## Workbook\n")[2].partition("\n## ")[0]) == []


def test_the_ledgers_columns_kinds_and_findings_have_their_rows() -> None:
    from vault_rules.domain.entry import Entry, Kind
    from vault_rules.execution.ledger import drafts, verify

    parts = re.split(r"^## ", page("ledger"), flags=re.MULTILINE)
    rows = {part.split("\n")[0]: re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE) for part in parts}
    columns = [field.name for field in attrs.fields(Entry)]
    assert rows["Entries"] == [*columns, *(kind.value for kind in Kind)]
    assert rows["Verification"] == [
        *(verify.ALTERED, verify.REMOVED, verify.MOVED),
        *(verify.INSERTED, verify.HEAD, verify.GUARD),
    ]
    assert unsaid([*drafts.PLACED, *drafts.ENDS], page("ledger")) == []


def test_operators_and_functions_have_their_page() -> None:
    """References are told in the language's page."""
    assert page("operators"), "docs/operators.md is not there"
    names = {"-" if row.operator == "neg" else row.operator for row in SIGNATURES} | {*FUNCTIONS, *DATE_PARTS}
    said = set(re.findall(r"\w+|[^\w\s]+", code_in(page("operators").replace("not in", "not_in"))))
    assert sorted({name.replace(" ", "_") for name in names} - said) == []


# ---- plugins -------------------------------------------------------------------------------------------------------


def test_every_hook_has_its_heading_and_a_test_of_its_name() -> None:
    hooks = {PREFIX + name for name in HOOKS}
    assert {one.strip("`") for one in sections("plugins") if one.startswith("`vault_rules_")} == hooks
    tests = (CHECKOUT / "tests" / "adapters" / "test_hooks.py").read_text(encoding="utf-8")
    assert {
        f"vault_rules_{name}" for name in re.findall(r"^def test_vault_rules_(\w+)\(", tests, re.MULTILINE)
    } == hooks


def test_every_call_of_the_protocols_and_every_capability_is_said() -> None:
    calls = {name for one in (Trader, Storage, ReferencePrices) for name in vars(one) if not name.startswith("_")}
    assert unsaid(calls, page("plugins")) == []
    assert unsaid((one.value for one in Capability), page("plugins")) == []
    assert unsaid(SECTIONS, "`" + "` `".join(re.findall(r"^\[(\w+)", page("plugins"), re.MULTILINE)) + "`") == []


def test_the_configuration_that_is_shown_can_be_used(tmp_path: Path) -> None:
    shown = blocks("", page("plugins"), "toml")[-1].text
    assert "[ledger]" in shown
    (tmp_path / "vault.toml").write_text(shown, encoding="utf-8")
    found = read_config(tmp_path / "vault.toml", discover([]))
    assert [str(one) for one in found.counterparties] == ["trader glencore", "storage main", "reference usgs"]


def test_the_python_of_a_plugin_runs() -> None:
    first, settings, kit = (one.text for one in blocks("", page("plugins"), "python")[:3])
    module = ModuleType("shown")
    exec(compile(first, "docs/plugins.md", "exec"), module.__dict__)
    assert list(discover([Point("acme", lambda: module)]).sound().functions) == ["twice"]
    exec(compile(settings, "docs/plugins.md", "exec"), module.__dict__)
    exec(compile(kit, "docs/plugins.md", "exec"), module.__dict__)


def test_the_contract_kit_that_is_shown_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "test_shown.py"
    file.write_text(blocks("", page("plugins"), "python")[2].text, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "not any_order", str(file)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert re.search(r"\d\d passed", done.stdout)


# ---- links ---------------------------------------------------------------------------------------------------------


def _anchor(heading: str) -> str:
    """As GitHub makes them."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _anchors(file: Path) -> set[str]:
    text = _BLOCK.sub("", file.read_text(encoding="utf-8"))
    return {_anchor(heading) for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere(name: str) -> None:
    file = CHECKOUT / name
    text = _BLOCK.sub("", file.read_text(encoding="utf-8"))
    lost = []
    for path, anchor in re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", text):
        target = (file.parent / path).resolve() if path else file
        if not target.exists() or (anchor and anchor not in _anchors(target)):
            lost.append(f"{path}#{anchor}")
    assert lost == []


def test_no_line_is_too_long_to_be_read() -> None:
    """Rows of tables and blocks may be longer."""
    pages = [*(DOCS / f"{name}.md" for name in NAMES[:-1]), *(CHECKOUT / name for name in OTHERS[2:4])]
    long = [
        f"{file.name}: {line}"
        for file in pages
        for line in _BLOCK.sub("", file.read_text(encoding="utf-8")).splitlines()
        if len(line) > 120 and not line.startswith("|")
    ]
    assert long == []


# ---- what is said of cells, plans and codes is so -----------------------------------------------------------------


def _table(text: str) -> pl.DataFrame:
    header, *rows = csv.reader(io.StringIO(text))
    columns = {name: [row[at] or None for row in rows] for at, name in enumerate(header)}
    return pl.DataFrame(columns, schema=dict.fromkeys(header, pl.String))


@cache
def example() -> tuple[str, dict[str, str]]:
    """The worked example: its policy, and its tables as CSV."""
    text = page("evaluation").partition("\n## A worked example\n")[2]
    policy = blocks("", text, "vault")[0].text
    tables = [one.text for one in blocks("", text, "csv")]
    return policy, dict(zip(("offers", "requests", "facilities"), tables, strict=True))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the examples in Python run: the worked example as files."""
    policy, tables = example()
    (tmp_path / "reserve.vault").write_text(policy, encoding="utf-8")
    (tmp_path / "book").mkdir()
    for name, text in tables.items():
        (tmp_path / "book" / f"{name}.csv").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@cache
def example_plan() -> api.Plan:
    from tempfile import TemporaryDirectory

    policy, tables = example()
    with TemporaryDirectory() as place:
        file = Path(place) / "reserve.vault"
        file.write_text(policy, encoding="utf-8")
        loaded = api.load_policy(file)
    book = Book({name: Sheet(name, f"{name}.csv", _table(text)) for name, text in tables.items()})
    return api.evaluate(loaded, book, AS_OF)


def test_the_worked_example_comes_out_as_told() -> None:
    text = page("evaluation").partition("\n## A worked example\n")[2]
    rows = [[cell.strip() for cell in row.split("|")[1:-1]] for row in re.findall(r"^\| .+$", text, re.MULTILINE)]
    plan = example_plan().rows
    came = [[one.offer, one.request, str(one.quantity), ""] for one in plan.awards]
    came += [[one.offer, one.request or "", "", ", ".join(r.code for r in one.reasons)] for one in plan.rejections]
    assert rows[1:] == came
    assert [(one.facility, int(one.quantity)) for one in plan.placements] == [
        *(("houston", 4000), ("houston", 1000)),
        ("nola", 5000),
    ]
    assert sum(one.quantity for one in plan.unplaced) == 5000


def test_the_plan_as_json_has_the_fields_that_are_shown() -> None:
    shown = json.loads(blocks("", page("plan"), "json")[0].text)
    made = json.loads(example_plan().to_json())
    assert list(made) == list(shown)
    for name in ("policy", "book", "totals"):
        assert list(made[name]) == list(shown[name])
    for name in ("awards", "rejections", "placements", "unplaced"):
        assert list(made[name][0]) == list(shown[name][0]), name
    assert list(made["rejections"][0]["reasons"][0]) == list(shown["rejections"][0]["reasons"][0])
    for name, table in (("shortfalls", "shortfalls"), ("findings", "findings")):
        assert list(shown[name][0]) == list(plan_columns.table(example_plan().rows, table).names)
    assert list(made["totals"]["caps"][0]) == list(shown["totals"]["caps"][0])


def test_an_explanation_has_the_fields_that_are_told() -> None:
    trace = json.loads(trace_to_json(api.explain(example_plan(), "c")))
    text = page("plan").partition("\n## Explanations\n")[2]
    assert unsaid(set(trace) - {"schema"}, text) == []
    assert unsaid(trace["entries"][0], text) == []
    assert {entry["verdict"] for entry in trace["entries"]} == {"holds", "fails"}


TIERS = "tier home when origin = US\ntier away otherwise\n"
READINGS = {
    "`of awarded` counts the award itself": (
        TIERS + "waterfall w {\n  take home\n  take away share <= 20% of awarded\n}\n",
        [("a", "40"), ("b", "10")],
    ),
    "`spend` never lets the rounded cost exceed the money": (
        "cap budget: spend <= 100 USD where trader = y\n" + TIERS + "waterfall w {\n  take away\n}\n",
        [("b", "33.333333")],
    ),
    "a mass is not rounded": (
        "cap some: quantity <= 0.0000005 kg\n" + TIERS + "waterfall w {\n  take away\n}\n",
        [("b", "0.0000005")],
    ),
    "a ratio is rounded down": (
        "cap some: share <= 0.0000005% of requested\n" + TIERS + "waterfall w {\n  take away\n}\n",
        [],
    ),
    "an offer that only some buyers may have sets no price": (
        "require pure: purity >= 99%\n"
        'exception trial to pure for buyers {gm} through 2028-12-31 because "a trial" { waive }\n'
        + TIERS
        + "waterfall w {\n  take home premium <= 10% over best(away, depth 1 kg) if none allow\n}\n",
        [("a", "40")],
    ),
}


@pytest.mark.parametrize("reading", READINGS)
def test_what_is_told_of_limits_is_so(reading: str, folder: Path) -> None:
    text, wanted = READINGS[reading]
    (folder / "p.vault").write_text(HEADER + "mineral cobalt\n" + text, encoding="utf-8")
    tables = {
        "offers": "offer,trader,mineral,price,quantity,origin,purity\na,x,cobalt,4,40,US,99\nb,y,cobalt,3,50,AU,98\n",
        "requests": "request,buyer,mineral,quantity\nr1,ford,cobalt,100\n",
    }
    book = Book({name: Sheet(name, f"{name}.csv", _table(rows)) for name, rows in tables.items()})
    plan = api.evaluate(api.load_policy(folder / "p.vault"), book, AS_OF)
    assert [(award["offer"], award["quantity_kg"]) for award in plan.awards.iter_rows(named=True)] == wanted


@pytest.mark.parametrize("name", ["books", "coverage", "plan", "ledger"])
def test_the_python_runs(name: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for block in blocks(name, page(name), "python"):
        exec(compile(block.text, f"docs/{name}.md", "exec"), {})
    if name == "plan":
        assert "premium:1" in capsys.readouterr().out
        assert (folder / "plan.xlsx").stat().st_size > 0


_ROWS = {
    "offers": {"offer": "a", "trader": "glencore", "mineral": "cobalt", "price": "30", "quantity": "1"},
    "requests": {"request": "r1", "buyer": "gm", "mineral": "cobalt", "quantity": "1"},
    "facilities": {"facility": "f1", "kind": "owned", "capacity": "1"},
    "awards": {"mineral": "cobalt", "quantity": "1", "cost": "1", "date": "2027-01-01"},
    "fx": {"currency": "EUR", "rate": "1"},
}
_BAD = re.findall(r"^\| (\w+) \| (\w+) \| `([^`]+)` \| (.+) \|$", page("books"), re.MULTILINE)


@pytest.mark.parametrize(("table", "column", "cell", "message"), _BAD, ids=lambda one: one[:20])
def test_a_bad_cell_says_what_is_told(table: str, column: str, cell: str, message: str, folder: Path) -> None:
    rows = {name: dict(row) for name, row in _ROWS.items() if name in ("offers", "requests", table)}
    rows[table][column] = cell
    sheets = {name: Sheet(name, f"{name}.csv", pl.DataFrame([row])) for name, row in rows.items()}
    policy = 'policy p "p" {\n  currency USD\n}\nmineral cobalt\ntrader glencore\nwaterfall w {\n  take all\n}\n'
    (folder / "p.vault").write_text(policy, encoding="utf-8")
    with pytest.raises(BookError) as found:
        api.evaluate(api.load_policy(folder / "p.vault"), Book(sheets), AS_OF)
    (bad,) = found.value.bad_cells
    assert isinstance(bad, BadCell)
    assert (bad.place, bad.column, bad.value) == (f"{table}.csv", column, cell)
    assert bad.expected + (f" ({bad.hint})" if bad.hint else "") == message


def test_enough_bad_cells_are_told() -> None:
    assert len(_BAD) >= 10
    assert {table for table, *_ in _BAD} <= set(TABLES)
    assert set(FIELD_TYPES) - {"country"} <= set(READERS)
