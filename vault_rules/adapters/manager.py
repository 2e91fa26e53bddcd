"""Which plugins there are, what each offers, and what is wrong with those that cannot be used.

A plugin is a module named in the entry-point group `vault_rules`; the built-in adapters are one too. A plugin with a
problem is listed with it, and nothing of it is used: whoever needs plugins calls `sound` first, so that no plan is made
while something that should have had a say in it is broken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Generic, Protocol, TypeVar

import attrs
import pluggy

from vault_rules.adapters import builtin, hookspecs
from vault_rules.adapters.hookspecs import PREFIX
from vault_rules.adapters.plugin_checks import HOOKS, BadPlugin, checked, misspelt
from vault_rules.adapters.points import GROUP, installed_points
from vault_rules.adapters.registration import Function, Observer, Registration, Reviewer
from vault_rules.errors import PluginError

T = TypeVar("T")


class Distribution(Protocol):
    """What installed a plugin."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...


class Point(Protocol):
    """An entry point, as `importlib.metadata` gives them."""

    @property
    def name(self) -> str: ...

    @property
    def dist(self) -> Any: ...

    def load(self) -> Any: ...


@attrs.frozen
class Plugin:
    """A plugin: `origin` is the distribution that holds it. `problem` says why nothing of it can be used."""

    name: str
    origin: str
    version: str
    problem: str | None = None
    offers: Mapping[str, tuple[Any, ...]] = attrs.field(factory=dict, repr=False)
    """What each hook of it handed in, by the hook's name without its prefix."""

    @property
    def source(self) -> str:
        return f"{self.origin} {self.version}"


@attrs.frozen
class Offered(Generic[T]):
    """Something that a plugin handed in."""

    what: T
    plugin: Plugin


@attrs.frozen
class Plugins:
    """All plugins, by name."""

    plugins: tuple[Plugin, ...]

    @property
    def problems(self) -> tuple[str, ...]:
        return tuple(one.problem for one in self.plugins if one.problem is not None)

    def sound(self) -> Plugins:
        """The same. Raises `PluginError` where a plugin cannot be used."""
        if self.problems:
            raise PluginError(self.problems)
        return self

    @property
    def traders(self) -> Mapping[str, Offered[Registration]]:
        return self._named("traders")

    @property
    def storages(self) -> Mapping[str, Offered[Registration]]:
        return self._named("storages")

    @property
    def reference_prices(self) -> Mapping[str, Offered[Registration]]:
        return self._named("reference_prices")

    @property
    def functions(self) -> Mapping[str, Offered[Function]]:
        return self._named("functions")

    @property
    def reviewers(self) -> Mapping[str, Offered[Reviewer]]:
        return self._named("reviewers")

    @property
    def observers(self) -> Mapping[str, Offered[Observer]]:
        return self._named("observers")

    def _named(self, hook: str) -> dict[str, Offered[Any]]:
        """What all plugins handed in through one hook, by name, sorted: the order of plugins cannot matter."""
        found = {one.name: Offered(one, plugin) for plugin in self.plugins for one in plugin.offers.get(hook, ())}
        return dict(sorted(found.items()))


@cache
def installed() -> Plugins:
    """The plugins of this installation, looked for once in a process."""
    return discover(installed_points())


def discover(points: Iterable[Point]) -> Plugins:
    """The built-in plugin and those of some entry points."""
    from vault_rules import __version__

    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(hookspecs)
    plugins = [_plugin(manager, "builtin", "vault-rules", __version__, lambda: builtin)]
    points = sorted(points, key=lambda one: (one.name, _origin(one)))
    for point in points:
        twins = [one for one in points if one.name == point.name]
        if len(twins) > 1 or point.name == "builtin":
            plugins.append(_twin(point, twins))
        else:
            plugins.append(_plugin(manager, point.name, *_origin(point), point.load))
    return Plugins(tuple(_without_doubles(plugins)))


def _origin(point: Point) -> tuple[str, str]:
    dist = point.dist
    return ("an unknown distribution", "?") if dist is None else (str(dist.name), str(dist.version))


def _twin(point: Point, twins: list[Point]) -> Plugin:
    holders = sorted(
        {" ".join(_origin(one)) for one in twins} | ({"vault-rules"} if point.name == "builtin" else set())
    )
    problem = f"two plugins are called `{point.name}`, of {' and of '.join(holders)}: uninstall one of them"
    return Plugin(point.name, *_origin(point), problem)


def _plugin(manager: pluggy.PluginManager, name: str, origin: str, version: str, load: Callable[[], Any]) -> Plugin:
    try:
        module = _loaded(load)
        _registered(manager, name, module)
        return Plugin(name, origin, version, None, dict(_handed_in(manager, module)))
    except BadPlugin as why:
        return Plugin(name, origin, version, f"plugin `{name}` of {origin} {version} {why}")


def _loaded(load: Callable[[], Any]) -> Any:
    try:
        return load()
    except Exception as why:  # whatever somebody else's module raises while it is imported
        raise BadPlugin(f"cannot be imported: {type(why).__name__}: {why}") from why


def _registered(manager: pluggy.PluginManager, name: str, module: Any) -> None:
    for word in sorted(dir(module)):
        if word.startswith(PREFIX):
            misspelt(word, module)
    try:
        manager.register(module, name)
    except (pluggy.PluginValidationError, ValueError) as why:
        raise BadPlugin(f"has a hook of another form: {str(why).strip()}") from why


def _handed_in(manager: pluggy.PluginManager, module: Any) -> Iterator[tuple[str, tuple[Any, ...]]]:
    others = {one for one in manager.get_plugins() if one is not module}
    for hook, kind in HOOKS.items():
        try:
            answers = manager.subset_hook_caller(PREFIX + hook, others)()
        except Exception as why:  # as above
            raise BadPlugin(f"fails in `{PREFIX}{hook}`: {type(why).__name__}: {why}") from why
        yield hook, tuple(one for answer in answers for one in checked(hook, kind, answer))


def _without_doubles(plugins: list[Plugin]) -> Iterator[Plugin]:
    """Two plugins that offer a thing of one name: the second cannot be used, and says so."""
    seen: dict[tuple[str, str], Plugin] = {}
    for plugin in plugins:
        mine = [(hook, one.name) for hook, ones in plugin.offers.items() for one in ones]
        double = next((key for key in mine if key in seen or mine.count(key) > 1), None)
        if double is None:
            seen.update(dict.fromkeys(mine, plugin))
            yield plugin
        else:
            other = seen.get(double, plugin)
            what = f"{hookspecs.WORDS[double[0]]} `{double[1]}`, which plugin `{other.name}` of {other.source} has too"
            problem = f"plugin `{plugin.name}` of {plugin.source} offers the {what}"
            yield Plugin(plugin.name, plugin.origin, plugin.version, problem)
