"""Policies of any size, as an administration might write them: a realistic mix, checker-clean, the same for a seed.

`python benchmarks/policies_of_size.py 1000 > thousand.vault` prints one.
"""

from __future__ import annotations

import sys
from datetime import date, timedelta
from random import Random

MINERALS = (
    "aluminum antimony arsenic barite bismuth cobalt copper fluorspar gallium germanium graphite indium lead lithium "
    "magnesium manganese nickel niobium palladium platinum rhenium silver tantalum tellurium tin titanium tungsten "
    "vanadium yttrium zinc"
).split()
COUNTRIES = "US CA AU JP KR DE FR GB NO SE FI BR CL PE ZA CN RU KZ IN ID".split()
FORMS = "metal powder oxide cathode ingot magnet concentrate".split()
TRADERS = "hartree traxys mercuria glencore".split()
FIRST_DAY = date(2026, 1, 1)
_FRAME = """policy of_many_rules "A policy of {rules} rules" {{
  currency    USD
  version     "{seed}"
  fiscal_year starts 10-01
  serve       by priority, need_by
  least_award 1 kg
}}

use "lib/minerals.vault"
use "lib/jurisdictions.vault"

group allies = qualifying_countries + {{KR}}
{traders}

tier domestic when origin = US and processed_in = US
tier allied   when origin in allies + {{US}} and processed_in in allies + {{US}}
tier other    otherwise

waterfall filling before 2027-07-01 {{
  take all  by delivery, price
}}

waterfall keeping from 2027-07-01 {{
  take domestic  premium <= 15%
                 over best(allied, depth 500 kg) else benchmark(within 60 days)
                 if none allow
  take allied    premium <= 5% over benchmark(within 60 days)
                 if none allow
  last_resort:
  take other     when (days_of_cover else 0 days) < 120 days  share <= 20%
}}

store sites {{
  place in owned, leased when country = US by cost
  place in third_party by cost
}}
"""


def policy_text(rules: int, seed: int = 1) -> str:
    """A policy of so many rules (`require`, `forbid`, `cap`, `target`, `route`, `exception`).

    The values, groups and tables that they read come on top of that: some 3 for 10 rules.
    """
    traders = "\n".join(f"trader {name}" for name in TRADERS)
    writer = _Writer(Random(seed))  # noqa: S311 - no secret hangs on it
    frame = _FRAME.format(rules=rules, seed=seed, traders=traders)
    return frame + "\n" + "\n".join(writer.statement(number) for number in range(rules)) + "\n"


