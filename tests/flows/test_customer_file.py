"""The customer file through HTTP: opening, changing, finding; what another unit's person is told."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from qingyuan.domains.customers.models import (
    Account,
    AccountHold,
    AccountHolder,
    AccountRelief,
    Contact,
    Customer,
    HouseholdSize,
)
from qingyuan.domains.ledger.models import AccountBalance
from qingyuan.domains.meters.models import Installation, PointBook, UsageShare
from qingyuan.domains.meters.operations import NewMeter, add_meters
from qingyuan.domains.meters.queries import point_refs_by_id
from qingyuan.domains.routes.models import Book
from qingyuan.platform.audit.models import AuditEntry
from qingyuan.platform.dictionary.operations import seed_shipped_sets
from qingyuan.platform.staff.models import Staff
from tests.db.office.people import signed_in_client
from tests.factories.platform import SYSTEM, make_person
from tests.factories.records import TwoHalls, make_two_halls

pytestmark = pytest.mark.django_db
CLERK = (
    "customers.view", "customers.search", "customers.open", "customers.change", "customers.hold", "meters.view",
    "meters.install", "meters.change", "meters.stock", "routes.view", "routes.manage", "readings.view", "billing.view",
    "payments.view", "files.attach",
)  # fmt: skip
ONE = "/accounts/10000001/"


@pytest.fixture
def halls() -> TwoHalls:
    return make_two_halls()


@pytest.fixture
def clerk(halls: TwoHalls) -> Client:
    make_person(halls.utility.company_id, *CLERK, login="clerk")
    return signed_in_client(Staff.objects.get(login="clerk"))


def _point_no(point_id: int) -> str:
    return point_refs_by_id([point_id])[point_id].point_no


def _today() -> str:
    return timezone.localdate().isoformat()


def _opening(**changes: str) -> dict[str, str]:
    return {
        "unit_code": "01E",
        "name": "新演示",
        "kind": "PERSON",
        "phone": "19900009999",
        "region_code": "ZSL",
        "community_code": "YGHY",
        "building": "3",
        "entrance": "1",
        "room": "503",
        "opened_date": _today(),
        "people": "3",
        "evidence": "户口簿",
        "book_no": "B-001",
        "class_code": "RESIDENTIAL",
        "meter_no": "W3",
        "model_code": "LXS-15",
        "start_value": "12",
        **changes,
    }


def test_account_is_opened_with_point_and_meter_and_found_again(clerk: Client) -> None:
    answer = clerk.post("/accounts/new/", _opening())

    account = Account.objects.get(holders__customer__name="新演示")
    assert answer.status_code == 302 and answer["Location"] == f"/accounts/{account.account_no}/"
    (installation,) = Installation.objects.filter(point__accounts__account=account)
    assert installation.meter.meter_no == "W3"
    assert installation.registers.get().start_value == Decimal(12)
    hits = clerk.get("/search/", {"q": "W3"}).json()["hits"]
    assert [hit["url"] for hit in hits] == [f"/accounts/{account.account_no}/"]


def test_opening_warns_of_the_same_address_and_goes_on_when_it_was_checked(clerk: Client) -> None:
    same = _opening(room="501")

    warned = clerk.post("/accounts/new/", same)

    assert warned.status_code == 422
    assert "10000001" in warned.content.decode()
    assert Account.objects.count() == 2
    assert clerk.post("/accounts/new/", {**same, "checked": "on"}).status_code == 302
    assert Account.objects.count() == 3


def test_opening_warns_while_the_form_is_filled_in(clerk: Client) -> None:
    part = clerk.get("/accounts/new/lookalikes/", {"unit_code": "01E", "phone": "199 0000 1234"}).content.decode()

    assert "10000001" in part and "10000002" not in part


def test_refused_opening_says_where_and_opens_nothing(clerk: Client) -> None:
    answer = clerk.post("/accounts/new/", _opening(meter_no="W1"))

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["meter_no"]
    assert Account.objects.count() == 2


def test_holder_changes_to_a_new_customer_from_a_day_on(clerk: Client, halls: TwoHalls) -> None:
    day = timezone.localdate() - timedelta(days=3)
    fields = {"name": "接手演示", "kind": "PERSON", "from_date": day.isoformat(), "evidence": "过户申请 2025-7"}

    answer = clerk.post(f"{ONE}holder/", fields)

    assert answer.status_code == 302
    rows = AccountHolder.objects.filter(account_id=halls.east_account_id).order_by("from_date")
    assert [(row.customer.name, row.from_date, row.to_date) for row in rows] == [
        ("单小明", date(2025, 6, 1), day),
        ("接手演示", day, None),
    ]
    assert "接手演示" in clerk.get(ONE).content.decode()


def test_refused_holder_change_makes_no_customer(clerk: Client) -> None:
    before = Customer.objects.count()

    answer = clerk.post(
        f"{ONE}holder/", {"name": "接手演示", "kind": "PERSON", "from_date": "2025-05-01", "evidence": "申请"}
    )

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["from_date"]
    assert Customer.objects.count() == before


def test_household_relief_contact_and_hold_are_changed(clerk: Client, halls: TwoHalls) -> None:
    day = _today()

    assert clerk.post(f"{ONE}people/", {"people": "6", "from_date": day, "evidence": "户口簿"}).status_code == 302
    assert clerk.post(f"{ONE}contact/", {"phone": "19900007777", "name": "联系演示"}).status_code == 302
    hold = {"activity": "BILLING", "reason": "水费争议", "from_date": day}
    assert clerk.post(f"{ONE}hold/", hold).status_code == 302
    held = AccountHold.objects.get()
    assert "水费争议" in clerk.get(ONE).content.decode()
    assert clerk.post(f"{ONE}hold/{held.pk}/lift/", {"to_date": day, "reason": "已解决"}).status_code == 302

    held.refresh_from_db()
    assert held.to_date == timezone.localdate()
    assert HouseholdSize.objects.get(account_id=halls.east_account_id, to_date=None).people == 6
    assert Contact.objects.get(customer__held_accounts__account_id=halls.east_account_id).phone == "19900007777"
    assert not AccountRelief.objects.exists()


def test_household_without_evidence_is_refused_at_the_field(clerk: Client, halls: TwoHalls) -> None:
    answer = clerk.post(f"{ONE}people/", {"people": "6", "from_date": _today()})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["evidence"]
    assert HouseholdSize.objects.filter(account_id=halls.east_account_id).count() == 1


def test_stale_edit_of_the_account_shows_both_values(clerk: Client) -> None:
    version = Account.objects.get(account_no="10000001").version
    first = {"collection_kind": "HALL", "user_type": "", "note": "甲写的", "version": str(version)}
    assert clerk.post(f"{ONE}edit/", first).status_code == 302

    answer = clerk.post(f"{ONE}edit/", {**first, "note": "乙写的"})

    page = answer.content.decode()
    assert answer.status_code == 422 and "甲写的" in page and "乙写的" in page
    assert Account.objects.get(account_no="10000001").note == "甲写的"
    again = re.search(r'name="version" value="(\d+)"', page)
    assert again is not None
    assert clerk.post(f"{ONE}edit/", {**first, "note": "乙写的", "version": again[1]}).status_code == 302
    assert Account.objects.get(account_no="10000001").note == "乙写的"


def test_stale_edit_of_the_customer_shows_both_values(clerk: Client) -> None:
    customer = Customer.objects.get(name="单小明")
    first = {"name": "单晓明", "version": str(customer.version)}
    assert clerk.post(f"{ONE}customer/", first).status_code == 302

    answer = clerk.post(f"{ONE}customer/", {**first, "name": "单小鸣"})

    assert answer.status_code == 422 and "单晓明" in answer.content.decode()
    assert Customer.objects.get(pk=customer.pk).name == "单晓明"


def test_phone_is_masked_and_its_reveal_goes_on_record(clerk: Client) -> None:
    assert "199 0000 1234" not in clerk.get(ONE).content.decode()

    shown = clerk.get(f"{ONE}phone/").content.decode()

    assert "199 0000 1234" in shown
    entry = AuditEntry.objects.get(action="audit.number_revealed")
    assert (entry.object_type, entry.object_key) == ("account", "10000001")


def test_attachment_is_added_and_read_again(clerk: Client) -> None:
    scan = SimpleUploadedFile("合同.pdf", b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n", "application/pdf")

    assert clerk.post(f"{ONE}files/", {"purpose": "供水合同", "file": scan}).status_code == 302

    page = clerk.get(f"{ONE}files/").content.decode()
    address = re.search(r'href="(/accounts/10000001/files/[0-9a-f]{64}/)"', page)
    assert address is not None and "供水合同" in page
    answer = clerk.get(address[1])
    assert answer.content.startswith(b"%PDF") and answer["Content-Disposition"].startswith("attachment")
    assert clerk.get(address[1].replace("10000001", "10000002")).status_code == 404


def test_attachment_without_a_file_is_refused_at_the_field(clerk: Client) -> None:
    answer = clerk.post(f"{ONE}files/", {"purpose": "供水合同"})

    assert answer.status_code == 422 and list(answer.context["form"].errors) == ["file"]
    assert not AuditEntry.objects.filter(action="files.linked").exists()


def test_point_sent_back_to_its_own_place_is_told_so(clerk: Client, halls: TwoHalls) -> None:
    place = PointBook.objects.get(point_id=halls.east_point_id)
    fields = {"book": str(place.book_id), "order": str(place.order_no), "from_date": _today()}

    answer = clerk.post(f"/points/{_point_no(halls.east_point_id)}/move/", fields)

    assert answer.status_code == 422
    assert PointBook.objects.get(point_id=halls.east_point_id).order_no == place.order_no


def test_meter_is_exchanged_and_both_hang_one_after_the_other(clerk: Client, halls: TwoHalls) -> None:
    seed_shipped_sets(actor=SYSTEM, on=timezone.localdate())
    new = NewMeter(place="row 1", meter_no="W9", model_code="LXS-15")
    add_meters(actor=SYSTEM, company_id=halls.utility.company_id, rows=[new], on=timezone.localdate())
    yesterday = timezone.localdate() - timedelta(days=1)
    fields = {
        "day": yesterday.isoformat(),
        "at_time": "09:30",
        "final_1": "321",
        "meter_no": "W9",
        "start_value": "0",
        "multiplier": "1",
        "reason": "FAULT",
    }

    answer = clerk.post(f"/points/{_point_no(halls.east_point_id)}/exchange/", fields)

    assert answer.status_code == 302
    rows = Installation.objects.filter(point_id=halls.east_point_id).order_by("installed_at")
    assert [(row.meter.meter_no, row.removed_at is None) for row in rows] == [("W1", False), ("W9", True)]
    assert rows[0].registers.get().final_value == Decimal(321)
    page = clerk.get(f"{ONE}meters/").content.decode()
    assert "W1" in page and "W9" in page


def test_exchange_with_an_unknown_meter_changes_nothing(clerk: Client, halls: TwoHalls) -> None:
    seed_shipped_sets(actor=SYSTEM, on=timezone.localdate())
    fields = {
        "day": _today(), "at_time": "00:01", "final_1": "321", "meter_no": "W404", "start_value": "0", "multiplier": "1",
        "reason": "FAULT",
    }  # fmt: skip

    answer = clerk.post(f"/points/{_point_no(halls.east_point_id)}/exchange/", fields)

    assert answer.status_code == 422 and list(answer.context["form"].errors) == ["meter_no"]
    assert Installation.objects.get(point_id=halls.east_point_id).removed_at is None


def test_usage_shares_are_split_by_volume_and_ratio(clerk: Client, halls: TwoHalls) -> None:
    fields = {
        "class_1": "TRADE", "kind_1": "RATIO", "value_1": "30", "rest_code": "RESIDENTIAL", "from_date": _today(),
        "evidence": "现场核定单",
    }  # fmt: skip

    answer = clerk.post(f"/points/{_point_no(halls.east_point_id)}/shares/", fields)

    assert answer.status_code == 302
    rows = UsageShare.objects.filter(point_id=halls.east_point_id, to_date=None).order_by("position")
    assert [(row.usage_class.code, row.kind, row.value) for row in rows] == [
        ("TRADE", "RATIO", Decimal("0.300")),
        ("RESIDENTIAL", "REMAINDER", None),
    ]


def test_book_is_made_changed_and_points_move_to_it(clerk: Client, halls: TwoHalls) -> None:
    made = {"unit_code": "01E", "book_no": "B-003", "name": "东三册", "months_interval": "2", "phase_month": "1", "reading_day": "5"}  # fmt: skip
    assert clerk.post("/books/new/", made)["Location"] == "/books/B-003/"
    book = Book.objects.get(book_no="B-003")
    stale = {
        "name": "东三册改", "months_interval": "1", "phase_month": "1", "reading_day": "6", "is_active": "on",
        "version": str(book.version),
    }  # fmt: skip
    assert clerk.post("/books/B-003/edit/", stale).status_code == 302
    assert clerk.post("/books/B-003/edit/", {**stale, "name": "另一个"}).status_code == 422

    chosen = clerk.post("/books/B-001/move/", {"ids": [str(halls.east_point_id)]})
    assert chosen.status_code == 200
    moved = clerk.post(
        "/books/B-001/move/", {"ids": str(halls.east_point_id), "book": str(book.pk), "from_date": _today()}
    )

    assert moved.status_code == 302
    book.refresh_from_db()
    assert (book.name, book.reading_day) == ("东三册改", 6)
    assert PointBook.objects.get(point_id=halls.east_point_id, to_date=None).book_id == book.pk


def test_list_filters_stay_in_the_address_and_exports_hold_the_filter(clerk: Client, halls: TwoHalls) -> None:
    AccountBalance.objects.filter(account_id=halls.east_account_id).update(owed=Decimal("86.40"))

    page = clerk.get("/accounts/", {"owing": "on", "sort": "-owed"}).content.decode()
    file = clerk.get("/accounts/", {"owing": "on", "format": "csv"})

    assert "10000001" in page and "10000002" not in page and "86.40" in page
    text = (b"".join(getattr(file, "streaming_content", ())) or file.content).decode("utf-8-sig")
    assert "10000001" in text and "10000002" not in text and "199 0000 1234" not in text
