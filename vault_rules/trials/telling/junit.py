"""Results as JUnit XML, as the servers that build software read it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree import ElementTree as ET

from vault_rules.source.diagnostic import has_errors
from vault_rules.source.render_text import render_text
from vault_rules.trials.results import FileResult, LawResult, Ran, TestResult
from vault_rules.trials.telling.text import WIDTH, Pen, broken, failed

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def results_to_junit(ran: Ran) -> str:
    """One suite a file, one case a test or law; a file whose check finds errors is a case of its own, with an error."""
    suites = [_suite(one) for one in ran.files]
    root = ET.Element("testsuites", {"name": "vault-rules test", **_counts(suites), "time": _time(ran.seconds)})
    root.extend(suites)
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _counts(suites: list[ET.Element]) -> dict[str, str]:
    return {name: str(sum(int(one.get(name, "0")) for one in suites)) for name in ("tests", "failures", "errors")}


def _suite(file: FileResult) -> ET.Element:
    cases = [*(_case(file, one) for one in file.tests), *(_law(file, one) for one in file.laws)]
    wrong = has_errors(file.diagnostics)
    if wrong:
        cases.insert(0, _unreadable(file))
    suite = ET.Element(
        "testsuite",
        {
            "name": legal(file.file),
            "tests": str(len(cases)),
            "failures": str(sum(not one.passed for one in file.outcomes)),
            "errors": str(int(wrong)),
            "time": _time(sum((one.seconds for one in file.tests), file.hunted)),
        },
    )
    suite.extend(cases)
    return suite


def _case(file: FileResult, test: TestResult) -> ET.Element:
    case = _element(file, test)
    case.set("time", _time(test.seconds))
    if not test.passed:
        message = "; ".join(", ".join(one.expected) or one.message for one in test.failures)
        _failed(case, "expectation", message, failed(test, Pen(False, WIDTH)))
    return case


def _law(file: FileResult, law: LawResult) -> ET.Element:
    case = _element(file, law)
    if not law.passed:
        message = law.untried or "; ".join(said for _, said in (() if law.broken is None else law.broken.said))
        _failed(case, "law", message, broken(law, Pen(False, WIDTH)))
    return case


def _element(file: FileResult, one: TestResult | LawResult) -> ET.Element:
    name, line = legal(one.title), str(one.span.line)
    return ET.Element("testcase", {"classname": legal(file.file), "name": name, "file": legal(file.file), "line": line})


def _failed(case: ET.Element, kind: str, message: str, lines: Iterable[str]) -> None:
    failure = ET.SubElement(case, "failure", {"message": legal(message), "type": kind})
    failure.text = legal("\n".join(lines))


def _unreadable(file: FileResult) -> ET.Element:
    case = ET.Element("testcase", {"classname": legal(file.file), "name": "check", "file": legal(file.file)})
    errors = [one for one in file.diagnostics if one.is_error]
    said = ET.SubElement(case, "error", {"message": legal(errors[0].message), "type": errors[0].code})
    said.text = legal(render_text(errors))
    return case


def legal(text: str) -> str:
    """A text that XML can hold."""
    return _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", text)


def _time(seconds: float) -> str:
    return f"{seconds:.3f}"
