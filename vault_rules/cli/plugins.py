"""`vault-rules plugins`: what is installed, from where, and whether it works; and the beginning of a new one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vault_rules.cli.running import ADAPTER, DONE, emit

if TYPE_CHECKING:
    from vault_rules.adapters.config import Counterparty
    from vault_rules.adapters.manager import Plugin, Plugins

_ADAPTERS = ("traders", "storages", "reference_prices")


@click.group("plugins", invoke_without_command=True)
@click.option("--config", type=click.Path(path_type=Path), help="Also ask each of this vault.toml whether it is there.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to a file instead of stdout.")
@click.pass_context
def command(context: click.Context, config: Path | None, form: str, output: Path | None) -> int | None:
    """List the installed plugins: what each offers, from where it is, and whether it can be used (else exit code 4)."""
    if context.invoked_subcommand is not None:
        return None
    from vault_rules.adapters.manager import installed
    from vault_rules.report.as_json import dump

    found = installed()
    said: dict[str, Any] = {"plugins": [_said(one) for one in found.plugins]}
    if config is not None:
        said["counterparties"] = _counterparties(found, config)
    emit(dump(said) if form == "json" else "\n".join(_lines(said)) + "\n", output)
    return DONE if all(one["ok"] for ones in said.values() for one in ones) else ADAPTER


def _said(plugin: Plugin) -> dict[str, Any]:
    problem = plugin.problem or _bad_functions(plugin)
    fields: dict[str, Any] = {"name": plugin.name, "from": plugin.origin, "version": plugin.version}
    for hook in _ADAPTERS:
        fields[hook] = [
            {"name": one.name, "capabilities": sorted(can.value for can in one.capabilities), "doc": one.doc}
            for one in plugin.offers.get(hook, ())
        ]
    fields["functions"] = [
        {"name": one.name, "parameters": list(one.parameters), "result": one.result, "doc": one.doc}
        for one in plugin.offers.get("functions", ())
    ]
    for hook in ("reviewers", "observers"):
        fields[hook] = [one.name for one in plugin.offers.get(hook, ())]
    return {**fields, "ok": problem is None, "health": problem or "can be used"}


def _bad_functions(plugin: Plugin) -> str | None:
    """What is wrong with its functions as rows of the signature table."""
    from vault_rules.adapters.manager import Plugins
    from vault_rules.errors import PluginError
    from vault_rules.extensions import signatures

    try:
        signatures(Plugins((plugin,)))
    except PluginError as why:
        return str(why)
    return None


def _counterparties(found: Plugins, path: Path) -> list[dict[str, Any]]:
    from concurrent.futures import ThreadPoolExecutor

    from vault_rules.adapters.config import read_config

    config = read_config(path, found)
    with ThreadPoolExecutor(max(1, len(config.counterparties))) as pool:
        health = list(pool.map(_health, config.counterparties))
    return [
        {
            "name": one.name,
            "kind": one.kind,
            "adapter": one.adapter.what.name,
            "plugin": one.adapter.plugin.name,
            "capabilities": sorted(can.value for can in one.capabilities),
            "ok": ok,
            "health": text,
        }
        for one, (ok, text) in zip(config.counterparties, health, strict=True)
    ]


def _health(one: Counterparty) -> tuple[bool, str]:
    from contextlib import closing

    from vault_rules.adapters.calling import ask
    from vault_rules.errors import AdapterError, BookError

    def look() -> str:
        with closing(one.open()) as adapter:
            return str(adapter.health())

    try:
        return True, one.hide(ask(one, look))
    except (AdapterError, BookError) as why:
        return False, one.hide(str(why))


def _lines(said: dict[str, Any]) -> Iterator[str]:
    for one in said["plugins"]:
        yield f"{one['name']}  {one['from']} {one['version']}"
        yield f"  {one['health']}"
        for hook in _ADAPTERS:
            for adapter in one[hook]:
                can = f" ({', '.join(adapter['capabilities'])})" if adapter["capabilities"] else ""
                yield f"  {hook.replace('_', ' ')}: {adapter['name']}{can}: {adapter['doc']}"
        for function in one["functions"]:
            kinds = ", ".join(function["parameters"])
            yield f"  function: {function['name']}({kinds}) gives {function['result']}: {function['doc']}"
        for hook in ("reviewers", "observers"):
            yield from (f"  {hook}: {name}" for name in one[hook])
    for one in said.get("counterparties", ()):
        can = ", ".join(one["capabilities"]) or "shows only"
        yield f"{one['kind']} {one['name']}  {one['adapter']} ({can})"
        yield f"  {one['health']}"


@command.command("new")
@click.argument("name")
@click.option("--trader", "kind", flag_value="trader", help="An adapter of traders.")
@click.option("--storage", "kind", flag_value="storage", help="An adapter of storages.")
@click.option("--output", type=click.Path(path_type=Path), help="The folder to write; else vault-rules-NAME.")
def new(name: str, kind: str | None, output: Path | None) -> int:
    """Write a distribution with an adapter that works, its contract tests and a README: a plugin to begin with."""
    from vault_rules.cli.new_plugin.writing import write_plugin

    if kind is None:
        raise click.UsageError("Say --trader or --storage.")
    folder = write_plugin(name, kind, output)
    click.echo(f"{folder} is written: pip install -e '{folder}[test]' and run pytest in it")
    return DONE
