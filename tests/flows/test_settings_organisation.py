"""The organisation and the company profile through the pages: the story, the refusals, another unit's numbers."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from qingyuan.platform.organisation import queries
from qingyuan.platform.organisation.models import CompanyBankAccount, OrgUnit
from tests.db.office.people import make_staff, signed_in_client
from tests.factories.platform import Utility, make_utility

pytestmark = pytest.mark.django_db
RIGHTS = ("organisation.view", "organisation.edit", "company.edit", "staff.view")
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa7\x9a\xa0\xa0\x00\x00\x00\x00IEND\xaeB`\x82"
)


@pytest.fixture
def utility() -> Utility:
    return make_utility()


@pytest.fixture
def admin(utility: Utility) -> Client:
    return signed_in_client(make_staff(*RIGHTS, login="admin", unit_id=utility.company_id))


@pytest.fixture
def east(utility: Utility) -> Client:
    """Holds the same rights at one hall alone."""
    return signed_in_client(make_staff(*RIGHTS, login="east", unit_id=utility.east_id))


def _version(code: str) -> int:
    return queries.unit_by_code(code).version


def test_unit_is_added_changed_closed_and_opened_again(admin: Client, utility: Utility) -> None:
    added = admin.post(
        "/organisation/new/",
        {"parent": utility.company_id, "kind": "STATION", "code": "01N", "name": "城北网点", "short_name": "城北"},
    )
    assert added["Location"] == "/organisation/01N/"

    changed = {
        "name": "城北供水所",
        "short_name": "",
        "phone": "0512-1",
        "address": "北路1号",
        "version": _version("01N"),
    }
    admin.post("/organisation/01N/edit/", changed)
    closing = {"closed_date": "2026-12-01", "reason": "合并", "version": _version("01N")}
    admin.post("/organisation/01N/close/", closing)

    found = queries.unit_by_code("01N")
    assert (found.name, found.kind, found.closed_date) == ("城北供水所", "STATION", date(2026, 12, 1))
    page = admin.get("/organisation/01N/").content.decode()
    assert "城北网点 → 城北供水所" in page
    assert "合并" in page

    admin.post("/organisation/01N/reopen/", {"reason": "误操作", "version": _version("01N")})
    assert queries.unit_by_code("01N").closed_date is None


def test_unit_moves_below_another_with_all_that_hangs_on_it(admin: Client, utility: Utility) -> None:
    moved = {"parent": utility.east_id, "reason": "并入东所", "version": _version("01W")}

    response = admin.post("/organisation/01W/move/", moved)

    assert response.status_code == 302
    assert queries.unit_by_code("01W").parent_id == utility.east_id


def test_taken_code_and_missing_name_are_told_at_their_fields(admin: Client, utility: Utility) -> None:
    taken = admin.post(
        "/organisation/new/", {"parent": utility.company_id, "kind": "BRANCH", "code": "01E", "name": "又一个"}
    )
    empty = admin.post("/organisation/new/", {"name": ""})

    assert taken.status_code == 422
    assert "code" in taken.context["form"].errors
    assert {"parent", "kind", "code", "name"} <= set(empty.context["form"].errors)
    assert OrgUnit.objects.count() == 4


def test_stale_edit_shows_both_values_and_changes_nothing(admin: Client) -> None:
    old = {"name": "甲", "short_name": "", "phone": "", "address": "", "version": _version("01E")}
    admin.post("/organisation/01E/edit/", old)

    response = admin.post("/organisation/01E/edit/", {**old, "name": "乙"})

    assert response.status_code == 422
    assert [(one.typed, one.stored) for one in response.context["form"].conflicts] == [("乙", "甲")]
    assert queries.unit_by_code("01E").name == "甲"


def test_another_units_pages_and_writes_are_refused(east: Client, utility: Utility) -> None:
    before = list(OrgUnit.objects.order_by("id").values())
    writes = {
        "edit": {"name": "改", "version": 1},
        "move": {"parent": utility.east_id, "reason": "x", "version": 1},
        "close": {"closed_date": "2026-12-01", "reason": "x", "version": 1},
        "reopen": {"reason": "x", "version": 1},
    }

    answers = [east.get("/organisation/01W/").status_code]
    answers += [east.get(f"/organisation/01W/{name}/").status_code for name in writes]
    answers += [east.post(f"/organisation/01W/{name}/", data).status_code for name, data in writes.items()]
    below_it = east.post(
        "/organisation/new/", {"parent": utility.west_id, "kind": "STATION", "code": "NEW", "name": "新"}
    )

    assert set(answers) == {404}
    assert below_it.status_code == 422
    assert list(OrgUnit.objects.order_by("id").values()) == before
    assert "单位01W" not in east.get("/organisation/").content.decode()


def test_filter_finds_by_name_and_hides_closed_units(admin: Client) -> None:
    admin.post("/organisation/01W/close/", {"closed_date": "2026-12-01", "reason": "合并", "version": _version("01W")})

    shown = admin.get("/organisation/").context["list"].count
    with_closed = admin.get("/organisation/?closed=on").context["list"].count
    found = admin.get("/organisation/?q=01e").context["list"].count

    assert (shown, with_closed, found) == (2, 3, 1)


def test_profile_is_filled_in_and_then_changed(admin: Client, utility: Utility) -> None:
    assert admin.get("/company/")["Location"] == "/company/01/"
    fields = {"legal_name": "演示水务有限公司", "tax_no": "91320500MA1TEST007", "time_zone": "Asia/Shanghai"}

    admin.post("/company/01/edit/", {**fields, "version": 0})
    refused = admin.post("/company/01/edit/", {**fields, "tax_no": "12", "version": 1})
    stale = admin.post("/company/01/edit/", {**fields, "legal_name": "别名", "version": 7})

    found = queries.profile(utility.company_id)
    assert found is not None
    assert (found.legal_name, found.tax_no, found.version) == ("演示水务有限公司", "91320500MA1TEST007", 1)
    assert "tax_no" in refused.context["form"].errors
    assert stale.status_code == 422


def test_logo_is_a_picture_or_refused(admin: Client, utility: Utility) -> None:
    admin.post("/company/01/edit/", {"legal_name": "演示", "time_zone": "Asia/Shanghai", "version": 0})
    text = SimpleUploadedFile("logo.png", b"no picture", content_type="image/png")
    picture = SimpleUploadedFile("logo.png", PNG, content_type="image/png")

    refused = admin.post("/company/01/logo/", {"logo": text, "version": 1})
    taken = admin.post("/company/01/logo/", {"logo": picture, "version": 1})

    assert refused.status_code == 422
    assert taken.status_code == 302
    shown = admin.get("/company/01/logo/file/")
    assert (shown["Content-Type"], shown.content) == ("image/png", PNG)


def test_bank_account_is_added_once_and_closed(admin: Client, utility: Utility) -> None:
    fields = {"unit": utility.company_id, "bank_name": "演示银行", "account_name": "演示", "account_no": "62001"}

    admin.post("/company/01/bank-accounts/new/", fields)
    again = admin.post("/company/01/bank-accounts/new/", fields)
    row = CompanyBankAccount.objects.get()
    admin.post(f"/company/01/bank-accounts/{row.pk}/close/", {"closed_date": "2026-12-01", "reason": "销户"})

    row.refresh_from_db()
    assert "account_no" in again.context["form"].errors
    assert row.closed_date == date(2026, 12, 1)


def test_hall_sees_its_companys_profile_and_may_not_change_it(east: Client, utility: Utility) -> None:
    other = make_utility("02")
    CompanyBankAccount.objects.create(unit_id=other.company_id, bank_name="甲", account_name="甲", account_no="62002")
    foreign = CompanyBankAccount.objects.get(account_no="62002").pk

    own = east.get("/company/01/")
    changed = east.post(
        "/company/01/edit/", {"legal_name": "改", "time_zone": "Asia/Shanghai", "version": 0}
    ).status_code
    answers = [
        east.get("/company/02/").status_code,
        east.get("/company/02/logo/file/").status_code,
        east.post("/company/02/edit/", {"legal_name": "改", "time_zone": "Asia/Shanghai", "version": 0}).status_code,
        east.post(
            f"/company/01/bank-accounts/{foreign}/close/", {"closed_date": "2026-12-01", "reason": "x"}
        ).status_code,
    ]

    assert own.status_code == 200
    assert changed == 403
    assert answers == [404, 404, 404, 404]
    assert queries.profile(utility.company_id) is None
    assert CompanyBankAccount.objects.get(account_no="62002").closed_date is None
