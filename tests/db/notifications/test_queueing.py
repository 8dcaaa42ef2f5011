"""Notices of issued bills: asked for with the issue, queued apart from it, withdrawn with the bill."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qingyuan.domains.billing import operations as billing
from qingyuan.domains.billing.models import Bill
from qingyuan.domains.customers import operations as customers
from qingyuan.domains.customers.models import Account, AccountHolder
from qingyuan.domains.notifications import operations as notifications
from qingyuan.domains.notifications.models import Notice, NoticeRequest
from qingyuan.domains.notifications.operations import QueuedAlready
from qingyuan.domains.notifications.rules.states import Language, NoticeKind
from qingyuan.kernel.errors import NotFound, NotPermitted
from qingyuan.overviews.bill_notices import bills_of_run
from qingyuan.platform.parameters import operations as parameters
from qingyuan.workflows import queue_notices, run_billing
from tests.db.billing.test_fees import charge, make_type
from tests.factories.billing import PricedTown, account_of, bill_month, make_billable_points, make_priced_town
from tests.factories.notices import give_phone
from tests.factories.platform import SYSTEM, make_person
from tests.jobs import run_deferred_jobs, waiting_jobs

JANUARY, FEBRUARY = date(2025, 1, 20), date(2025, 2, 20)


@pytest.fixture
def priced(db: None) -> PricedTown:
    return make_priced_town()


def billed(priced: PricedTown, count: int = 3) -> list[Bill]:
    """Bills of 40 m³ and more for points with telephones, issued; their notices are asked for, not queued."""
    points = make_billable_points(priced, count)
    for place, point in enumerate(points):
        give_phone(point, f"1390000000{place}")
    return bill_month(priced, JANUARY, {point: str(140 + 10 * place) for place, point in enumerate(points)})


def rows() -> list[tuple[str, str, str, str, str]]:
    return list(Notice.objects.order_by("id").values_list("subject", "kind", "channel", "state", "reason"))


def set_parameter(priced: PricedTown, code: str, value: bool | str | int) -> None:
    first = date(2025, 1, 1)
    parameters.set_value(
        actor=SYSTEM, code=code, unit_id=priced.company_id, value=value, from_date=first, reason="测试", on=first
    )  # fmt: skip


def test_issue_leaves_one_request_and_the_job_queues_every_bill_once(priced: PricedTown) -> None:
    bills = billed(priced)
    request = NoticeRequest.objects.get()
    assert (request.source_id, request.finished_at) == (bills[0].run_id, None)
    assert Notice.objects.count() == 0
    assert ("notifications.queue", {"company_id": priced.company_id, "chunk_no": request.pk}) in waiting_jobs()

    run_deferred_jobs()

    assert sorted(rows()) == sorted((bill.bill_no, "BILL_ISSUED", "SMS", "QUEUED", "") for bill in bills)
    first = Notice.objects.get(subject=bills[0].bill_no)
    assert (first.recipient, first.amount, first.account_id) == ("13900000000", bills[0].amount, bills[0].account_id)
    assert f"账单金额{bills[0].amount:.2f}元" in first.text
    assert "2025年1月用水40立方米" in first.text
    request.refresh_from_db()
    assert request.finished_at is not None
    assert (request.queued_count, request.unreachable_count, request.untold_count) == (3, 0, 0)


def test_windows_done_twice_queue_nothing_twice(priced: PricedTown, monkeypatch: pytest.MonkeyPatch) -> None:
    billed(priced)
    monkeypatch.setattr(queue_notices, "WINDOW", 1)
    run_deferred_jobs()
    before = list(Notice.objects.order_by("id").values())
    assert len(before) == 3

    NoticeRequest.objects.update(reached=None, last=None, finished_at=None)
    queue_notices.work_on(request_id=NoticeRequest.objects.get().pk)

    assert list(Notice.objects.order_by("id").values()) == before
    assert NoticeRequest.objects.get().queued_count == 3


def test_an_error_waits_for_a_person_and_is_taken_up_where_it_stood(
    priced: PricedTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    billed(priced)
    request_id = NoticeRequest.objects.get().pk
    monkeypatch.setattr(queue_notices, "WINDOW", 1)
    whole, calls = bills_of_run, list[int]()

    def broken(run_id: int, *, after: int, until: int) -> object:
        calls.append(after)
        if len(calls) == 2:
            raise RuntimeError("out of paper")
        return whole(run_id, after=after, until=until)

    monkeypatch.setattr(queue_notices, "bills_of_run", broken)
    with pytest.raises(RuntimeError):
        queue_notices.work_on(request_id=request_id)

    assert Notice.objects.count() == 1
    assert NoticeRequest.objects.get().error_code == "notifications.queueing_broke"
    assert queue_notices.reconcile() == 0
    queue_notices.work_on(request_id=request_id)
    assert Notice.objects.count() == 1

    notifications.resume(actor=SYSTEM, request_id=request_id, on=JANUARY)
    run_deferred_jobs()
    assert Notice.objects.count() == 3
    assert len(set(calls)) == 3


def test_a_lost_job_is_deferred_again_and_a_waiting_one_is_not(priced: PricedTown) -> None:
    billed(priced)
    assert queue_notices.reconcile() == 0

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    assert queue_notices.reconcile() == 1
    assert queue_notices.reconcile() == 0

    run_deferred_jobs()
    assert Notice.objects.count() == 3
    assert queue_notices.reconcile() == 0


def test_who_cannot_be_told_is_listed_with_the_reason(priced: PricedTown) -> None:
    points = make_billable_points(priced, 5)
    give_phone(points[1], may_message=False)
    give_phone(points[2], "021-55550001")
    for point in points[3:]:
        give_phone(point)
    for point, channel in ((points[3], "NONE"), (points[4], "PAPER")):
        customers.set_notices(
            actor=SYSTEM, account_id=account_of(point), channel=channel, language="", contact_id=None, version=0,
            on=JANUARY,
        )  # fmt: skip
    Account.objects.filter(pk=account_of(points[4])).update(premise=None)
    bill_month(priced, JANUARY, dict.fromkeys(points, "140"))

    run_deferred_jobs()

    found = dict(Notice.objects.values_list("account_id", "reason"))
    assert [found[account_of(point)] for point in points] == [
        "NO_PHONE", "NO_CONSENT", "BAD_PHONE", "OPTED_OUT", "NO_ADDRESS",
    ]  # fmt: skip
    assert set(Notice.objects.values_list("state", "recipient")) == {("UNREACHABLE", "")}


def test_the_chosen_contact_language_and_channel_count(priced: PricedTown) -> None:
    points = make_billable_points(priced, 2)
    give_phone(points[0], "13900000001")
    other = give_phone(points[0], "13800000002", is_primary=False)
    customers.set_notices(
        actor=SYSTEM, account_id=account_of(points[0]), channel="SMS", language="en", contact_id=other, version=0,
        on=JANUARY,
    )  # fmt: skip
    set_parameter(priced, "notifications.channel", "PAPER")
    bills = bill_month(priced, JANUARY, dict.fromkeys(points, "140"))

    run_deferred_jobs()

    told = Notice.objects.get(account_id=account_of(points[0]))
    assert (told.channel, told.recipient, told.language) == ("SMS", "13800000002", "en")
    assert told.text.endswith(f"Bill {told.subject}.")
    assert f"{bills[0].amount:.2f} yuan" in told.text
    paper = Notice.objects.get(account_id=account_of(points[1]))
    assert (paper.channel, paper.recipient) == (
        "PAPER",
        Account.objects.select_related("premise").get(pk=account_of(points[1])).premise.address,  # type: ignore[union-attr]
    )


def test_a_contact_of_a_former_holder_is_not_told(priced: PricedTown) -> None:
    points = make_billable_points(priced, 2)
    own, foreign = give_phone(points[0], "13900000001"), give_phone(points[1], "13800000002")
    del own
    customers.set_notices(
        actor=SYSTEM, account_id=account_of(points[1]), channel="", language="", contact_id=foreign, version=0,
        on=JANUARY,
    )  # fmt: skip
    holder = AccountHolder.objects.get(account_id=account_of(points[0])).customer_id
    AccountHolder.objects.filter(account_id=account_of(points[1])).update(customer_id=holder)
    bill_month(priced, JANUARY, dict.fromkeys(points, "140"))

    run_deferred_jobs()

    assert set(Notice.objects.values_list("recipient", flat=True)) == {"13900000001"}


def test_a_cancelled_bill_takes_back_what_was_not_sent(priced: PricedTown) -> None:
    bills = billed(priced)
    run_deferred_jobs()

    billing.cancel_bill(actor=SYSTEM, bill_id=bills[0].pk, posting_date=FEBRUARY, reason="读错")

    states = dict(Notice.objects.values_list("subject", "state"))
    assert [states[bill.bill_no] for bill in bills] == ["CANCELLED", "QUEUED", "QUEUED"]
    assert Notice.objects.get(subject=bills[0].bill_no).reason == "BILL_CANCELLED"


def test_bills_cancelled_before_the_job_get_no_notice(priced: PricedTown) -> None:
    bills = billed(priced)
    billing.cancel_bill(actor=SYSTEM, bill_id=bills[0].pk, posting_date=FEBRUARY, reason="读错")

    run_deferred_jobs()

    assert {row[0] for row in rows()} == {bill.bill_no for bill in bills[1:]}


def test_an_undone_run_takes_back_all(priced: PricedTown) -> None:
    bills = billed(priced)
    run_deferred_jobs()

    run_billing.undo(actor=SYSTEM, run_id=bills[0].run_id, posting_date=FEBRUARY, reason="价格导错")
    run_billing.work_here(run_id=bills[0].run_id)

    assert {row[3] for row in rows()} == {"CANCELLED"}


def test_a_bill_billed_again_is_told_by_the_same_rule(priced: PricedTown) -> None:
    bills = billed(priced)
    run_deferred_jobs()

    new = billing.rebill(actor=SYSTEM, bill_id=bills[0].pk, posting_date=FEBRUARY, reason="读错").bill_id
    run_deferred_jobs()

    number = Bill.objects.get(pk=new).bill_no
    assert (number, "BILL_ISSUED", "SMS", "QUEUED", "") in rows()
    assert dict(Notice.objects.values_list("subject", "state"))[bills[0].bill_no] == "CANCELLED"


def test_a_fee_is_told_with_its_name(priced: PricedTown) -> None:
    point = make_billable_points(priced, 1)[0]
    give_phone(point)
    bill = charge(account_of(point), make_type(priced))

    run_deferred_jobs()

    notice = Notice.objects.get()
    assert (notice.kind, notice.subject) == ("FEE_CHARGED", bill.bill_no)
    assert "校表费76.50元" in notice.text


@pytest.mark.parametrize(
    ("code", "value", "told"),
    [("notifications.tell_bills", False, 0), ("notifications.tell_zero_bills", True, 2)],
)
def test_parameters_decide_what_is_told(priced: PricedTown, code: str, value: bool, told: int) -> None:
    points = make_billable_points(priced, 2)
    for point in points:
        give_phone(point)
    set_parameter(priced, code, value)
    bill_month(priced, JANUARY, {points[0]: "140", points[1]: "100"})

    run_deferred_jobs()

    assert Notice.objects.count() == told
    assert NoticeRequest.objects.get().untold_count == 2 - told


def test_a_bill_of_nothing_is_not_told_by_default(priced: PricedTown) -> None:
    points = make_billable_points(priced, 2)
    bills = bill_month(priced, JANUARY, {points[0]: "140", points[1]: "100"})
    assert [bill.amount for bill in bills if not bill.amount] == [Decimal("0.00")]

    run_deferred_jobs()

    assert Notice.objects.count() == 1
    assert Notice.objects.get().amount > 0


def test_by_hand_the_missing_and_the_unreachable_are_queued_and_no_other(priced: PricedTown) -> None:
    point = make_billable_points(priced, 1)[0]
    bill = bill_month(priced, JANUARY, {point: "140"})[0]
    NoticeRequest.objects.update(finished_at="2025-01-20T00:00:00Z")
    stranger = make_person(priced.unit_id, "notifications.view")
    with pytest.raises(NotPermitted):
        queue_notices.notify_bill(actor=stranger, bill_no=bill.bill_no, on=JANUARY)
    assert Notice.objects.count() == 0

    assert queue_notices.notify_bill(actor=SYSTEM, bill_no=bill.bill_no, on=JANUARY) == "UNREACHABLE"
    give_phone(point)
    assert queue_notices.notify_bill(actor=SYSTEM, bill_no=bill.bill_no, on=JANUARY) == "QUEUED"
    with pytest.raises(QueuedAlready):
        queue_notices.notify_bill(actor=SYSTEM, bill_no=bill.bill_no, on=JANUARY)

    assert list(Notice.objects.values_list("state", "recipient", "attempts")) == [("QUEUED", "13900000001", 1)]
    billing.cancel_bill(actor=SYSTEM, bill_id=bill.pk, posting_date=FEBRUARY, reason="读错")
    with pytest.raises(NotFound):
        queue_notices.notify_bill(actor=SYSTEM, bill_no=bill.bill_no, on=FEBRUARY)


def test_own_texts_are_used_and_their_version_is_kept(priced: PricedTown) -> None:
    notifications.set_text(
        actor=SYSTEM,
        company_id=priced.company_id,
        kind=NoticeKind.BILL_ISSUED,
        language=Language.CHINESE,
        text="户号{户号}应缴{金额}元",
        version=0,
        on=JANUARY,
    )
    bills = billed(priced, 1)

    run_deferred_jobs()

    notice = Notice.objects.get()
    assert notice.text == f"户号{notice.account_no}应缴{bills[0].amount:.2f}元"
    assert notice.text_version == 1


def test_the_number_of_statements_does_not_grow_with_the_bills(priced: PricedTown) -> None:
    points = make_billable_points(priced, 9)
    for point in points:
        give_phone(point)
    few = bill_month(priced, JANUARY, dict.fromkeys(points[:2], "140"))
    with CaptureQueriesContext(connection) as small:
        queue_notices.work_on(request_id=NoticeRequest.objects.get(source_id=few[0].run_id).pk)
    many = bill_month(priced, FEBRUARY, dict.fromkeys(points, "180"))
    with CaptureQueriesContext(connection) as large:
        queue_notices.work_on(request_id=NoticeRequest.objects.get(source_id=many[0].run_id).pk)

    assert Notice.objects.count() == 11
    assert len(large) == len(small)
