"""Looking at past bills again and applying proposals through the browser's door."""

from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from qingyuan.domains.billing.models import Bill, RerateProposal
from qingyuan.domains.customers.models import HouseholdSize
from qingyuan.domains.readings.operations import adjust_volume
from tests.counting import LIST, questions
from tests.db.office.people import make_staff, signed_in_client
from tests.factories.billing import PricedTown, account_of, bill_month, make_billable_points, make_priced_town
from tests.factories.platform import SYSTEM
from tests.factories.readings import OPENED

pytestmark = pytest.mark.django_db
APRIL = date(2025, 4, 20)
ALL = ("billing.view", "billing.view_runs", "billing.run", "billing.decide_proposals", "customers.view")
LOOK = "/billing/proposals/look-again/"


@pytest.fixture
def priced(monkeypatch: pytest.MonkeyPatch) -> PricedTown:
    monkeypatch.setattr(timezone, "localdate", lambda *_: APRIL)
    return make_priced_town()


@pytest.fixture
def bills(priced: PricedTown) -> list[Bill]:
    """Three months of 120 m³; six people were registered afterwards: −27.60 and −225.60 (tests/db/billing/test_rerate.py)."""
    (point,) = make_billable_points(priced, 1)
    made = [bill_month(priced, date(2025, month, 20), {point: str(100 + 120 * month)})[0] for month in (1, 2, 3)]
    HouseholdSize.objects.create(
        company_id=priced.company_id, account_id=account_of(point), people=6, from_date=OPENED, evidence="户口簿"
    )
    return made


@pytest.fixture
def supervisor(priced: PricedTown) -> Client:
    return signed_in_client(make_staff(*ALL, unit_id=priced.company_id))


def test_look_again_proposes_and_says_what_differs(supervisor: Client, bills: list[Bill]) -> None:
    answer = supervisor.post(LOOK, {"account_no": "AP000001", "since": "2025-01"}, follow=True)

    text = answer.content.decode()
    assert "已复算 3 张账单，提出退补 2 条、共 -253.20 元" in text
    assert "用水人数 无 → 6" in text
    assert len(questions(supervisor, "/billing/proposals/")) <= LIST
    first = RerateProposal.objects.order_by("id")[0]
    decide = supervisor.get(f"/billing/proposals/{first.pk}/").content.decode()
    assert "无 → 6" in decide


def test_applying_several_is_confirmed_first(supervisor: Client, bills: list[Bill]) -> None:
    supervisor.post(LOOK, {"account_no": "AP000001", "since": "2025-01"})
    ids = [str(one) for one in RerateProposal.objects.order_by("id").values_list("id", flat=True)]

    asked = supervisor.post("/billing/proposals/apply/", {"ids": ids})
    assert "2 条建议，共 -253.20 元" in asked.content.decode()
    unconfirmed = supervisor.post("/billing/proposals/apply/", {"ids": ",".join(ids), "step": "apply"})
    assert unconfirmed.status_code == 422
    assert Bill.objects.count() == 3
    answer = supervisor.post(
        "/billing/proposals/apply/", {"ids": ",".join(ids), "step": "apply", "confirmed": "on"}, follow=True
    )

    assert "已签发退补账单 2 张" in answer.content.decode()
    assert Bill.objects.count() == 5
    assert not RerateProposal.objects.filter(state="OPEN").exists()


def test_unknown_account_or_missing_month_is_told_at_its_field(supervisor: Client, bills: list[Bill]) -> None:
    unknown = supervisor.post(LOOK, {"account_no": "XYZ", "since": "2025-01"})
    assert unknown.status_code == 422 and "没有此户号" in str(unknown.context["form"].errors["account_no"])
    without = supervisor.post(LOOK, {"account_no": "AP000001", "since": ""})
    assert without.status_code == 422 and "从哪个账期" in str(without.context["form"].errors["since"])


def test_without_an_account_every_corrected_usage_is_looked_at(supervisor: Client, bills: list[Bill]) -> None:
    reading = bills[0].reading_item_id
    assert reading is not None
    adjust_volume(actor=SYSTEM, reading_item_id=reading, volume=bills[0].volume - 20, reason="抄错", on=APRIL)

    answer = supervisor.post(LOOK, {"account_no": "", "since": ""}, follow=True)

    assert "已提出 1 条退补建议" in answer.content.decode()


def test_proposals_of_another_company_are_not_applied(
    priced: PricedTown, bills: list[Bill], supervisor: Client
) -> None:
    supervisor.post(LOOK, {"account_no": "AP000001", "since": "2025-01"})
    ids = ",".join(str(one) for one in RerateProposal.objects.values_list("id", flat=True))
    stranger = signed_in_client(make_staff(*ALL, unit_id=make_priced_town("02").company_id, login="stranger"))

    stranger.post("/billing/proposals/apply/", {"ids": ids, "step": "apply", "confirmed": "on"})
    other = stranger.post(LOOK, {"account_no": "AP000001", "since": "2025-01"})

    assert other.status_code == 422
    assert Bill.objects.count() == 3
