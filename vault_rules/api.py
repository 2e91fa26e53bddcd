"""What a caller uses: load a policy, read a book, evaluate, explain. Every error is one of `vault_rules.errors`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from vault_rules.errors import PolicyError, UsageError
from vault_rules.extensions import InstalledFunctions, with_additions
from vault_rules.language import parser
from vault_rules.policy_files import finder, read_source
from vault_rules.semantics.check import check
from vault_rules.semantics.fixtures import books_of
from vault_rules.semantics.load import Find, Loaded, load
from vault_rules.semantics.typed import TypedPolicy
from vault_rules.source.diagnostic import ERROR, Diagnostic, has_errors, in_file_order
from vault_rules.source.text import Source

if TYPE_CHECKING:
    import polars as pl

    from vault_rules.domain.book import Book
    from vault_rules.domain.parted_book import BoundParts, PartedBook
    from vault_rules.domain.plan import Plan as PlanRows
    from vault_rules.domain.trace import Trace
    from vault_rules.engine.engines import Evaluated
    from vault_rules.engine.program import Program
    from vault_rules.language import ast


@attrs.frozen(eq=False, repr=False, slots=False)
class Policy:
    """A policy without errors. `diagnostics` are its warnings; `parameters` the names that a run may set."""

    typed: TypedPolicy
    diagnostics: tuple[Diagnostic, ...]
    _loaded: Loaded = attrs.field(repr=False)

    @property
    def name(self) -> str:
        return self.typed.name

    @property
    def version(self) -> str | None:
        return self.typed.version

    @property
    def parameters(self) -> tuple[str, ...]:
        return tuple(sorted(self.typed.parameters))

    @property
    def files(self) -> Mapping[str, str]:
        """The text of every file that it is made of, by its place beside the policy's own, which comes first."""
        return {role: source.text for role, source in self._loaded.sources.items()}

    @property
    def file(self) -> ast.PolicyFile:
        """The evaluated file as it was read, with its tests and laws."""
        return self._loaded.root

    @property
    def books(self) -> Mapping[str, ast.Book]:
        """The shared books of its tests, also those of the files that it uses."""
        return books_of(self._loaded.statements)

    @property
    def functions(self) -> Mapping[str, str]:
        """The functions of plugins that it calls, each with whose it is and its version."""
        return self.typed.functions

    def __repr__(self) -> str:
        return f"<Policy {self.name} {self.version or ''}".rstrip() + ">"

    @cached_property
    def program(self) -> Program:
        """The policy compiled: engines keep what they make of it."""
        from vault_rules.engine.program import compile_policy

        return compile_policy(self.typed)

    def with_parameters(self, values: Mapping[str, str]) -> Policy:
        """The same policy with other values for some parameters, checked again. `values` are texts such as `"15%"`.

        Raises `UsageError` for a name that is no parameter or a text that is no value; `PolicyError` where the checks
        fail.
        """
        if not values:
            return self
        if not all(isinstance(text, str) for text in values.values()):
            raise UsageError('a parameter\'s value is given as text, as in `{"domestic_cap": "15%"}`')
        read = {name: self._parameter(name, text) for name, text in sorted(values.items())}
        typed, diagnostics = check(self._loaded, read, InstalledFunctions())
        if typed is None:
            raise PolicyError([one for one in diagnostics if one.is_error])
        for name in read:
            if name not in typed.parameters:
                raise UsageError(f"`{values[name]}` is no value for `{name}`: a parameter reads no book")
        return Policy(typed, diagnostics, self._loaded)

    def _parameter(self, name: str, text: str) -> Any:
        if name not in self.typed.parameters:
            from vault_rules.domain.spelling import did_you_mean

            near = did_you_mean(name, self.parameters)
            known = f"did you mean `{near}`?" if near else f"there are {', '.join(self.parameters) or 'none'}"
            raise UsageError(f"the policy has no parameter `{name}`: {known}")
        value, diagnostics = parser.parse_value(text, f"--set {name}")
        if value is None or diagnostics:
            why = diagnostics[0].message if diagnostics else "it is empty"
            raise UsageError(f"`{text}` is not a value for `{name}`: {why}")
        return value


def check_policy(path: str | Path) -> tuple[Policy | None, tuple[Diagnostic, ...]]:
    """Check a policy file: the policy (None where there are errors) and every diagnostic, in file order.

    Raises `UsageError` where there is no such file.
    """
    source, bad = read_source(path)
    return (None, bad) if bad else check_source(source, finder(source))


