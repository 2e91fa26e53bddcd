"""Values that need themselves: through the value of an exception, or through a table's cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from vault_rules.semantics import typed
from vault_rules.semantics.reads import Reads
from vault_rules.source.diagnostic import ERROR, Diagnostic

_TABLE = "table "
_HELP = "give one of them a value of its own"


class Circles:
    """What each `let` and each table reads, found once."""

    def __init__(self, reads: Reads, tables: Mapping[str, typed.TypedTable]) -> None:
        self.reads, self.tables = reads, tables
        self._of: dict[str, list[tuple[str, typed.Expr]]] = {}

    def find(self, lets: Iterable[str]) -> Iterator[Diagnostic]:
        """One mistake for each circle, at the place that closes it."""
        names = list(lets)
        if not self._is_there_any(names):
            return
        reported: set[str] = set()
        for name in names:
            seen: set[str] = set()
            queue = [name]
            while queue:
                for other, place in self._read_by(queue.pop()):
                    if other == name and not {name, *seen} & reported:
                        reported |= {name, *seen}
                        message = f"this value needs itself: `{name}`"
                        yield Diagnostic("V0212", ERROR, message, place.span, help=_HELP)
                        seen.add(name)
                    elif other not in seen:
                        seen.add(other)
                        queue.append(other)

    def _is_there_any(self, names: list[str]) -> bool:
        """Whether any way leads back to where it was: one walk over everything, so that most policies pay no more."""
        left: set[str] = set()
        for start in names:
            way: dict[str, Iterator[tuple[str, typed.Expr]]] = {}
            if start not in left:
                way[start] = iter(self._read_by(start))
            while way:
                name = next(reversed(way))
                other = next((one for one, _ in way[name] if one not in left), None)
                if other is None:
                    left.add(name)
                    del way[name]
                elif other in way:
                    return True
                else:
                    way[other] = iter(self._read_by(other))
        return False

    def _read_by(self, name: str) -> list[tuple[str, typed.Expr]]:
        """The lets and tables that one reads, with the place, in the order written."""
        if name not in self._of:
            self._of[name] = [
                (one.name if isinstance(one, typed.LetRef) else f"{_TABLE}{one.table}", one)
                for part in self._parts(name)
                for one in typed.walk(part)
                if isinstance(one, typed.LetRef | typed.Lookup)
            ]
        return self._of[name]

    def _parts(self, name: str) -> list[typed.Expr]:
        if not name.startswith(_TABLE):
            return self.reads.parts(name)
        table = self.tables.get(name.removeprefix(_TABLE))
        return [] if table is None else [cell for row in table.rows.values() for cell in row.values()]
