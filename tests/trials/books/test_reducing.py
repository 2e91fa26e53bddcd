"""Books made small and plain."""

from __future__ import annotations

from datetime import date

from vault_rules.trials.books.plainer import read_figure, renamed
from vault_rules.trials.books.reducing import reduced
from vault_rules.trials.draft import Draft, Table

OFFERS = Table(
    ("offer", "trader", "mineral", "price", "quantity", "origin", "delivery"),
    (
        ("o1", "anna", "cobalt", "17.25 USD/kg", "6500.000001 kg", "US", "2027-09-03"),
        ("o2", "bert", "cobalt", "15 USD/kg", "10 t", "AU", ""),
        ("o3", "carl", "tin", "3.999999999 USD/kg", "250 kg", "CN", "2027-11-20"),
        ("o4", "anna", "tin", "8 USD/kg", "1 t", "", ""),
    ),
)
REQUESTS = Table(
    ("request", "buyer", "mineral", "quantity"), (("r7", "gm", "cobalt", "13 t"), ("r8", "ge", "tin", "1 t"))
)
HOLDINGS = Table(("mineral", "quantity"), (("cobalt", "12.5 kg"),))
DRAFT = Draft(date(2027, 8, 14), {}, {"offers": OFFERS, "requests": REQUESTS, "holdings": HOLDINGS})


def column(draft: Draft, name: str, table: str = "offers") -> list[str]:
    found = draft.tables.get(table, Table(()))
    return [row[found.columns.index(name)] for row in found.rows] if name in found.columns else []


def test_what_does_not_matter_is_left_out() -> None:
    small = reduced(DRAFT, lambda one: "AU" in column(one, "origin"))
    assert small.tables == {
        "offers": Table(
            ("offer", "trader", "mineral", "price", "quantity", "origin"),
            (("a", "bert", "cobalt", "1 USD/kg", "1 t", "AU"),),
        )
    }
    assert small.as_of == date(2027, 8, 1)


def test_proportions_that_matter_stay_while_figures_become_round() -> None:
    def prices(draft: Draft) -> list[object]:
        return [read_figure("price", text) for text in column(draft, "price")]

    def still(draft: Draft) -> bool:
        found = [one[0] for one in prices(draft) if isinstance(one, tuple)]
        return any(one * 100 == other * 115 for one in found for other in found)

    assert still(DRAFT)
    small = reduced(DRAFT, still)
    assert sorted(column(small, "price")) == ["100 USD/kg", "115 USD/kg"]


def test_names_that_need_not_differ_become_the_same() -> None:
    small = reduced(DRAFT, lambda one: len(column(one, "trader")) >= 2 and "tin" in column(one, "mineral"))
    assert len(set(column(small, "trader"))) == 1
    assert set(column(small, "mineral")) == {"tin"}


def test_a_blank_that_matters_stays_blank() -> None:
    def still(draft: Draft) -> bool:
        origins = column(draft, "origin")
        return "" in origins and "CN" in origins

    assert sorted(column(reduced(DRAFT, still), "origin")) == ["", "CN"]


def test_days_move_together_with_the_day_of_the_book() -> None:
    def still(draft: Draft) -> bool:
        days = [date.fromisoformat(text) for text in column(draft, "delivery") if text]
        return any((day - draft.as_of).days == 20 for day in days)

    small = reduced(DRAFT, still)
    assert (small.as_of, column(small, "delivery")) == (date(2027, 8, 1), ["2027-08-21"])


def test_the_book_comes_out_the_same_whatever_is_asked_twice() -> None:
    asked: list[Draft] = []

    def still(draft: Draft) -> bool:
        asked.append(draft)
        return "CN" in column(draft, "origin")

    assert reduced(DRAFT, still) == reduced(DRAFT, lambda one: "CN" in column(one, "origin"))
    assert len(asked) == len(set(map(repr, asked)))


def test_new_names_keep_the_order_of_the_old_and_hold_in_every_table() -> None:
    awards = Table(
        ("mineral", "quantity", "cost", "date", "request", "offer"), (("tin", "1 kg", "1", "2027-01-01", "r8", "o4"),)
    )
    found = renamed(Draft(DRAFT.as_of, {}, {**DRAFT.tables, "awards": awards}))
    assert column(found, "offer") == ["a", "b", "c", "d"]
    assert column(found, "request", "requests") == ["r1", "r2"]
    assert (column(found, "offer", "awards"), column(found, "request", "awards")) == (["d"], ["r2"])
