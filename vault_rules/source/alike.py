"""What all nodes of syntax and meaning share: how they are made, compared, hashed and shown.

There are a hundred classes of them, and a policy of a thousand rules is made of sixty thousand. `attrs` takes longer to
make the classes, whenever the program starts, than it takes to check a small policy, and to guard each field of frozen
ones takes a tenth of the time in which a large one is checked. So the classes are made here, with one function compiled
for each, and are frozen for whoever checks types, not while the program runs. For the rest they are what `attrs.frozen`
would make: `attrs.fields` and `attrs.evolve` know them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import attrs

__all__ = ["Alike", "field", "node"]

NOTHING: Any = attrs.NOTHING


class _Field(NamedTuple):
    """A field, and what `attrs.field` says of one. `hash`: as `eq`, where it says nothing."""

    default: Any = NOTHING
    factory: Callable[[], Any] | None = None
    eq: bool = True
    hash: bool | None = None
    repr: bool = True
    kw_only: bool = False
    name: str = ""


def _node(kind: Any = None, *, kw_only: bool = False) -> Any:
    if kind is None:
        return partial(_node, kw_only=kw_only)
    space = {name: one for name, one in vars(kind).items() if name not in ("__dict__", "__weakref__")}
    inherited = {one.name: one for base in reversed(kind.__bases__) for one in getattr(base, "__fields__", ())}
    own = []
    for name in kind.__annotations__:
        given = space.pop(name, NOTHING)
        one = given if isinstance(given, _Field) else _Field(given)
        own.append(one._replace(name=name, kw_only=one.kw_only or kw_only))
        inherited.pop(name, None)
    fields = (*inherited.values(), *own)
    slots = [one.name for one in own if not any(hasattr(base, one.name) for base in kind.__bases__)]
    if not any(hasattr(base, "__weakref__") for base in kind.__bases__):
        slots.append("__weakref__")
    space |= {"__slots__": tuple(slots), "__fields__": fields, "__init__": _init(fields)}
    space["__match_args__"] = tuple(one.name for one in fields if not one.kw_only)
    made = type(kind)(kind.__name__, kind.__bases__, space)
    made.__qualname__ = kind.__qualname__
    return made


def _init(fields: Iterable[_Field]) -> Any:
    """The function that sets these fields."""
    names: dict[str, Any] = {"NOTHING": NOTHING}
    given: list[str] = []
    by_name: list[str] = []
    lines = []
    for one in fields:
        name, value = one.name, one.name
        parameter = name
        if one.factory is not None:
            names[f"make_{name}"] = one.factory
            parameter, value = f"{name}=NOTHING", f"make_{name}() if {name} is NOTHING else {name}"
        elif one.default is not NOTHING:
            names[f"default_{name}"] = one.default
            parameter = f"{name}=default_{name}"
        (by_name if one.kw_only else given).append(parameter)
        lines.append(f"    self.{name} = {value}")
    parameters = ["self", *given, *(["*", *by_name] if by_name else [])]
    code = "\n".join([f"def __init__({', '.join(parameters)}):", *(lines or ["    pass"])])
    exec(code, names)  # noqa: S102  # nothing but the names of fields that stand in this program
    return names["__init__"]


class _AsAttrs:
    """What `attrs` asks of its classes, worked out where it is asked."""

    def __get__(self, one: object, kind: Any) -> Any:
        return _as_attrs(kind)


@cache
def _as_attrs(kind: Any) -> Any:
    fields = {
        one.name: attrs.field(
            default=attrs.Factory(one.factory) if one.factory is not None else one.default,
            eq=one.eq,
            hash=one.hash,
            repr=one.repr,
            kw_only=one.kw_only,
        )
        for one in kind.__fields__
    }
    return attrs.fields(attrs.make_class(kind.__name__, fields))


class Alike:
    """Equal where the class is the same and every field that counts is; for classes that are a `node`."""

    __slots__ = ()
    __fields__: tuple[_Field, ...] = ()
    __attrs_attrs__ = _AsAttrs()

    def __eq__(self, other: object) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        compared = _compared(_class_of(self))
        return bool(compared(self) == compared(other))

    def __hash__(self) -> int:
        kind = _class_of(self)
        return hash((kind, _hashed(kind)(self)))

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in _shown(_class_of(self)))
        return f"{self.__class__.__qualname__}({shown})"


def _class_of(one: Alike) -> Any:
    return one.__class__  # which mypy takes for what its instances are hashed by


@cache
def _compared(kind: type[Alike]) -> Callable[[Any], Any]:
    return _values([one.name for one in kind.__fields__ if one.eq])


@cache
def _hashed(kind: type[Alike]) -> Callable[[Any], Any]:
    return _values([one.name for one in kind.__fields__ if (one.eq if one.hash is None else one.hash)])


def _values(names: list[str]) -> Callable[[Any], Any]:
    return attrgetter(*names) if names else lambda one: ()


@cache
def _shown(kind: type[Alike]) -> tuple[str, ...]:
    return tuple(one.name for one in kind.__fields__ if one.repr)


if TYPE_CHECKING:
    from attrs import field
    from attrs import frozen as node
else:
    field = _Field
    node = _node
    """A class of nodes, which are `Alike`."""
