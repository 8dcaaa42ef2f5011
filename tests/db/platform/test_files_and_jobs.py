"""Attachments, and background jobs."""

import io
import stat
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from qingyuan.kernel.errors import NotFound
from qingyuan.platform.audit.models import AuditEntry
from qingyuan.platform.files import operations as files
from qingyuan.platform.files import queries as attachments
from qingyuan.platform.files.models import Attachment, AttachmentLink
from qingyuan.platform.jobs import operations as jobs
from qingyuan.platform.jobs import queries, reconciling
from qingyuan.platform.jobs.models import JobState
from qingyuan.platform.parameters import operations as parameters
from tests.factories.platform import SYSTEM, Utility, make_person, make_utility
from tests.jobs import waiting_jobs

TODAY = date(2026, 8, 3)
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20


@pytest.fixture(scope="module")
def utility(module_db: str) -> Utility:
    return make_utility()


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def _store(name: str, content: bytes) -> attachments.AttachmentInfo:
    return files.store(actor=SYSTEM, name=name, media_type="told/anything", content=content, on=TODAY)


def _zip(name: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return stream.getvalue()


def test_store_keeps_equal_content_once(utility: Utility, db: None, media: Path) -> None:
    first = _store("C:\\照片\\表.png", PNG)
    second = _store("again.png", PNG)

    assert first == second
    assert (first.name, first.media_type, first.size_bytes) == ("表.png", "image/png", 28)
    assert attachments.content_of(first.sha256) == PNG
    path = attachments.path_of(first.sha256)
    assert path.is_relative_to(media)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [one.name for one in path.parent.iterdir()] == [first.sha256]
    assert AuditEntry.objects.filter(action="files.stored").count() == 1


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("a.pdf", b"%PDF-1.7\n", "application/pdf"),
        ("a.jpg", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("a.csv", "户号,止码\n".encode("gb18030"), "text/csv"),
        (
            "a.xlsx",
            _zip("xl/workbook.xml", b"<x/>"),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
    ],
)
def test_store_takes_what_the_content_is(
    utility: Utility, db: None, name: str, content: bytes, media_type: str
) -> None:
    assert _store(name, content).media_type == media_type


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("a.png", b"<html>", files.TypeRefused),
        ("a.html", b"<html>", files.TypeRefused),
        ("a.exe", b"MZ", files.TypeRefused),
        ("a.csv", b"a\x00b", files.TypeRefused),
        ("a.xlsx", _zip("other.xml", b"x"), files.TypeRefused),
        ("a.xlsx", _zip("xl/workbook.xml", b"\x00" * 1_000_000), files.TypeRefused),
        ("a.png", b"", files.EmptyFile),
    ],
)
def test_store_refuses_what_it_is_not(
    utility: Utility, db: None, media: Path, name: str, content: bytes, error: type[Exception]
) -> None:
    with pytest.raises(error):
        _store(name, content)

    assert not Attachment.objects.exists()
    assert list(media.iterdir()) == []


def test_store_refuses_what_is_too_large(utility: Utility, db: None) -> None:
    parameters.set_value(
        actor=SYSTEM, code="files.largest_megabytes", unit_id=None, from_date=TODAY, value=1, reason="试"
    )

    with pytest.raises(files.FileTooLarge):
        _store("a.png", PNG + b"\x00" * 1024 * 1024)

    assert not Attachment.objects.exists()


def test_link_proves_something_about_an_object_once(utility: Utility, db: None) -> None:
    stored = _store("a.png", PNG)

    for _ in range(2):
        files.link(actor=SYSTEM, sha256=stored.sha256, object_type="account", object_key="10010001", purpose="photo")

    assert attachments.attachments_of("account", "10010001") == (("photo", stored),)
    assert AttachmentLink.objects.count() == 1
    with pytest.raises(NotFound):
        files.link(actor=SYSTEM, sha256="0" * 64, object_type="account", object_key="1", purpose="photo")


