"""Looking at a run's bills through the browser's door: reasons, release, hold, the workbook, who may."""

import io
from datetime import date

import pytest
from django.test import Client
from django.utils import timezone
from python_calamine import CalamineWorkbook

from qingyuan.domains.billing.models import BillingRun, RunItem
from tests.counting import DETAIL, questions
from tests.db.office.people import make_staff, signed_in_client
from tests.factories.billing import (
    PricedTown,
    bill_month,
    calculated_run,
    make_billable_points,
    make_priced_town,
    read_month,
)

pytestmark = pytest.mark.django_db
JANUARY, FEBRUARY = date(2025, 1, 20), date(2025, 2, 20)


@pytest.fixture
def priced(monkeypatch: pytest.MonkeyPatch) -> PricedTown:
    monkeypatch.setattr(timezone, "localdate", lambda *_: FEBRUARY)
    return make_priced_town()


@pytest.fixture
def supervisor(priced: PricedTown) -> Client:
    return signed_in_client(make_staff("billing.view_runs", "billing.release", unit_id=priced.company_id))


@pytest.fixture
def run(priced: PricedTown) -> BillingRun:
    """The second of three points used 590 m³ after 10 in January: its bill is held."""
    points = make_billable_points(priced, 3)
    bill_month(priced, JANUARY, dict.fromkeys(points, "110"))
    period = read_month(priced, FEBRUARY, dict(zip(points, ["120", "700", "110"], strict=True)))
    return calculated_run(priced, period, FEBRUARY)


def accounts(client: Client, url: str) -> list[str]:
    return [row.cells[0].text for row in client.get(url).context["list"].rows]


def test_list_shows_what_was_noticed_and_each_reason(supervisor: Client, run: BillingRun) -> None:
    url = f"/billing/runs/{run.pk}/review/"

    assert accounts(supervisor, url) == ["AP000002", "AP000003"]
    assert accounts(supervisor, f"{url}?why=zero") == ["AP000003"]
    assert accounts(supervisor, f"{url}?why=all") == ["AP000002", "AP000001", "AP000003"]
    text = supervisor.get(url).content.decode()
    assert "有 1 张账单共" in text and "全部放行" in text and "放行所选" in text
    assert len(questions(supervisor, url)) <= DETAIL
    assert len(questions(supervisor, f"/billing/runs/{run.pk}/totals/")) <= DETAIL


def test_release_asks_for_a_reason_first(supervisor: Client, run: BillingRun) -> None:
    (row,) = supervisor.get(f"/billing/runs/{run.pk}/review/?why=held").context["list"].rows
    url = f"/billing/runs/{run.pk}/release/"

    asked = supervisor.post(url, {"ids": [row.id]})
    assert asked.status_code == 200 and f"批次 {run.run_no} 的 1 张账单" in asked.content.decode()
    empty = supervisor.post(url, {"ids": row.id, "reason": ""})
    assert empty.status_code == 422
    assert RunItem.objects.filter(run=run, state="HELD").count() == 1
    answer = supervisor.post(url, {"ids": row.id, "reason": "已到户核实"}, follow=True)

    assert "已放行 1 张账单" in answer.content.decode()
    assert not RunItem.objects.filter(run=run, state="HELD").exists()
    again = supervisor.post(url, {"ids": row.id, "reason": "再放一次"})
    assert again.status_code == 422 and "无可处理的账单" in again.content.decode()


def test_hold_back_and_release_all(supervisor: Client, run: BillingRun) -> None:
    rows = supervisor.get(f"/billing/runs/{run.pk}/review/?why=all").context["list"].rows
    ids = ",".join(row.id for row in rows)

    supervisor.post(f"/billing/runs/{run.pk}/hold/", {"ids": ids, "reason": "整册复抄"})
    assert RunItem.objects.filter(run=run, state="HELD").count() == 3
    assert "人工暂缓：整册复抄" in supervisor.get(f"/billing/runs/{run.pk}/review/").content.decode()
    supervisor.post(f"/billing/runs/{run.pk}/release/", {"all": "1", "reason": ""})
    assert RunItem.objects.filter(run=run, state="HELD").count() == 3
    supervisor.post(f"/billing/runs/{run.pk}/release/", {"all": "1", "reason": "复抄无误"})

    assert not RunItem.objects.filter(run=run, state="HELD").exists()


def test_who_only_looks_may_not_release(priced: PricedTown, run: BillingRun) -> None:
    clerk = signed_in_client(make_staff("billing.view_runs", "billing.run", unit_id=priced.company_id, login="clerk"))

    text = clerk.get(f"/billing/runs/{run.pk}/review/").content.decode()
    assert "放行所选" not in text and "全部放行" not in text
    assert clerk.post(f"/billing/runs/{run.pk}/release/", {"all": "1", "reason": "x"}).status_code == 403


def test_workbook_holds_the_totals_and_what_to_look_at(supervisor: Client, run: BillingRun) -> None:
    answer = supervisor.get(f"/billing/runs/{run.pk}/workbook/")

    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    assert book.sheet_names == ["按费用项目和用水性质", "按抄表片区", "复核提示", "待核账单", "异常", "查询条件"]
    by_class = book.get_sheet_by_name("按费用项目和用水性质").to_python()
    assert by_class[1][:5] == ["water", "RESIDENTIAL", 600.0, 1976.4, 57.6]  # 220 × 1.92 + 80 × 3.30 + 300 × 4.30
    noticed = book.get_sheet_by_name("待核账单").to_python()
    assert [row[0] for row in noticed[1:]] == ["AP000002", "AP000003"]
