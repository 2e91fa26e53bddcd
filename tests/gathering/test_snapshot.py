"""What was gathered is kept, read again as a book, and gives the same bytes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.gathering.conftest import Place
from tests.gathering.test_gather import AS_OF, gathered, plan
from vault_rules import api
from vault_rules.adapters.manager import Plugins
from vault_rules.errors import BookError


@pytest.fixture
def kept(place: Place, plugins: Plugins) -> Path:
    text = place.trader("glencore", "a,cobalt,30.10,10")
    found = gathered(place, plugins, text + place.trader("hartree", more='fault = "raises"'), allow_missing=True)
    place.write("plan.json", plan(place, found).to_json())
    return found.keep_beside(place.folder / "snapshots")


def replayed(place: Place, folder: Path) -> str:
    policy = api.load_policy(place.folder / "small.vault")
    return api.evaluate(policy, api.read_book(folder), AS_OF).to_json()


def test_a_snapshot_gives_the_same_plan_to_the_byte(place: Place, kept: Path) -> None:
    text = replayed(place, kept)
    assert text == (place.folder / "plan.json").read_text(encoding="utf-8")
    assert json.loads(text)["missing"][0]["name"] == "hartree"


def test_a_snapshot_says_its_hash_who_was_asked_and_who_was_missing(kept: Path) -> None:
    said = json.loads((kept / "snapshot.json").read_text(encoding="utf-8"))
    assert kept.name == f"2027-08-01-{said['sha256'][:12]}"
    assert said["asked"] == {"glencore": ["cobalt"], "hartree": ["gallium"]}
    assert said["missing"][0]["name"] == "hartree"
    assert sorted(said["files"]) == ["offers.parquet", "requests.parquet"]
    assert said["book"]["sha256"] == api.read_book(kept).sha256


def test_the_same_is_kept_once(place: Place, plugins: Plugins) -> None:
    text = place.trader("glencore", "a,cobalt,30,10") + place.trader("hartree")
    folders = {gathered(place, plugins, text).keep_beside(place.folder / "kept") for _ in range(2)}
    assert len(folders) == 1
    assert sorted(path.name for path in (place.folder / "kept").iterdir()) == [folders.pop().name]


def test_an_altered_table_is_told_of(kept: Path) -> None:
    import polars as pl

    offers = pl.read_parquet(kept / "offers.parquet")
    offers.with_columns(price=pl.lit("1")).write_parquet(kept / "offers.parquet")
    with pytest.raises(BookError, match=r"offers.parquet: is not as the snapshot was written"):
        api.read_book(kept)


@pytest.mark.parametrize(
    "text", ["{}", "[]", "no JSON", '{"schema": "vault-rules/snapshot/1", "sha256": "0", "files": {}}']
)
def test_an_altered_manifest_is_told_of(kept: Path, text: str) -> None:
    (kept / "snapshot.json").write_text(text, encoding="utf-8")
    with pytest.raises(BookError, match=r"snapshot.json: is no manifest of a snapshot, or was altered"):
        api.read_book(kept)
