"""What any engine knows once it has served the requests: all that the rest of a plan is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from vault_rules.domain.plan import Award, Shortfall
from vault_rules.domain.rows import Offer
from vault_rules.engine.limits import Caps, Group
from vault_rules.engine.program import Clauses
from vault_rules.engine.waterfalls import Waterfalls
from vault_rules.engine.world import World
from vault_rules.semantics import typed
from vault_rules.semantics.types import OFFER_COLUMNS


class Outcome(Protocol):
    """An evaluation up to its awards."""

    @property
    def world(self) -> World: ...

    @property
    def book(self) -> Any: ...

    @property
    def caps(self) -> Caps: ...

    @property
    def waterfalls(self) -> Waterfalls: ...

    @property
    def awards(self) -> Sequence[Award]: ...

    @property
    def shortfalls(self) -> Sequence[Shortfall]: ...

    def offer(self, name: str) -> Offer:
        """An offer that was awarded, by id."""
        ...

    def offered(self) -> set[tuple[str, str, str | None, bool]]:
        """Mineral, tier and form of what may serve, and whether references see it."""
        ...

    def groups_offered(self, rule: typed.Rule, clauses: Clauses) -> set[Group]:
        """The groups of a cap in which offers may count for requests."""
        ...

    def missing_everywhere(self) -> list[str]:
        """The columns that a rule missed and that no offer has, by name."""
        ...


def columns_missed(codes: Iterable[str], policy: typed.TypedPolicy, is_there: Callable[[str], bool]) -> list[str]:
    """Of the codes `missing:COLUMN` the columns that are offers' own and stand nowhere."""
    names = sorted({code.removeprefix("missing:") for code in codes if code.startswith("missing:")})
    return [name for name in names if (name in OFFER_COLUMNS or name in policy.fields) and not is_there(name)]


def has(offer: Offer, name: str) -> bool:
    """Whether an offer has a column."""
    return (getattr(offer, name, None) if name in OFFER_COLUMNS else offer.fields.get(name)) is not None
