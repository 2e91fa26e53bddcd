"""The statements of a generated policy, but for exceptions: what later ones may name is remembered."""

from __future__ import annotations

from vault_rules.testing.strategies.features import Features
from vault_rules.testing.strategies.measures import cap_body, split_by, target_body
from vault_rules.testing.strategies.more_words import MORE
from vault_rules.testing.strategies.names import Names
from vault_rules.testing.strategies.sentences import Sentences
from vault_rules.testing.strategies.words import Words
from vault_rules.trials.books.choosing import Chooser

TIERS = ("dom", "ally", "rest")


class Statements(Sentences):
    """Writes statements. `changes` says of each rule what an exception may do to it."""

    exceptions_to_advice = True
    """Whether advisory rules and caps may have exceptions: what is then reported apart."""
    compared_of_prior_awards = True
    """Whether a cap may ask for `compared`, which of a prior award is nowhere defined."""

    def __init__(
        self, choose: Chooser, names: Names | None = None, words: Words = MORE, features: Features | None = None
    ) -> None:
        super().__init__(choose, names, words)
        self.features = features or Features()
        self.changes: dict[str, str] = {}
        self.named_steps: dict[str, list[str]] = {}
        """The steps of each waterfall that can be named, and of each exception to one."""
        self.steps: dict[str, int] = {}
        """How many steps each waterfall has."""
        self.split: dict[str, frozenset[str]] = {}
        """The columns by which each cap is split."""
        self._count = 0

    def name(self, kind: str, change: str = "") -> str:
        """A new name; `change` is what an exception may do to what bears it."""
        self._count += 1
        name = f"{kind}{self._count}"
        if change:
            self.changes[name] = change
        return name

    # ---- header and definitions -----------------------------------------------------------------------------------

    def header(self) -> str:
        choose, words, lines = self.choose, self.words, ["currency USD"]
        if choose.chance(60):
            lines.append(f"fiscal_year starts {choose.one(('10-01', '07-01', '08-01', '01-01'))}")
        if choose.chance(40):
            lines.append(f"serve by {self.keys(words.serve_keys)}")
        if choose.chance(40):
            lines.append(f"least_award {choose.one(('1 kg', '5 kg', '10 kg', '20 kg', '10 lb'))}")
        if choose.chance(35):
            lines.append(f"compare {self.pick(words.compares)}")
        if words.shows and self.features.shows:
            count = choose.one((0, 0, 1, 2))
            lines += [f"show shown{at} = {self.pick(words.shows)}" for at in range(count)]
        return "policy p {\n  " + "\n  ".join(lines) + "\n}"

    def let(self) -> str:
        if not self.choose.chance(40):
            name = self.name("ratio", "let")
            self.ratios.append(name)
            return f"let {name} = {self.choose.one(('10%', '0%', '15%', '20%', '50%'))}"
        words = self.words
        pools = (words.offer, words.context) if not self.choose.chance(30) else (words.request, words.offer)
        name = self.name("cond", "let-condition")
        return f"let {name} = {self.condition(words.loose, *pools)}"

    def declare_tiers(self) -> list[str]:
        """No tiers, or up to three, of which no two ask the same."""
        names = TIERS[: self.choose.one((0, 1, 2, 3, 2, 3, 3))]
        found: dict[str, str] = {}
        for name in names:
            last = name == names[-1] and not self.choose.chance(7)
            when = "otherwise"
            while not last and (when == "otherwise" or when in found.values()):
                when = f"when {self.condition(self.words.tier, self.words.tier, self.words.offer, depth=1)}"
            found[name] = when
            if not last:
                self.changes[name] = "tier"
        self.tiers = list(names)
        return [f"tier {name} {when}{self._tier_modifier(when)}" for name, when in found.items()]

    def _tier_modifier(self, when: str) -> str:
        if when == "otherwise" or not self.choose.chance(15):
            return ""
        return f" {self.pick(self.words.tier_modifiers)}"

    # ---- rules ----------------------------------------------------------------------------------------------------

    def rule(self) -> str:
        choose, words = self.choose, self.words
        kind = choose.one(("require", "require", "forbid"))
        if not choose.chance(15):
            condition = self.condition(*[words.loose] * 5, words.context, words.request, depth=1)
        else:
            condition = self.condition(words.offer, words.request, depth=1)
        if kind == "forbid" and choose.chance(85):
            condition = f"not ({condition})"
        lets = [name for name, change in self.changes.items() if change == "let-condition"]
        if lets and choose.chance(60):
            condition = choose.one((lets[0], f"({condition}) {choose.one(('or', 'and'))} {lets[0]}"))
        advisory = self.features.targets and choose.chance(15)
        change = "" if advisory and not self.exceptions_to_advice else kind
        said = "advisory " if advisory else ""
        return f"{said}{kind} {self.name('rule', change)}: {condition} {self.modifiers(20)}"

    def routes(self) -> list[str]:
        found = []
        for mineral in dict.fromkeys((self.names.minerals[0], self.names.other)):
            if self.choose.chance(20):
                to = self.pick(self.words.sellers)
                found.append(f"route {self.name('route', 'route')}: {mineral} to {to} {self.window(20)}")
        return found

    # ---- waterfalls -----------------------------------------------------------------------------------------------

    def waterfalls(self) -> list[str]:
        names = self.names
        shapes: list[tuple[str, ...]] = [("",)] * 5 + [("before turn", "from turn"), ("from turn",)]
        if len(names.buyers) > 1:
            shapes.append((f"for buyers {{{names.buyers[0]}}}", f"for buyers {{{', '.join(names.buyers[1:])}}}"))
        if len(names.minerals) > 1:
            shapes.append((f"for {{{names.minerals[0]}}}", f"for {{{', '.join(names.minerals[1:])}}}"))
        return [self.waterfall(part) for part in self.choose.one(shapes)]

    def waterfall(self, part: str) -> str:
        """Steps of which none is left without offers by those before it."""
        name = self.name("fall", "waterfall")
        steps: list[str] = []
        taken: list[set[str]] = []
        labels: list[str] = []
        closed: set[str] = set()
        for _ in range(self.choose.one((1, 2, 2, 3, 3, 4))):
            tiers, clauses = self._tiers_of_step(), self.clauses(premiums=self.features.premiums)
            if tiers <= closed:
                continue
            label = f"lab{len(steps)}" if self.choose.chance(35) else ""
            said = "all" if len(tiers) == len(self.tiers or ["all"]) else ", ".join(sorted(tiers))
            steps.append(f"{label}{': ' if label else ''}take {said} {clauses}".rstrip())
            taken.append(tiers)
            labels.append(label)
            if not any(word in f" {clauses}" for word in (" when ", " premium ", " share ")):
                closed |= tiers
        self.steps[name] = len(steps)
        by_tier = [one for one in self.tiers if [one in tiers for tiers in taken].count(True) == 1]
        alone = {next(iter(one)) for one, label in zip(taken, labels, strict=True) if len(one) == 1 and not label}
        self.named_steps[name] = [one for one in labels if one] + [one for one in by_tier if one in alone]
        if not self.named_steps[name]:
            del self.changes[name]  # there is no step that an exception could restate
        return f"waterfall {name} {part} {{\n  " + "\n  ".join(steps) + "\n}"

    def _tiers_of_step(self) -> set[str]:
        if not self.tiers or not self.choose.chance(75):
            return set(self.tiers or ["all"])
        return set(self.choose.few(self.tiers))

    # ---- caps, targets, stores ------------------------------------------------------------------------------------

    def cap(self, kind: str = "cap") -> str:
        choose, words = self.choose, self.words
        measure = choose.one(("share", "quantity", "spend", "stock", "share", "quantity"))
        where = ""
        if choose.chance(30):
            where = f"where {self.condition(words.offer, words.tier, words.request, depth=1)}"
        if not self.compared_of_prior_awards:
            where = where.replace("compared", "price")
        change = f"cap-{measure}" if kind == "cap" or self.exceptions_to_advice else ""
        name, body = self.name("cap", change), cap_body(self, measure)
        self.split[name] = split_by(body)
        return f"{kind} {name}: {body} {where} {self.modifiers(20)}"

    def found(self) -> str:
        """What is reported and decides nothing."""
        if self.choose.chance(50):
            return self.cap("advisory cap")
        return f"target {self.name('target')}: {target_body(self)} {self.window(20)}"

    def stores(self) -> list[str]:
        minerals = tuple(f"for {{{one}}}" for one in self.names.minerals[:2])
        shape = self.choose.one((None, "one", "one", "one", "minerals", "dates", None))
        parts: dict[str | None, tuple[str, ...]] = {
            None: (),
            "one": ("",),
            "minerals": minerals,
            "dates": ("before turn", "from turn"),
        }
        found = []
        for part in parts[shape]:
            more = self.modifiers(10) if not part else ""
            found.append(f"store {self.name('store', 'store')} {part}{more} {{\n  {self.places()}\n}}")
        return found
