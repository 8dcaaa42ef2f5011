"""Signing in through the page: lockout, the forced change of password, and what the session keeps."""

import pytest
from django.test import Client

from qingyuan.interfaces.office.shell.sentences import code_sentence
from qingyuan.platform.staff.models import Staff
from tests.db.office.people import PASSWORD, make_staff, signed_in_client

pytestmark = pytest.mark.django_db

NEW = "Qing-2027-shui"


@pytest.fixture
def person() -> Staff:
    return make_staff()


def attempt(client: Client, login: str = "clerk", password: str = PASSWORD, **more: str) -> int:
    return client.post("/sign-in/", {"login": login, "password": password, **more}).status_code


def test_sign_in_goes_where_the_person_wanted(person: Staff) -> None:
    response = Client().post("/sign-in/", {"login": "clerk", "password": PASSWORD, "next": "/gallery/form/"})

    assert response.status_code == 302
    assert response["Location"] == "/gallery/form/"


def test_sign_in_takes_the_staff_number_too(person: Staff) -> None:
    assert attempt(Client(), login=person.staff_no) == 302


def test_sign_in_never_leads_to_another_site(person: Staff) -> None:
    response = Client().post("/sign-in/", {"login": "clerk", "password": PASSWORD, "next": "https://evil.example/"})

    assert response["Location"] == "/"


def test_sign_in_says_the_same_for_a_wrong_password_and_an_unknown_login(person: Staff) -> None:
    known = Client().post("/sign-in/", {"login": "clerk", "password": "wrong"})
    unknown = Client().post("/sign-in/", {"login": "nobody", "password": "wrong"})

    assert known.status_code == unknown.status_code == 422
    assert known.context["form"].problems == unknown.context["form"].problems


def test_right_password_is_refused_with_the_minutes_after_five_wrong_ones(person: Staff) -> None:
    client = Client()
    for _attempt in range(5):
        assert attempt(client, password="wrong") == 422

    response = client.post("/sign-in/", {"login": "clerk", "password": PASSWORD})

    assert response.status_code == 422
    sentence = code_sentence("staff.sign_in_locked", {"minutes": 15})
    assert [problem.text for problem in response.context["form"].problems] == [sentence]
    assert "_auth_user_id" not in client.session


def test_every_page_leads_to_the_password_when_it_must_be_changed(person: Staff) -> None:
    Staff.objects.update(must_change_password=True)
    client = Client()

    assert client.post("/sign-in/", {"login": "clerk", "password": PASSWORD})["Location"] == "/password/"
    assert client.get("/gallery/")["Location"] == "/password/"

    changed = client.post("/password/", {"current": PASSWORD, "new": NEW, "again": NEW})

    assert changed["Location"] == "/"
    assert client.get("/gallery/").status_code == 200


def test_password_is_not_changed_when_the_present_one_is_wrong(person: Staff) -> None:
    client = signed_in_client(person)

    response = client.post("/password/", {"current": "wrong", "new": NEW, "again": NEW})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["current"]
    assert Staff.objects.get().check_password(PASSWORD)


def test_password_is_not_changed_when_the_new_one_is_too_simple(person: Staff) -> None:
    client = signed_in_client(person)

    response = client.post("/password/", {"current": PASSWORD, "new": "simple77", "again": "simple77"})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["new"]
    assert Staff.objects.get().check_password(PASSWORD)


def test_sign_out_ends_the_session(person: Staff) -> None:
    client = signed_in_client(person)

    client.post("/sign-out/")

    assert client.get("/gallery/").status_code == 302


def test_language_is_kept_with_the_person(person: Staff) -> None:
    client = signed_in_client(person)

    client.post("/language/", {"language": "en", "next": "/gallery/"})

    assert client.cookies["django_language"].value == "en"
    assert Staff.objects.get().language == "en"
