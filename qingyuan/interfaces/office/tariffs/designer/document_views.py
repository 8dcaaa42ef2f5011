"""Scans of the price document (价格文件扫描件): attached to a draft, seen with every version."""

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.domains.tariffs import operations as tariffs
from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.shell.details import SubTable, detail_response, sub_table
from qingyuan.interfaces.office.shell.form_pages import done
from qingyuan.interfaces.office.shell.forms import FormPage, OfficeForm
from qingyuan.interfaces.office.shell.lists import Column, ColumnKind
from qingyuan.interfaces.office.tariffs.designer.record import draft_page, draft_record
from qingyuan.interfaces.office.tariffs.designer.views import EDIT
from qingyuan.kernel.errors import NotFound
from qingyuan.overviews.tariff_plans import plan_page
from qingyuan.platform.files.queries import AttachmentInfo, attachments_of, content_of
from qingyuan.platform.staff.queries import names


class DocumentForm(OfficeForm):
    file = forms.FileField(label=gettext_lazy("Scan"), help_text=gettext_lazy("PDF, picture or office document."))


def document_table(code: str, version_id: int) -> SubTable:
    """The scans of a version."""
    found = [info for _purpose, info in attachments_of(tariffs.DOCUMENT_OBJECT, str(version_id))]
    people = names({info.added_by_id for info in found if info.added_by_id is not None})
    columns: tuple[Column[AttachmentInfo], ...] = (
        Column(
            "name",
            gettext_lazy("File"),
            link=lambda row: reverse("tariffs:document", args=[code, version_id, row.sha256]),
        ),
        Column("size", gettext_lazy("Size (kB)"), ColumnKind.INTEGER, value=lambda row: max(row.size_bytes // 1024, 1)),
        Column("added_at", gettext_lazy("Added at"), ColumnKind.INSTANT),
        Column("by", gettext_lazy("Added by"), value=lambda row: people.get(row.added_by_id or 0, "")),
    )
    empty = gettext_lazy("No scan of the price document is attached.")
    return sub_table(gettext_lazy("Price document"), columns, found, empty=empty)


@requires(EDIT)
def documents(request: OfficeRequest, code: str, version_id: int) -> HttpResponse:
    """The draft's scans; a POST adds one."""
    record = draft_record(request, code, version_id)
    form = DocumentForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        with form.refusals_as_messages(otherwise="file"):
            tariffs.attach_document(
                actor=request.actor,
                version_id=version_id,
                name=upload.name,
                media_type=upload.content_type or "",
                content=upload.read(),
                on=timezone.localdate(),
            )
            return done(request, _("The file was attached."), record.address("documents"))
    context = {
        "table": document_table(code, version_id),
        "form": form,
        "page_form": FormPage(title="", submit=gettext_lazy("Attach"), multipart=True),
    }
    status = 422 if form.is_bound and form.problems else 200
    page = draft_page(record, "documents")
    return detail_response(request, page, "tariffs/designer/documents.html", context=context, status=status)


@requires("tariffs.view")
def document(request: OfficeRequest, code: str, version_id: int, sha256: str) -> HttpResponse:
    """One scan, as a download."""
    found = plan_page(request.actor, code, on=timezone.localdate())
    known = attachments_of(tariffs.DOCUMENT_OBJECT, str(version_id))
    info = next((one for _purpose, one in known if one.sha256 == sha256), None)
    if info is None or version_id not in {version.id for version in found.versions}:
        raise NotFound(attachment=sha256[:12])
    response = HttpResponse(content_of(sha256), content_type=info.media_type)
    response["Content-Disposition"] = content_disposition_header(True, info.name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response
