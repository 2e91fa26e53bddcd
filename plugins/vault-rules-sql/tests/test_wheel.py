"""What is built is whole: the migrations are in it."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

PLUGIN = Path(__file__).parents[1]


def test_the_wheel_holds_every_module_and_every_migration(tmp_path: Path) -> None:
    script = f"from hatchling.build import build_wheel; build_wheel({str(tmp_path)!r})"
    subprocess.run([sys.executable, "-c", script], cwd=PLUGIN, check=True, capture_output=True, timeout=120)
    (built,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(built) as file:
        held = {name for name in file.namelist() if ".dist-info/" not in name}
    source = PLUGIN / "src"
    files = (file for file in source.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
    assert held == {file.relative_to(source).as_posix() for file in files}
    assert "vault_rules_sql/migrations/versions/v0001_tables.py" in held
