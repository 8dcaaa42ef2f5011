"""Notices through the browser's door: from the issued run over the list and the batch to its results."""

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from qingyuan.domains.billing.models import Bill
from qingyuan.domains.customers.models import Account, AccountHolder, AccountNotices, Contact
from qingyuan.domains.notifications.models import Notice, NoticeBatch, NoticeRequest, NoticeText
from qingyuan.platform.audit.models import AuditEntry
from tests.counting import DETAIL, LIST, questions
from tests.db.notifications.test_queueing import JANUARY
from tests.db.office.people import make_staff, signed_in_client
from tests.factories.billing import PricedTown, account_of, bill_month, make_billable_points, make_priced_town
from tests.factories.notices import give_phone
from tests.jobs import run_deferred_jobs

pytestmark = pytest.mark.django_db
ALL = (
    "notifications.view",
    "notifications.send",
    "notifications.texts",
    "billing.view",
    "customers.view",
    "customers.change",
)


@pytest.fixture
def priced(db: None, monkeypatch: pytest.MonkeyPatch) -> PricedTown:
    monkeypatch.setattr(timezone, "localdate", lambda *_: date(2025, 1, 21))
    return make_priced_town()


@pytest.fixture
def bills(priced: PricedTown) -> list[Bill]:
    points = make_billable_points(priced, 3)
    for place, point in enumerate(points[:2]):
        give_phone(point, f"1390000000{place}")
    found = bill_month(priced, JANUARY, dict.fromkeys(points, "140"))
    run_deferred_jobs()
    return found


@pytest.fixture
def clerk(priced: PricedTown) -> Client:
    return signed_in_client(make_staff(*ALL, unit_id=priced.company_id))


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def test_the_list_counts_by_state_and_masks_numbers(bills: list[Bill], clerk: Client) -> None:
    page = text_of(clerk.get("/notices/"))

    assert "139****0000" in page
    assert "13900000000" not in page
    assert "没有电话号码" in page
    assert "待发 <strong>2</strong>" in page
    assert "无法送达 <strong>1</strong>" in page
    found = text_of(clerk.get("/notices/?state=UNREACHABLE"))
    assert bills[2].bill_no in found
    assert bills[0].bill_no not in found
    exported = clerk.get("/notices/?format=csv")
    assert b"13900000000" not in b"".join(exported)
    narrowed = text_of(clerk.get(f"/notices/states/?q={bills[0].bill_no}"))
    assert "待发 <strong>1</strong>" in narrowed
    assert "无法送达 <strong>0</strong>" in narrowed


def test_pages_ask_few_questions(bills: list[Bill], clerk: Client) -> None:
    clerk.post("/notices/batches/new/", {"unit": str(Bill.objects.first().company_id), "channel": "SMS"})  # type: ignore[union-attr]
    number = NoticeBatch.objects.get().batch_no

    for path in ("/notices/", "/notices/batches/"):
        assert len(questions(clerk, path)) <= LIST, path
    for path in (f"/notices/batches/{number}/", "/notices/texts/", "/notices/texts/BILL_ISSUED/zh-hans/"):
        assert len(questions(clerk, path)) <= DETAIL, path


def test_from_the_queue_over_the_file_to_the_results(priced: PricedTown, bills: list[Bill], clerk: Client) -> None:
    form = text_of(clerk.get("/notices/batches/new/"))
    assert "短信 2 条" in form

    clerk.post("/notices/batches/new/", {"unit": str(priced.company_id), "channel": "SMS"})
    number = NoticeBatch.objects.get().batch_no
    file = clerk.get(f"/notices/batches/{number}/file/")
    assert file["Content-Type"].startswith("text/csv")
    assert file.content.startswith(b"\xef\xbb\xbf")
    assert b"13900000000" in file.content
    assert AuditEntry.objects.filter(action="notifications.batch_downloaded", object_key=number).count() == 1

    rows = f"通知号,结果,原因\n{number}-000001,成功,\n{number}-000002,失败,空号\n{number}-000003,成功,\n"
    upload = SimpleUploadedFile("回执.csv", rows.encode())
    preview = clerk.post(f"/notices/batches/{number}/results/", {"file": upload})
    said = text_of(preview)
    assert f"通知号 {number}-000003 不属于批次 {number}" in said
    assert Notice.objects.filter(state="HANDED_OVER").count() == 2
    token = preview.context["token"]
    done = clerk.post(f"/notices/batches/{number}/results/", {"token": token, "name": "回执.csv", "stamp": ""})
    assert done.status_code == 200
    assert set(Notice.objects.exclude(batch=None).values_list("state", "reason")) == {
        ("DELIVERED", ""),
        ("FAILED", "空号"),
    }
    again = clerk.post(f"/notices/batches/{number}/results/", {"file": SimpleUploadedFile("b.csv", rows.encode())})
    assert again.status_code == 422
    assert "导入过批次" in text_of(again)
    page = text_of(clerk.get(f"/notices/batches/{number}/"))
    assert NoticeBatch.objects.get().content_hash in page


