"""Part e: what a command takes beside an empty Python."""

from __future__ import annotations

import sys

from benchmarks import policies
from benchmarks.options import Line, Options, Part
from benchmarks.policies_of_size import policy_text
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
LONG = "vault-rules check, 1,000 rules"
_ABOUT = dict.fromkeys(("vault-rules check", "vault-rules fmt --check"), "the shipped policy")


def run(options: Options) -> Part:
    rounds = 3 if options.quick else 15
    commands = COMMANDS | {
        LONG: ["-m", "vault_rules", "check", str(policies.write(policy_text(1000), options.folder, "rules_1000"))]
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    peaks = dict.fromkeys(commands, 0)
    for number in range(rounds + 1):
        for name, arguments in commands.items():
            seconds, peak = measured([sys.executable, *arguments])
            peaks[name] = max(peak, peaks[name])
            if number:  # the first fills the caches of files
                times[name].append(seconds)
    case = "whole processes"
    lines = [
        Line(case, name, 1, tuple(found), _ABOUT.get(name, ""), {"peak_bytes": peaks[name]})
        for name, found in times.items()
    ]
    return Part("startup", "Start-up", EMPTY, tuple(lines))
