"""How many questions a page asks the database, counted as the person meets it: with session, person, rights and menu."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

LIST, DETAIL = 12, 20


def questions(client: Client, path: str) -> list[str]:
    """The statements that a GET of the page sends, once what is kept for the process or once a minute has been done."""
    client.get(path)
    with CaptureQueriesContext(connection) as asked:
        response = client.get(path)
    assert response.status_code == 200, f"{path} answers {response.status_code}"
    return [one["sql"] for one in asked]
