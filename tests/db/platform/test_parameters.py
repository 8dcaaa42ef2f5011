"""Parameters: the nearest unit upwards, the newest row, the history."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from qingyuan.kernel.declarations import Parameter, ParameterType, ParameterValue
from qingyuan.kernel.errors import NotFound, NotPermitted
from qingyuan.platform import registry
from qingyuan.platform.audit.models import AuditEntry
from qingyuan.platform.parameters import operations, queries
from qingyuan.platform.parameters.models import ParameterValue as Row
from tests.factories.platform import SYSTEM, Utility, make_person, make_utility

RATE = Parameter(
    code="tests.rate",
    type=ParameterType.DECIMAL,
    default=Decimal("0.5"),
    label="Rate",
    help="Of the tests.",
    minimum=Decimal(0),
    maximum=Decimal(1),
)
JANUARY, MARCH, MAY = date(2026, 1, 1), date(2026, 3, 1), date(2026, 5, 1)


@pytest.fixture(scope="module", autouse=True)
def declared() -> Iterator[None]:
    registry.parameters.add([RATE])
    yield
    del registry.parameters._by_code[RATE.code]


@pytest.fixture(scope="module")
def utility(module_db: str) -> Utility:
    return make_utility()


def _set(unit_id: int | None, from_date: date, value: ParameterValue) -> int:
    return operations.set_value(
        actor=SYSTEM, code="tests.rate", unit_id=unit_id, from_date=from_date, value=value, reason="物价文件"
    )


def _rate(unit_id: int | None, on: date) -> Decimal:
    return queries.decimal("tests.rate", unit_id=unit_id, on=on)


def test_value_is_the_default_when_nothing_is_set(utility: Utility, db: None) -> None:
    assert _rate(utility.east_id, MAY) == Decimal("0.5")
    assert queries.in_force("tests.rate", unit_id=utility.east_id, on=MAY).is_default


def test_value_is_the_nearest_unit_s_newest(utility: Utility, db: None) -> None:
    _set(None, JANUARY, Decimal("0.1"))
    _set(utility.company_id, JANUARY, Decimal("0.20"))
    _set(utility.company_id, MARCH, Decimal("0.3"))
    _set(utility.east_id, MAY, Decimal("0.4"))

    assert [_rate(utility.east_id, on) for on in (date(2025, 12, 31), JANUARY, MARCH, MAY)] == [
        Decimal("0.5"),
        Decimal("0.20"),
        Decimal("0.3"),
        Decimal("0.4"),
    ]
    assert _rate(utility.west_id, MAY) == Decimal("0.3")
    assert _rate(utility.root_id, MAY) == Decimal("0.1")
    assert _rate(None, MAY) == Decimal("0.1")
    units = [utility.root_id, utility.company_id, utility.east_id, utility.west_id]
    for on in (date(2025, 12, 31), JANUARY, MARCH, MAY):
        at_once = queries.at_units("tests.rate", unit_ids=[*units, 999_999], on=on)
        assert at_once == {unit_id: _rate(unit_id, on) for unit_id in units}


def test_set_value_keeps_every_digit_and_the_trail(utility: Utility, db: None) -> None:
    _set(utility.company_id, JANUARY, Decimal("0.20"))
    _set(utility.company_id, JANUARY, Decimal("0.25"))

    row = Row.objects.get(code="tests.rate")
    assert (row.value, row.version) == ("0.25", 2)
    entry = AuditEntry.objects.filter(action="parameters.value_set").latest("id")
    assert (entry.before, entry.after, entry.reason) == ({"value": "0.20"}, {"value": "0.25"}, "物价文件")


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (True, operations.ValueRefused),
        ("0.3", operations.ValueRefused),
        (Decimal("1.1"), operations.ValueRefused),
        (Decimal("NaN"), operations.ValueRefused),
    ],
)
def test_set_value_refuses_what_does_not_fit(
    utility: Utility, db: None, value: ParameterValue, error: type[Exception]
) -> None:
    with pytest.raises(error):
        _set(utility.company_id, JANUARY, value)

    assert not Row.objects.exists()


def test_set_value_refuses_without_reason_or_permission(utility: Utility, db: None) -> None:
    east = make_person(utility.east_id, "parameters.edit")

    with pytest.raises(operations.ReasonMissing):
        operations.set_value(actor=SYSTEM, code="tests.rate", unit_id=None, from_date=MAY, value=Decimal(0), reason=" ")
    for unit_id in (utility.west_id, utility.company_id, None):
        with pytest.raises(NotPermitted):
            operations.set_value(
                actor=east, code="tests.rate", unit_id=unit_id, from_date=MAY, value=Decimal(0), reason="x"
            )

    assert not Row.objects.exists()


def test_withdraw_takes_back_only_what_lies_ahead(utility: Utility, db: None) -> None:
    _set(utility.east_id, JANUARY, Decimal("0.1"))
    coming = _set(utility.east_id, MAY, Decimal("0.9"))

    with pytest.raises(operations.AlreadyInForce):
        operations.withdraw_value(actor=SYSTEM, row_id=coming, reason="误", on=MAY)
    operations.withdraw_value(actor=SYSTEM, row_id=coming, reason="误", on=MARCH)

    assert _rate(utility.east_id, MAY) == Decimal("0.1")


def test_typed_getter_refuses_another_type(utility: Utility, db: None) -> None:
    with pytest.raises(LookupError, match="is not boolean"):
        queries.boolean("tests.rate", unit_id=None, on=MAY)


def test_page_says_where_a_value_comes_from_and_what_comes_next(utility: Utility, db: None) -> None:
    _set(utility.company_id, JANUARY, Decimal("0.2"))
    _set(None, MAY, Decimal("0.1"))
    _set(utility.east_id, MAY, Decimal("0.4"))
    viewer = make_person(utility.east_id, "parameters.view")

    (line,) = [one for one in queries.page(viewer, utility.east_id, on=MARCH) if one.parameter == RATE]

    assert (line.in_force.value, line.from_unit_name, line.area) == (Decimal("0.2"), "单位01", "tests")
    assert line.following is not None
    assert (line.following.value, line.following.unit_id) == (Decimal("0.4"), utility.east_id)
    changes = queries.history(viewer, "tests.rate", utility.east_id, on=MARCH)
    assert sorted(change.value for change in changes) == [Decimal("0.1"), Decimal("0.2"), Decimal("0.4")]
    assert changes[-1].from_date == JANUARY
    with pytest.raises(NotFound):
        queries.page(viewer, utility.west_id, on=MARCH)
