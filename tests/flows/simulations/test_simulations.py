"""A price simulation through the browser's door: form, progress, results, workbook, report; refusals; foreign ids."""

import io
from datetime import date

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from qingyuan.domains.customers.models import Account
from qingyuan.domains.simulations.models import Simulation, SimulationChunk
from qingyuan.interfaces.office.simulations.report import report_data
from qingyuan.kernel.actor import Actor
from qingyuan.overviews.simulations import simulation_page
from qingyuan.workflows import simulate_tariff
from tests.counting import DETAIL, LIST, questions
from tests.db.office.people import make_staff, signed_in_client
from tests.factories.billing import PricedTown, bill_month, make_billable_points, make_priced_town
from tests.factories.platform import SYSTEM
from tests.factories.simulations import REFORM_A, draft, simulated

pytestmark = pytest.mark.django_db
TODAY = date(2025, 7, 5)


@pytest.fixture
def priced(db: None, monkeypatch: pytest.MonkeyPatch) -> PricedTown:
    monkeypatch.setattr(timezone, "localdate", lambda *_: TODAY)
    town = make_priced_town()
    points = make_billable_points(town, 3)
    for month in range(1, 7):
        on = date(2025, month, 20)
        bill_month(town, on, {point: str(100 + use * month) for point, use in zip(points, (10, 40, 60), strict=True)})
    return town


@pytest.fixture
def clerk(priced: PricedTown) -> Client:
    return signed_in_client(make_staff("tariffs.view", "tariffs.edit", unit_id=priced.company_id))


def test_from_the_form_to_the_results(clerk: Client, priced: PricedTown) -> None:
    version = draft(priced, REFORM_A)
    form = clerk.get(f"/simulations/new/?version={version}")
    assert form.context["form"].initial["version_id"] == str(version)
    given = {
        "version_id": version,
        "replaces": "",
        "first_month": "2025-01",
        "last_month": "2025-06",
        "title": "方案一",
    }

    answer = clerk.post("/simulations/new/", given)

    made = Simulation.objects.get()
    assert answer["Location"] == f"/simulations/{made.pk}/"
    under_way = clerk.get(f"/simulations/{made.pk}/").content.decode()
    assert f'hx-get="/simulations/{made.pk}/progress/"' in under_way
    assert clerk.get(f"/simulations/{made.pk}/workbook/").status_code == 302
    simulate_tariff.work_here(simulation_id=made.pk)
    assert "data-reload-now" in clerk.get(f"/simulations/{made.pk}/progress/").content.decode()
    page = clerk.get(f"/simulations/{made.pk}/").content.decode()
    assert "与已签发金额分文不差" in page
    # 60, 240 and 360 m³ in the half year: 207.00 + 855.60 + 1495.20 before, 216.00 + 926.40 + 1793.20 after.
    assert ">2557.80<" in page
    assert ">2935.60<" in page
    assert "1 : 1.5 : 3" in page
    assert "测算期间未覆盖完整的阶梯周期" in page
    assert "方案一" in clerk.get("/simulations/").content.decode()


def test_workbook_and_report_have_the_same_figures(clerk: Client, priced: PricedTown) -> None:
    made = simulated(priced, draft(priced, REFORM_A), last=202506, on=TODAY)

    book = openpyxl.load_workbook(io.BytesIO(clerk.get(f"/simulations/{made.pk}/workbook/").content))
    report = clerk.get(f"/simulations/{made.pk}/report/")

    totals = [cell.value for cell in list(book.worksheets[0].rows)[-1]]
    assert [round(100 * value) for value in totals[1:3]] == [
        made.results["total"]["base"],
        made.results["total"]["new"],
    ]
    assert len(book.worksheets) >= 10
    assert report["Content-Type"] == "application/pdf"
    assert report.content.startswith(b"%PDF")
    actor = Actor(SYSTEM.staff_id, SYSTEM.name, SYSTEM.company_id, None, origin="test", request_id="")
    data = report_data(simulation_page(actor, made.pk, on=TODAY), "核对", [])
    words = str(data)
    numbers = list(Account.objects.values_list("account_no", flat=True))
    assert numbers
    assert not any(number in words for number in numbers)


