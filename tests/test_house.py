"""What is true of the whole house."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import vault_rules

PACKAGE = Path(vault_rules.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
LONGEST = 400
HEAVY = ("hypothesis", "lark", "openpyxl", "polars")


def named(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def test_what_is_exported_is_sorted_and_there() -> None:
    exported = vault_rules.__all__
    assert exported == sorted(exported)
    assert [name for name in exported if getattr(vault_rules, name, None) is None] == []


def test_there_is_no_other_name() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        vault_rules.nothing  # noqa: B018


def test_no_module_is_longer_than_a_person_reads() -> None:
    lengths = {named(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        named(path)
        for path in MODULES
        if (text := path.read_text(encoding="utf-8")) and ast.get_docstring(ast.parse(text)) is None
    ]
    assert silent == []


def test_no_folder_is_an_empty_shell() -> None:
    folders = {path.parent for path in MODULES}
    assert (
        sorted(named(one) for one in folders if not [path for path in one.glob("*.py") if path.stem != "__init__"])
        == []
    )


def test_the_package_says_that_it_is_typed() -> None:
    assert (PACKAGE / "py.typed").is_file()


@pytest.mark.parametrize("flag", ["--help", "-h", "--version"])
def test_help_imports_nothing_heavy(flag: str) -> None:
    script = f"""
import sys
sys.argv = ["vault-rules", {flag!r}]
from vault_rules.cli.main import main
try:
    main()
except SystemExit as stopped:
    assert not stopped.code, stopped.code
print("heavy:", sorted(set({HEAVY!r}) & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] == "heavy: []"
    assert len(done.stdout.splitlines()) > 1
