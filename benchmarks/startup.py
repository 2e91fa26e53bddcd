"""Part e: what a command takes beside an empty Python."""

from __future__ import annotations

import sys

from benchmarks.options import Line, Options, Part
from benchmarks.processes import CHECKOUT, measured

EMPTY = "python -c pass"
_POLICY = str(CHECKOUT / "policies" / "project_vault.vault")
COMMANDS = {
    EMPTY: ["-c", "pass"],
    "vault-rules --help": ["-m", "vault_rules", "--help"],
    "vault-rules check": ["-m", "vault_rules", "check", _POLICY],
    "vault-rules fmt --check": ["-m", "vault_rules", "fmt", "--check", _POLICY],
    "vault-rules demo": ["-m", "vault_rules", "demo"],
}


def run(options: Options) -> Part:
    rounds = 3 if options.quick else 15
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    peaks = dict.fromkeys(COMMANDS, 0)
    for number in range(rounds + 1):
        for name, arguments in COMMANDS.items():
            seconds, peak = measured([sys.executable, *arguments])
            peaks[name] = max(peak, peaks[name])
            if number:  # the first fills the caches of files
                times[name].append(seconds)
    case = "whole processes"
    lines = [
        Line(case, name, 1, tuple(found), "the shipped policy" if "check" in name else "", {"peak_bytes": peaks[name]})
        for name, found in times.items()
    ]
    return Part("startup", "Start-up", EMPTY, tuple(lines))