def test_refusals_come_back_to_the_form(clerk: Client, priced: PricedTown) -> None:
    version = draft(priced, REFORM_A)
    given = {"version_id": version, "replaces": "", "title": ""}
    for months in (("2025-06", "2025-01"), ("2021-01", "2025-06"), ("2024-01", "2024-02")):
        answer = clerk.post("/simulations/new/", {**given, "first_month": months[0], "last_month": months[1]})
        assert answer.status_code == 422, months
        assert answer.context["form"].errors["last_month"]
    assert not Simulation.objects.exists()


def test_a_chunk_that_broke_off_is_shown_and_started_again(clerk: Client, priced: PricedTown) -> None:
    version = draft(priced, REFORM_A)
    made = simulate_tariff.simulate(
        actor=SYSTEM, version_id=version, replaces="sh-res", first_month=202501, last_month=202506, title="", on=TODAY
    )
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE bill DISABLE TRIGGER USER")
        cursor.execute("UPDATE bill SET hash_format = 'qy-run/0' WHERE yyyymm = 202503")
    with pytest.raises(ValueError, match="qy-run/0"):
        simulate_tariff.work_here(simulation_id=made)
    page = clerk.get(f"/simulations/{made}/").content.decode()
    assert "UnknownFormat" in page
    assert f"/simulations/{made}/restart/" in page
    with connection.cursor() as cursor:
        cursor.execute("UPDATE bill SET hash_format = 'qy-run/1' WHERE yyyymm = 202503")

    clerk.post(f"/simulations/{made}/restart/")
    simulate_tariff.work_here(simulation_id=made)

    assert Simulation.objects.get(pk=made).state == "DONE"


def test_reading_is_not_running_and_others_see_nothing(priced: PricedTown) -> None:
    made = simulated(priced, draft(priced, REFORM_A), last=202506, on=TODAY)
    reader = signed_in_client(make_staff("tariffs.view", login="reader", unit_id=priced.company_id))
    other = make_priced_town("02")
    stranger = signed_in_client(make_staff("tariffs.view", "tariffs.edit", login="stranger", unit_id=other.company_id))

    assert reader.get(f"/simulations/{made.pk}/").status_code == 200
    assert reader.get("/simulations/new/").status_code == 403
    assert reader.post(f"/simulations/{made.pk}/delete/").status_code == 403
    for tail in ("", "progress/", "workbook/", "report/"):
        assert stranger.get(f"/simulations/{made.pk}/{tail}").status_code == 404
    for tail in ("restart/", "delete/"):
        assert stranger.post(f"/simulations/{made.pk}/{tail}").status_code == 404
    assert "sh-res" not in stranger.get("/simulations/").content.decode()
    assert SimulationChunk.objects.exists()


def test_delete(clerk: Client, priced: PricedTown) -> None:
    made = simulated(priced, draft(priced, REFORM_A), last=202506, on=TODAY)

    assert clerk.post(f"/simulations/{made.pk}/delete/").status_code == 302

    assert not Simulation.objects.exists()


def test_few_questions(clerk: Client, priced: PricedTown) -> None:
    made = simulated(priced, draft(priced, REFORM_A), last=202506, on=TODAY)
    assert len(questions(clerk, "/simulations/")) <= LIST
    assert len(questions(clerk, f"/simulations/{made.pk}/")) <= DETAIL


def test_a_version_s_page_leads_to_its_simulation(clerk: Client, priced: PricedTown) -> None:
    version = draft(priced, REFORM_A)

    page = clerk.get(f"/tariffs/sh-res/{version}/").content.decode()

    assert f'href="/simulations/new/?version={version}"' in page
