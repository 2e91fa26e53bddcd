"""Every hook by its name: what a plugin hands in through it is used. `tests/test_docs.py` counts these tests."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import attrs

from tests.support import policies
from tests.support.books import book
from tests.support.plugins import installed, plugin
from vault_rules import api
from vault_rules.adapters.config import read_config
from vault_rules.adapters.messages import Query, Row
from vault_rules.adapters.registration import ExecutedStep, Function, Observer, Registration, Reviewer, Setup
from vault_rules.domain.plan import Finding

TABLES = {
    "offers": "\n    offer | trader | mineral | price | quantity\n    a | glencore | cobalt | 30 | 10\n",
    "requests": "\n    request | buyer | mineral | quantity\n    r1 | gm | cobalt | 10\n",
}


@attrs.frozen
class Settings:
    colour: str


def opened(tmp_path: Path, section: str, hook: str) -> Any:
    """What the factory of an adapter gives for a section of `vault.toml`."""
    made: list[tuple[Settings, Setup]] = []

    def factory(settings: Settings, setup: Setup) -> list[tuple[Settings, Setup]]:
        made.append((settings, setup))
        return made

    (tmp_path / "vault.toml").write_text(f'[{section}.somebody]\nadapter = "ours"\ncolour = "red"\n', encoding="utf-8")
    hooks: dict[str, Any] = {hook: [Registration("ours", factory, Settings, 1)]}
    with installed(plugin(**hooks)) as found:
        config = read_config(tmp_path / "vault.toml", found.sound())
    assert made == [], "reading a configuration connects to nobody"
    ((settings, setup),) = config.counterparties[0].open()
    assert (setup.name, setup.folder, setup.timeout) == ("somebody", tmp_path, 30.0)
    return settings


def test_vault_rules_traders(tmp_path: Path) -> None:
    assert opened(tmp_path, "traders", "traders") == Settings("red")


def test_vault_rules_storages(tmp_path: Path) -> None:
    assert opened(tmp_path, "storages", "storages") == Settings("red")


def test_vault_rules_reference_prices(tmp_path: Path) -> None:
    assert opened(tmp_path, "references", "reference_prices") == Settings("red")


def test_vault_rules_functions() -> None:
    with installed(plugin(functions=[Function("half", ("price",), "price", lambda price: price / 2)])):
        loaded = policies.policy("mineral cobalt\nrequire r: half(price) = 15 USD/kg\nwaterfall w { take all }\n")
        plan = api.evaluate(loaded, book(**TABLES), policies.AS_OF)
    assert [one.quantity for one in plan.rows.awards] == [Fraction(10)]


def test_vault_rules_reviewers() -> None:
    seen = Finding("seen", "review", "cobalt", None, None, True)
    with installed(plugin(reviewers=[Reviewer("law", lambda plan: [seen])])):
        loaded = policies.policy("mineral cobalt\nwaterfall w { take all }\n")
        plan = api.evaluate(loaded, book(**TABLES), policies.AS_OF)
        assert plan.rows.findings == (seen,)


def test_vault_rules_observers() -> None:
    heard: list[ExecutedStep] = []
    with installed(plugin(observers=[Observer("log", heard.append)])) as found:
        (one,) = found.observers.values()
    step = ExecutedStep("run-1", "run-1:a", "reserve", "done", "trader glencore")
    one.what.observe(step)
    assert heard == [step]


def test_a_query_says_names_of_minerals_and_nothing_else() -> None:
    assert attrs.asdict(Query(("zinc", "cobalt", "zinc"))) == {"minerals": ("cobalt", "zinc")}
    assert [field.name for field in attrs.fields(Row)] == ["cells", "number"]
