"""A whole policy, statement by statement: exceptions to what came before, and the definitions that are named."""

from __future__ import annotations

import re
from collections.abc import Iterable

from vault_rules.testing.strategies.measures import cap_body, split_by
from vault_rules.testing.strategies.statements import Statements

_OF_ALL_BUYERS = ("tier", "route")
_ABOUT_OFFERS = ("let", "let-condition", "require", "forbid")


class Writer(Statements):
    """Writes one policy that the checker accepts.

    Exceptions never clash: those to one rule stand apart, or each is an exception to the one before.
    """

    all_definitions = False
    """Whether definitions that nothing names stay."""
    more_of_everything = False
    """Whether there are so many caps, findings and exceptions that they meet each other."""

    def policy(self) -> list[str]:
        """The statements, one text each."""
        has, some = self.features, self.choose.some
        header = self.header()
        lets = some((0, 1, 2, 3), self.let)
        tiers = self.declare_tiers() if has.tiers else []
        body = some((0, 0, 0, 1, 1, 2), self.rule) if has.rules else []
        body += self.routes() if has.routes else []
        body += self.waterfalls()
        many = self.more_of_everything
        body += some((0, 1, 1, 2, 3, 4) if many else (0, 1, 1, 2, 3), self.cap) if has.caps else []
        body += self.stores() if has.stores else []
        body += some((0, 1, 1, 2) if many else (0, 1), self.found) if has.targets else []
        counts = (0, 1, 2, 4, 6) if many else (0, 1, 1, 2, 3, 4)
        exceptions = [one for found in some(counts, self.exceptions) for one in found] if has.exceptions else []
        rest = [*lets, *tiers, *body, *exceptions]
        return [header, *self.names.declared, *self._definitions([header, *rest]), *rest]

    def _definitions(self, statements: Iterable[str]) -> list[str]:
        """Those that are named."""
        words = set(re.findall(r"\w+", "\n".join(statements)))
        known = map(self.names.defined, self.words.definitions)
        return [one for one in known if self.all_definitions or one.split()[1].rstrip(":") in words]

    # ---- exceptions -----------------------------------------------------------------------------------------------

    def exceptions(self) -> list[str]:
        """An exception to what has none yet, to any kind of it as often as to another; or two that never both hold."""
        kinds = sorted(set(self.changes.values()))
        if not kinds:
            return []
        kind = self.choose.one(kinds)
        target = self.choose.one([name for name, one in self.changes.items() if one == kind])
        del self.changes[target]
        if not self.choose.chance(20):
            buyers = kind not in _OF_ALL_BUYERS
            return [self._exception(target, kind, self.modifiers(30, buyers=buyers))]
        minerals = [f"for {{{one}}}" for one in self.names.minerals[:2]]
        halves = self.choose.one((["before turn", "from turn"], minerals))
        return [self._exception(target, kind, one) for one in halves]

    def _exception(self, target: str, kind: str, modifiers: str) -> str:
        name = self.name("exc")
        body = self._change(target, kind)
        if body != "waive":
            self.changes[name] = kind
            if target in self.named_steps:
                self.named_steps[name] = self.named_steps[target]
            if target in self.split:
                self.split[name] = split_by(body) or self.split[target]
        words = self.words
        pools = (words.context, words.offer) if kind in _ABOUT_OFFERS else (words.context,)
        when = f" when {self.condition(*pools, depth=0)}" if self.choose.chance(40) else ""
        return f'exception {name} to {target} {modifiers}{when} because "b" {{ {body} }}'

    def _change(self, target: str, kind: str) -> str:
        choose, words = self.choose, self.words
        if kind not in ("let", "let-condition") and choose.chance(3 if kind == "waterfall" else 30):
            return "waive"
        match kind:
            case "let":
                return choose.one(("5%", "15%", "25%", "60%"))
            case "let-condition":
                return f"({self.condition(words.offer, depth=0)})"
            case "require" | "forbid":
                return f"{kind} {self.condition(words.offer, words.offer, words.request, depth=1)}"
            case "tier":
                return f"when {self.condition(words.tier, depth=1)}"
            case "route":
                return f"to {self.pick(words.sellers)}"
            case "store":
                return self.places()
            case "waterfall":
                clauses = self.clauses(premiums=self.features.premiums) or "share <= 50%"
                return f"{choose.one(self.named_steps[target])} {clauses}"
        return cap_body(self, kind.removeprefix("cap-"), self.split[target])
