"""From one file to every statement it brings: `use` followed, `only` narrowed, each name counted once.

Input: the parsed file that is evaluated, and a way to find others. Output: `Loaded`, with all statements in file order
(a used file's stand where it is used), and the mistakes of finding: a file that is not there, a cycle of `use`.
"""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Callable, Iterable
from typing import Any

import attrs

from vault_rules.domain.spelling import did_you_mean
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
    unread: bool = False
    """Whether a statement could not be read, so that nobody knows what it would have named."""
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
        return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()


def load(source: Source, find: Find) -> tuple[Loaded, tuple[Diagnostic, ...]]:
    """Parse a source and all that it uses."""
    loader = _Loader(find)
    root = loader.parsed(source)
    loader.loaded = loaded = Loaded(root)
    loaded.own.update(id(one) for one in root.statements)
    loader.load(root)
    return loaded, tuple(loader.diagnostics)


class _Loader:
    def __init__(self, find: Find) -> None:
        self.find = find
        self.diagnostics: list[Diagnostic] = []
        self.files: dict[str, ast.PolicyFile] = {}
        self.done: dict[str, list[ast.Statement]] = {}
        self.trail: list[tuple[str, Span | None]] = []
        """The files that are being read, each with the `use` that led to it."""
        self.loaded: Loaded

    def parsed(self, source: Source) -> ast.PolicyFile:
        key = _key(source)
        if key not in self.files:
            file, diagnostics = parser.parse(source)
            self.files[key] = file
            self.diagnostics.extend(diagnostics)
        return self.files[key]

    def load(self, root: ast.PolicyFile) -> None:
        loaded, seen = self.loaded, set[int]()
        for statement in self._statements(root, None):
            if id(statement) in seen:
                continue
            seen.add(id(statement))
            loaded.statements.append(statement)
            if isinstance(statement, ast.Table) and statement.path is not None:
                self._table(statement)
        loaded.unread = any(one.is_error for one in self.diagnostics)

    def _statements(self, file: ast.PolicyFile, use: ast.Use | None) -> list[ast.Statement]:
        """All statements of a file, those of the files that it uses where it uses them."""
        key = _key(file.source)
        if key in self.done:
            return self.done[key]
        self.loaded.sources[file.source.role or file.source.name] = file.source
        self.loaded.broken |= file.broken
        self.trail.append((key, None if use is None else use.span))
        found: list[ast.Statement] = []
        for statement in file.statements:
            if isinstance(statement, ast.Use):
                found += self._used(statement, file)
            elif use is None or not isinstance(statement, ast.Header | ast.Test | ast.Always):
                found.append(statement)
        self.trail.pop()
        self.done[key] = found
        return found

    def _used(self, use: ast.Use, file: ast.PolicyFile) -> list[ast.Statement]:
        source = self._found(use, use.path, file.source)
        if source is None:
            return []
        keys = [key for key, _ in self.trail]
        if _key(source) in keys:
            self._circle(use, [span for _, span in self.trail[keys.index(_key(source)) + 1 :]])
            return []
        found = self._statements(self.parsed(source), use)
        return found if use.only is None else self._narrowed(source, found, use.only)

    def _circle(self, use: ast.Use, through: list[Span | None]) -> None:
        labels = tuple(Label(span, "it leads on from here") for span in through if span is not None)
        help = "leave this out, or move what both need into a third file"
        self.diagnostics.append(
            Diagnostic("V0211", ERROR, f'"{use.path}" uses itself in the end', use.span, "", labels, help)
        )

    def _found(self, statement: ast.Statement, path: str, beside: Source) -> Source | None:
        source = self.find(beside, path)
        if source is None:
            self.loaded.incomplete = True
            help = "a file is looked for beside the file that names it, then among the shipped policies"
            self.diagnostics.append(Diagnostic("V0210", ERROR, f'there is no file "{path}"', statement.span, help=help))
        return source

    def _table(self, table: ast.Table) -> None:
        assert table.path is not None and table.name is not None
        source = self._found(table, table.path, table.span.source)
        if source is not None:
            self.loaded.tables[table.name.name] = source
            self.loaded.sources[source.role or source.name] = source

    def _narrowed(
        self, source: Source, statements: list[ast.Statement], only: Iterable[ast.Identifier]
    ) -> list[ast.Statement]:
        """The statements asked for, and all that they read."""
        defined: dict[str, list[ast.Statement]] = {}
        for one in statements:
            defined.setdefault(_name(one) or "", []).append(one)
        queue = []
        for identifier in only:
            if identifier.name in defined:
                queue.append(identifier.name)
            elif identifier.name not in self.loaded.broken and not self.loaded.incomplete:
                near = did_you_mean(identifier.name, sorted(defined))
                help = f"did you mean `{near}`?" if near else "name what the file defines, or leave `only` out"
                message = f'"{source.role or source.name}" defines no `{identifier.name}`'
                self.diagnostics.append(Diagnostic("V0201", ERROR, message, identifier.span, help=help))
        wanted: set[str] = set()
        while queue:
            name = queue.pop()
            if name in defined and name not in wanted:
                wanted.add(name)
                queue.extend(other for one in defined[name] for other in names_in(one))
        return [one for one in statements if _name(one) in wanted]


def _key(source: Source) -> str:
    """A file's name without detours, so that one file is one, however it is reached."""
    return posixpath.normpath(source.name)


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
