"""Pages of the shell and of the gallery, by requests."""

import pytest
from django.test import Client

from qingyuan.platform.staff.models import Staff
from tests.db.office.people import PASSWORD, make_staff, signed_in_client

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


def test_sign_in_goes_where_the_person_wanted(person: Staff) -> None:
    client = Client()

    response = client.post("/sign-in/", {"login": "clerk", "password": PASSWORD, "next": "/gallery/form/"})

    assert response.status_code == 302
    assert response["Location"] == "/gallery/form/"


def test_sign_in_never_leads_to_another_site(person: Staff) -> None:
    response = Client().post("/sign-in/", {"login": "clerk", "password": PASSWORD, "next": "https://evil.example/"})

    assert response["Location"] == "/"


def test_sign_in_says_the_same_for_a_wrong_password_and_an_unknown_login(person: Staff) -> None:
    known = Client().post("/sign-in/", {"login": "clerk", "password": "wrong"})
    unknown = Client().post("/sign-in/", {"login": "nobody", "password": "wrong"})

    assert known.status_code == unknown.status_code == 422
    assert known.context["form"].problems == unknown.context["form"].problems