def _start() -> int:
    return jobs.start(
        actor=SYSTEM,
        kind="tests.work",
        title="演示任务",
        arguments={"run_id": 7, "on": TODAY},
        task_name="audit.seal",
        total=4,
    )


def test_start_defers_the_task_in_the_same_transaction(utility: Utility, db: None) -> None:
    with pytest.raises(RuntimeError, match="undo"), transaction.atomic():
        _start()
        raise RuntimeError("undo")
    assert waiting_jobs() == []

    job_id = _start()

    assert waiting_jobs() == [("audit.seal", {"job_id": job_id, "run_id": 7, "on": "2026-08-03"})]
    assert queries.get(job_id).state is JobState.WAITING


def test_job_moves_from_waiting_to_done(utility: Utility, db: None) -> None:
    job_id = _start()

    jobs.progress(job_id, 1, message="第一册")
    jobs.advance(job_id)
    halfway = queries.get(job_id)
    jobs.finish(job_id)
    done = queries.get(job_id)
    jobs.progress(job_id, 1)

    assert (halfway.state, halfway.percent, halfway.message) == (JobState.RUNNING, 50, "第一册")
    assert halfway.started_at is not None
    assert (done.state, done.percent, done.done_count) == (JobState.DONE, 100, 4)
    assert queries.get(job_id).state is JobState.DONE
    with pytest.raises(NotFound):
        jobs.progress(job_id + 1, 1)


def _divide_by(number: int) -> None:
    assert 1 / number


def test_working_ends_with_what_came_of_it(utility: Utility, db: None) -> None:
    done, refused, broke = _start(), _start(), _start()

    with jobs.working(done):
        jobs.progress(done, 4)
    with jobs.working(refused):
        jobs.progress(0, 1)
    with pytest.raises(ZeroDivisionError), jobs.working(broke):
        _divide_by(0)

    assert [(queries.get(one).state, queries.get(one).error_code) for one in (done, refused, broke)] == [
        (JobState.DONE, ""),
        (JobState.FAILED, "kernel.not_found"),
        (JobState.FAILED, "jobs.broke"),
    ]


def test_jobs_show_one_s_own_and_what_the_permission_reaches(utility: Utility, db: None) -> None:
    def started_by(actor_unit: int, *permissions: str) -> tuple[int, object]:
        actor = make_person(actor_unit, *permissions)
        job_id = jobs.start(actor=actor, kind="tests", title="x", arguments={}, task_name="audit.seal")
        return job_id, actor

    east_job, east = started_by(utility.east_id)
    west_job, _west = started_by(utility.west_id)
    supervisor = make_person(utility.west_id, "jobs.view")

    assert [one.id for one in queries.jobs(east, on=TODAY)] == [east_job]  # type: ignore[arg-type]
    assert [one.id for one in queries.jobs(supervisor, on=TODAY)] == [west_job]
    assert [one.id for one in queries.open_jobs(SYSTEM, on=TODAY)] == [west_job, east_job]
    with pytest.raises(NotFound):
        queries.within_reach(supervisor, east_job, on=TODAY)


@pytest.fixture
def reconcilers() -> Iterator[None]:
    before = dict(reconciling.known())
    yield
    reconciling._known.clear()
    reconciling._known.update(before)


def test_reconcile_calls_all_even_if_one_fails(reconcilers: None) -> None:
    def broken() -> int:
        raise ValueError("broken")

    def works() -> int:
        called.append("second")
        return 3

    reconciling._known.clear()
    called: list[str] = []
    reconciling.enter("first", broken)
    reconciling.enter("second", works)

    with pytest.raises(ExceptionGroup) as failed:
        jobs.reconcile()

    assert called == ["second"]
    assert [str(error) for error in failed.value.exceptions] == ["broken"]
    with pytest.raises(LookupError):
        reconciling.enter("first", lambda: 1)
