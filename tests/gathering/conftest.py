"""A policy with routes, counterparties that note what they are told, and files of others."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from tests.support.plugins import installed, plugin
from vault_rules.adapters.manager import Plugins
from vault_rules.adapters.messages import Query, Row
from vault_rules.adapters.registration import Registration, Setup

POLICY = """policy small "A small reserve" {
  currency USD
}

mineral cobalt
mineral copper
mineral gallium

route cobalt_desk: {cobalt, copper} to glencore
route gallium_desk: {gallium} to hartree

waterfall w {
  take all
}
"""
REQUESTS = "request,buyer,mineral,quantity\nr1,gm,cobalt,10\nr2,gm,gallium,5\n"


@attrs.frozen
class WireConfig:
    """Offers as a table of texts; `fault` is what goes wrong; `log` where all that is said is written down."""

    log: Path
    offers: tuple[str, ...] = ()
    fault: str = ""


class Wire:
    """A trader over a wire: all that it is told goes through `_send`."""

    def __init__(self, config: WireConfig, setup: Setup) -> None:
        self.config, self.setup, self.tries = config, setup, 0

    def _send(self, **said: Any) -> None:
        with (self.setup.folder / self.config.log).open("a", encoding="utf-8") as file:
            file.write(json.dumps({"to": self.setup.name, **said}) + "\n")

    def offers(self, query: Query) -> Iterable[Row]:
        self._send(**attrs.asdict(query))
        return FAULTS[self.config.fault](self._rows())

    def _rows(self) -> Iterator[Row]:
        header, *lines = (line.split(",") for line in self.config.offers)
        return (Row(dict(zip(header, line, strict=True))) for line in lines)

    def health(self) -> str:
        return "there"

    def close(self) -> None:
        pass


def _raising(error: Exception) -> Callable[[Any], Iterable[Row]]:
    def fail(rows: Any) -> Iterable[Row]:
        raise error

    return fail


def _late(rows: Any) -> Iterable[Row]:
    time.sleep(30)
    return []


def _endless(rows: Any) -> Iterable[Row]:
    while True:
        yield Row({"offer": "a"})


FAULTS: dict[str, Callable[[Any], Iterable[Row]]] = {
    "": lambda rows: rows,
    "raises": _raising(RuntimeError("the line is dead")),
    "late": _late,
    "endless": _endless,
    "no rows": lambda rows: 7,  # type: ignore[dict-item, return-value]
    "no texts": lambda rows: [Row({"offer": 3.5})],  # type: ignore[dict-item]
    "words twice": lambda rows: [Row({"Offer": "a", "offer": "b"})],
    "a long cell": lambda rows: [Row({"offer": "a" * 200_000})],
}


@pytest.fixture
def plugins() -> Iterator[Plugins]:
    """The adapter `wire` is installed."""
    with installed(plugin(traders=[Registration("wire", Wire, WireConfig, 1)])) as found:
        yield found


@attrs.frozen
class Place:
    """A folder with a policy, requests and a configuration."""

    folder: Path

    def write(self, name: str, text: str) -> Path:
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def trader(self, name: str, *offers: str, more: str = "") -> str:
        """A trader's section."""
        lines = json.dumps(["offer,mineral,price,quantity", *offers])
        return f'[traders.{name}]\nadapter = "wire"\nlog = "said.jsonl"\noffers = {lines}\n{more}\n'

    def said(self) -> list[dict[str, Any]]:
        """All that went over the wire, by who was told."""
        file = self.folder / "said.jsonl"
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        return sorted((json.loads(line) for line in lines), key=lambda one: str(one["to"]))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    here = Place(tmp_path)
    here.write("small.vault", POLICY)
    here.write("requests.csv", REQUESTS)
    return here
