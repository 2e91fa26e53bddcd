"""The figures in `docs/performance.md`, between its two marks, from the results of a run."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.processes import CHECKOUT
from benchmarks.report import as_markdown, read

PAGE = CHECKOUT / "docs" / "performance.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


def write(results: Path, page: Path = PAGE) -> None:
    if not results.is_file():
        raise SystemExit(f"there is no {results}: run `python -m benchmarks` first")
    if json.loads(results.read_text(encoding="utf-8"))["quick"]:
        raise SystemExit(f"{results} is of a quick run, whose figures are not worth quoting")
    text = page.read_text(encoding="utf-8")
    before, begun, rest = text.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not (begun and ended):
        raise SystemExit(f"{page.name} has no marks for the figures")
    figures = as_markdown(*read(results))
    page.write_text(f"{before}{BEGIN}\n\n{figures}\n{END}{after}", encoding="utf-8")
