"""The names that a generated policy may use, and how they come into its pieces."""

from __future__ import annotations

import re
from collections.abc import Sequence

import attrs
from hypothesis.errors import InvalidArgument

from vault_rules.trials.books.choosing import Chooser

_STANDS_FOR_A_NAME = re.compile(
    r"\b(TIERS?|MINERAL|OTHER|COUNTRY|COUNTRIES|TRADERS?|BUYER|BOTH|ALLIES|DESK)\b", re.ASCII
)


def _some(names: Sequence[str]) -> tuple[str, ...]:
    if isinstance(names, str) or not names:
        raise InvalidArgument(f"a policy needs at least one name of each kind, as a tuple of texts: this is {names!r}")
    return tuple(names)


@attrs.frozen
class Names:
    """Minerals, countries, traders and buyers, at least one of each; the first are used most.

    Raises `InvalidArgument` where there is none of a kind.
    """

    minerals: tuple[str, ...] = attrs.field(default=("cobalt", "gallium", "tin"), converter=_some)
    countries: tuple[str, ...] = attrs.field(default=("US", "AU", "CN", "KR", "CA"), converter=_some)
    traders: tuple[str, ...] = attrs.field(default=("ta", "tb", "tc"), converter=_some)
    buyers: tuple[str, ...] = attrs.field(default=("gm", "ge"), converter=_some)

    @property
    def declared(self) -> list[str]:
        """The statements that declare them."""
        kinds = (("mineral", self.minerals), ("trader", self.traders), ("buyer", self.buyers))
        return ["\n".join(f"{kind} {name}" for name in names) for kind, names in kinds]

    @property
    def other(self) -> str:
        """The second mineral, where there is one."""
        return self.minerals[:2][-1]

    def defined(self, text: str) -> str:
        """A definition with its names: the same ones in every policy."""
        traders = self.traders[:2]
        stand = {
            "MINERAL": self.minerals[0],
            "OTHER": self.other,
            "BOTH": _set(dict.fromkeys((self.minerals[0], self.other))),
            "ALLIES": f"{_set(self.countries[1:4:2] or self.countries)} + {_set(self.countries[-1:])}",
            "DESK": _set(traders) + (f" - {_set(traders[1:])}" if len(traders) > 1 else ""),
        }
        return _STANDS_FOR_A_NAME.sub(lambda found: stand[found[0]], text)

    def filled(self, choose: Chooser, text: str, tiers: Sequence[str]) -> str:
        """A piece with its names, each chosen anew. Without tiers only `all` can be named."""
        return _STANDS_FOR_A_NAME.sub(lambda found: self._name(choose, found[0], tiers), text)

    def _name(self, choose: Chooser, word: str, tiers: Sequence[str]) -> str:
        match word:
            case "TIER":
                return choose.one(tiers)
            case "TIERS":
                return _tiers(choose, tiers)
            case "MINERAL":
                return choose.one((self.minerals[0], *self.minerals[:2]))
            case "OTHER":
                return self.other
            case "COUNTRY":
                return choose.one((self.countries[0], *self.countries))
            case "COUNTRIES":
                return _in_order(choose.few(self.countries), self.countries)
            case "TRADER":
                return choose.one(self.traders)
            case "TRADERS":
                return _in_order(choose.few(self.traders), self.traders)
            case "BUYER":
                return choose.one(self.buyers)
        raise AssertionError(word)


def _set(names: Sequence[str] | dict[str, None]) -> str:
    return "{" + ", ".join(names) + "}"


def _in_order(names: Sequence[str], declared: Sequence[str]) -> str:
    """So that two sets of the same names are the same text."""
    return ", ".join(one for one in declared if one in names)


def _tiers(choose: Chooser, tiers: Sequence[str]) -> str:
    """What a reference takes: all tiers, one, or several, with braces or without."""
    if not tiers or not choose.chance(60):
        return "all"
    few = choose.few(tiers)
    return _set(few) if choose.chance(50) else ", ".join(few)