def check_source(source: Source, find: Find) -> tuple[Policy | None, tuple[Diagnostic, ...]]:
    """The same of a text, with a way to find the files that it uses."""
    loaded, found = load(source, find)
    typed, more = check(loaded, functions=InstalledFunctions())
    everything = in_file_order((*found, *more))
    if typed is None or has_errors(everything):
        return None, everything
    return Policy(typed, everything, loaded), everything


def load_policy(path: str | Path, parameters: Mapping[str, str] | None = None) -> Policy:
    """Load a policy that can be evaluated.

    Raises `PolicyError` with every mistake; `UsageError` where there is no file.
    """
    return usable(*check_policy(path), parameters or {})


def usable(policy: Policy | None, diagnostics: tuple[Diagnostic, ...], parameters: Mapping[str, str]) -> Policy:
    """A checked policy that can be evaluated, with its parameters. Raises `PolicyError`."""
    if policy is None:
        raise PolicyError(diagnostics)
    if not policy.typed.has_header:
        message = "this file has no header: it is a library, not a policy to evaluate"
        help = 'begin it with `policy NAME "title" { currency USD }`'
        raise PolicyError([Diagnostic("V0219", ERROR, message, policy.typed.span, help=help)])
    return policy.with_parameters(parameters)


def format_text(text: str, name: str = "stdin") -> tuple[str, str]:
    """A policy's text, and the same in the one layout. Raises `PolicyError` where it cannot be read."""
    from vault_rules.language.format import format_policy

    file, diagnostics = parser.parse(Source(name, text, name))
    if has_errors(diagnostics):
        raise PolicyError(diagnostics)
    return text, format_policy(file)


def format_file(path: str | Path) -> tuple[str, str]:
    """The same of a file; `UsageError` where there is none."""
    source, diagnostics = read_source(path)
    if diagnostics:
        raise PolicyError(diagnostics)
    return format_text(source.text, source.name)


def read_book(path: str | Path, *, check: bool = True) -> Book:
    """Read a folder or workbook. Raises `BookError` with every bad cell; `UsageError` where there is nothing.

    Without `check` bad cells are left to `evaluate`, which reports them with those that only a policy shows.
    """
    from vault_rules.adapters.files import open_book

    book = open_book(Path(path))
    if check:
        book.check()
    return book


@attrs.frozen(eq=False, repr=False)
class Plan:
    """What to buy, for whom, at what price, and why nothing else. Tables are Polars frames, exact values are text."""

    _evaluated: Evaluated = attrs.field(repr=False)

    @property
    def rows(self) -> PlanRows:
        """The plan as rows of exact values."""
        return self._evaluated.plan

    def __repr__(self) -> str:
        rows = self.rows
        counts = f"{len(rows.awards):,} awards, {len(rows.shortfalls):,} shortfalls"
        return f"<Plan of {rows.policy} as of {rows.as_of.isoformat()}: {counts}>"

    def _frame(self, name: str) -> pl.DataFrame:
        from vault_rules.report.frames import frame

        return frame(self.rows, name)

    @property
    def awards(self) -> pl.DataFrame:
        """One row for each award, in the order made."""
        return self._frame("awards")

    @property
    def rejections(self) -> pl.DataFrame:
        """One row for each reason of each offer that won nothing."""
        return self._frame("rejections")

    @property
    def shortfalls(self) -> pl.DataFrame:
        return self._frame("shortfalls")

    @property
    def placements(self) -> pl.DataFrame:
        return self._frame("placements")

    @property
    def unplaced(self) -> pl.DataFrame:
        return self._frame("unplaced")

    @property
    def caps(self) -> pl.DataFrame:
        """What each cap has counted, by subject."""
        return self._frame("caps")

    @property
    def totals(self) -> pl.DataFrame:
        """The totals, one row for each: what, of which name, the amount, its unit."""
        return self._frame("totals")

    @property
    def findings(self) -> pl.DataFrame:
        return self._frame("findings")

    def has_request(self, request: str) -> bool:
        return request in self._evaluated.requests

    def to_json(self) -> str:
        """The plan as JSON, schema `vault-rules/plan/1`: same inputs, same bytes."""
        from vault_rules.report.as_json import plan_to_json

        return plan_to_json(self.rows)

    def to_csv(self, folder: str | Path) -> None:
        """One CSV file a table; the awards can be read back as a book's `awards`."""
        from vault_rules.report.as_csv import write_csv

        write_csv(self.rows, Path(folder))

    def to_excel(self, path: str | Path) -> None:
        """A formatted workbook."""
        from vault_rules.report.workbook import write_workbook

        write_workbook(self.rows, Path(path))


