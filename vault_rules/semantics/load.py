"""From one file to every statement it brings: `use` followed, `only` narrowed, each name counted once.

Input: the parsed file that is evaluated, and a way to find others. Output: `Loaded`, with all statements in file order
(a used file's stand where it is used), and the mistakes of finding: a file that is not there, a cycle of `use`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

import attrs

from vault_rules.language import ast, parser
from vault_rules.semantics.typed import SourceFile
from vault_rules.source.diagnostic import ERROR, Diagnostic, Label
from vault_rules.source.text import Source, Span

Find = Callable[[Source, str], Source | None]
"""Given the source that names a file, and the path it names: that file's source, or None."""


@attrs.define
class Loaded:
    """Everything a policy is made of. `header_of` is the evaluated file's; used headers, tests and laws stay behind."""

    root: ast.PolicyFile
    statements: list[ast.Statement] = attrs.field(factory=list)
    tables: dict[str, Source] = attrs.field(factory=dict)
    """The CSV of each table read `from` a file, by the table's name."""
    sources: dict[str, Source] = attrs.field(factory=dict)
    broken: set[str] = attrs.field(factory=set)
    incomplete: bool = False
    """Whether a file that is used was not found."""
    own: set[int] = attrs.field(factory=set)
    """Identities of the statements of the evaluated file itself."""

    @property
    def header(self) -> ast.Header | None:
        return next((one for one in self.root.statements if isinstance(one, ast.Header)), None)

    @property
    def files(self) -> tuple[SourceFile, ...]:
        digests = [
            SourceFile(role, hashlib.sha256(source.text.encode("utf-8", "surrogatepass")).hexdigest())
            for role, source in sorted(self.sources.items())
        ]
        return tuple(digests)

    @property
    def sha256(self) -> str:
        """One hash of all files used: their roles and contents, whatever the folder they lie in."""
        whole = "".join(f"{one.role}\0{one.sha256}\n" for one in self.files)
        return hashlib.sha256(whole.encode()).hexdigest()


def load(source: Source, find: Find) -> tuple[Loaded, tuple[Diagnostic, ...]]:
    """Parse a source and all that it uses."""
    loader = _Loader(find)
    root = loader.parsed(source)
    loader.loaded = loaded = Loaded(root)
    loaded.own.update(id(one) for one in root.statements)
    loader.bring(root, None, ())
    return loaded, tuple(loader.diagnostics)


class _Loader:
    def __init__(self, find: Find) -> None:
        self.find = find
        self.diagnostics: list[Diagnostic] = []
        self.files: dict[str, ast.PolicyFile] = {}
        self.brought: set[int] = set()
        self.loaded: Loaded

    def parsed(self, source: Source) -> ast.PolicyFile:
        if source.name not in self.files:
            file, diagnostics = parser.parse(source)
            self.files[source.name] = file
            self.diagnostics.extend(diagnostics)
        return self.files[source.name]

    def bring(
        self, file: ast.PolicyFile, only: Iterable[ast.Identifier] | None, path: tuple[tuple[str, Span], ...]
    ) -> None:
        loaded = self.loaded
        loaded.sources[file.source.role or file.source.name] = file.source
        loaded.broken |= file.broken
        wanted = None if only is None else self._closure(file, only)
        for statement in file.statements:
            if isinstance(statement, ast.Use):
                self._use(statement, file, path)
            elif id(statement) not in self.brought and (wanted is None or _name(statement) in wanted):
                if path and isinstance(statement, ast.Header | ast.Test | ast.Always):
                    continue
                self.brought.add(id(statement))
                loaded.statements.append(statement)
                if isinstance(statement, ast.Table) and statement.path is not None:
                    self._table(statement, file.source)

    def _use(self, use: ast.Use, file: ast.PolicyFile, path: tuple[tuple[str, Span], ...]) -> None:
        source = self._found(use, use.path, file.source)
        if source is None:
            return
        trail = (*path, (file.source.name, use.span))
        names = [name for name, _ in trail]
        if source.name in names:
            first = trail[names.index(source.name)][1]
            self.diagnostics.append(
                Diagnostic(
                    "V0211", ERROR, f'"{use.path}" uses itself in the end', use.span, "this closes the circle",
                    (Label(first, "it begins here"),), "move what both need into a third file",
                )
            )  # fmt: skip
            return
        self.bring(self.parsed(source), use.only, trail)

    def _found(self, statement: ast.Statement, path: str, beside: Source) -> Source | None:
        source = self.find(beside, path)
        if source is None:
            self.loaded.incomplete = True
            help = "a file is looked for beside the file that names it, then among the shipped policies"
            self.diagnostics.append(Diagnostic("V0210", ERROR, f'there is no file "{path}"', statement.span, help=help))
        return source

    def _table(self, table: ast.Table, beside: Source) -> None:
        assert table.path is not None and table.name is not None
        source = self._found(table, table.path, beside)
        if source is not None:
            self.loaded.tables[table.name.name] = source
            self.loaded.sources[source.role or source.name] = source

    def _closure(self, file: ast.PolicyFile, only: Iterable[ast.Identifier]) -> set[str]:
        """The names asked for, and all names that they read, in this file."""
        defined = {_name(one): one for one in file.statements if one.name is not None}
        wanted: set[str] = set()
        queue = list(only)
        used = any(isinstance(one, ast.Use) for one in file.statements)
        for identifier in queue:
            if identifier.name not in defined and not used and identifier.name not in file.broken:
                self.diagnostics.append(
                    Diagnostic(
                        "V0201",
                        ERROR,
                        f"`{file.source.role or file.source.name}` defines no `{identifier.name}`",
                        identifier.span,
                    )
                )
        names = [one.name for one in queue]
        while names:
            name = names.pop()
            if name in wanted or name not in defined:
                continue
            wanted.add(name)
            names.extend(names_in(defined[name]))
        return wanted


def _name(statement: ast.Statement) -> str | None:
    return None if statement.name is None else statement.name.name


def names_in(node: Any) -> set[str]:
    """Every name that a piece of syntax mentions."""
    found: set[str] = set()
    stack = [node]
    while stack:
        one = stack.pop()
        if isinstance(one, ast.Name | ast.Identifier):
            found.add(one.name)
        elif isinstance(one, tuple):
            stack.extend(one)
        elif isinstance(one, ast.Node):
            stack.extend(getattr(one, field.name) for field in attrs.fields(type(one)) if field.name != "span")
    return found
