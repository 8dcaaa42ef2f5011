"""抄表任务 through HTTP: generating twice makes one, progress, what another unit sees."""

from datetime import date

import pytest

from qingyuan.domains.readings.models import ReadingItem, ReadingTask
from tests.counting import LIST, questions
from tests.factories import readings as make
from tests.flows.readings.people import JAN, client_of, make_reading_town

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def town(module_db: str) -> make.Town:
    return make_reading_town()


def test_generating_twice_makes_one_and_says_so(town: make.Town, db: None) -> None:
    client = client_of("supervisor")
    sent = {"planned_on": "2025-02-15", "books": [str(town.book_id)]}

    first = client.post("/readings/tasks/generate/?month=2025-02&round_no=1", sent, follow=True)
    again = client.post("/readings/tasks/generate/?month=2025-02&round_no=1", sent, follow=True)

    assert "1 册任务已生成，应抄 4 个用水点。" in first.content.decode()
    assert "所选抄表册本账期任务已生成过，没有重复生成。" in again.content.decode()
    assert ReadingTask.objects.filter(period__yyyymm=202502).count() == 1
    assert ReadingItem.objects.filter(period__yyyymm=202502).count() == 4


def test_generating_without_a_book_is_refused_and_makes_nothing(town: make.Town, db: None) -> None:
    response = client_of("supervisor").post(
        "/readings/tasks/generate/?month=2025-02&round_no=1", {"planned_on": "2025-02-15"}
    )

    assert response.status_code == 422
    assert "请选择应抄表册" in response.content.decode().replace("：", "")
    assert not ReadingTask.objects.filter(period__yyyymm=202502).exists()


def test_another_units_book_cannot_be_generated(town: make.Town, db: None) -> None:
    sent = {"planned_on": "2025-02-15", "books": [str(town.book_id)]}

    response = client_of("stranger").post("/readings/tasks/generate/?month=2025-02&round_no=1", sent)

    assert response.status_code == 422
    assert not ReadingTask.objects.filter(period__yyyymm=202502).exists()


def test_the_list_shows_the_books_progress_in_few_queries(town: make.Town, db: None) -> None:
    make.read(ReadingItem.objects.earliest("id").point_id, JAN, "120")
    client = client_of("supervisor")
    page = client.get("/readings/tasks/").content.decode()

    assert "01-A" in page
    assert "25.0%" in page
    assert "2025-01 账期" in page
    assert len(questions(client, "/readings/tasks/")) <= LIST


def test_the_list_is_empty_for_another_unit(town: make.Town, db: None) -> None:
    page = client_of("stranger").get("/readings/tasks/").content.decode()

    assert "01-A" not in page


def test_filter_and_period_are_in_the_address(town: make.Town, db: None) -> None:
    make.plan(town, date(2025, 2, 15))
    client = client_of("supervisor")

    assert "2025-02 账期" in client.get("/readings/tasks/").content.decode()
    assert "2025-01 账期" in client.get("/readings/tasks/?period=202501").content.decode()
    nothing = client.get("/readings/tasks/?period=202501&q=zzz").content.decode()
    assert "01-A" not in nothing


def test_the_list_is_exported(town: make.Town, db: None) -> None:
    answer = client_of("supervisor").get("/readings/tasks/?format=csv").content.decode("utf-8-sig")

    heading, row, *_ = answer.splitlines()
    assert heading.startswith("抄表册,册名")
    assert row.startswith("01-A,")


def test_mains_that_wait_are_listed_within_reach(town: make.Town, db: None) -> None:
    main, sub = make.make_points(town, 2, prefix="Z")
    make.link_sub(town, main, sub)
    make.plan(town, JAN)
    make.read_and_approve(main, JAN, "160")

    page = client_of("supervisor").get("/readings/waiting/").content.decode()
    strange = client_of("stranger").get("/readings/waiting/").content.decode()

    assert "Z000001" in page
    assert "Z000002" in page
    assert "Z000001" not in strange


def test_a_clerk_sees_no_button_that_is_not_theirs(town: make.Town, db: None) -> None:
    client = client_of("clerk")

    assert "生成任务" not in client.get("/readings/tasks/").content.decode()
    assert client.get("/readings/tasks/generate/").status_code == 403
    assert client.get("/readings/review/").status_code == 403
    assert client.get("/readings/conditions/").status_code == 403
