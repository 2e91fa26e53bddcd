"""Excel's number formats, as far as they change what a number means."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault_rules.adapters.number_format import built_in_format, number_format, shown


def as_shown(raw: str, code: str) -> str:
    return shown(raw, number_format(code))


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("34.5", "34.5"),
        ("0.1", "0.1"),
        ("34.499999999999997", "34.5"),
        ("0.30000000000000004", "0.3"),
        ("1.0000000000000001E-3", "0.001"),
        ("1E5", "100000"),
        ("1.5e+20", "150000000000000000000"),
        ("12345678901234567890", "12345678901234600000"),
        ("0.1234567890123455", "0.123456789012346"),
        ("-2.50", "-2.5"),
        ("-0", "0"),
        ("-0.0", "0"),
        ("007", "7"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1e999999999", "1e999999999"),
        ("NaN", "NaN"),
        ("INF", "INF"),
        ("1,5", "1,5"),
        ("٣", "٣"),
    ],
)
def test_a_number_is_its_first_fifteen_digits_without_exponent(raw: str, text: str) -> None:
    assert as_shown(raw, "General") == text


@pytest.mark.parametrize(
    ("raw", "code", "text"),
    [
        ("0.995", "0%", "99.5%"),
        ("0.995", "0.0%;[Red]-0.0%", "99.5%"),
        ("0.99499999999999999", "0.00%", "99.5%"),
        ("1", "0%", "100%"),
        ("-0.05", "0.00%;[Red]-0.00%", "-5%"),
        ("1E-7", "0%", "0.00001%"),
        ("99.5", '0.0"%"', "99.5%"),
        ("99.5", r"0.0\%", "99.5%"),
        ("0.995", "[<1]0.0%;0.0", "99.5%"),
        ("99.5", "[<1]0.0%;0.0", "99.5"),
        ("99.5", "[>=1]0.0;[<1]0.0%", "99.5"),
        ("0.995", "[=1]0;0.0%", "99.5%"),
    ],
)
def test_a_percentage_is_stored_as_a_hundredth(raw: str, code: str, text: str) -> None:
    assert as_shown(raw, code) == text


@pytest.mark.parametrize(
    "code",
    [
        "General", "0", "0.00", "#,##0.00", "#,##0,", "0.0,,", "@", "", ";;;", "0.00E+00", "##0.0E+0", "# ?/?",
        "$#,##0.00", '"$"#,##0.00', "[$$-409]#,##0.00", "[$-409]0.0", "[Red]0", "[Color10]0",
        '"day "0', r"\d0", "0_m", "*y0",
        "[", "\\", '0"kg"0', "[DBNum1]0", "0" * 300 + "%",
    ],
)  # fmt: skip
def test_of_any_other_format_the_stored_number_counts(code: str) -> None:
    assert as_shown("34.5", code) == "34.5"


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ('0.0" t"', "34.5 t"),
        ('0.0"kg"', "34.5 kg"),
        (r"0.0\ \k\g", "34.5 kg"),
        ('#,##0.00" USD/kg"', "34.5 USD/kg"),
        ('"$"0.00"/lb"', "34.5 /lb"),
        ('0.0,"t"', "0.0345 t"),
        ("0.0 [$USD/t]", "34.5 USD/t"),
        ('General" t"', "34.5 t"),
    ],
)
def test_a_unit_in_the_format_is_part_of_what_is_shown(code: str, text: str) -> None:
    assert as_shown("34.5", code) == text


@pytest.mark.parametrize(
    "code",
    [
        "yyyy-mm-dd", "YYYY-MM-DD", "dd.mm.yyyy;@", "[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy", "mmm-yy", "d-mmm",
        "m/d/yy h:mm", "mmmm", '[$-411]ggge"年"m"月"d"日";@', "[$-409]d\\-mmm\\-yyyy;@",
    ],
)  # fmt: skip
def test_a_date_is_stored_as_a_count_of_days(code: str) -> None:
    assert as_shown("46600", code) == "2027-08-01"


@pytest.mark.parametrize("number", [14, 15, 16, 17, 22, 27, 36, 50, 58])
def test_the_dates_that_excel_knows_by_number_are_dates(number: int) -> None:
    assert shown("46600", built_in_format(number)) == "2027-08-01"


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0.5"), (4, "0.5"), (9, "50%"), (10, "50%"), (21, "12:00:00"), (999, "0.5")]
)
def test_other_formats_known_by_number(number: int, text: str) -> None:
    assert shown("0.5", built_in_format(number)) == text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("1", "1900-01-01"),
        ("59", "1900-02-28"),
        ("60", "1900-02-29"),
        ("61", "1900-03-01"),
        ("0", "1900-01-00"),
        ("2958465", "9999-12-31"),
        ("2958466", "2958466"),
        ("-1", "-1"),
        ("1e300", "1" + "0" * 300),
        ("46600.5", "2027-08-01T12:00:00"),
        ("46600.333333333336", "2027-08-01T08:00:00"),
        ("46600.00001157407", "2027-08-01T00:00:01"),
        ("46600.99999999999", "2027-08-02"),
        ("46600.0000057870", "2027-08-01T00:00:00.5"),
    ],
)
def test_days_are_counted_as_excel_counts_them(raw: str, text: str) -> None:
    assert as_shown(raw, "yyyy-mm-dd") == text


def test_some_workbooks_count_from_1904() -> None:
    style = number_format("yyyy-mm-dd")
    assert [shown(raw, style, from_1904=True) for raw in ("0", "60", "45138", "2957003", "2957004")] == [
        "1904-01-01",
        "1904-03-01",
        "2027-08-01",
        "9999-12-31",
        "2957004",
    ]


@pytest.mark.parametrize(("raw", "text"), [("0.5", "12:00:00"), ("1.5", "36:00:00"), ("-1", "-1")])
@pytest.mark.parametrize("code", ["h:mm", "[h]:mm:ss", "hh:mm AM/PM", "[mm]:ss"])
def test_a_time_is_no_date(raw: str, text: str, code: str) -> None:
    assert as_shown(raw, code) == text


@given(st.dates(date(1900, 3, 1), date(9999, 12, 31)))
def test_every_day_comes_back(day: date) -> None:
    assert as_shown(str((day - date(1899, 12, 30)).days), "d/m/yy") == day.isoformat()
    after_1904 = day + timedelta(1462) if day.year < 9990 else day
    if after_1904 != day:
        assert shown(str((day - date(1899, 12, 30)).days), number_format("d"), from_1904=True) == after_1904.isoformat()


@given(st.integers(-(10**15) + 1, 10**15 - 1), st.integers(-25, 25), st.booleans())
def test_fifteen_digits_come_back_exactly(digits: int, exponent: int, percent: bool) -> None:
    value = Decimal(digits).scaleb(exponent)
    text = as_shown(str(value), "0%" if percent else "0")
    assert "e" not in text.casefold()
    assert Decimal(text.removesuffix("%")) == (value * 100 if percent else value)


@given(st.floats(-1e15, 1e15, allow_subnormal=False))
def test_a_price_of_few_digits_survives_excels_way_of_writing_it(value: float) -> None:
    price = Decimal(f"{value:.10g}")
    assert Decimal(as_shown(f"{float(price):.17g}", "0.00")) == price


@given(st.text() | st.text(alphabet='0#?.,%ymdhs[]$"\\_*;E+-<>= @'), st.text(alphabet="0123456789.eE+-"))
def test_any_text_is_a_format(code: str, raw: str) -> None:
    assert isinstance(as_shown(raw, code), str)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (r"#,##0.00\ [$€-407]", "34.5 EUR"),
        ("[$USD] #,##0.00", "34.5 USD"),
        ('"EUR" 0.00', "34.5 EUR"),
        ('"£"0.00', "34.5 GBP"),
        ('0.00" €/kg"', "34.5 EUR/kg"),
        ('_-* #,##0.00\\ "€"_-;-* #,##0.00\\ "€"_-;_-* "-"??\\ "€"_-;_-@_-', "34.5 EUR"),
        ('0" tons"', "34.5 tons"),
        ('0" MT"', "34.5 MT"),
        ('0"k"', "34.5 k"),
        ('0" days"', "34.5 days"),
        ('General" pieces"', "34.5 pieces"),
    ],
)
def test_a_currency_or_a_word_behind_the_number_is_not_dropped_in_silence(code: str, text: str) -> None:
    assert as_shown("34.5", code) == text
