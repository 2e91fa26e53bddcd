"""`vault-rules test`, from its arguments to its exit code."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path
from xml.etree import ElementTree as ET

import click
import pytest

from tests.support.command import vault_rules
from tests.support.trials import RESERVE, TABLES
from vault_rules.cli import test as command_module
from vault_rules.cli import test_extras
from vault_rules.cli.test_extra import Added, Extra

GREEN, RED = "award 3 t from a to r1", "award 4 t from a to r1"


def policy_with(**expects: str) -> str:
    blocks = (f'test "{title}" {{\n{TABLES}\n  expect {one}\n}}\n' for title, one in expects.items())
    return RESERVE + "".join(blocks)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "a.vault").write_text(policy_with(green=GREEN), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_green_tests_end_with_0_and_red_ones_with_1(folder: Path) -> None:
    done = vault_rules("test", "a.vault")
    assert (done.code, done.err) == (0, "")
    assert "ok" in done.out and "green" in done.out and "1 passed in" in done.out
    (folder / "b.vault").write_text(policy_with(red=RED), encoding="utf-8")
    done = vault_rules("test", "a.vault", "b.vault")
    assert done.code == 1
    assert "1 failed, 1 passed" in done.out and "award 4 t from a to r1" in done.out


def test_without_a_path_it_is_the_folder_that_one_is_in(folder: Path) -> None:
    assert "a.vault" in vault_rules("test").out


def test_a_policy_with_errors_ends_with_1(folder: Path) -> None:
    (folder / "a.vault").write_text("oops", encoding="utf-8")
    done = vault_rules("test", "a.vault")
    assert done.code == 1 and "V0102" in done.out


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("nowhere",), "there is no file or folder nowhere"),
        (("-k", "blue"), "chooses no test"),
        (("-k", "(blue"), "`(` is not closed"),
        (("empty",), "There is no policy in empty"),
        (("--watch", "--format", "json"), "--watch shows text"),
        (("--jobs", "0"), "--jobs"),
    ],
)
def test_what_cannot_be_run_ends_with_2(folder: Path, arguments: tuple[str, ...], why: str) -> None:
    (folder / "empty").mkdir()
    done = vault_rules("test", *arguments)
    assert done.code == 2 and why in done.err


def test_json_and_junit_are_written_to_files(folder: Path) -> None:
    (folder / "a.vault").write_text(policy_with(green=GREEN, red=RED), encoding="utf-8")
    done = vault_rules("test", "-k", "red", "--format", "json", "--output", "out.json", "--junit", "out.xml")
    assert (done.code, done.out) == (1, "")
    fields = json.loads((folder / "out.json").read_text(encoding="utf-8"))
    assert (fields["schema"], fields["totals"]["failed"], fields["totals"]["not_chosen"]) == (
        "vault-rules/tests/1",
        1,
        1,
    )
    assert ET.parse(folder / "out.xml").getroot().get("failures") == "1"


def test_an_extra_brings_its_options_its_text_and_its_verdict(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(suites: object, ran: object, values: object) -> Added | None:
        return Added("counted\n", {"values": values}, passed=False) if values != {"count": False} else None

    option = click.Option(["--count"], is_flag=True)
    monkeypatch.setattr(test_extras, "EXTRAS", (Extra("counts", [option], run),))
    monkeypatch.setattr(command_module.command, "params", [*command_module.command.params, *test_extras.options()])
    assert vault_rules("test").code == 0
    done = vault_rules("test", "--count")
    assert done.code == 1 and done.out.endswith("counted\n")
    fields = json.loads(vault_rules("test", "--count", "--format", "json").out)
    assert fields["counts"] == {"values": {"count": True}}


def test_watching_runs_again_at_a_change_and_ends_cleanly(folder: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "vault_rules", "test", "a.vault", "--watch"],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
    )  # fmt: skip
    guard = threading.Timer(60, process.kill)
    guard.start()
    try:
        assert process.stderr is not None and process.stdout is not None
        while "waiting" not in process.stderr.readline():
            pass
        (folder / "a.vault").write_text(policy_with(red=RED), encoding="utf-8")
        while "waiting" not in process.stderr.readline():
            pass
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    finally:
        guard.cancel()
        process.kill()
    assert process.returncode == 1
    assert "1 passed in" in out and "1 failed" in out
    assert err.strip() == ""
