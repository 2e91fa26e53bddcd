"""What statements are made of: values, conditions, orders, dates and scopes."""

from __future__ import annotations

from collections.abc import Sequence

from vault_rules.testing.strategies.more_words import MORE
from vault_rules.testing.strategies.names import Names
from vault_rules.testing.strategies.words import Pool, Words
from vault_rules.trials.books.choosing import Chooser

_RATIOS = ("10%", "0%", "5%", "15%", "20%", "25%", "33%", "50%", "12.5%")
_RATIOS_READ = ("(if origin = COUNTRY then 20% else 10%)", "spec[mineral].extra", "(purity else 5%)")


class Sentences:
    """Writes what stands in a policy's statements. `tiers` and `ratios` are what may be named so far."""

    def __init__(self, choose: Chooser, names: Names | None = None, words: Words = MORE) -> None:
        self.choose, self.names, self.words = choose, names or Names(), words
        self.tiers: list[str] = []
        self.ratios: list[str] = []

    def pick(self, pool: Sequence[str]) -> str:
        """One piece with its names; without tiers, none that names one."""
        if not self.tiers:
            pool = [one for one in pool if "TIER" not in one.replace("TIERS", "")]
        return self.names.filled(self.choose, self.choose.one(pool), self.tiers)

    def condition(self, *pools: Pool, depth: int = 2) -> str:
        """A condition over pieces of these pools."""
        atom = self.pick(self.choose.one(pools))
        if depth == 0 or not self.choose.chance(45):
            return atom
        other = self.condition(*pools, depth=depth - 1)
        shape = self.choose.one(("and", "or", "not", "either", "if", "else"))
        match shape:
            case "and" | "or":
                return f"({atom}) {shape} ({other})"
            case "not":
                return f"not ({atom})"
            case "else":
                return f"(({atom}) else {self.choose.one(('true', 'false'))})"
        third = self.condition(*pools, depth=0)
        if shape == "if":
            return f"(if {third} then {atom} else {other})"
        return f"(({atom}) and ({other})) or ({third})"

    def ratio(self) -> str:
        """Of a premium."""
        if self.ratios and self.choose.chance(40):
            return self.choose.one(self.ratios)
        return self.pick(_RATIOS_READ) if self.choose.chance(8) else self.choose.one(_RATIOS)

    def part(self) -> str:
        """Of a share."""
        if self.ratios and self.choose.chance(20):
            return self.choose.one(self.ratios)
        return self.choose.one(self.words.ratios)

    def keys(self, pool: Pool) -> str:
        found = self.choose.some((1, 2), lambda: self.pick(pool) + (" descending" if self.choose.chance(30) else ""))
        return ", ".join(found)

    def window(self, often: int = 25) -> str:
        return self.choose.one(self.words.windows) if self.choose.chance(often) else ""

    def scope(self, often: int = 25, *, buyers: bool = True) -> str:
        if not self.choose.chance(often):
            return ""
        minerals = [f"for {{{one}}}" for one in self.names.minerals[:2]]
        return self.choose.one([*minerals, "for both", *(self.for_buyers() if buyers else [])])

    def for_buyers(self) -> list[str]:
        return [f"for buyers {{{one}}}" for one in self.names.buyers]

    def modifiers(self, often: int = 25, *, buyers: bool = True) -> str:
        return " ".join(one for one in (self.scope(often, buyers=buyers), self.window(often)) if one)

    # ---- steps and places -----------------------------------------------------------------------------------------

    def clauses(self, *, premiums: bool = True) -> str:
        """Of a step: when, premium, share, by."""
        words, found = self.words, []
        if self.choose.chance(25):
            pools = (words.loose, words.offer, words.context, words.request, words.reference)
            found.append(f"when {self.condition(*pools, depth=1)}")
        if premiums and self.choose.chance(45):
            over = " else ".join(self.choose.some((1, 1, 2, 3), lambda: self.pick(words.prices)))
            found.append(f"premium <= {self.ratio()} over {over} if none {self.choose.one(('allow', 'reject'))}")
        if self.choose.chance(35):
            found.append(f"share <= {self.part()}{' of awarded' if self.choose.chance(40) else ''}")
        if self.choose.chance(40):
            found.append(f"by {self.keys(words.step_keys)}")
        return " ".join(found)

    def places(self) -> str:
        return "\n  ".join(self.choose.some((1, 2, 3), self._place))

    def _place(self) -> str:
        kinds = self.choose.one(("owned", "owned, leased", "leased", "{owned, third_party}", "sites, leased"))
        when = f" when {self.condition(self.words.store, depth=1)}" if self.choose.chance(40) else ""
        by = f" by {self.keys(self.words.store_keys)}" if self.choose.chance(60) else ""
        return f"place in {kinds}{when}{by}"
