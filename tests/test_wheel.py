"""What is built is whole: the demo runs from the wheel, away from the checkout."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import vault_rules

CHECKOUT = Path(__file__).resolve().parent.parent


def run(*command: str, cwd: Path, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {"PYTHONUTF8": "1"} | ({"PYTHONPATH": str(path)} if path else {})
    done = subprocess.run(
        [sys.executable, *command], cwd=cwd, env=environment, capture_output=True, encoding="utf-8", timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the sdist, which is built from the checkout: each must hold everything."""
    folder = tmp_path_factory.mktemp("dist")
    run("-m", "build", "--no-isolation", "--outdir", str(folder), str(CHECKOUT), cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def target(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, installed where its dependencies are found but the checkout is not."""
    folder = tmp_path_factory.mktemp("target")
    quietly = ("--quiet", "--disable-pip-version-check", "--no-index", "--no-deps")
    run("-m", "pip", "install", *quietly, "--target", str(folder), str(wheel), cwd=folder)
    return folder


def names(folder: Path) -> set[str]:
    """The files in a folder, but for what Python leaves behind."""
    return {
        file.relative_to(folder).as_posix()
        for file in folder.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }


def test_the_wheel_holds_the_code_the_grammar_the_policies_and_nothing_else(target: Path) -> None:
    expected = {f"vault_rules/{name}" for name in names(CHECKOUT / "vault_rules")}
    for part in ("grammar", "policies"):
        # the scripts that make the books stay behind
        expected |= {f"vault_rules/{part}/{name}" for name in names(CHECKOUT / part) if not name.endswith(".py")}
    assert {name for name in names(target) if ".dist-info/" not in name} == expected | {"bin/vault-rules"}


def test_an_editable_install_points_at_the_package_alone_and_copies_nothing(tmp_path: Path) -> None:
    run("-c", f"from hatchling.build import build_editable; build_editable({str(tmp_path)!r})", cwd=CHECKOUT)
    (built,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(built) as file:
        held = [name for name in file.namelist() if ".dist-info/" not in name]
        (finder,) = [name for name in held if name.endswith(".py")]
        mapped = re.findall(r"map_module\((.*)\)", file.read(finder).decode())
    assert mapped == [f"'vault_rules', {str(CHECKOUT / 'vault_rules' / '__init__.py')!r}"]
    assert len(held) == 2, held


def test_the_wheel_names_its_version_and_licence(target: Path) -> None:
    (metadata,) = target.glob("*.dist-info/METADATA")
    text = metadata.read_text(encoding="utf-8")
    assert f"\nVersion: {vault_rules.__version__}\n" in text
    assert "\nLicense-Expression: Apache-2.0\n" in text


def test_the_installed_code_finds_the_grammar_and_the_policies_beside_itself(target: Path, tmp_path: Path) -> None:
    script = "from vault_rules import resources as r; print(r.__file__, r.policies_folder(), len(r.grammar_text()))"
    file, policies, length = run("-c", script, cwd=tmp_path, path=target).stdout.split()
    assert Path(file).is_relative_to(target)
    assert Path(policies) == target / "vault_rules" / "policies"
    assert int(length) == len((CHECKOUT / "grammar" / "vault.lark").read_text(encoding="utf-8"))


def test_the_demo_runs_from_the_wheel_and_prints_awards(target: Path, tmp_path: Path) -> None:
    text = run("-m", "vault_rules", "demo", cwd=tmp_path, path=target).stdout
    assert re.search(r"\bawards?\b", text, re.IGNORECASE)
    assert str(target / "vault_rules" / "policies") in text.replace("\n", "")
    assert "Traceback" not in text


@pytest.mark.parametrize(
    "chosen", [("eu_crma.vault", "nds_amp.vault"), pytest.param((".",), marks=pytest.mark.slow)], ids=["few", "all"]
)
def test_pytest_runs_the_shipped_policies_by_the_wheel_alone(
    target: Path, tmp_path: Path, chosen: tuple[str, ...]
) -> None:
    """A few packs; all of them where time is no matter, and in `.ci/run`, which does the same."""
    shutil.copytree(CHECKOUT / "policies", tmp_path / "policies")
    paths = [tmp_path / "policies" / name for name in chosen]
    done = run("-m", "pytest", "--vault-examples", "5", *map(str, paths), cwd=tmp_path, path=target)
    files = [file for path in paths for file in ([path] if path.is_file() else path.rglob("*.vault"))]
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    tests, laws = (len(re.findall(rf'^{word} "', text, re.MULTILINE)) for word in ("test", "always"))
    assert tests and laws
    assert re.search(rf"\b{tests + laws} passed\b", done.stdout)


def test_a_policy_begins_from_a_pack_of_the_wheel(target: Path, tmp_path: Path) -> None:
    run("-m", "vault_rules", "new", "mine", "--from", "eu_crma", cwd=tmp_path, path=target)
    checked = run("-m", "vault_rules", "check", "mine.vault", cwd=tmp_path, path=target).stdout
    assert checked == "1 policy checked, no mistakes\n"
