"""Closed streams, other encodings, odd file names, signals: no traceback, nothing half written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import polars as pl
import pytest

Place = Any


def run(*arguments: str, **more: Any) -> subprocess.CompletedProcess[bytes]:
    done = subprocess.run([sys.executable, "-m", "vault_rules", *arguments], capture_output=True, timeout=60, **more)
    assert b"Traceback" not in done.stdout + done.stderr
    return done


def test_a_closed_stdout_or_stdin_is_no_fault(place: Place) -> None:
    command = [sys.executable, "-m", "vault_rules"]
    evaluate = subprocess.list2cmdline([*command, *place.arguments()])
    assert subprocess.run(f"{evaluate} >&-", shell=True, stderr=subprocess.PIPE).returncode == 0
    fmt = subprocess.list2cmdline([*command, "fmt", "-"])
    assert subprocess.run(f"{fmt} <&-", shell=True, capture_output=True).returncode == 0


def test_a_letter_that_the_output_cannot_hold_is_spelt_out(place: Place) -> None:
    place.write("book/offers.csv", "offer,trader,mineral,price,quantity\n☃,glencore,cobalt,34.50,10\n")
    done = run(*place.arguments(), env=os.environ | {"PYTHONIOENCODING": "latin1"})
    assert done.returncode == 0
    assert b"\\u2603" in done.stdout


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="file names are text there")
def test_a_file_name_that_is_no_text_is_a_file_name(place: Place) -> None:
    odd = os.fsdecode(b"\xff\xfe.vault")
    (place.folder / odd).write_bytes(Path(place.policy).read_bytes())
    assert run("check", odd, cwd=place.folder).returncode == 0


def test_only_the_first_lines_being_read_is_no_fault(place: Place) -> None:
    command = subprocess.list2cmdline([sys.executable, "-m", "vault_rules", *place.arguments()])
    done = subprocess.run(f"{command} | head -1", shell=True, capture_output=True)
    said = [line for line in done.stderr.splitlines() if not line.startswith(b"reading the book")]
    assert said == []  # a slow machine says that it is still reading


def test_dates_that_no_calendar_has_are_a_bad_book_not_a_panic(place: Place) -> None:
    columns = {"offer": ["a"], "trader": ["t"], "mineral": ["cobalt"], "price": ["10"], "quantity": ["100"]}
    far = pl.Series("delivery", [2**30], dtype=pl.Int32).cast(pl.Date)
    (place.folder / "book" / "offers.csv").unlink()
    pl.DataFrame(columns).with_columns(far).write_parquet(place.folder / "book" / "offers.parquet")
    assert run(*place.arguments()).returncode == 3


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGTERM there")
def test_who_is_asked_to_stop_leaves_nothing_half_written(place: Place) -> None:
    rows = "".join(f"o{number},t,cobalt,{number + 1},1\n" for number in range(20_000))
    place.write("book/offers.csv", f"offer,trader,mineral,price,quantity\n{rows}")
    output = place.write("plan.json", "old")
    command = [
        sys.executable,
        "-m",
        "vault_rules",
        *place.arguments("evaluate", "--format", "json", "--output", output),
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(1)
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=60)
    left = sorted(file.name for file in place.folder.iterdir())
    assert left == ["book", "plan.json", "small.vault"]
