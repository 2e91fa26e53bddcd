"""What a cap or a target measures, and its limit."""

from __future__ import annotations

import re

from vault_rules.testing.strategies.sentences import Sentences
from vault_rules.testing.strategies.words import PERIODS

_PER = ("", "", " per mineral", " per mineral", " per request.buyer", " per mineral per request.buyer")
_PER_ANY = (
    *_PER,
    " per origin",
    " per form per mineral",
    " per request.request",
    " per mineral per trader",
)
_COVERS = ("180 days", "60 days", "cover", "6 months", "73 days")
_MASSES_READ = (
    "0.5 * stock per mineral",
    "(demand else 30 kg) per mineral",
    "spec[mineral].depth per mineral",
    "(yearly[mineral, today.fiscal_year].mass else 20 kg) per mineral",
    "(if days_of_cover < 30 days then 100 kg else 20 kg) per mineral",
)


_PERIODS = "|".join(one.removeprefix("per ") for one in PERIODS)
_SPLIT = re.compile(rf"\bper (?!(?:{_PERIODS})\b)([\w.]+)", re.ASCII)


def split_by(body: str) -> frozenset[str]:
    """The columns by which a cap is split. What restates it keeps them unless it says others."""
    return frozenset(_SPLIT.findall(body))


def cap_body(of: Sentences, measure: str, split: frozenset[str] = frozenset()) -> str:
    """`MEASURE [by COLUMN] <= LIMIT [of …] [per …]…`; of nothing that cannot be `split` so."""
    choose, words = of.choose, of.words
    by = f" by {choose.one(words.by)}" if choose.chance(40) else ""
    if measure == "spend":
        return f"spend{by} <= {choose.one(words.money)}{choose.one(_PER_ANY)}{_period(of)}"
    kinds = _of_what(split) + ([] if measure == "share" else _of_nothing(split))
    period = "" if measure == "stock" else _period(of)
    match choose.one(kinds):
        case "mass":
            limit = choose.one(words.masses) + choose.one(_PER_ANY)
        case "days":
            limit = f"{choose.one(_COVERS)} of demand{choose.one(('', ' per mineral'))}"
        case "read":
            limit = choose.one(_MASSES_READ)
        case "requested":
            limit = f"{choose.one(words.ratios)} of requested{choose.one(_PER)}"
        case kind:
            limit = f"{choose.one(words.ratios)} of {kind}{choose.one(('', ' per mineral'))}"
    return f"{measure}{by} <= {limit}{period}"


def target_body(of: Sentences) -> str:
    """`MEASURE [by COLUMN] >= LIMIT … [where …]`, which may also say `of purchased`."""
    choose, words = of.choose, of.words
    by = choose.one(("", "", " by origin", " by trader", " by producer", " by tier"))
    per = choose.one(("", " per mineral", " per request.buyer", " per mineral per request.buyer"))
    ratio = choose.one((*words.ratios, "33.3333%"))
    match choose.one(("share", "value share", "stock", "quantity", "spend")):
        case "share":
            body = f"share{by} >= {ratio} of {choose.one(('purchased', 'requested'))}{per}"
        case "value share":
            body = f"value share{by} >= {ratio} of purchased{per}"
        case "stock":
            body = f"stock{by} >= {choose.one(('60 days', '30%', 'cover'))} of demand per mineral"
        case "quantity":
            body = f"quantity{by} >= 50 kg{per} per quarter"
        case _:
            body = f"spend{by} >= 300 USD{per}"
    return f"{body} {of.pick(words.target_where)}".rstrip()


def _of_what(split: frozenset[str]) -> list[str]:
    if split <= {"mineral"}:
        return ["requested", "demand", "stock"]
    return ["requested"] if split <= {"mineral", "request.buyer"} else []


def _of_nothing(split: frozenset[str]) -> list[str]:
    return ["mass", "mass", "read", *(["days"] if split <= {"mineral"} else [])]


def _period(of: Sentences) -> str:
    return f" {of.choose.one(PERIODS)}" if of.choose.chance(25) else ""
