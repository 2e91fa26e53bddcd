"""What a test expects: offers, requests and facilities that it has, reasons and codes that exist."""

from __future__ import annotations

from vault_rules.domain.spelling import did_you_mean
from vault_rules.language import ast
from vault_rules.semantics.elaborate import Elaborator
from vault_rules.semantics.load import Loaded
from vault_rules.semantics.types import OFFER_COLUMNS, REQUEST_COLUMNS
from vault_rules.source.codes import CODES
from vault_rules.source.text import Span

PLAIN_REASONS = (
    "late",
    "lot",
    "max_price",
    "min_quantity",
    "no_offers",
    "no_tier",
    "not_in_waterfall",
    "not_needed",
    "not_routed",
    "spec",
)
OF_RULES = ("require", "forbid", "cap")
OF_STEPS = ("when", "no_reference", "premium", "share")
_TABLES = {"offer": "offers", "request": "requests", "facility": "facilities"}


class ExpectationReader:
    """Checks each expectation against its test's tables and the policy's rules."""

    def __init__(self, loaded: Loaded, of: Elaborator) -> None:
        self.of = of
        self.is_whole = not loaded.incomplete and not loaded.unread
        self.rules: dict[str, set[str]] = {kind: set() for kind in OF_RULES}
        self.steps: set[str] = set()
        for one in loaded.statements:
            if isinstance(one, ast.Condition | ast.Cap) and one.name is not None:
                self.rules.setdefault(one.kind, set()).add(one.name.name)
            elif isinstance(one, ast.Waterfall):
                self.steps |= {
                    step.label.name if step.label else str(number) for number, step in enumerate(one.steps, 1)
                }

    def check(self, test: ast.Test) -> None:
        ids = {table: _ids(test, column, table) for column, table in _TABLES.items()}
        for item in test.items:
            if isinstance(item, ast.Expectation):
                for column, table in _TABLES.items():
                    self._id(getattr(item, column), column, table, ids[table])
                for reason in item.because:
                    self._reason(reason, item)
                if item.code is not None:
                    self._code(item.code, item)

    def _id(self, said: ast.Identifier | None, column: str, table: str, known: set[str] | None) -> None:
        if said is None or known is None or said.name in known:
            return
        near = did_you_mean(said.name, sorted(known))
        known.add(said.name)  # it is said once
        help = f"did you mean `{near}`?" if near else f"add it to the test's `{table}`"
        self.of.report("V0319", f"this test has no {column} `{said.name}`", said.span, help=help)

    def _reason(self, reason: str, item: ast.Expectation) -> None:
        kind, _, name = reason.partition(":")
        span = _place(reason, item)
        if not name:
            self._known(reason, set(PLAIN_REASONS), span, "there is no reason", _all_reasons())
        elif kind == "missing":
            columns = {*OFFER_COLUMNS, *(f"request.{one}" for one in REQUEST_COLUMNS), *self.of.fields}
            if "." in name or did_you_mean(name, sorted(columns)) is not None:
                self._known(name, columns, span, "nothing can be missing that is called", "name a column")
        elif not self.is_whole:
            return
        elif kind in OF_RULES:
            self._known(name, self.rules[kind], span, f"there is no `{kind}`", "name a rule of this policy")
        elif kind in OF_STEPS:
            help = "a step is called by its label, or else by its number, from 1"
            self._known(name, self.steps, span, "there is no step", help)
        else:
            self._known(kind, {*OF_RULES, *OF_STEPS, "missing"}, span, "there is no reason", _all_reasons())

    def _known(self, word: str, known: set[str], span: Span, message: str, help: str) -> None:
        if word not in known:
            near = did_you_mean(word, sorted(known))
            self.of.report("V0319", f"{message} `{word}`", span, help=f"did you mean `{near}`?" if near else help)

    def _code(self, code: str, item: ast.Expectation) -> None:
        known = {one for one in CODES if one.startswith("V05")}
        help = f"an evaluation can stop with {', '.join(f'`{one}`' for one in sorted(known))}"
        if code not in known:
            self.of.report("V0319", f"no evaluation stops with `{code}`", _place(code, item), help=help)


def _all_reasons() -> str:
    words = [f"`{one}`" for one in PLAIN_REASONS] + [f"`{one}:…`" for one in (*OF_RULES, "missing", *OF_STEPS)]
    return "reasons are " + ", ".join(words)


def _place(word: str, item: ast.Expectation) -> Span:
    """Where a word of an expectation stands; it is looked for from the end, where reasons are."""
    at = item.span.text.rfind(word)
    return item.span if at < 0 else Span(item.span.source, item.span.start + at, item.span.start + at + len(word))


def _ids(test: ast.Test, column: str, table: str) -> set[str] | None:
    """The ids in a table of a test; None where its column of ids is missing, which is said already."""
    found: set[str] = set()
    for item in test.items:
        if isinstance(item, ast.TestTable) and item.table == table:
            names = [one.name for one in item.columns]
            if column not in names:
                return None
            found |= {row.cells[names.index(column)].text.strip('"') for row in item.rows}
    return found
