"""Plugins are found, and one that cannot be used is named with what is wrong with it."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import attrs
import pytest

from tests.support.plugins import Distribution, Point, module, plugin, plugins
from vault_rules.adapters import hookspecs
from vault_rules.adapters.hookspecs import hookimpl
from vault_rules.adapters.manager import Plugins
from vault_rules.adapters.plugin_checks import HOOKS
from vault_rules.adapters.protocols import PROTOCOL
from vault_rules.adapters.registration import Function, Observer, Registration, Reviewer
from vault_rules.errors import PluginError


@attrs.frozen
class Settings:
    path: Path


def adapter(name: str = "ours", protocol: int = 1, config: Any = Settings) -> Registration:
    return Registration(name, lambda settings, setup: None, config, protocol)


def problem(found: Plugins) -> str:
    """The one thing that is wrong."""
    with pytest.raises(PluginError) as stopped:
        found.sound()
    (text,) = stopped.value.problems
    return text


def test_the_built_in_adapters_are_a_plugin_like_any_other() -> None:
    found = plugins().sound()
    assert [one.name for one in found.plugins] == ["builtin"]
    assert list(found.traders) == list(found.storages) == list(found.reference_prices) == ["files"]
    assert found.traders["files"].plugin.origin == "vault-rules"


def test_every_hook_of_the_specification_hands_something_in() -> None:
    assert {hookspecs.PREFIX + name for name in HOOKS} == {
        name for name in dir(hookspecs) if name.startswith(hookspecs.PREFIX)
    }
    assert set(hookspecs.WORDS) == set(HOOKS)


def test_what_all_plugins_hand_in_is_found_by_name_whatever_their_order() -> None:
    first = plugin("acme", traders=[adapter("zinc")], observers=[Observer("log", print)])
    second = plugin("bolt", traders=[adapter("alum")], reviewers=[Reviewer("law", lambda plan: ())])
    for order in ((first, second), (second, first)):
        found = plugins(*order).sound()
        assert list(found.traders) == ["alum", "files", "zinc"]
        assert (list(found.observers), list(found.reviewers)) == (["log"], ["law"])
        assert found.traders["zinc"].plugin.source == "vault-rules-acme 1.0"


def test_a_plugin_that_cannot_be_imported_is_named_with_the_reason() -> None:
    def fail() -> ModuleType:
        raise ImportError("no module named acme_wire")

    text = problem(plugins(Point("acme", fail)))
    assert text == ("plugin `acme` of vault-rules-acme 1.0 cannot be imported: ImportError: no module named acme_wire")


def test_a_misspelt_hook_is_answered_with_the_nearest() -> None:
    made = module()
    made.vault_rules_trader = hookimpl(_nothing)  # type: ignore[attr-defined]
    text = problem(plugins(Point("acme", lambda: made)))
    assert "plugin `acme`" in text
    assert "has `vault_rules_trader`, which is no hook: did you mean `vault_rules_traders`?" in text


def test_a_hook_that_nobody_would_call_is_told_of() -> None:
    made = module()
    made.vault_rules_traders = print  # type: ignore[attr-defined]
    assert "without `@hookimpl`" in problem(plugins(Point("acme", lambda: made)))


def test_a_hook_with_other_arguments_is_told_of() -> None:
    made = module()
    made.vault_rules_traders = hookimpl(specname="vault_rules_traders")(_with_an_argument)  # type: ignore[attr-defined]
    text = problem(plugins(Point("acme", lambda: made)))
    assert "plugin `acme`" in text and "has a hook of another form" in text


def _nothing() -> list[Registration]:
    return []


def _with_an_argument(colour: str) -> list[Registration]:
    return []


def test_two_plugins_of_one_name_are_both_named() -> None:
    twice = [Point("acme", module, Distribution("one", "1")), Point("acme", module, Distribution("two", "2"))]
    with pytest.raises(PluginError) as stopped:
        plugins(*twice).sound()
    assert set(stopped.value.problems) == {
        "two plugins are called `acme`, of one 1 and of two 2: uninstall one of them"
    }


def test_nobody_takes_the_name_of_the_built_in_plugin() -> None:
    assert "two plugins are called `builtin`" in problem(plugins(plugin("builtin")))


def test_two_adapters_of_one_name_are_told_of_with_both_plugins() -> None:
    text = problem(plugins(plugin("acme", traders=[adapter("files")])))
    assert "plugin `acme`" in text
    assert "offers the adapter of traders `files`, which plugin `builtin` of vault-rules" in text


@pytest.mark.parametrize(("protocol", "newer"), [(0, "of the plugin"), (PROTOCOL + 1, "of vault-rules")])
def test_an_adapter_of_another_version_of_the_protocol_says_what_to_install(protocol: int, newer: str) -> None:
    text = problem(plugins(plugin(traders=[adapter(protocol=protocol)])))
    assert f"has the adapter `ours` for version {protocol} of the protocol" in text
    assert f"install a newer version {newer}" in text


@pytest.mark.parametrize(
    ("hooks", "said"),
    [
        ({"traders": [adapter(config=int)]}, "whose `config` is no attrs class"),
        ({"traders": [Function("f", ("price",), "price", abs)]}, "gives a Function"),
        ({"traders": [adapter("No Name")]}, "write it in small letters"),
        ({"storages": adapter()}, "gives no list"),
        ({"functions": [lambda: 1]}, "where a Function is wanted"),
    ],
)
def test_what_is_handed_in_is_of_the_right_form(hooks: Any, said: str) -> None:
    assert said in problem(plugins(plugin(**hooks)))


def test_a_config_does_not_take_the_keys_of_vault_rules() -> None:
    @attrs.frozen
    class Greedy:
        timeout: int

    assert "has `timeout`, a key of vault-rules' own" in problem(plugins(plugin(traders=[adapter(config=Greedy)])))


def test_a_hook_that_fails_is_named() -> None:
    made = module()

    def fail() -> list[Registration]:
        raise RuntimeError("no licence")

    made.vault_rules_storages = hookimpl(specname="vault_rules_storages")(fail)  # type: ignore[attr-defined]
    text = problem(plugins(Point("acme", lambda: made)))
    assert "plugin `acme`" in text and "fails in `vault_rules_storages`: RuntimeError: no licence" in text


def test_of_a_broken_plugin_nothing_is_used() -> None:
    found = plugins(plugin("acme", traders=[adapter("good")], storages=[adapter(protocol=0)]))
    assert list(found.traders) == ["files"]
    assert [one.problem is None for one in found.plugins] == [True, False]
