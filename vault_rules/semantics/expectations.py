"""What a test expects: offers, requests and facilities that it has, reasons, totals, rules and codes that exist."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vault_rules.domain.places import COUNTRIES
from vault_rules.domain.spelling import did_you_mean
from vault_rules.language import ast
from vault_rules.language.expressions import cell_text
from vault_rules.semantics.elaborate import Elaborator
from vault_rules.semantics.fixtures import tables_of
from vault_rules.semantics.load import Loaded
from vault_rules.semantics.types import MASS, MONEY, OFFER_COLUMNS, PRICE, REQUEST_COLUMNS
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
TOTALS = {"awarded": MASS, "requested": MASS, "shortfall": MASS, "cost": MONEY}
PARTS = ("tier", "origin", "mineral", "trader")
"""By what the awarded total is split."""
_TABLES = {"offer": "offers", "request": "requests", "facility": "facilities"}


class ExpectationReader:
    """Checks each expectation against its test's tables and the policy's rules."""

    def __init__(self, loaded: Loaded, of: Elaborator, books: Mapping[str, ast.Book]) -> None:
        self.of, self.books = of, books
        self.is_whole = not loaded.incomplete and not loaded.unread
        self.rules: dict[str, set[str]] = {kind: set() for kind in OF_RULES}
        self.steps: set[str] = set()
        self.reported: set[str] = set()
        """Targets and advisory rules."""
        for one in loaded.statements:
            if isinstance(one, ast.Condition | ast.Cap) and one.name is not None:
                self.rules.setdefault(one.kind, set()).add(one.name.name)
                if one.advisory or one.kind == "target":
                    self.reported.add(one.name.name)
            elif isinstance(one, ast.Waterfall):
                self.steps |= {
                    step.label.name if step.label else str(number) for number, step in enumerate(one.steps, 1)
                }

    def check(self, test: ast.Test) -> None:
        tables = tuple(tables_of(test, self.books))
        lost = any(isinstance(item, ast.UseBook) and item.name.name not in self.books for item in test.items)
        ids = {table: None if lost else _ids(tables, column, table) for column, table in _TABLES.items()}
        for item in test.items:
            if isinstance(item, ast.Expectation):
                for column, table in _TABLES.items():
                    self._id(getattr(item, column), column, table, ids[table])
                for offer in item.order:
                    self._id(offer, "offer", "offers", ids["offers"])
                for reason in item.because:
                    self._reason(reason, item)
                if item.flip is not None:
                    self.of.expect(item.flip, PRICE, "the price")
                if item.code is not None:
                    self._code(item.code, item)
                if item.kind == "total":
                    self._total(item)
                elif item.kind == "finding" and item.name is not None and self.is_whole:
                    help = "a target, or a rule that is `advisory`"
                    self._known(item.name.name, self.reported, item.name.span, "the plan reports no rule", help)

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

    def _total(self, item: ast.Expectation) -> None:
        assert item.name is not None and item.amount is not None
        said = ", ".join(f"`{one}`" for one in TOTALS)
        kind = TOTALS.get(item.name.name)
        if kind is None:
            self._known(item.name.name, set(TOTALS), item.name.span, "there is no total", f"there are {said}")
            return
        self.of.expect(item.amount, kind, f"the total `{item.name.name}`")
        if item.by is None or item.subject is None:
            return
        by, subject = item.by.name, item.subject
        if item.name.name != "awarded" or by not in PARTS:
            near = did_you_mean(by, PARTS)
            parts = ", ".join(f"`{one}`" for one in PARTS)
            help = f"did you mean `{near}`?" if near and near != by else f"what is awarded is split by {parts}"
            message = f"the total `{item.name.name}` is not split by `{by}`"
            self.of.report("V0319", message, item.by.span, help=help)
        elif by == "origin":
            if subject.name not in COUNTRIES:
                message = f"`{subject.name}` is no country"
                self.of.report("V0205", message, subject.span, help="a country is two capitals: `US`")
        else:
            names = self.of.names
            known = set(names.tiers or ("all",)) if by == "tier" else set(names.declared(by))
            if known and not names.is_lost(subject.name, did_you_mean(subject.name, sorted(known))):
                self._known(subject.name, known, subject.span, f"there is no {by}", f"name a {by} of this policy")

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


def _ids(tables: Sequence[ast.TestTable], column: str, table: str) -> set[str] | None:
    """The ids in a table of a test; None where its column of ids is missing, which is said already."""
    found: set[str] = set()
    for item in tables:
        if item.table == table:
            names = [one.name for one in item.columns]
            if column not in names:
                return None
            found |= {cell_text(row.cells[names.index(column)]) for row in item.rows}
    return found
