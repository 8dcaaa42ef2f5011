"""A person of another unit does not find the customer file: each detail address and each write, by another unit's id."""

import pytest
from django.test import Client

from qingyuan.domains.customers.models import Account, AccountHold, AccountHolder, Contact, HouseholdSize
from qingyuan.domains.customers.operations import place_hold
from qingyuan.domains.customers.rules.states import HoldActivity
from qingyuan.domains.meters.models import Installation, ItemOption, PointBook, Quota, UsageShare
from qingyuan.domains.meters.queries import point_refs_by_id
from qingyuan.domains.routes.models import Book
from qingyuan.platform.audit.models import AuditEntry
from qingyuan.platform.staff.models import Staff
from tests.db.office.people import signed_in_client
from tests.factories.platform import SYSTEM, make_person
from tests.factories.records import ON, TwoHalls, make_two_halls
from tests.flows.test_customer_file import CLERK

pytestmark = pytest.mark.django_db

TABS = ("", "meters/", "readings/", "bills/", "payments/", "files/", "log/", "phone/")
FORMS = {
    "contact/": {"phone": "19900000000"},
    "customer/": {"name": "改名", "version": "1"},
    "holder/": {"name": "别人", "kind": "PERSON", "from_date": "2025-07-01", "evidence": "申请"},
    "people/": {"people": "9", "from_date": "2025-07-01", "evidence": "户口簿"},
    "relief/": {"scheme": "low-income", "from_date": "2025-07-01", "evidence": "低保证"},
    "relief/end/": {"scheme": "low-income", "to_date": "2025-07-01", "reason": "到期"},
    "hold/": {"activity": "BILLING", "reason": "争议", "from_date": "2025-07-01"},
    "edit/": {"collection_kind": "HALL", "note": "改", "version": "1"},
    "document/": {"reason": "核对"},
    "files/": {"purpose": "合同"},
}
POINT_FORMS = {
    "exchange/": {"day": "2025-07-01", "at_time": "09:30", "final_1": "9", "meter_no": "W1", "reason": "FAULT"},
    "shares/": {"rest_code": "TRADE", "from_date": "2025-07-01", "evidence": "核定单"},
    "option/": {"item_code": "sewage", "from_date": "2025-07-01", "document_no": "1号"},
    "quota/": {"volume": "100", "from_date": "2025-07-01", "document_no": "1号"},
    "move/": {"book": "1", "from_date": "2025-07-01"},
}


@pytest.fixture
def halls() -> TwoHalls:
    return make_two_halls()


@pytest.fixture
def east_clerk(halls: TwoHalls) -> Client:
    make_person(halls.utility.east_id, *CLERK, "customers.see_document", login="east")
    return signed_in_client(Staff.objects.get(login="east"))


def _counts() -> dict[str, int]:
    models = (
        Account, AccountHold, AccountHolder, Contact, HouseholdSize, Installation, ItemOption, PointBook, Quota,
        UsageShare, Book, AuditEntry,
    )  # fmt: skip
    return {model.__name__: model._default_manager.count() for model in models}


@pytest.mark.parametrize("tab", TABS)
def test_another_units_account_is_not_found(east_clerk: Client, tab: str) -> None:
    assert east_clerk.get(f"/accounts/10000001/{tab}").status_code == 200

    answer = east_clerk.get(f"/accounts/10000002/{tab}")

    assert answer.status_code == 404
    assert "西演示" not in answer.content.decode()


@pytest.mark.parametrize("form", FORMS)
def test_another_units_account_is_not_written(east_clerk: Client, form: str) -> None:
    before = _counts()

    assert east_clerk.get(f"/accounts/10000002/{form}").status_code == 404
    assert east_clerk.post(f"/accounts/10000002/{form}", FORMS[form]).status_code == 404

    assert _counts() == before


def test_another_units_hold_is_not_lifted_by_ones_own_address(east_clerk: Client, halls: TwoHalls) -> None:
    hold_id = place_hold(
        actor=SYSTEM,
        account_id=halls.west_account_id,
        activity=HoldActivity.BILLING,
        reason="争议",
        from_date=ON,
        on=ON,
    )
    fields = {"to_date": "2025-07-01", "reason": "试试"}

    for account in ("10000001", "10000002"):
        assert east_clerk.post(f"/accounts/{account}/hold/{hold_id}/lift/", fields).status_code == 404

    assert AccountHold.objects.get(pk=hold_id).to_date is None


@pytest.mark.parametrize("form", POINT_FORMS)
def test_another_units_point_is_not_written(east_clerk: Client, halls: TwoHalls, form: str) -> None:
    point_no = point_refs_by_id([halls.west_point_id])[halls.west_point_id].point_no
    before = _counts()

    assert east_clerk.get(f"/points/{point_no}/{form}").status_code == 404
    assert east_clerk.post(f"/points/{point_no}/{form}", POINT_FORMS[form]).status_code == 404

    assert _counts() == before


def test_another_units_meter_and_book_are_not_found(east_clerk: Client) -> None:
    for address in ("/meters/W2/", "/meters/W2/readings/", "/books/B-002/", "/books/B-002/edit/"):
        assert east_clerk.get(address).status_code == 404, address
    before = _counts()
    edited = {"name": "改", "months_interval": "1", "phase_month": "1", "reading_day": "1", "version": "1"}
    assert east_clerk.post("/books/B-002/edit/", edited).status_code == 404
    assert _counts() == before


def test_points_of_another_unit_are_not_moved_into_ones_own_book(east_clerk: Client, halls: TwoHalls) -> None:
    own = Book.objects.get(book_no="B-001")

    answer = east_clerk.post(
        "/books/B-001/move/", {"ids": str(halls.west_point_id), "book": str(own.pk), "from_date": "2025-07-01"}
    )

    assert answer.status_code == 422
    assert PointBook.objects.get(point_id=halls.west_point_id, to_date=None).book_id != own.pk


def test_lists_and_search_hold_the_own_unit_alone(east_clerk: Client) -> None:
    for address, own, other in (
        ("/accounts/", "10000001", "10000002"),
        ("/meters/", "W1", "W2"),
        ("/books/", "B-001", "B-002"),
    ):
        page = east_clerk.get(address).content.decode()
        assert own in page and other not in page, address
    assert [hit["title"] for hit in east_clerk.get("/search/", {"q": "1000"}).json()["hits"]] == ["单小明 10000001"]


def test_account_is_not_opened_at_another_unit(east_clerk: Client) -> None:
    fields = {
        "unit_code": "01W", "name": "新演示", "kind": "PERSON", "region_code": "ZSL", "street_no": "9",
        "opened_date": "2025-07-01", "book_no": "B-001", "class_code": "RESIDENTIAL", "meter_no": "W8",
        "model_code": "LXS-15", "start_value": "0",
    }  # fmt: skip

    assert east_clerk.post("/accounts/new/", fields).status_code == 422

    assert Account.objects.count() == 2


def test_who_may_only_look_is_shown_no_forms_and_may_open_none(halls: TwoHalls) -> None:
    make_person(halls.utility.east_id, "customers.view", login="looker")
    looker = signed_in_client(Staff.objects.get(login="looker"))

    page = looker.get("/accounts/10000001/").content.decode()

    assert "/accounts/10000001/holder/" not in page and "/accounts/10000001/bills/" not in page
    for form in FORMS:
        if form != "files/":
            assert looker.get(f"/accounts/10000001/{form}").status_code == 403, form
    assert looker.post("/accounts/10000001/files/", FORMS["files/"]).status_code == 403
    assert looker.get("/accounts/new/").status_code == 403
