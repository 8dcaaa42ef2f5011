"""未录量总分表 through HTTP: what waits, and letting a main go with a reason."""

import pytest

from qingyuan.domains.readings.models import MainRelease, ReadingItem
from qingyuan.platform.staff.models import Staff
from tests.counting import DETAIL, LIST, questions
from tests.db.office.people import signed_in_client
from tests.factories import readings as make
from tests.factories.platform import make_person
from tests.flows.readings.people import JAN, client_of, make_reading_town

pytestmark = pytest.mark.django_db
ADDRESS = "/readings/waiting/Z000001/release/?period=202501"


@pytest.fixture
def town() -> make.Town:
    """A main of the east that waits for one of its two subs."""
    made = make_reading_town()
    main, near, far = make.make_points(made, 3, prefix="Z")
    make.link_sub(made, main, near)
    make.link_sub(made, main, far)
    make.plan(made, JAN)
    make.read_and_approve(main, JAN, "300")
    make.read_and_approve(near, JAN, "160")
    for login, unit in (("decider", made.company_id), ("far-decider", made.utility.west_id)):
        make_person(unit, "readings.view", "readings.release_mains", login=login)
    return made


def _reading(point_no: str) -> ReadingItem:
    return ReadingItem.objects.get(point__point_no=point_no)


def test_a_main_is_let_go_with_a_reason_and_told_on_its_page(town: make.Town) -> None:
    client = client_of("decider")
    before = client.get("/readings/waiting/?period=202501").content.decode()

    form = client.get(ADDRESS).content.decode()
    empty = client.post(ADDRESS, {"subs": ["Z000003"], "reason": ""})
    page = client.post(ADDRESS, {"subs": ["Z000003"], "reason": "业主出国，下期补抄"}, follow=True)

    assert "不再等待" in before and ADDRESS in before
    assert "尚未审核：Z000003" in form
    assert empty.status_code == 422
    assert "总表 Z000001 本账期不再等待。" in page.content.decode()
    assert "没有待分表的总表" in page.content.decode()
    row = MainRelease.objects.get()
    assert (row.sub_id, row.reason, row.released_by_id) == (
        _reading("Z000003").point_id,
        "业主出国，下期补抄",
        Staff.objects.get(login="decider").pk,
    )
    shown = client.get(f"/readings/items/{_reading('Z000001').pk}/").content.decode()
    assert "业主出国，下期补抄" in shown and "不再等待的分表" in shown
    again = client.post(ADDRESS, {"subs": ["Z000003"], "reason": "再来"}, follow=True).content.decode()
    assert "该总表已无须等待。" in again
    assert MainRelease.objects.count() == 1


def test_nobody_without_the_right_or_out_of_reach_lets_a_main_go(town: make.Town) -> None:
    sent = {"subs": ["Z000003"], "reason": "试"}
    supervisor, stranger = client_of("supervisor"), client_of("far-decider")

    assert "不再等待" not in supervisor.get("/readings/waiting/?period=202501").content.decode()
    assert supervisor.post(ADDRESS, sent).status_code == 403
    assert stranger.get(ADDRESS).status_code == 404
    assert stranger.post(ADDRESS, sent).status_code == 404
    assert not MainRelease.objects.exists()


def test_pages_ask_few_questions(town: make.Town) -> None:
    client = signed_in_client(Staff.objects.get(login="decider"))

    assert len(questions(client, "/readings/waiting/?period=202501")) <= LIST
    assert len(questions(client, ADDRESS)) <= DETAIL
