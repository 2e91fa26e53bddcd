"""The wrong policies, and how many books the hunt needs to show what is wrong with each.

`python -m tests.trials.books.wrong_policies` writes the table into `docs/testing.md`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from statistics import median_high
from unittest import mock

from vault_rules import api
from vault_rules.trials.books import hunting
from vault_rules.trials.draft import Draft

FOLDER = Path(__file__).parent
NAMES = tuple(sorted(one.stem for one in (FOLDER / "wrong").glob("*.vault")))
LIMIT = 1000
"""So many books must be enough for any of them."""
SEEDS = range(1, 10)
"""The seeds of the table."""
PAGE = FOLDER.parents[2] / "docs" / "testing.md"
BEGIN, END = "<!-- the wrong policies: begin -->\n", "<!-- the wrong policies: end -->\n"


@cache
def wrong(name: str) -> api.Policy:
    return api.load_policy(FOLDER / "wrong" / f"{name}.vault")


@cache
def right(name: str) -> api.Policy:
    return api.load_policy(FOLDER / "right" / f"{name}.vault")


def mistake(name: str) -> str:
    """What is wrong, as the head of its file tells it."""
    lines = (FOLDER / "wrong" / f"{name}.vault").read_text(encoding="utf-8").splitlines()
    head = [line.removeprefix("# ") for line in lines if line.startswith("# ")]
    return " ".join(head)


def needed(name: str, seed: int) -> int | None:
    """The number of the first book that breaks the law, which is not made small here."""
    policy = wrong(name)

    def as_it_is(draft: Draft, *_: object) -> Draft:
        return draft

    with mock.patch.object(hunting, "reduced", as_it_is):
        return hunting.hunt(policy, policy.typed.laws[0], examples=LIMIT, seed=seed).needed


def table() -> str:
    """The table of the page: the books that were needed, from several seeds."""
    lines = ["| wrong policy | median | most |", "|---|---:|---:|"]
    for name in NAMES:
        found = [needed(name, seed) or LIMIT + 1 for seed in SEEDS]
        most = f"more than {LIMIT}" if max(found) > LIMIT else str(max(found))
        lines.append(
            f"| [{name.replace('_', ' ')}](../tests/trials/books/wrong/{name}.vault) | {median_high(found)} | {most} |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    PAGE.write_text(f"{before}{BEGIN}\n{table()}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
