"""Imports (批量导入): choose a file → see the verdict on each row → confirm → see what became of each row.

An area declares an `UploadSpec` with two functions: `preview` reads the file and judges, `carry_out` does it through a
set-wise operation. The file waits on the server between the steps, for its uploader alone.
"""

import hashlib
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.interfaces.office.access import OfficeRequest
from qingyuan.interfaces.office.shell.chips import Chip, Tone
from qingyuan.interfaces.office.shell.people import person_of
from qingyuan.interfaces.office.shell.sentences import code_sentence, error_sentence
from qingyuan.interfaces.office.shell.text import Label
from qingyuan.kernel.actor import Actor
from qingyuan.kernel.batch import BatchIssue, BatchResult
from qingyuan.kernel.errors import DomainError

SHOWN_ROWS = 500
KEPT_HOURS = 24
_MEGABYTE = 1024 * 1024


class UploadRefused(DomainError):
    """The file cannot be taken (文件不能导入): `reason` is a code of this class's own sentences."""

    code: ClassVar[str] = "office.upload_refused"


class UploadGone(DomainError):
    """The file of the preview is no longer there: it is chosen again (预览已失效)."""

    code: ClassVar[str] = "office.upload_gone"


class Verdict(Enum):
    """What will become of a row."""

    TAKEN = "taken", gettext_lazy("will be taken"), Tone.GREEN
    SKIPPED = "skipped", gettext_lazy("skipped"), Tone.AMBER
    REFUSED = "refused", gettext_lazy("refused"), Tone.RED

    def __init__(self, key: str, label: Label, tone: Tone) -> None:
        self.key = key
        self.label = label
        self.tone = tone

    @property
    def chip(self) -> Chip:
        return Chip(self.label, self.tone)


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One row of the file: its place (the row number people see), its cells, the verdict and why."""

    place: str
    cells: tuple[str, ...]
    verdict: Verdict
    message: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """The judged file. Refused rows come first on the page; with `all_or_nothing` one refused row stops everything.

    `stamp` goes out with the preview and comes back with the confirmation (`request.POST["stamp"]`): what was judged.
    """

    headings: tuple[str, ...]
    rows: Sequence[PreviewRow]
    all_or_nothing: bool = False
    stamp: str = ""

    def count(self, verdict: Verdict) -> int:
        return sum(row.verdict is verdict for row in self.rows)

    @property
    def taken(self) -> int:
        return self.count(Verdict.TAKEN)

    @property
    def skipped(self) -> int:
        return self.count(Verdict.SKIPPED)

    @property
    def refused(self) -> int:
        return self.count(Verdict.REFUSED)

    @property
    def shown(self) -> list[PreviewRow]:
        order = (Verdict.REFUSED, Verdict.SKIPPED, Verdict.TAKEN)
        return sorted(self.rows, key=lambda row: order.index(row.verdict))[:SHOWN_ROWS]

    @property
    def may_confirm(self) -> bool:
        return self.taken > 0 and not (self.all_or_nothing and self.refused)


@dataclass(frozen=True, slots=True)
class UploadSpec:
    """An import page. `preview` and `carry_out` get the actor, the file's name and its content.

    Both may raise a DomainError for the file as a whole (wrong sheet, wrong encoding): its sentence is shown.
    """

    title: Label
    intro: Label
    preview: Callable[[Actor, str, bytes], Preview]
    carry_out: Callable[[Actor, str, bytes], BatchResult]
    back_url: str
    sample_url: str = ""
    suffixes: tuple[str, ...] = (".xlsx", ".csv")
    maximum_bytes: int = 10 * _MEGABYTE


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done, for the last page."""

    done: int
    issues: tuple[tuple[str, Chip, str], ...]


def upload_response(
    request: OfficeRequest,
    spec: UploadSpec,
    *,
    context: Mapping[str, object] | None = None,
    template: str = "office/upload.html",
) -> HttpResponse:
    """The import page in whichever of its three steps the request is."""
    shown: dict[str, object] = {"title": str(spec.title), "upload": spec, **(context or {})}
    status = 200
    if request.method == "POST":
        try:
            shown |= _confirmed(request, spec) if "token" in request.POST else _previewed(request, spec)
        except DomainError as error:
            shown["problem"] = error_sentence(error)
            status = 422
    return render(request, template, shown, status=status)


def _previewed(request: OfficeRequest, spec: UploadSpec) -> dict[str, object]:
    given = request.FILES.get("file")
    if given is None or not given.name:
        raise UploadRefused(reason=_("Please choose a file."))
    if not given.name.lower().endswith(spec.suffixes):
        raise UploadRefused(reason=_("Only these kinds of files: %(kinds)s") % {"kinds": "、".join(spec.suffixes)})
    if (given.size or 0) > spec.maximum_bytes:
        raise UploadRefused(
            reason=_("The file is larger than %(size)s MB.") % {"size": spec.maximum_bytes // _MEGABYTE}
        )
    content = given.read()
    preview = spec.preview(request.actor, given.name, content)
    return {"preview": preview, "token": keep(person_of(request).pk, content), "name": given.name}


def _confirmed(request: OfficeRequest, spec: UploadSpec) -> dict[str, object]:
    token = request.POST["token"]
    owner = person_of(request).pk
    result = spec.carry_out(request.actor, request.POST.get("name", ""), take(owner, token))
    forget(owner, token)
    issues = [*_issues(result.failed, Verdict.REFUSED), *_issues(result.skipped, Verdict.SKIPPED)]
    return {"outcome": Outcome(done=result.done, issues=tuple(issues))}


def _issues(issues: Sequence[BatchIssue], verdict: Verdict) -> list[tuple[str, Chip, str]]:
    return [(issue.place, verdict.chip, code_sentence(issue.code, issue.params)) for issue in issues]


def keep(owner_id: int, content: bytes) -> str:
    """Keep the file for its uploader for a day; returns the token that gets it back."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o750)
    oldest = time.time() - KEPT_HOURS * 3600
    for old in folder.glob("*.upload"):
        if old.stat().st_mtime < oldest:
            old.unlink(missing_ok=True)
    token = hashlib.sha256(content).hexdigest()
    _path(owner_id, token).write_bytes(content)
    return token


def take(owner_id: int, token: str) -> bytes:
    """The kept file. Raises UploadGone when it is not there, or is another person's."""
    try:
        return _path(owner_id, token).read_bytes()
    except FileNotFoundError as error:
        raise UploadGone() from error


def forget(owner_id: int, token: str) -> None:
    _path(owner_id, token).unlink(missing_ok=True)


def _folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "pending"


def _path(owner_id: int, token: str) -> Path:
    if not re.fullmatch(r"[0-9a-f]{64}", token):
        raise UploadGone()
    return _folder() / f"{owner_id}-{token}.upload"
