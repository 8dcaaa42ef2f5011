"""Creating points and installing meters by the set-wise operation and its single form."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qingyuan.domains.customers.models import SearchToken
from qingyuan.domains.meters.models import (
    Installation,
    InstallationRegister,
    ItemOption,
    Meter,
    MeterLink,
    PointAccount,
    PointBook,
    Quota,
    Register,
    ServicePoint,
    UsageShare,
)
from qingyuan.domains.meters.operations import (
    NewMeter,
    NewOption,
    NewRegister,
    NewShare,
    SharingTerms,
    add_meters,
    create_point,
    install_points,
    link_points,
)
from qingyuan.domains.meters.operations.refusals import UsageClassUnknown
from qingyuan.domains.meters.rules.states import LinkKind, PointKind, ShareKind, Sharing
from tests.factories.customers import make_account
from tests.factories.meters import (
    INSTALLED_AT,
    ON,
    make_book,
    make_charge_item,
    make_item_plan,
    make_model,
    make_point,
    make_usage_class,
    new_installation,
)
from tests.factories.places import make_community, make_region
from tests.factories.platform import SYSTEM, Utility, make_utility


@pytest.fixture(scope="module")
def utility(module_db: str) -> Utility:
    made = make_utility()
    make_region(made.company_id)
    make_community(made.company_id)
    make_book("B-001")
    make_model(made.company_id)
    make_usage_class(made.company_id)
    make_usage_class(made.company_id, "TRADE", "非居民")
    make_charge_item(made.company_id)
    make_item_plan(made.company_id)
    for number in range(1, 6):
        make_account(f"1000000{number}")
    return made


def test_create_point_makes_everything_of_it(utility: Utility, db: None) -> None:
    row = new_installation(
        "10000001", "W-1", start_value=Decimal(12), order_no=7, location="WELL", multiplier=Decimal("2.5"),
        shares=(NewShare("TRADE", ShareKind.RATIO, Decimal("0.3")), NewShare("RESIDENTIAL")),
        options=(NewOption("sewage", "sewage-high", "文1"),), quota=Decimal(1000),
    )  # fmt: skip

    point_id = create_point(actor=SYSTEM, row=row, on=ON)

    point = ServicePoint.objects.get(id=point_id)
    assert (point.point_no, point.calibre, point.opened_date) == ("P00000001", 15, date(2025, 6, 1))
    assert PointAccount.objects.get(point=point).account.account_no == "10000001"
    assert (PointBook.objects.get(point=point).order_no, PointBook.objects.get(point=point).to_date) == (7, None)
    installation = Installation.objects.get(point=point)
    assert (installation.installed_at, installation.multiplier) == (INSTALLED_AT, Decimal("2.5"))
    assert (installation.meter.meter_no, installation.meter.state) == ("W-1", "INSTALLED")
    register = Register.objects.get(meter=installation.meter)
    assert (register.maximum, register.decimals) == (Decimal(100_000), 0)
    assert InstallationRegister.objects.get(installation=installation).start_value == Decimal(12)
    shares = UsageShare.objects.filter(point=point).order_by("position")
    assert [(share.kind, share.value) for share in shares] == [("RATIO", Decimal("0.300")), ("REMAINDER", None)]
    option = ItemOption.objects.get(point=point)
    assert (option.charge_item.code, option.plan and option.plan.code) == ("sewage", "sewage-high")
    assert Quota.objects.get(point=point).volume == Decimal(1000)
    assert SearchToken.objects.filter(kind="METER_NO", token="w-1", account__account_no="10000001").count() == 1


def test_install_points_installs_good_rows_and_names_bad_ones(utility: Utility, db: None) -> None:
    before = (ON - timedelta(days=1), INSTALLED_AT - timedelta(days=1))
    rows = [
        new_installation("10000001", place="row 2"),
        new_installation("404", place="row 3"),
        new_installation("10000002", place="row 4", book_no="B-404"),
        new_installation("10000002", place="row 5", shares=(NewShare("NOBODY"),)),
        new_installation("10000002", place="row 6", model_code="?"),
        new_installation("10000002", "W10000001", place="row 7"),
        new_installation("10000002", place="row 8", start_value=Decimal(100_000)),
        new_installation("10000002", place="row 9", installed_at=before[1], opened_date=before[0]),
        new_installation("10000002", place="row 10", installed_at=INSTALLED_AT + timedelta(days=1)),
        new_installation("10000002", place="row 11", main_point_no="P404"),
        new_installation("10000002", place="row 12", options=(NewOption("refuse"),)),
        new_installation("10000003", place="row 13"),
    ]

    result = install_points(actor=SYSTEM, rows=rows, on=ON)

    assert [(issue.place, issue.code) for issue in result.failed] == [
        ("row 3", "meters.account_unknown"),
        ("row 4", "meters.book_unknown"),
        ("row 5", "meters.usage_class_unknown"),
        ("row 6", "meters.model_unknown"),
        ("row 7", "meters.repeated_in_file"),
        ("row 8", "meters.register_value_invalid"),
        ("row 9", "meters.before_account_opened"),
        ("row 10", "meters.installed_in_future"),
        ("row 11", "meters.main_unknown"),
        ("row 12", "meters.charge_item_unknown"),
    ]
    assert list(PointBook.objects.order_by("id").values_list("point_id", "order_no")) == [
        (result.ids[0], 1),
        (result.ids[1], 2),
    ]


def test_install_points_does_nothing_when_strict_and_one_row_is_bad(utility: Utility, db: None) -> None:
    rows = [new_installation("10000001"), new_installation("404", place="row 2")]

    result = install_points(actor=SYSTEM, rows=rows, on=ON, strict=True)

    assert (result.ids, [issue.place for issue in result.failed]) == ((), ["row 2"])
    assert not ServicePoint.objects.exists()
    assert not Meter.objects.exists()


def test_create_point_raises_the_refusal_of_its_row(utility: Utility, db: None) -> None:
    with pytest.raises(UsageClassUnknown):
        make_point("10000001", shares=(NewShare("NOBODY"),))

    assert not ServicePoint.objects.exists()


def test_a_meter_in_stock_is_installed_once(utility: Utility, db: None) -> None:
    add_meters(
        actor=SYSTEM,
        company_id=utility.company_id,
        rows=[NewMeter("row 1", "S-1", "LXS-15", registers=(NewRegister(1, 6), NewRegister(2, 5, 1)))],
        on=ON,
    )

    first = install_points(actor=SYSTEM, rows=[new_installation("10000001", "S-1", model_code="")], on=ON)
    second = install_points(actor=SYSTEM, rows=[new_installation("10000002", "S-1", model_code="")], on=ON)

    assert first.done == 1
    assert InstallationRegister.objects.filter(installation__point_id=first.ids[0]).count() == 2
    assert [issue.code for issue in second.failed] == ["meters.meter_not_in_stock"]


def test_a_main_and_its_subs_are_linked_in_one_call(utility: Utility, db: None) -> None:
    rows = [
        new_installation("10000001", point_no="MAIN"),
        new_installation("10000002", point_no="SUB1", main_point_no="MAIN"),
        new_installation("10000003", point_no="SUB2", main_point_no="MAIN"),
    ]

    main, *subs = install_points(actor=SYSTEM, rows=rows, on=ON).ids

    assert list(MeterLink.objects.order_by("id").values_list("main_id", "sub_id", "kind")) == [
        (main, subs[0], "DEDUCT"),
        (main, subs[1], "DEDUCT"),
    ]


def test_a_main_whose_difference_is_shared_takes_no_sub_to_be_deducted(utility: Utility, db: None) -> None:
    rows = [new_installation("10000001", point_no="MAIN"), new_installation("10000002", point_no="SUB1")]
    main, sub = install_points(actor=SYSTEM, rows=rows, on=ON).ids
    link_points(
        actor=SYSTEM,
        main_id=main,
        sub_ids=[sub],
        from_date=ON,
        reason="批复",
        on=ON,
        kind=LinkKind.ALLOCATE,
        terms=SharingTerms(Sharing.COUNT),
    )

    failed = install_points(
        actor=SYSTEM, rows=[new_installation("10000003", point_no="SUB2", main_point_no="MAIN")], on=ON
    ).failed

    assert [issue.code for issue in failed] == ["meters.main_kinds_mixed"]
    assert not ServicePoint.objects.filter(point_no="SUB2").exists()


def test_an_unmetered_point_has_a_fixed_volume_and_no_meter(utility: Utility, db: None) -> None:
    row = new_installation("10000001", kind=PointKind.UNMETERED, fixed_volume=Decimal(8), installed_at=None, calibre=20)

    failed = install_points(actor=SYSTEM, rows=[row], on=ON).failed
    done = install_points(actor=SYSTEM, rows=[replace(row, meter_no="")], on=ON)

    assert [issue.code for issue in failed] == ["meters.meter_missing"]
    assert ServicePoint.objects.get(id=done.ids[0]).fixed_volume == Decimal(8)
    assert not Installation.objects.exists()


def test_install_points_takes_the_same_number_of_queries_for_one_and_for_many(utility: Utility, db: None) -> None:
    install_points(actor=SYSTEM, rows=[new_installation("10000005")], on=ON)
    with CaptureQueriesContext(connection) as one:
        install_points(actor=SYSTEM, rows=[new_installation("10000001")], on=ON)
    rows = [new_installation("10000002", f"X{number}", place=str(number)) for number in range(100)]
    with CaptureQueriesContext(connection) as many:
        install_points(actor=SYSTEM, rows=rows, on=ON)

    assert len(many) == len(one)
