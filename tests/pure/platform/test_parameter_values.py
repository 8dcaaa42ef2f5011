"""What a declared parameter accepts."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingyuan.kernel.declarations import Parameter, ParameterType, ParameterValue
from qingyuan.platform.parameters.rules.values import ValueRefused, accepted, from_text, kept, restored


def _parameter(kind: ParameterType, default: ParameterValue, choices: tuple[str, ...] = ()) -> Parameter:
    return Parameter(code="tests.x", type=kind, default=default, label="X", help="", choices=choices)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (ParameterType.BOOLEAN, "true", True),
        (ParameterType.BOOLEAN, " False ", False),
        (ParameterType.INTEGER, "-3", -3),
        (ParameterType.DECIMAL, "1.10", Decimal("1.10")),
        (ParameterType.TEXT, "水", "水"),
        (ParameterType.CHOICE, "a", "a"),
    ],
)
def test_from_text_gives_the_parameter_s_type(kind: ParameterType, text: str, value: ParameterValue) -> None:
    found = from_text(_parameter(kind, value, ("a", "b")), text)

    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (ParameterType.BOOLEAN, "yes"),
        (ParameterType.INTEGER, "1.5"),
        (ParameterType.DECIMAL, "abc"),
        (ParameterType.DECIMAL, "Infinity"),
        (ParameterType.CHOICE, "c"),
    ],
)
def test_from_text_refuses_what_is_not(kind: ParameterType, text: str) -> None:
    with pytest.raises(ValueRefused):
        from_text(_parameter(kind, False, ("a", "b")), text)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6))
def test_decimals_come_back_with_every_digit(value: Decimal) -> None:
    parameter = _parameter(ParameterType.DECIMAL, Decimal(0))

    back = restored(parameter, kept(accepted(parameter, value)))

    assert str(back) == format(value, "f")


def test_own_check_gives_the_reason() -> None:
    parameter = Parameter(
        code="tests.even",
        type=ParameterType.INTEGER,
        default=2,
        label="Even",
        help="",
        check=lambda value: None if int(value) % 2 == 0 else "odd",
    )

    assert accepted(parameter, 4) == 4
    with pytest.raises(ValueRefused) as refused:
        accepted(parameter, 5)
    assert refused.value.params["reason"] == "odd"
