"""Writes policies for the differential test, statement by statement.

Values are few and small, so that ties, exact boundaries and awards cut short are frequent.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from tests.differential import generator_words
from tests.differential.generator_words import filled


class Writer:
    """Writes one policy. `lets`, `tiers` and `rules` are what later statements may name."""

    words: Any = generator_words
    """What statements are made of."""

    # What the page does not settle, or the engine does not do as the oracle reads it: True writes such policies too.
    compared_of_prior_awards = False  # a cap's `where` reads `compared`: of a prior award it is nowhere defined
    part_of_stock_for_buyers = True  # `of stock` in a cap `for buyers`: holdings, of no buyer, count on neither side
    restated_twice = True  # exceptions to exceptions to caps: what is not restated is what the exception before said
    exceptions_to_advice = False  # exceptions to advisory rules and caps: what is then reported apart

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.tiers: list[str] = []
        self.ratios: list[str] = []
        self.rules: dict[str, str] = {}
        self.steps: dict[str, int] = {}
        self.labels: dict[str, list[str]] = {}
        self.count = 0

    # ---- chance ---------------------------------------------------------------------------------------------------

    def chance(self, part: float) -> bool:
        return self.rng.random() < part

    def some(self, most: int, make: Callable[[], str]) -> list[str]:
        return [make() for _ in range(self.rng.randint(0, most))]

    def name(self, kind: str, change: str = "") -> str:
        """A new name; `change` remembers what an exception may do to it."""
        self.count += 1
        name = f"{kind}{self.count}"
        if change:
            self.rules[name] = change
        return name

    def pick(self, choices: list[str]) -> str:
        return filled(self.rng, self.rng.choice(choices), self.tiers or ["all"])

    # ---- values ---------------------------------------------------------------------------------------------------

    def condition(self, *pools: list[str], depth: int = 2) -> str:
        """A condition over atoms of these pools."""
        atom = self.pick(self.rng.choice(pools))
        if depth == 0 or self.chance(0.55):
            return atom
        other = self.condition(*pools, depth=depth - 1)
        third = self.condition(*pools, depth=0)
        return self.rng.choice(
            [
                f"not ({atom})",
                f"({atom}) and ({other})",
                f"({atom}) or ({other})",
                f"(({atom}) and ({other})) or ({third})",
                f"(if {third} then {atom} else {other})",
                f"(({atom}) else {self.rng.choice(['true', 'false'])})",
            ]
        )

    def ratio(self) -> str:
        if self.ratios and self.chance(0.4):
            return self.rng.choice(self.ratios)
        if self.chance(0.08):
            return self.pick(["(if origin = US then 20% else 10%)", "spec[mineral].extra", "(purity else 5%)"])
        return self.rng.choice(["0%", "5%", "10%", "15%", "20%", "25%", "33%", "50%", "12.5%"])

    def part(self) -> str:
        if self.ratios and self.chance(0.2):
            return self.rng.choice(self.ratios)
        return self.rng.choice(["10%", "20%", "25%", "33%", "40%", "50%", "60%", "65%", "75%", "100%"])

    def mass(self) -> str:
        return self.rng.choice(["5 kg", "10 kg", "20 kg", "30 kg", "50 kg", "60 kg", "100 kg", "100 lb", "0.1 t"])

    def keys(self, pool: list[str]) -> str:
        found = [self.pick(pool) + (" descending" if self.chance(0.3) else "") for _ in range(self.rng.randint(1, 2))]
        return ", ".join(found)

    def window(self, often: float = 0.25) -> str:
        if not self.chance(often):
            return ""
        return str(self.rng.choice(self.words.WINDOWS))

    def scope(self, often: float = 0.25) -> str:
        if not self.chance(often):
            return ""
        return self.rng.choice(["for {cobalt}", "for {gallium}", "for both", "for buyers {gm}", "for buyers {ge}"])

    def modifiers(self, often: float = 0.25) -> str:
        return " ".join(one for one in (self.scope(often), self.window(often)) if one)

    # ---- the policy -----------------------------------------------------------------------------------------------

    def policy(self) -> list[str]:
        header = self.header()
        definitions = [*self.words.DEFINITIONS, *self.some(3, self.let)]
        tiers = self.declare_tiers()
        body = [
            *(self.rule() for _ in range(self.rng.choice([0, 0, 0, 1, 1, 2]))),
            *self.routes(),
            *self.waterfalls(),
            *(self.cap() for _ in range(self.rng.choice([0, 1, 1, 2, 3]))),
            *self.stores(),
            *self.some(1, self.found),
        ]
        exceptions = [self.exception() for _ in range(self.rng.choice([0, 1, 1, 2, 3, 4])) if self.rules]
        return [header, *definitions, *tiers, *body, *exceptions]

    def header(self) -> str:
        lines = ["currency USD"]
        if self.chance(0.6):
            lines.append(f"fiscal_year starts {self.rng.choice(['10-01', '07-01', '08-01', '01-01'])}")
        if self.chance(0.4):
            lines.append(f"serve by {self.keys(self.words.SERVE_KEYS)}")
        if self.chance(0.4):
            lines.append(f"least_award {self.rng.choice(['1 kg', '5 kg', '10 kg', '20 kg', '10 lb'])}")
        if self.chance(0.35):
            lines.append(f"compare {self.rng.choice(self.words.COMPARES)}")
        lines += self.shown()
        return "policy p { " + "\n ".join(lines) + " }"

    def shown(self) -> list[str]:
        """Further columns of the awards."""
        return []

    def let(self) -> str:
        if self.chance(0.6):
            name = self.name("ratio", "let")
            self.ratios.append(name)
            return f"let {name} = {self.rng.choice(['0%', '10%', '15%', '20%', '50%'])}"
        name = self.name("cond", "let-condition")
        words = self.words
        pools = [words.OFFER, words.CONTEXT] if self.chance(0.7) else [words.REQUEST, words.OFFER]
        return f"let {name} = {self.condition(words.LOOSE, *pools)}"

    def declare_tiers(self) -> list[str]:
        if self.chance(0.12):
            return []
        self.tiers = ["dom", "ally", "rest"][: self.rng.randint(1, 3)]
        found, pools = [], [self.words.TIER, self.words.TIER, self.words.OFFER]
        for at, name in enumerate(self.tiers):
            last = at == len(self.tiers) - 1 and self.chance(0.93)
            when = "otherwise" if last else f"when {self.condition(*pools, depth=1)}"
            self.rules[name] = "tier" if not last else "nothing"
            apart = self.rng.choice(self.words.TIER_MODIFIERS) if not last and self.chance(0.15) else ""
            found.append(f"tier {name} {when} {apart}")
        return found

    def rule(self) -> str:
        kind = self.rng.choice(["require", "require", "forbid"])
        loose = [self.words.LOOSE] * 5 + [self.words.CONTEXT] + [self.words.REQUEST] * self.rng.choice([0, 0, 1])
        atoms = (
            self.condition(*loose, depth=1)
            if self.chance(0.85)
            else self.condition(self.words.OFFER, self.words.REQUEST, depth=1)
        )
        condition = f"not ({atoms})" if kind == "forbid" and self.chance(0.85) else atoms
        lets = [name for name, change in self.rules.items() if change == "let-condition"]
        if lets and self.chance(0.6):
            condition = self.rng.choice([lets[0], f"({condition}) {self.rng.choice(['or', 'and'])} {lets[0]}"])
        said = "advisory " if self.chance(0.15) else ""
        change = "" if said and not self.exceptions_to_advice else kind
        return f"{said}{kind} {self.name('rule', change)}: {condition} {self.modifiers(0.2)}"

    def routes(self) -> list[str]:
        found = []
        for mineral in ("cobalt", "gallium"):
            if self.chance(0.2):
                to = self.rng.choice(self.words.SELLERS)
                found.append(f"route {self.name('route', 'route')}: {mineral} to {to} {self.window(0.2)}")
        return found

    def waterfalls(self) -> list[str]:
        shape = self.rng.choice(["one"] * 5 + ["dates", "buyers", "minerals", "short"])
        parts = {
            "one": [""],
            "dates": ["before turn", "from turn"],
            "buyers": ["for buyers {gm}", "for buyers {ge}"],
            "minerals": ["for {cobalt}", "for {gallium, tin}"],
            "short": ["from turn"],
        }[shape]
        return [self.waterfall(part) for part in parts]

    def waterfall(self, part: str) -> str:
        name = self.name("fall", "waterfall")
        self.labels[name] = []
        steps: list[str] = []
        closed: set[str] = set()
        for at in range(self.rng.choice([1, 2, 2, 3, 3, 4])):
            tiers, step = self.step(name, at)
            if tiers <= closed:
                continue  # nothing would be left for it: the checker refuses it
            steps.append(step)
            if not any(word in step for word in (" when ", " premium ", " share ")):
                closed |= tiers
        self.steps[name] = len(steps)
        return f"waterfall {name} {part} {{\n  " + "\n  ".join(steps) + "\n}"

    def step(self, waterfall: str, at: int) -> tuple[set[str], str]:
        """The tiers that it takes, and its text."""
        label = ""
        if self.chance(0.35):
            label = f"lab{at}: "
            self.labels[waterfall].append(f"lab{at}")
        few = self.rng.sample(self.tiers, self.rng.randint(1, len(self.tiers))) if self.tiers else []
        tiers = ", ".join(few) if few and self.chance(0.75) else "all"
        if not label and len(few) == 1 and tiers != "all":
            self.labels[waterfall].append(tiers)
        taken = set(self.tiers or ["all"]) if tiers == "all" else set(few)
        return taken, f"{label}take {tiers} {self.clauses()}"

    def clauses(self) -> str:
        found = []
        if self.chance(0.25):
            pools = [self.words.OFFER, self.words.CONTEXT, self.words.REQUEST, self.words.REFERENCE]
            found.append(f"when {self.condition(self.words.LOOSE, *pools, depth=1)}")
        if self.chance(0.45):
            references = [self.pick(self.words.PRICES) for _ in range(self.rng.choice([1, 1, 2, 3]))]
            none = self.rng.choice(["allow", "reject"])
            found.append(f"premium <= {self.ratio()} over {' else '.join(references)} if none {none}")
        if self.chance(0.35):
            found.append(f"share <= {self.part()} {'of awarded' if self.chance(0.4) else ''}")
        if self.chance(0.4):
            found.append(f"by {self.keys(self.words.STEP_KEYS)}")
        return " ".join(found)

    # ---- caps, stores, findings -----------------------------------------------------------------------------------

    def cap(self, kind: str = "cap") -> str:
        measure = self.rng.choice(["share", "share", "quantity", "quantity", "spend", "stock"])
        pools = [self.words.OFFER, self.words.TIER, self.words.REQUEST]
        where = f"where {self.condition(*pools, depth=1)}" if self.chance(0.3) else ""
        if not self.compared_of_prior_awards:
            where = where.replace("compared", "price")
        is_target = kind == "cap" or self.exceptions_to_advice
        word = self.name("cap", f"cap-{measure}" if is_target else "")
        body, modifiers = self.words.cap_body(self.rng, measure), self.modifiers(0.2)
        if "of stock" in body and not self.part_of_stock_for_buyers:
            modifiers = modifiers.replace("for buyers {gm}", "").replace("for buyers {ge}", "")
        return f"{kind} {word}: {body} {where} {modifiers}"

    def found(self) -> str:
        if self.chance(0.5):
            return self.cap("advisory cap")
        return f"target {self.name('target')}: {self.words.target_body(self.rng)} {self.window(0.2)}"

    def stores(self) -> list[str]:
        shape = self.rng.choice(["none", "none", "one", "one", "one", "one", "minerals", "dates"])
        parts = {
            "none": [],
            "one": [self.modifiers(0.1)],
            "minerals": ["for {cobalt}", "for {gallium}"],
            "dates": ["before turn", "from turn"],
        }[shape]
        return [f"store {self.name('store', 'store')} {part} {{\n  {self.places()}\n}}" for part in parts]

    def places(self) -> str:
        return "\n  ".join(self.place() for _ in range(self.rng.randint(1, 3)))

    def place(self) -> str:
        kinds = self.rng.choice(["owned", "owned, leased", "leased", "{owned, third_party}", "sites, leased"])
        when = f"when {self.condition(self.words.STORE, depth=1)}" if self.chance(0.4) else ""
        by = f"by {self.keys(self.words.STORE_KEYS)}" if self.chance(0.6) else ""
        return f"place in {kinds} {when} {by}"

    # ---- exceptions -----------------------------------------------------------------------------------------------

    def exception(self) -> str:
        target = self.rng.choice(sorted(self.rules))
        change = self.rules[target]
        name = self.name("exc")
        body = self.change(target, change)
        if self.restated_twice or not change.startswith("cap-"):
            self.rules[name] = change
        if target in self.labels:
            self.labels[name] = self.labels[target]
        words = self.words
        pools = [words.CONTEXT, words.OFFER] if change in ("let", "require", "forbid") else [words.CONTEXT]
        when = f"when {self.condition(*pools, depth=0)}" if self.chance(0.4) else ""
        return f'exception {name} to {target} {self.modifiers(0.3)} {when} because "b" {{ {body} }}'

    def change(self, target: str, change: str) -> str:
        if change not in ("let", "let-condition") and self.chance(0.03 if change == "waterfall" else 0.3):
            return "waive"
        if change == "let":
            return self.rng.choice(["5%", "15%", "25%", "60%"])
        if change == "let-condition":
            return self.condition(self.words.OFFER, depth=0)
        if change in ("require", "forbid"):
            return f"{change} {self.condition(self.words.OFFER, self.words.OFFER, self.words.REQUEST, depth=1)}"
        if change == "tier":
            return f"when {self.condition(self.words.TIER, depth=1)}"
        if change == "route":
            return f"to {self.rng.choice(self.words.SELLERS)}"
        if change == "store":
            return self.places()
        if change == "waterfall":
            step = self.rng.choice(self.labels[target] or ["dom"])
            return f"{step} {self.clauses() or 'share <= 50%'}"
        if change.startswith("cap-"):
            body = self.words.cap_body(self.rng, change.removeprefix("cap-"))
            return str(body) if self.part_of_stock_for_buyers else str(body).replace("of stock", "of requested")
        return "waive"
