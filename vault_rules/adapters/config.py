"""`vault.toml`: who is asked, with which adapter, and how patiently. Secrets come from the environment alone.

Reading it connects to nothing. All mistakes are found at once, and no value that could be a secret is ever shown.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import attrs

from vault_rules.adapters.manager import Offered, Plugins
from vault_rules.adapters.plugin_checks import OURS
from vault_rules.adapters.registration import Capability, Registration, Secret, Setup
from vault_rules.adapters.structure import structure
from vault_rules.adapters.toml_lines import lines_of
from vault_rules.domain.spelling import did_you_mean
from vault_rules.domain.tables import named
from vault_rules.errors import AdapterError, ConfigError, UsageError

MAX_BYTES = 1_000_000
KINDS: Mapping[str, str] = {"traders": "trader", "storages": "storage", "references": "reference"}
"""The sections of counterparties, and what each of these is called."""

SECTIONS = (*KINDS, "ledger", "requests", "patience", "snapshots", "execution")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,60}", re.ASCII)


@attrs.frozen
class Mistake:
    """Something in `vault.toml` that cannot be used: `where` names the section and key."""

    file: str
    line: int | None
    where: str
    message: str

    def __str__(self) -> str:
        line = "" if self.line is None else f":{self.line}"
        return f"{self.file}{line}: {self.where} {self.message}".replace("  ", " ")


def _above_zero(instance: object, attribute: attrs.Attribute[Any], value: Fraction) -> None:
    if value <= 0:
        raise ValueError(f"`{attribute.name}` is above zero")


def _a_few(instance: object, attribute: attrs.Attribute[Any], value: int) -> None:
    if not 0 <= value <= 100:
        raise ValueError(f"`{attribute.name}` is a whole number from 0 to 100")


@attrs.frozen
class Patience:
    """How many seconds a call may take in all, and how often it is repeated where a counterparty is not available."""

    timeout: Fraction = attrs.field(default=Fraction(30), validator=_above_zero)
    retries: int = attrs.field(default=2, validator=_a_few)


@attrs.frozen
class Ledger:
    """Where executions are recorded."""

    url: str | Secret


@attrs.frozen
class Requests:
    """Where requests come from where no file is named, and what blank cells of theirs stand for."""

    file: Path | None = None
    defaults: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen
class Snapshots:
    """The folder in which what was gathered is kept."""

    folder: Path = Path("snapshots")


def _some(instance: object, attribute: attrs.Attribute[Any], value: int) -> None:
    if not 1 <= value <= 100:
        raise ValueError(f"`{attribute.name}` is a whole number from 1 to 100")


@attrs.frozen
class Executions:
    """How plans are carried out: in how many rounds at most, how many awards at once; and prior awards of before the
    ledger.
    """

    rounds: int = attrs.field(default=10, validator=_some)
    at_once: int = attrs.field(default=4, validator=_some)
    awards: Path | None = None


@attrs.frozen
class Counterparty:
    """A trader, a storage or a source of reference prices. `settings` is an instance of the adapter's own class."""

    name: str
    kind: str
    adapter: Offered[Registration]
    settings: Any = attrs.field(repr=False)
    folder: Path
    patience: Patience
    prefix: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"

    @property
    def capabilities(self) -> frozenset[Capability]:
        return self.adapter.what.capabilities

    def open(self) -> Any:
        """The adapter. Raises `AdapterError` where it cannot be made."""
        setup = Setup(self.name, self.folder, float(self.patience.timeout))
        try:
            return self.adapter.what.factory(self.settings, setup)
        except AdapterError:
            raise
        except Exception as why:  # whatever somebody else's adapter raises
            raise AdapterError(self.hide(f"{self} cannot be used: {type(why).__name__}: {why}")) from why

    def hide(self, text: str) -> str:
        """A text without this counterparty's secrets."""
        for value in attrs.asdict(self.settings, recurse=False).values():
            if isinstance(value, Secret):
                text = text.replace(value.reveal(), "***")
        return text


@attrs.frozen
class Config:
    """A whole `vault.toml`. `folder` is its own: relative paths start there."""

    file: Path
    traders: Mapping[str, Counterparty]
    storages: Mapping[str, Counterparty]
    references: Mapping[str, Counterparty]
    patience: Patience
    requests: Requests
    snapshots: Snapshots
    ledger: Ledger | None
    execution: Executions = Executions()

    @property
    def ledger_url(self) -> str:
        """The ledger's URL; where none is said, a file in the configuration's folder. Relative paths start there."""
        url: str | Secret = "sqlite:///vault.ledger" if self.ledger is None else self.ledger.url
        text = url.reveal() if isinstance(url, Secret) else url
        scheme, slashes, path = text.partition(":///")
        if slashes and scheme.partition("+")[0] == "sqlite" and path and not Path(path).is_absolute():
            return f"{scheme}:///{(self.folder / path).absolute().as_posix()}"
        return text

    @property
    def folder(self) -> Path:
        return self.file.parent

    @property
    def counterparties(self) -> tuple[Counterparty, ...]:
        return (*self.traders.values(), *self.storages.values(), *self.references.values())


