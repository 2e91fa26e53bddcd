"""Part d: from files to the plan in a file, as whole processes; the same by hand, from the same files."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks import data, engine, policies
from benchmarks.options import Line, Options, Part, in_short
from benchmarks.plans import in_order
from benchmarks.processes import asked, measured

API, HAND = f"{engine.BASE}, API", "Polars by hand"
_SMALLER = 1_000_000
"""Beyond it a book is Parquet only: nobody keeps ten million offers as text."""


def run(options: Options) -> Part:
    lines: list[Line] = []
    notes: list[str] = []
    for size in options.sizes_or((1_000_000, 10_000_000), (10_000,)):
        if not engine.reaches(options.engine, size):
            notes.append(engine.too_slow(options.engine, size))
            continue
        for kind in ("parquet", "csv") if size <= _SMALLER else ("parquet",):
            lines += _case(options, size, kind)
    return Part("files", "From files to a plan in a file", engine.BASE, tuple(lines), tuple(notes))


def write_book(folder: Path, size: int, kind: str) -> int:
    """A book as files; how many bytes they have."""
    folder.mkdir(parents=True, exist_ok=True)
    book = data.offers(size)
    for name, frame in (("offers", data.offer_frame(book)), ("requests", data.requests(book, 0.02))):
        path = folder / f"{name}.{kind}"
        write: Callable[[Path], Any] = frame.write_parquet if kind == "parquet" else frame.write_csv
        write(path)
    return sum(path.stat().st_size for path in folder.iterdir())


def _case(options: Options, size: int, kind: str) -> list[Line]:
    folder = options.folder / f"{kind}_{size}"
    bytes_read = write_book(folder, size, kind)
    policy = policies.write(policies.waterfall(capped=True), options.folder, "files")
    plan = options.folder / "plan.json"
    command = [sys.executable, "-m", "vault_rules", "evaluate", str(policy), "--book", str(folder)]
    command += ["--as-of", data.AS_OF.isoformat(), "--format", "json", "--rejections", "none", "--output", str(plan)]
    job = {
        "policy": str(policy),
        "book": str(folder),
        "output": str(options.folder / "awards.parquet"),
        "engine_name": options.engine,
    }
    whole: list[tuple[float, int]] = []
    api: list[dict[str, Any]] = []
    hand: list[dict[str, Any]] = []
    for _ in range(2 if options.quick or size > _SMALLER else 5):
        whole.append(measured(command))
        api.append(asked("from_files", **job))
        hand.append(asked("by_hand", book=str(folder), output=str(options.folder / "hand.parquet"), kind=kind))
    case = f"{in_short(size)} offers, {kind}"
    how = "`vault-rules evaluate … --format json --rejections none --output …`, the whole process"
    found = [
        Line(case, engine.BASE, size, tuple(one[0] for one in whole), how, _peak(max(one[1] for one in whole))),
        _of_jobs(
            case, API, size, api, "`load_policy`, `read_book`, `evaluate`, awards to Parquet; imports not counted"
        ),
        _of_jobs(case, HAND, size, hand, "texts to codes, the waterfall, awards to Parquet; imports not counted"),
    ]
    _same_awards(options.folder / "awards.parquet", options.folder / "hand.parquet")
    for path in folder.iterdir():
        path.unlink()
    return [_with(line, file_bytes=bytes_read) for line in found]


def _of_jobs(case: str, who: str, size: int, jobs: list[dict[str, Any]], how: str) -> Line:
    more = {"peak_bytes": max(one["peak"] for one in jobs), "reading_seconds": min(one["reading"] for one in jobs)}
    return Line(case, who, size, tuple(one["seconds"][0] for one in jobs), how, more)


def _same_awards(ours: Path, by_hand: Path) -> None:
    if not in_order(pl.read_parquet(ours)).equals(in_order(pl.read_parquet(by_hand))):
        raise AssertionError("by hand other awards are made from the files")


def _peak(size: int) -> dict[str, Any]:
    return {"peak_bytes": size}


def _with(line: Line, **more: Any) -> Line:
    return Line(line.case, line.subject, line.size, line.seconds, line.how, {**line.more, **more})
