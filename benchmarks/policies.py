"""The policies that are measured, as texts made of the same numbers that the rules by hand look up."""

from __future__ import annotations

from pathlib import Path

from benchmarks import data

PREMIUM = 15
"""In percent: what home material may be dearer than the best allied."""
LAST_PREMIUM = 10
"""The same for the rest of the world."""
CAP = 16
"""In percent of what is asked for of a mineral: what one foreign country may supply."""


def decisions() -> str:
    """Every offer by itself: may it be bought, in which tier, and is it cheap enough."""
    steps = [
        f"  take {tier}  premium <= {data.PREMIUMS[tier]}% over standard[mineral].reference" for tier in data.TIERS
    ]
    return _policy("decisions", ["waterfall buying {", *steps, "}"])


def waterfall(*, capped: bool) -> str:
    """Three tiers in turn, home and the rest of the world held to a premium over the best allied price."""
    steps = [
        f"  take domestic  premium <= {PREMIUM}% over best(allied)  if none allow",
        "  take allied",
        f"  take other     premium <= {LAST_PREMIUM}% over best(allied)  if none allow",
    ]
    cap = f"cap one_country: share by origin <= {CAP}% of requested per mineral where origin != US"
    return _policy("waterfall", ["waterfall buying {", *steps, "}", *([cap] if capped else [])])


def one_step() -> str:
    """The same rules, and whatever may be bought in the order of its price."""
    return _policy("one_step", ["waterfall buying {", "  take all  by price", "}"])


def write(text: str, folder: Path, name: str) -> Path:
    """A policy as a file: what `load_policy` and the commands take."""
    path = folder / f"{name}.vault"
    path.write_text(text, encoding="utf-8")
    return path


def _policy(name: str, statements: list[str]) -> str:
    lines = [
        f'policy {name} "A policy to measure" {{',
        "  currency USD",
        "  serve by priority",
        "}",
        *(f"mineral {mineral}" for mineral in data.MINERALS),
        *_groups(),
        *_standard(),
        *_rules(),
        *_routes(),
        *statements,
    ]
    return "\n".join(lines) + "\n"


def _groups() -> list[str]:
    return [
        f"group covered = {{{', '.join(data.COVERED)}}}",
        f"group allies = {{{', '.join(data.ALLIES)}}}",
        "tier domestic when origin = US and processed_in = US",
        "tier allied when origin in allies + {US} and processed_in in allies + {US}",
        "tier other otherwise",
    ]


def _standard() -> list[str]:
    rule = data.rule()
    rows = zip(data.MINERALS, rule.required.tolist(), rule.reference.tolist(), strict=True)
    cells = [f"  | {name} | {purity / 100:.2f}% | {price / 100:.2f} USD/kg |" for name, purity, price in rows]
    return ["table standard {", "  | mineral | purity | reference |", *cells, "}"]


def _rules() -> list[str]:
    return [
        "forbid covered_nations: origin in covered",
        "require pure: purity >= standard[mineral].purity",
        "require fresh: valid_until >= today",
    ]


def _routes() -> list[str]:
    permitted = data.rule().permitted
    lines = []
    for code, mineral in enumerate(data.MINERALS):
        sellers = ", ".join(name for name, may in zip(data.TRADERS, permitted[code], strict=True) if may)
        lines.append(f"route desk_{code:02}: {{{mineral}}} to {sellers}")
    return lines
