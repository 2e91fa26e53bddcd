"""`python -m benchmarks`: run parts, print what they found, and write JSON, Markdown and charts."""

from __future__ import annotations

import importlib
import tempfile
from pathlib import Path

import click

from benchmarks import chart, engine, in_docs, machine, report
from benchmarks.options import Options, Part, size_of
from vault_rules.engine.engines import ENGINES

PARTS = {
    "decisions": "decisions",
    "plans": "plans",
    "growth": "growth",
    "files": "files",
    "startup": "startup",
    "policies": "policy_sizes",
    "fixed": "fixed",
    "shipped": "shipped",
}
"""Each part's name, and its module. On the command line also `a` to `h`, and names cut short."""

RESULTS = Path(__file__).parent / "results"
QUICK = RESULTS / "quick"
"""Kept apart, and out of the repository, so that nobody takes them for results."""


@click.command()
@click.option(
    "--part", "names", default=",".join(PARTS), help=f"Of {', '.join(PARTS)}; several with commas. Else all of them."
)
@click.option("--sizes", default="", help="Numbers of offers for the parts that have them, as in 10k,1m.")
@click.option("--quick", is_flag=True, help="A few minutes, to see that all works: not figures to quote.")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    help="The folder for what is found; else benchmarks/results, and of a quick run benchmarks/results/quick.",
)
@click.option(
    "--engine",
    "engine_name",
    type=click.Choice(ENGINES),
    default=engine.best(),
    show_default=True,
    help="Which engine is measured.",
)
@click.option("--budget", type=float, default=60.0, show_default=True, help="Seconds of rounds for each case.")
@click.option("--keep", is_flag=True, help="Keep the parts of the last run in that folder that are not run now.")
@click.option("--write-docs", is_flag=True, help="Only copy the figures of the last run into docs/performance.md.")
def main(
    names: str,
    sizes: str,
    quick: bool,
    output: Path | None,
    engine_name: str,
    budget: float,
    keep: bool,
    write_docs: bool,
) -> None:
    """Measure vault-rules beside its peers, interleaved, equal results asserted.

    Without options all parts, in an hour or two; docs/performance.md says how it is measured. What was there from an
    earlier run is replaced.
    """
    output = output or (QUICK if quick else RESULTS)
    results = output / "results.json"
    if write_docs:
        in_docs.write(results)
        return
    about = machine.describe()
    click.echo("\n".join(f"{name:28}{value}" for name, value in {**about, "engine": engine_name}.items()))
    if (warning := machine.recommended()) is not None:
        click.echo(f"warning: {warning}", err=True)
    kept = list(report.read(results)[0]) if keep and results.is_file() else []
    parts: list[Part] = []
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        chosen = tuple(size_of(one) for one in sizes.split(",") if one)
        options = Options(engine_name, Path(folder), chosen, quick, min(budget, 3.0) if quick else budget)
        for name in _chosen(names):
            part = importlib.import_module(f"benchmarks.{PARTS[name]}").run(options)
            click.echo(report.shown(part))
            parts = _in_order([one for one in (*kept, *parts) if one.name != part.name] + [part])
            kept = []
            # after each part, so that a run that is stopped leaves what it found
            results.write_text(report.as_json(parts, about, engine_name, quick=quick), encoding="utf-8")
            _write(output, parts, about, engine_name)


def _in_order(parts: list[Part]) -> list[Part]:
    return sorted(parts, key=lambda part: list(PARTS).index(part.name))


def _chosen(names: str) -> list[str]:
    found = []
    for word in names.split(","):
        meant = _by_letter(word) or [name for name in PARTS if word and name.startswith(word)]
        if len(meant) != 1:
            raise click.UsageError(f"there is no part `{word}`: there is {', '.join(PARTS)}")
        found += meant
    return found


def _by_letter(word: str) -> list[str]:
    return [name for letter, name in zip("abcdefgh", PARTS, strict=True) if letter == word]


def _write(output: Path, parts: list[Part], about: dict[str, str], engine_name: str) -> None:
    (output / "results.md").write_text(report.as_markdown(parts, about, engine_name), encoding="utf-8")
    for part in parts:
        if part.name in ("decisions", "plans") and part.lines:
            (output / f"{part.name}.svg").write_text(chart.bars(part), encoding="utf-8")
        if part.name == "growth" and len([line for line in part.lines if line.case.startswith("growing offers")]) > 1:
            (output / "growth.svg").write_text(chart.curve(part), encoding="utf-8")


if __name__ == "__main__":
    main()
