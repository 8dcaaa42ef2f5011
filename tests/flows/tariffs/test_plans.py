"""The price plans through the browser's door: reading, trying, importing, publishing, assigning; and who may not."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from qingyuan.domains.tariffs.models import PlanAssignment, PriceVersion
from tests.counting import LIST, questions
from tests.db.office.people import make_staff, signed_in_client
from tests.factories.billing import SH_RES, PricedTown, make_priced_town

pytestmark = pytest.mark.django_db
ALL = ("tariffs.view", "tariffs.edit", "tariffs.publish")
NEXT = SH_RES.replace("'2013-08-01'", "'2030-01-01'").replace("1.92", "2.50")


@pytest.fixture
def priced(db: None) -> PricedTown:
    return make_priced_town()


def client_at(unit_id: int, *permissions: str, login: str = "clerk") -> Client:
    return signed_in_client(make_staff(*permissions, unit_id=unit_id, login=login))


def imported(client: Client, text: str) -> PriceVersion:
    """Import a file through both steps of the page."""
    shown = client.post("/tariffs/import/", {"file": SimpleUploadedFile("a.yaml", text.encode())})
    assert shown.status_code == 200
    done = client.post("/tariffs/import/", {"token": shown.context["token"], "name": "a.yaml"})
    assert done.status_code == 200, done.content.decode()
    return PriceVersion.objects.get(state="DRAFT")


def test_list_names_plans_with_their_classes_in_few_queries(priced: PricedTown) -> None:
    client = client_at(priced.company_id, *ALL)

    text = client.get("/tariffs/").content.decode()

    assert "sh-res" in text and "演示居民阶梯" in text and "RESIDENTIAL" in text
    assert len(questions(client, "/tariffs/")) <= LIST


def test_page_says_tiers_and_prices_in_words(priced: PricedTown) -> None:
    text = client_at(priced.company_id, *ALL).get("/tariffs/sh-res/").content.decode()

    assert "0 m³ 至 220 m³" in text and "300 m³ 以上" in text
    assert "超过 4 人，每增 1 人各档上限增加 72 m³" in text
    assert "按计量水量的 90% 计" in text
    assert "69.00" in text  # 20 m³: 38.40 + 30.60


def test_example_counts_what_was_used_before_and_the_people(priced: PricedTown) -> None:
    client = client_at(priced.company_id, "tariffs.view")

    over = client.get("/tariffs/sh-res/example/", {"volume": "20", "used": "210", "months": "1"})
    more_people = client.get("/tariffs/sh-res/example/", {"volume": "20", "used": "210", "people": "5"})

    assert str(over.context["example"].total) == "82.80"
    assert str(more_people.context["example"].total) == "69.00"


def test_example_without_a_number_says_so(priced: PricedTown) -> None:
    client = client_at(priced.company_id, "tariffs.view")

    answer = client.get("/tariffs/sh-res/example/", {"volume": "很多"})

    assert 'role="alert"' in answer.content.decode()
    assert answer.context["example"].total is None


def test_broken_file_shows_each_complaint_with_its_line_and_changes_nothing(priced: PricedTown) -> None:
    client = client_at(priced.company_id, *ALL)
    broken = NEXT.replace("['220', '300']", "['300', '220']").replace("name: 自来水费", "naem: 自来水费")

    answer = client.post("/tariffs/import/", {"file": SimpleUploadedFile("a.yaml", broken.encode())})

    text = answer.content.decode()
    assert "第 7 行" in text and "上限须逐档递增" in text
    assert "第 10 行" in text and "naem" in text
    assert not answer.context["preview"].may_confirm
    assert not PriceVersion.objects.filter(state="DRAFT").exists()


def test_import_publish_assign_and_export(priced: PricedTown) -> None:
    client = client_at(priced.company_id, *ALL)
    draft = imported(client, NEXT)
    url = f"/tariffs/sh-res/{draft.pk}/"
    assert "草稿" in client.get(url).content.decode()

    third = client_at(priced.company_id, *ALL, login="third")
    assert third.post(f"{url}publish/", {"typed": "sh-ind"}).status_code == 302
    assert PriceVersion.objects.get(pk=draft.pk).state == "DRAFT"

    case = {"name": "二十方", "volume": "20", "months": "1", "total": "80.60"}
    assert client.post(f"{url}cases/", case).status_code == 302
    client_at(priced.company_id, *ALL, login="second").post(f"{url}publish/", {"typed": "sh-res"})
    draft.refresh_from_db()
    assert draft.state == "PUBLISHED"
    assert PriceVersion.objects.get(plan=draft.plan, effective_from=date(2013, 8, 1)).effective_to == date(2030, 1, 1)

    given = {"class_code": "INDUSTRY", "unit_id": priced.unit_id, "from_date": "2030-01-01"}
    assert client.post("/tariffs/sh-res/assign/", given).status_code == 302
    assert PlanAssignment.objects.filter(unit_id=priced.unit_id, plan=draft.plan).count() == 1
    exported = client.get(f"{url}file/")
    assert exported.content.decode() == draft.source
    assert exported["Content-Disposition"] == 'attachment; filename="sh-res-2030-01-01.yaml"'


def test_assignment_before_the_plan_is_in_force_is_a_message_at_the_date(priced: PricedTown) -> None:
    client = client_at(priced.company_id, *ALL)

    given = {"class_code": "INDUSTRY", "unit_id": priced.unit_id, "from_date": "2001-01-01"}
    answer = client.post("/tariffs/sh-res/assign/", given)

    assert answer.status_code == 422
    assert answer.context["form"].errors["from_date"]
    assert not PlanAssignment.objects.filter(unit_id=priced.unit_id).exists()


@pytest.mark.parametrize("path", ["", "example/?volume=1", "assign/", "{version}/", "{version}/file/"])
def test_another_companys_plan_is_not_found(priced: PricedTown, path: str) -> None:
    version = PriceVersion.objects.get(plan__code="sh-res")
    stranger = client_at(make_priced_town("02", tariffs=()).company_id, *ALL)

    assert stranger.get(f"/tariffs/sh-res/{path.format(version=version.pk)}").status_code == 404


def test_another_companys_draft_is_not_published(priced: PricedTown) -> None:
    draft = imported(client_at(priced.company_id, *ALL), NEXT)
    stranger = client_at(make_priced_town("02", tariffs=()).company_id, *ALL, login="stranger")

    answer = stranger.post(f"/tariffs/sh-res/{draft.pk}/publish/", {"typed": "sh-res"})

    assert answer.status_code == 404
    assert PriceVersion.objects.get(pk=draft.pk).state == "DRAFT"


def test_reader_sees_no_buttons_and_may_not_import(priced: PricedTown) -> None:
    client = client_at(priced.company_id, "tariffs.view")

    assert "/tariffs/import/" not in client.get("/tariffs/").content.decode()
    assert client.get("/tariffs/import/").status_code == 403
    assert client.get("/tariffs/sh-res/assign/").status_code == 403
