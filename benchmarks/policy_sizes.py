"""Part f: policies of many rules: to check one, and to evaluate with it."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import polars as pl

import vault_rules as vr
from benchmarks import data, policies
from benchmarks.options import Line, Options, Part
from benchmarks.timing import rounds

OFFERS = 10_000


def run(options: Options) -> Part:
    title = "Policies of many rules"
    try:
        text_of = importlib.import_module("benchmarks.policies_of_size").policy_text
    except ModuleNotFoundError:
        return Part("policies", title, "", (), ("benchmarks/policies_of_size.py is not there: nothing was measured",))
    lines: list[Line] = []
    notes: list[str] = []
    for rules in (10, 100, 1000) if options.quick else (10, 100, 1000, 10_000):
        path = policies.write(text_of(rules), options.folder, f"rules_{rules}")
        works: dict[str, Any] = {"check": lambda path=path: vr.check_policy(path)}
        try:
            works["evaluate"] = _evaluating(options, path)
        except vr.VaultRulesError as why:
            notes.append(f"{rules:,} rules: not evaluated: {str(why).splitlines()[0]}")
        found = rounds(works, budget=options.budget / 4, least=2)
        case = f"{rules:,} rules"
        lines += [Line(case, name, rules, times, _HOW[name]) for name, times in found.items()]
    return Part("policies", title, "", tuple(lines), tuple(notes))


_HOW = {"check": "`vr.check_policy(path)`", "evaluate": f"`vr.evaluate(…).awards`, {OFFERS:,} offers at most"}


def _evaluating(options: Options, path: Path) -> Any:
    """Evaluate with it a book of the minerals that it is about; once here, to see whether that can be done."""
    policy = vr.load_policy(path)
    book = data.offers(300 if options.engine == "reference" else OFFERS)
    frames = {"offers": data.offer_frame(book, forms=True), "requests": data.requests(book, 0.05)}
    typed = policy.typed
    minerals = getattr(importlib.import_module("benchmarks.policies_of_size"), "MINERALS", ())
    names = {
        "mineral": _names(data.MINERALS, [one for one in minerals if one in typed.minerals] or sorted(typed.minerals)),
        "trader": _names(data.TRADERS, sorted(typed.traders or ())),
        "buyer": _names(("reserve",), sorted(typed.buyers or ())),
    }
    read = vr.Book.from_frames(**{name: _renamed(frame, names) for name, frame in frames.items()})

    def work() -> Any:
        return vr.evaluate(policy, read, data.AS_OF, engine=options.engine).awards

    work()
    return work


def _names(given: tuple[str, ...], known: list[str]) -> dict[str, str]:
    """Each of our names by one that the policy knows; all as they are, if it takes any."""
    return {name: known[place % len(known)] if known else name for place, name in enumerate(given)}


def _renamed(frame: pl.DataFrame, names: dict[str, dict[str, str]]) -> pl.DataFrame:
    return frame.with_columns(
        pl.col(column).cast(pl.String).replace_strict(to) for column, to in names.items() if column in frame.columns
    )
