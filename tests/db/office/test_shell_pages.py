"""Pages of the shell and of the gallery, by requests."""

import pytest
from django.test import Client, RequestFactory

from qingyuan.interfaces.office.shell.refusals import not_permitted
from qingyuan.platform.staff.models import Role, Staff
from tests.db.office.people import make_staff, signed_in_client
from tests.factories.platform import make_person

pytestmark = pytest.mark.django_db

PAGES = [
    "/gallery/",
    "/gallery/list/",
    "/gallery/list/empty/",
    "/gallery/form/",
    "/gallery/record/",
    "/gallery/record/readings/",
    "/gallery/record/log/",
    "/gallery/upload/",
    "/password/",
]


@pytest.fixture
def person() -> Staff:
    return make_staff()


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_page_is_shown_when_signed_in(person: Staff, path: str, language: str) -> None:
    client = signed_in_client(person)
    client.cookies["django_language"] = language

    response = client.get(path)

    assert response.status_code == 200
    text = response.content.decode()
    assert text.count("<h1") == 1
    assert " style=" not in text
    assert f'lang="{"en" if language == "en" else "zh-Hans"}"' in text


def test_page_leads_to_sign_in_and_back_when_signed_out() -> None:
    client = Client()

    response = client.get("/gallery/list/?q=1")

    assert response.status_code == 302
    assert response["Location"] == "/sign-in/?next=%2Fgallery%2Flist%2F%3Fq%3D1"


def test_htmx_request_gets_401_and_no_redirect_when_signed_out() -> None:
    response = Client().get("/gallery/list/", headers={"HX-Request": "true"})

    assert response.status_code == 401
    assert response["X-Office-Error"] == "1"


def test_refusal_names_the_roles_that_hold_the_permission(person: Staff) -> None:
    make_person(person.unit_id, "staff.edit", login="admin")
    request = RequestFactory().get("/")

    response = not_permitted(request, "staff.edit")

    assert response.status_code == 403
    names = list(Role.objects.filter(permissions__permission="staff.edit").values_list("name", flat=True))
    assert len(names) == 1
    assert names[0] in response.content.decode()


def test_refusal_is_a_fragment_for_htmx(person: Staff) -> None:
    response = signed_in_client(person).get("/gallery/refused/", headers={"HX-Request": "true"})

    assert response.status_code == 403
    assert response["X-Office-Error"] == "1"
    assert "<html" not in response.content.decode()


def test_broken_page_shows_its_number_and_no_source(person: Staff) -> None:
    client = signed_in_client(person, raise_request_exception=False)

    response = client.get("/gallery/broken/")

    assert response.status_code == 500
    assert response["X-Request-ID"] in response.content.decode()
    assert "RuntimeError" not in response.content.decode()


def test_missing_page_is_404_in_the_office_style() -> None:
    response = Client().get("/no-such-page/")

    assert response.status_code == 404
    assert "office/app.css" in response.content.decode()
