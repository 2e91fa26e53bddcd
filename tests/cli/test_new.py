"""`vault-rules new`: a policy to begin with, from a shipped pack or the simplest one, never over another file."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from tests.support.command import vault_rules
from vault_rules import __version__, api, resources
from vault_rules.cli.packs import packs

PACKS = [one.name for one in packs()]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder in which nothing lies beside the policy that it could use."""
    monkeypatch.chdir(tmp_path)


def test_every_shipped_policy_with_a_header_is_a_pack() -> None:
    with_header = [
        file.stem
        for file in sorted(resources.policies_folder().glob("*.vault"))
        if api.load_policy(file).typed.has_header
    ]
    assert with_header == PACKS
    assert {"eu_crma", "nds_amp", "clean_vehicle_30d", "days_of_cover", "project_vault"} <= set(PACKS)


def test_without_a_name_the_packs_are_listed_with_their_titles() -> None:
    done = vault_rules("new")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert [line.split()[0] for line in lines] == PACKS
    for line, pack in zip(lines, packs(), strict=True):
        assert line.endswith(f"  {api.load_policy(pack.file).typed.title}")


@pytest.mark.parametrize("pack", PACKS)
def test_a_policy_from_a_pack_is_the_pack_under_another_name(pack: str, tmp_path: Path) -> None:
    done = vault_rules("new", "mine", "--from", pack)
    assert (done.code, done.err) == (0, "")
    assert done.out == "mine.vault is written; what next: vault-rules check mine.vault\n"
    file = tmp_path / "mine.vault"
    assert api.check_policy(file)[1] == ()
    before, after = api.format_file(file)
    assert before == after
    own, shipped = api.load_policy(file), api.load_policy(resources.policies_folder() / f"{pack}.vault")
    assert own.name == "mine"
    assert (own.typed.title, own.version, own.parameters) == (
        shipped.typed.title,
        shipped.version,
        shipped.parameters,
    )
    comment, rest = before.split("\n#\n", 1)
    version = f", version {shipped.version}" if shipped.version else ""
    assert comment == (
        f"# From the pack {pack}{version}, of vault-rules {__version__}.\n# sha256 {shipped.typed.sha256}"
    )
    original = (resources.policies_folder() / f"{pack}.vault").read_text(encoding="utf-8")
    assert re.sub(r"^policy mine ", f"policy {pack} ", rest, count=1, flags=re.MULTILINE) == original


@pytest.mark.parametrize("name", ["reserve", "reserve.vault", "deep/in/folders/reserve", "./reserve.vault"])
def test_the_simplest_policy_is_written_where_it_is_asked_for(name: str, tmp_path: Path) -> None:
    assert vault_rules("new", name).code == 0
    (file,) = tmp_path.rglob("*.vault")
    assert file == (tmp_path / name).with_suffix(".vault")
    assert api.check_policy(file)[1] == ()
    before, after = api.format_file(file)
    assert before == after
    assert len([line for line in before.splitlines() if line]) <= 10
    assert api.load_policy(file).name == "reserve"


def test_the_simplest_policy_buys_the_cheapest(tmp_path: Path) -> None:
    assert vault_rules("new", "reserve").code == 0
    (tmp_path / "book").mkdir()
    offers = "offer,trader,mineral,price,quantity\na,x,cobalt,31,10\nb,y,cobalt,30,5\n"
    (tmp_path / "book" / "offers.csv").write_text(offers, encoding="utf-8")
    requests = "request,buyer,mineral,quantity\nr1,gm,cobalt,8\n"
    (tmp_path / "book" / "requests.csv").write_text(requests, encoding="utf-8")
    plan = api.evaluate(api.load_policy("reserve.vault"), api.read_book("book"), date(2027, 8, 1))
    assert [(one.offer, one.quantity) for one in plan.rows.awards] == [("b", 5), ("a", 3)]


def test_a_hyphen_in_the_files_name_is_an_underscore_in_the_policys() -> None:
    assert vault_rules("new", "our-reserve").code == 0
    assert api.load_policy("our-reserve.vault").name == "our_reserve"


@pytest.mark.parametrize("name", ["1st", "a.b", "a b", "é", "", ".", "..", "a/..", ".vault"])
def test_what_is_no_name_for_a_policy_is_refused(name: str, tmp_path: Path) -> None:
    done = vault_rules("new", name)
    assert (done.code, done.out) == (2, "")
    assert "is no name for a policy: write letters, digits and `_`" in done.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("how", ["file", "folder", "link"])
def test_what_is_there_already_is_never_overwritten(how: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.vault"
    if how == "file":
        file.write_text("mine", encoding="utf-8")
    elif how == "folder":
        file.mkdir()
    else:
        file.symlink_to(tmp_path / "nowhere")
    done = vault_rules("new", "mine", "--from", "eu_crma")
    assert (done.code, done.out) == (2, "")
    assert "error: mine.vault is there already: take another name\n" in done.err
    assert [one.name for one in tmp_path.iterdir()] == ["mine.vault"]
    assert how != "file" or file.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("asked", ["eu_crm", "EU-CRMA", "eu crma"])
def test_a_misspelt_pack_is_answered_with_the_nearest(asked: str, tmp_path: Path) -> None:
    done = vault_rules("new", "mine", "--from", asked)
    assert (done.code, done.out) == (2, "")
    assert done.err == f"error: there is no pack `{asked}`: did you mean `eu_crma`?\n"
    assert list(tmp_path.iterdir()) == []


def test_a_pack_like_no_other_is_answered_with_all_of_them() -> None:
    done = vault_rules("new", "mine", "--from", "lib/minerals")
    assert (done.code, done.err) == (2, f"error: there is no pack `lib/minerals`: there are {', '.join(PACKS)}\n")


def test_a_pack_may_be_named_by_its_file() -> None:
    assert vault_rules("new", "mine", "--from", "eu_crma.vault").code == 0


def test_a_pack_without_a_name_for_the_policy_is_a_usage_error() -> None:
    done = vault_rules("new", "--from", "eu_crma")
    assert done.code == 2
    assert "vault-rules new POLICY --from PACK" in done.err
