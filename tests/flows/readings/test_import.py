"""批量导入读数 through HTTP: verdict per row, one confirmation, the same file once."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from qingyuan.domains.readings.models import Reading, ReadingImport, ReadingItem
from tests.factories import readings as make
from tests.flows.readings.people import client_of, make_reading_town

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def town(module_db: str) -> make.Town:
    return make_reading_town()


def _upload(client: Client, *lines: str, encoding: str = "utf-8") -> Any:
    content = "\r\n".join(("户号,抄表日期,本期读数,表况", *lines)).encode(encoding)
    return client.post("/readings/import/?period=202501", {"file": SimpleUploadedFile("a.csv", content)})


def _confirm(client: Client, page: str) -> Any:
    found = dict(re.findall(r'<input type="hidden" name="(token|stamp|name)" value="([^"]*)">', page))
    return client.post("/readings/import/?period=202501", found)


def test_a_file_is_judged_row_by_row_and_taken_once(town: make.Town, db: None) -> None:
    client = client_of("clerk")
    lines = ("AP000001,2025-01-15,120,", "AP000002,2025-01-15,12o,", "X1,2025-01-15,120,", "AP000003,2025-01-15,400,")

    page = _upload(client, *lines).content.decode()
    assert "12o" in page
    assert "本期读数" in page
    assert not Reading.objects.exists()
    done = _confirm(client, page).content.decode()
    again = _upload(client, *lines).content.decode()

    assert "2" in done
    assert ReadingItem.objects.filter(state__in=["READ", "HELD"]).count() == 2
    assert "不重复导入" in again
    assert 'name="stamp"' not in again
    assert ReadingImport.objects.count() == 1


def test_confirming_what_changed_meanwhile_is_refused_and_takes_nothing(town: make.Town, db: None) -> None:
    client = client_of("clerk")
    page = _upload(client, "AP000001,2025-01-15,120,").content.decode()
    make.read(ReadingItem.objects.earliest("order_no").point_id, make.OPENED.replace(year=2025, month=1), "130")

    response = _confirm(client, page)

    assert response.status_code == 422
    assert not ReadingImport.objects.exists()
    assert Reading.objects.count() == 1


def test_a_file_without_its_columns_is_refused_as_a_whole(town: make.Town, db: None) -> None:
    content = SimpleUploadedFile("a.csv", "姓名,金额\r\n甲,1".encode())

    response = client_of("clerk").post("/readings/import/?period=202501", {"file": content})

    assert response.status_code == 422
    assert not Reading.objects.exists()


def test_another_units_rows_are_refused(town: make.Town, db: None) -> None:
    page = _upload(client_of("stranger"), "AP000001,2025-01-15,120,").content.decode()

    assert 'name="stamp"' not in page
    assert not Reading.objects.exists()


def test_the_sample_is_a_sheet(town: make.Town, db: None) -> None:
    assert client_of("clerk").get("/readings/import/sample/").content[:2] == b"PK"
