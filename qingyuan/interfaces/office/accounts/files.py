"""Attachments of an account (附件): scans of contracts, applications, photographs."""

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from qingyuan.interfaces.office.access import OfficeRequest, requires
from qingyuan.interfaces.office.accounts.record import address_of, detail_page, header_for
from qingyuan.interfaces.office.shell.details import detail_response, sub_table
from qingyuan.interfaces.office.shell.form_pages import done, form_response
from qingyuan.interfaces.office.shell.forms import FormPage, OfficeForm
from qingyuan.interfaces.office.shell.lists import Column, ColumnKind
from qingyuan.kernel.errors import NotFound, NotPermitted
from qingyuan.platform.files.queries import AttachmentInfo, attachments_of, content_of
from qingyuan.platform.staff.queries import names
from qingyuan.workflows.attach_to_account import attach_to_account

ATTACH = "files.attach"


class AttachmentForm(OfficeForm):
    purpose = forms.CharField(label=_("What it proves"), max_length=40)
    file = forms.FileField(label=_("File"), help_text=_("PDF, picture or office document."))


@requires("customers.view")
def files(request: OfficeRequest, account_no: str) -> HttpResponse:
    """The account's attachments; a POST adds one."""
    may = ATTACH in request.permissions
    header = header_for(request, account_no)
    form = AttachmentForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        if not may:
            raise NotPermitted(permission=ATTACH)
        header_for(request, account_no, ATTACH)
        if form.is_valid():
            upload = form.cleaned_data["file"]
            with form.refusals_as_messages(otherwise="file"):
                attach_to_account(
                    actor=request.actor,
                    account_no=header.account_no,
                    name=upload.name,
                    media_type=upload.content_type or "",
                    content=upload.read(),
                    purpose=form.cleaned_data["purpose"],
                    on=timezone.localdate(),
                )
                return done(request, _("The file was attached."), address_of(header, "files"))
        # A form of its own: its messages stand on top, not somewhere below the record.
        page = FormPage(
            title=f"{gettext('Attach a file')} · {header.account_no}",
            submit=_("Attach"),
            cancel_url=address_of(header, "files"),
            multipart=True,
        )
        return form_response(request, form, page)
    found = attachments_of("account", header.account_no)
    people = names({info.added_by_id for _purpose, info in found if info.added_by_id is not None})
    columns: tuple[Column[tuple[str, AttachmentInfo]], ...] = (
        Column("name", _("File"), value=lambda row: row[1].name, link=lambda row: _address(header.account_no, row[1])),
        Column("purpose", _("What it proves"), value=lambda row: row[0]),
        Column("size", _("Size (kB)"), ColumnKind.INTEGER, value=lambda row: max(row[1].size_bytes // 1024, 1)),
        Column("added_at", _("Added at"), ColumnKind.INSTANT, value=lambda row: row[1].added_at),
        Column("by", _("Added by"), value=lambda row: people.get(row[1].added_by_id or 0, "")),
    )
    context = {
        "table": sub_table(_("Attachments"), columns, found, empty=_("Nothing is attached yet.")),
        "form": form if may else None,
        "page_form": FormPage(title="", submit=_("Attach"), multipart=True),
        "form_title": gettext("Attach a file"),
    }
    return detail_response(request, detail_page(request, header, "files"), "accounts/files.html", context=context)


@requires("customers.view")
def download(request: OfficeRequest, account_no: str, sha256: str) -> HttpResponse:
    """One attachment of this account, as a download."""
    header = header_for(request, account_no)
    info = next((one for _purpose, one in attachments_of("account", header.account_no) if one.sha256 == sha256), None)
    if info is None:
        raise NotFound(attachment=sha256[:12])
    response = HttpResponse(content_of(sha256), content_type=info.media_type)
    response["Content-Disposition"] = content_disposition_header(True, info.name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _address(account_no: str, info: AttachmentInfo) -> str:
    return reverse("accounts:file", args=[account_no, info.sha256])
