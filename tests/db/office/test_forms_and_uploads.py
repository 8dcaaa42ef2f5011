"""The form and the import component on the gallery's samples."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.db.office.people import make_staff, signed_in_client

pytestmark = pytest.mark.django_db

FORM = "/gallery/form/"
GOOD = {
    "account_no": "10020000",
    "name": "李演示",
    "people": "3",
    "usage_class": "res",
    "from_date": "2026-11-01",
    "collection": "hall",
    "version": "4",
}


@pytest.fixture
def client() -> Client:
    return signed_in_client(make_staff())


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def test_empty_form_comes_back_with_a_summary_in_our_words(client: Client) -> None:
    response = client.post(FORM, {"version": "4"})

    assert response.status_code == 422
    texts = [problem.text for problem in response.context["form"].problems]
    assert texts == ["请填写户号", "请填写户名", "请填写用水人数", "请选择用水性质", "请填写生效日期", "请选择收费方式"]
    page = response.content.decode()
    assert "有 6 处错误" in page
    assert 'href="#id_account_no"' in page
    assert 'aria-invalid="true"' in page
    assert "novalidate" in page


def test_refusal_of_an_operation_stands_at_its_field(client: Client) -> None:
    response = client.post(FORM, {**GOOD, "account_no": "10010000"})

    assert response.status_code == 422
    assert response.context["form"].errors == {"account_no": ["户号 10010000 已存在，请核对"]}


def test_stale_edit_shows_both_values_and_the_new_version(client: Client) -> None:
    response = client.post(FORM, {**GOOD, "version": "3"})

    form = response.context["form"]
    assert response.status_code == 422
    assert [(one.label, one.typed, one.stored) for one in form.conflicts] == [
        ("户名", "李演示", "王演示"),
        ("用水人数", "3", "5"),
    ]
    assert 'name="version" value="4"' in response.content.decode()


def test_good_form_goes_on_with_a_word_of_success(client: Client) -> None:
    response = client.post(FORM, GOOD, follow=True)

    assert response.redirect_chain == [("/gallery/list/", 302)]
    assert "用户已保存" in response.content.decode()


def sent(client: Client, content: bytes, name: str = "a.csv") -> Any:
    return client.post("/gallery/upload/", {"file": SimpleUploadedFile(name, content)})


def test_upload_shows_a_verdict_on_each_row_refused_first(client: Client, media: Path) -> None:
    response = sent(client, b"10029999,x\n10010000,x\nabc,x\n")

    preview = response.context["preview"]
    assert (preview.taken, preview.skipped, preview.refused) == (1, 1, 1)
    assert [row.place for row in preview.shown] == ["3", "2", "1"]
    assert len(list(media.glob("pending/*.upload"))) == 1


def test_upload_is_done_on_confirmation_and_the_file_forgotten(client: Client, media: Path) -> None:
    token = sent(client, b"10029999,x\nabc,x\n").context["token"]

    response = client.post("/gallery/upload/", {"token": token, "name": "a.csv"})

    assert response.context["outcome"].done == 1
    assert [place for place, _chip, _text in response.context["outcome"].issues] == ["2"]
    assert list(media.glob("pending/*.upload")) == []


def test_upload_of_another_person_cannot_be_confirmed(client: Client) -> None:
    token = sent(client, b"10029999,x\n").context["token"]
    other = signed_in_client(_second_person())

    response = other.post("/gallery/upload/", {"token": token, "name": "a.csv"})

    assert response.status_code == 422
    assert "outcome" not in response.context


def _second_person() -> Any:
    from qingyuan.platform.staff.models import Staff

    return make_staff(login="other", unit_id=Staff.objects.get().unit_id)


@pytest.mark.parametrize("token", ["../../etc/passwd", "", "0" * 64])
def test_upload_with_a_made_up_token_is_refused(client: Client, token: str) -> None:
    assert client.post("/gallery/upload/", {"token": token}).status_code == 422


def test_upload_of_another_kind_of_file_is_refused(client: Client, media: Path) -> None:
    response = sent(client, b"MZ", name="a.exe")

    assert response.status_code == 422
    assert ".csv" in response.context["problem"]
    assert list(media.glob("pending/*")) == []


def test_upload_without_a_file_is_refused(client: Client) -> None:
    assert client.post("/gallery/upload/", {}).status_code == 422
