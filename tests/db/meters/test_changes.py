"""Exchanges, removals, shares, options, quotas, links, books: under the point's lock, with history kept."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from qingyuan.domains.customers.models import SearchToken
from qingyuan.domains.customers.operations import start_closing
from qingyuan.domains.customers.queries import account_ref
from qingyuan.domains.customers.rules.history import ChangeBeforeCurrent, EvidenceMissing, NothingChanges
from qingyuan.domains.meters import operations, queries
from qingyuan.domains.meters.models import Installation, Meter, MeterLink, PointBook, ServicePoint, UsageShare
from qingyuan.domains.meters.operations import NewMeter, NewShare, add_meters
from qingyuan.domains.meters.operations.hanging import BeforeInstalled, PointHasMeter, PointHasNoMeter
from qingyuan.domains.meters.operations.refusals import AccountClosed, MeterNotInStock, PointClosed, UsageClassUnknown
from qingyuan.domains.meters.rules.installing import InstalledInFuture
from qingyuan.domains.meters.rules.lifecycle import MeterStateNotAllowed
from qingyuan.domains.meters.rules.links import LinkCycle
from qingyuan.domains.meters.rules.registers import RegistersIncomplete, RegisterValueInvalid
from qingyuan.domains.meters.rules.states import MeterState, ShareKind
from qingyuan.kernel.errors import DomainError, NotPermitted, StaleEdit
from qingyuan.platform.audit.models import AuditEntry
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
)
from tests.factories.places import make_community, make_region
from tests.factories.platform import SYSTEM, Utility, actor_at, make_utility

JULY = date(2025, 7, 1)
JULY_NOON = datetime(2025, 7, 1, 4, 0, tzinfo=UTC)
ONE = {1: Decimal(0)}


@pytest.fixture(scope="module")
def utility(module_db: str) -> Utility:
    made = make_utility()
    make_region(made.company_id)
    make_community(made.company_id)
    make_book("B-001")
    make_book("B-002")
    make_model(made.company_id)
    make_usage_class(made.company_id)
    make_usage_class(made.company_id, "TRADE", "非居民")
    make_charge_item(made.company_id)
    make_item_plan(made.company_id)
    for number in range(1, 5):
        make_account(f"1000000{number}")
    return made


@pytest.fixture
def point_id(utility: Utility, db: None) -> int:
    return make_point("10000001", "OLD", start_value=Decimal(10))


def stock(utility: Utility, *numbers: str) -> tuple[int, ...]:
    rows = [NewMeter(number, number, "LXS-15") for number in numbers]
    return add_meters(actor=SYSTEM, company_id=utility.company_id, rows=rows, on=ON).ids


def test_exchange_ends_one_installation_and_begins_the_other_at_the_same_instant(
    utility: Utility, point_id: int
) -> None:
    (new_id,) = stock(utility, "NEW")

    made = operations.exchange(
        actor=SYSTEM, point_id=point_id, at=JULY_NOON, final_values={1: Decimal(93)}, new_meter_id=new_id,
        start_values={1: Decimal(2)}, reason="DUE", on=JULY,
    )  # fmt: skip

    old, new = queries.installations_between([point_id])[point_id]
    assert (old.id, old.removed_at, old.registers[0].final_value) == (made.old_installation_id, JULY_NOON, Decimal(93))
    assert (new.id, new.installed_at, new.registers[0].start_value) == (
        made.new_installation_id, JULY_NOON, Decimal(2),
    )  # fmt: skip
    assert dict(Meter.objects.values_list("meter_no", "state")) == {"OLD": "REMOVED", "NEW": "INSTALLED"}
    assert list(SearchToken.objects.filter(kind="METER_NO").values_list("token", flat=True)) == ["new"]
    assert AuditEntry.objects.filter(action="meters.exchange").count() == 1
    assert queries.installations_between([point_id], JULY_NOON)[point_id] == (new,)


@pytest.mark.parametrize(
    ("at", "final", "start", "error"),
    [
        (INSTALLED_AT - timedelta(seconds=1), {1: Decimal(93)}, ONE, BeforeInstalled),
        (JULY_NOON + timedelta(days=1), {1: Decimal(93)}, ONE, InstalledInFuture),
        (JULY_NOON, {1: Decimal(100_000)}, ONE, RegisterValueInvalid),
        (JULY_NOON, {1: Decimal("93.5")}, ONE, RegisterValueInvalid),
        (JULY_NOON, {}, ONE, RegistersIncomplete),
        (JULY_NOON, {1: Decimal(93)}, {1: Decimal(0), 2: Decimal(0)}, RegistersIncomplete),
    ],
)
def test_exchange_refuses_and_leaves_the_old_meter(
    utility: Utility, point_id: int, at: datetime, final: dict[int, Decimal], start: dict[int, Decimal],
    error: type[DomainError],
) -> None:  # fmt: skip
    (new_id,) = stock(utility, "NEW")

    with pytest.raises(error):
        operations.exchange(
            actor=SYSTEM, point_id=point_id, at=at, final_values=final, new_meter_id=new_id, start_values=start,
            reason="DUE", on=JULY,
        )  # fmt: skip

    assert queries.current_installations([point_id])[point_id].meter_no == "OLD"
    assert Meter.objects.get(meter_no="NEW").state == "IN_STOCK"


def test_a_meter_taken_off_can_be_hung_again(utility: Utility, point_id: int) -> None:
    meter_id = Meter.objects.get(meter_no="OLD").pk
    operations.remove_meter(
        actor=SYSTEM, point_id=point_id, at=JULY_NOON, final_values={1: Decimal(50)}, reason="PAUSE", on=JULY
    )
    with pytest.raises(PointHasNoMeter):
        operations.remove_meter(
            actor=SYSTEM, point_id=point_id, at=JULY_NOON, final_values={1: Decimal(50)}, reason="PAUSE", on=JULY
        )
    with pytest.raises(BeforeInstalled):
        operations.install_meter(
            actor=SYSTEM, point_id=point_id, meter_id=meter_id, at=JULY_NOON - timedelta(hours=1),
            start_values={1: Decimal(50)}, on=JULY,
        )  # fmt: skip

    operations.install_meter(
        actor=SYSTEM, point_id=point_id, meter_id=meter_id, at=JULY_NOON + timedelta(hours=1),
        start_values={1: Decimal(50)}, reason="REINSTALL", on=JULY,
    )  # fmt: skip

    assert Installation.objects.filter(point_id=point_id, meter_id=meter_id).count() == 2
    with pytest.raises(PointHasMeter):
        operations.install_meter(
            actor=SYSTEM, point_id=point_id, meter_id=meter_id, at=JULY_NOON + timedelta(hours=2),
            start_values={1: Decimal(50)}, on=JULY,
        )  # fmt: skip


def test_a_scrapped_meter_is_not_installed(utility: Utility, point_id: int) -> None:
    (scrapped,) = stock(utility, "S")
    operations.set_meter_state(actor=SYSTEM, meter_id=scrapped, wanted=MeterState.SCRAPPED, reason="检定不合格", on=ON)

    with pytest.raises(MeterNotInStock):
        operations.exchange(
            actor=SYSTEM, point_id=point_id, at=JULY_NOON, final_values={1: Decimal(93)}, new_meter_id=scrapped,
            start_values=ONE, reason="DUE", on=JULY,
        )  # fmt: skip
    with pytest.raises(MeterStateNotAllowed):
        operations.set_meter_state(actor=SYSTEM, meter_id=scrapped, wanted=MeterState.IN_STOCK, reason="x", on=ON)

    assert queries.current_installations([point_id])[point_id].meter_no == "OLD"


def test_set_shares_closes_all_shares_in_force_and_opens_the_next(utility: Utility, point_id: int) -> None:
    mixed = (NewShare("TRADE", ShareKind.RATIO, Decimal("0.4")), NewShare("RESIDENTIAL"))

    operations.set_shares(actor=SYSTEM, point_id=point_id, shares=mixed, from_date=JULY, evidence="性质变更单", on=JULY)
    operations.set_shares(
        actor=SYSTEM, point_id=point_id, shares=(NewShare("TRADE"),), from_date=date(2025, 8, 1), evidence="单", on=JULY
    )

    rows = UsageShare.objects.order_by("from_date", "position")
    assert [(row.usage_class.code, row.kind, row.from_date, row.to_date) for row in rows] == [
        ("RESIDENTIAL", "REMAINDER", ON, JULY),
        ("TRADE", "RATIO", JULY, date(2025, 8, 1)),
        ("RESIDENTIAL", "REMAINDER", JULY, date(2025, 8, 1)),
        ("TRADE", "REMAINDER", date(2025, 8, 1), None),
    ]


@pytest.mark.parametrize(
    ("shares", "from_date", "evidence", "error"),
    [
        ((NewShare("NOBODY"),), JULY, "单", UsageClassUnknown),
        ((NewShare("TRADE"),), JULY, "", EvidenceMissing),
        ((NewShare("RESIDENTIAL"),), JULY, "单", NothingChanges),
        ((NewShare("TRADE"),), date(2025, 5, 31), "单", ChangeBeforeCurrent),
    ],
)
def test_set_shares_refuses(
    point_id: int, shares: tuple[NewShare, ...], from_date: date, evidence: str, error: type[DomainError]
) -> None:
    with pytest.raises(error):
        operations.set_shares(
            actor=SYSTEM, point_id=point_id, shares=shares, from_date=from_date, evidence=evidence, on=JULY
        )

    assert list(UsageShare.objects.values_list("usage_class__code", "to_date")) == [("RESIDENTIAL", None)]


def test_options_and_quotas_follow_one_another(point_id: int) -> None:
    operations.set_option(
        actor=SYSTEM,
        point_id=point_id,
        item_code="sewage",
        plan_code="sewage-high",
        from_date=JULY,
        document_no="1",
        on=JULY,
    )
    operations.set_option(
        actor=SYSTEM,
        point_id=point_id,
        item_code="sewage",
        plan_code="",
        from_date=date(2025, 8, 1),
        document_no="2",
        on=JULY,
    )
    operations.end_option(
        actor=SYSTEM, point_id=point_id, item_code="sewage", to_date=date(2025, 9, 1), reason="到期", on=JULY
    )
    for volume, from_date in ((Decimal(100), ON), (Decimal(200), JULY)):
        operations.set_quota(
            actor=SYSTEM, point_id=point_id, volume=volume, from_date=from_date, document_no="定额文", on=JULY
        )

    facts = queries.rating_facts([point_id], from_date=ON, to_date=date(2026, 1, 1))[point_id]
    assert [(one.plan_code, one.from_date, one.to_date) for one in facts.options] == [
        ("sewage-high", JULY, date(2025, 8, 1)),
        (None, date(2025, 8, 1), date(2025, 9, 1)),
    ]
    assert [(one.volume, one.from_date, one.to_date) for one in facts.quotas] == [
        (Decimal(100), ON, JULY),
        (Decimal(200), JULY, None),
    ]


def test_link_points_refuses_a_ring_and_changes_nothing(point_id: int) -> None:
    second, third = make_point("10000002"), make_point("10000003")
    operations.link_points(actor=SYSTEM, main_id=point_id, sub_ids=[second], from_date=ON, reason="验收", on=JULY)
    operations.link_points(actor=SYSTEM, main_id=second, sub_ids=[third], from_date=ON, reason="验收", on=JULY)

    with pytest.raises(LinkCycle):
        operations.link_points(actor=SYSTEM, main_id=third, sub_ids=[point_id], from_date=JULY, reason="验收", on=JULY)

    assert MeterLink.objects.count() == 2


def test_a_sub_moves_to_another_main_and_off_it(point_id: int) -> None:
    second, sub = make_point("10000002"), make_point("10000003")
    operations.link_points(actor=SYSTEM, main_id=point_id, sub_ids=[sub], from_date=ON, reason="验收", on=JULY)
    operations.link_points(actor=SYSTEM, main_id=second, sub_ids=[sub], from_date=JULY, reason="改造", on=JULY)

    ended = operations.unlink_points(
        actor=SYSTEM, main_id=second, sub_ids=[sub], to_date=date(2025, 8, 1), reason="拆除", on=JULY
    )

    assert ended == 1
    assert list(MeterLink.objects.order_by("from_date").values_list("main_id", "from_date", "to_date")) == [
        (point_id, ON, JULY),
        (second, JULY, date(2025, 8, 1)),
    ]


def test_move_to_book_puts_points_after_the_last(utility: Utility, point_id: int) -> None:
    second = make_point("10000002", order_no=2)
    there = make_point("10000003", book_no="B-002", order_no=7)
    book_id = PointBook.objects.get(point_id=there).book_id

    result = operations.move_to_book(
        actor=SYSTEM, point_ids=[second, point_id], book_id=book_id, from_date=JULY, on=JULY
    )
    again = operations.move_to_book(
        actor=SYSTEM, point_ids=[second], book_id=book_id, from_date=JULY, on=JULY, first_order=8
    )

    assert result.ids == (second, point_id)
    assert [issue.code for issue in again.skipped] == ["customers.nothing_changes"]
    assert [(one.point_id, one.order_no) for one in queries.points_in_books([book_id], JULY)] == [
        (there, 7),
        (second, 8),
        (point_id, 9),
    ]


def test_move_to_account_moves_the_point_and_its_search_words(point_id: int) -> None:
    operations.move_to_account(
        actor=SYSTEM, point_id=point_id, account_no="10000002", from_date=JULY, reason="分户", on=JULY
    )

    assert queries.accounts_of_points([point_id], on=ON) != queries.accounts_of_points([point_id], on=JULY)
    assert SearchToken.objects.get(kind="METER_NO").account.account_no == "10000002"


def test_close_point_needs_the_meter_off_and_ends_everything(point_id: int) -> None:
    with pytest.raises(PointHasMeter):
        operations.close_point(actor=SYSTEM, point_id=point_id, reason="销户", on=JULY)
    operations.remove_meter(
        actor=SYSTEM, point_id=point_id, at=JULY_NOON, final_values={1: Decimal(50)}, reason="CLOSE", on=JULY
    )

    operations.close_point(actor=SYSTEM, point_id=point_id, reason="销户", on=JULY)

    assert ServicePoint.objects.get(id=point_id).closed_date == JULY
    assert queries.accounts_of_points([point_id], on=JULY) == {}
    assert queries.books_of_points([point_id], on=JULY) == {}
    with pytest.raises(PointClosed):
        operations.close_point(actor=SYSTEM, point_id=point_id, reason="销户", on=JULY)


def test_flags_refuse_a_stale_edit(point_id: int) -> None:
    def set_flags(never_billed: bool) -> None:
        operations.set_flags(
            actor=SYSTEM, point_id=point_id, version=1, never_billed=never_billed, never_cut=False, is_waiting=False,
            is_reversed=False, fixed_volume=None, reason="考核表", on=JULY,
        )  # fmt: skip

    set_flags(True)
    with pytest.raises(StaleEdit):
        set_flags(False)

    assert ServicePoint.objects.get(id=point_id).never_billed


def test_a_person_without_the_right_changes_nothing(utility: Utility, point_id: int) -> None:
    stranger = actor_at(utility.west_id, 999_999)

    with pytest.raises(NotPermitted):
        operations.set_shares(
            actor=stranger, point_id=point_id, shares=(NewShare("TRADE"),), from_date=JULY, evidence="单", on=JULY
        )
    with pytest.raises(NotPermitted):
        operations.remove_meter(
            actor=stranger, point_id=point_id, at=JULY_NOON, final_values={1: Decimal(50)}, reason="x", on=JULY
        )

    assert queries.current_installations([point_id])[point_id].meter_no == "OLD"


def test_a_closing_account_takes_no_further_point(utility: Utility, point_id: int) -> None:
    start_closing(actor=SYSTEM, account_id=account_ref("10000002").id, reason="销户", on=JULY)

    with pytest.raises(AccountClosed):
        make_point("10000002", "MORE")
    with pytest.raises(AccountClosed):
        operations.move_to_account(
            actor=SYSTEM, point_id=point_id, account_no="10000002", from_date=JULY, reason="分户", on=JULY
        )