class _Writer:
    """What has been written so far, as far as later statements name it."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.ratio = self.days = self.group = self.table = ""
        self.free: list[tuple[str, str]] = []
        """Rules that no exception changes yet, and what one may say of them."""
        self.routed = dict.fromkeys(MINERALS, FIRST_DAY)

    def statement(self, number: int) -> str:
        """One rule, with the definitions that are due before it."""
        kinds = (self.require, self.forbid, self.cap, self.exception, self.route, self.target)
        (kind,) = self.rng.choices(kinds, (32, 22, 20, 16, 5, 5))
        return self.definitions(number) + kind(number)

    # ---- pieces ---------------------------------------------------------------------------------------------------

    def some(self, words: list[str], most: int = 4) -> str:
        return "{" + ", ".join(sorted(self.rng.sample(words, self.rng.randint(2, most)))) + "}"

    def dates(self) -> str:
        first = FIRST_DAY + timedelta(days=self.rng.randrange(700))
        last = first + timedelta(days=self.rng.randrange(30, 900))
        return self.rng.choice(("", "", f"\n  from {first}", f"\n  through {last}", f"\n  from {first} through {last}"))

    def end(self) -> str:
        return f"\n  through {FIRST_DAY + timedelta(days=self.rng.randrange(300, 1500))}"

    def source(self, number: int) -> str:
        return self.rng.choice(("", "", f'\n  cites "order {number}, art. {self.rng.randint(1, 40)}"'))

    def percent(self, low: int, high: int) -> str:
        return f"{self.rng.randint(low, high)}.{self.rng.randint(0, 9)}%"

    # ---- definitions ----------------------------------------------------------------------------------------------

    def definitions(self, number: int) -> str:
        text = ""
        if number % 10 == 0:
            self.ratio, self.days = f"part{number}", f"wait{number}"
            before = f"part{number - 10} - 0.1%" if number % 50 else self.percent(60, 90)
            text += f"let {self.ratio} = {before}\nlet {self.days} = {self.rng.randint(20, 90)} days\n"
        if number % 20 == 0:
            self.group = f"group{number}"
            text += f"group {self.group} = {self.some(MINERALS, 9)} + {{{self.rng.choice(MINERALS)}}}\n"
        if number % 50 == 0:
            self.table = f"spec{number}"
            rows = "".join(
                f"  | {mineral} | {self.percent(50, 99)} | {self.rng.randint(1, 900)}mn USD |\n"
                for mineral in self.rng.sample(MINERALS, 10)
            )
            text += (
                f"table {self.table} {{\n  | mineral | purity | spend |\n{rows}  | otherwise | 50% | 5mn USD |\n}}\n"
            )
        return text

    # ---- rules ----------------------------------------------------------------------------------------------------

    def require(self, number: int) -> str:
        name = f"require{number}"
        condition = self.rng.choice(
            (
                f"purity >= {self.table}[mineral].purity",
                f"valid_until >= today + {self.days}",
                f"purity >= {self.ratio} or mineral in {self.group}",
                "not incoterm is missing",
                f"origin in allies + {self.some(COUNTRIES)} or processed_in = US",
            )
        )
        self.free.append((name, f"require purity >= {self.percent(40, 60)}"))
        return f"require {name}: {condition}{self.dates()}{self.source(number)}"

    def forbid(self, number: int) -> str:
        name = f"forbid{number}"
        minerals = self.rng.choice((self.group, self.some(MINERALS)))
        places = "origin in covered or processed_in in covered or melted_in in covered"
        where = self.rng.choice((f"({places})", f"origin in {self.some(COUNTRIES)}"))
        self.free.append((name, "waive"))
        form = self.rng.choice(FORMS)
        return (
            f'forbid {name}: mineral in {minerals} and form = "{form}"\n'
            f"                and {where}{self.dates()}{self.source(number)}"
        )

    def cap(self, number: int) -> str:
        name = f"cap{number}"
        limit, change = self.rng.choice(
            (
                (f"share by origin <= {self.ratio} of requested per mineral where origin != US", "share <= 99%"),
                (f"spend <= {self.rng.randint(50, 900)}mn USD per quarter", "spend <= 2bn USD per quarter"),
                (f"stock <= {self.days} * 4 of demand per mineral", "stock <= 700 days of demand"),
                (f"spend <= {self.table}[mineral].spend per mineral per fiscal_year", "waive"),
                (f"quantity <= {self.rng.randint(1, 90)}0 t per mineral where processed_in in covered", "waive"),
            )
        )
        self.free.append((name, change))
        return f"cap {name}: {limit}{self.dates()}{self.source(number)}"

    def exception(self, number: int) -> str:
        if not self.free:
            return self.require(number)
        target, change = self.free.pop(self.rng.randrange(len(self.free)))
        when = self.rng.choice(("", f"\n  when days_of_cover < {self.rng.randint(10, 60)} days"))
        why = f'\n  because "supply is short, see note {number}"'
        name = f"exception{number}"
        self.free.append((name, change))  # which may have one of its own
        return f"exception {name} to {target} for {self.some(MINERALS)}{self.end()}{when}{why}\n{{ {change} }}"

    def route(self, number: int) -> str:
        mineral = min(self.routed, key=lambda one: (self.routed[one], one))
        first = self.routed[mineral]
        self.routed[mineral] = last = first + timedelta(days=91)
        one, two, three = self.rng.sample(TRADERS, 3)
        return f"route route{number}: {mineral} to {one} then {two}, {three}\n  from {first} before {last}"

    def target(self, number: int) -> str:
        share = self.percent(10, 60)
        return f"target target{number}: share >= {share} of purchased where origin in {self.some(COUNTRIES)}"


if __name__ == "__main__":
    sys.stdout.write(policy_text(int(sys.argv[1]), *map(int, sys.argv[2:])))
