"""Relief schemes through the browser's door: kept in a list, chosen by name on an account, seen and filtered in the reliefs."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from qingyuan.domains.customers.models import Account, AccountRelief, ReliefScheme
from tests.counting import DETAIL, LIST, questions
from tests.db.office.people import make_staff, signed_in_client
from tests.factories.billing import PricedTown, make_billable_points, make_priced_town

pytestmark = pytest.mark.django_db
FORM = {"code": "dibao", "name": "低保减免", "funder": "市民政局", "evidence": "低保证", "default_months": "12"}


@pytest.fixture
def priced(monkeypatch: pytest.MonkeyPatch) -> PricedTown:
    monkeypatch.setattr(timezone, "localdate", lambda *_: date(2025, 4, 20))
    town = make_priced_town()
    make_billable_points(town, 3)
    return town


@pytest.fixture
def clerk(priced: PricedTown) -> Client:
    return signed_in_client(make_staff("customers.view", "customers.change", unit_id=priced.company_id))


def number(place: int) -> str:
    return Account.objects.order_by("account_no")[place].account_no


def test_schemes_are_listed_changed_and_retired(clerk: Client) -> None:
    assert clerk.post("/relief-schemes/new/", FORM).status_code == 302
    twice = clerk.post("/relief-schemes/new/", FORM | {"name": "另一个"})
    assert twice.status_code == 422 and list(twice.context["form"].errors) == ["code"]
    row = clerk.get("/relief-schemes/").context["list"].rows[0]
    assert [cell.text for cell in row.cells[:6]] == ["dibao", "低保减免", "市民政局", "低保证", "12", "0"]
    assert str(row.cells[6].chip.text) == "否，不会减免"

    changed = {**FORM, "name": "低保户减免", "version": "1"}  # without "may be granted": retired
    assert clerk.post("/relief-schemes/dibao/edit/", changed).status_code == 302
    stale = clerk.post("/relief-schemes/dibao/edit/", changed | {"name": "晚到"})

    assert stale.status_code == 422 and "低保户减免" in stale.content.decode()
    assert ReliefScheme.objects.get().name == "低保户减免"
    assert clerk.get("/relief-schemes/").context["list"].count == 0
    assert clerk.get("/relief-schemes/?retired=on&q=民政").context["list"].count == 1
    assert clerk.get("/relief-schemes/none/edit/").status_code == 404
    assert len(questions(clerk, "/relief-schemes/?retired=on")) <= LIST
    assert len(questions(clerk, "/relief-schemes/new/")) <= DETAIL
    assert len(questions(clerk, "/relief-schemes/dibao/edit/")) <= DETAIL


def test_a_relief_is_chosen_by_name_and_ends_after_the_usual_term(clerk: Client, priced: PricedTown) -> None:
    clerk.post("/relief-schemes/new/", FORM)
    account = Account.objects.get(account_no=number(0))
    AccountRelief.objects.create(
        company_id=priced.company_id, account=account, scheme="old", from_date=date(2025, 1, 1), evidence="旧证"
    )
    address = f"/accounts/{account.account_no}/relief/"
    offered = clerk.get(address).context["form"].fields["scheme"].choices
    assert [choice for choice in offered if choice[0]] == [("dibao", "低保减免"), ("old", "old")]

    granted = {"scheme": "dibao", "from_date": "2025-04-20", "evidence": "低保证 7 号"}
    assert clerk.post(address, granted).status_code == 302

    relief = AccountRelief.objects.get(scheme="dibao")
    assert (relief.from_date, relief.to_date) == (date(2025, 4, 20), date(2026, 4, 20))
    page = clerk.get(f"/accounts/{account.account_no}/").content.decode()
    assert "低保减免、old" in page or "old、低保减免" in page
    ends = clerk.get(f"/accounts/{account.account_no}/relief/end/").context["form"].fields["scheme"].choices
    assert ("dibao", "低保减免") in ends and ("old", "old") in ends
    assert len(questions(clerk, address)) <= DETAIL


def test_a_retired_scheme_is_not_offered_nor_granted(clerk: Client) -> None:
    clerk.post("/relief-schemes/new/", FORM)
    ReliefScheme.objects.update(is_active=False)
    address = f"/accounts/{number(0)}/relief/"

    answer = clerk.post(address, {"scheme": "dibao", "from_date": "2025-04-20", "evidence": "证"})

    assert answer.status_code == 422 and list(answer.context["form"].errors) == ["scheme"]
    assert not AccountRelief.objects.exists()


def test_the_list_of_reliefs_shows_name_and_funder_and_filters_by_scheme(clerk: Client, priced: PricedTown) -> None:
    clerk.post("/relief-schemes/new/", FORM)
    for place, scheme in enumerate(("dibao", "bare")):
        AccountRelief.objects.create(
            company_id=priced.company_id,
            account=Account.objects.get(account_no=number(place)),
            scheme=scheme,
            from_date=date(2025, 1, 1),
        )

    def shown(query: str) -> list[list[str]]:
        rows = clerk.get(f"/reliefs/{query}").context["list"].rows
        return [[row.cells[place].text for place in (0, 2, 3)] for row in rows]

    named, bare = [number(0), "低保减免", "市民政局"], [number(1), "bare"]
    assert shown("?scheme=dibao") == [named]
    assert [row[:2] for row in shown("?scheme=bare")] == [bare]
    assert len(shown("")) == 2
    choices = clerk.get("/reliefs/").context["filter"].fields["scheme"].choices
    assert ("dibao", "低保减免") in choices and ("bare", "bare") in choices
    assert len(questions(clerk, "/reliefs/?scheme=dibao")) <= LIST
    assert clerk.get("/relief-schemes/").context["list"].rows[0].cells[5].text == "1"


def test_a_file_names_schemes_by_name_or_code(clerk: Client) -> None:
    clerk.post("/relief-schemes/new/", FORM)
    lines = ("户号,减免方案", f"{number(0)},低保减免", f"{number(1)},dibao", f"{number(2)},bare")
    file = SimpleUploadedFile("减免.csv", "\n".join(lines).encode())
    sent = {"from_date": "2025-04-20", "evidence": "民政名单", "way": "file", "file": file}

    preview = clerk.post("/bulk-changes/relief/", sent)
    after = [cells[6].text.split(" (")[0] for cells in preview.context["table"].rows]
    confirm = preview.context["confirm"]
    clerk.post(confirm.url, {**confirm.hidden, "typed": confirm.expected})

    assert after == ["低保减免", "低保减免", "bare"]
    assert sorted(AccountRelief.objects.values_list("scheme", flat=True)) == ["bare", "dibao", "dibao"]