def test_a_file_without_its_headings_is_refused(priced: PricedTown, bills: list[Bill], clerk: Client) -> None:
    clerk.post("/notices/batches/new/", {"unit": str(priced.company_id), "channel": "SMS"})
    number = NoticeBatch.objects.get().batch_no

    answer = clerk.post(f"/notices/batches/{number}/results/", {"file": SimpleUploadedFile("a.csv", b"a,b\n1,2\n")})

    assert answer.status_code == 422
    assert "通知号" in text_of(answer)


def test_the_bill_page_shows_its_notice_and_queues_it_again(bills: list[Bill], clerk: Client) -> None:
    numbers = {row.account_id: row.bill_no for row in bills}
    unreachable = Notice.objects.get(state="UNREACHABLE")
    assert "生成通知" not in text_of(clerk.get(f"/bills/{bills[0].bill_no}/"))
    page = text_of(clerk.get(f"/bills/{unreachable.subject}/"))
    assert "生成通知" in page
    assert "没有电话号码" in page

    holder = AccountHolder.objects.get(account_id=unreachable.account_id)
    Contact.objects.create(
        company_id=holder.company_id, customer_id=holder.customer_id, phone="13700000007", may_message=True
    )
    answer = clerk.post(f"/notices/bills/{unreachable.subject}/queue/", follow=True)

    assert "通知已入队" in text_of(answer)
    unreachable.refresh_from_db()
    assert (unreachable.state, unreachable.recipient) == ("QUEUED", "13700000007")
    selected = clerk.post("/notices/again/", {"ids": [unreachable.subject, numbers[bills[0].account_id]]}, follow=True)
    assert "不再重复生成" in text_of(selected)


def test_who_may_only_look_makes_nothing(priced: PricedTown, bills: list[Bill]) -> None:
    looker = signed_in_client(make_staff("notifications.view", unit_id=priced.company_id, login="looker"))

    assert looker.get("/notices/").status_code == 200
    assert looker.get("/notices/batches/new/").status_code == 403
    assert looker.post("/notices/again/", {"ids": [bills[2].bill_no]}).status_code == 403
    assert looker.post(f"/notices/bills/{bills[2].bill_no}/queue/").status_code == 403
    texts = looker.post("/notices/texts/BILL_ISSUED/zh-hans/", {"text": "应缴{金额}", "seen": "0"})
    assert texts.status_code == 403
    assert not NoticeText.objects.exists()


def test_another_units_notices_are_not_seen(priced: PricedTown, bills: list[Bill]) -> None:
    other = signed_in_client(
        make_staff("notifications.view", "notifications.send", unit_id=priced.town.utility.west_id, login="west")
    )

    assert bills[0].bill_no not in text_of(other.get("/notices/"))
    assert other.post(f"/notices/bills/{bills[2].bill_no}/queue/").status_code == 403


def test_a_text_is_previewed_on_a_real_bill_and_refused_with_its_place(bills: list[Bill], clerk: Client) -> None:
    path = "/notices/texts/BILL_ISSUED/zh-hans/"
    good = {"text": "应缴{金额}元", "bill": bills[0].bill_no, "seen": "0"}

    page = text_of(clerk.post(f"{path}preview/", good))
    assert f"应缴{bills[0].amount:.2f}元" in page
    assert "1 条短信" in page
    assert "第 3 个字处的“{余额}”" in text_of(clerk.post(f"{path}preview/", {"text": "应缴{余额}元"}))
    assert clerk.post(path, {**good, "text": "应缴{余额}元"}).status_code == 422
    assert not NoticeText.objects.exists()

    assert clerk.post(path, good).status_code == 302
    assert NoticeText.objects.get().text == "应缴{金额}元"
    stale = clerk.post(path, {**good, "text": "别的{金额}"})
    assert stale.status_code == 422
    assert NoticeText.objects.get().text == "应缴{金额}元"


def test_an_account_chooses_how_it_is_told(bills: list[Bill], clerk: Client) -> None:
    number = Account.objects.get(pk=bills[0].account_id).account_no
    page = text_of(clerk.get(f"/accounts/{number}/notices/"))
    assert bills[0].bill_no in page
    assert "139****0000" in page
    assert "13900000000" not in page

    saved = clerk.post(f"/notices/accounts/{number}/", {"channel": "NONE", "contact": "", "language": "", "seen": "0"})

    assert saved.status_code == 302
    assert AccountNotices.objects.get().channel == "NONE"
    stale = clerk.post(f"/notices/accounts/{number}/", {"channel": "SMS", "contact": "", "language": "", "seen": "0"})
    assert stale.status_code == 422
    assert "不接收通知" in text_of(clerk.get(f"/accounts/{number}/notices/"))


def test_a_stopped_queueing_is_shown_and_goes_on(priced: PricedTown, clerk: Client) -> None:
    point = make_billable_points(priced, 1)[0]
    bill_month(priced, JANUARY, {point: "140"})
    NoticeRequest.objects.update(error_code="notifications.queueing_broke")
    run_deferred_jobs()
    assert not Notice.objects.exists()
    request_id = NoticeRequest.objects.get().pk
    assert "因出错停下" in text_of(clerk.get("/notices/"))

    clerk.post(f"/notices/requests/{request_id}/resume/")
    run_deferred_jobs()

    assert Notice.objects.get().account_id == account_of(point)
