"""Files with tests: which are found, and that the number of processes changes nothing."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from tests.support.trials import RESERVE, TABLES
from vault_rules.errors import UsageError
from vault_rules.trials import suites as suites_module
from vault_rules.trials.choosing import chosen
from vault_rules.trials.hunts import Hunt
from vault_rules.trials.results import Ran
from vault_rules.trials.suites import files_of, found, listed, run

ALL = chosen(None)


def written(folder: Path, *titles: str, expects: str = "award 3 t from a to r1", head: str = RESERVE) -> str:
    tests = "".join(f'test "{title}" {{\n{TABLES}\n  expect {expects}\n}}\n' for title in titles)
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text(head + tests, encoding="utf-8")
    return str(folder)


def timeless(ran: Ran) -> Ran:
    files = tuple(
        attrs.evolve(file, tests=tuple(attrs.evolve(one, seconds=0.0) for one in file.tests)) for file in ran.files
    )
    return Ran(tuple(attrs.evolve(file, hunted=0.0) for file in files))


def test_a_folder_has_its_policies_in_order_but_no_libraries_and_nothing_hidden(tmp_path: Path) -> None:
    second = written(tmp_path / "b.vault", "one")
    first = written(tmp_path / "a" / "z.vault", "one")
    written(tmp_path / ".hidden" / "c.vault", "one")
    written(tmp_path / "lib.vault", head="mineral cobalt\n")
    (tmp_path / "notes.txt").write_text("no policy", encoding="utf-8")
    assert [one.file for one in found([tmp_path], ALL)] == [second, first]
    assert [one.file for one in found([first, tmp_path, first], ALL)] == [first, second]
    assert listed([tmp_path]) == (second, str(tmp_path / "lib.vault"), first)


def test_a_file_that_is_named_is_never_passed_over(tmp_path: Path) -> None:
    library = written(tmp_path / "lib.vault", head="mineral cobalt\n")
    (result,) = run(found([library], ALL)).files
    assert [one.code for one in result.diagnostics] == ["V0219"]
    assert not result.passed


def test_a_library_with_tests_says_that_it_has_no_header(tmp_path: Path) -> None:
    written(tmp_path / "lib.vault", "one", head="mineral cobalt\n")
    (result,) = run(found([tmp_path], ALL)).files
    assert [one.code for one in result.diagnostics] == ["V0219"]


def test_a_path_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no file or folder"):
        found([tmp_path / "nowhere"], ALL)


def test_only_the_chosen_tests_are_run_and_the_others_counted(tmp_path: Path) -> None:
    written(tmp_path / "a.vault", "cobalt", "late", "cobalt late")
    ran = run(found([tmp_path], chosen("cobalt and not late")))
    assert [one.title for one in ran.tests] == ["cobalt"]
    assert (ran.left_out, ran.passed) == (2, True)


def test_laws_are_chosen_like_tests_and_none_are_tried_without_books(tmp_path: Path) -> None:
    laws = 'always "cobalt is heavy" {\n  for each award: quantity > 0 kg\n}\n'
    written(tmp_path / "a.vault", "cobalt", head=RESERVE + laws)
    suites = found([tmp_path], chosen("heavy"))
    ran = run(suites, hunt=Hunt(3, 5))
    assert [(one.title, one.examples, one.seed, one.passed) for one in ran.laws] == [("cobalt is heavy", 3, 5, True)]
    assert (ran.tests, ran.left_out) == ((), 1)
    without = run(suites, hunt=Hunt(0))
    assert (without.laws, without.left_out) == ((), 2)


def test_a_file_with_errors_fails_and_runs_nothing(tmp_path: Path) -> None:
    written(tmp_path / "a.vault", "one", head=RESERVE + "require x: nothing = 1\n")
    (result,) = run(found([tmp_path], ALL)).files
    assert ([one.code for one in result.diagnostics if one.is_error], result.tests) == (["V0201"], ())
    assert not result.passed


def test_files_of_a_policy_are_known_also_where_it_has_errors(tmp_path: Path) -> None:
    used = written(tmp_path / "used.vault", head="mineral cobalt\n")
    file = written(tmp_path / "a.vault", head='policy p "p" { currency USD }\nuse "used.vault"\nrequire oops\n')
    (suite,) = found([file], ALL)
    assert files_of(suite) == (file, used)


def test_the_results_are_the_same_whatever_the_jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suites_module, "WORTH_A_PROCESS", 2)
    titles = [f"number {number}" for number in range(5)]
    laws = 'always "number of awards" {\n  for each trader: share <= 10%\n}\n'
    written(tmp_path / "a.vault", *titles, head=RESERVE + laws)
    written(tmp_path / "b.vault", "wrong", expects="award 4 t from a to r1")
    written(tmp_path / "c.vault", "not read", head=RESERVE + "require oops\n")
    suites = found([tmp_path], chosen('number or wrong or "not read"'))
    alone, several = (run(suites, jobs, Hunt(20)) for jobs in (1, 2))
    assert [one.title for one in alone.tests] == [*titles, "wrong"]
    assert [one.passed for one in alone.laws] == [False]
    assert [one.passed for one in alone.files] == [False, False, False]
    assert as_told(several) == as_told(alone)


def as_told(ran: Ran) -> tuple[str, str, str]:
    from vault_rules.trials.telling.as_json import results_to_json
    from vault_rules.trials.telling.junit import results_to_junit
    from vault_rules.trials.telling.text import told

    without = timeless(ran)
    return told(without, colour=True), results_to_json(without), results_to_junit(without)