def evaluate(
    policy: Policy, book: Book, as_of: date, *, parameters: Mapping[str, str] | None = None, engine: str = "fast"
) -> Plan:
    """Evaluate a policy against a book, as of a date (the clock is never read).

    The engine `fast` works in columns, `reference` offer by offer in fractions; they give the same plan. Raises
    `BookError` where the book does not fit the policy, `EvaluationError` where no waterfall is in force, `UsageError`
    for an unknown engine or parameter.
    """
    from vault_rules.domain.bind import bind
    from vault_rules.domain.bind_columns import bind_columns
    from vault_rules.domain.parted_book import PartedBook
    from vault_rules.engine.engines import ENGINES, by_columns, by_reference

    asked, eyes = _asked(policy, book, as_of, parameters)
    if engine not in ENGINES:
        raise UsageError(f"there is no engine `{engine}`: there is {', '.join(ENGINES)}")
    if isinstance(book, PartedBook):
        evaluated = _by_parts(asked.program, book, eyes, as_of, engine)
    elif engine == "reference":
        evaluated = by_reference(asked.program, bind(book, **eyes), as_of)
    else:
        evaluated = by_columns(
            asked.program, lambda: bind_columns(book, **eyes), lambda: bind(book, **eyes), as_of, book.height
        )
    return Plan(with_additions(evaluated, book.missing))


def decide(policy: Policy, book: Book, as_of: date, *, parameters: Mapping[str, str] | None = None) -> pl.DataFrame:
    """Decisions alone, without buying anything: for each offer whether it may be bought, and in which tier.

    A Polars frame with the columns `offer`, `eligible`, `tier` (null where it is not eligible) and `within_premium`
    (null where no step takes its tier, or the step depends on who asks). Raises what `evaluate` raises.
    """
    from vault_rules.domain.bind_columns import bind_columns
    from vault_rules.engine.engines import decisions

    asked, eyes = _asked(policy, book, as_of, parameters)
    return decisions(asked.program, lambda: bind_columns(book, **eyes), as_of)


def _asked(
    policy: Policy, book: Book, as_of: date, parameters: Mapping[str, str] | None
) -> tuple[Policy, dict[str, Any]]:
    """The policy with its parameters, and what a book is bound by."""
    from vault_rules.domain.book import Book

    _expect(policy, Policy, "the policy", "load it by `load_policy`")
    _expect(book, Book, "the book", "read it by `read_book`, or make it by `Book.from_frames`")
    if type(as_of) is not date:
        raise UsageError("`as_of` is a day: give a `datetime.date`")
    asked = policy.with_parameters(parameters or {})
    return asked, eyes_of(asked, as_of)


def eyes_of(policy: Policy, as_of: date) -> dict[str, Any]:
    """What of a policy a book is bound by."""
    from vault_rules.domain.cells import kind_of_field

    typed = policy.typed
    return {
        "currency": typed.currency,
        "as_of": as_of,
        "minerals": frozenset(typed.minerals),
        "traders": typed.traders,
        "buyers": typed.buyers,
        "fields": {name: kind_of_field(field.type.kind) for name, field in typed.fields.items()},
    }


def _by_parts(program: Program, book: PartedBook, eyes: dict[str, Any], as_of: date, engine: str) -> Evaluated:
    from vault_rules.domain.bind import Eyes, bind
    from vault_rules.domain.parted_book import bind_parts
    from vault_rules.engine.engines import by_parts, by_reference

    def parts() -> BoundParts:
        return bind_parts(book, Eyes(**eyes))

    if engine == "reference":
        parts()  # bad cells are said by their files
        return by_reference(program, bind(book.whole(), **eyes), as_of)
    return by_parts(program, parts, lambda: bind(book.whole(), **eyes), as_of, book.height)


def _expect(value: object, kind: type, what: str, help: str) -> None:
    if not isinstance(value, kind):
        raise UsageError(f"{what} is not one: {help}")


def explain(plan: Plan, offer: str, request: str | None = None) -> Trace:
    """The chain of clauses that decided about an offer (for one request, or for the one that its verdict names).

    Raises `UsageError` for an offer or request that the book does not have.
    """
    return plan._evaluated.explain(offer, request)
