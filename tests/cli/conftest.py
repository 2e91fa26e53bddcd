"""A policy and a book on disk."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

POLICY = """policy small "A small reserve" {
  currency USD
  version  "1"
}

mineral cobalt
mineral copper

let most = 40 USD/kg

require cheap: price <= most

waterfall w {
  take all
}
"""
OFFERS = "offer,trader,mineral,price,quantity\na,glencore,cobalt,34.50,10\nb,traxys,cobalt,41,10\n"
REQUESTS = "request,buyer,mineral,quantity\nr1,gm,cobalt,10\nr2,gm,copper,1\n"


@attrs.frozen
class Place:
    """Where the policy and the book are."""

    folder: Path

    @property
    def policy(self) -> str:
        return str(self.folder / "small.vault")

    @property
    def book(self) -> str:
        return str(self.folder / "book")

    def arguments(self, command: str = "evaluate", *more: str) -> tuple[str, ...]:
        return (command, self.policy, "--book", self.book, "--as-of", "2027-08-01", *more)

    def write(self, name: str, text: str) -> str:
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return str(file)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    here = Place(tmp_path)
    here.write("small.vault", POLICY)
    here.write("book/offers.csv", OFFERS)
    here.write("book/requests.csv", REQUESTS)
    return here
