"""The header: currency, dates, order of serving, and what the plan shows."""

from __future__ import annotations

from typing import Any

from vault_rules.language import ast
from vault_rules.semantics import reads, typed
from vault_rules.semantics.currencies import unknown_currency
from vault_rules.semantics.elaborate import Elaborator
from vault_rules.semantics.linear import is_linear_in_price
from vault_rules.semantics.load import Loaded
from vault_rules.semantics.reads import Duty
from vault_rules.semantics.rules import RuleReader
from vault_rules.semantics.types import DATE, ERROR, MASS, NUMBER, PRICE, REQUEST_COLUMNS
from vault_rules.source.diagnostic import ERROR as SEVERITY_ERROR
from vault_rules.source.diagnostic import Diagnostic, Label
from vault_rules.source.text import Span

_DAYS_IN_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class HeaderReader:
    """Reads the evaluated file's header. Without one, the currency is USD, and only checks of a library make sense."""

    def __init__(self, loaded: Loaded, diagnostics: list[Diagnostic]) -> None:
        self.loaded, self.diagnostics = loaded, diagnostics
        headers = [one for one in loaded.root.statements if isinstance(one, ast.Header)]
        for second in headers[1:]:
            self._report(
                "V0202", "a policy has one header", second.span, (Label(headers[0].span, "the first"),), "join the two"
            )
        self.node = headers[0] if headers else None
        self.entries: dict[str, ast.HeaderEntry] = {}
        shown: dict[str, ast.HeaderEntry] = {}
        for entry in self.node.entries if self.node else ():
            if entry.kind == "show" and entry.name is not None:
                if entry.name.name in shown:
                    first = shown[entry.name.name].name
                    labels = (Label(first.span, "the first"),) if first is not None else ()
                    message = f"two columns are called `{entry.name.name}`"
                    self._report("V0202", message, entry.name.span, labels, "give one of them another name")
                shown[entry.name.name] = entry
            elif entry.kind in self.entries:
                self._report(
                    "V0109",
                    f"`{entry.kind}` is said twice",
                    entry.span,
                    (Label(self.entries[entry.kind].span, "first here"),),
                    "remove one of them",
                )
            else:
                self.entries[entry.kind] = entry
        self.shown = shown

    def _report(self, code: str, message: str, span: Span, labels: tuple[Label, ...], help: str | None = None) -> None:
        self.diagnostics.append(Diagnostic(code, SEVERITY_ERROR, message, span, "", labels, help))

    def check_currency(self) -> None:
        entry = self.entries.get("currency")
        why = unknown_currency(self.currency)
        if entry is not None and why is not None:
            self._report("V0219", f"`{self.currency}` is not a currency", entry.span, (), why)

    @property
    def currency(self) -> str:
        entry = self.entries.get("currency")
        return str(entry.value) if entry else "USD"

    def read(self, of: Elaborator, reader: RuleReader) -> dict[str, Any]:
        """The header's part of a typed policy."""
        node = self.node
        self.check_currency()
        return {
            "name": node.name.name if node and node.name else "",
            "title": node.title if node else None,
            "version": str(self.entries["version"].value) if "version" in self.entries else None,
            "currency": self.currency,
            "fiscal_year": self._fiscal_year(),
            "serve": self._serve(of, reader),
            "least_award": self._least_award(of, reader),
            "compare": self._compare(of, reader),
            "show": self._show(of, reader),
            "has_header": node is not None,
        }

    def _fiscal_year(self) -> tuple[int, int]:
        entry = self.entries.get("fiscal_year")
        if entry is None:
            return (1, 1)
        month, day = (int(part) for part in str(entry.value).split("-"))
        if not 1 <= month <= 12 or not 1 <= day <= _DAYS_IN_MONTH[month - 1]:
            self._report(
                "V0103",
                f"`{entry.value}` is not a month and a day",
                entry.span,
                (),
                "for instance `fiscal_year starts 10-01`",
            )
            return (1, 1)
        return (month, day)

    def _serve(self, of: Elaborator, reader: RuleReader) -> tuple[typed.Key, ...]:
        entry = self.entries.get("serve")
        if entry is None:
            place = self.node.span if self.node else Span(self.loaded.root.source, 0, 0)
            return (
                typed.Key(typed.Column(NUMBER, "request", "priority", span=place), False),
                typed.Key(typed.Column(DATE, "request", "need_by", span=place), False),
            )
        assert isinstance(entry.value, tuple)
        outer, of.extra = of.extra, {name: ("request", kind) for name, kind in REQUEST_COLUMNS.items()}
        keys = reader.keys(entry.value, reads.SERVE, "the order of serving")
        of.extra = outer
        return keys

    def _least_award(self, of: Elaborator, reader: RuleReader) -> typed.Expr | None:
        entry = self.entries.get("least_award")
        if entry is None or not isinstance(entry.value, ast.Expr):
            return None
        read = of.expect(entry.value, MASS, "the least award", "for instance `least_award 1 kg`")
        reader.duties.append(Duty(read, frozenset(), "the least award"))
        return read

    def _compare(self, of: Elaborator, reader: RuleReader) -> typed.Expr | None:
        entry = self.entries.get("compare")
        if entry is None or not isinstance(entry.value, ast.Expr):
            return None
        read = of.expect(entry.value, PRICE, "the compared price")
        if read.type == ERROR:
            return read
        circular = next(
            (one for one in typed.walk(read) if isinstance(one, typed.Column) and one.name == "compared"), None
        )
        if circular is not None or not is_linear_in_price(read, of.lets):
            help = "a compared price is `price * A + B`, A above zero, and neither A nor B reads the price"
            self._report("V0217", "the compared price does not have the form `price * A + B`", read.span, (), help)
            return read
        reader.duties.append(Duty(read, reads.OFFER, "the compared price"))
        return read

    def _show(self, of: Elaborator, reader: RuleReader) -> tuple[tuple[str, typed.Expr], ...]:
        found = []
        for name, entry in self.shown.items():
            if isinstance(entry.value, ast.Expr):
                read = of.expr(entry.value)
                reader.duties.append(Duty(read, reads.STEP, "a column of the plan", must_be_defined=False))
                found.append((name, read))
        return tuple(found)