def read_config(path: Path, plugins: Plugins) -> Config:
    """Read a configuration. Raises `ConfigError` with every mistake, `UsageError` where there is no file."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UsageError(f"{path} is too large to be a configuration")
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise UsageError(f"there is no configuration {path}") from None
    except UnicodeDecodeError:
        raise UsageError(f"the configuration {path} is no text in UTF-8") from None
    try:
        values = tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, RecursionError) as why:
        raise ConfigError([_unreadable(path, str(why))]) from None
    return _Reader(path, values, lines_of(text), plugins).config()


def _unreadable(path: Path, why: str) -> Mistake:
    found = re.search(r"\(at line (\d+), column (\d+)\)", why)
    said = re.sub(r" ?\(at .*\)", "", why)
    return Mistake(path.name, int(found[1]) if found else None, "", f"this is not TOML: {said}")


class _Reader:
    """Reads the sections; `mistakes` are what it finds."""

    def __init__(
        self, path: Path, values: Mapping[str, Any], lines: Mapping[tuple[str, ...], int], plugins: Plugins
    ) -> None:
        self.path, self.values, self.lines, self.plugins = path, values, lines, plugins
        self.mistakes: list[Mistake] = []
        self.patience = Patience()

    def note(self, where: tuple[str, ...], message: str, key: str = "") -> None:
        line = self.lines.get((*where, key) if key else where) or self.lines.get(where)
        section = f"[{'.'.join(where)}]" if where else ""
        place = f"{section} `{key}`" if key else section
        self.mistakes.append(Mistake(self.path.name, line, place.strip(), message))

    def config(self) -> Config:
        self._sections()
        self.patience = self._one("patience", Patience) or self.patience
        found = {section: dict(self._counterparties(section)) for section in KINDS}
        requests, snapshots = self._requests(), self._one("snapshots", Snapshots)
        ledger = self._one("ledger", Ledger) if "ledger" in self.values else None
        execution = self._one("execution", Executions) or Executions()
        if not any(self.values.get(section) for section in KINDS):
            self.note((), "names nobody who could be asked: add a section as [traders.glencore]")
        if self.mistakes:
            raise ConfigError(sorted(self.mistakes, key=lambda one: one.line or 0))
        return Config(
            self.path,
            found["traders"],
            found["storages"],
            found["references"],
            self.patience,
            requests or Requests(),
            snapshots or Snapshots(),
            ledger,
            execution,
        )

    def _sections(self) -> None:
        for name in self.values:
            if name not in SECTIONS:
                near = did_you_mean(name, SECTIONS)
                known = f"did you mean `{near}`?" if near else f"there are {', '.join(SECTIONS)}"
                self.note((name,), f"is no section: {known}")

    def _table(self, *where: str) -> Mapping[str, Any]:
        """A section; an empty one, noted, where it is none."""
        found: Any = self.values
        for part in where:
            found = found.get(part, {})
        if not isinstance(found, dict):
            self.note(where[:-1], "is a section of its own", where[-1])
            return {}
        return found

    def _one(self, section: str, kind: type) -> Any:
        return structure(kind, self._table(section), lambda key, why: self.note((section,), why, key))

    def _requests(self) -> Requests | None:
        values = dict(self._table("requests"))
        defaults = dict(self._table("requests", "defaults")) if "defaults" in values else {}
        values.pop("defaults", None)
        for key, value in defaults.items():
            if key not in named("requests"):
                near = did_you_mean(key, named("requests"))
                self.note(("requests", "defaults"), "is no column" + (f": did you mean `{near}`?" if near else ""), key)
            elif not isinstance(value, str):
                self.note(("requests", "defaults"), "is given as text", key)
        found = structure(Requests, values, lambda key, why: self.note(("requests",), why, key))
        return None if found is None else attrs.evolve(found, defaults=defaults)

    # ---- counterparties --------------------------------------------------------------------------------------------

    def _counterparties(self, section: str) -> Iterator[tuple[str, Counterparty]]:
        for name, values in self._table(section).items():
            if not isinstance(values, dict):
                self.note((section,), "is a section of its own", name)
                continue
            found = self._counterparty(section, name, dict(values))
            if found is not None:
                yield name, found

    def _counterparty(self, section: str, name: str, values: dict[str, Any]) -> Counterparty | None:
        where = (section, name)
        if not _NAME.fullmatch(name):
            self.note(where, "is no name: write letters, digits, - and _")
        ours = {key: values.pop(key) for key in OURS if key in values}
        adapter = self._adapter(section, where, ours.pop("adapter", None))
        prefix = ours.pop("prefix", "")
        if not isinstance(prefix, str):
            self.note(where, "is a text", "prefix")
        given = {"timeout": self.patience.timeout, "retries": self.patience.retries, **ours}
        patience = structure(Patience, given, lambda key, why: self.note(where, why, key))
        if adapter is None:
            return None
        settings = structure(adapter.what.config, values, lambda key, why: self.note(where, why, key))
        if settings is None or patience is None:
            return None
        return Counterparty(name, KINDS[section], adapter, settings, self.path.parent, patience, str(prefix))

    def _adapter(self, section: str, where: tuple[str, ...], name: object) -> Offered[Registration] | None:
        known = {
            "traders": self.plugins.traders,
            "storages": self.plugins.storages,
            "references": self.plugins.reference_prices,
        }[section]
        if name is None:
            self.note(where, f'does not say its adapter: add `adapter = "…"`, one of {", ".join(known)}')
            return None
        if not isinstance(name, str) or name not in known:
            near = did_you_mean(name, known) if isinstance(name, str) else None
            there = f"did you mean `{near}`?" if near else f"there is {', '.join(known)}"
            more = "" if near else "; `pip install` the plugin that has it"
            self.note(where, f"is no adapter of {section} that is installed: {there}{more}", "adapter")
            return None
        return known[name]
