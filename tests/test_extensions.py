"""What plugins add to policies and plans: functions with kinds, findings of reviewers; and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from tests.support import policies
from tests.support.books import book
from tests.support.plugins import Point, installed, plugin
from vault_rules import api
from vault_rules.adapters.registration import Function, Reviewer
from vault_rules.domain.plan import Finding, Plan
from vault_rules.errors import EvaluationError, PluginError, PolicyError
from vault_rules.extensions import signatures

DUTIES = {"CN": Fraction(1, 4), "AU": Fraction(0)}
OFFERS = """
    offer | trader   | mineral | origin | price | quantity | lot | delivery
    a     | glencore | cobalt  | CN     | 30    | 10       | 3   | 2027-09-30
    b     | glencore | cobalt  | AU     | 35    | 10       | 2   | 2027-10-01
    c     | glencore | cobalt  | US     | 41    | 10       |     |
"""
REQUESTS = """
    request | buyer | mineral | quantity
    r1      | gm    | cobalt  | 25
"""


def duty(country: str) -> Fraction:
    """A duty that knows every country."""
    return DUTIES.get(country, Fraction(1, 10))


def function(apply: Callable[..., Any] = duty, *parameters: str, result: str = "ratio", **more: Any) -> Point:
    return plugin(functions=[Function("duty", parameters or ("country",), result, apply, "a duty", **more)])


def awards(text: str, engine: str) -> list[tuple[str, Fraction]]:
    loaded = policies.policy(text)
    plan = api.evaluate(loaded, book(offers=OFFERS, requests=REQUESTS), policies.AS_OF, engine=engine)
    return [(one.offer, one.quantity) for one in plan.rows.awards]


TAKE = "mineral cobalt\nwaterfall w { take all by %s }\n"


# ---- functions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "parameters", "result", "apply"),
    [
        ("require r: price * (100% + f(origin)) < 37 USD/kg\n", ("country",), "ratio", duty),
        ("require r: f(price, quantity) > 300 USD\n", ("price", "mass"), "money", lambda p, q: p * q),
        ("forbid r: f(delivery)\n", ("date",), "boolean", lambda day: day > date(2027, 9, 30)),
        ("require r: origin in f({US, CN}) - {US}\n", ("set of country",), "set of country", lambda some: some),
        ("require r: (f(lot) else 1 kg) >= 2 kg\n", ("mass",), "mass", lambda lot: lot),
    ],
)
def test_both_engines_call_a_function_and_make_the_same_plan(
    rule: str, parameters: tuple[str, ...], result: str, apply: Callable[..., Any]
) -> None:
    with installed(plugin(functions=[Function("f", parameters, result, apply)])):
        plans = [awards(rule + TAKE % "price", engine) for engine in ("fast", "reference")]
    assert plans[0] == plans[1]
    assert plans[0] and len(plans[0]) < 3, "the rule decides something"


def test_a_function_may_order_offers_and_read_what_columns_hold() -> None:
    with installed(function(lambda p, q: -p * q / 7, "price", "mass", result="money")):
        text = TAKE % "duty(price, quantity)"
        assert awards(text, "fast") == awards(text, "reference")
        assert [offer for offer, _ in awards(text, "fast")] == ["c", "b", "a"]


def test_a_large_book_in_columns_agrees_with_the_reference() -> None:
    rows = "\n".join(
        f"    o{n} | t | cobalt | {'CN' if n % 3 else 'AU'} | {20 + n % 17} | {1 + n % 5}" for n in range(400)
    )
    offers = f"\n    offer | trader | mineral | origin | price | quantity\n{rows}\n"
    requests = REQUESTS.replace("25", "700")
    with installed(function(lambda p, c: p * (1 + duty(c)), "price", "country", result="price")):
        loaded = policies.policy("require r: duty(price, origin) <= 34 USD/kg\n" + TAKE % "duty(price, origin)")
        fast, slow = (
            api.evaluate(loaded, book(offers=offers, requests=requests), policies.AS_OF, engine=engine).to_json()
            for engine in ("fast", "reference")
        )
    assert fast == slow


def test_a_function_of_constants_is_a_constant() -> None:
    with installed(function()):
        assert policies.policy("let d = duty(CN)\nrequire r: price < 1 USD/kg * (d / 1%)\n" + TAKE % "price").parameters


def test_a_policy_says_whose_functions_it_calls() -> None:
    with installed(function()):
        loaded = policies.policy("require r: duty(origin) < 5%\n" + TAKE % "price")
    assert loaded.functions == {"duty": "vault-rules-acme 1.0"}
    assert policies.policy(TAKE % "price").functions == {}


@pytest.mark.parametrize(
    ("rule", "said", "help"),
    [
        ("require r: duty(price) < 5%", "value 1 of `duty` must be a country, and this is a price", None),
        ("require r: duty(origin, origin) < 5%", "`duty` takes a country", "it is a function of vault-rules-acme 1.0"),
        ("require r: duty(origin) < 5 USD/kg", "cannot compare a ratio with a price", None),
        ("require r: duti(origin) < 5%", "there is no function `duti`", "did you mean `duty`?"),
        ("require r: nothing(origin) < 5%", "there is no function `nothing`", "`benchmark`, `duty`"),
    ],
)
def test_a_wrong_call_is_one_error_in_plain_words(rule: str, said: str, help: str | None) -> None:
    with installed(function()), pytest.raises(PolicyError) as stopped:
        policies.policy(f"{rule}\n" + TAKE % "price")
    (found,) = (one for one in stopped.value.diagnostics if one.is_error)
    assert said in found.message
    assert help is None or help in (found.help or "")


def test_a_value_that_may_not_be_there_needs_else() -> None:
    with installed(function(DUTIES.get, may_be_undefined=True)):
        with pytest.raises(PolicyError, match="V0215"):
            policies.policy("let d = duty(US)\nlet e = 5%\ncap c: share <= d of requested\n" + TAKE % "price")
        text = "require r: (duty(origin) else 0%) < 5%\n" + TAKE % "price"
        assert awards(text, "fast") == awards(text, "reference") == [("b", 10), ("c", 10)]


@pytest.mark.parametrize(
    ("apply", "said"),
    [
        (lambda c: 1 / 0, "fails here: ZeroDivisionError: division by zero"),
        (lambda c: 0.1, "gives a value of Python's type float, and says a ratio"),
        (lambda c: 1, "gives a value of Python's type int"),
        (lambda c: None, "gives nothing here, and says that it always gives something"),
        (lambda c: Fraction(10**9000), "more than six thousand digits"),
    ],
)
@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_a_function_that_gives_no_value_is_named_with_its_plugin(
    apply: Callable[[str], Any], said: str, engine: str
) -> None:
    with installed(function(apply)), pytest.raises(EvaluationError) as stopped:
        awards("require r: duty(origin) < 5%\n" + TAKE % "price", engine)
    found = stopped.value.diagnostic
    assert said in found.message
    assert found.code == ("V0505" if "digits" in said else "V0506")
    assert found.code == "V0505" or "`duty`, a function of vault-rules-acme 1.0," in found.message
    assert found.span.text == "duty(origin)"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (Function("max", ("price",), "price", max), "whose name is taken by a function of the language"),
        (Function("f", ("prize",), "price", max), "which speaks of the kind `prize`"),
        (Function("f", (), "price", max), "which takes no value"),
    ],
)
def test_a_function_that_cannot_be_in_the_table_is_told_of(wrong: Function, said: str) -> None:
    with installed(plugin(functions=[wrong])) as found, pytest.raises(PluginError) as stopped:
        signatures(found)
    assert "plugin `acme` of vault-rules-acme 1.0 has the function" in str(stopped.value)
    assert said in str(stopped.value)


# ---- reviewers -----------------------------------------------------------------------------------------------------


def review(plan: Plan) -> Iterable[Finding]:
    yield Finding("lawful", "target", "cobalt", str(len(plan.awards)), "3 awards", False)


def findings(engine: str, *points: Point) -> list[Finding]:
    with installed(*points):
        plan = api.evaluate(
            policies.policy(TAKE % "price"), book(offers=OFFERS, requests=REQUESTS), policies.AS_OF, engine=engine
        )
        return list(plan.rows.findings)


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_a_reviewer_adds_findings_of_its_own_kind(engine: str) -> None:
    point = plugin(reviewers=[Reviewer("law", review)])
    assert findings(engine, point) == [Finding("lawful", "review", "cobalt", "3", "3 awards", False)]


def test_the_order_of_plugins_changes_nothing() -> None:
    one = plugin("one", reviewers=[Reviewer("zeal", review)])
    two = plugin("two", reviewers=[Reviewer("awe", lambda plan: [Finding("a", "", "", None, None, True)])])
    assert findings("fast", one, two) == findings("fast", two, one)


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_a_reviewer_can_change_nothing(engine: str) -> None:
    def meddle(plan: Plan) -> Iterable[Finding]:
        plan.totals.by_trader.clear()  # type: ignore[attr-defined]
        return ()

    loaded, tables = policies.policy(TAKE % "price"), book(offers=OFFERS, requests=REQUESTS)
    with installed():
        plain = api.evaluate(loaded, tables, policies.AS_OF, engine=engine).to_json()
    with installed(plugin(reviewers=[Reviewer("bad", meddle)])):
        assert api.evaluate(loaded, tables, policies.AS_OF, engine=engine).to_json() == plain


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda plan: 1 / 0, "reviewer `law` of vault-rules-acme 1.0 fails: ZeroDivisionError"),
        (lambda plan: ["no"], "reviewer `law` of vault-rules-acme 1.0 gives a str, where a Finding is wanted"),
    ],
)
def test_a_reviewer_that_fails_is_named(wrong: Callable[[Plan], Any], said: str) -> None:
    with pytest.raises(PluginError, match=said):
        findings("reference", plugin(reviewers=[Reviewer("law", wrong)]))


def test_no_plan_is_made_while_a_plugin_is_broken() -> None:
    with pytest.raises(PluginError, match="plugin `acme`"):
        findings("fast", Point("acme", lambda: 1 / 0))
