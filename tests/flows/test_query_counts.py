"""Every page of the office asks the database few questions, shell and all: a list 12, any other page 20."""

import pytest
from django.test import Client

from tests.counting import DETAIL, LIST, questions
from tests.db.office.people import signed_in_client
from tests.e2e.world import People, people_of_the_demo
from tests.pages import pages

REFUSES = "/gallery/refused/"  # the sample of the page that says no
SHELL = 4  # session, person with unit, assignments with their permissions, the number at the menu's review queue


@pytest.fixture(scope="session")
def database_template(demo_template: str) -> str:
    return demo_template


@pytest.fixture
def people(db: None) -> People:
    return people_of_the_demo()


def _is_list(client: Client, path: str) -> bool:
    return "list" in client.get(path).context


def _over(client: Client, path: str) -> list[str]:
    limit = LIST if _is_list(client, path) else DETAIL
    asked = questions(client, path)
    return [f"{path}: {len(asked)} of {limit}", *(one[:150] for one in asked)] if len(asked) > limit else []


def test_every_page_asks_few_questions(people: People) -> None:
    visits = [visit for visit in pages(people, filled=True) if visit[0] != REFUSES]
    found = [line for path, person in visits for line in _over(signed_in_client(person), path)]

    assert len(visits) > 80
    assert sum(_is_list(signed_in_client(person), path) for path, person in visits) >= 18
    assert not found, "\n".join(found)


def test_the_shell_asks_what_changes_and_nothing_twice(people: People) -> None:
    assert (
        len(questions(signed_in_client(people.worker), "/password/")) <= SHELL + 2
    )  # the form's own: the password's rules


def test_the_count_sees_red(people: People) -> None:
    """The page with the most questions would fail as a list."""
    client = signed_in_client(people.worker)
    path = next(
        path for path, _person in pages(people, filled=True) if path.endswith("/meters/") and "accounts" in path
    )

    assert len(questions(client, path)) > LIST
