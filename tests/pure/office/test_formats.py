"""How values are written for people."""

from decimal import Decimal

import pytest

from qingyuan.interfaces.office.shell import charts
from qingyuan.interfaces.office.shell.formats import (
    integer_text,
    masked_phone,
    money_text,
    month_text,
    percent_text,
    price_text,
    volume_text,
)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "0.00"),
        ("86.4", "86.40"),
        ("1234.5", "1234.50"),
        ("12345", "12,345.00"),
        ("-12345.6", "-12,345.60"),
        ("-1234.5", "-1234.50"),
        ("1234567.89", "1,234,567.89"),
    ],
)
def test_money_has_two_places_and_separators_from_five_digits(amount: str, text: str) -> None:
    assert money_text(Decimal(amount)) == text


@pytest.mark.parametrize(
    ("volume", "text"), [("18.000", "18"), ("18.500", "18.5"), ("-0.125", "-0.125"), ("12345.1", "12,345.1")]
)
def test_volume_has_no_trailing_zeros(volume: str, text: str) -> None:
    assert volume_text(Decimal(volume)) == text


@pytest.mark.parametrize(("price", "text"), [("3.45", "3.45"), ("2", "2.00"), ("1.234500", "1.2345")])
def test_price_has_two_to_six_places(price: str, text: str) -> None:
    assert price_text(Decimal(price)) == text


def test_other_values() -> None:
    assert integer_text(163) == "163"
    assert integer_text(20000) == "20,000"
    assert percent_text(Decimal("5.53")) == "+553.0%"
    assert percent_text(Decimal("-1")) == "-100.0%"
    assert month_text(202611) == "2026-11"
    assert money_text(None) == volume_text(None) == month_text(None) == "—"


@pytest.mark.parametrize(("phone", "text"), [("13912346553", "139****6553"), ("85001234", "******34"), ("", "—")])
def test_phone_is_masked(phone: str, text: str) -> None:
    assert masked_phone(phone) == text


def test_bar_chart_puts_the_tallest_bar_under_a_round_top() -> None:
    chart = charts.BarChart("t", (charts.Point("01", Decimal(33)), charts.Point("02", Decimal(66))), "m³", "p")

    assert [line.label for line in chart.gridlines] == ["0", "20", "40", "60", "80"]
    first, second = chart.bars
    assert Decimal(second.height) == 2 * Decimal(first.height)
    assert Decimal(second.y) + Decimal(second.height) == chart.frame.floor


def test_step_chart_is_one_line_through_all_steps() -> None:
    steps = (charts.Step(Decimal(0), Decimal(3)), charts.Step(Decimal(100), Decimal(4)))
    chart = charts.StepChart("t", steps, Decimal(200), "元/m³", "v")

    assert chart.path.count("M") == 1
    assert chart.path.count("L") == 3
    assert [label for _x, label in chart.ticks] == ["0", "100", "200"]


def test_sparkline_of_equal_values_does_not_divide_by_zero() -> None:
    assert charts.Sparkline((5, 5, 5), "t").points.count(",") == 3


def test_charts_of_nothing_are_drawn() -> None:
    assert charts.BarChart("t", (), "m³", "p").bars == []
    assert charts.BarChart("t", (charts.Point("01", Decimal(0)),), "m³", "p").bars[0].height == "0.0"
